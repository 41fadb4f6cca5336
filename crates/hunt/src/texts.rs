use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct texts, each with a number: the order in which they came.
///
/// Hashes are keyed by a random number, so that texts chosen by an attacker cannot slow it down; no
/// result depends on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    by_id: Vec<Box<str>>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The text of a number; empty for one that is not in use.
    pub(crate) fn get(&self, id: u32) -> &str {
        self.by_id.get(id as usize).map_or("", |text| text)
    }

    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let is_it = |id: &u32| self.get(*id) == text;
        self.index.find(self.hasher.hash_one(text), is_it).copied()
    }

    /// The texts in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.by_id.iter().map(|text| &**text)
    }

    /// The number of a text, which gets one where it is new; none is left after 2^32 - 1.
    pub(crate) fn intern(&mut self, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(text);
        let texts = &self.by_id;
        let text_of = |id: u32| texts.get(id as usize).map_or("", |text| text);
        if let Some(id) = self.index.find(hash, |id| text_of(*id) == text) {
            return Some(*id);
        }
        let id = u32::try_from(self.by_id.len()).ok().filter(|id| *id < u32::MAX)?;
        let hasher = &self.hasher;
        self.index.insert_unique(hash, id, |id| hasher.hash_one(text_of(*id)));
        self.by_id.push(text.into());
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_number() {
        let mut texts = Texts::default();
        let ids = ["a", "b", "a", ""].map(|text| texts.intern(text));
        assert_eq!(ids, [Some(0), Some(1), Some(0), Some(2)]);
        assert_eq!((texts.get(1), texts.get(9), texts.len()), ("b", "", 3));
    }
}
