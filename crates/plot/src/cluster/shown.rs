use std::cmp::Reverse;

use super::ClusterPlot;
use crate::{
    figure::{Axis, Scale},
    labels::axis_label,
};

/// Features of which pairs can be chosen.
const MOST_SHOWN: usize = 6;
/// Features whose values are told of a mark.
const MOST_TOLD: usize = 8;

/// The features that axes show.
pub(super) struct Shown {
    /// In their own order; columns of clouds are in the same.
    pub(super) features: Vec<usize>,
    /// One for each.
    pub(super) axes: Vec<Axis>,
    n_distinct: Vec<usize>,
}

impl Shown {
    pub(super) fn feature(&self, nth: usize) -> usize {
        self.features.get(nth).copied().unwrap_or(0)
    }

    pub(super) fn axis(&self, nth: usize) -> Axis {
        let none = || Axis::new("", Scale::Linear, (0.0, 1.0));
        self.axes.get(nth).cloned().unwrap_or_else(none)
    }

    /// The places of the features of each view, the one that shows most first.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.features.len();
        if n < 2 {
            return vec![(0, 0)];
        }
        let mut pairs: Vec<(usize, usize)> =
            (0..n).flat_map(|x| (x + 1..n).map(move |y| (x, y))).collect();
        let shows = |(x, y): &(usize, usize)| self.n_distinct.get(*x).min(self.n_distinct.get(*y));
        pairs.sort_by_key(|pair| Reverse(shows(pair).copied()));
        pairs
    }
}

impl ClusterPlot<'_> {
    /// Those that were asked for, or those that tell most.
    pub(super) fn shown(&self) -> Shown {
        let last = self.names.len().saturating_sub(1);
        let features = match self.features {
            Some((x, y)) if x.min(last) == y.min(last) => vec![x.min(last)],
            Some((x, y)) => vec![x.min(last), y.min(last)],
            None => self.most_telling(),
        };
        let n_distinct = features.iter().map(|feature| self.n_distinct(*feature)).collect();
        let labels = if features.len() <= 2 { [self.labels.x, self.labels.y] } else { [None; 2] };
        let labels = labels.into_iter().chain(std::iter::repeat(None));
        let axes = features.iter().zip(labels).map(|(feature, label)| self.axis(*feature, label));
        Shown { axes: axes.collect(), features, n_distinct }
    }

    /// The features with most values.
    fn most_telling(&self) -> Vec<usize> {
        let mut features: Vec<usize> = (0..self.names.len().max(1)).collect();
        if features.len() > MOST_SHOWN {
            features.sort_by_cached_key(|feature| Reverse(self.n_distinct(*feature)));
            features.truncate(MOST_SHOWN);
            features.sort_unstable();
        }
        features
    }

    /// The features whose values are told of a mark: those of the axes, and some of the others.
    pub(super) fn told(&self, shown: &Shown) -> Vec<usize> {
        let others = (0..self.names.len()).filter(|feature| !shown.features.contains(feature));
        let mut told: Vec<usize> =
            shown.features.iter().copied().chain(others).take(MOST_TOLD).collect();
        told.sort_unstable();
        told
    }

    fn axis(&self, feature: usize, label: Option<&str>) -> Axis {
        let patterns = self.found.patterns().ids();
        let values = patterns.map(|pattern| self.value(pattern, feature));
        Axis::of_values(label.unwrap_or(&axis_label(self.name(feature))), values)
    }

    fn n_distinct(&self, feature: usize) -> usize {
        let table = self.found.patterns();
        let mut values: Vec<u64> =
            table.ids().map(|id| self.value(id, feature).to_bits()).collect();
        values.sort_unstable();
        values.dedup();
        values.len()
    }
}
