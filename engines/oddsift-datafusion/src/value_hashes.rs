use std::collections::BTreeSet;
use std::mem::size_of;

use datafusion::arrow::array::ArrayRef;
use oddsift_pipeline::MOST_COUNTED;
use sha2::{Digest, Sha256};

use crate::arguments::{Argument, Kind};
use crate::merging::{Merging, MergingFunction};
use crate::texts::Texts;
use crate::{Error, calls};

const NAME: &str = "value_hashes";

const ARGUMENTS: [Argument; 1] = [Argument::new("value", Kind::Text)];

/// The lowest hashes of the distinct values of a group, which say how many there are up to a bound: memory does not
/// grow with a flood of values, as that of `count(DISTINCT ..)` does.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct ValueHashes;

impl MergingFunction for ValueHashes {
    fn name(&self) -> &'static str {
        NAME
    }

    fn arguments(&self) -> &'static [Argument] {
        &ARGUMENTS
    }

    fn state_name(&self) -> &'static str {
        "hashes"
    }

    fn start(&self) -> Result<Box<dyn Merging>, Error> {
        Ok(Box::new(Hashes::default()))
    }
}

/// The number of values whose hashes these are.
pub(crate) fn n_values(hashes: &[u8]) -> u64 {
    (hashes.len() / size_of::<u64>()) as u64
}

/// The lowest of all, so that the order of rows and parts does not matter.
#[derive(Debug, Default)]
struct Hashes(BTreeSet<u64>);

impl Hashes {
    fn insert(&mut self, hash: u64) {
        if self.0.len() < MOST_COUNTED || self.0.last().is_some_and(|last| hash < *last) {
            self.0.insert(hash);
        }
        if self.0.len() > MOST_COUNTED {
            self.0.pop_last();
        }
    }
}

impl Merging for Hashes {
    fn add(&mut self, values: &[ArrayRef]) -> Result<(), Error> {
        let texts = Texts::new(calls::argument(NAME, values, 0)?)?;
        for text in texts.iter().flatten() {
            let digest: [u8; 32] = Sha256::digest(text).into();
            self.insert(digest.first_chunk().copied().map_or(0, u64::from_le_bytes));
        }
        Ok(())
    }

    fn merge(&mut self, written: &[u8]) -> Result<(), Error> {
        let (hashes, rest) = written.as_chunks();
        if !rest.is_empty() {
            let reason = format!("{} bytes are no whole hashes", written.len());
            return Err(Error::State { of: "values", reason });
        }
        for hash in hashes {
            self.insert(u64::from_le_bytes(*hash));
        }
        Ok(())
    }

    fn written(&mut self) -> Result<Vec<u8>, Error> {
        Ok(self.0.iter().flat_map(|hash| hash.to_le_bytes()).collect())
    }

    fn bytes(&self) -> usize {
        // A node of the tree has its keys and about as much again.
        self.0.len() * 2 * size_of::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::StringArray;

    use super::*;

    fn of(numbers: impl Iterator<Item = usize>) -> Hashes {
        let mut hashes = Hashes::default();
        let texts: StringArray = numbers.map(|number| Some(number.to_string())).collect();
        hashes.add(&[Arc::new(texts)]).unwrap();
        hashes
    }

    #[test]
    fn parts_in_any_order_count_as_the_whole_up_to_the_bound() {
        for n_values in [0, 1, 70, MOST_COUNTED + 5_000] {
            let whole = of((0..n_values).chain(0..n_values)).written().unwrap();
            let mut merged = Hashes::default();
            for part in [2, 0, 1] {
                let mut part = of((0..n_values).filter(|number| number % 3 == part));
                merged.merge(&part.written().unwrap()).unwrap();
            }
            assert_eq!(merged.written().unwrap(), whole);
            assert_eq!(super::n_values(&whole), n_values.min(MOST_COUNTED) as u64);
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        let message = Hashes::default().merge(&[1, 2, 3]).unwrap_err().to_string();
        assert!(message.contains("3 bytes"), "{message}");
    }
}
