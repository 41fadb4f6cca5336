//! Tables by arrow, as files of each format, and their rows as texts.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::{
    CompressionType,
    writer::{FileWriter, IpcWriteOptions, StreamWriter},
};
use oddsift_records::{Batch, Cell, Error, Record, Rows};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

/// One table for each part, all of one schema.
pub(crate) fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .unwrap()
}

pub(crate) fn parquet(parts: &[RecordBatch], compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(1000))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), parts[0].schema(), Some(properties)).unwrap();
    for part in parts {
        writer.write(part).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(crate) fn arrow_file(parts: &[RecordBatch], compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &parts[0].schema(), options).unwrap();
    for part in parts {
        writer.write(part).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(crate) fn arrow_stream(parts: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &parts[0].schema()).unwrap();
    for part in parts {
        writer.write(part).unwrap();
    }
    writer.into_inner().unwrap()
}

/// The columns, and the cells of all rows as they are printed, with the name of their kind in front.
pub(crate) fn read(rows: &mut impl Rows) -> Result<(Vec<String>, Vec<Vec<String>>), Error> {
    let (mut found, mut batch) = (Vec::new(), Batch::new());
    while rows.next_batch(&mut batch)? {
        for row in &batch {
            assert_eq!(row.row(), found.len() as u64);
            assert_eq!(row.n_fields(), rows.columns().len());
            found.push((0..row.n_fields()).map(|place| shown(row.cell(place))).collect());
        }
    }
    assert_eq!(rows.summary().rows(), found.len() as u64);
    Ok((rows.columns().to_vec(), found))
}

fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => format!("text {text}"),
        Cell::Json(text) => format!("json {text}"),
        Cell::Time(_) => format!("time {cell}"),
        Cell::NaiveTime(_) => format!("naive {cell}"),
        Cell::Int(_) => format!("int {cell}"),
        other => format!("float {other}"),
    }
}

pub(crate) fn shared<T: arrow_array::Array + 'static>(array: T) -> ArrayRef {
    Arc::new(array)
}
