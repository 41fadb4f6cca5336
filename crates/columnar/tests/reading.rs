//! What a file of columns holds is what is read, and what is broken is told.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    Float32Array, Float64Array, Int8Array, Int64Array, LargeStringArray, ListArray, MapArray,
    NullArray, RecordBatch, StringArray, StringViewArray, StructArray, Time32MillisecondArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, UInt64Array,
    builder::{Int32Builder, MapBuilder, StringBuilder},
    types::{Int32Type, UInt8Type},
};
use arrow_buffer::NullBuffer;
use arrow_ipc::CompressionType;
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use oddsift_columnar::ColumnarRows;
use oddsift_records::{Batch, Rows};
use parquet::basic::Compression;
use support::{arrow_file, arrow_stream, parquet, read, shared, table};

fn open(bytes: &[u8]) -> ColumnarRows {
    ColumnarRows::new("a.parquet", Bytes::copy_from_slice(bytes)).unwrap()
}

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    read(&mut open(bytes)).unwrap().1
}

/// A file of each format.
fn files(part: &RecordBatch) -> [Vec<u8>; 3] {
    let parts = [part.clone()];
    [parquet(&parts, Compression::SNAPPY), arrow_file(&parts, None), arrow_stream(&parts)]
}

#[test]
fn types_keep_their_kind() {
    let columns: Vec<(&str, ArrayRef, &str, &str)> = vec![
        ("bool", shared(BooleanArray::from(vec![Some(true), None])), "json true", ""),
        ("i8", shared(Int8Array::from(vec![-7, 7])), "int -7", "int 7"),
        (
            "i64",
            shared(Int64Array::from(vec![Some(i64::MIN), None])),
            "int -9223372036854775808",
            "",
        ),
        ("u64", shared(UInt64Array::from(vec![5, u64::MAX])), "int 5", "json 18446744073709551615"),
        ("f32", shared(Float32Array::from(vec![0.5, -2.0])), "float 0.5", "float -2.0"),
        ("f64", shared(Float64Array::from(vec![Some(0.1), None])), "float 0.1", ""),
        ("text", shared(StringArray::from(vec!["é", ""])), "text é", "text "),
        ("large", shared(LargeStringArray::from(vec![Some("x"), None])), "text x", ""),
        (
            "view",
            shared(StringViewArray::from(vec!["a", "a text longer than a view has room"])),
            "text a",
            "text a text longer than a view has room",
        ),
        (
            "bytes",
            shared(BinaryArray::from(vec![&b"ok"[..], b"\xff!"])),
            "text ok",
            "text \u{fffd}!",
        ),
        (
            "dictionary",
            shared(DictionaryArray::<UInt8Type>::from_iter([Some("d"), None])),
            "text d",
            "",
        ),
        (
            "exact",
            shared(Decimal128Array::from(vec![150, -7]).with_precision_and_scale(10, 2).unwrap()),
            "json 1.50",
            "json -0.07",
        ),
        (
            "whole",
            shared(Decimal128Array::from(vec![42, 43]).with_precision_and_scale(10, 0).unwrap()),
            "int 42",
            "int 43",
        ),
        (
            "zoned",
            shared(TimestampMillisecondArray::from(vec![1500, -1]).with_timezone("UTC")),
            "time 1970-01-01T00:00:01.5Z",
            "time 1969-12-31T23:59:59.999Z",
        ),
        (
            "naive",
            shared(TimestampMicrosecondArray::from(vec![Some(1), None])),
            "naive 1970-01-01T00:00:00.000001",
            "",
        ),
        (
            "date",
            shared(Date32Array::from(vec![1, -1])),
            "naive 1970-01-02T00:00:00",
            "naive 1969-12-31T00:00:00",
        ),
        (
            "clock",
            shared(Time32MillisecondArray::from(vec![3_661_000, 500])),
            "text 01:01:01",
            "text 00:00:00.5",
        ),
        ("null", shared(NullArray::new(2)), "", ""),
    ];
    let part = table(columns.iter().map(|(name, array, ..)| (*name, Arc::clone(array))).collect());
    for (bytes, format) in files(&part).iter().zip(["parquet", "arrow file", "arrow stream"]) {
        let (names, rows) = read(&mut open(bytes)).unwrap();
        for (place, (name, _, first, second)) in columns.iter().enumerate() {
            assert_eq!(names[place], *name);
            assert_eq!([&rows[0][place], &rows[1][place]], [first, second], "{format}: {name}");
        }
    }
}

