use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use oddsift_patterns::Timestamp;

use crate::Error;

/// The end of a value that is missing.
const MISSING: u32 = u32::MAX;

/// Combinations of values counted: "stacking". What is common is the estate's normal; what occurs
/// once or twice is worth a look.
///
/// Memory: the texts of each distinct combination once, and up to 75 bytes more (110 with times),
/// whatever the number of rows. Hashes are keyed by a random number, so that values chosen by an attacker
/// cannot slow it down. Stacks of parts of the data merge in any order.
///
/// ```
/// use oddsift_outliers::Stack;
///
/// let mut stack = Stack::new(2);
/// for (row, values) in [["web-1", "svchost.exe"], ["web-2", "svchost.exe"], ["web-1", "svchost.exe"]].iter().enumerate() {
///     stack.add(&values.map(Some), row as u64, None)?;
/// }
/// let rare = stack.rare(10);
/// assert_eq!(rare[0].values().collect::<Vec<_>>(), [Some("web-2"), Some("svchost.exe")]);
/// assert_eq!((rare[0].count(), rare[0].first_row()), (1, 1));
/// assert_eq!(rare[1].count(), 2);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stack {
    keys: Keys,
    entries: Vec<Entry>,
    /// By the combination; none where no time was ever given.
    times: Vec<Option<(Timestamp, Timestamp)>>,
    index: HashTable<u32>,
    hasher: RandomState,
}

/// The values of each combination, one behind the other.
#[derive(Debug, Clone)]
struct Keys {
    n_columns: usize,
    text: String,
    /// Where the combinations start.
    starts: Vec<usize>,
    /// Where the values end, from the start of their combination; one for each column.
    ends: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    count: u64,
    first_row: u64,
}

/// A combination of a [`Stack`] with what is known of its rows.
#[derive(Debug, Clone, Copy)]
pub struct Stacked<'a> {
    stack: &'a Stack,
    id: usize,
}

impl Stack {
    /// An empty stack of that many columns.
    ///
    /// ```
    /// assert!(oddsift_outliers::Stack::new(1).is_empty());
    /// ```
    pub fn new(n_columns: usize) -> Self {
        Self {
            keys: Keys { n_columns, text: String::new(), starts: Vec::new(), ends: Vec::new() },
            entries: Vec::new(),
            times: Vec::new(),
            index: HashTable::new(),
            hasher: RandomState::new(),
        }
    }

