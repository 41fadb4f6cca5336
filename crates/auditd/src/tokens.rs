use memchr::memrchr_iter;

use crate::{Hex, Value, scan::find_either};

/// A field as it stands in a record's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    pub(crate) key: &'a str,
    pub(crate) raw: Raw<'a>,
    /// The key of the group that it stands in.
    pub(crate) group: Option<&'a str>,
}

/// A value before anything is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Raw<'a> {
    Plain(&'a str),
    Quoted(&'a str),
    /// There is no `=`.
    Absent,
}

/// The fields of a text, one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Tokens<'a> {
    rest: &'a str,
    /// While in a group: its key, and what follows it.
    group: Option<(&'a str, &'a str)>,
}

impl<'a> Raw<'a> {
    /// What was logged, without quotes.
    #[inline]
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
            Self::Absent => "",
        }
    }

    /// The value of a field whose text is not encoded.
    #[inline]
    pub(crate) fn value(self) -> Value<'a> {
        match self {
            Self::Plain("(null)") => Value::Null,
            Self::Plain(text) => Value::Plain(text),
            Self::Quoted(text) => Value::Quoted(text),
            Self::Absent => Value::Absent,
        }
    }

    /// The value of a field whose text is in hexadecimal where it has no quotes.
    #[inline]
    pub(crate) fn decoded(self) -> Value<'a> {
        match self.value() {
            Value::Plain(text) => Hex::new(text).map_or(Value::Plain(text), Value::Hex),
            value => value,
        }
    }
}

/// Gives the values of fields that mostly stand in this order to `take`, with their keys. What is
/// elsewhere is left to the iterator.
macro_rules! take_in_order {
    ($tokens:ident, $target:ident, $($key:literal)*) => {
        $(if let Some(raw) = $tokens.expect(concat!(" ", $key, "=")) {
            $target.take($key, raw);
        })*
    };
}
pub(crate) use take_in_order;

impl<'a> Tokens<'a> {
    #[inline]
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text, group: None }
    }

    /// The value of the next field, if `start`, a space, its key and `=`, is what comes next.
    ///
    /// Where the order of fields is known this is quicker than [`next`](Self::next).
    #[expect(
        clippy::inline_always,
        reason = "the comparison with a text that is known is two loads"
    )]
    #[inline(always)]
    pub(crate) fn expect(&mut self, start: &str) -> Option<Raw<'a>> {
        let after = self.rest.strip_prefix(start)?;
        if after.starts_with('\'') {
            return None;
        }
        let (raw, rest) = value(after);
        self.rest = rest;
        Some(raw)
    }

    /// Drops spaces, and leaves a group that ends here.
    #[inline]
    fn advance(&mut self) -> Option<()> {
        loop {
            while let Some(rest) = self.rest.strip_prefix(' ') {
                self.rest = rest;
            }
            if !self.rest.is_empty() {
                return Some(());
            }
            (_, self.rest) = self.group.take()?;
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.advance()?;
            let group = self.group.map(|(key, _)| key);
            let end = find_either(self.rest.as_bytes(), b'=', b' ');
            let (key, after) = self.rest.split_at_checked(end)?;
            let Some(after) = after.strip_prefix('=') else {
                self.rest = after;
                return Some(Token { key, raw: Raw::Absent, group });
            };
            if group.is_none()
                && let Some((inner, after)) = split_group(after)
            {
                self.group = Some((key, after));
                self.rest = inner;
                continue;
            }
            let (raw, rest) = value(after);
            self.rest = rest;
            return Some(Token { key, raw, group });
        }
    }
}

/// The value that a text begins with, and what follows it.
#[inline]
fn value(text: &str) -> (Raw<'_>, &str) {
    if let Some(inner) = text.strip_prefix('"') {
        return quoted(text, inner);
    }
    let (value, rest) = until_space(text);
    (Raw::Plain(value), rest)
}

/// The value in double quotes.
///
/// Where the second quote is missing or does not end the word, all is kept as it stands: the fields
/// that seem to stand within are none.
fn quoted<'a>(text: &'a str, inner: &'a str) -> (Raw<'a>, &'a str) {
    let end = find_either(inner.as_bytes(), b'"', b'"');
    let (value, rest) = inner.split_at_checked(end).unwrap_or((inner, ""));
    let Some(after) = rest.strip_prefix('"') else { return (Raw::Plain(text), "") };
    if after.is_empty() || after.starts_with(' ') {
        return (Raw::Quoted(value), after);
    }
    let (_, rest) = until_space(after);
    let length = text.len().saturating_sub(rest.len());
    (Raw::Plain(text.get(..length).unwrap_or(text)), rest)
}

#[inline]
fn until_space(text: &str) -> (&str, &str) {
    text.split_at_checked(find_either(text.as_bytes(), b' ', b' ')).unwrap_or((text, ""))
}

/// The fields in single quotes that a text begins with, and what follows them; `None` if nothing is
/// in them.
///
/// A value of the group may hold a quote: the last one that ends a word ends the group. A line that
/// was cut in the group ends it too.
#[inline]
fn split_group(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('\'')?;
    let bytes = inner.as_bytes();
    // The last one mostly ends the line.
    if let [_, .., b'\''] = bytes {
        let end = bytes.len().saturating_sub(1);
        let group = inner.get(..end)?;
        return (!is_blank(group)).then_some((group, ""));
    }
    let ends_word = |at: &usize| matches!(bytes.get(at.saturating_add(1)), None | Some(b' '));
    let end = memrchr_iter(b'\'', bytes).find(ends_word).unwrap_or(bytes.len());
    let (group, after) = inner.split_at_checked(end)?;
    (!is_blank(group)).then_some((group, after.strip_prefix('\'').unwrap_or(after)))
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}
