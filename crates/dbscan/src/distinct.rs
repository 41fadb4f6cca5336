//! Equal rows collapse to one weighted point: events repeat, and clustering need not.

use ndarray::ArrayRef2;
use oddsift_ground::{Control, DistinctRows, threads};

use crate::{Error, step, unique, weights::Weight};

/// Rows that are checked and then looked up while they are in the cache.
const BLOCK: usize = 1 << 10;
/// Rows after which it shows whether rows repeat.
const SAMPLE: usize = 1 << 14;
/// Rows that are worth a thread of their own.
const PART: usize = 1 << 15;

/// The distinct rows of a matrix in the order of their first occurrence.
pub(crate) struct Distinct {
    pub(crate) n_columns: usize,
    /// Row-major, `n_points() * n_columns` values; 0.0 stands for -0.0 too.
    pub(crate) points: Vec<f64>,
    /// For each row its point.
    pub(crate) point_of_row: Vec<u32>,
}

impl Distinct {
    pub(crate) fn collapse(x: &ArrayRef2<f64>) -> Result<Self, Error> {
        Self::collapse_with(x, &Control::new(None))
    }

    pub(crate) fn collapse_with(x: &ArrayRef2<f64>, control: &Control<'_>) -> Result<Self, Error> {
        let (n_rows, n_columns) = x.dim();
        if n_columns == 0 {
            return Err(Error::NoColumns);
        }
        // A label is below `u32::MAX - 1`, and so must be the number of a point.
        if n_rows >= u32::MAX as usize - 1 {
            return Err(Error::TooManySamples(n_rows));
        }
        let x = x.as_standard_layout();
        let values = x.as_slice().unwrap_or_default();
        control.begin(step::COLLAPSE, n_rows)?;
        let mut point_of_row = vec![0; n_rows];
        let (sample, rest) = point_of_row.split_at_mut(n_rows.min(SAMPLE));
        let mut table = DistinctRows::new(n_columns);
        insert(&mut table, values, 0, sample, control)?;
        let later = &values[sample.len() * n_columns..];
        if table.len() > SAMPLE / 2 && !rest.is_empty() {
            let (points, point_of_row) =
                unique::collapse(values, n_columns, table.seed(), control)?;
            return Ok(Self { n_columns, points, point_of_row });
        }
        let n_parts = threads::count().min(rest.len() / PART);
        if n_parts > 1 {
            insert_parts(&mut table, later, sample.len(), rest, n_parts, control)?;
        } else {
            insert(&mut table, later, sample.len(), rest, control)?;
        }
        Ok(Self { n_columns, points: table.into_rows(), point_of_row })
    }

    pub(crate) fn n_points(&self) -> usize {
        self.points.len() / self.n_columns
    }

    /// How many rows each point stands for.
    pub(crate) fn counts(&self) -> Vec<i64> {
        let mut counts = vec![0; self.n_points()];
        self.point_of_row.iter().for_each(|&point| counts[point as usize] += 1);
        counts
    }

    /// The sum of its rows' weights for each point.
    pub(crate) fn sums<W: Weight>(&self, weights: &[f64], exact: impl Fn(f64) -> W) -> Vec<W> {
        let mut sums = vec![W::default(); self.n_points()];
        for (&point, &weight) in self.point_of_row.iter().zip(weights) {
            sums[point as usize] += exact(weight);
        }
        sums
    }
}

/// The first row of `values` that equals an earlier one, after that one.
#[cfg(feature = "serde")]
pub(crate) fn first_repeat(values: &[f64], n_columns: usize) -> Option<(usize, usize)> {
    let mut table = DistinctRows::new(n_columns);
    let mut rows = values.chunks_exact(n_columns).enumerate();
    rows.find_map(|(at, row)| {
        let point = table.find_or_insert(row)? as usize;
        (point < at).then_some((point, at))
    })
}

/// Refuses the first value that is NaN or infinite; `values` begin with row `first_row`.
pub(crate) fn check_finite(
    values: &[f64],
    n_columns: usize,
    first_row: usize,
) -> Result<(), Error> {
    // NaN and infinities times 0 are NaN, all else is 0. Several sums, so that they need not wait
    // for each other.
    let mut sums = [0.0; 8];
    let mut chunks = values.chunks_exact(sums.len());
    for chunk in &mut chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, value)| *sum += value * 0.0);
    }
    if sums.iter().chain(chunks.remainder()).all(|value| value.is_finite()) {
        return Ok(());
    }
    let at = values.iter().position(|value| !value.is_finite()).unwrap_or_default();
    Err(Error::NonFinite { row: first_row + at / n_columns, column: at % n_columns })
}

