use ndarray::{Array2, ArrayRef2, Axis};
use oddsift_iforest::{
    Contamination, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples,
};

use crate::{Error, OutlierDetector};

/// What `identify_outliers` found: the model, the outlier rows, and a prediction for every row.
///
/// ```
/// use ndarray::Array2;
/// use oddsift_outliers::identify_outliers;
///
/// let mut x = Array2::from_shape_fn((100, 2), |(row, column)| ((row * 7 + column) % 10) as f64);
/// x.row_mut(40).fill(90.0);
/// let found = identify_outliers(&x, &x, 0.01)?;
/// assert_eq!(found.rows, [40]);
/// assert_eq!(found.outliers, ndarray::array![[90.0, 90.0]]);
/// assert_eq!(found.predictions[40], -1);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Identified {
    /// The fitted forest, which gives reasons.
    pub model: OutlierDetector,
    /// The outliers among the predicted rows, in their order: shape `(n_outliers, n_features)`.
    pub outliers: Array2<f64>,
    /// Which rows they are.
    pub rows: Vec<usize>,
    /// For each predicted row -1 (outlier) or 1.
    pub predictions: Vec<i8>,
}

/// Fits an isolation forest to `x` as msticpy does ([`msticpy_params`]) and predicts the rows of
/// `x_predict`; both have shape `(n_rows, n_features)`.
///
/// `contamination` is the share of outliers to expect, 0.05 in msticpy. Time is that of
/// [`IsolationForestParams::fit`], and linear in the rows that are scored.
///
/// # Errors
///
/// [`Error::Forest`] for a contamination outside (0, 0.5], values that are not finite, no rows, or
/// different numbers of columns.
///
/// ```
/// # use {ndarray::array, oddsift_outliers::identify_outliers};
/// let x = array![[1.0], [1.0], [1.0], [50.0]];
/// assert_eq!(identify_outliers(&x, &array![[1.0], [60.0]], 0.25)?.predictions, [1, -1]);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
pub fn identify_outliers(
    x: &ArrayRef2<f64>,
    x_predict: &ArrayRef2<f64>,
    contamination: f64,
) -> Result<Identified, Error> {
    let params = msticpy_params(x.nrows(), x.ncols());
    let params = params.contamination(Contamination::Fraction(contamination));
    identify_outliers_with(x, x_predict, &params)
}

/// As [`identify_outliers`], with any parameters.
///
/// # Errors
///
/// As [`identify_outliers`].
///
/// ```
/// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::identify_outliers_with};
/// let x = array![[1.0], [1.0], [1.0], [50.0]];
/// let found = identify_outliers_with(&x, &x, &IsolationForest::params().extended(true))?;
/// assert_eq!(found.predictions.len(), 4);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
pub fn identify_outliers_with(
    x: &ArrayRef2<f64>,
    x_predict: &ArrayRef2<f64>,
    params: &IsolationForestParams,
) -> Result<Identified, Error> {
    let model = OutlierDetector::params().forest(*params).fit(x)?;
    let predictions = model.forest().predict(x_predict)?;
    let is_odd = |(_, prediction): &(usize, &i8)| **prediction < 0;
    let rows: Vec<usize> =
        predictions.iter().enumerate().filter(is_odd).map(|(row, _)| row).collect();
    Ok(Identified { model, outliers: x_predict.select(Axis(0), &rows), rows, predictions })
}

/// The forest that msticpy's `identify_outliers` fits to data of this shape: 100 trees of
/// min(100, `n_rows`) rows, each tree on floor(sqrt(`n_features`)) features, contamination 0.05 and
/// seed 42.
///
/// ```
/// # use oddsift_outliers::msticpy_params;
/// let params = msticpy_params(1000, 5); // two features a tree
/// assert_eq!(params.seed(1), msticpy_params(1000, 8).seed(1));
/// ```
pub fn msticpy_params(n_rows: usize, n_features: usize) -> IsolationForestParams {
    IsolationForest::params()
        .n_trees(100)
        .max_samples(MaxSamples::Count(n_rows.clamp(1, 100)))
        .max_features(MaxFeatures::Count(n_features.isqrt().max(1)))
        .contamination(Contamination::Fraction(0.05))
        .seed(42)
}
