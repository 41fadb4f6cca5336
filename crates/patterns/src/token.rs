use std::{fmt, net::Ipv4Addr};

use serde::{Deserialize, Serialize};

/// What stands for a token that is not the same in all texts.
///
/// Masks are ordered by what they match: `<num>` below `<hex>`, all below `*`.
///
/// ```
/// use oddsift_patterns::Mask;
///
/// assert_eq!(Mask::of("4711"), Mask::Num);
/// assert_eq!(Mask::of("0xDEAD"), Mask::Hex);
/// assert_eq!(Mask::of("face"), Mask::Any); // a word: it has no digit
/// assert!(Mask::Hex.matches("4711"));
/// assert_eq!(Mask::Ip.to_string(), "<ip>");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mask {
    /// `<guid>`: hex digits in groups of 8, 4, 4, 4 and 12 with `-` between.
    Guid,
    /// `<ip>`: four numbers of at most three digits and 255, with `.` between.
    Ip,
    /// `<num>`: ASCII digits.
    Num,
    /// `<hex>`: hex digits, at least one of them 0 to 9, or any after `0x`.
    Hex,
    /// `*`: any token, the empty one too.
    Any,
}

impl Mask {
    /// The lowest mask that matches the token.
    ///
    /// ```
    /// # use oddsift_patterns::Mask;
    /// assert_eq!(["17", "1f", "10.0.0.7", "cmd.exe"].map(Mask::of), [Mask::Num, Mask::Hex, Mask::Ip, Mask::Any]);
    /// ```
    pub fn of(token: &str) -> Self {
        let typed = [Self::Num, Self::Hex, Self::Guid, Self::Ip];
        typed.into_iter().find(|mask| mask.matches(token)).unwrap_or(Self::Any)
    }

    /// Whether the mask can stand for the token, a text without delimiters.
    ///
    /// ```
    /// # use oddsift_patterns::Mask;
    /// assert!(Mask::Num.matches("17") && Mask::Hex.matches("17") && Mask::Any.matches("17"));
    /// assert!(!Mask::Num.matches("1f") && !Mask::Any.matches("a b"));
    /// ```
    pub fn matches(self, token: &str) -> bool {
        match self {
            Self::Guid => is_guid(token.as_bytes()),
            Self::Ip => is_ip(token),
            Self::Num => is_num(token.as_bytes()),
            Self::Hex => is_hex(token.as_bytes()),
            Self::Any => !token.chars().any(is_delimiter),
        }
    }

    /// For a token that is known to hold no delimiter.
    pub(crate) fn matches_token(self, token: &str) -> bool {
        self == Self::Any || self.matches(token)
    }

    /// The lowest mask that matches all that both match.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Num, Self::Hex) | (Self::Hex, Self::Num) => Self::Hex,
            _ => Self::Any,
        }
    }
}

impl fmt::Display for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Guid => "<guid>",
            Self::Ip => "<ip>",
            Self::Num => "<num>",
            Self::Hex => "<hex>",
            Self::Any => "*",
        })
    }
}

/// A token of a text, or the mask that has taken its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    Literal(&'a str),
    Mask(Mask),
}

impl Token<'_> {
    /// The least upper bound in the lattice literal, typed mask, `*`.
    pub(crate) fn join(self, other: Self) -> Self {
        if self == other { self } else { Token::Mask(self.mask().join(other.mask())) }
    }

    fn mask(self) -> Mask {
        match self {
            Self::Literal(text) => Mask::of(text),
            Self::Mask(mask) => mask,
        }
    }
}

/// Splits off the first token; the rest is empty or begins with a delimiter.
pub(crate) fn split_first_token(text: &str) -> (&str, &str) {
    let mut from = 0;
    // Bytes first: a table look-up tells all but the few that may begin a wide space.
    while let Some(found) = text.as_bytes()[from..].iter().position(|&b| MAY_DELIMIT[b as usize]) {
        let at = from + found;
        match text[at..].chars().next() {
            Some(c) if !is_delimiter(c) => from = at + c.len_utf8(),
            _ => return text.split_at(at),
        }
    }
    (text, "")
}

/// Splits off the last token; what is before it is empty or ends with a delimiter.
pub(crate) fn split_last_token(text: &str) -> (&str, &str) {
    let delimiter = text.char_indices().rev().find(|&(_, c)| is_delimiter(c));
    text.split_at(delimiter.map_or(0, |(at, c)| at + c.len_utf8()))
}

/// Splits the delimiter off that the text begins with.
pub(crate) fn split_delimiter(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next().filter(|&c| is_delimiter(c))?;
    Some(text.split_at(first.len_utf8()))
}

/// Whether a token ends, or none begins, right before the text.
pub(crate) fn begins_at_delimiter(text: &str) -> bool {
    text.is_empty() || split_delimiter(text).is_some()
}

/// Whether a token begins, or none ends, right after the text.
pub(crate) fn ends_at_delimiter(text: &str) -> bool {
    text.chars().next_back().is_none_or(is_delimiter)
}

