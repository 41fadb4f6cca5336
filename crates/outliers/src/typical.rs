use std::fmt;

use ndarray::{ArrayRef2, ArrayView1};
use oddsift_ground::Weighted;

/// The values of a feature that most training rows have: from the 5th to the 95th percentile, as
/// values that occur.
///
/// ```
/// use oddsift_outliers::Typical;
///
/// let typical = Typical { low: 12.0, high: 310.0 };
/// assert!(typical.contains(12.0) && !typical.contains(4120.0));
/// assert_eq!(typical.to_string(), "12 to 310");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Typical {
    /// The 5th percentile.
    pub low: f64,
    /// The 95th percentile.
    pub high: f64,
}

impl Typical {
    /// Whether `value` lies within, ends included.
    ///
    /// ```
    /// assert!(oddsift_outliers::Typical { low: 0.0, high: 0.0 }.contains(0.0));
    /// ```
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The typical values of each column of `x`, whose rows stand for `weights` rows each, or for one.
    pub(crate) fn of_columns(x: &ArrayRef2<f64>, weights: Option<&[f64]>) -> Vec<Self> {
        let weight = |row: usize| weights.and_then(|weights| weights.get(row)).map_or(1.0, |w| *w);
        let of_column = |column: ArrayView1<'_, f64>| {
            let values: Weighted =
                column.iter().enumerate().map(|(row, value)| (*value, weight(row))).collect();
            let [low, high] = [0.05, 0.95].map(|share| values.least(share).unwrap_or_default());
            Self { low, high }
        };
        x.columns().into_iter().map(of_column).collect()
    }
}

impl fmt::Display for Typical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (low, high) = (number(self.low), number(self.high));
        if low == high { f.write_str(&low) } else { write!(f, "{low} to {high}") }
    }
}

/// A number as a person reads it: whole ones in full, others to six digits.
pub(crate) fn number(value: f64) -> String {
    /// Whole numbers below are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        // Zero has no sign for people.
        return format!("{:.0}", value + 0.0);
    }
    let rounded = format!("{value:.5e}").parse().unwrap_or(value);
    if (1e-4..1e15).contains(&f64::abs(rounded)) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_a_wall_of_digits() {
        for (value, text) in [
            (4120.0, "4120"),
            (-0.0, "0"),
            (0.123_456_789, "0.123457"),
            (1e300, "1e300"),
            (1234.5, "1234.5"),
            (2.5e-7, "2.5e-7"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn weights_count_as_repeated_rows() {
        let x = ndarray::array![[1.0], [2.0], [100.0]];
        let repeated = ndarray::Array2::from_shape_fn((30, 1), |(row, _)| {
            if row < 28 {
                1.0
            } else if row < 29 {
                2.0
            } else {
                100.0
            }
        });
        let weighted = Typical::of_columns(&x, Some(&[28.0, 1.0, 1.0]));
        assert_eq!(weighted, Typical::of_columns(&repeated, None));
    }
}
