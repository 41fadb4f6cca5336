//! What a series may be given as.

use std::borrow::Cow;

use ndarray::{ArrayBase, ArrayRef1, Data, Ix1};

/// Values at equal distances in time: a slice, a vector or a one-dimensional array, and a view of one.
///
/// What lies in memory one value after the other is taken as it lies; of other arrays, such as a
/// column of a matrix, a copy is made. A series of other numbers is converted by its owner:
/// `y.mapv(f64::from)`.
///
/// ```
/// use ndarray::{Array1, array, s};
/// use oddsift_stl::{AsSeries, Stl};
///
/// let y: Vec<f64> = (0..48).map(|hour| f64::from(hour % 12)).collect();
/// let fit = Stl::params(12).fit(&y)?;
/// assert_eq!(fit, Stl::params(12).fit(y.as_slice())?);
/// assert_eq!(fit, Stl::params(12).fit(&Array1::from_vec(y))?);
///
/// let table = array![[1.0, 5.0], [2.0, 6.0], [3.0, 7.0]];
/// assert_eq!(table.column(1).as_series().as_ref(), [5.0, 6.0, 7.0]);
/// assert_eq!(table.slice(s![..;-1, 0]).as_series().as_ref(), [3.0, 2.0, 1.0]);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
pub trait AsSeries {
    /// The values, first to last.
    fn as_series(&self) -> Cow<'_, [f64]>;
}

impl AsSeries for [f64] {
    fn as_series(&self) -> Cow<'_, [f64]> {
        Cow::Borrowed(self)
    }
}

impl<const N: usize> AsSeries for [f64; N] {
    fn as_series(&self) -> Cow<'_, [f64]> {
        Cow::Borrowed(self)
    }
}

impl AsSeries for Vec<f64> {
    fn as_series(&self) -> Cow<'_, [f64]> {
        Cow::Borrowed(self)
    }
}

impl AsSeries for ArrayRef1<f64> {
    fn as_series(&self) -> Cow<'_, [f64]> {
        match self.as_slice() {
            Some(values) => Cow::Borrowed(values),
            None => Cow::Owned(self.iter().copied().collect()),
        }
    }
}

impl<S: Data<Elem = f64>> AsSeries for ArrayBase<S, Ix1> {
    fn as_series(&self) -> Cow<'_, [f64]> {
        // An array is one of the kind that all arrays and views can be seen as.
        let array: &ArrayRef1<f64> = self;
        array.as_series()
    }
}

impl<S: AsSeries + ?Sized> AsSeries for &S {
    fn as_series(&self) -> Cow<'_, [f64]> {
        (**self).as_series()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, s};

    use super::*;
    use crate::{Mstl, Stl, find_periods};

    #[test]
    fn every_layout_is_the_series_of_its_values() {
        let table = Array2::from_shape_fn((60, 3), |(row, column)| (row % (column + 5)) as f64);
        for view in [table.column(1), table.slice(s![..;-1, 2]), table.slice(s![..;2, 0])] {
            let values: Vec<f64> = view.iter().copied().collect();
            assert_eq!(Stl::params(6).fit(&view), Stl::params(6).fit(&values));
            assert_eq!(Mstl::params(&[6]).fit(&view), Mstl::params(&[6]).fit(&values));
            assert_eq!(find_periods(&view), find_periods(&values));
        }
    }

    #[test]
    fn values_that_lie_one_after_the_other_are_not_copied() {
        let array = Array1::from_vec(vec![1.0, 2.0, 3.0]);
        let view = array.slice(s![1..]);
        assert!(matches!(array.as_series(), Cow::Borrowed([1.0, ..])));
        assert!(matches!(view.as_series(), Cow::Borrowed([2.0, 3.0])));
        assert!(matches!(view.slice(s![..;-1]).as_series(), Cow::Owned(_)));
    }
}
