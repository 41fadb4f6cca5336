//! Quantiles are those of ndarray-stats, and weights are repetitions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::Array1;
use ndarray_stats::{
    Quantile1dExt,
    interpolate::{Higher, Interpolate, Linear},
};
use noisy_float::types::{N64, n64};
use oddsift_ground::{Weighted, quantiles};
use proptest::prelude::*;

/// Of values below a thousand: ndarray-stats rounds a few times in another order.
const TOLERANCE: f64 = 1e-9;

fn by_ndarray_stats(values: &[f64], share: f64, how: &impl Interpolate<N64>) -> f64 {
    let mut values: Array1<N64> = values.iter().map(|&value| n64(value)).collect();
    values.quantile_mut(n64(share), how).unwrap().raw()
}

/// Few different values, so that some are equal, each with how often it stands.
fn repeated() -> impl Strategy<Value = Vec<(f64, u8)>> {
    let value = prop_oneof![(-5_i32..5).prop_map(|value| f64::from(value) * 0.3), -1e3..1e3];
    prop::collection::vec((value, 0_u8..6), 1..40)
}

fn repeat(pairs: &[(f64, u8)]) -> Vec<f64> {
    pairs.iter().flat_map(|&(value, n)| vec![value; n.into()]).collect()
}

fn weigh(pairs: &[(f64, u8)]) -> Weighted {
    pairs.iter().map(|&(value, n)| (value, f64::from(n))).collect()
}

proptest! {
    #[test]
    fn quantiles_are_those_of_ndarray_stats(
        values in prop::collection::vec(-1e3..1e3, 1..60), shares in [0.0..=1.0, 0.0..=1.0],
    ) {
        let found = quantiles(&values, shares).unwrap();
        for (share, found) in shares.into_iter().zip(found) {
            let expected = by_ndarray_stats(&values, share, &Linear);
            prop_assert!((found - expected).abs() <= TOLERANCE, "{found} {expected}");
        }
    }

    #[test]
    fn weights_are_repetitions(pairs in repeated(), share in 0.0..=1.0) {
        let (found, values) = (weigh(&pairs).quantile(share), repeat(&pairs));
        let bits = |found: Option<f64>| found.map(f64::to_bits);
        prop_assert_eq!(bits(found), bits(quantiles(&values, [share]).map(|[value]| value)));
        if let Some(found) = found {
            let expected = by_ndarray_stats(&values, share, &Linear);
            prop_assert!((found - expected).abs() <= TOLERANCE, "{found} {expected}");
        }
    }

    #[test]
    fn the_least_value_with_a_share_is_that_of_repeated_values(pairs in repeated(), n in 0_usize..=64) {
        // Shares that are exact, so that both sides come to the same place.
        let (share, values) = (n as f64 / 64.0, repeat(&pairs));
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (n * sorted.len()).div_ceil(64).saturating_sub(1);
        prop_assert_eq!(weigh(&pairs).least(share), sorted.get(at).copied());
    }

    #[test]
    fn the_least_value_with_all_of_the_weight_is_the_largest(pairs in repeated()) {
        let values = repeat(&pairs);
        prop_assume!(!values.is_empty());
        prop_assert_eq!(weigh(&pairs).least(1.0), Some(by_ndarray_stats(&values, 1.0, &Higher)));
    }

    #[test]
    fn the_unit_of_the_weights_does_not_change_the_least_value(pairs in repeated(), share in 0.0..=1.0) {
        let half: Weighted = pairs.iter().map(|&(value, n)| (value, f64::from(n) / 2.0)).collect();
        prop_assert_eq!(half.least(share), weigh(&pairs).least(share));
    }
}
