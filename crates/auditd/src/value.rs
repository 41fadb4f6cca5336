use std::{borrow::Cow, fmt};

/// The value of a field, as it was logged.
///
/// The kernel and the audit library put text in double quotes, or write it in hexadecimal where it
/// holds a quote, a space or a control byte; so no value can end its own quotes.
///
/// ```
/// use oddsift_auditd::{Value, parse_record};
///
/// let line = b"type=EXECVE msg=audit(1.0:1): argc=2 a0=\"ls\" a1=6120622063 x=(null)";
/// let record = parse_record(line, 1)?;
/// let values: Vec<Value> = record.fields().map(|field| field.value).collect();
/// assert_eq!(values[0], Value::Plain("2"));
/// assert_eq!(values[1], Value::Quoted("ls"));
/// assert!(matches!(values[2], Value::Hex(_)));
/// assert_eq!(values[2].text().unwrap(), "a b c");
/// assert_eq!(values[3], Value::Null);
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Value<'a> {
    /// Without quotes: numbers, words, and what could not be decoded.
    Plain(&'a str),
    /// In double quotes, which are left out.
    Quoted(&'a str),
    /// Text in hexadecimal, in a field whose text is encoded so.
    Hex(Hex<'a>),
    /// `(null)`.
    Null,
    /// A word without `=`.
    Absent,
}

impl<'a> Value<'a> {
    /// The text; none for [`Null`](Self::Null) and [`Absent`](Self::Absent).
    ///
    /// ```
    /// use oddsift_auditd::Value;
    ///
    /// assert_eq!(Value::Quoted("/bin/sh").text().unwrap(), "/bin/sh");
    /// assert!(Value::Null.text().is_none());
    /// ```
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Plain(text) | Self::Quoted(text) => Some(Cow::Borrowed(text)),
            Self::Hex(hex) => Some(Cow::Owned(hex.text())),
            Self::Null | Self::Absent => None,
        }
    }

    /// What was logged, without quotes.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Value::Null.raw(), "(null)");
    /// ```
    pub fn raw(self) -> &'a str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
            Self::Hex(hex) => hex.raw(),
            Self::Null => "(null)",
            Self::Absent => "",
        }
    }

    /// Appends the bytes that the value stands for.
    pub(crate) fn push_bytes(self, out: &mut Vec<u8>) {
        match self {
            Self::Hex(hex) => out.extend(hex.bytes()),
            other => out.extend_from_slice(other.raw().as_bytes()),
        }
    }
}

/// As it was logged.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quoted(text) => write!(f, "\"{text}\""),
            other => f.write_str(other.raw()),
        }
    }
}

/// Text in hexadecimal digits, an even number of them and at least two.
///
/// ```
/// use oddsift_auditd::Hex;
///
/// let hex = Hex::new("6C73202D6C").unwrap();
/// assert_eq!((hex.text(), hex.raw()), ("ls -l".to_owned(), "6C73202D6C"));
/// assert!(Hex::new("6C7").is_none() && Hex::new("6C7Z").is_none() && Hex::new("").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hex<'a>(&'a str);

impl<'a> Hex<'a> {
    /// Takes digits of any case; `None` for all else.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Hex::new("6c73").unwrap().text(), "ls");
    /// ```
    pub fn new(raw: &'a str) -> Option<Self> {
        let is_hex = !raw.is_empty()
            && raw.len().is_multiple_of(2)
            && raw.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then_some(Self(raw))
    }

    /// The digits.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Hex::new("FFFE").unwrap().raw(), "FFFE");
    /// ```
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// The bytes.
    ///
    /// ```
    /// assert!(oddsift_auditd::Hex::new("FFFE").unwrap().bytes().eq([0xff, 0xfe]));
    /// ```
    pub fn bytes(self) -> impl Iterator<Item = u8> + use<'a> {
        self.0.as_bytes().chunks_exact(2).map(|pair| match pair {
            [high, low] => digit(*high) << 4 | digit(*low),
            _ => 0,
        })
    }

    /// The text, in which bytes that are not UTF-8 became U+FFFD; the digits still tell them.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Hex::new("41FF").unwrap().text(), "A\u{fffd}");
    /// ```
    pub fn text(self) -> String {
        lossy(self.bytes().collect())
    }

    /// Whether the bytes are text.
    ///
    /// ```
    /// assert!(!oddsift_auditd::Hex::new("41FF").unwrap().is_utf8());
    /// ```
    pub fn is_utf8(self) -> bool {
        std::str::from_utf8(&self.bytes().collect::<Vec<u8>>()).is_ok()
    }
}

/// Text of bytes, without a copy where they are UTF-8.
pub(crate) fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The value of a digit, of which [`Hex::new`] has made sure.
fn digit(byte: u8) -> u8 {
    let low = byte & 0x0f;
    if byte.is_ascii_digit() { low } else { low.wrapping_add(9) }
}