    /// Counts a row; a missing value is a value of its own, unlike the empty text. Costs a look-up, and
    /// allocates only for a combination that is new.
    ///
    /// # Errors
    ///
    /// [`Error::StackColumns`] if there is not one value a column, [`Error::StackFull`] past 2^32 - 1
    /// combinations or 4 GiB in one.
    ///
    /// ```
    /// let mut stack = oddsift_outliers::Stack::new(1);
    /// stack.add(&[None], 0, None)?;
    /// stack.add(&[Some("")], 1, None)?;
    /// assert_eq!(stack.len(), 2);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn add(
        &mut self,
        values: &[Option<&str>],
        row: u64,
        time: Option<Timestamp>,
    ) -> Result<(), Error> {
        if values.len() != self.keys.n_columns {
            return Err(Error::StackColumns { expected: self.keys.n_columns, found: values.len() });
        }
        self.count(values, row, 1, time.map(|time| (time, time)))
    }

    /// Adds the counts of a stack of other rows of the same columns. Costs a look-up for each of its
    /// combinations.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    ///
    /// ```
    /// # use oddsift_outliers::Stack;
    /// let (mut a, mut b) = (Stack::new(1), Stack::new(1));
    /// a.add(&[Some("x")], 0, None)?;
    /// b.add(&[Some("x")], 1, None)?;
    /// a.merge(&b)?;
    /// assert_eq!((a.len(), a.rare(9)[0].count()), (1, 2));
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        if other.keys.n_columns != self.keys.n_columns {
            return Err(Error::StackColumns {
                expected: self.keys.n_columns,
                found: other.keys.n_columns,
            });
        }
        for id in 0..other.entries.len() {
            let stacked = Stacked { stack: other, id };
            let values: Vec<Option<&str>> = stacked.values().collect();
            self.count(&values, stacked.first_row(), stacked.count(), stacked.times())?;
        }
        Ok(())
    }

    /// How many distinct combinations there are.
    ///
    /// ```
    /// assert_eq!(oddsift_outliers::Stack::new(3).len(), 0);
    /// ```
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no row was counted.
    ///
    /// ```
    /// assert!(oddsift_outliers::Stack::new(3).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The combinations that occur at most `max_count` times, rarest first and then in the order of
    /// their first rows. Costs a pass over all combinations and a sort of those that are given.
    ///
    /// ```
    /// let mut stack = oddsift_outliers::Stack::new(1);
    /// for (row, name) in ["a", "b", "a"].into_iter().enumerate() {
    ///     stack.add(&[Some(name)], row as u64, None)?;
    /// }
    /// assert_eq!(stack.rare(1).len(), 1);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn rare(&self, max_count: u64) -> Vec<Stacked<'_>> {
        let all = (0..self.entries.len()).map(|id| Stacked { stack: self, id });
        let mut rare: Vec<_> = all.filter(|stacked| stacked.count() <= max_count).collect();
        rare.sort_unstable_by_key(|stacked| (stacked.count(), stacked.first_row()));
        rare
    }

    fn count(
        &mut self,
        values: &[Option<&str>],
        row: u64,
        count: u64,
        times: Option<(Timestamp, Timestamp)>,
    ) -> Result<(), Error> {
        let id = self.intern(values, row)?;
        let entry = &mut self.entries[id];
        entry.count += count;
        entry.first_row = entry.first_row.min(row);
        if let Some((first, last)) = times {
            if self.times.len() <= id {
                self.times.resize(self.entries.len(), None);
            }
            let known = self.times[id].get_or_insert((first, last));
            *known = (known.0.min(first), known.1.max(last));
        }
        Ok(())
    }

    fn intern(&mut self, values: &[Option<&str>], row: u64) -> Result<usize, Error> {
        let (keys, hasher) = (&mut self.keys, &self.hasher);
        let hash = hasher.hash_one(values);
        let is_it = |id: &u32| keys.values(*id as usize).eq(values.iter().copied());
        if let Some(id) = self.index.find(hash, is_it) {
            return Ok(*id as usize);
        }
        let id = u32::try_from(self.entries.len()).map_err(|_| Error::StackFull)?;
        keys.push(values)?;
        self.entries.push(Entry { count: 0, first_row: row });
        let hash_of =
            |id: &u32| hasher.hash_one(keys.values(*id as usize).collect::<Vec<_>>().as_slice());
        self.index.insert_unique(hash, id, hash_of);
        Ok(id as usize)
    }
}

impl Keys {
    fn push(&mut self, values: &[Option<&str>]) -> Result<(), Error> {
        let n_bytes: usize = values.iter().flatten().map(|value| value.len()).sum();
        if n_bytes >= MISSING as usize {
            return Err(Error::StackFull);
        }
        let start = self.text.len();
        self.starts.push(start);
        for value in values {
            self.text.push_str(value.unwrap_or_default());
            let end = u32::try_from(self.text.len() - start).map_err(|_| Error::StackFull)?;
            self.ends.push(if value.is_some() { end } else { MISSING });
        }
        Ok(())
    }

    fn values(&self, id: usize) -> impl Iterator<Item = Option<&str>> {
        let origin = self.starts[id];
        let mut start = origin;
        self.ends[id * self.n_columns..(id + 1) * self.n_columns].iter().map(move |&end| {
            let end = (end != MISSING).then_some(origin + end as usize)?;
            let value = &self.text[start..end];
            start = end;
            Some(value)
        })
    }
}

