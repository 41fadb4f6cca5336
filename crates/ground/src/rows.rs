//! Distinct rows of numbers, by hash.

use std::hash::{BuildHasher, RandomState};

/// Rows that are looked up together, so that their misses of the cache overlap.
const BATCH: usize = u32::BITS as usize;
/// No row has this number.
const NONE: u32 = u32::MAX;
/// From so many slots on, a table only doubles.
const MANY: usize = 1 << 20;

/// The distinct ones among rows of numbers, each with a number of its own: an open-addressing hash
/// table, at most half full.
///
/// Rows are equal when their values are. -0.0 is taken for 0.0, and a row with a NaN equals none, not
/// even itself. Rows are numbered in the order of first occurrence. The hash is seeded anew for each
/// table, so that nobody can prepare rows that meet in one slot; no result depends on it. Memory: the
/// distinct rows, and 16 to 64 bytes more for each.
///
/// A row may have a mark beside its values, such as a weight: rows of different marks are different. By
/// default there is none, and it costs nothing.
///
/// ```
/// use oddsift_ground::DistinctRows;
///
/// let mut table = DistinctRows::new(2);
/// let mut ids = [0; 3];
/// table.insert_all(&[3.0, 0.0, 1.0, 1.0, 3.0, -0.0], &mut ids);
/// assert_eq!(ids, [0, 1, 0]);
/// assert_eq!(table.rows(), [3.0, 0.0, 1.0, 1.0]);
/// ```
#[derive(Debug, Clone)]
pub struct DistinctRows<M = ()> {
    n_columns: usize,
    /// Row-major.
    values: Vec<f64>,
    /// One a row, as far as the last one whose mark is not the usual one.
    marks: Vec<M>,
    len: u32,
    /// The upper half of a row's hash and, in the lower half, its number plus one; 0 is free.
    slots: Vec<u64>,
    seed: u64,
}

/// What a row of [`DistinctRows`] has beside its values.
pub trait Mark: Copy + PartialEq {
    /// The mark that most rows have: such rows keep none.
    const USUAL: Self;

    /// Takes the mark into the seed of a row's hash.
    #[must_use]
    fn seed(self, seed: u64) -> u64;
}

impl Mark for () {
    const USUAL: Self = ();

    #[inline(always)]
    fn seed(self, seed: u64) -> u64 {
        seed
    }
}

impl Mark for f64 {
    const USUAL: Self = 1.0;

    #[inline(always)]
    fn seed(self, seed: u64) -> u64 {
        hash_row(seed, &[self])
    }
}

impl<M: Mark> DistinctRows<M> {
    /// The most rows that a table holds.
    pub const MOST: u32 = NONE - 1;

    /// An empty table for rows of `n_columns` values with a mark each. Without columns all rows of one
    /// mark are equal.
    ///
    /// ```
    /// assert!(oddsift_ground::DistinctRows::<f64>::marked(3).is_empty());
    /// ```
    pub fn marked(n_columns: usize) -> Self {
        let seed = RandomState::new().hash_one(n_columns);
        let (values, marks, slots) = (Vec::new(), Vec::new(), vec![0; 1024]);
        Self { n_columns, values, marks, len: 0, slots, seed }
    }

    /// The number of distinct rows.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// [5.0, 7.0, 5.0].map(|value| table.find_or_insert(&[value]));
    /// assert_eq!(table.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is no row.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(0);
    /// table.find_or_insert(&[]);
    /// assert!(!table.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The distinct rows, row-major, in the order of their numbers; 0.0 stands for -0.0 too.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(2);
    /// table.find_or_insert(&[1.0, -0.0]);
    /// assert!(table.rows()[1].is_sign_positive());
    /// ```
    pub fn rows(&self) -> &[f64] {
        &self.values
    }

    /// The distinct rows, as [`rows`](Self::rows), without the table.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// table.find_or_insert(&[1.0]);
    /// assert_eq!(table.into_rows(), [1.0]);
    /// ```
    pub fn into_rows(self) -> Vec<f64> {
        self.values
    }

