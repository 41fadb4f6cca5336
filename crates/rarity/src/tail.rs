use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::sync::OnceLock;

use crate::contexts::Contexts;
use crate::{Error, surprisal};

/// Numbers given a category, of which only large ones are surprising: the length of a command line
/// given its program, bytes sent given the host.
///
/// The surprisal of a number is that of "this large, or larger". Counts merge in any order. Memory
/// grows with the distinct categories and the distinct numbers in each.
///
/// The first look at a category after its last row costs a pass over its distinct numbers, each
/// further one a binary search.
///
/// ```
/// use oddsift_rarity::TailCounts;
///
/// let mut lengths = TailCounts::<String>::new();
/// lengths.add_ref("cmd.exe", 20, 40)?;
/// lengths.add_ref("cmd.exe", 31, 23)?;
/// lengths.add_ref("cmd.exe", 4000, 1)?;
/// assert_eq!(lengths.bits("cmd.exe", 4000), 7.0); // log2(2 * 64)
/// assert!(lengths.bits("cmd.exe", 20) < 0.02);
/// assert_eq!(lengths.largest_other("cmd.exe", 4000), Some(31));
/// # Ok::<(), oddsift_rarity::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TailCounts<C> {
    pub(crate) categories: Contexts<C, Tail>,
}

/// The numbers of one category.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail {
    rows: BTreeMap<u64, u64>,
    total: u64,
    /// Each number, ascending, with the rows that are as large; made when it is first asked for.
    at_least: OnceLock<Vec<(u64, u64)>>,
}

impl<C> TailCounts<C> {
    /// Makes an empty table.
    ///
    /// ```
    /// assert_eq!(oddsift_rarity::TailCounts::<String>::new().n_rows(), 0);
    /// ```
    pub fn new() -> Self {
        Self { categories: Contexts::new() }
    }

    /// Returns the number of rows of all categories.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 2)?;
    /// assert_eq!(tails.n_rows(), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn n_rows(&self) -> u64 {
        self.categories.n_rows
    }
}

impl<C: Eq + Hash> TailCounts<C> {
    /// Adds `count` rows of `category` that have the number `value`; no rows change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 2)?;
    /// assert_eq!(tails.at_least("a", 7), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add(&mut self, category: C, value: u64, count: u64) -> Result<(), Error> {
        if count > 0 {
            self.categories.grow(category, count)?.add(value, count);
        }
        Ok(())
    }

    /// Adds `count` rows of `category`, which is copied only where it is new.
    ///
    /// # Errors
    ///
    /// As [`TailCounts::add`].
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::<String>::new();
    /// tails.add_ref("a", 7, 2)?;
    /// assert_eq!(tails.total("a"), 2);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn add_ref<A>(&mut self, category: &A, value: u64, count: u64) -> Result<(), Error>
    where
        C: Borrow<A> + for<'a> From<&'a A>,
        A: Eq + Hash + ?Sized,
    {
        if count > 0 {
            self.categories.grow_ref(category, count)?.add(value, count);
        }
        Ok(())
    }

    /// Returns the number of rows of `category`.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 2)?;
    /// assert_eq!((tails.total("a"), tails.total("b")), (2, 0));
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn total<A>(&self, category: &A) -> u64
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.categories.get(category).map_or(0, |tail| tail.total)
    }

    /// Returns the number of rows of `category` whose number is `value` or larger.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 2)?;
    /// tails.add("a", 9, 1)?;
    /// assert_eq!([7, 8, 10].map(|value| tails.at_least("a", value)), [3, 1, 0]);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn at_least<A>(&self, category: &A, value: u64) -> u64
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.categories.get(category).map_or(0, |tail| tail.at_least(value))
    }

    /// Returns the largest number of the other rows of `category`: those that are left without one row
    /// whose number is `value`, or all where there is none.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 1)?;
    /// tails.add("a", 9, 1)?;
    /// assert_eq!([7, 9, 30].map(|value| tails.largest_other("a", value)), [Some(9), Some(7), Some(9)]);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn largest_other<A>(&self, category: &A, value: u64) -> Option<u64>
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        self.categories.get(category)?.largest_other(value)
    }

    /// Returns the [`surprisal`] of a number as large as `value` among the rows of `category`, in bits.
    ///
    /// A number that no row has counts as the next larger one that a row has, and a number larger than
    /// all as if its row were added. In a category without rows each number has 1 bit.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let mut tails = TailCounts::new();
    /// tails.add("a", 7, 7)?;
    /// tails.add("a", 9, 1)?;
    /// assert_eq!(tails.bits("a", 9), 4.0); // log2(2 * 8)
    /// assert_eq!(tails.bits("a", 10), 18_f64.log2());
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn bits<A>(&self, category: &A, value: u64) -> f64
    where
        C: Borrow<A>,
        A: Eq + Hash + ?Sized,
    {
        let tail = self.categories.get(category);
        tail.map_or_else(|| surprisal(0, 0), |tail| surprisal(tail.at_least(value), tail.total))
    }

    /// Adds all rows of `other`.
    ///
    /// # Errors
    ///
    /// [`Error::TooManyRows`] where the number of rows would not fit `u64`; nothing is added then.
    ///
    /// ```
    /// # use oddsift_rarity::TailCounts;
    /// let (mut monday, mut tuesday) = (TailCounts::new(), TailCounts::new());
    /// monday.add("a", 7, 2)?;
    /// tuesday.add("a", 9, 1)?;
    /// monday.merge(tuesday)?;
    /// assert_eq!(monday.at_least("a", 7), 3);
    /// # Ok::<(), oddsift_rarity::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.categories.merge(other.categories, |tail, other| {
            other.rows.into_iter().for_each(|(value, rows)| tail.add(value, rows));
            Ok(())
        })
    }
}

