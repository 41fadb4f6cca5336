use std::{fmt, io, sync::Arc};

use crate::{BinaryFormat, escape::one_line};

/// Why an input cannot be read, or an output not written.
///
/// A message is one line of at most 1000 bytes without control characters:
/// `FILE:LINE:COLUMN: what; what to do`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input cannot be opened.
    #[error("{}: cannot be opened: {source}; check the path", label(name))]
    Open {
        /// The path as given.
        name: Arc<str>,
        /// What the system says.
        source: io::Error,
    },
    /// Reading failed, or the compressed data is broken.
    #[error("{}: cannot be read: {source}; check that the file is whole", label(name))]
    Read {
        /// The path as given.
        name: Arc<str>,
        /// What the system or the decompressor says.
        source: io::Error,
    },
    /// Reading failed behind a line that was read.
    #[error("{position}: cannot be read: {source}; check that the log is whole")]
    ReadAt {
        /// Where.
        position: Position,
        /// What the system says.
        source: io::Error,
    },
    /// A record of a source that is not of this crate.
    #[error("{position}: {source}")]
    Source {
        /// Where.
        position: Position,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The input is of a format that holds no text.
    #[error("{}: is {format}, not text; {}", label(name), format.remedy())]
    Binary {
        /// The path as given.
        name: Arc<str>,
        /// The format.
        format: BinaryFormat,
    },
    /// The input is packed, and of a format that holds no text.
    #[error("{}: is {format}, packed; unpack it first", label(name))]
    Packed {
        /// The path as given.
        name: Arc<str>,
        /// The format.
        format: BinaryFormat,
    },
    /// The input holds no byte, or blank lines only.
    #[error("{}: is empty; a CSV header or a JSON object is expected", label(name))]
    Empty {
        /// The path as given.
        name: Arc<str>,
    },
    /// The delimiter cannot separate fields.
    #[error("the delimiter {:?} cannot separate fields; use one ASCII character, no quote and no line break", char::from(*delimiter))]
    Delimiter {
        /// The delimiter that was given.
        delimiter: u8,
    },
    /// A fault in the data.
    #[error("{position}: {fault}; {}", fault.remedy())]
    Data {
        /// Where it is.
        position: Position,
        /// What it is.
        fault: Fault,
    },
    /// Writing failed.
    #[error("{0}")]
    Write(#[source] io::Error),
    /// The output file cannot be made or put in its place.
    #[error(
        "{}: cannot be written: {source}; check the folder, its rights and its space",
        label(name)
    )]
    Create {
        /// The path as given.
        name: Arc<str>,
        /// What the system says.
        source: io::Error,
    },
    /// The output is a file that is read.
    #[error("{}: is an input too; choose another output", label(name))]
    OutputIsInput {
        /// The path as given.
        name: Arc<str>,
    },
    /// No such output format.
    #[error("\"{}\" is no output format; use csv, ndjson, json or md", excerpt(text))]
    OutputFormat {
        /// The text that was given.
        text: String,
    },
    /// A row was written with more or fewer cells than there are columns.
    #[error("a row of {found} cells for {expected} columns; write one cell a column")]
    CellCount {
        /// The number of columns.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
}

impl Error {
    /// Whether the reader of the output went away, which is no fault.
    ///
    /// ```
    /// use std::io;
    ///
    /// let error = oddsift_records::Error::Write(io::ErrorKind::BrokenPipe.into());
    /// assert!(error.is_broken_pipe());
    /// ```
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        match self {
            Error::Write(source) | Error::Create { source, .. } => {
                source.kind() == io::ErrorKind::BrokenPipe
            }
            _ => false,
        }
    }
}

/// A place in an input. It prints as `FILE:LINE:COLUMN` or `FILE:LINE`.
///
/// ```
/// use oddsift_records::Position;
///
/// assert_eq!(Position::new("a.csv", 3, Some(2)).to_string(), "a.csv:3:2");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Position {
    /// The path as given, `<stdin>` for standard input.
    pub name: Arc<str>,
    /// The physical line from 1; quoted line breaks count.
    pub line: u64,
    /// The column from 1: a field of CSV, a byte of JSON.
    pub column: Option<u64>,
}