    /// The row of a number.
    ///
    /// # Panics
    ///
    /// If no row has this number.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(2);
    /// let id = table.find_or_insert(&[1.0, 2.0]).unwrap();
    /// assert_eq!(table.row(id), [1.0, 2.0]);
    /// ```
    pub fn row(&self, id: u32) -> &[f64] {
        &self.values[id as usize * self.n_columns..][..self.n_columns]
    }

    /// The number of values of a row.
    ///
    /// ```
    /// assert_eq!(oddsift_ground::DistinctRows::new(3).n_columns(), 3);
    /// ```
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The seed of the hashes, for [`hash_row`].
    ///
    /// ```
    /// # use oddsift_ground::DistinctRows;
    /// assert_ne!(DistinctRows::new(1).seed(), DistinctRows::new(1).seed());
    /// ```
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The mark of the row of a number; [`Mark::USUAL`] if no row has this number.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::marked(1);
    /// let id = table.find_or_insert_marked(&[5.0], 0.5).unwrap();
    /// assert_eq!(table.mark(id), 0.5);
    /// ```
    pub fn mark(&self, id: u32) -> M {
        self.marks.get(id as usize).copied().unwrap_or(M::USUAL)
    }

    /// Whether all rows have the usual mark.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::marked(1);
    /// table.find_or_insert_marked(&[5.0], 1.0);
    /// assert!(table.is_unmarked());
    /// table.find_or_insert_marked(&[5.0], 0.5);
    /// assert!(!table.is_unmarked());
    /// ```
    pub fn is_unmarked(&self) -> bool {
        self.marks.iter().all(|mark| *mark == M::USUAL)
    }

    /// Gives back the room to grow and the index by which rows are found, half of the memory where rows
    /// are short. The next row that is inserted makes it anew; until then each that is looked for is
    /// compared with all.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// [5.0, 7.0].map(|value| table.find_or_insert(&[value]));
    /// table.shrink_to_fit();
    /// assert_eq!((table.find(&[7.0]), table.find(&[6.0])), (Some(1), None));
    /// assert_eq!((table.find_or_insert(&[6.0]), table.find_or_insert(&[5.0])), (Some(2), Some(0)));
    /// ```
    pub fn shrink_to_fit(&mut self) {
        self.slots = Vec::new();
        self.values.shrink_to_fit();
        self.marks.shrink_to_fit();
    }

    fn search(&self, row: &[f64], mark: M) -> Option<u32> {
        (0..self.len).find(|id| self.row(*id) == row && self.mark(*id) == mark)
    }

    fn need_index(&mut self) {
        if self.slots.is_empty() {
            self.index();
        }
    }

    /// The number of the row that equals `row` and has the mark, if there is one.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::marked(1);
    /// let id = table.find_or_insert_marked(&[5.0], 0.5);
    /// assert_eq!((table.find_marked(&[5.0], 0.5), table.find_marked(&[5.0], 1.0)), (id, None));
    /// ```
    #[inline]
    pub fn find_marked(&self, row: &[f64], mark: M) -> Option<u32> {
        if row.len() != self.n_columns {
            return None;
        }
        if self.slots.is_empty() {
            return self.search(row, mark);
        }
        self.find_tagged(tag(self.seed, row, mark), row, mark).ok()
    }

    /// The number of the row that equals `row` and has the mark, which is added if there is none; `None`
    /// if it has another number of values, or if the table is full.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::marked(1);
    /// let ids = [1.0, 0.5, 1.0].map(|weight| table.find_or_insert_marked(&[7.0], weight));
    /// assert_eq!(ids, [Some(0), Some(1), Some(0)]);
    /// ```
    #[inline]
    pub fn find_or_insert_marked(&mut self, row: &[f64], mark: M) -> Option<u32> {
        self.need_index();
        let fits = row.len() == self.n_columns;
        fits.then(|| self.insert(tag(self.seed, row, mark), row, mark)).filter(|&id| id != NONE)
    }

