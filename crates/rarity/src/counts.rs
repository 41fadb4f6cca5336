use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use crate::{Error, surprisal};

/// The number of rows that have each value.
///
/// Counts of parts of the data merge in any order. Memory grows with the distinct values: each is kept
/// once, with 8 bytes for its count. Hashes are keyed at random, so that values chosen by an attacker
/// cannot slow a table down; no result depends on their order.
///
/// ```
/// use oddsift_rarity::Counts;
///
/// let mut programs = Counts::<String>::new();
/// programs.add_ref("svchost.exe", 255)?;
/// programs.add_ref("mimikatz.exe", 1)?;
/// assert_eq!(programs.bits("mimikatz.exe"), 9.0); // log2(2 * 256)
/// assert!(programs.bits("svchost.exe") < 0.01);
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Counts<K> {
    pub(crate) rows: HashMap<K, u64>,
    pub(crate) total: u64,
}

impl<K> Counts<K> {
    /// Makes an empty table.
    ///
    /// ```
    /// assert_eq!(oddsift_rarity::Counts::<String>::new().total(), 0);
    /// ```
    pub fn new() -> Self {
        Self { rows: HashMap::new(), total: 0 }
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add(7, 3)?;
    /// assert_eq!(counts.total(), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of distinct values.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add(7, 3)?;
    /// assert_eq!(counts.n_values(), 1);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_values(&self) -> usize {
        self.rows.len()
    }

    /// Returns the values with their numbers of rows, in ascending order of the values.
    ///
    /// Time `O(n log n)` for `n` distinct values.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add("b", 1)?;
    /// counts.add("a", 2)?;
    /// assert!(counts.iter_sorted().eq([(&"a", 2), (&"b", 1)]));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn iter_sorted(&self) -> impl ExactSizeIterator<Item = (&K, u64)>
    where
        K: Ord,
    {
        let mut sorted: Vec<(&K, u64)> =
            self.rows.iter().map(|(value, &rows)| (value, rows)).collect();
        sorted.sort_unstable();
        sorted.into_iter()
    }
}

impl<K: Eq + Hash> Counts<K> {
    /// Adds `count` rows that have `value`; no rows change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the total would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add("a", 2)?;
    /// counts.add("a", 1)?;
    /// assert_eq!(counts.count("a"), 3);
    /// assert!(counts.add("b", u64::MAX).is_err());
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add(&mut self, value: K, count: u64) -> Result<(), Error> {
        if count > 0 {
            self.total = add_rows(self.total, count)?;
            *self.rows.entry(value).or_default() += count;
        }
        Ok(())
    }

    /// Adds `count` rows that have `value`, which is copied only where it is new.
    ///
    /// # Errors
    ///
    /// As [`Counts::add`].
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::<Box<str>>::new();
    /// counts.add_ref("a", 2)?;
    /// assert_eq!(counts.count("a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add_ref<Q>(&mut self, value: &Q, count: u64) -> Result<(), Error>
    where
        K: Borrow<Q> + for<'a> From<&'a Q>,
        Q: Eq + Hash + ?Sized,
    {
        let total = add_rows(self.total, count)?;
        let Some(rows) = self.rows.get_mut(value) else {
            return self.add(K::from(value), count);
        };
        *rows += count;
        self.total = total;
        Ok(())
    }

    /// Returns the number of rows that have `value`, 0 for a value that was not added.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add("a".to_owned(), 2)?;
    /// assert_eq!((counts.count("a"), counts.count("b")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn count<Q>(&self, value: &Q) -> u64
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.rows.get(value).copied().unwrap_or(0)
    }

    /// Returns the [`surprisal`] of `value`, in bits.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let mut counts = Counts::new();
    /// counts.add("a", 4)?;
    /// assert_eq!(counts.bits("b"), 10_f64.log2()); // as if one row of "b" were added
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn bits<Q>(&self, value: &Q) -> f64
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        surprisal(self.count(value), self.total)
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the total would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::Counts;
    /// let (mut monday, mut tuesday) = (Counts::new(), Counts::new());
    /// monday.add("a", 2)?;
    /// tuesday.add("a", 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.count("a"), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, mut other: Self) -> Result<(), Error> {
        self.total = add_rows(self.total, other.total)?;
        if other.rows.len() > self.rows.len() {
            std::mem::swap(&mut self.rows, &mut other.rows);
        }
        for (value, rows) in other.rows {
            *self.rows.entry(value).or_default() += rows;
        }
        Ok(())
    }
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash> PartialEq for Counts<K> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K: Eq + Hash> Eq for Counts<K> {}

/// The sum of two numbers of rows.
///
/// Every table checks its total first: no count in it is larger, so past that line nothing overflows.
pub(crate) fn add_rows(total: u64, count: u64) -> Result<u64, Error> {
    total.checked_add(count).ok_or(Error::TooManyRows { total, count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rows_leave_no_value() {
        let mut counts = Counts::<String>::new();
        counts.add("a".to_owned(), 0).unwrap();
        counts.add_ref("b", 0).unwrap();
        assert_eq!((counts.n_values(), counts), (0, Counts::new()));
    }

    #[test]
    fn overflow_is_an_error_and_changes_nothing() {
        let mut counts = Counts::<String>::new();
        counts.add_ref("a", u64::MAX - 1).unwrap();
        let before = counts.clone();
        let error = Error::TooManyRows { total: u64::MAX - 1, count: 2 };
        assert_eq!(counts.add("b".to_owned(), 2), Err(error.clone()));
        assert_eq!(counts.add_ref("a", 2), Err(error.clone()));
        let mut other = Counts::new();
        other.add("c".to_owned(), 2).unwrap();
        assert_eq!(counts.merge(other), Err(error));
        assert_eq!((counts.total(), &counts), (before.total(), &before));
    }
}
