//! Which format an input has.

use oddsift_auditd::AuditRows;
use oddsift_records::{Error, ReadOptions, Reader, Rows, TextSource};

/// A format that is known by the beginning of a text.
struct Format {
    is_it: fn(&[u8]) -> bool,
    open: fn(TextSource) -> Result<Box<dyn Rows>, Error>,
}

/// What is no CSV and no JSON. A new format is a line here and a source of rows.
const FORMATS: &[Format] = &[Format {
    is_it: oddsift_auditd::is_audit_log,
    open: |text| Ok(Box::new(AuditRows::new(text))),
}];

/// Opens a text by what it holds; CSV and NDJSON are told apart by the reader of both.
pub(crate) fn open(mut text: TextSource, options: ReadOptions) -> Result<Box<dyn Rows>, Error> {
    let head = text.head()?;
    match FORMATS.iter().find(|format| (format.is_it)(head)) {
        Some(format) => (format.open)(text),
        None => Ok(Box::new(Reader::of_text(text, options)?)),
    }
}
