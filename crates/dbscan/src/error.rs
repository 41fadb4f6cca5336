//! What can be wrong with parameters or data.

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
        "unknown metric '{0}', use euclidean, manhattan, chebyshev or minkowski:P, such as minkowski:3"
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
    /// The magnitudes of the weights sum to 2^62 or more.
    #[error(
        "the magnitudes of the weights sum to {0}, scale the weights below 4611686018427387904"
    )]
    WeightsRange(f64),
}
