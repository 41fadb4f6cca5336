use std::borrow::Borrow;
use std::hash::Hash;

use crate::contexts::Contexts;
use crate::{Counts, Error, surprisal};

/// The number of rows that have each value, given another value: a child process given its parent, a
/// program given its host.
///
/// The rarity of a value is measured among the rows of its context alone. In a context that has no
/// rows nothing is known, and each value has 1 bit; that the context is new is for another table to
/// say. Counts merge in any order. Memory grows with the distinct contexts and pairs.
///
/// ```
/// use oddsift_rarity::GivenCounts;
///
/// let mut children = GivenCounts::<String, String>::new();
/// children.add_ref("explorer.exe", "cmd.exe", 500)?;
/// children.add_ref("winword.exe", "splwow64.exe", 63)?;
/// children.add_ref("winword.exe", "cmd.exe", 1)?;
/// assert_eq!(children.bits("winword.exe", "cmd.exe"), 7.0); // log2(2 * 64)
/// assert!(children.bits("explorer.exe", "cmd.exe") < 0.01);
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GivenCounts<C, K> {
    pub(crate) contexts: Contexts<C, Counts<K>>,
}

impl<C, K> GivenCounts<C, K> {
    /// Makes an empty table.
    ///
    /// ```
    /// assert_eq!(oddsift_rarity::GivenCounts::<String, String>::new().n_rows(), 0);
    /// ```
    pub fn new() -> Self {
        Self { contexts: Contexts::new() }
    }

    /// Returns the number of rows of all contexts.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 2)?;
    /// counts.add("q", "a", 1)?;
    /// assert_eq!(counts.n_rows(), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.contexts.n_rows
    }

    /// Returns the contexts with their counts, in ascending order of the contexts.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("q", "a", 1)?;
    /// counts.add("p", "a", 2)?;
    /// let totals = counts.iter_sorted().map(|(context, counts)| (*context, counts.total()));
    /// assert!(totals.eq([("p", 2), ("q", 1)]));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn iter_sorted(&self) -> impl ExactSizeIterator<Item = (&C, &Counts<K>)>
    where
        C: Ord,
    {
        self.contexts.iter_sorted()
    }
}

impl<C: Eq + Hash, K: Eq + Hash> GivenCounts<C, K> {
    /// Adds `count` rows that have `value` in `context`; no rows change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", 7, 2)?;
    /// assert_eq!(counts.count("p", &7), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add(&mut self, context: C, value: K, count: u64) -> Result<(), Error> {
        if count == 0 {
            return Ok(());
        }
        self.contexts.grow(context, count)?.add(value, count)
    }

    /// Adds `count` rows that have `value` in `context`, each copied only where it is new.
    ///
    /// # Errors
    ///
    /// As [`GivenCounts::add`].
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::<String, String>::new();
    /// counts.add_ref("p", "a", 2)?;
    /// assert_eq!(counts.count("p", "a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add_ref<A, B>(&mut self, context: &A, value: &B, count: u64) -> Result<(), Error>
    where
        C: Borrow<A> + for<'a> From<&'a A>,
        K: Borrow<B> + for<'a> From<&'a B>,
        A: Eq + Hash + ?Sized,
        B: Eq + Hash + ?Sized,
    {
        if count == 0 {
            return Ok(());
        }
        self.contexts.grow_ref(context, count)?.add_ref(value, count)
    }

    /// Returns the counts of a context, if it has any rows.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 2)?;
    /// assert_eq!(counts.context("p").unwrap().total(), 2);
    /// assert!(counts.context("q").is_none());
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn context<A>(&self, context: &A) -> Option<&Counts<K>>
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.contexts.get(context)
    }

    /// Returns the number of rows that have `value` in `context`.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 2)?;
    /// assert_eq!((counts.count("p", "a"), counts.count("q", "a")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn count<A, B>(&self, context: &A, value: &B) -> u64
    where
        C: Borrow<A>,
        K: Borrow<B>,
        A: Eq + Hash + ?Sized,
        B: Eq + Hash + ?Sized,
    {
        self.context(context).map_or(0, |counts| counts.count(value))
    }

    /// Returns the number of rows of `context`.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 2)?;
    /// assert_eq!((counts.total("p"), counts.total("q")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn total<A>(&self, context: &A) -> u64
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.context(context).map_or(0, Counts::total)
    }

    /// Returns the number of distinct values in `context`.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 2)?;
    /// assert_eq!((counts.n_values("p"), counts.n_values("q")), (1, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_values<A>(&self, context: &A) -> usize
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.context(context).map_or(0, Counts::n_values)
    }

    /// Returns the [`surprisal`] of `value` among the rows of `context`, in bits.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let mut counts = GivenCounts::new();
    /// counts.add("p", "a", 8)?;
    /// assert!(counts.bits("p", "a") < 0.1);
    /// assert_eq!(counts.bits("p", "b"), 18_f64.log2());
    /// assert_eq!(counts.bits("q", "a"), 1.0); // nothing is known of "q"
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn bits<A, B>(&self, context: &A, value: &B) -> f64
    where
        C: Borrow<A>,
        K: Borrow<B>,
        A: Eq + Hash + ?Sized,
        B: Eq + Hash + ?Sized,
    {
        self.context(context).map_or_else(|| surprisal(0, 0), |counts| counts.bits(value))
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::GivenCounts;
    /// let (mut monday, mut tuesday) = (GivenCounts::new(), GivenCounts::new());
    /// monday.add("p", "a", 2)?;
    /// tuesday.add("p", "a", 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.count("p", "a"), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.contexts.merge(other.contexts, Counts::merge)
    }
}

impl<C, K> Default for GivenCounts<C, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Eq + Hash, K: Eq + Hash> PartialEq for GivenCounts<C, K> {
    fn eq(&self, other: &Self) -> bool {
        self.contexts == other.contexts
    }
}

impl<C: Eq + Hash, K: Eq + Hash> Eq for GivenCounts<C, K> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_rows_leave_no_context() {
        let mut counts = GivenCounts::<String, String>::new();
        counts.add("p".to_owned(), "a".to_owned(), 0).unwrap();
        counts.add_ref("p", "a", 0).unwrap();
        assert_eq!((counts.iter_sorted().len(), counts.n_rows()), (0, 0));
    }

    #[test]
    fn rows_of_all_contexts_together_fit_u64() {
        let mut counts = GivenCounts::<String, String>::new();
        counts.add_ref("p", "a", u64::MAX).unwrap();
        let error = Error::TooManyRows { total: u64::MAX, count: 1 };
        assert_eq!(counts.add_ref("q", "a", 1), Err(error.clone()));
        let mut other = GivenCounts::new();
        other.add("q".to_owned(), "a".to_owned(), 1).unwrap();
        assert_eq!(counts.merge(other), Err(error));
        assert!(counts.context("q").is_none());
    }
}
