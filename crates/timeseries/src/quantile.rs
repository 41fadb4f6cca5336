//! Order statistics by selection.

/// The quantile `q` from 0 to 1 of numbers that are not NaN, by straight lines between them; 0 of none.
///
/// The definition is R's type 7, numpy's default. Time `O(n)`; the order of `values` changes.
pub(crate) fn quantile(values: &mut [f64], q: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let place = q * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the values, rounded down"
    )]
    let below = (place as usize).min(last);
    let (_, low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    low + (place - below as f64) * (high - low)
}

/// The median, as [`quantile`] at a half.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_joined_by_lines() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(quantile(&mut values.clone(), 0.0), 1.0);
        assert_eq!(quantile(&mut values.clone(), 1.0), 4.0);
        assert_eq!(quantile(&mut values.clone(), 0.25), 1.75);
        assert_eq!(median(&mut values.clone()), 2.5);
        assert_eq!(median(&mut [7.0]), 7.0);
        assert_eq!(median(&mut []), 0.0);
    }
}
