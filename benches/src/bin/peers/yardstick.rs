//! The least that a pass over the data costs.

use std::io::{self, BufRead};

use crate::data::Points;

/// How many rows differ: one pass of open addressing over the bits of the rows, and nothing kept of
/// where each row went.
pub(crate) fn hash_rows(points: &Points) -> usize {
    let mut table = Table::new(points.n_columns);
    points.rows().for_each(|row| table.insert(row));
    table.n_distinct()
}

/// The sum of all coordinates, added in their order.
pub(crate) fn sum(points: &Points) -> f64 {
    points.flat.iter().sum()
}

/// How many lines end in the log.
pub(crate) fn count_lines(mut log: impl BufRead) -> io::Result<usize> {
    let mut n_lines = 0;
    loop {
        let buffer = log.fill_buf()?;
        if buffer.is_empty() {
            return Ok(n_lines);
        }
        n_lines += memchr::memchr_iter(b'\n', buffer).count();
        let n_bytes = buffer.len();
        log.consume(n_bytes);
    }
}

/// Distinct rows one after another, and slots that hold their positions plus one; 0 is a free slot.
struct Table {
    n_columns: usize,
    rows: Vec<f64>,
    slots: Vec<u32>,
}

impl Table {
    fn new(n_columns: usize) -> Self {
        Self { n_columns, rows: Vec::new(), slots: vec![0; 1024] }
    }

    fn n_distinct(&self) -> usize {
        self.rows.len() / self.n_columns
    }

    fn insert(&mut self, row: &[f64]) {
        let slot = self.find(row);
        if self.slots[slot] == 0 {
            self.rows.extend_from_slice(row);
            self.slots[slot] = u32::try_from(self.n_distinct()).unwrap_or(u32::MAX);
            if 2 * self.n_distinct() > self.slots.len() {
                self.grow();
            }
        }
    }

    /// The slot of a row, or the free one where it belongs.
    fn find(&self, row: &[f64]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash(row) & mask;
        loop {
            match self.slots[slot] as usize {
                0 => return slot,
                position if self.is_at(row, position - 1) => return slot,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn is_at(&self, row: &[f64], position: usize) -> bool {
        let other = &self.rows[position * self.n_columns..][..self.n_columns];
        row.iter().zip(other).all(|(a, b)| a.to_bits() == b.to_bits())
    }

    fn grow(&mut self) {
        let mask = 2 * self.slots.len() - 1;
        let mut slots = vec![0; mask + 1];
        for (row, position) in self.rows.chunks_exact(self.n_columns).zip(1..) {
            let mut slot = hash(row) & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = position;
        }
        self.slots = slots;
    }
}

/// Multiply and fold, a column at a time.
#[expect(clippy::cast_possible_truncation, reason = "the halves of a product, and bits of a hash")]
fn hash(row: &[f64]) -> usize {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15;
    row.iter().fold(0_u64, |hash, value| {
        let product = u128::from(hash ^ value.to_bits()) * ODD;
        (product as u64) ^ (product >> 64) as u64
    }) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::BufReader;

    use super::*;
    use crate::data;

    #[test]
    fn equal_rows_count_once() {
        let events = data::make("events", 100_000, 3).unwrap();
        let bits = |row: &[f64]| row.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        let distinct: HashSet<Vec<u64>> = events.rows().map(bits).collect();
        assert_eq!(hash_rows(&events), distinct.len());
        assert_eq!(hash_rows(&data::make("uniform:1", 5000, 3).unwrap()), 5000);
    }

    #[test]
    fn lines_are_counted_whatever_the_buffer() {
        for capacity in [1, 2, 5, 100] {
            let log = BufReader::with_capacity(capacity, &b"one\n\nthree\nfour"[..]);
            assert_eq!(count_lines(log).unwrap(), 3);
        }
    }

    #[test]
    fn the_sum_is_that_of_all_coordinates() {
        assert!(
            (sum(&Points { flat: vec![1.0, 2.0, 3.0, 4.0], n_columns: 2 }) - 10.0).abs() < 1e-12
        );
    }
}
