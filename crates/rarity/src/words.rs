use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use crate::counts::add_rows;
use crate::{Error, surprisal};

/// The number of rows in which each word is.
///
/// The words of a row are a set: a word that a row has twice is in one row. Counts merge in any order.
/// Memory grows with the distinct words: each is kept once, with 16 bytes beside it.
///
/// ```
/// use oddsift_rarity::WordCounts;
///
/// let mut words = WordCounts::<String>::new();
/// words.add_ref("svchost.exe -k netsvcs -p".split(' '), 63)?;
/// words.add_ref("svchost.exe -k evil evil".split(' '), 1)?;
/// assert_eq!((words.count("-k"), words.count("evil")), (64, 1));
/// let rarest = words.rarest("svchost.exe -k evil".split(' '), 1);
/// assert_eq!(rarest, [("evil", 7.0)]); // log2(2 * 64)
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct WordCounts<K> {
    rows: HashMap<K, Word>,
    pub(crate) total: u64,
    n_calls: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) rows: u64,
    /// The last call that added the word, which finds repeats without a set for each row.
    pub(crate) call: u64,
}

impl<K> WordCounts<K> {
    /// Makes an empty table.
    ///
    /// ```
    /// assert_eq!(oddsift_rarity::WordCounts::<String>::new().total(), 0);
    /// ```
    pub fn new() -> Self {
        Self { rows: HashMap::new(), total: 0, n_calls: 0 }
    }

    /// Returns the number of rows, those without words included.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["a", "b"], 2)?;
    /// words.add([], 1)?;
    /// assert_eq!(words.total(), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Returns the number of distinct words.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["a", "b", "a"], 2)?;
    /// assert_eq!(words.n_words(), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_words(&self) -> usize {
        self.rows.len()
    }

    /// Returns the words with their numbers of rows, in ascending order of the words.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["b", "a"], 2)?;
    /// assert!(words.iter_sorted().eq([(&"a", 2), (&"b", 2)]));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn iter_sorted(&self) -> impl ExactSizeIterator<Item = (&K, u64)>
    where
        K: Ord,
    {
        let mut sorted: Vec<(&K, u64)> =
            self.rows.iter().map(|(word, it)| (word, it.rows)).collect();
        sorted.sort_unstable();
        sorted.into_iter()
    }
}

