//! Scaling of features before distances are taken.
//!
//! Every scaling is defined on distinct vectors with counts, so the result does not depend on how
//! rows were grouped into patterns.

use std::fmt;
use std::str::FromStr;

use ndarray::{Array2, ArrayRef2};
use oddsift_ground::Weighted;

use crate::Error;

/// How features are scaled before clustering. The default is [`Unit`](Scaling::Unit), as in msticpy.
///
/// ```
/// use oddsift_eventcluster::Scaling;
///
/// assert_eq!("robust".parse::<Scaling>()?, Scaling::Robust);
/// assert_eq!(Scaling::default().to_string(), "unit");
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Scaling {
    /// Values stay as they are.
    None,
    /// Each row is divided by its Euclidean norm; see [`normalize`].
    #[default]
    Unit,
    /// Each column has mean 0 and population deviation 1.
    Standard,
    /// Each column is centred on its median and divided by its interquartile range.
    Robust,
    /// Each column runs from 0 to 1.
    MinMax,
}

const NAMES: [(Scaling, &str); 5] = [
    (Scaling::Unit, "unit"),
    (Scaling::None, "none"),
    (Scaling::Standard, "standard"),
    (Scaling::Robust, "robust"),
    (Scaling::MinMax, "minmax"),
];

impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(scaling, _)| scaling == self).map_or("", |(_, name)| name))
    }
}

impl FromStr for Scaling {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        NAMES
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(scaling, _)| *scaling)
            .ok_or_else(|| Error::UnknownScaling(text.to_owned()))
    }
}

/// A scaling with what it learnt from the data: `(x - center) / spread` by column, or the row norm.
///
/// Made by [`Scaler::fit`]; a fitted one scales new rows the same way. With the feature `serde` it
/// can be stored, and one that is read back is checked.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "StoredScaler"))]
pub struct Scaler {
    scaling: Scaling,
    center: Vec<f64>,
    spread: Vec<f64>,
}

