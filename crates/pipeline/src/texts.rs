//! Distinct texts by their numbers, all in one: a million of them take no million allocations.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Distinct texts, numbered in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Texts {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, number: usize) -> Option<&str> {
        text_of(&self.text, &self.ends, number)
    }

    pub(crate) fn number(&self, text: &str) -> Option<u32> {
        let is_it = |number: &u32| self.get(*number as usize) == Some(text);
        self.numbers.find(self.hasher.hash_one(text), is_it).copied()
    }

    /// The number of a text, which is new if it was not there. Past 2^32 of them all others are one.
    pub(crate) fn find_or_insert(&mut self, text: &str) -> u32 {
        if let Some(number) = self.number(text) {
            return number;
        }
        let Ok(number) = u32::try_from(self.ends.len()) else { return u32::MAX };
        self.text.push_str(text);
        self.ends.push(self.text.len());
        let Self { text: all, ends, numbers, hasher } = self;
        let hash = |number: &u32| {
            hasher.hash_one(text_of(all, ends, *number as usize).unwrap_or_default())
        };
        numbers.insert_unique(hasher.hash_one(text), number, hash);
        number
    }

    /// Gives back what it takes to find numbers and to grow.
    pub(crate) fn frozen(mut self) -> Self {
        self.numbers = HashTable::new();
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self
    }
}

fn text_of<'a>(all: &'a str, ends: &[usize], number: usize) -> Option<&'a str> {
    let start = match number.checked_sub(1) {
        Some(before) => *ends.get(before)?,
        None => 0,
    };
    all.get(start..*ends.get(number)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_numbered_as_they_come() {
        let mut texts = Texts::default();
        for _ in 0..2 {
            for number in 0..3000 {
                assert_eq!(texts.find_or_insert(&number.to_string()), number);
            }
        }
        assert_eq!((texts.number("7"), texts.number("x"), texts.number("")), (Some(7), None, None));
        assert_eq!(texts.find_or_insert(""), 3000);
        let texts = texts.frozen();
        assert_eq!((texts.len(), texts.get(2999), texts.get(3000)), (3001, Some("2999"), Some("")));
        assert_eq!(texts.get(3001), None);
    }
}