    /// Puts the rows in another order: row `order[i]` becomes row `i`. Rows that `order` leaves out are
    /// forgotten.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// table.insert_all(&[2.0, 9.0], &mut [0; 2]);
    /// table.reorder([1, 0]);
    /// assert_eq!((table.rows(), table.find(&[2.0])), (&[9.0, 2.0][..], Some(1)));
    /// ```
    pub fn reorder(&mut self, order: impl IntoIterator<Item = u32>) {
        let mut is_named = vec![false; self.len()];
        let mut is_new = |id: &u32| {
            is_named.get_mut(*id as usize).is_some_and(|known| !std::mem::replace(known, true))
        };
        let mut order: Vec<u32> = order.into_iter().filter(&mut is_new).collect();
        let n_named = order.len();
        order.extend((0..self.len).filter(is_new));
        self.marks.resize(if self.marks.is_empty() { 0 } else { order.len() }, M::USUAL);
        self.permute(&mut order);
        self.values.truncate(n_named * self.n_columns);
        self.marks.truncate(n_named);
        self.len = n_named as u32;
        self.index();
    }

    /// Moves row `order[i]` to place `i`, along each cycle: a copy of all rows would be most of the memory.
    fn permute(&mut self, order: &mut [u32]) {
        for start in 0..order.len() {
            let mut at = start;
            loop {
                let from = std::mem::replace(&mut order[at], at as u32) as usize;
                if from == start {
                    break;
                }
                if !self.marks.is_empty() {
                    self.marks.swap(at, from);
                }
                for column in 0..self.n_columns {
                    self.values.swap(at * self.n_columns + column, from * self.n_columns + column);
                }
                at = from;
            }
        }
    }

    /// Puts all rows, which are distinct, into their slots.
    fn index(&mut self) {
        if self.slots.is_empty() {
            self.slots = vec![0; (self.len() * 2 + 1).next_power_of_two().max(1024)];
        } else {
            self.slots.fill(0);
        }
        for id in 0..self.len {
            let tag = tag(self.seed, self.row(id), self.mark(id));
            let at = self.free_slot(tag);
            self.slots[at] = tag << 32 | u64::from(id + 1);
        }
    }

