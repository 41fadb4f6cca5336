#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod arrays; // rows to arrays
mod arrow_builder; // ArrowBuilder
mod cells; // arrays to fields of a row
mod columnar_rows; // ColumnarRows
mod error; // Error, WriteError
mod guard; // bytes whose sizes are held against what is there
mod in_memory; // batches of another library
mod ipc; // the messages of Arrow IPC
mod leaves; // the columns of a schema, nested ones by dotted names
mod parquet_table; // a Parquet file, its footer checked
mod parquet_writer; // ParquetWriter, ColumnKind
mod text; // values of nested columns as text and JSON
mod thrift; // the footer and the page headers of Parquet, before anybody trusts them

pub use {
    arrays::ColumnKind,
    arrow_builder::{ArrowBuilder, ArrowChunk},
    columnar_rows::{ColumnarRows, is_arrow, is_parquet},
    error::{Error, WriteError},
    parquet::file::reader::{ChunkReader, Length},
    parquet_writer::ParquetWriter,
};
