//! Laws: a table is the same in every format, and no bytes bring the reader down.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use arrow_array::{
    BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray, UInt8Array,
};
use arrow_ipc::CompressionType;
use bytes::Bytes;
use oddsift_columnar::{ColumnKind, ColumnarRows, ParquetWriter};
use oddsift_records::{
    Batch, Cell, OutputFormat, ReadOptions, Reader, Record, RowWriter, Rows, WriteOptions,
};
use parquet::basic::Compression;
use proptest::{collection::vec, option, prelude::*};
use support::{arrow_file, arrow_stream, parquet, read, shared, table};

type Row = (Option<bool>, Option<i64>, Option<f64>, Option<String>, Option<i64>, Option<u8>);

fn row() -> impl Strategy<Value = Row> {
    // In milliseconds, from the year 1 to 9999.
    let time = -62_000_000_000_000..253_000_000_000_000_i64;
    (
        option::of(any::<bool>()),
        option::of(any::<i64>()),
        option::of(any::<i32>().prop_map(|it| f64::from(it) / 8.0)),
        option::of("\\PC{1,12}"),
        option::of(time),
        option::of(any::<u8>()),
    )
}

fn record_batch(rows: &[Row]) -> RecordBatch {
    // A file of Arrow has one dictionary for all its parts.
    let words = StringArray::from_iter_values((0..9).map(|it| format!("w{it}")));
    let keys: UInt8Array = rows.iter().map(|it| it.5.map(|it| it % 9)).collect();
    let words = DictionaryArray::new(keys, std::sync::Arc::new(words));
    let times: Vec<Option<i64>> = rows.iter().map(|it| it.4).collect();
    table(vec![
        ("b", shared(rows.iter().map(|it| it.0).collect::<BooleanArray>())),
        ("i", shared(rows.iter().map(|it| it.1).collect::<Int64Array>())),
        ("f", shared(rows.iter().map(|it| it.2).collect::<Float64Array>())),
        ("t", shared(rows.iter().map(|it| it.3.clone()).collect::<StringArray>())),
        ("z", shared(TimestampMillisecondArray::from(times.clone()).with_timezone("UTC"))),
        ("n", shared(TimestampMillisecondArray::from(times))),
        ("w", shared(words)),
    ])
}

fn rows(bytes: Vec<u8>) -> (Vec<String>, Vec<Vec<String>>) {
    read(&mut ColumnarRows::new("x", Bytes::from(bytes)).unwrap()).unwrap()
}

/// The rows as CSV, and read again.
fn by_csv(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let mut rows = ColumnarRows::new("x", Bytes::from(bytes)).unwrap();
    let mut writer =
        RowWriter::new(Vec::new(), OutputFormat::Csv, rows.columns(), WriteOptions { raw: true })
            .unwrap();
    let mut batch = Batch::new();
    while rows.next_batch(&mut batch).unwrap() {
        for row in &batch {
            let cells: Vec<Cell<'_>> = (0..row.n_fields()).map(|place| row.cell(place)).collect();
            writer.write_row(&cells).unwrap();
        }
    }
    let csv = std::io::Cursor::new(writer.finish().unwrap());
    read(&mut Reader::new("x.csv", csv, ReadOptions::new()).unwrap())
        .map_or_else(|it| panic!("{it}"), |it| it.1)
}

/// Without the kind of the cells.
fn texts(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let text =
        |cell: &String| cell.split_once(' ').map_or_else(String::new, |(_, text)| text.to_owned());
    rows.iter().map(|row| row.iter().map(text).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_table_is_the_same_in_every_format(parts in vec(vec(row(), 0..40), 1..4)) {
        let parts: Vec<RecordBatch> = parts.iter().map(|it| record_batch(it)).collect();
        let (columns, expected) = rows(parquet(&parts, Compression::SNAPPY));
        prop_assert_eq!(columns, ["b", "i", "f", "t", "z", "n", "w"]);
        prop_assert_eq!(&rows(arrow_file(&parts, None)).1, &expected);
        prop_assert_eq!(&rows(arrow_file(&parts, Some(CompressionType::LZ4_FRAME))).1, &expected);
        let n_rows: usize = parts.iter().map(RecordBatch::num_rows).sum();
        prop_assert_eq!(expected.len(), n_rows);
        prop_assert_eq!(texts(&by_csv(parquet(&parts, Compression::SNAPPY))), texts(&expected));
    }

    #[test]
    fn what_is_written_is_what_is_read(rows in vec(row(), 0..60)) {
        let kinds = [
            ColumnKind::Bool, ColumnKind::Int, ColumnKind::Float, ColumnKind::Text,
        ];
        for known in [true, false] {
            let columns: Vec<(String, Option<ColumnKind>)> = kinds
                .iter()
                .map(|kind| (kind.to_string(), known.then_some(*kind)))
                .collect();
            let mut writer = ParquetWriter::new(Vec::new(), &columns).unwrap();
            for (b, i, f, t, ..) in &rows {
                writer
                    .write_row(&[
                        b.map_or(Cell::Missing, Cell::Bool),
                        i.map_or(Cell::Missing, Cell::Int),
                        f.map_or(Cell::Missing, Cell::Float),
                        t.as_deref().map_or(Cell::Missing, Cell::Text),
                    ])
                    .unwrap();
            }
            let (_, read) = self::rows(writer.finish().unwrap());
            prop_assert_eq!(read.len(), rows.len());
            for ((b, i, f, t, ..), read) in rows.iter().zip(read) {
                prop_assert_eq!(&read[0], &b.map_or(String::new(), |it| format!("json {it}")));
                prop_assert_eq!(&read[1], &i.map_or(String::new(), |it| format!("int {it}")));
                prop_assert_eq!(&read[2], &f.map_or(String::new(), |it| format!("float {it:?}")));
                let text = t.as_ref().map_or(String::new(), |it| format!("text {it}"));
                prop_assert_eq!(&read[3], &text);
            }
        }
    }

    #[test]
    fn damaged_bytes_never_bring_the_reader_down(
        rows in vec(row(), 1..20),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        format in 0..4_usize,
    ) {
        let parts = [record_batch(&rows)];
        let mut bytes = match format {
            0 => parquet(&parts, Compression::SNAPPY),
            1 => parquet(&parts, Compression::ZSTD(parquet::basic::ZstdLevel::default())),
            2 => arrow_file(&parts, Some(CompressionType::ZSTD)),
            _ => arrow_stream(&parts),
        };
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let Ok(mut rows) = ColumnarRows::new("x", Bytes::from(bytes)) else { return Ok(()) };
        let (mut batch, mut n_batches) = (Batch::new(), 0);
        // Runs of a damaged page may stand for any number of rows.
        while n_batches < 50 && rows.next_batch(&mut batch).is_ok_and(|more| more) {
            n_batches += 1;
        }
    }
}
