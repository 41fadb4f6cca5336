//! How many programs, command lines, hosts and users the rows of a cluster have.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use oddsift_features::Role;
use oddsift_patterns::PatternId;

/// What is counted, where the input has it.
pub(crate) const COUNTED: [Role; 4] = [Role::Path, Role::CommandLine, Role::Host, Role::User];
/// More values of a pattern are not told apart, so that a flood of command lines takes no room.
pub(crate) const MOST: usize = 10_000;

/// The distinct values of some roles in the rows of each pattern, by 64 bits of a keyed hash: one place a
/// pattern for the first value, and a list where there are more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variety {
    pub(crate) roles: Vec<Role>,
    hasher: RandomState,
    /// By pattern and role; 0 where no row has a value.
    first: Vec<u64>,
    more: HashMap<usize, Vec<u64>>,
}

impl Variety {
    /// Parts that are to be merged are made of one.
    pub(crate) fn new(roles: Vec<Role>) -> Self {
        Self { roles, ..Self::default() }
    }

    pub(crate) fn add(&mut self, pattern: PatternId, role: usize, text: &str) {
        let hash = self.hasher.hash_one(text).max(1);
        self.insert(pattern.index() * self.roles.len() + role, hash);
    }

    fn insert(&mut self, slot: usize, hash: u64) {
        if slot >= self.first.len() {
            self.first.resize(slot + 1, 0);
        }
        match self.first.get_mut(slot) {
            Some(first) if *first == 0 => *first = hash,
            Some(first) if *first == hash => {}
            _ => {
                let more = self.more.entry(slot).or_default();
                if let Err(at) = more.binary_search(&hash)
                    && more.len() < MOST
                {
                    more.insert(at, hash);
                }
            }
        }
    }

    /// Takes in another one, whose patterns have other ids here.
    pub(crate) fn merge(&mut self, other: &Self, names: &[PatternId]) {
        let width = self.roles.len().max(1);
        let place = |slot: usize| Some(names.get(slot / width)?.index() * width + slot % width);
        let first = other.first.iter().copied().enumerate().filter(|(_, hash)| *hash != 0);
        let more =
            other.more.iter().flat_map(|(slot, more)| more.iter().map(|hash| (*slot, *hash)));
        for (slot, hash) in first.chain(more) {
            if let Some(slot) = place(slot) {
                self.insert(slot, hash);
            }
        }
    }

    /// Gives patterns their ids in another order.
    pub(crate) fn rename(&mut self, names: &[PatternId]) {
        let empty = Self { hasher: self.hasher.clone(), ..Self::new(self.roles.clone()) };
        let old = std::mem::replace(self, empty);
        self.merge(&old, names);
    }

    /// The number of distinct values of each role over these patterns, at most [`MOST`].
    pub(crate) fn count(&self, patterns: &[PatternId]) -> Vec<u64> {
        let width = self.roles.len();
        let of_role = |role: usize| {
            let slots = patterns.iter().map(|pattern| pattern.index() * width + role);
            let all = slots.flat_map(|slot| {
                let first = self.first.get(slot).copied().filter(|hash| *hash != 0);
                first.into_iter().chain(self.more.get(&slot).into_iter().flatten().copied())
            });
            let mut all: Vec<u64> = all.collect();
            all.sort_unstable();
            all.dedup();
            all.len().min(MOST) as u64
        };
        (0..width).map(of_role).collect()
    }
}

#[cfg(test)]
mod tests {
    use oddsift_patterns::{Observation, PatternTable};

    use super::*;

    #[test]
    fn values_are_counted_once_and_parts_merge() {
        let mut table = PatternTable::new(1);
        let mut add = |x: f64, row| table.add(&[x], &Observation::new(row)).unwrap();
        let ids = [add(1.0, 0), add(2.0, 1)];
        let mut whole = Variety::new(vec![Role::Host, Role::User]);
        let mut part = whole.clone();
        for (pattern, host) in [(0, "a"), (0, "b"), (0, "a"), (1, "b")] {
            whole.add(ids[pattern], 0, host);
        }
        part.add(ids[0], 0, "c");
        part.add(ids[0], 0, "b");
        whole.merge(&part, &[ids[1], ids[0]]);
        assert_eq!(whole.count(&ids[..1]), [2, 0]);
        assert_eq!(whole.count(&ids[1..]), [2, 0]);
        assert_eq!(whole.count(&ids), [3, 0]);
        whole.rename(&[ids[1], ids[0]]);
        assert_eq!(whole.count(&ids), [3, 0]);
    }
}
