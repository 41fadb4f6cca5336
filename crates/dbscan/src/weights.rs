//! Sums of weights that do not depend on the order in which neighbours are found.
//!
//! Whole weights are summed as they are. Others are summed as multiples of a power of two so small
//! that nothing is lost (see [`Unit::of`]), and the sum counts as if it were rounded to `f64` once.

use std::ops::{AddAssign, Sub};

use crate::Error;

/// The sum of magnitudes, in whole numbers, that is refused: 2^62, so that no partial sum overflows.
const TOO_MUCH: f64 = 4_611_686_018_427_387_904.0;

/// A number that neighbourhoods add up.
pub(crate) trait Weight:
    Copy + Ord + Default + AddAssign + Sub<Output = Self> + Send + Sync
{
}

impl Weight for i64 {}
impl Weight for i128 {}

/// One finite weight for each of `n_samples`.
pub(crate) fn check(weights: &[f64], n_samples: usize) -> Result<(), Error> {
    if weights.len() != n_samples {
        return Err(Error::WeightsLength { n_weights: weights.len(), n_samples });
    }
    match weights.iter().position(|weight| !weight.is_finite()) {
        Some(row) => Err(Error::NonFiniteWeight { row }),
        None => Ok(()),
    }
}

/// The power of two, `2^-places`, whose multiples the weights are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    places: i32,
}

impl Unit {
    /// Zero places where all weights are whole, else as many as a sum in 127 bits has room for:
    /// at least 64, as magnitudes sum to less than 2^62.
    pub(crate) fn of(weights: &[f64]) -> Result<Self, Error> {
        let total: f64 = weights.iter().map(|weight| weight.abs()).sum();
        if total >= TOO_MUCH {
            return Err(Error::WeightsRange(total));
        }
        if weights.iter().all(|weight| weight.fract() == 0.0) {
            return Ok(Self { places: 0 });
        }
        // One place less than there is room for: `total` is itself rounded, and so is each weight.
        let whole_places = total.max(1.0).log2().ceil() as i32;
        Ok(Self { places: 125 - whole_places })
    }

    pub(crate) fn is_whole(self) -> bool {
        self.places == 0
    }

    pub(crate) fn fixed(self, weight: f64) -> i128 {
        (weight * self.size()).round() as i128
    }

    /// The least sum that `f64` would round to `min_samples`: half the gap below it is enough. (Ties
    /// round to the even mantissa, which a whole number below 2^52 has.)
    pub(crate) fn fixed_threshold(self, min_samples: usize) -> i128 {
        let threshold = min_samples as f64;
        // No sum comes near it, and it must not overflow.
        if threshold * self.size() >= 2.0_f64.powi(126) {
            return i128::MAX;
        }
        let half_gap = (threshold - threshold.next_down()) / 2.0;
        self.fixed(threshold) - self.fixed(half_gap)
    }

    fn size(self) -> f64 {
        2.0_f64.powi(self.places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reaches(weights: &[f64], min_samples: usize) -> bool {
        let unit = Unit::of(weights).unwrap();
        weights.iter().map(|&weight| unit.fixed(weight)).sum::<i128>()
            >= unit.fixed_threshold(min_samples)
    }

    #[test]
    fn sums_are_rounded_once_and_not_at_every_step() {
        // Added one by one in f64 these give 0.9999999999999999 and 6.999999999999999.
        assert!(reaches(&[0.1; 10], 1));
        assert!(reaches(&[0.7; 10], 7));
        assert!(!reaches(&[0.1; 9], 1));
    }

    #[test]
    fn a_sum_one_step_below_the_threshold_is_below_it() {
        assert!(!reaches(&[5.0_f64.next_down()], 5));
        assert!(!reaches(&[0.5, 0.5_f64.next_down() - 1e-16], 1));
    }

    #[test]
    fn small_weights_are_not_swallowed_by_large_ones() {
        assert!(reaches(&[1e15, 0.25, 0.75, -1e15], 1));
        assert!(!reaches(&[1e15, 0.25, 0.5, -1e15], 1));
    }

    #[test]
    fn thresholds_past_the_range_are_not_reached() {
        for min_samples in [2, 3, 5, 1 << 20, 1 << 40, 1 << 57, usize::MAX] {
            assert!(!reaches(&[0.75, 0.25], min_samples), "{min_samples}");
            assert!(!reaches(&[0.75, 1.0], min_samples), "{min_samples}");
        }
    }

    #[test]
    fn whole_weights_are_told_from_fractions() {
        assert!(Unit::of(&[0.0, -3.0, 1e15]).unwrap().is_whole());
        assert!(!Unit::of(&[0.5]).unwrap().is_whole());
        assert!(Unit::of(&[]).unwrap().is_whole());
        assert!(!Unit::of(&[5e-324]).unwrap().is_whole());
    }

    #[test]
    fn weights_past_the_range_are_refused() {
        assert!(matches!(Unit::of(&[1e300]), Err(Error::WeightsRange(_))));
        assert!(matches!(Unit::of(&[f64::MAX, f64::MAX]), Err(Error::WeightsRange(_))));
        assert!(Unit::of(&[4e18]).is_ok());
    }

    #[test]
    fn there_is_one_finite_weight_a_sample() {
        assert_eq!(check(&[1.0], 2), Err(Error::WeightsLength { n_weights: 1, n_samples: 2 }));
        assert_eq!(check(&[1.0, f64::NAN], 2), Err(Error::NonFiniteWeight { row: 1 }));
        assert_eq!(check(&[f64::INFINITY], 1), Err(Error::NonFiniteWeight { row: 0 }));
    }
}