impl Scaler {
    /// Learns `scaling` from `x`, an array of shape `(n_patterns, n_features)` whose row `i` stands
    /// for `counts[i]` rows.
    ///
    /// A column without spread keeps the divisor 1, as in scikit-learn. Time
    /// `O(n_patterns n_features)`, and `O(n log n)` a column for [`Scaling::Robust`].
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if there is not one count a row, [`Error::NonFinite`] for a NaN or an
    /// infinity in `x`.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_eventcluster::{Scaler, Scaling};
    ///
    /// let x = array![[1.0], [3.0]];
    /// let scaler = Scaler::fit(Scaling::Standard, &x, &[3, 1])?; // 1, 1, 1, 3
    /// assert_eq!(scaler.transform(&array![[1.5]])?, array![[0.0]]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn fit(scaling: Scaling, x: &ArrayRef2<f64>, counts: &[u64]) -> Result<Self, Error> {
        if counts.len() != x.nrows() {
            let (expected, found) = (x.nrows(), counts.len());
            return Err(Error::Length { what: "counts", expected, found });
        }
        check_finite(x)?;
        let learn: fn(&mut [Counted]) -> (f64, f64) = match scaling {
            Scaling::None | Scaling::Unit => {
                return Ok(Self { scaling, center: Vec::new(), spread: Vec::new() });
            }
            Scaling::Standard => mean_and_deviation,
            Scaling::Robust => median_and_quartile_range,
            Scaling::MinMax => minimum_and_range,
        };
        let mut column = Vec::with_capacity(x.nrows());
        let mut learnt = Self { scaling, center: Vec::new(), spread: Vec::new() };
        for values in x.columns() {
            column.clear();
            column.extend(values.iter().copied().zip(counts.iter().copied()));
            let (center, spread) = learn(&mut column);
            learnt.center.push(center);
            learnt.spread.push(if spread > 0.0 { spread } else { 1.0 });
        }
        Ok(learnt)
    }

    /// How many columns rows must have; `None` for a scaling that learns nothing of them.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaler, Scaling};
    /// let scaler = Scaler::fit(Scaling::MinMax, &array![[3.0, 4.0]], &[1])?;
    /// assert_eq!(scaler.n_features(), Some(2));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn n_features(&self) -> Option<usize> {
        let by_column = !matches!(self.scaling, Scaling::None | Scaling::Unit);
        by_column.then_some(self.center.len())
    }

    /// The scaling that was fitted.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaler, Scaling};
    /// let scaler = Scaler::fit(Scaling::Unit, &array![[3.0, 4.0]], &[1])?;
    /// assert_eq!(scaler.scaling(), Scaling::Unit);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn scaling(&self) -> Scaling {
        self.scaling
    }

    /// Scales the rows of `x`, an array of shape `(n_rows, n_features)`, into a new one. Time linear in
    /// its values.
    ///
    /// # Errors
    ///
    /// [`Error::NonFinite`] for a NaN or an infinity in `x`, [`Error::Columns`] if `x` has
    /// not the fitted number of columns, [`Error::ScaleRange`] where the result leaves the range of
    /// `f64`.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaler, Scaling};
    /// let x = array![[0.0, 5.0], [10.0, 5.0]];
    /// let scaler = Scaler::fit(Scaling::MinMax, &x, &[1, 1])?;
    /// assert_eq!(scaler.transform(&x)?, array![[0.0, 0.0], [1.0, 0.0]]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn transform(&self, x: &ArrayRef2<f64>) -> Result<Array2<f64>, Error> {
        check_finite(x)?;
        let by_column = !matches!(self.scaling, Scaling::None | Scaling::Unit);
        if by_column && x.ncols() != self.center.len() {
            return Err(Error::Columns { expected: self.center.len(), found: x.ncols() });
        }
        let mut scaled = x.to_owned();
        match self.scaling {
            Scaling::None => {}
            Scaling::Unit => scaled.rows_mut().into_iter().for_each(|mut row| {
                let norm = row_norm(row.iter().copied());
                if norm >= SMALLEST_NORM {
                    divide_by_norm(row.iter_mut(), norm);
                }
            }),
            Scaling::Standard | Scaling::Robust | Scaling::MinMax => self.shift(&mut scaled)?,
        }
        Ok(scaled)
    }

    /// The value that a scaled one was made of; `None` under unit scaling, and past the last column.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaler, Scaling};
    /// let scaler = Scaler::fit(Scaling::MinMax, &array![[0.0], [10.0]], &[1, 1])?;
    /// assert_eq!(scaler.unscaled(0, 0.5), Some(5.0));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn unscaled(&self, column: usize, value: f64) -> Option<f64> {
        match self.scaling {
            Scaling::None => Some(value),
            Scaling::Unit => None,
            Scaling::Standard | Scaling::Robust | Scaling::MinMax => {
                Some(value * self.spread.get(column)? + self.center.get(column)?)
            }
        }
    }

    fn shift(&self, x: &mut Array2<f64>) -> Result<(), Error> {
        for ((column, mut values), (center, spread)) in
            x.columns_mut().into_iter().enumerate().zip(self.center.iter().zip(&self.spread))
        {
            values.mapv_inplace(|value| (value - center) / spread);
            if values.iter().any(|value| !value.is_finite()) {
                return Err(Error::ScaleRange { column, scaling: self.scaling });
            }
        }
        Ok(())
    }
}

/// A scaler as it is stored, not yet checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredScaler {
    scaling: Scaling,
    center: Vec<f64>,
    spread: Vec<f64>,
}

#[cfg(feature = "serde")]
impl TryFrom<StoredScaler> for Scaler {
    type Error = Error;

    fn try_from(stored: StoredScaler) -> Result<Self, Error> {
        let StoredScaler { scaling, center, spread } = stored;
        let by_column = !matches!(scaling, Scaling::None | Scaling::Unit);
        if center.len() != spread.len() || (!by_column && !center.is_empty()) {
            return Err(Error::StoredScaler { fault: "center and spread do not fit the scaling" });
        }
        if !center.iter().all(|value| value.is_finite()) {
            return Err(Error::StoredScaler { fault: "center has a value that is not finite" });
        }
        if !spread.iter().all(|value| value.is_finite() && *value > 0.0) {
            return Err(Error::StoredScaler { fault: "spread has a value that is not positive" });
        }
        Ok(Self { scaling, center, spread })
    }
}

