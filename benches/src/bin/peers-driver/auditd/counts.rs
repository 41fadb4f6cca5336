//! What readers found.

use anyhow::{Result, bail};

use crate::algorithm::Compared;
use crate::numbers;

/// The counts of a reader as they are; none is held against another.
pub(crate) fn compare(Compared { result, .. }: Compared<'_>) -> Result<String> {
    match numbers::read(result, i64::from_le_bytes)?[..] {
        [records, events] => Ok(format!("{records} records, {events} events")),
        // Whoever joins records to rows does not tell how many they were.
        [events] => Ok(format!("{events} events")),
        ref other => {
            bail!("{} holds {} counts instead of one or two", result.display(), other.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn told(counts: &[i64]) -> Option<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes: Vec<u8> = counts.iter().flat_map(|count| count.to_le_bytes()).collect();
        std::fs::write(&file, bytes).unwrap();
        let none = Path::new("none");
        compare(Compared { data: none, reference: none, result: file.path() }).ok()
    }

    #[test]
    fn what_a_reader_does_not_count_is_not_told() {
        assert_eq!(told(&[1192, 345]).unwrap(), "1192 records, 345 events");
        assert_eq!(told(&[338]).unwrap(), "338 events");
        assert_eq!((told(&[]), told(&[1, 2, 3])), (None, None));
    }
}
