//! How many programs, command lines, hosts and users the rows of a cluster have.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use hashbrown::hash_table::{Entry as TableEntry, HashTable};
use oddsift_features::{Role, program_of};
use oddsift_patterns::PatternId;

/// The roles whose distinct values are counted in each cluster, where the input has them, and the names of their
/// columns.
///
/// ```
/// assert_eq!(oddsift_pipeline::COUNTED_ROLES[2].1, "Hosts");
/// ```
pub const COUNTED_ROLES: [(Role, &str); 4] = [
    (Role::Path, "Programs"),
    (Role::CommandLine, "CommandLines"),
    (Role::Host, "Hosts"),
    (Role::User, "Users"),
];
/// The most values of a pattern that are told apart, so that a flood of command lines takes no room.
///
/// ```
/// assert_eq!(oddsift_pipeline::MOST_COUNTED, 10_000);
/// ```
pub const MOST_COUNTED: usize = 10_000;

/// So many paths of programs are hashed once.
const KNOWN: usize = 1 << 12;

/// The distinct values of some roles in the rows of each pattern, by 64 bits of a keyed hash: one place a
/// pattern for the first value, and a set where there are more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variety {
    pub(crate) roles: Vec<Role>,
    hasher: RandomState,
    /// By pattern and role; 0 where no row has a value.
    first: Vec<u64>,
    more: HashMap<usize, HashTable<u64>>,
    /// Hashes of programs by their paths.
    programs: HashMap<Box<str>, u64>,
}

impl Variety {
    /// Parts that are to be merged are made of one.
    pub(crate) fn new(roles: Vec<Role>) -> Self {
        Self { roles, ..Self::default() }
    }

    pub(crate) fn add(&mut self, pattern: PatternId, role: usize, text: &str) {
        let hash = self.hash(text);
        self.insert(self.slot(pattern, role), hash);
    }

    /// Adds a path, which is one with all that name the same program.
    pub(crate) fn add_program(&mut self, pattern: PatternId, role: usize, path: &str) {
        let hash = self.programs.get(path).copied().unwrap_or_else(|| {
            let hash = self.hash(&program_of(path));
            if self.programs.len() < KNOWN {
                self.programs.insert(path.into(), hash);
            }
            hash
        });
        self.insert(self.slot(pattern, role), hash);
    }

    fn hash(&self, text: &str) -> u64 {
        self.hasher.hash_one(text).max(1)
    }

    fn slot(&self, pattern: PatternId, role: usize) -> usize {
        pattern.index() * self.roles.len() + role
    }

    fn insert(&mut self, slot: usize, hash: u64) {
        if slot >= self.first.len() {
            self.first.resize(slot + 1, 0);
        }
        match self.first.get_mut(slot) {
            Some(first) if *first == 0 => *first = hash,
            Some(first) if *first == hash => {}
            _ => add_hash(self.more.entry(slot).or_default(), hash),
        }
    }

    /// Takes in another one, whose patterns have other ids here.
    pub(crate) fn merge(&mut self, other: Self, names: &[PatternId]) {
        let width = self.roles.len().max(1);
        let place = |slot: usize| Some(names.get(slot / width)?.index() * width + slot % width);
        for (slot, hash) in other.first.into_iter().enumerate().filter(|(_, hash)| *hash != 0) {
            if let Some(slot) = place(slot) {
                self.insert(slot, hash);
            }
        }
        for (slot, more) in other.more {
            if let Some(slot) = place(slot) {
                self.insert_all(slot, more);
            }
        }
    }

    fn insert_all(&mut self, slot: usize, hashes: HashTable<u64>) {
        let first = self.first.get(slot).copied().unwrap_or_default();
        match self.more.entry(slot) {
            Entry::Vacant(place) => _ = place.insert(hashes),
            Entry::Occupied(mut ours) => {
                hashes.into_iter().for_each(|hash| add_hash(ours.get_mut(), hash));
            }
        }
        if let Some(more) = self.more.get_mut(&slot)
            && let Ok(twice) = more.find_entry(first, |hash| *hash == first)
        {
            twice.remove();
        }
    }

    /// Gives patterns their ids in another order.
    pub(crate) fn rename(&mut self, names: &[PatternId]) {
        let empty = Self { hasher: self.hasher.clone(), ..Self::new(self.roles.clone()) };
        let old = std::mem::replace(self, empty);
        self.merge(old, names);
    }

    /// The number of distinct values of each role over these patterns, at most [`MOST_COUNTED`].
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
            all.len().min(MOST_COUNTED) as u64
        };
        (0..width).map(of_role).collect()
    }
}

/// Adds a hash to a set that is not full.
fn add_hash(hashes: &mut HashTable<u64>, hash: u64) {
    if hashes.len() < MOST_COUNTED
        && let TableEntry::Vacant(place) =
            hashes.entry(hash, |known| *known == hash, |known| *known)
    {
        place.insert(hash);
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
        whole.merge(part, &[ids[1], ids[0]]);
        assert_eq!(whole.count(&ids[..1]), [2, 0]);
        assert_eq!(whole.count(&ids[1..]), [2, 0]);
        assert_eq!(whole.count(&ids), [3, 0]);
        whole.rename(&[ids[1], ids[0]]);
        assert_eq!(whole.count(&ids), [3, 0]);
    }

    #[test]
    fn floods_are_counted_up_to_a_bound_and_paths_by_their_programs() {
        let mut table = PatternTable::new(1);
        let id = table.add(&[1.0], &Observation::new(0)).unwrap();
        let mut whole = Variety::new(vec![Role::Path, Role::CommandLine]);
        let mut part = whole.clone();
        for number in 0..MOST_COUNTED + 50 {
            whole.add(id, 1, &format!("a{number}"));
            part.add(id, 1, &format!("b{number}"));
        }
        for path in [r"C:\A.exe", r"c:\a.EXE", r"C:\a.exe"] {
            whole.add_program(id, 0, path);
            part.add_program(id, 0, path);
        }
        whole.merge(part, &[id]);
        assert_eq!(whole.count(&[id]), [1, MOST_COUNTED as u64]);
    }
}