impl Position {
    /// A place from its parts.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Position::new("<stdin>", 1, None).to_string(), "<stdin>:1");
    /// ```
    #[must_use]
    pub fn new(name: &str, line: u64, column: Option<u64>) -> Self {
        Self { name: Arc::from(name), line, column }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", label(&self.name), self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// What is wrong with a row or a header.
///
/// ```
/// use oddsift_records::Fault;
///
/// assert_eq!(Fault::FieldCount { expected: 6, found: 3 }.to_string(), "expected 6 fields, found 3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A CSV row has more or fewer fields than the header.
    #[error("expected {expected} fields, found {found}")]
    FieldCount {
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A quote opens and never closes.
    #[error("the quote that opens here is not closed")]
    UnterminatedQuote,
    /// A record is longer than [`crate::ReadOptions::max_record`].
    #[error("a record longer than {limit} bytes{}", if *in_quote { ", in a quote that may not be closed" } else { "" })]
    RecordTooLong {
        /// The limit in bytes.
        limit: usize,
        /// Whether the limit was met inside a quoted CSV field.
        in_quote: bool,
    },
    /// A header is longer than [`crate::ReadOptions::max_record`].
    #[error("a header longer than {limit} bytes")]
    HeaderTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Two columns of a header have one name.
    #[error("the column \"{}\" is there twice", excerpt(name))]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// More columns than can be held.
    #[error("more than {limit} columns")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// A log names its columns by a directive, and has none before this line.
    #[error("a {format} without {directive}, the line that names its columns")]
    NoFieldNames {
        /// The format, in words.
        format: &'static str,
        /// The directive.
        directive: &'static str,
    },
    /// A log is separated by something else than one character.
    #[error("the separator \"{}\" is not one ASCII character", excerpt(text))]
    Separator {
        /// The text that is there.
        text: String,
    },
    /// A quote opens in a log of lines and does not close on its line.
    #[error("the quote that opens here does not close on its line")]
    OpenQuote,
    /// `sep=` of a first line does not separate the header.
    #[error("\"sep={}\" is on the first line, but the header is separated by {:?}", char::from(*named), char::from(*found))]
    UnusedSeparator {
        /// What the line names.
        named: u8,
        /// What separates the header.
        found: u8,
    },
    /// An object has a key twice.
    #[error("the key \"{}\" is there twice", excerpt(key))]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A line, or an item of an array of records, begins a JSON array.
    #[error("found a JSON array where an object is expected")]
    JsonArray,
    /// A line, or an item of an array of records, is something else than an object.
    #[error("found {found} where a JSON object is expected")]
    NotAnObject {
        /// What the line begins with.
        found: &'static str,
    },
    /// An object does not end on its line.
    #[error("the object does not end on its line; one object a line is expected")]
    ObjectOverLines,
    /// The input ends within an object: a log that is still being written.
    #[error("the last object is cut off")]
    CutOff,
    /// Text follows the object on its line.
    #[error("text after the object; one object a line is expected")]
    TextAfterObject,
    /// Text that is no array or object stands outside of all JSON values.
    #[error("text outside of the JSON values")]
    TextAfterDocument,
    /// The input ends within an array of records.
    #[error("the array that begins here is not closed")]
    UnclosedArray,
    /// A control character stands unescaped in a JSON string.
    #[error("the control character {byte:#04x} stands unescaped in a string")]
    ControlCharacter {
        /// The byte.
        byte: u8,
    },
    /// Half of a surrogate pair in a JSON string; the reader replaces it, so that no error has it.
    #[error("a \\u escape is half of a surrogate pair")]
    LoneSurrogate,
    /// A value is nested too deep.
    #[error("a value is nested deeper than {limit}")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// Any other fault of JSON.
    #[error("no JSON: {}", excerpt(what))]
    JsonSyntax {
        /// What the parser says.
        what: String,
    },
}

impl Fault {
    /// What to do about it, for the end of a message.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Fault::UnterminatedQuote.remedy(), "close it");
    /// ```
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Fault::FieldCount { expected, found } if found < expected => {
                "complete the row, or skip bad rows"
            }
            Fault::FieldCount { expected, found } if found.abs_diff(*expected) == 1 => {
                "name each column in the header, quote fields that hold the delimiter, or skip bad rows"
            }
            Fault::FieldCount { .. } => "quote fields that hold the delimiter, or skip bad rows",
            Fault::UnterminatedQuote => "close it",
            Fault::RecordTooLong { .. } => "cut it, check the line ends, or skip bad rows",
            Fault::HeaderTooLong { .. } => "check the line ends and the quotes",
            Fault::NoFieldNames { .. } => "put that line before the first row",
            Fault::Separator { .. } => "name one, as in \"#separator \\x09\"",
            Fault::UnusedSeparator { .. } => "correct that line, or set the delimiter",
            Fault::DuplicateColumn { .. } | Fault::DuplicateKey { .. } => "rename one of the two",
            Fault::TooManyColumns { .. } => "keep the columns that are needed",
            Fault::ObjectOverLines => "write one object a line (jq -c)",
            Fault::CutOff => "wait until it is written, or skip bad rows",
            Fault::UnclosedArray => "check that the file is whole, or skip bad rows",
            _ => "correct the line, or skip bad rows",
        }
    }

    /// Returns whether such a record is left out and counted where bad rows are skipped.
    ///
    /// ```
    /// use oddsift_records::Fault;
    ///
    /// assert!(Fault::CutOff.can_be_skipped() && !Fault::UnterminatedQuote.can_be_skipped());
    /// ```
    #[must_use]
    pub fn can_be_skipped(&self) -> bool {
        self.remedy().ends_with("skip bad rows")
    }
}

/// A name for the front of a message; a very long one is cut.
pub(crate) fn label(name: &str) -> String {
    one_line(name, 300)
}

/// A piece of data for a message.
pub(crate) fn excerpt(text: &str) -> String {
    one_line(text, 120)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_is_one_short_line_whatever_the_data() {
        let hostile = "\u{1b}]0;x\u{7}\n\u{202e}".repeat(500);
        let position = Position::new(&hostile, u64::MAX, Some(u64::MAX));
        let error = Error::Data { position, fault: Fault::DuplicateKey { key: hostile } };
        let message = error.to_string();
        assert!(message.len() <= 1000, "{}", message.len());
        assert!(!message.chars().any(char::is_control) && !message.contains('\u{202e}'));
    }
}
