use std::borrow::Borrow;
use std::hash::Hash;

use crate::contexts::Contexts;
use crate::{Error, WordCounts, surprisal};

/// The number of rows in which each word is, given another value: the words of a command line given
/// its program.
///
/// Counts merge in any order. Memory grows with the distinct contexts and pairs.
///
/// ```
/// use oddsift_rarity::GivenWordCounts;
///
/// let mut words = GivenWordCounts::<String, String>::new();
/// words.add_ref("svchost.exe", ["-k", "netsvcs"], 64)?;
/// words.add_ref("cmd.exe", ["-k"], 1)?;
/// assert!(words.bits("svchost.exe", "-k") < 0.02);
/// assert_eq!(words.context("svchost.exe").unwrap().rarest(["-k", "evil"], 1)[0].0, "evil");
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GivenWordCounts<C, K> {
    pub(crate) contexts: Contexts<C, WordCounts<K>>,
}

impl<C, K> GivenWordCounts<C, K> {
    /// Makes an empty table.
    ///
    /// ```
    /// assert_eq!(oddsift_rarity::GivenWordCounts::<String, String>::new().n_rows(), 0);
    /// ```
    pub fn new() -> Self {
        Self { contexts: Contexts::new() }
    }

    /// Returns the number of rows of all contexts.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a", "b"], 2)?;
    /// assert_eq!(words.n_rows(), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.contexts.n_rows
    }

    /// Returns the contexts with their counts, in ascending order of the contexts.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("q", ["a"], 1)?;
    /// words.add("p", ["a"], 2)?;
    /// assert!(words.iter_sorted().map(|(context, _)| *context).eq(["p", "q"]));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn iter_sorted(&self) -> impl ExactSizeIterator<Item = (&C, &WordCounts<K>)>
    where
        C: Ord,
    {
        self.contexts.iter_sorted()
    }
}

impl<C: Eq + Hash, K: Eq + Hash> GivenWordCounts<C, K> {
    /// Adds `count` rows that have `words` in `context`, each word once; no rows change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a", "b", "a"], 2)?;
    /// assert_eq!(words.count("p", "a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add(
        &mut self,
        context: C,
        words: impl IntoIterator<Item = K>,
        count: u64,
    ) -> Result<(), Error> {
        if count == 0 {
            return Ok(());
        }
        self.contexts.grow(context, count)?.add(words, count)
    }

    /// Adds `count` rows that have `words` in `context`, each text copied only where it is new.
    ///
    /// # Errors
    ///
    /// As [`GivenWordCounts::add`].
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::<String, String>::new();
    /// words.add_ref("p", ["a", "b"], 2)?;
    /// assert_eq!(words.count("p", "b"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add_ref<'w, A, Q>(
        &mut self,
        context: &A,
        words: impl IntoIterator<Item = &'w Q>,
        count: u64,
    ) -> Result<(), Error>
    where
        C: Borrow<A> + for<'a> From<&'a A>,
        K: Borrow<Q> + for<'a> From<&'a Q>,
        A: Eq + Hash + ?Sized,
        Q: Eq + Hash + ?Sized + 'w,
    {
        if count == 0 {
            return Ok(());
        }
        self.contexts.grow_ref(context, count)?.add_ref(words, count)
    }

    /// Returns the counts of a context, if it has any rows.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a"], 2)?;
    /// assert_eq!(words.context("p").unwrap().total(), 2);
    /// assert!(words.context("q").is_none());
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn context<A>(&self, context: &A) -> Option<&WordCounts<K>>
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.contexts.get(context)
    }

    /// Returns the number of rows of `context` in which `word` is.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a"], 2)?;
    /// assert_eq!((words.count("p", "a"), words.count("q", "a")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn count<A, Q>(&self, context: &A, word: &Q) -> u64
    where
        C: Borrow<A>,
        K: Borrow<Q>,
        A: Eq + Hash + ?Sized,
        Q: Eq + Hash + ?Sized,
    {
        self.context(context).map_or(0, |words| words.count(word))
    }

    /// Returns the number of rows of `context`.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a"], 2)?;
    /// assert_eq!((words.total("p"), words.total("q")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn total<A>(&self, context: &A) -> u64
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.context(context).map_or(0, WordCounts::total)
    }

    /// Returns the [`surprisal`] of a row of `context` that has `word`, in bits.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let mut words = GivenWordCounts::new();
    /// words.add("p", ["a"], 3)?;
    /// words.add("p", ["b"], 1)?;
    /// assert_eq!(words.bits("p", "b"), 3.0); // log2(2 * 4)
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn bits<A, Q>(&self, context: &A, word: &Q) -> f64
    where
        C: Borrow<A>,
        K: Borrow<Q>,
        A: Eq + Hash + ?Sized,
        Q: Eq + Hash + ?Sized,
    {
        self.context(context).map_or_else(|| surprisal(0, 0), |words| words.bits(word))
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::GivenWordCounts;
    /// let (mut monday, mut tuesday) = (GivenWordCounts::new(), GivenWordCounts::new());
    /// monday.add("p", ["a"], 2)?;
    /// tuesday.add("p", ["a"], 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.count("p", "a"), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.contexts.merge(other.contexts, WordCounts::merge)
    }
}

impl<C, K> Default for GivenWordCounts<C, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Eq + Hash, K: Eq + Hash> PartialEq for GivenWordCounts<C, K> {
    fn eq(&self, other: &Self) -> bool {
        self.contexts == other.contexts
    }
}

impl<C: Eq + Hash, K: Eq + Hash> Eq for GivenWordCounts<C, K> {}