#[test]
fn structs_are_dotted_lists_are_text_and_the_rest_is_json() {
    let ports = || {
        shared(ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(80), None, Some(443)]),
            None,
        ]))
    };
    let names: ArrayRef = shared(StringArray::from(vec![Some("a"), Some("b")]));
    let field = |name: &str, kind: DataType| Arc::new(Field::new(name, kind, true));
    let inner = StructArray::new(vec![field("name", DataType::Utf8)].into(), vec![names], None);
    let process = StructArray::new(
        vec![field("parent", inner.data_type_of()), field("ports", ports().data_type().clone())]
            .into(),
        vec![shared(inner), ports()],
        Some(NullBuffer::from(vec![true, false])),
    );
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k\"");
    map.values().append_value(1);
    map.append(true).unwrap();
    map.append(false).unwrap();
    let map: MapArray = map.finish();
    let part = table(vec![("process", shared(process)), ("ports", ports()), ("map", shared(map))]);
    for bytes in files(&part) {
        let (columns, rows) = read(&mut open(&bytes)).unwrap();
        assert_eq!(columns, ["process.parent.name", "process.ports", "ports", "map"]);
        assert_eq!(rows[0], ["text a", "text 80 443", "text 80 443", "json {\"k\\\"\":1}"]);
        assert_eq!(rows[1], ["", "", "", ""]);
        let mut some = open(&bytes).with_columns(&["map", "process.ports", "none"]);
        let (columns, rows) = read(&mut some).unwrap();
        assert_eq!(columns, ["process.ports", "map"]);
        assert_eq!(rows[0], ["text 80 443", "json {\"k\\\"\":1}"]);
    }
}

trait TypeOf {
    fn data_type_of(&self) -> DataType;
}

impl TypeOf for StructArray {
    fn data_type_of(&self) -> DataType {
        arrow_array::Array::data_type(self).clone()
    }
}

#[test]
fn codecs_and_row_groups_give_the_same_rows() {
    let numbers = |from: i64| shared(Int64Array::from_iter_values(from..from + 5000));
    let texts =
        || shared(StringArray::from_iter_values((0..5000).map(|it| format!("x{}", it % 7))));
    let parts = [0, 5000].map(|from| table(vec![("n", numbers(from)), ("t", texts())]));
    let plain = rows(&parquet(&parts, Compression::UNCOMPRESSED));
    assert_eq!((plain.len(), plain[9999][0].as_str()), (10_000, "int 9999"));
    for codec in [
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(parquet::basic::ZstdLevel::default()),
    ] {
        assert!(rows(&parquet(&parts, codec)) == plain, "{codec:?}");
    }
    for codec in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        assert!(rows(&arrow_file(&parts, codec)) == plain, "{codec:?}");
    }
    assert!(rows(&arrow_stream(&parts)) == plain);
}

#[test]
fn file_without_rows_has_columns_all_the_same() {
    let part = table(vec![("a", shared(Int64Array::from(Vec::<i64>::new())))]);
    for bytes in files(&part) {
        let mut empty = open(&bytes);
        assert_eq!(empty.columns(), ["a"]);
        assert!(!empty.next_batch(&mut Batch::new()).unwrap());
        assert!(!empty.next_batch(&mut Batch::new()).unwrap());
    }
}

/// The error of a file, from opening or from reading it.
fn error(bytes: &[u8]) -> String {
    let opened = ColumnarRows::new("a.x", Bytes::copy_from_slice(bytes));
    let error = match opened {
        Ok(mut opened) => read(&mut opened).unwrap_err(),
        Err(error) => error,
    };
    let message = error.to_string();
    assert!(message.starts_with("a.x:") && message.len() < 1000, "{message}");
    assert!(!message.contains(char::is_control), "{message}");
    message
}

