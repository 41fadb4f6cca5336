//! The linear percentile, of values that may stand for several.

use oddsift_ground::{Weighted, quantiles};

/// The value that the share `fraction` (0 to 1) of `values` lies below, with linear interpolation
/// between neighbours as numpy's default has it; NaN for no values.
///
/// With `weights` each value stands for that many equal ones: whole weights give to the bit what the
/// repeated values would. A value without a weight counts as weight 0. Expected time `O(n)`,
/// `O(n log n)` with weights.
///
/// ```
/// use oddsift_iforest::percentile;
///
/// assert_eq!(percentile(&[4.0, 1.0, 2.0], None, 0.25), 1.5);
/// assert_eq!(percentile(&[1.0, 2.0], Some(&[3.0, 1.0]), 0.75), percentile(&[1.0, 1.0, 1.0, 2.0], None, 0.75));
/// ```
pub fn percentile(values: &[f64], weights: Option<&[f64]>, fraction: f64) -> f64 {
    let found = match weights {
        None => quantiles(values, [fraction]).map(|[value]| value),
        Some(weights) => {
            let pairs = values.iter().copied().zip(weights.iter().copied());
            pairs.collect::<Weighted>().quantile(fraction)
        }
    };
    found.unwrap_or(f64::NAN)
}
