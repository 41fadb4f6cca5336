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
use oddsift_records::{BadRows, Error, InputFormat, ReadOptions, Reader, Rows, TextSource};

/// A format that is asked for, in the place of the one that the content shows.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, Format, Input};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let mut input = Input::from(path);
/// input.format = Some(Format::Csv);
/// assert!(ClusterParams::new().fit(&input).is_ok());
/// input.format = Some(Format::Auditd);
/// assert!(ClusterParams::new().fit(&input).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Delimited text with a header.
    Csv,
    /// JSON in any form, NDJSON among them.
    Json,
    /// Zeek's text logs.
    Zeek,
    /// Logs in W3C's extended format.
    W3c,
    /// Linux audit logs.
    Auditd,
    /// Windows event logs.
    Evtx,
    /// Parquet.
    Parquet,
    /// Arrow IPC, files and streams.
    Arrow,
}

impl Format {
    /// The format of the reader of texts.
    fn of_text(self) -> Option<InputFormat> {
        match self {
            Self::Csv => Some(InputFormat::Csv),
            Self::Json => Some(InputFormat::Ndjson),
            Self::Zeek => Some(InputFormat::Zeek),
            Self::W3c => Some(InputFormat::W3c),
            Self::Auditd | Self::Evtx | Self::Parquet | Self::Arrow => None,
        }
    }
}

/// How an input is read: the format that is asked for, and what the reader of texts is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) format: Option<Format>,
    pub(crate) options: ReadOptions,
}

impl Reading {
    pub(crate) fn new(format: Option<Format>, options: ReadOptions) -> Self {
        let of_text = format.and_then(Format::of_text);
        Self { format, options: options.format(of_text) }
    }

    fn is_asked_for(self, format: Format) -> bool {
        self.format.is_none_or(|asked_for| asked_for == format)
    }
}

/// A format that is known by the beginning of a text.
struct TextFormat {
    format: Format,
    is_it: fn(&[u8]) -> bool,
    open: fn(TextSource) -> Result<Box<dyn Rows>, Error>,
}

/// What is no CSV and no JSON. A new format is a line here and a source of rows.
const FORMATS: &[TextFormat] = &[TextFormat {
    format: Format::Auditd,
    is_it: oddsift_auditd::is_audit_log,
    open: |text| Ok(Box::new(AuditRows::new(text))),
}];

/// A format that is no text, known by its first bytes; it is read from any place of a file.
struct BinaryFormat {
    format: Format,
    is_it: fn(&[u8]) -> bool,
    open: fn(&str, File, BadRows) -> Opened,
}

type Opened = Result<Box<dyn Rows>, Error>;

/// What is no text. A new format is a line here and a source of rows.
const BINARY_FORMATS: &[BinaryFormat] = &[
    #[cfg(feature = "evtx")]
    BinaryFormat {
        format: Format::Evtx,
        is_it: oddsift_evtx::is_evtx,
        open: |name, file, bad_rows| Ok(Box::new(EvtxRows::new(name, file, bad_rows)?)),
    },
    #[cfg(feature = "columnar")]
    BinaryFormat {
        format: Format::Parquet,
        is_it: oddsift_columnar::is_parquet,
        open: |name, file, _| Ok(Box::new(ColumnarRows::new(name, file)?)),
    },
    #[cfg(feature = "columnar")]
    BinaryFormat {
        format: Format::Arrow,
        is_it: oddsift_columnar::is_arrow,
        open: |name, file, _| Ok(Box::new(ColumnarRows::new(name, file)?)),
    },
];

/// The first bytes that tell a format that is no text.
const HEAD: u64 = 16;

/// Opens a file by what it holds, or standard input where `path` is `-`.
pub(crate) fn open_path(path: &Path, reading: Reading) -> Result<Box<dyn Rows>, crate::Error> {
    let name = path.to_string_lossy();
    if name == "-" {
        return open_pipe("<stdin>", io::stdin(), reading);
    }
    // What cannot be opened is told by the one who reads texts.
    let Ok(file) = File::open(path) else { return Ok(open(TextSource::open(path)?, reading)?) };
    match file.metadata() {
        Ok(about) if !about.is_file() && !about.is_dir() => open_pipe(&name, file, reading),
        _ => match binary(&name, file, reading)? {
            Some(rows) => Ok(rows),
            None => Ok(open(TextSource::open(path)?, reading)?),
        },
    }
}

/// Whether a stream is a text, and the stream as it was.
pub(crate) fn is_text(
    mut stream: Box<dyn Read + Send>,
    reading: Reading,
) -> io::Result<(bool, Box<dyn Read + Send>)> {
    let mut head = Vec::new();
    stream.by_ref().take(HEAD).read_to_end(&mut head)?;
    let is_text = binary_format(&head, reading).is_none();
    Ok((is_text, Box::new(Cursor::new(head).chain(stream))))
}

/// Opens a file that was opened before, for a name that its path does not have.
pub(crate) fn open_file(name: &str, file: File, reading: Reading) -> Result<Box<dyn Rows>, Error> {
    let read = |source| Error::Read { name: name.into(), source };
    let mut text = file.try_clone().map_err(read)?;
    if let Some(rows) = binary(name, file, reading)? {
        return Ok(rows);
    }
    text.rewind().map_err(read)?;
    open(TextSource::new(name, text)?, reading)
}

/// Opens a text by what it holds; CSV and NDJSON are told apart by the reader of both.
pub(crate) fn open(mut text: TextSource, reading: Reading) -> Result<Box<dyn Rows>, Error> {
    let head = text.head()?;
    let is_it = |format: &&TextFormat| {
        reading.format == Some(format.format)
            || reading.is_asked_for(format.format) && (format.is_it)(head)
    };
    match FORMATS.iter().find(is_it) {
        Some(format) => (format.open)(text),
        None => Ok(Box::new(Reader::of_text(text, reading.options)?)),
    }
}

/// The format of what is no text: the one that is asked for, else the one that the first bytes show.
fn binary_format(head: &[u8], reading: Reading) -> Option<&'static BinaryFormat> {
    BINARY_FORMATS.iter().find(|format| {
        reading.format == Some(format.format) || reading.format.is_none() && (format.is_it)(head)
    })
}

/// Opens a file that is no text; `None` for a text, and for what cannot be read.
fn binary(name: &str, mut file: File, reading: Reading) -> Result<Option<Box<dyn Rows>>, Error> {
    let mut head = Vec::new();
    if Read::take(&mut file, HEAD).read_to_end(&mut head).is_err() || file.rewind().is_err() {
        return Ok(None);
    }
    let format = binary_format(&head, reading);
    format.map(|format| (format.open)(name, file, reading.options.bad_rows)).transpose()
}

/// Opens what can be read but once; what is no text is kept in a file without a name first.
fn open_pipe(
    name: &str,
    mut stream: impl Read + Send + 'static,
    reading: Reading,
) -> Result<Box<dyn Rows>, crate::Error> {
    let mut head = Vec::new();
    let read = stream.by_ref().take(HEAD).read_to_end(&mut head);
    read.map_err(|source| Error::Read { name: name.into(), source })?;
    let format = binary_format(&head, reading);
    let mut whole = Cursor::new(head).chain(stream);
    let Some(format) = format else { return Ok(open(TextSource::new(name, whole)?, reading)?) };
    let spool = |source| crate::Error::Spool { name: name.to_owned(), source };
    let mut file = tempfile::tempfile().map_err(spool)?;
    io::copy(&mut whole, &mut file).and_then(|_| file.flush()).map_err(spool)?;
    Ok((format.open)(name, file, reading.options.bad_rows)?)
}
