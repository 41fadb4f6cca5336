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
    pub fn parse(text: &'a str) -> Self {
        match Self::exact(text) {
            Self::Number(UNSET) => Self::Number(-1),
            other => other,
        }
    }

    /// As [`parse`](Self::parse), where 4294967295 is a number like any other.
    pub(crate) fn exact(text: &'a str) -> Self {
        // `+1` and `007` would not print as they were logged.
        let number = if is_canonical(text) { text.parse().ok() } else { None };
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

fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text == "0" || !digits.starts_with(['+', '0'])
}