impl<'a> Stacked<'a> {
    /// The values, in the order of the columns.
    ///
    /// ```
    /// # let mut stack = oddsift_outliers::Stack::new(1);
    /// stack.add(&[Some("a")], 0, None)?;
    /// assert!(stack.rare(1)[0].values().eq([Some("a")]));
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn values(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        self.stack.keys.values(self.id)
    }

    /// In how many rows it occurs.
    ///
    /// ```
    /// # let mut stack = oddsift_outliers::Stack::new(1);
    /// stack.add(&[Some("a")], 0, None)?;
    /// assert_eq!(stack.rare(1)[0].count(), 1);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn count(&self) -> u64 {
        self.stack.entries[self.id].count
    }

    /// The first of its rows: the example.
    ///
    /// ```
    /// # let mut stack = oddsift_outliers::Stack::new(1);
    /// stack.add(&[Some("a")], 7, None)?;
    /// assert_eq!(stack.rare(1)[0].first_row(), 7);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn first_row(&self) -> u64 {
        self.stack.entries[self.id].first_row
    }

    /// First and last time, of the rows that have one.
    ///
    /// ```
    /// # let mut stack = oddsift_outliers::Stack::new(1);
    /// stack.add(&[Some("a")], 7, None)?;
    /// assert_eq!(stack.rare(1)[0].times(), None);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn times(&self) -> Option<(Timestamp, Timestamp)> {
        self.stack.times.get(self.id).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stacked(rows: &[[Option<&str>; 2]]) -> Stack {
        let mut stack = Stack::new(2);
        for (row, values) in rows.iter().enumerate() {
            let second = i64::try_from(row).unwrap();
            let time = (row % 2 == 0).then(|| Timestamp::from_second(second).unwrap());
            stack.add(values, row as u64, time).unwrap();
        }
        stack
    }

    fn shown(stack: &Stack) -> Vec<String> {
        let text = |it: &Stacked<'_>| {
            let values: Vec<_> = it.values().collect();
            format!("{values:?} {} {} {:?}", it.count(), it.first_row(), it.times())
        };
        stack.rare(u64::MAX).iter().map(text).collect()
    }

    #[test]
    fn texts_that_only_join_alike_are_different_combinations() {
        let stack =
            stacked(&[[Some("ab"), Some("c")], [Some("a"), Some("bc")], [None, Some("abc")]]);
        assert_eq!(stack.len(), 3);
    }

    #[test]
    fn rarest_come_first_then_by_first_row() {
        let stack = stacked(&[
            [Some("a"), None],
            [Some("b"), None],
            [Some("a"), None],
            [Some("c"), Some("")],
        ]);
        let order: Vec<u64> = stack.rare(9).iter().map(Stacked::first_row).collect();
        assert_eq!(order, [1, 3, 0]);
    }

    #[test]
    fn parts_merge_to_the_whole_in_any_order() {
        let names = [Some("a"), Some("b"), None, Some("")];
        let rows: Vec<[Option<&str>; 2]> =
            (0..40).map(|i| [names[i % 3], names[(i * 7 / 3) % 4]]).collect();
        let whole = stacked(&rows);
        let mut parts = [Stack::new(2), Stack::new(2)];
        for (row, values) in rows.iter().enumerate() {
            let second = i64::try_from(row).unwrap();
            let time = (row % 2 == 0).then(|| Timestamp::from_second(second).unwrap());
            parts[row % 5 % 2].add(values, row as u64, time).unwrap();
        }
        let [mut a, mut b] = parts;
        let first = a.clone();
        a.merge(&b).unwrap();
        b.merge(&first).unwrap();
        assert_eq!(shown(&a), shown(&whole));
        assert_eq!(shown(&b), shown(&whole));
    }

    #[test]
    fn a_row_of_other_columns_is_refused() {
        let mut stack = Stack::new(2);
        let error = stack.add(&[Some("a")], 0, None).unwrap_err();
        assert_eq!(error.to_string(), "1 values for 2 stacked columns; give one a column");
        assert!(stack.merge(&Stack::new(3)).is_err());
    }
}
