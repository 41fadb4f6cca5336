use ndarray::Axis as Dimension;

use super::OutlierPlot;
use crate::{
    Error,
    shown::{Shown, asked},
};

/// Rows whose contributions choose the features.
const MOST_ASKED: usize = 500;
/// Features of which pairs are drawn.
const MOST_FEATURES: usize = 4;

impl OutlierPlot<'_> {
    /// What the axes show, over all rows that are given.
    pub(super) fn shown(&self) -> Result<Shown, Error> {
        let rows = || [self.usual, self.odd].into_iter().flatten();
        Ok(Shown::new(self.chosen()?, &self.names, |feature| {
            rows().flat_map(move |rows| rows.index_axis_move(Dimension(1), feature)).copied()
        }))
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
        if let Some(pair) = self.features {
            return Ok(asked(pair, n_features));
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