fn small() -> RecordBatch {
    table(vec![
        ("n", shared(Int64Array::from_iter_values(0..500))),
        ("t", shared(StringArray::from_iter_values((0..500).map(|it| format!("text {it}"))))),
    ])
}

#[test]
fn file_that_is_cut_off_is_told() {
    let [parquet, file, stream] = files(&small());
    for bytes in [&parquet, &file] {
        for end in [4, 8, 20, bytes.len() / 2, bytes.len() - 1] {
            let message = error(&bytes[..end]);
            assert!(message.contains("cut off") || message.contains("neither"), "{end}: {message}");
        }
    }
    // A stream may end after any message, but not within one.
    for end in [12, 100, stream.len() / 2] {
        assert!(error(&stream[..end]).contains("cut off"), "{end}");
    }
}

#[test]
fn footer_that_lies_is_told_and_takes_no_memory() {
    let bytes = parquet(&[small()], Compression::SNAPPY);
    let tail = bytes.len() - 8;
    let mut lying = bytes.clone();
    lying[tail..tail + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(error(&lying).contains("claims 4294967295 bytes"), "{}", error(&lying));
    // The columns are where the rest of a longer file was.
    let footer = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap()) as usize;
    let moved = [b"PAR1", &bytes[tail - footer..]].concat();
    assert!(error(&moved).contains("lies outside of its"), "{}", error(&moved));
}

#[test]
fn page_that_claims_more_than_it_can_hold_is_told() {
    let part = table(vec![("n", shared(Int64Array::from_iter_values(0..500)))]);
    let bytes = parquet(&[part], Compression::SNAPPY);
    // The sizes of the first page, as varints: made longer, the rest of the file moves.
    let start = 4;
    assert_eq!(&bytes[start..start + 3], [0x15, 0x04, 0x15]);
    let end = start + 3 + bytes[start + 3..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
    let mut lying = bytes.clone();
    // As many bytes as before are not enough for 2 GiB; the packed size goes, too.
    lying.splice(end - 2..end, [0xfe, 0xff, 0xff, 0xff, 0x0f]);
    assert!(error(&lying).contains("claims to hold"), "{}", error(&lying));
}

#[test]
fn buffers_and_batches_of_arrow_that_lie_are_told() {
    let bytes = arrow_file(&[small()], Some(CompressionType::ZSTD));
    let size = bytes.windows(8).position(|it| it == 4000_i64.to_le_bytes()).unwrap();
    let place = bytes.windows(8).rposition(|it| it == 4000_i64.to_le_bytes()).unwrap().max(size);
    let mut lying = bytes.clone();
    lying[place..place + 8].copy_from_slice(&(1_i64 << 40).to_le_bytes());
    assert!(error(&lying).contains("claims to hold 1099511627776"), "{}", error(&lying));
    let stream = arrow_stream(&[small()]);
    let mut lying = stream.clone();
    lying[4..8].copy_from_slice(&0x7fff_fff8_u32.to_le_bytes());
    assert!(error(&lying[..]).contains("cut off") || error(&lying).contains("neither"));
}

#[test]
fn what_is_not_read_is_refused_with_a_remedy() {
    assert!(error(b"FEA1 and so on, long enough").contains("write it anew as Feather 2"));
    assert!(error(b"a,b\n1,2\n").contains("neither as Parquet nor as Arrow IPC"));
    assert!(error(b"").contains("neither"));
    let twice = table(vec![
        ("a", shared(Int64Array::from(vec![1]))),
        ("a", shared(Int64Array::from(vec![2]))),
    ]);
    assert!(error(&arrow_file(&[twice], None)).contains("the column \"a\" is there twice; rename"));
    // The codec of a column's metadata is one number: 1 is snappy, 4 brotli, 3 LZO.
    let part = table(vec![("n", shared(Int64Array::from_iter_values(0..500)))]);
    let bytes = parquet(&[part], Compression::SNAPPY);
    let name = bytes.windows(4).rposition(|it| it == [b'n', 0x15, 2, 0x16]).unwrap();
    let mut brotli = bytes.clone();
    brotli[name + 2] = 8;
    assert!(
        error(&brotli).contains("compressed by brotli; write it with zstd"),
        "{}",
        error(&brotli)
    );
}
