#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod batch; // Batch, Row: many records in one text
mod binary; // BinaryFormat: files that are no text
mod buffer; // a window over the bytes of an input
mod cell; // Cell: one value of a row that is written
mod csv_parser; // CSV records of bytes that come piece by piece
mod csv_rows; // CSV records with their physical lines
mod error; // Error, Fault, Position
mod escape; // escape_terminal: what may reach a terminal
mod framing; // delimiter, lines before the header, a field without a name
mod json_columns; // columns by name, which grow
mod json_envelope; // objects that hold records
mod json_flat; // objects to records
mod json_form; // lines, values or one document
mod json_frames; // JSON cut into the texts of its records
mod json_nested; // objects in objects to dotted columns
mod json_rows; // JSON records
mod json_text; // what is wrong with an object
mod json_walk; // steps through valid JSON
mod lines; // the lines of an input
mod log_rows; // logs that name their columns by directives
mod options; // ReadOptions, InputFormat, BadRows
mod output; // Output: whole or not at all
mod reader; // Reader
mod record; // Record, FieldKind
mod repeats; // headers that come again between records
mod rows; // Rows: a source of records
mod same_file; // is_same_file
mod shared_rows; // SharedRows: the rest of an input, parsed by several threads
mod source; // files, standard input, compression, encodings
mod store; // RowStore: rows that wait until they are printed
mod summary; // Summary, SkipLog: nothing is lost in silence
mod terminal; // TerminalWriter
mod w3c; // W3C extended logs: IIS, proxies, Exchange
mod writer; // RowWriter, OutputFormat, WriteOptions
mod zeek; // the text logs of Zeek

pub use {
    batch::{Batch, BatchRows, Row, RowBuilder},
    binary::BinaryFormat,
    cell::Cell,
    error::{Error, Fault, Position},
    escape::{escape_line, escape_terminal},
    options::{BadRows, InputFormat, ReadOptions},
    output::Output,
    reader::Reader,
    record::{FieldKind, Record},
    rows::Rows,
    same_file::is_same_file,
    shared_rows::{BlockParser, Part, SharedRows},
    source::{BytesRead, TextSource},
    store::{RowStore, StoredRow},
    summary::{DroppedKeys, FirstSkip, SkipLog, Summary},
    terminal::TerminalWriter,
    writer::{OutputFormat, RowChunk, RowWriter, WriteOptions},
};