impl<K: Eq + Hash> WordCounts<K> {
    /// Adds `count` rows that have `words`, each word once; no rows change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the total would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["a", "b", "a"], 2)?;
    /// assert_eq!(words.count("a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add(&mut self, words: impl IntoIterator<Item = K>, count: u64) -> Result<(), Error> {
        let call = self.begin(count)?;
        if count > 0 {
            words.into_iter().for_each(|word| self.put(word, call, count));
        }
        Ok(())
    }

    /// Adds `count` rows that have `words`, each copied only where it is new.
    ///
    /// # Errors
    ///
    /// As [`WordCounts::add`].
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::<String>::new();
    /// words.add_ref(["a", "b", "a"], 2)?;
    /// assert_eq!(words.count("a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add_ref<'w, Q>(
        &mut self,
        words: impl IntoIterator<Item = &'w Q>,
        count: u64,
    ) -> Result<(), Error>
    where
        K: Borrow<Q> + for<'a> From<&'a Q>,
        Q: Eq + Hash + ?Sized + 'w,
    {
        let call = self.begin(count)?;
        if count == 0 {
            return Ok(());
        }
        for word in words {
            match self.rows.get_mut(word) {
                Some(known) => known.add(call, count),
                None => self.put(K::from(word), call, count),
            }
        }
        Ok(())
    }

    #[cfg(feature = "serde")]
    pub(crate) fn from_parts(rows: HashMap<K, Word>, total: u64) -> Self {
        Self { rows, total, n_calls: 0 }
    }

    fn begin(&mut self, count: u64) -> Result<u64, Error> {
        self.total = add_rows(self.total, count)?;
        self.n_calls += 1; // from 1 on; no machine calls 2^64 times
        Ok(self.n_calls)
    }

    fn put(&mut self, word: K, call: u64, count: u64) {
        match self.rows.entry(word) {
            Entry::Occupied(mut known) => known.get_mut().add(call, count),
            Entry::Vacant(new) => _ = new.insert(Word { rows: count, call }),
        }
    }

    /// Returns the number of rows in which `word` is.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["a".to_owned()], 2)?;
    /// assert_eq!((words.count("a"), words.count("b")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn count<Q>(&self, word: &Q) -> u64
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.rows.get(word).map_or(0, |word| word.rows)
    }

    /// Returns the [`surprisal`] of a row that has `word`, in bits.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::new();
    /// words.add(["a", "b"], 1)?;
    /// words.add(["a"], 3)?;
    /// assert_eq!(words.bits("b"), 3.0); // log2(2 * 4)
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn bits<Q>(&self, word: &Q) -> f64
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        surprisal(self.count(word), self.total)
    }

    /// Returns the `k` rarest of `words` with their bits, rarest first, ties by word; a word that
    /// repeats is there once.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let mut words = WordCounts::<String>::new();
    /// words.add_ref(["c", "a", "b"], 1)?;
    /// words.add_ref(["c"], 3)?;
    /// assert_eq!(words.rarest(["c", "b", "a", "b"], 2), [("a", 3.0), ("b", 3.0)]);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn rarest<'w, Q>(
        &self,
        words: impl IntoIterator<Item = &'w Q>,
        k: usize,
    ) -> Vec<(&'w Q, f64)>
    where
        K: Borrow<Q>,
        Q: Ord + Hash + ?Sized + 'w,
    {
        let words = words.into_iter();
        // Fewer rows are more bits, without a comparison of floats.
        let mut counted: Vec<(u64, &Q)> = words.map(|word| (self.count(word), word)).collect();
        counted.sort_unstable();
        counted.dedup();
        counted.truncate(k);
        counted.into_iter().map(|(rows, word)| (word, surprisal(rows, self.total))).collect()
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the total would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::WordCounts;
    /// let (mut monday, mut tuesday) = (WordCounts::new(), WordCounts::new());
    /// monday.add(["a", "b"], 2)?;
    /// tuesday.add(["a"], 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!((monday.count("a"), monday.total()), (3, 3));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, mut other: Self) -> Result<(), Error> {
        self.total = add_rows(self.total, other.total)?;
        // The next call has another number than any call of either.
        self.n_calls = self.n_calls.max(other.n_calls);
        if other.rows.len() > self.rows.len() {
            std::mem::swap(&mut self.rows, &mut other.rows);
        }
        for (word, Word { rows, .. }) in other.rows {
            self.rows.entry(word).or_insert(Word { rows: 0, call: 0 }).rows += rows;
        }
        Ok(())
    }
}

impl Word {
    fn add(&mut self, call: u64, count: u64) {
        if self.call != call {
            *self = Self { rows: self.rows + count, call };
        }
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl<K> Default for WordCounts<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Eq + Hash> PartialEq for WordCounts<K> {
    fn eq(&self, other: &Self) -> bool {
        self.total == other.total && self.rows == other.rows
    }
}

impl<K: Eq + Hash> Eq for WordCounts<K> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_word_counts_once_a_row_after_a_merge_too() {
        let row = |words: &[&str]| {
            let mut counts = WordCounts::<String>::new();
            counts.add_ref(words.iter().copied(), 1).unwrap();
            counts
        };
        let mut counts = row(&["a"]);
        counts.merge(row(&["a", "b", "b"])).unwrap();
        counts.add(["b".to_owned(), "a".to_owned(), "b".to_owned()], 1).unwrap();
        assert_eq!((counts.count("a"), counts.count("b"), counts.total()), (3, 2, 3));
    }

    #[test]
    fn order_of_calls_is_no_part_of_equality() {
        let (mut one, mut other) = (WordCounts::new(), WordCounts::new());
        one.add(["a"], 2).unwrap();
        for _ in 0..2 {
            other.add(["a"], 1).unwrap();
        }
        assert_eq!(one, other);
    }

    #[test]
    fn overflow_is_an_error_and_changes_nothing() {
        let mut words = WordCounts::new();
        words.add(["a"], u64::MAX).unwrap();
        assert!(words.add(["b"], 1).is_err());
        assert_eq!((words.n_words(), words.total()), (1, u64::MAX));
        words.add(["b"], 0).unwrap();
        assert_eq!(words.n_words(), 1);
    }
}
