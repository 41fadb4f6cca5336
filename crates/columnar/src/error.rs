use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    sync::Once,
};

use oddsift_records::escape_line;

use crate::ColumnKind;

/// Why a file of columns cannot be read.
///
/// It comes as the source of an [`oddsift_records::Error`], which has the name of the file.
///
/// ```
/// use bytes::Bytes;
/// use oddsift_columnar::ColumnarRows;
///
/// let error = ColumnarRows::new("a.parquet", Bytes::from("PAR1")).unwrap_err();
/// assert!(error.to_string().starts_with("a.parquet: cannot be read: the file is cut off"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file ends before what it says is in it.
    #[error("the file is cut off: {what}")]
    CutOff {
        /// What is missing.
        what: String,
    },
    /// The file says of itself what cannot be.
    #[error("the file is broken: {what}")]
    Broken {
        /// What is wrong.
        what: String,
    },
    /// A column is compressed in a way that is not read.
    #[error(
        "column \"{}\" is compressed by {codec}; write it with zstd, snappy, gzip or lz4",
        excerpt(column)
    )]
    Codec {
        /// The column.
        column: String,
        /// The name of the codec.
        codec: String,
    },
    /// Two columns have one name.
    #[error("the column \"{}\" is there twice; rename one of the two", excerpt(column))]
    DuplicateColumn {
        /// The name.
        column: String,
    },
    /// The file has no column.
    #[error("the file has no columns")]
    NoColumns,
    /// Feather in the format before Arrow.
    #[error("the file is Feather of version 1; write it anew as Feather 2 or Parquet")]
    OldFeather,
}

/// Why rows cannot be written as Parquet.
///
/// ```
/// use oddsift_columnar::{ColumnKind, ParquetWriter};
/// use oddsift_records::Cell;
///
/// let columns = [("n".to_owned(), Some(ColumnKind::Int))];
/// let mut writer = ParquetWriter::new(Vec::new(), &columns)?;
/// writer.write_row(&[Cell::Text("many")])?;
/// let error = writer.finish().unwrap_err();
/// assert_eq!(error.to_string(), "row 0 has text in column \"n\", which holds whole numbers; declare it as text");
/// # Ok::<(), oddsift_columnar::WriteError>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A row has more or fewer cells than there are columns.
    #[error("a row of {found} cells for {expected} columns; write one cell a column")]
    CellCount {
        /// The number of columns.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
    /// A cell does not fit into its column.
    #[error(
        "row {row} has {found} in column \"{}\", which holds {expected}; declare it as text",
        excerpt(column)
    )]
    Cell {
        /// The number of the row from 0.
        row: u64,
        /// The column.
        column: String,
        /// What the column holds.
        expected: ColumnKind,
        /// What the cell is.
        found: &'static str,
    },
    /// Writing failed.
    #[error("cannot be written: {0}; free space or choose another output")]
    Write(#[from] parquet::errors::ParquetError),
}

/// Runs code of a library that panics on some broken files, where no check of ours comes before.
pub(crate) fn guarded<T, E: std::fmt::Display>(
    run: impl FnOnce() -> Result<T, E>,
) -> Result<T, Error> {
    hush();
    let was_quiet = IS_QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    IS_QUIET.set(was_quiet);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(error)),
        Err(_) => Err(broken("its parts contradict each other")),
    }
}

thread_local! {
    /// Whether a panic of this thread is caught by [`guarded`].
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps panics that are caught from being printed; others go to the hook that was there.
fn hush() {
    static ONCE: Once = Once::new();
    // A thread that panics must not change the hook.
    if std::thread::panicking() {
        return;
    }
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |info| {
            if !IS_QUIET.get() {
                before(info);
            }
        }));
    });
}

pub(crate) fn broken(what: impl std::fmt::Display) -> Error {
    Error::Broken { what: excerpt(&what.to_string()) }
}

pub(crate) fn cut_off(what: impl std::fmt::Display) -> Error {
    Error::CutOff { what: what.to_string() }
}

/// A text for a message: one line, and not too long.
fn excerpt(text: &str) -> String {
    let line = escape_line(text);
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
