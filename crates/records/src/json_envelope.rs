//! Objects that hold records: answers of servers, batches, exports.

use crate::json_walk::{Members, Nest, byte, skip};

/// Keys whose object holds the fields of the record: Elasticsearch, Splunk, osquery.
const WRAPPERS: [&str; 3] = ["_source", "result", "columns"];

/// Keys whose array of objects is the records, whatever else the object holds: `CloudTrail`, Azure, osquery.
const SURE: [&str; 3] = ["Records", "records", "snapshot"];

/// Such keys in a document that is alone, or without other keys: a record may have them, too.
const LIKELY: [&str; 7] = ["value", "results", "Results", "rows", "events", "data", "items"];

/// Arrays in the object `hits` of Elasticsearch.
const HITS: [(&str, &str); 2] = [("hits", "hits.hits"), ("events", "hits.events")];

/// An object that holds records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// The keys that lead to the records.
    pub(crate) name: &'static str,
    /// Where the first record, or the end of the array, is.
    pub(crate) at: usize,
    /// The number of objects around the array.
    pub(crate) depth: usize,
    /// Whether it is one even among other keys.
    pub(crate) is_sure: bool,
}

/// The wrapper of that key.
pub(crate) fn wrapper(key: &str) -> Option<&'static str> {
    WRAPPERS.into_iter().find(|wrapper| *wrapper == key)
}

/// The envelope that a member of a valid object makes of it.
pub(crate) fn envelope_at(text: &str, key: &str, value: usize) -> Option<Envelope> {
    if key == "hits" && byte(text, value) == b'{' {
        return HITS.into_iter().find_map(|(inner, name)| {
            let place = Members::of(value).find(text, inner)?;
            records_at(text, place.start, Envelope { name, at: 0, depth: 2, is_sure: true })
        });
    }
    let (name, is_sure) = container(key.as_bytes())?;
    records_at(text, value, Envelope { name, at: 0, depth: 1, is_sure })
}

fn records_at(text: &str, array: usize, envelope: Envelope) -> Option<Envelope> {
    if byte(text, array) != b'[' {
        return None;
    }
    let at = skip(text, array.saturating_add(1), b' ');
    let holds = byte(text, at) == b'{' || (envelope.is_sure && byte(text, at) == b']');
    holds.then_some(Envelope { at, ..envelope })
}

/// The name of an array of records, and whether it is sure to be one.
fn container(key: &[u8]) -> Option<(&'static str, bool)> {
    let find = |names: &[&'static str]| names.iter().copied().find(|name| name.as_bytes() == key);
    find(&SURE).map(|name| (name, true)).or_else(|| find(&LIKELY).map(|name| (name, false)))
}

/// The longest key that is an envelope's.
const LONGEST_KEY: usize = 8;

/// Looks for arrays of records in an object that is fed piece by piece.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seek {
    nest: Nest,
    /// The string that came last, as far as a key of an envelope is long.
    word: Vec<u8>,
    /// Whether a value is expected, not a key.
    is_value: bool,
    in_hits: bool,
    /// The array that just began.
    begun: Option<Envelope>,
}

/// What [`Seek`] finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sought {
    /// Records begin at the place of the envelope.
    Records(Envelope),
    /// The object ends in front of this place.
    End(usize),
}

impl Seek {
    /// Inside an array of records: the envelope goes on behind it.
    pub(crate) fn behind(envelope: Envelope) -> Self {
        let nest = Nest::inside(envelope.depth);
        Self { nest, in_hits: envelope.depth > 1, ..Self::default() }
    }

    /// How deep it is now.
    pub(crate) fn nest(&self) -> Nest {
        self.nest
    }