impl Tail {
    /// The caller has made sure that the total fits.
    pub(crate) fn add(&mut self, value: u64, count: u64) {
        self.at_least.take();
        self.total += count;
        *self.rows.entry(value).or_default() += count;
    }

    #[cfg(feature = "serde")]
    pub(crate) fn rows(&self) -> &BTreeMap<u64, u64> {
        &self.rows
    }

    #[cfg(feature = "serde")]
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    fn at_least(&self, value: u64) -> u64 {
        let sorted = self.at_least.get_or_init(|| self.sums());
        let place = sorted.partition_point(|&(smaller, _)| smaller < value);
        sorted.get(place).map_or(0, |&(_, rows)| rows)
    }

    fn sums(&self) -> Vec<(u64, u64)> {
        let mut left = self.total;
        let sum = |(&value, &rows): (&u64, &u64)| {
            let at_least = left;
            left -= rows;
            (value, at_least)
        };
        self.rows.iter().map(sum).collect()
    }

    fn largest_other(&self, value: u64) -> Option<u64> {
        let mut largest_first = self.rows.iter().rev();
        let others = largest_first.find(|&(&largest, &rows)| largest != value || rows > 1);
        others.map(|(&largest, _)| largest)
    }
}

impl PartialEq for Tail {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows
    }
}

impl Eq for Tail {}

impl<C> Default for TailCounts<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Eq + Hash> PartialEq for TailCounts<C> {
    fn eq(&self, other: &Self) -> bool {
        self.categories == other.categories
    }
}

impl<C: Eq + Hash> Eq for TailCounts<C> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_added_after_a_look_is_seen() {
        let mut tails = TailCounts::new();
        tails.add("a", 5, 1).unwrap();
        assert_eq!(tails.at_least("a", 6), 0);
        tails.add("a", 6, 2).unwrap();
        assert_eq!((tails.at_least("a", 6), tails.at_least("a", 0)), (2, 3));
    }

    #[test]
    fn largest_other_leaves_out_one_row_of_the_value() {
        let mut tails = TailCounts::new();
        tails.add("a", 5, 1).unwrap();
        assert_eq!(tails.largest_other("a", 5), None);
        assert_eq!(tails.largest_other("b", 5), None);
        tails.add("a", 5, 1).unwrap();
        assert_eq!(tails.largest_other("a", 5), Some(5));
    }

    #[test]
    fn overflow_is_an_error_and_changes_nothing() {
        let mut tails = TailCounts::new();
        tails.add("a", u64::MAX, u64::MAX).unwrap();
        assert!(tails.add("b", 0, 1).is_err());
        assert_eq!((tails.total("b"), tails.total("a")), (0, u64::MAX));
        assert_eq!(tails.at_least("a", u64::MAX), u64::MAX);
    }
}
