//! Which scores are anomalies.

use crate::Error;

/// Flags scores by new thresholds: 1 at `threshold` or above, -1 at `-threshold_low` or below, else 0.
///
/// Without `threshold_low` both are `threshold`. Both are at least 0, and 0 is a value: a score that
/// meets both is -1. A score that is NaN is undefined and not flagged. Unlike the flags of
/// [`Anomalies`](crate::Anomalies), those at exactly the threshold are flagged, as msticpy does.
///
/// In msticpy a low threshold of 0 means none: pass `threshold_low.filter(|&low| low != 0.0)`.
///
/// # Errors
///
/// [`Error::Threshold`] for a threshold that is negative, NaN or infinite.
///
/// ```
/// use oddsift_timeseries::set_new_anomaly_threshold;
///
/// let scores = [2.5, 2.0, -1.5, -2.5, f64::NAN];
/// assert_eq!(set_new_anomaly_threshold(&scores, 2.0, None)?, [1, 1, 0, -1, 0]);
/// assert_eq!(set_new_anomaly_threshold(&scores, 2.1, Some(1.5))?, [1, 0, -1, -1, 0]);
/// assert!(set_new_anomaly_threshold(&scores, 2.0, Some(-1.5)).is_err());
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
pub fn set_new_anomaly_threshold(
    scores: &[f64],
    threshold: f64,
    threshold_low: Option<f64>,
) -> Result<Vec<i8>, Error> {
    let low = check(threshold, threshold_low)?;
    let flag = |&score: &f64| match score {
        score if score <= -low => -1,
        score if score >= threshold => 1,
        _ => 0,
    };
    Ok(scores.iter().map(flag).collect())
}

/// The low threshold, if both are in range.
pub(crate) fn check(threshold: f64, threshold_low: Option<f64>) -> Result<f64, Error> {
    let low = threshold_low.unwrap_or(threshold);
    match [threshold, low].into_iter().find(|value| !(value.is_finite() && *value >= 0.0)) {
        Some(value) => Err(Error::Threshold(value)),
        None => Ok(low),
    }
}
