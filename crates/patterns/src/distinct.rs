use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashSet, HashTable};

use crate::{PatternId, PatternTable};

/// Most distinct values of one column: ids are `u32`.
pub(crate) const MAX_VALUES: u32 = u32::MAX;

/// The distinct values of one column and which pattern has which.
#[derive(Debug, Clone, Default)]
pub(crate) struct DistinctColumn {
    /// Each value once; its position is its id.
    values: Vec<Box<str>>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Which pattern has which value.
    pairs: HashSet<(u32, u32)>,
}

impl DistinctColumn {
    pub(crate) fn values(&self) -> &[Box<str>] {
        &self.values
    }

    pub(crate) fn is_full(&self) -> bool {
        self.values.len() >= MAX_VALUES as usize
    }

    pub(crate) fn add(&mut self, pattern: u32, value: &str) {
        let id = self.intern(value);
        self.pairs.insert((pattern, id));
    }

    /// Takes over the values of `other`, whose pattern `p` is ours at `id_of[p]`.
    pub(crate) fn merge(&mut self, other: &Self, id_of: impl Fn(u32) -> u32) {
        let value_of: Vec<u32> = other.values.iter().map(|value| self.intern(value)).collect();
        let pairs = other.pairs.iter().map(|&(p, v)| (id_of(p), value_of[v as usize]));
        self.pairs.extend(pairs);
    }

    /// How many values of `other` are not here.
    pub(crate) fn n_new(&self, other: &Self) -> usize {
        other.values.iter().filter(|value| self.find(value).is_none()).count()
    }

    /// Renames the patterns and puts the values in the order of their text, so
    /// that equal contents are equal however they came in.
    pub(crate) fn canonicalize(&mut self, id_of: impl Fn(u32) -> u32) {
        let mut sorted = Self { hasher: self.hasher.clone(), ..Self::default() };
        let mut order: Vec<&str> = self.values.iter().map(AsRef::as_ref).collect();
        order.sort_unstable();
        for value in order {
            sorted.intern(value);
        }
        sorted.merge(self, id_of);
        *self = sorted;
    }

    /// Pattern and value id, sorted.
    pub(crate) fn sorted_pairs(&self) -> Vec<(u32, u32)> {
        let mut pairs: Vec<_> = self.pairs.iter().copied().collect();
        pairs.sort_unstable();
        pairs
    }

    /// Number of distinct values in each group; `group_of` gives none for a
    /// pattern that is in no group.
    pub(crate) fn count(&self, group_of: impl Fn(u32) -> Option<u32>, counts: &mut [u64]) {
        let in_group = |&(pattern, value): &(u32, u32)| group_of(pattern).map(|g| (g, value));
        let mut seen: Vec<(u32, u32)> = self.pairs.iter().filter_map(in_group).collect();
        seen.sort_unstable();
        seen.dedup();
        for (group, _) in seen {
            counts[group as usize] += 1;
        }
    }

    /// A column from its parts; the position of the first value that stands
    /// there twice is the error.
    pub(crate) fn from_values(values: &[Box<str>]) -> Result<Self, usize> {
        let mut column = Self::default();
        for (position, value) in values.iter().enumerate() {
            if column.is_full() || column.intern(value) as usize != position {
                return Err(position);
            }
        }
        Ok(column)
    }

    /// False if the pair is there already.
    pub(crate) fn insert_pair(&mut self, pattern: u32, value: u32) -> bool {
        self.pairs.insert((pattern, value))
    }

    fn find(&self, value: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(value);
        self.index.find(hash, |&id| *self.values[id as usize] == *value).copied()
    }

    fn intern(&mut self, value: &str) -> u32 {
        if let Some(id) = self.find(value) {
            return id;
        }
        let id = u32::try_from(self.values.len()).unwrap_or(MAX_VALUES);
        self.values.push(value.into());
        let rehash = |&id: &u32| self.hasher.hash_one(&*self.values[id as usize]);
        self.index.insert_unique(self.hasher.hash_one(value), id, rehash);
        id
    }
}

impl PartialEq for DistinctColumn {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values && self.pairs == other.pairs
    }
}

impl PatternTable {
    /// Number of distinct values in each counted column over the patterns `ids`: exact, a value
    /// that several patterns have counts once. Costs a pass over all pairs of pattern and value;
    /// for many groups see [`distinct_by_group`](Self::distinct_by_group).
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let mut table = PatternTable::new(1).with_distinct(1);
    /// for (row, host) in ["web", "db", "web"].into_iter().enumerate() {
    ///     let distinct = &[Some(host)];
    ///     table.add(&[row as f64], &Observation { distinct, ..Observation::new(row as u64) })?;
    /// }
    /// assert_eq!(table.fold_distinct(table.ids()), [2]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn fold_distinct(&self, ids: impl Iterator<Item = PatternId>) -> Vec<u64> {
        let mut group_of = vec![u32::MAX; self.len()];
        for id in ids {
            group_of[id.index()] = 0;
        }
        self.distinct_by_group(&group_of, 1).pop().unwrap_or_default()
    }

    /// Number of distinct values for each group and counted column: `[group][column]`.
    ///
    /// `group_of` gives the group of each pattern; patterns whose group is `n_groups` or more, or
    /// that have none, are in no group. Costs one sort of all pairs of pattern and value.
    ///
    /// ```
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let mut table = PatternTable::new(1).with_distinct(1);
    /// for (row, host) in ["web", "db", "web"].into_iter().enumerate() {
    ///     let distinct = &[Some(host)];
    ///     table.add(&[row as f64], &Observation { distinct, ..Observation::new(row as u64) })?;
    /// }
    /// // The first and third pattern are group 0, the second is in none.
    /// assert_eq!(table.distinct_by_group(&[0, u32::MAX, 0], 1), [[1]]);
    /// # Ok::<(), oddsift_patterns::Error>(())
    /// ```
    pub fn distinct_by_group(&self, group_of: &[u32], n_groups: usize) -> Vec<Vec<u64>> {
        let mut result = vec![vec![0; self.distinct.len()]; n_groups];
        let mut counts = vec![0; n_groups];
        let group = |p: u32| group_of.get(p as usize).copied().filter(|&g| (g as usize) < n_groups);
        for (column, distinct) in self.distinct.iter().enumerate() {
            counts.fill(0);
            distinct.count(group, &mut counts);
            for (row, &count) in result.iter_mut().zip(&counts) {
                row[column] = count;
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_counts_once_in_a_group() {
        let mut column = DistinctColumn::default();
        for (pattern, value) in [(0, "a"), (1, "a"), (1, "b"), (2, "c"), (0, "a")] {
            column.add(pattern, value);
        }
        let mut counts = [0; 2];
        column.count(|pattern| (pattern < 2).then_some(1), &mut counts);
        assert_eq!(counts, [0, 2]);
    }

    #[test]
    fn equal_contents_are_equal_in_canonical_form() {
        let (mut a, mut b) = (DistinctColumn::default(), DistinctColumn::default());
        a.add(0, "x");
        a.add(1, "y");
        b.add(0, "y");
        b.add(1, "x");
        b.canonicalize(|id| 1 - id);
        a.canonicalize(|id| id);
        assert_eq!(a, b);
    }
}
