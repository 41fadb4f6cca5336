use std::fmt;

/// A number of a record: a user, a process, a session.
///
/// The number that stands for "unset", 4294967295, is -1, as in msticpy. What is no number of 64
/// bits stays the text that was logged; nothing wraps.
///
/// ```
/// use oddsift_auditd::Id;
///
/// assert_eq!(Id::parse("4294967295"), Id::Number(-1));
/// assert_eq!(Id::parse("18446744073709551616").to_string(), "18446744073709551616");
/// assert_eq!(Id::parse("root").number(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id<'a> {
    /// A number.
    Number(i64),
    /// Any other text.
    Text(&'a str),
}

/// `(unsigned)-1` of 32 bits.
const UNSET: i64 = 4_294_967_295;

impl<'a> Id<'a> {
    /// Reads a decimal number.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Id::parse("-13").number(), Some(-13));
    /// ```
    #[inline]
    pub fn parse(text: &'a str) -> Self {
        match Self::exact(text) {
            Self::Number(UNSET) => Self::Number(-1),
            other => other,
        }
    }

    /// As [`parse`](Self::parse), where 4294967295 is a number like any other.
    #[inline]
    pub(crate) fn exact(text: &'a str) -> Self {
        match text.as_bytes() {
            [b'0'] => Self::Number(0),
            // Up to 18 digits are far from the ends of 64 bits. `007` would not print as logged.
            [b'1'..=b'9', ..] if text.len() <= 18 => match digits(text) {
                Some(number) => Self::Number(number),
                None => Self::Text(text),
            },
            _ => Self::long_or_signed(text),
        }
    }

    fn long_or_signed(text: &'a str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let number = if digits.starts_with(['+', '0']) { None } else { text.parse().ok() };
        number.map_or(Self::Text(text), Self::Number)
    }

    /// The number, if it is one.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Id::Number(7).number(), Some(7));
    /// ```
    pub fn number(self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Id<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => f.pad(text),
        }
    }
}

/// The number of digits that cannot be too many.
#[inline]
fn digits(text: &str) -> Option<i64> {
    let mut number = 0_i64;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(i64::from(byte.wrapping_sub(b'0')));
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_prints_as_it_was_logged() {
        for text in
            ["0", "7", "-13", "999999999999999999", "9223372036854775807", "-9223372036854775808"]
        {
            assert_eq!(Id::exact(text), Id::Number(text.parse().unwrap()), "{text}");
        }
        for text in
            ["", "-", "+1", "007", "-0", "-+1", "1x", "9223372036854775808", "0x1", " 1", "١"]
        {
            assert_eq!(Id::exact(text), Id::Text(text), "{text}");
        }
    }
}
