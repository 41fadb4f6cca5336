//! Which format an input has.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, Write},
    path::Path,
};

use oddsift_auditd::AuditRows;
#[cfg(feature = "columnar")]
use oddsift_columnar::ColumnarRows;
#[cfg(feature = "evtx")]
use oddsift_evtx::EvtxRows;
use oddsift_records::{BadRows, Error, ReadOptions, Reader, Rows, TextSource};

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

/// A format that is no text, known by its first bytes; it is read from any place of a file.
struct BinaryFormat {
    is_it: fn(&[u8]) -> bool,
    open: fn(&str, File, BadRows) -> Opened,
}

type Opened = Result<Box<dyn Rows>, Error>;

/// What is no text. A new format is a line here and a source of rows.
const BINARY_FORMATS: &[BinaryFormat] = &[
    #[cfg(feature = "evtx")]
    BinaryFormat {
        is_it: oddsift_evtx::is_evtx,
        open: |name, file, bad_rows| Ok(Box::new(EvtxRows::new(name, file, bad_rows)?)),
    },
    #[cfg(feature = "columnar")]
    BinaryFormat {
        is_it: |head| oddsift_columnar::is_parquet(head) || oddsift_columnar::is_arrow(head),
        open: |name, file, _| Ok(Box::new(ColumnarRows::new(name, file)?)),
    },
];

/// The first bytes that tell a format that is no text.
const HEAD: u64 = 16;

/// Opens a file by what it holds, or standard input where `path` is `-`.
pub(crate) fn open_path(path: &Path, options: ReadOptions) -> Result<Box<dyn Rows>, crate::Error> {
    let name = path.to_string_lossy();
    if name == "-" {
        return open_pipe("<stdin>", io::stdin(), options);
    }
    // What cannot be opened is told by the one who reads texts.
    let Ok(file) = File::open(path) else { return Ok(open(TextSource::open(path)?, options)?) };
    match file.metadata() {
        Ok(about) if !about.is_file() && !about.is_dir() => open_pipe(&name, file, options),
        _ => match binary(&name, file, options)? {
            Some(rows) => Ok(rows),
            None => Ok(open(TextSource::open(path)?, options)?),
        },
    }
}

/// Whether a stream is a text, and the stream as it was.
pub(crate) fn is_text(
    mut stream: Box<dyn Read + Send>,
) -> io::Result<(bool, Box<dyn Read + Send>)> {
    let mut head = Vec::new();
    stream.by_ref().take(HEAD).read_to_end(&mut head)?;
    let is_text = !BINARY_FORMATS.iter().any(|format| (format.is_it)(&head));
    Ok((is_text, Box::new(Cursor::new(head).chain(stream))))
}

/// Opens a file that was opened before, for a name that its path does not have.
pub(crate) fn open_file(
    name: &str,
    file: File,
    options: ReadOptions,
) -> Result<Box<dyn Rows>, Error> {
    let read = |source| Error::Read { name: name.into(), source };
    let mut text = file.try_clone().map_err(read)?;
    if let Some(rows) = binary(name, file, options)? {
        return Ok(rows);
    }
    text.rewind().map_err(read)?;
    open(TextSource::new(name, text)?, options)
}

/// Opens a text by what it holds; CSV and NDJSON are told apart by the reader of both.
pub(crate) fn open(mut text: TextSource, options: ReadOptions) -> Result<Box<dyn Rows>, Error> {
    let head = text.head()?;
    match FORMATS.iter().find(|format| (format.is_it)(head)) {
        Some(format) => (format.open)(text),
        None => Ok(Box::new(Reader::of_text(text, options)?)),
    }
}

/// Opens a file that is no text; `None` for a text, and for what cannot be read.
fn binary(
    name: &str,
    mut file: File,
    options: ReadOptions,
) -> Result<Option<Box<dyn Rows>>, Error> {
    let mut head = Vec::new();
    if Read::take(&mut file, HEAD).read_to_end(&mut head).is_err() || file.rewind().is_err() {
        return Ok(None);
    }
    let format = BINARY_FORMATS.iter().find(|format| (format.is_it)(&head));
    format.map(|format| (format.open)(name, file, options.bad_rows)).transpose()
}

/// Opens what can be read but once; what is no text is kept in a file without a name first.
fn open_pipe(
    name: &str,
    mut stream: impl Read + Send + 'static,
    options: ReadOptions,
) -> Result<Box<dyn Rows>, crate::Error> {
    let mut head = Vec::new();
    let read = stream.by_ref().take(HEAD).read_to_end(&mut head);
    read.map_err(|source| Error::Read { name: name.into(), source })?;
    let format = BINARY_FORMATS.iter().find(|format| (format.is_it)(&head));
    let mut whole = Cursor::new(head).chain(stream);
    let Some(format) = format else { return Ok(open(TextSource::new(name, whole)?, options)?) };
    let spool = |source| crate::Error::Spool { name: name.to_owned(), source };
    let mut file = tempfile::tempfile().map_err(spool)?;
    io::copy(&mut whole, &mut file).and_then(|_| file.flush()).map_err(spool)?;
    Ok((format.open)(name, file, options.bad_rows)?)
}
