//! Rows that repeat are scored once.

use std::hash::{BuildHasher, RandomState};

use crate::Error;

/// Rows after which it shows whether rows repeat.
const SAMPLE: usize = 1 << 14;

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
        let mut table = Table::new(n_columns);
        let mut point_of_row = Vec::with_capacity(SAMPLE);
        check(sample, 0)?;
        table.insert_rows(sample, &mut point_of_row);
        if table.n_points() > SAMPLE - SAMPLE / 8 {
            return Ok(None);
        }
        point_of_row.reserve_exact(n_rows - SAMPLE);
        for part in rest.chunks(SAMPLE * n_columns) {
            check(part, point_of_row.len())?;
            table.insert_rows(part, &mut point_of_row);
        }
        Ok(Some(Self { points: table.points, point_of_row }))
    }
}

/// An open-addressing hash table of rows, at most half full. A slot holds the upper half of a row's
/// hash and, in the lower half, the number of its point plus one; 0 is free.
struct Table {
    n_columns: usize,
    points: Vec<f64>,
    slots: Vec<u64>,
    /// Random, so that nobody can prepare rows that meet in one slot.
    seed: u64,
}

impl Table {
    fn new(n_columns: usize) -> Self {
        let seed = RandomState::new().hash_one(n_columns);
        Self { n_columns, points: Vec::new(), slots: vec![0; 1024], seed }
    }

    fn n_points(&self) -> usize {
        self.points.len() / self.n_columns
    }

    fn insert_rows(&mut self, values: &[f64], points: &mut Vec<u32>) {
        // The compiler makes a loop of its own for each small number of columns.
        match self.n_columns {
            1 => self.insert_all(values, 1, points),
            2 => self.insert_all(values, 2, points),
            3 => self.insert_all(values, 3, points),
            n_columns => self.insert_all(values, n_columns, points),
        }
    }

    #[inline(always)]
    fn insert_all(&mut self, values: &[f64], n_columns: usize, points: &mut Vec<u32>) {
        points.extend(values.chunks_exact(n_columns).map(|row| self.insert(row)));
    }

    /// The point that equals `row`, made if there is none.
    #[inline(always)]
    fn insert(&mut self, row: &[f64]) -> u32 {
        let tag = hash(self.seed, row) >> 32;
        let mut at = self.slot_of(tag);
        while self.slots[at] != 0 {
            let point = (self.slots[at] as u32) - 1;
            if self.slots[at] >> 32 == tag && self.point(point, row.len()) == row {
                return point;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.add(tag, at, row)
    }

    fn point(&self, point: u32, n_columns: usize) -> &[f64] {
        &self.points[point as usize * n_columns..][..n_columns]
    }

    #[cold]
    fn add(&mut self, tag: u64, at: usize, row: &[f64]) -> u32 {
        // Adding 0.0 turns -0.0 into 0.0 and changes nothing else.
        self.points.extend(row.iter().map(|value| value + 0.0));
        let n_points = self.n_points();
        self.slots[at] = tag << 32 | n_points as u64;
        if n_points * 2 > self.slots.len() {
            self.grow();
        }
        n_points as u32 - 1
    }

    fn slot_of(&self, tag: u64) -> usize {
        (tag as usize) & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        let n_slots = self.slots.len() * 4;
        let old = std::mem::replace(&mut self.slots, vec![0; n_slots]);
        for slot in old.into_iter().filter(|&slot| slot != 0) {
            let mut at = self.slot_of(slot >> 32);
            while self.slots[at] != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = slot;
        }
    }
}

/// Folds each value in by a full product whose halves are joined, as wyhash does.
#[inline(always)]
fn hash(seed: u64, row: &[f64]) -> u64 {
    row.iter().fold(seed, |hash, value| {
        let product = u128::from(hash ^ (value + 0.0).to_bits()) * 0x9e37_79b9_7f4a_7c15;
        (product as u64) ^ (product >> 64) as u64
    })
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