/// Divides each row of `x` by its Euclidean norm, as scikit-learn's `Normalizer` does.
///
/// A row of zeros stays, and so does a row whose norm is below `10 * f64::EPSILON`. Where the sum
/// of squares overflows, the row is first divided by its largest magnitude, so that the result has
/// norm 1 all the same. Time and memory are linear in the values.
///
/// # Errors
///
/// [`Error::NonFinite`] for a NaN or an infinity in `x`.
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::normalize;
///
/// assert_eq!(normalize(&array![[3.0, 4.0], [0.0, 0.0]])?, array![[0.6, 0.8], [0.0, 0.0]]);
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[doc(alias = "Normalizer")]
pub fn normalize(x: &ArrayRef2<f64>) -> Result<Array2<f64>, Error> {
    Scaler { scaling: Scaling::Unit, center: Vec::new(), spread: Vec::new() }.transform(x)
}

/// A value and how many rows have it.
type Counted = (f64, u64);

/// Rows with a smaller norm are taken for zero: scikit-learn's `_handle_zeros_in_scale`.
const SMALLEST_NORM: f64 = 10.0 * f64::EPSILON;

/// The Euclidean norm, or infinity where the sum of squares overflows.
fn row_norm(row: impl Iterator<Item = f64>) -> f64 {
    row.fold(0.0, |sum, value| sum + value * value).sqrt()
}

fn divide_by_norm<'a>(row: impl Iterator<Item = &'a mut f64>, norm: f64) {
    if norm.is_finite() {
        row.for_each(|value| *value /= norm);
        return;
    }
    let row: Vec<&mut f64> = row.collect();
    let largest = row.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let norm = row_norm(row.iter().map(|value| **value / largest));
    for value in row {
        *value = *value / largest / norm;
    }
}

fn check_finite(x: &ArrayRef2<f64>) -> Result<(), Error> {
    match x.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((row, column), _)) => Err(Error::NonFinite { row, column }),
        None => Ok(()),
    }
}

fn mean_and_deviation(column: &mut [Counted]) -> (f64, f64) {
    let n_rows: u64 = column.iter().map(|(_, count)| count).sum();
    // Each term is divided first: values near the end of f64 must not overflow the sum.
    let share = |count: u64| count as f64 / n_rows as f64;
    let mean: f64 = column.iter().map(|(value, count)| value * share(*count)).sum();
    let largest = column.iter().fold(0.0_f64, |m, (value, _)| m.max((value - mean).abs()));
    // Within rounding of a constant column: no spread, as scikit-learn's `_is_constant_feature`.
    if largest <= 10.0 * f64::EPSILON * mean.abs() || !largest.is_finite() {
        return (mean, 0.0);
    }
    let variance: f64 = column
        .iter()
        .map(|(value, count)| {
            let unit = (value - mean) / largest;
            unit * unit * share(*count)
        })
        .sum();
    (mean, variance.sqrt() * largest)
}

fn median_and_quartile_range(column: &mut [Counted]) -> (f64, f64) {
    let column: Weighted = column.iter().map(|&(value, count)| (value, count as f64)).collect();
    let [lower, median, upper] =
        [0.25, 0.5, 0.75].map(|share| column.quantile(share).unwrap_or_default());
    (median, upper - lower)
}

