use ndarray::{ArrayView2, Axis as Dimension};

use super::OutlierPlot;
use crate::{
    Error,
    figure::{Axis, Scale},
    labels::axis_label,
};

/// Rows whose contributions choose the features.
const MOST_ASKED: usize = 500;
/// Features of which pairs are drawn.
const MOST_FEATURES: usize = 4;

/// The features that axes show.
pub(super) struct Shown {
    /// The one that isolates most first; columns of clouds are in the same order.
    pub(super) features: Vec<usize>,
    /// One for each.
    pub(super) axes: Vec<Axis>,
}

impl Shown {
    /// The value of a row on the axis of a number.
    pub(super) fn value(&self, rows: &ArrayView2<'_, f64>, row: usize, nth: usize) -> f64 {
        rows.get((row, self.feature(nth))).copied().unwrap_or(0.0)
    }

    pub(super) fn feature(&self, nth: usize) -> usize {
        self.features.get(nth).copied().unwrap_or(0)
    }

    pub(super) fn axis(&self, nth: usize) -> Axis {
        let none = || Axis::new("", Scale::Linear, (0.0, 1.0));
        self.axes.get(nth).cloned().unwrap_or_else(none)
    }

    /// The places of the features of each panel.
    pub(super) fn pairs(&self) -> Vec<(usize, usize)> {
        let n = self.features.len();
        (0..n).flat_map(|x| (x + 1..n).map(move |y| (x, y))).collect()
    }
}

impl OutlierPlot<'_> {
    /// What the axes show, over all rows that are given.
    pub(super) fn shown(&self) -> Result<Shown, Error> {
        let features = self.chosen()?;
        let labels = if features.len() <= 2 { [self.labels.x, self.labels.y] } else { [None; 2] };
        let labels = labels.into_iter().chain(std::iter::repeat(None));
        let axis = |(feature, label): (&usize, Option<&str>)| {
            let rows = [self.usual, self.odd].into_iter().flatten();
            let values: Vec<f64> = rows.flat_map(|rows| rows.column(*feature).to_vec()).collect();
            Axis::of_values(label.unwrap_or(&axis_label(self.name(*feature))), values.into_iter())
        };
        Ok(Shown { axes: features.iter().zip(labels).map(axis).collect(), features })
    }

    /// Of the training rows, by weight; of the outliers without any.
    pub(super) fn medians(&self) -> Vec<f64> {
        let none = vec![0.0; self.forest.n_features()];
        let Some(x) = self.usual.or(self.odd) else { return none };
        let weights = self.weights.filter(|weights| weights.len() == x.nrows());
        let weight = |row: usize| weights.and_then(|all| all.get(row)).copied().unwrap_or(1.0);
        let median = |column: usize| {
            let mut values: Vec<(f64, f64)> = x
                .column(column)
                .iter()
                .enumerate()
                .map(|(row, value)| (*value, weight(row)))
                .collect();
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            let half = values.iter().map(|value| value.1).sum::<f64>() / 2.0;
            let mut below = 0.0;
            let reaches = values.iter().find(|(_, weight)| {
                below += weight;
                below >= half
            });
            reaches.or(values.last()).map_or(0.0, |(value, _)| *value)
        };
        (0..x.ncols()).map(median).collect()
    }

    /// The features to draw, in the order in which they isolate the outliers.
    fn chosen(&self) -> Result<Vec<usize>, Error> {
        let n_features = self.forest.n_features();
        if let Some((x, y)) = self.features {
            let last = n_features.saturating_sub(1);
            let mut features = vec![x.min(last), y.min(last)];
            features.dedup();
            return Ok(features);
        }
        let mut features: Vec<usize> = (0..n_features).collect();
        if n_features <= 2 {
            return Ok(features);
        }
        let Some(x) = self.odd.filter(|x| x.nrows() > 0).or(self.usual) else {
            features.truncate(MOST_FEATURES);
            return Ok(features);
        };
        let asked = x.select(Dimension(0), &(0..x.nrows().min(MOST_ASKED)).collect::<Vec<_>>());
        let contributions = self.forest.contributions(&asked)?;
        let sums = contributions.sum_axis(Dimension(0));
        let sum = |feature: usize| sums.get(feature).copied().unwrap_or(0.0);
        features.sort_by(|a, b| sum(*b).total_cmp(&sum(*a)));
        features.truncate(MOST_FEATURES);
        Ok(features)
    }
}
