//! Quantiles of values, and of values that stand for several.

use ndarray::Array1;
use ndarray_stats::Sort1dExt;

/// Returns the quantiles of `values` at `shares` from 0 to 1, by straight lines between neighbours;
/// `None` for no values.
///
/// The definition is R's type 7, numpy's default, and the rounding is numpy's. Expected time `O(n)` for
/// all shares together, by the selection of ndarray-stats; memory 16 bytes a value.
///
/// ```
/// use oddsift_ground::quantiles;
///
/// assert_eq!(quantiles(&[4.0, 1.0, 3.0, 2.0], [0.25, 0.5]), Some([1.75, 2.5]));
/// assert_eq!(quantiles(&[], [0.5]), None);
/// ```
pub fn quantiles<const N: usize>(values: &[f64], shares: [f64; N]) -> Option<[f64; N]> {
    let last = values.len().checked_sub(1)?;
    let places = shares.map(|share| place(values.len() as f64, share));
    let neighbours = |place: f64| {
        let below = (place as usize).min(last);
        [below, (below + 1).min(last)]
    };
    let wanted: Array1<usize> = places.iter().flat_map(|&place| neighbours(place)).collect();
    let mut ranks: Array1<i128> =
        values.iter().zip(0..).map(|(&value, at)| rank(value, at)).collect();
    let found = ranks.get_many_from_sorted_mut(&wanted);
    Some(places.map(|place| {
        let [low, high] = neighbours(place).map(|at| value_of(found[&at]));
        interpolate(low, high, place.fract())
    }))
}

/// Values that each stand for as many equal ones as their weight says; a fraction of one counts, too.
///
/// Collected from pairs of value and weight, which take `O(n log n)` to sort. A pair whose weight is not
/// above 0 is left out.
///
/// ```
/// use oddsift_ground::{Weighted, quantiles};
///
/// let values: Weighted = [(7.0, 1.0), (2.0, 3.0)].into_iter().collect();
/// assert_eq!(values.quantile(0.75), quantiles(&[2.0, 2.0, 2.0, 7.0], [0.75]).map(|[value]| value));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// By value.
    sorted: Vec<(f64, f64)>,
    total: f64,
}

impl Weighted {
    /// Returns the quantile at a `share` from 0 to 1 of the values repeated by their weights, as
    /// [`quantiles`] has it; `None` for no values. Time `O(n)`.
    ///
    /// ```
    /// let values: oddsift_ground::Weighted = [(1.0, 1.0), (2.0, 1.0)].into_iter().collect();
    /// assert_eq!(values.quantile(0.5), Some(1.5));
    /// ```
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let place = place(self.total, share);
        let at = |place: f64| self.first(|weight| weight > place);
        Some(interpolate(at(place.trunc())?, at(place.trunc() + 1.0)?, place.fract()))
    }

    /// Returns the least value that, with those below it, has a `share` from 0 to 1 of the weight: one
    /// that occurs, not one between two; `None` for no values. Time `O(n)`.
    ///
    /// ```
    /// let values: oddsift_ground::Weighted = [(1.0, 1.0), (2.0, 1.0)].into_iter().collect();
    /// assert_eq!((values.least(0.5), values.least(0.51)), (Some(1.0), Some(2.0)));
    /// ```
    pub fn least(&self, share: f64) -> Option<f64> {
        self.first(|weight| weight >= share * self.total)
    }

    /// The first value for which `reaches` holds of the weight up to it, or else the last.
    fn first(&self, reaches: impl Fn(f64) -> bool) -> Option<f64> {
        let mut up_to = 0.0;
        let found = self.sorted.iter().find(|&&(_, weight)| {
            up_to += weight;
            reaches(up_to)
        });
        found.or(self.sorted.last()).map(|&(value, _)| value)
    }
}

impl FromIterator<(f64, f64)> for Weighted {
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(pairs: I) -> Self {
        let mut sorted: Vec<_> = pairs.into_iter().filter(|&(_, weight)| weight > 0.0).collect();
        sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let total = sorted.iter().map(|&(_, weight)| weight).sum();
        Self { sorted, total }
    }
}

/// Where in `n` sorted values the share is reached, counted from 0.
fn place(n: f64, share: f64) -> f64 {
    ((n - 1.0) * share).clamp(0.0, (n - 1.0).max(0.0))
}

/// From the nearer end, as numpy does.
fn interpolate(low: f64, high: f64, share: f64) -> f64 {
    if share == 0.0 {
        // Their distance may overflow.
        low
    } else if share < 0.5 {
        low + (high - low) * share
    } else {
        high - (high - low) * (1.0 - share)
    }
}

/// A number in the order of the values, by position where they are equal: the selection of ndarray-stats
/// takes the square of equal ones, and overflows the stack with many.
fn rank(value: f64, position: u64) -> i128 {
    i128::from(ordered(value.to_bits().cast_signed())) << 64 | i128::from(position)
}

fn value_of(rank: i128) -> f64 {
    f64::from_bits(ordered((rank >> 64) as i64).cast_unsigned())
}

/// Bits of a number as an integer in the order of `f64::total_cmp`, and back.
fn ordered(bits: i64) -> i64 {
    bits ^ i64::MAX & bits >> 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_numpys() {
        // numpy.percentile([4, 1, 3, 2], [0, 10, 25, 50, 90, 100])
        let found = quantiles(&[4.0, 1.0, 3.0, 2.0], [0.0, 0.1, 0.25, 0.5, 0.9, 1.0]);
        assert_eq!(found, Some([1.0, 1.3, 1.75, 2.5, 3.7, 4.0]));
        assert_eq!(quantiles(&[7.0], [0.0, 0.3, 1.0]), Some([7.0; 3]));
    }

    #[test]
    fn ranks_are_in_the_order_of_the_values() {
        let values = [f64::NEG_INFINITY, -2.5, -5e-324, -0.0, 0.0, 1.0, f64::INFINITY, f64::NAN];
        assert!(values.map(|value| rank(value, 3)).is_sorted());
        assert!(rank(1.0, 1) < rank(1.0, 2));
        let bits = |value: f64| value.to_bits();
        assert_eq!(values.map(|value| bits(value_of(rank(value, 9)))), values.map(bits));
    }

    #[test]
    fn many_equal_values_take_no_longer_than_others() {
        let values = vec![0.25; 1 << 20];
        assert_eq!(quantiles(&values, [0.1, 0.5]), Some([0.25; 2]));
    }

    #[test]
    fn far_apart_values_do_not_overflow_where_one_is_met() {
        assert_eq!(quantiles(&[f64::MAX, -f64::MAX, 0.0], [0.0, 0.5]), Some([-f64::MAX, 0.0]));
    }

    #[test]
    fn without_weight_there_is_no_quantile() {
        let none: Weighted = [(1.0, 0.0), (2.0, -1.0), (3.0, f64::NAN)].into_iter().collect();
        assert_eq!((none.quantile(0.5), none.least(0.5)), (None, None));
    }
}
