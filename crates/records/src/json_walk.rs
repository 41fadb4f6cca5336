//! Steps through JSON that a parser found valid, without recursion.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memchr2};

/// The members of an object, one by one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members {
    at: usize,
}

/// The items of an array, one by one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Items {
    at: usize,
}

impl Members {
    /// Those of the object that begins at `start` of a text.
    pub(crate) fn of(start: usize) -> Self {
        Self { at: start.saturating_add(1) }
    }

    /// The next key in its quotes and the place of its value.
    pub(crate) fn next<'a>(&mut self, text: &'a str) -> Option<(&'a str, Range<usize>)> {
        let key = skip(text, self.at, b',');
        if byte(text, key) != b'"' {
            return None;
        }
        let key = key..value_end(text, key);
        let start = skip(text, key.end, b':');
        self.at = value_end(text, start);
        Some((text.get(key)?, start..self.at))
    }

    /// The value of a key.
    pub(crate) fn find(mut self, text: &str, name: &str) -> Option<Range<usize>> {
        let is_it = |key: &str| string(key).is_some_and(|key| key == name);
        std::iter::from_fn(|| self.next(text)).find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }
}

impl Items {
    /// Those of the array that begins at `start` of a text.
    pub(crate) fn of(start: usize) -> Self {
        Self { at: start.saturating_add(1) }
    }

    /// The place of the next item.
    pub(crate) fn next(&mut self, text: &str) -> Option<Range<usize>> {
        let start = skip(text, self.at, b',');
        if matches!(byte(text, start), b']' | 0) {
            return None;
        }
        self.at = value_end(text, start).max(start.saturating_add(1));
        Some(start..self.at)
    }
}

/// A string without its quotes, its escapes resolved; none if one is half of a surrogate pair.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let plain = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain {
        Some(plain) if memchr(b'\\', plain.as_bytes()).is_none() => Some(Cow::Borrowed(plain)),
        _ => serde_json::from_str(raw).ok().map(Cow::Owned),
    }
}

pub(crate) fn byte(text: &str, at: usize) -> u8 {
    text.as_bytes().get(at).copied().unwrap_or_default()
}

/// The first byte behind blanks and the mark.
pub(crate) fn skip(text: &str, mut at: usize, mark: u8) -> usize {
    while matches!(byte(text, at), b' ' | b'\t' | b'\n' | b'\r') || byte(text, at) == mark {
        at = at.saturating_add(1);
    }
    at
}

fn value_end(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    start.saturating_add(Nest::default().value_end(rest).unwrap_or(rest.len()))
}

/// How deep a text is in brackets, and whether in a string; fed piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nest {
    pub(crate) depth: usize,
    pub(crate) in_string: bool,
    escaped: bool,
}

impl Nest {
    /// Inside so many brackets.
    pub(crate) fn inside(depth: usize) -> Self {
        Self { depth, ..Self::default() }
    }

    /// Reads on; gives the number of bytes up to the end of the string, array or object that began
    /// outside of all others, if it ends here.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            at = if self.in_string { self.string(bytes, at) } else { self.brackets(bytes, at) };
            if self.depth == 0 && !self.in_string {
                return Some(at);
            }
        }
        None
    }

    /// As [`feed`](Self::feed), of any value: a number or word ends in front of what cannot be in it.
    pub(crate) fn value_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let is_begun = self.depth > 0 || self.in_string;
        if is_begun || matches!(bytes.first(), Some(b'"' | b'[' | b'{')) {
            return self.feed(bytes);
        }
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        bytes.iter().position(ends)
    }

    /// The place behind the string, or the end of what is there of it.
    pub(crate) fn string(&mut self, bytes: &[u8], mut at: usize) -> usize {
        loop {
            if self.escaped && at < bytes.len() {
                self.escaped = false;
                at = at.saturating_add(1);
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(found) = memchr2(b'"', b'\\', rest) else { return bytes.len() };
            at = at.saturating_add(found).saturating_add(1);
            if rest.get(found) == Some(&b'"') {
                self.in_string = false;
                return at;
            }
            self.escaped = true;
        }
    }

    /// The place behind the next quote, or behind the bracket that closes all.
    fn brackets(&mut self, bytes: &[u8], at: usize) -> usize {
        for (place, byte) in (at.saturating_add(1)..).zip(bytes.get(at..).unwrap_or_default()) {
            match byte {
                b'"' => {
                    self.in_string = true;
                    return place;
                }
                b'[' | b'{' => self.depth = self.depth.saturating_add(1),
                b']' | b'}' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return place;
                    }
                }
                _ => {}
            }
        }
        bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_and_items_are_those_of_the_parser() {
        let text =
            "{ \"a\\u0062\" : [1, \"x]\\\"\", {\"y\":[]} ] ,\"c\":-1.5e3,\"d\":{\"e\":true}}";
        let mut members = Members::of(0);
        let found: Vec<_> = std::iter::from_fn(|| members.next(text))
            .map(|(key, at)| (string(key).unwrap(), &text[at]))
            .collect();
        let array = "[1, \"x]\\\"\", {\"y\":[]} ]";
        let expected = [("ab", array), ("c", "-1.5e3"), ("d", "{\"e\":true}")];
        assert_eq!(found, expected.map(|(key, value)| (key.into(), value)));
        let mut items = Items::of(0);
        let found: Vec<_> = std::iter::from_fn(|| items.next(array)).map(|at| &array[at]).collect();
        assert_eq!(found, ["1", "\"x]\\\"\"", "{\"y\":[]}"]);
    }

    #[test]
    fn ends_do_not_depend_on_the_pieces() {
        let text = b"{\"a\\\\\":[\"}\\\"\",{}]} ,";
        for size in 1..text.len() {
            let (mut nest, mut n_fed) = (Nest::default(), 0);
            let end = text.chunks(size).find_map(|piece| {
                let end = nest.feed(piece).map(|end| end + n_fed);
                n_fed += piece.len();
                end
            });
            assert_eq!(end, Some(text.len() - 2), "{size}");
        }
    }
}
