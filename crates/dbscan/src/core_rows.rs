//! Which rows are core: a bit for each, and the list of them for who asks.

use std::sync::OnceLock;

use oddsift_ground::threads;

/// Rows of one word.
const WORD: usize = u64::BITS as usize;
/// Words that are filled in one go.
const GRAIN: usize = threads::GRAIN / WORD;

#[derive(Debug, Clone)]
pub(crate) struct CoreRows {
    bits: Vec<u64>,
    /// Eight bytes a row: made when it is asked for.
    rows: OnceLock<Vec<usize>>,
}

impl CoreRows {
    /// `core` is by point.
    pub(crate) fn new(point_of_row: &[u32], core: &[bool]) -> Self {
        let mut bits = vec![0; point_of_row.len().div_ceil(WORD)];
        threads::for_each_chunk(&mut bits, GRAIN, |i, bits| {
            let rows = point_of_row[i * GRAIN * WORD..].chunks(WORD);
            for (word, points) in bits.iter_mut().zip(rows) {
                let bits = (0..).zip(points).map(|(at, &p)| u64::from(core[p as usize]) << at);
                *word = bits.fold(0, |word, bit| word | bit);
            }
        });
        Self { bits, rows: OnceLock::new() }
    }

    pub(crate) fn contains(&self, row: usize) -> bool {
        self.bits.get(row / WORD).is_some_and(|word| word >> (row % WORD) & 1 == 1)
    }

    pub(crate) fn rows(&self) -> &[usize] {
        self.rows.get_or_init(|| {
            let n_rows = self.bits.iter().map(|word| word.count_ones() as usize).sum();
            let mut rows = Vec::with_capacity(n_rows);
            for (first, &word) in (0..).step_by(WORD).zip(&self.bits) {
                let mut left = word;
                while left != 0 {
                    rows.push(first + left.trailing_zeros() as usize);
                    left &= left - 1;
                }
            }
            rows
        })
    }
}

impl PartialEq for CoreRows {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_listed_and_found() {
        let point_of_row: Vec<u32> = (0..10_000).map(|row| row % 3).collect();
        let core = CoreRows::new(&point_of_row, &[false, true, false]);
        assert!(core.rows().iter().copied().eq((1..10_000).step_by(3)));
        assert!((0..20_000).all(|row| core.contains(row) == (row < 10_000 && row % 3 == 1)));
        assert!(CoreRows::new(&[], &[]).rows().is_empty());
    }
}