    fn free_slot(&self, tag: u64) -> usize {
        let mut at = self.slot_of(tag);
        while self.slots[at] != 0 {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    #[inline(always)]
    fn find_tagged(&self, tag: u64, row: &[f64], mark: M) -> Result<u32, usize> {
        let mut at = self.slot_of(tag);
        while self.slots[at] != 0 {
            let id = (self.slots[at] as u32) - 1;
            if self.slots[at] >> 32 == tag
                && self.values[id as usize * row.len()..][..row.len()] == *row
                && self.mark(id) == mark
            {
                return Ok(id);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        Err(at)
    }

    #[inline(always)]
    fn insert(&mut self, tag: u64, row: &[f64], mark: M) -> u32 {
        match self.find_tagged(tag, row, mark) {
            Ok(id) => id,
            Err(at) => self.add(at, tag, row, mark),
        }
    }

    fn add(&mut self, at: usize, tag: u64, row: &[f64], mark: M) -> u32 {
        if self.len == Self::MOST {
            return NONE;
        }
        self.len += 1;
        self.slots[at] = tag << 32 | u64::from(self.len);
        // Adding 0.0 turns -0.0 into 0.0 and changes nothing else.
        self.values.extend(row.iter().map(|value| value + 0.0));
        if mark != M::USUAL {
            self.marks.resize(self.len() - 1, M::USUAL);
            self.marks.push(mark);
        }
        if self.len() * 2 > self.slots.len() {
            self.grow();
        }
        self.len - 1
    }

    fn slot_of(&self, tag: u64) -> usize {
        (tag as usize) & (self.slots.len() - 1)
    }

    #[cold]
    fn grow(&mut self) {
        // Few slots grow in large steps, many only as far as they must.
        let n_slots = self.slots.len() * if self.slots.len() < MANY { 4 } else { 2 };
        let old = std::mem::replace(&mut self.slots, vec![0; n_slots]);
        for slot in old.into_iter().filter(|&slot| slot != 0) {
            let at = self.free_slot(slot >> 32);
            self.slots[at] = slot;
        }
    }
}

impl DistinctRows {
    /// An empty table for rows of `n_columns` values. Without columns all rows are equal.
    ///
    /// ```
    /// assert!(oddsift_ground::DistinctRows::new(3).is_empty());
    /// ```
    pub fn new(n_columns: usize) -> Self {
        Self::marked(n_columns)
    }

    /// The number of the row that equals `row`, if there is one.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// let id = table.find_or_insert(&[0.0]);
    /// assert_eq!((table.find(&[-0.0]), table.find(&[1.0])), (id, None));
    /// ```
    #[inline]
    pub fn find(&self, row: &[f64]) -> Option<u32> {
        self.find_marked(row, ())
    }

    /// The number of the row that equals `row`, which is added if there is none; `None` if it has another
    /// number of values, or if the table is full.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// let ids = [5.0, 7.0, 5.0].map(|value| table.find_or_insert(&[value]));
    /// assert_eq!(ids, [Some(0), Some(1), Some(0)]);
    /// assert_eq!(table.find_or_insert(&[1.0, 2.0]), None);
    /// ```
    #[inline]
    pub fn find_or_insert(&mut self, row: &[f64]) -> Option<u32> {
        self.find_or_insert_marked(row, ())
    }

    /// Finds or inserts each of the rows that `values` has one behind the other, and writes their numbers:
    /// faster than one by one. A row for which there is no number left gets `u32::MAX`.
    ///
    /// ```
    /// let mut table = oddsift_ground::DistinctRows::new(1);
    /// let mut ids = [0; 4];
    /// table.insert_all(&[2.0, 9.0, 9.0, 2.0], &mut ids);
    /// assert_eq!(ids, [0, 1, 1, 0]);
    /// ```
    pub fn insert_all(&mut self, values: &[f64], ids: &mut [u32]) {
        self.need_index();
        // The compiler makes a loop of its own for each small number of columns.
        match self.n_columns {
            0 => ids.iter_mut().for_each(|id| *id = self.insert(tag(self.seed, &[], ()), &[], ())),
            1 => self.insert_batches(values, 1, ids),
            2 => self.insert_batches(values, 2, ids),
            3 => self.insert_batches(values, 3, ids),
            n_columns => self.insert_batches(values, n_columns, ids),
        }
    }

    #[inline(always)]
    fn insert_batches(&mut self, values: &[f64], n_columns: usize, ids: &mut [u32]) {
        for (values, ids) in values.chunks(BATCH * n_columns).zip(ids.chunks_mut(BATCH)) {
            let rows = || values.chunks_exact(n_columns);
            let mut tags = [0; BATCH];
            for ((slot, id), row) in tags.iter_mut().zip(ids.iter_mut()).zip(rows()) {
                *slot = tag(self.seed, row, ());
                // A free slot gives row 0: a row that equals it is that row anyway.
                *id = (self.slots[self.slot_of(*slot)] as u32).saturating_sub(1);
            }
            let mut missed = 0_u32;
            for (i, (&id, row)) in ids.iter().zip(rows()).enumerate() {
                missed |= u32::from(!self.equals(id, row)) << i;
            }
            while missed != 0 {
                let i = missed.trailing_zeros() as usize;
                ids[i] = self.insert(tags[i], &values[i * n_columns..][..n_columns], ());
                missed &= missed - 1;
            }
        }
    }

    /// Without a branch: most rows are known, but which are not is anyone's guess.
    #[inline(always)]
    #[allow(clippy::float_cmp, reason = "rows are one only if they are equal")]
    fn equals(&self, id: u32, row: &[f64]) -> bool {
        let known = self.values.get(id as usize * row.len()..).unwrap_or_default();
        known.len() >= row.len()
            && row.iter().zip(known).map(|(a, b)| u32::from(a != b)).sum::<u32>() == 0
    }
}

/// Hashes a row; -0.0 is taken for 0.0. Each value is folded in by a full product whose halves are
/// joined, as wyhash does.
///
/// ```
/// use oddsift_ground::hash_row;
///
/// assert_eq!(hash_row(7, &[0.0, 1.0]), hash_row(7, &[-0.0, 1.0]));
/// assert_ne!(hash_row(7, &[0.0, 1.0]), hash_row(7, &[1.0, 0.0]));
/// ```
#[inline(always)]
pub fn hash_row(seed: u64, row: &[f64]) -> u64 {
    row.iter().fold(seed, |hash, value| {
        let product = u128::from(hash ^ (value + 0.0).to_bits()) * 0x9e37_79b9_7f4a_7c15;
        (product as u64) ^ (product >> 64) as u64
    })
}

#[inline(always)]
fn tag(seed: u64, row: &[f64], mark: impl Mark) -> u64 {
    hash_row(mark.seed(seed), row) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collapsed(values: &[f64], n_columns: usize) -> (Vec<f64>, Vec<u32>) {
        let mut table = DistinctRows::new(n_columns);
        let mut ids = vec![0; values.len() / n_columns];
        table.insert_all(values, &mut ids);
        (table.into_rows(), ids)
    }

    #[test]
    fn equal_rows_are_one_in_the_order_of_first_occurrence() {
        let values = [3.0, 1.0, 2.0, 2.0, 3.0, 1.0, 2.0, 2.0, 1.0, 3.0];
        assert_eq!(
            collapsed(&values, 2),
            (vec![3.0, 1.0, 2.0, 2.0, 1.0, 3.0], vec![0, 1, 0, 1, 2])
        );
    }

    #[test]
    fn both_zeros_are_one() {
        let (rows, ids) = collapsed(&[-0.0, 0.0], 1);
        assert_eq!((rows[0].to_bits(), ids), (0, vec![0, 0]));
    }

    #[test]
    fn neighbouring_doubles_are_two() {
        assert_eq!(collapsed(&[0.1, 0.1_f64.next_up()], 1).1, [0, 1]);
    }

    #[test]
    fn growing_keeps_every_row() {
        for n_columns in 1..6 {
            let values: Vec<f64> =
                (0..20_000 * n_columns).map(|i| (i / n_columns % 5000) as f64).collect();
            let (rows, ids) = collapsed(&values, n_columns);
            assert_eq!(rows, values[..5000 * n_columns]);
            assert!(ids.iter().enumerate().all(|(row, &id)| row % 5000 == id as usize));
        }
    }

    #[test]
    fn a_row_with_nan_equals_none() {
        assert_eq!(collapsed(&[f64::NAN, f64::NAN], 1).1, [0, 1]);
        assert_eq!(DistinctRows::new(1).find(&[f64::NAN]), None);
    }

    #[test]
    fn rows_without_columns_are_one() {
        let mut table = DistinctRows::new(0);
        let mut ids = [7; 3];
        table.insert_all(&[], &mut ids);
        assert_eq!((ids, table.len(), table.row(0).len()), ([0; 3], 1, 0));
        assert_eq!(table.find(&[]), Some(0));
    }

    #[test]
    fn rows_of_different_marks_are_different_and_keep_their_marks() {
        let mut table = DistinctRows::marked(1);
        let ids = [(3.0, 1.0), (3.0, 0.5), (2.0, 0.5), (3.0, 0.5)]
            .map(|(value, mark)| table.find_or_insert_marked(&[value], mark).unwrap());
        assert_eq!((ids, [0, 1, 2].map(|id| table.mark(id))), ([0, 1, 2, 1], [1.0, 0.5, 0.5]));
        table.reorder([2, 0, 1]);
        let marks = [0, 1, 2].map(|id| table.mark(id));
        assert_eq!((table.rows(), marks), (&[2.0, 3.0, 3.0][..], [0.5, 1.0, 0.5]));
        assert_eq!(table.find_marked(&[3.0], 0.5), Some(2));
    }

    #[test]
    fn rows_in_another_order_are_found_and_others_forgotten() {
        let mut table = DistinctRows::new(2);
        for row in 0..1000 {
            table.find_or_insert(&[f64::from(row), f64::from(row / 2)]);
        }
        let order: Vec<u32> = (0..1000).map(|at| at * 7 % 1000).filter(|id| id % 3 > 0).collect();
        table.reorder(order.iter().copied().chain([7, 5000]));
        assert_eq!(table.len(), order.len());
        for (place, id) in (0..).zip(order) {
            let row = [f64::from(id), f64::from(id / 2)];
            assert_eq!((table.row(place), table.find(&row)), (&row[..], Some(place)));
        }
        assert_eq!(table.find(&[3.0, 1.0]), None);
    }

    #[test]
    fn a_row_of_another_length_is_not_found() {
        let mut table = DistinctRows::new(2);
        table.find_or_insert(&[1.0, 2.0]);
        assert_eq!((table.find(&[1.0]), table.find(&[1.0, 2.0, 3.0])), (None, None));
    }
}