    /// Reads on.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<Sought> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.nest.in_string {
                at = self.string(bytes, at);
                continue;
            }
            if let Some(envelope) = self.records(*byte) {
                return Some(Sought::Records(Envelope { at, ..envelope }));
            }
            at = at.saturating_add(1);
            self.structure(*byte);
            if self.nest.depth == 0 {
                return Some(Sought::End(at));
            }
        }
        None
    }

    fn string(&mut self, bytes: &[u8], at: usize) -> usize {
        let end = self.nest.string(bytes, at);
        let part = bytes.get(at..end).unwrap_or_default();
        let room = LONGEST_KEY.saturating_add(2).saturating_sub(self.word.len());
        self.word.extend(part.iter().take(room));
        end
    }

    /// The array that began just before, if it holds records.
    fn records(&mut self, byte: u8) -> Option<Envelope> {
        if byte.is_ascii_whitespace() {
            return None;
        }
        let begun = self.begun.take()?;
        (byte == b'{' || (byte == b']' && begun.is_sure)).then_some(begun)
    }

    fn structure(&mut self, byte: u8) {
        let depth = self.nest.depth;
        match byte {
            b'"' => {
                self.nest.in_string = true;
                self.word.clear();
            }
            b':' => self.is_value = true,
            b',' => self.is_value = false,
            b'{' | b'[' => {
                let is_value = std::mem::take(&mut self.is_value);
                if byte == b'[' && is_value {
                    self.begun = self.array(depth);
                } else if depth == 1 && is_value {
                    self.in_hits = self.key() == b"hits";
                }
                self.nest.depth = depth.saturating_add(1);
            }
            b'}' | b']' => {
                self.nest.depth = depth.saturating_sub(1);
                self.in_hits &= self.nest.depth > 1;
            }
            _ => {}
        }
    }

    fn array(&self, depth: usize) -> Option<Envelope> {
        let key = self.key();
        if depth == 2 && self.in_hits {
            let (_, name) = HITS.into_iter().find(|(inner, _)| inner.as_bytes() == key)?;
            return Some(Envelope { name, at: 0, depth, is_sure: true });
        }
        let (name, is_sure) = container(key).filter(|_| depth == 1)?;
        Some(Envelope { name, at: 0, depth, is_sure })
    }

    /// The string that came last, without its closing quote.
    fn key(&self) -> &[u8] {
        self.word.strip_suffix(b"\"").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"took":1,"data":["hits"],"a":{"value":[{}]},"hits":{"total":{"value":[{}]},"hits" : [ {"_id":"}"}]},"x":[1]}"#;

    #[test]
    fn records_are_found_whatever_the_pieces() {
        let start = ANSWER.find("{\"_id").unwrap();
        for size in 1..ANSWER.len() {
            let (mut seek, mut n_fed) = (Seek::default(), 0);
            let found = ANSWER.as_bytes().chunks(size).find_map(|piece| {
                let found = seek.feed(piece);
                n_fed += piece.len();
                found.map(|found| (found, n_fed - piece.len()))
            });
            let Some((Sought::Records(envelope), before)) = found else { panic!("{size}") };
            assert_eq!((envelope.name, envelope.at + before), ("hits.hits", start));
        }
    }

    #[test]
    fn behind_the_records_the_envelope_ends() {
        let envelope = Envelope { name: "hits.hits", at: 0, depth: 2, is_sure: true };
        let mut seek = Seek::behind(envelope);
        assert_eq!(seek.feed(b"},\"x\":{\"y\":1}"), None);
        assert_eq!(seek.feed(b"} {"), Some(Sought::End(1)));
        let mut seek = Seek::behind(Envelope { depth: 1, ..envelope });
        let Some(Sought::Records(next)) = seek.feed(b",\"rows\":[{}]}") else { panic!() };
        assert_eq!((next.name, next.at), ("rows", 9));
    }

    #[test]
    fn envelope_of_a_whole_object_is_that_of_its_pieces() {
        let value = ANSWER.find("{\"total").unwrap();
        let envelope = envelope_at(ANSWER, "hits", value).unwrap();
        assert_eq!((envelope.name, envelope.at), ("hits.hits", ANSWER.find("{\"_id").unwrap()));
        assert_eq!(envelope_at("[]", "Records", 0).map(|found| found.at), Some(1));
        assert_eq!(envelope_at("[]", "data", 0), None);
        assert_eq!(envelope_at("[1]", "Records", 0), None);
    }
}
