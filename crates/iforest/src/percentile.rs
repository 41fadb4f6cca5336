//! The linear percentile, of values that may stand for several.

/// The value that the share `fraction` (0 to 1) of `values` lies below, with linear interpolation
/// between neighbours as numpy's default has it; NaN for no values.
///
/// With `weights` each value stands for that many equal ones: whole weights give to the bit what the
/// repeated values would. A value without a weight counts as weight 0. `O(n log n)`.
///
/// ```
/// use oddsift_iforest::percentile;
///
/// assert_eq!(percentile(&[4.0, 1.0, 2.0], None, 0.25), 1.5);
/// assert_eq!(percentile(&[1.0, 2.0], Some(&[3.0, 1.0]), 0.75), percentile(&[1.0, 1.0, 1.0, 2.0], None, 0.75));
/// ```
pub fn percentile(values: &[f64], weights: Option<&[f64]>, fraction: f64) -> f64 {
    match weights {
        None => unweighted(values.to_vec(), fraction),
        Some(weights) => weighted(values, weights, fraction),
    }
}

fn unweighted(mut values: Vec<f64>, fraction: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let place = place(values.len() as f64, fraction);
    let at = (place as usize).min(values.len() - 1);
    let (_, &mut low, above) = values.select_nth_unstable_by(at, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    interpolate(low, high, place.fract())
}

fn weighted(values: &[f64], weights: &[f64], fraction: f64) -> f64 {
    let mut sorted: Vec<(f64, f64)> = values
        .iter()
        .zip(weights)
        .map(|(&value, &weight)| (value, weight))
        .filter(|&(_, weight)| weight > 0.0)
        .collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let Some(&(largest, _)) = sorted.last() else { return f64::NAN };
    let place = place(sorted.iter().map(|&(_, weight)| weight).sum(), fraction);
    // The value at a whole place of the repeated values.
    let value_at = |place: f64| {
        let mut up_to = 0.0;
        let reaches = |&&(_, weight): &&(f64, f64)| {
            up_to += weight;
            up_to > place
        };
        sorted.iter().find(reaches).map_or(largest, |&(value, _)| value)
    };
    interpolate(value_at(place.trunc()), value_at(place.trunc() + 1.0), place.fract())
}

/// Where in `n` sorted values the share is reached, counted from 0.
fn place(n: f64, fraction: f64) -> f64 {
    ((n - 1.0) * fraction).clamp(0.0, (n - 1.0).max(0.0))
}

/// From the nearer end, as numpy does.
fn interpolate(low: f64, high: f64, share: f64) -> f64 {
    if share < 0.5 { low + (high - low) * share } else { high - (high - low) * (1.0 - share) }
}