fn minimum_and_range(column: &mut [Counted]) -> (f64, f64) {
    let (low, high) =
        column.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), pair| {
            (low.min(pair.0), high.max(pair.0))
        });
    (low, high - low)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    fn scaled(scaling: Scaling, x: &Array2<f64>, counts: &[u64]) -> Array2<f64> {
        Scaler::fit(scaling, x, counts).unwrap().transform(x).unwrap()
    }

    #[test]
    fn unit_rows_have_norm_one() {
        assert_eq!(normalize(&array![[3.0, 4.0]]).unwrap(), array![[0.6, 0.8]]);
    }

    #[test]
    fn zero_row_stays() {
        assert_eq!(normalize(&array![[0.0, 0.0]]).unwrap(), array![[0.0, 0.0]]);
    }

    #[test]
    fn unit_scaling_keeps_signs() {
        assert_eq!(normalize(&array![[-3.0, 4.0]]).unwrap(), array![[-0.6, 0.8]]);
    }

    #[test]
    fn unit_scaling_twice_changes_nothing_more() {
        let once = normalize(&array![[3.0, 4.0], [0.1, -7.25], [1e9, 1.0]]).unwrap();
        let twice = normalize(&once).unwrap();
        // One rounding of the norm and one of the quotient.
        assert!((&once - &twice).iter().all(|d| d.abs() <= 2.0 * f64::EPSILON));
    }

    #[test]
    fn nan_is_an_error() {
        let at = Err(Error::NonFinite { row: 1, column: 0 });
        assert_eq!(normalize(&array![[1.0, 2.0], [f64::NAN, 0.0]]), at);
    }

    #[test]
    fn overflowing_squares_still_give_norm_one() {
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let row = normalize(&array![[1e200, 1e200]]).unwrap();
        assert!(row.iter().all(|v| (v - half).abs() <= f64::EPSILON), "{row}");
        let largest = normalize(&array![[f64::MAX, -f64::MAX]]).unwrap();
        assert!((largest[[0, 1]] + half).abs() <= f64::EPSILON);
    }

    #[test]
    fn row_below_the_smallest_norm_stays() {
        let tiny = array![[f64::EPSILON, 9.0 * f64::EPSILON]];
        assert_eq!(normalize(&tiny).unwrap(), tiny);
    }

    #[test]
    fn counts_stand_for_rows() {
        let grouped = array![[1.0, 7.0], [3.0, -2.0], [4.0, 0.5]];
        let rows = array![[1.0, 7.0], [1.0, 7.0], [3.0, -2.0], [4.0, 0.5], [4.0, 0.5], [4.0, 0.5]];
        for scaling in [Scaling::Standard, Scaling::Robust, Scaling::MinMax] {
            let by_count = scaled(scaling, &grouped, &[2, 1, 3]);
            let by_row = scaled(scaling, &rows, &[1; 6]);
            for (group, row) in [(0, 0), (1, 2), (2, 5)] {
                let difference = &by_count.row(group) - &by_row.row(row);
                // Sums of six terms in another order.
                assert!(difference.iter().all(|d| d.abs() < 1e-14), "{scaling}");
            }
        }
    }

    #[test]
    fn constant_column_scales_to_zero() {
        for scaling in [Scaling::Standard, Scaling::Robust, Scaling::MinMax] {
            assert_eq!(scaled(scaling, &array![[0.1], [0.1]], &[1, 2]), array![[0.0], [0.0]]);
        }
    }

    #[test]
    fn range_beyond_f64_is_an_error() {
        let x = array![[f64::MAX], [-f64::MAX]];
        let scaler = Scaler::fit(Scaling::MinMax, &x, &[1, 1]).unwrap();
        let error = Error::ScaleRange { column: 0, scaling: Scaling::MinMax };
        assert_eq!(scaler.transform(&x), Err(error));
    }

    #[test]
    fn quartiles_are_linear_quantiles() {
        // numpy.percentile([1, 2, 4, 8], [25, 50, 75]) = 1.75, 3.0, 5.0
        let mut column = vec![(8.0, 1), (1.0, 1), (4.0, 1), (2.0, 1)];
        assert_eq!(median_and_quartile_range(&mut column), (3.0, 3.25));
    }

    #[test]
    fn names_read_back() {
        for (scaling, name) in NAMES {
            assert_eq!(name.parse(), Ok(scaling));
            assert_eq!(scaling.to_string(), name);
        }
        assert_eq!("l2".parse::<Scaling>(), Err(Error::UnknownScaling("l2".to_owned())));
    }
}