/// Inserts `values`, which begin with row `first_row`, and writes the point of each row.
fn insert(
    table: &mut DistinctRows,
    values: &[f64],
    first_row: usize,
    points: &mut [u32],
    control: &Control<'_>,
) -> Result<(), Error> {
    let (n_columns, mut tally) = (table.n_columns(), control.tally());
    let starts = (first_row..).step_by(BLOCK);
    let blocks = values.chunks(BLOCK * n_columns).zip(points.chunks_mut(BLOCK));
    for (first_row, (values, points)) in starts.zip(blocks) {
        check_finite(values, n_columns, first_row)?;
        table.insert_all(values, points);
        if !tally.did(points.len()) {
            break;
        }
    }
    drop(tally);
    Ok(control.check()?)
}

/// As [`insert`], with a table for each part of the rows at first: where rows repeat, little is left to
/// be put together.
fn insert_parts(
    table: &mut DistinctRows,
    values: &[f64],
    first_row: usize,
    points: &mut [u32],
    n_parts: usize,
    control: &Control<'_>,
) -> Result<(), Error> {
    let (n_columns, size) = (table.n_columns(), points.len().div_ceil(n_parts));
    let parts = threads::map_chunks(points, size, |i, points| {
        let mut part = DistinctRows::new(n_columns);
        let values = &values[i * size * n_columns..][..points.len() * n_columns];
        insert(&mut part, values, first_row + i * size, points, control).map(|()| part)
    });
    let mut numbers = Vec::with_capacity(n_parts);
    for part in parts {
        let part = part?;
        let mut of_part = vec![0; part.len()];
        table.insert_all(part.rows(), &mut of_part);
        numbers.push(of_part);
    }
    threads::for_each_chunk(points, size, |i, points| {
        for point in points {
            *point = numbers[i][*point as usize];
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn equal_rows_are_one_point_in_the_order_of_first_occurrence() {
        let x = array![[3.0, 1.0], [2.0, 2.0], [3.0, 1.0], [2.0, 2.0], [1.0, 3.0]];
        let distinct = Distinct::collapse(&x).unwrap();
        assert_eq!(distinct.points, [3.0, 1.0, 2.0, 2.0, 1.0, 3.0]);
        assert_eq!(distinct.point_of_row, [0, 1, 0, 1, 2]);
        assert_eq!(distinct.counts(), [2, 2, 1]);
    }

    #[test]
    fn both_zeros_are_one_point() {
        let distinct = Distinct::collapse(&array![[0.0], [-0.0]]).unwrap();
        assert_eq!((distinct.n_points(), distinct.points[0].to_bits()), (1, 0));
    }

    #[test]
    fn neighbouring_doubles_are_two_points() {
        assert_eq!(Distinct::collapse(&array![[0.1], [0.1_f64.next_up()]]).unwrap().n_points(), 2);
    }

    #[test]
    fn the_first_non_finite_value_is_named() {
        let x = array![[0.0, 1.0], [2.0, f64::INFINITY], [f64::NAN, 0.0]];
        assert!(matches!(Distinct::collapse(&x), Err(Error::NonFinite { row: 1, column: 1 })));
    }

    #[test]
    fn the_first_non_finite_value_is_named_among_many_rows() {
        for repeats in [7, usize::MAX] {
            let x = Array2::from_shape_fn((100_000, 2), |(row, column)| match (row, column) {
                (40_000, 1) | (95_000, 0) => f64::NAN,
                _ => (row % repeats) as f64,
            });
            let error = Distinct::collapse(&x).map(|distinct| distinct.n_points());
            assert_eq!(error, Err(Error::NonFinite { row: 40_000, column: 1 }));
        }
    }

    #[test]
    fn growing_keeps_every_point() {
        let x = Array2::from_shape_fn((10_000, 2), |(row, column)| (row % 5_000 + column) as f64);
        let distinct = Distinct::collapse(&x).unwrap();
        assert_eq!(distinct.n_points(), 5_000);
        assert!(
            distinct
                .point_of_row
                .iter()
                .enumerate()
                .all(|(row, &point)| row % 5_000 == point as usize)
        );
    }

    #[test]
    fn the_layout_of_the_matrix_changes_nothing() {
        let x = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [1.0, 2.0, 3.0]];
        let mut transposed = x.t().as_standard_layout().into_owned();
        transposed.swap_axes(0, 1);
        let (a, b) = (Distinct::collapse(&x).unwrap(), Distinct::collapse(&transposed).unwrap());
        assert_eq!((a.points, a.point_of_row), (b.points, b.point_of_row));
    }
}
