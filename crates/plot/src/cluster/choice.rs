use std::cmp::Reverse;

use super::ClusterPlot;
use crate::shown::{Shown, asked};

/// Features of which pairs can be chosen.
const MOST_SHOWN: usize = 6;
/// Features whose values are told of a mark.
const MOST_TOLD: usize = 8;

impl ClusterPlot<'_> {
    /// The features that were asked for, or those that tell most.
    pub(super) fn shown(&self) -> Shown {
        let asked = self.features.map(|pair| asked(pair, self.names.len()));
        let features = asked.unwrap_or_else(|| self.most_telling());
        let patterns = self.found.patterns();
        Shown::new(features, &self.names, |feature| {
            patterns.ids().map(move |pattern| self.value(pattern, feature))
        })
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

    /// The axes of each view, the one that shows most first.
    pub(super) fn pairs(&self, shown: &Shown) -> Vec<(usize, usize)> {
        let mut pairs = shown.pairs();
        if pairs.is_empty() {
            return vec![(0, 0)];
        }
        if pairs.len() > 1 {
            let n_distinct: Vec<usize> =
                shown.features.iter().map(|feature| self.n_distinct(*feature)).collect();
            let least = |(x, y): &(usize, usize)| n_distinct.get(*x).min(n_distinct.get(*y));
            pairs.sort_by_key(|pair| Reverse(least(pair).copied()));
        }
        pairs
    }

    /// The features whose values are told of a mark: those of the axes, and some of the others.
    pub(super) fn told(&self, shown: &Shown) -> Vec<usize> {
        let others = (0..self.names.len()).filter(|feature| !shown.features.contains(feature));
        let mut told: Vec<usize> =
            shown.features.iter().copied().chain(others).take(MOST_TOLD).collect();
        told.sort_unstable();
        told
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
