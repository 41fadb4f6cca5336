//! Rows that repeat are scored once.

use oddsift_ground::DistinctRows;

use crate::Error;

/// Rows after which it shows whether rows repeat.
const SAMPLE: usize = 1 << 14;
/// Rows that are checked and then looked up while they are in the cache.
const BLOCK: usize = 1 << 10;

/// The distinct ones among rows, in the order of their first occurrence.
pub(crate) struct Distinct {
    /// Row-major; 0.0 stands for -0.0 too.
    pub(crate) points: Vec<f64>,
    /// For each row its point.
    pub(crate) point_of_row: Vec<u32>,
}

impl Distinct {
    /// `None` where it pays more to score every row: few repeat, there are few, or more than can be
    /// numbered. `values` are row-major, and `check` is asked about runs of them, with the first row.
    pub(crate) fn collapse(
        values: &[f64],
        n_columns: usize,
        check: impl Fn(&[f64], usize) -> Result<(), Error>,
    ) -> Result<Option<Self>, Error> {
        let n_rows = values.len() / n_columns;
        if n_rows < SAMPLE || n_rows >= u32::MAX as usize {
            return Ok(None);
        }
        let (sample, rest) = values.split_at(SAMPLE * n_columns);
        let mut table = DistinctRows::new(n_columns);
        let mut point_of_row = vec![0; SAMPLE];
        check(sample, 0)?;
        table.insert_all(sample, &mut point_of_row);
        if table.len() > SAMPLE - SAMPLE / 8 {
            return Ok(None);
        }
        point_of_row.resize(n_rows, 0);
        let points = point_of_row[SAMPLE..].chunks_mut(BLOCK);
        let starts = (SAMPLE..).step_by(BLOCK);
        for ((values, points), first_row) in rest.chunks(BLOCK * n_columns).zip(points).zip(starts)
        {
            check(values, first_row)?;
            table.insert_all(values, points);
        }
        Ok(Some(Self { points: table.into_rows(), point_of_row }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapse(values: &[f64], n_columns: usize) -> Option<Distinct> {
        Distinct::collapse(values, n_columns, |_, _| Ok(())).unwrap()
    }

    #[test]
    fn equal_rows_are_one_point_in_the_order_of_first_occurrence() {
        let values: Vec<f64> = (0..3 * SAMPLE).map(|i| (i / 2 % 5000) as f64).collect();
        let distinct = collapse(&values, 2).unwrap();
        let expected: Vec<f64> = (0..5000).flat_map(|i| [f64::from(i); 2]).collect();
        assert_eq!(distinct.points, expected);
        assert!(distinct.point_of_row.iter().enumerate().all(|(i, &p)| p as usize == i % 5000));
    }

    #[test]
    fn both_zeros_are_one_point() {
        let values: Vec<f64> = (0..SAMPLE).map(|i| if i % 2 == 0 { -0.0 } else { 0.0 }).collect();
        assert_eq!(collapse(&values, 1).unwrap().points[0].to_bits(), 0);
    }

    #[test]
    fn rows_that_mostly_differ_are_left_alone() {
        let values: Vec<f64> = (0..2 * SAMPLE).map(|i| i as f64).collect();
        assert!(collapse(&values, 1).is_none());
        assert!(collapse(&[1.0; 100], 1).is_none());
    }
}