/// Whether the text has at least `n` tokens. Takes no memory.
pub(crate) fn has_tokens(mut text: &str, n: usize) -> bool {
    for _ in 1..n {
        match split_delimiter(split_first_token(text).1) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    true
}

/// White space as Python's `\s` has it, quotes, brackets, and what separates paths, options and
/// commands. Not `.` and `-`: so GUIDs and IPv4 addresses are one token, and texts that differ in
/// a file name or an option (`a.exe`, `b.pdf.exe`) keep one shape. On real command lines the
/// templates keep the same share of literal text either way.
fn is_delimiter(c: char) -> bool {
    match u8::try_from(c) {
        Ok(byte) if byte.is_ascii() => MAY_DELIMIT[byte as usize],
        _ => c.is_whitespace(),
    }
}

/// Whether a byte is a delimiter, or may begin one of several bytes.
const MAY_DELIMIT: [bool; 256] = {
    // U+0085 and U+00A0 begin with C2, U+1680 with E1, U+2000 and on with E2, U+3000 with E3.
    let bytes = b" \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\"'/\\:=,;|&()[]{}<>\xc2\xe1\xe2\xe3";
    let mut table = [false; 256];
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

pub(crate) fn is_guid(token: &[u8]) -> bool {
    let Ok(token) = <&[u8; 36]>::try_from(token) else { return false };
    let dashes = [8, 13, 18, 23].iter().all(|&at| token[at] == b'-');
    // All are counted, without leaving early: so the compiler takes many bytes at once.
    let n_digits = token.iter().map(|byte| u8::from(byte.is_ascii_hexdigit())).sum::<u8>();
    dashes && n_digits == 32
}

pub(crate) fn is_ip(token: &str) -> bool {
    // The standard parser takes no leading zeros, so that 010 is not read as octal by anyone.
    token.parse::<Ipv4Addr>().is_ok()
}

fn is_num(token: &[u8]) -> bool {
    !token.is_empty() && token.iter().all(u8::is_ascii_digit)
}

pub(crate) fn is_hex(token: &[u8]) -> bool {
    match token {
        [b'0', b'x' | b'X', digits @ ..] => {
            !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit)
        }
        _ => token.iter().all(u8::is_ascii_hexdigit) && token.iter().any(u8::is_ascii_digit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_lowest_mask() {
        for (token, mask) in [
            ("0", Mask::Num),
            ("007", Mask::Num),
            ("0x", Mask::Any),
            ("0Xff", Mask::Hex),
            ("1f", Mask::Hex),
            ("add", Mask::Any),
            ("", Mask::Any),
            ("٣", Mask::Any),
            ("127.0.0.1", Mask::Ip),
            ("1.2.3.256", Mask::Any),
            ("1.2.3", Mask::Any),
            ("46fe7078-61bb-4bed-9430-7AC01D91C273", Mask::Guid),
            ("46fe7078-61bb-4bed-9430-7AC01D91C27", Mask::Any),
        ] {
            assert_eq!(Mask::of(token), mask, "{token}");
        }
    }

    #[test]
    fn wide_spaces_and_separators_delimit() {
        for space in ["\u{1c}", "\u{85}", "\u{a0}", "\u{1680}", "\u{2003}", "\u{3000}"] {
            let text = format!("é€a{space}b");
            assert_eq!(split_first_token(&text).0, "é€a", "{space:?}");
            assert_eq!(split_last_token(&text).1, "b", "{space:?}");
        }
        assert_eq!(split_first_token("€\u{200b}â").0, "€\u{200b}â");
    }

    #[test]
    fn tokens_are_one_more_than_delimiters() {
        for (text, n) in [("", 1), ("a", 1), ("a b", 2), (" ", 2), ("a\u{3000}/", 3)] {
            assert!(has_tokens(text, n) && !has_tokens(text, n + 1), "{text:?}");
        }
    }

    #[test]
    fn every_delimiter_character_is_told_by_its_first_byte() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let delimits =
                c.is_whitespace() || "\u{1c}\u{1d}\u{1e}\u{1f}\"'/\\:=,;|&()[]{}<>".contains(c);
            assert_eq!(is_delimiter(c), delimits, "{c:?}");
            assert_eq!(
                split_first_token(c.encode_utf8(&mut [0; 4])).0.is_empty(),
                delimits,
                "{c:?}"
            );
        }
    }

    #[test]
    fn join_is_the_least_upper_bound() {
        let all = [Mask::Guid, Mask::Ip, Mask::Num, Mask::Hex, Mask::Any];
        for (a, b) in all.iter().flat_map(|a| all.iter().map(move |b| (*a, *b))) {
            assert_eq!(a.join(b), b.join(a));
            assert!(all.iter().all(|&c| a.join(b).join(c) == a.join(b.join(c))));
        }
        assert_eq!(Mask::Num.join(Mask::Hex), Mask::Hex);
        assert_eq!(Mask::Num.join(Mask::Ip), Mask::Any);
    }
}
