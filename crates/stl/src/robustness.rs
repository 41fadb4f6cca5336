//! Robustness weights: Cleveland et al. (1990), section 3.4.

use multiversion::multiversion;

/// Of the largest magnitude of the series: narrower remainders are rounding.
const ROUNDING: f64 = 1e-12;

/// Bisquare weights of the remainders `y - trend - seasonal`, six medians wide.
///
/// The weight of a missing value is 0. If half of the remainders are nothing but rounding, all others
/// would be outliers; then every weight is 1, as in the original program where they are 0.
pub(crate) fn bisquare_weights(
    y: &[f64],
    trend: &[f64],
    seasonal: &[f64],
    sorted: &mut Vec<u64>,
    weights: &mut [f64],
) {
    magnitudes(y, trend, seasonal, weights);
    sorted.clear();
    // Bits of numbers that are not negative have the numbers' order.
    sorted.extend(weights.iter().filter(|magnitude| !magnitude.is_nan()).map(|m| m.to_bits()));
    let width = 3.0 * two_medians(sorted);
    if width > ROUNDING * largest(y) {
        bisquare(width, weights);
    } else {
        for weight in weights {
            *weight = if weight.is_nan() { 0.0 } else { 1.0 };
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn magnitudes(y: &[f64], trend: &[f64], seasonal: &[f64], out: &mut [f64]) {
    for (out, (y, (trend, seasonal))) in
        out.iter_mut().zip(y.iter().zip(trend.iter().zip(seasonal)))
    {
        *out = (y - (trend + seasonal)).abs();
    }
}

fn largest(y: &[f64]) -> f64 {
    y.iter().fold(0.0, |largest, value| largest.max(value.abs()))
}

#[multiversion(targets("x86_64+avx2"))]
fn bisquare(width: f64, magnitudes: &mut [f64]) {
    let (near, far) = (0.001 * width, 0.999 * width);
    for magnitude in magnitudes {
        let share = *magnitude / width;
        let rest = 1.0 - share * share;
        let weight = if *magnitude <= near { 1.0 } else { rest * rest };
        *magnitude = if *magnitude <= far { weight } else { 0.0 };
    }
}

/// The sum of the two middle values, or twice the middle one; 0 for none.
fn two_medians(bits: &mut [u64]) -> f64 {
    if bits.is_empty() {
        return 0.0;
    }
    let middle = bits.len() / 2;
    let is_odd = bits.len() % 2 == 1;
    let (below, &mut upper, _) = bits.select_nth_unstable(middle);
    let lower = if is_odd { upper } else { below.iter().max().copied().unwrap_or(upper) };
    f64::from_bits(lower) + f64::from_bits(upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_sum_is_the_median() {
        let twice = |values: &[f64]| {
            two_medians(&mut values.iter().map(|v: &f64| v.to_bits()).collect::<Vec<_>>())
        };
        assert_eq!(twice(&[3.0, 0.0, 1.0]), 2.0);
        assert_eq!(twice(&[3.0, 0.0, 1.0, 9.0]), 4.0);
        assert_eq!(twice(&[]), 0.0);
    }

    #[test]
    fn rounding_has_no_outliers() {
        let mut weights = [0.0; 4];
        let y = [1e6, 1e6 + 1e-9, f64::NAN, 1e6 - 3e-8];
        bisquare_weights(&y, &[1e6; 4], &[0.0; 4], &mut Vec::new(), &mut weights);
        assert_eq!(weights, [1.0, 1.0, 0.0, 1.0]);
    }

    #[test]
    fn far_remainders_have_no_weight() {
        let mut weights = [0.0; 5];
        let y = [1.0, -1.0, 1.0, 100.0, f64::NAN];
        bisquare_weights(&y, &[0.0; 5], &[0.0; 5], &mut Vec::new(), &mut weights);
        assert_eq!((weights[3], weights[4]), (0.0, 0.0));
        assert!((weights[0] - (1.0 - 1.0 / 36.0_f64).powi(2)).abs() < 1e-15);
    }
}
