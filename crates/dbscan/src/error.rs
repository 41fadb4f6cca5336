//! What can be wrong with parameters or data.

use oddsift_ground::Stop;

use crate::{Label, Step};

/// Why DBSCAN could not run: a parameter out of range or data that has no distances.
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::{Dbscan, Error};
///
/// let error = Dbscan::params().eps(0.0).fit(&array![[1.0]]).unwrap_err();
/// assert_eq!(error, Error::Eps(0.0));
/// assert_eq!(error.to_string(), "eps must be positive and finite, got 0");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `eps` is zero, negative or not finite.
    #[error("eps must be positive and finite, got {0}")]
    Eps(f64),
    /// `min_samples` is zero.
    #[error("min_samples must be at least 1, got 0")]
    MinSamples,
    /// The exponent of the Minkowski metric is below 1 or not finite.
    #[error("the exponent of minkowski must be at least 1 and finite, got {0}")]
    MinkowskiP(f64),
    /// A text names no metric.
    #[error(
        "unknown metric {0:?}, use euclidean, manhattan, chebyshev or minkowski:P, such as minkowski:3"
    )]
    MetricName(String),
    /// The samples have no columns.
    #[error("the samples have no columns, pass at least one feature")]
    NoColumns,
    /// There are more samples than labels can tell apart.
    #[error(
        "{0} samples are more than the 4294967294 that can be labelled, cluster a part of them"
    )]
    TooManySamples(usize),
    /// A sample holds NaN or an infinity.
    #[error(
        "sample {row} has a NaN or an infinity in column {column}, drop the sample or fill the value"
    )]
    NonFinite {
        /// The sample, counted from 0.
        row: usize,
        /// The feature, counted from 0.
        column: usize,
    },
    /// Not one group for each sample.
    #[error("{n_groups} groups for {n_samples} samples, pass one group a sample")]
    GroupsLength {
        /// The number of groups.
        n_groups: usize,
        /// The number of samples.
        n_samples: usize,
    },
    /// There is not one weight for each sample.
    #[error("{n_weights} weights for {n_samples} samples, pass one weight a sample")]
    WeightsLength {
        /// How many weights there are.
        n_weights: usize,
        /// How many samples there are.
        n_samples: usize,
    },
    /// A weight is NaN or infinite.
    #[error("the weight of sample {row} is NaN or infinite, drop the sample or replace the weight")]
    NonFiniteWeight {
        /// The sample, counted from 0.
        row: usize,
    },
    /// A weight is negative where the nearest rows are counted.
    #[error("the weight of sample {row} is negative, distances need weights of at least 0")]
    NegativeWeight {
        /// The sample, counted from 0.
        row: usize,
    },
    /// The magnitudes of the weights sum to 2^62 or more.
    #[error(
        "the magnitudes of the weights sum to {0}, scale the weights below 4611686018427387904"
    )]
    WeightsRange(f64),
    /// The work that was allowed did not suffice.
    #[error(
        "{step} stopped at {done} of {total}, the work limit of {limit} is used up; raise it, lower eps or drop columns"
    )]
    WorkLimit {
        /// Pairs and boxes that were allowed.
        limit: u64,
        /// What was being done.
        step: Step,
        /// Rows or points that were done in this step.
        done: u64,
        /// How many there are in it.
        total: u64,
    },
    /// The callback of `fit_with` said to stop.
    #[error("clustering was cancelled, call it again for a result")]
    Cancelled,
    /// Samples to predict have not the columns of those that were fitted.
    #[error(
        "the samples have {n_columns} columns, the model {n_features}; pass the same features in the same order"
    )]
    Columns {
        /// Columns of the samples.
        n_columns: usize,
        /// Columns of the samples that were fitted.
        n_features: usize,
    },
    /// The parts of a stored model do not fit together.
    #[error(
        "a stored model has {n_values} values for {n_labels} core points of {n_features} features; save it again"
    )]
    ModelSize {
        /// Values of core points.
        n_values: usize,
        /// Labels, one for each core point.
        n_labels: usize,
        /// Features of each core point.
        n_features: usize,
    },
    /// A core point of a stored model holds NaN or an infinity.
    #[error(
        "core point {point} of a stored model has a NaN or an infinity in column {column}; save it again"
    )]
    ModelNonFinite {
        /// The core point, counted from 0.
        point: usize,
        /// The feature, counted from 0.
        column: usize,
    },
    /// Labels of a stored model are noise or leave a number out.
    #[error(
        "no core point of a stored model has label {missing}, though labels go up to {largest}; save it again"
    )]
    ModelLabels {
        /// The least label that no core point has.
        missing: u32,
        /// The largest label, -1 after all others.
        largest: Label,
    },
    /// Two core points of a stored model are the same.
    #[error("core points {first} and {second} of a stored model are equal; save it again")]
    ModelRepeats {
        /// The first of the two, counted from 0.
        first: usize,
        /// The second of the two.
        second: usize,
    },
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Cancelled => Self::Cancelled,
            Stop::WorkLimit { limit, at } => {
                Self::WorkLimit { limit, step: at.step, done: at.done, total: at.total }
            }
        }
    }
}
