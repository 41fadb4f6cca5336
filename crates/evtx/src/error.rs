use oddsift_records::escape_line;

/// Why a part of a log cannot be read.
///
/// It comes as the source of an [`oddsift_records::Error`], which has the name of the file.
///
/// ```
/// use std::io::Cursor;
///
/// use oddsift_evtx::EvtxRows;
/// use oddsift_records::BadRows;
///
/// let error = EvtxRows::new("a.evtx", Cursor::new(b"ElfFile\0"), BadRows::Fail).unwrap_err();
/// assert!(error.to_string().starts_with("a.evtx: cannot be read: the header is cut off"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file does not begin with the header of a log.
    #[error("{what}")]
    Header {
        /// What is wrong with it.
        what: String,
    },
    /// A chunk of 64 KiB cannot be read.
    #[error("chunk {chunk} cannot be read: {what}; export the log again, or skip bad rows")]
    Chunk {
        /// Its number in the file, from 0.
        chunk: u64,
        /// What is wrong with it.
        what: String,
    },
    /// An event cannot be read.
    #[error("event {record} of chunk {chunk} cannot be read: {what}; skip bad rows")]
    Record {
        /// The number of its chunk in the file, from 0.
        chunk: u64,
        /// Its `EventRecordID`.
        record: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Events name more fields than can be columns.
    #[error("more than {limit} columns; read the channels one by one")]
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
}

/// An error of the decoder with its causes, on one line.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{}: {error}", text.trim_end_matches(['.', ':']));
        next = error.source();
    }
    short(&text)
}

/// A text for a message, without what a terminal obeys, and cut.
fn short(text: &str) -> String {
    let line = escape_line(text);
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
