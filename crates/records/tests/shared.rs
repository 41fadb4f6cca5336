//! Threads that share an input read what one reader reads: rows, lines, faults, what was left out.

use std::io::Cursor;

use oddsift_records::{
    BadRows, Batch, BlockParser, ReadOptions, Reader, Record, Rows, SharedRows, Summary,
};
use proptest::prelude::*;

type Fields = Vec<Option<String>>;
type ToldRow = (u64, u64, Fields);
/// The place of a block, its rows, and the fault behind them.
type ToldPart = (u64, Vec<ToldRow>, Option<String>);

/// All that a reader tells of an input.
#[derive(Debug, PartialEq)]
struct Told {
    rows: Vec<ToldRow>,
    fault: Option<String>,
    warnings: Vec<String>,
    n_rows: u64,
}

fn rows_of(batch: &Batch) -> impl Iterator<Item = ToldRow> + '_ {
    batch.iter().map(|row| {
        let fields = (0..row.n_fields()).map(|at| row.field(at).map(str::to_owned));
        (row.row(), row.line(), fields.collect())
    })
}

fn tell(rows: Vec<ToldRow>, fault: Option<String>, summary: &Summary) -> Told {
    Told { rows, fault, warnings: summary.warnings("x.csv"), n_rows: summary.rows() }
}

fn open(text: &[u8], options: ReadOptions) -> Result<Reader, String> {
    Reader::new("x.csv", Cursor::new(text.to_vec()), options).map_err(|error| error.to_string())
}

fn alone(text: &[u8], options: ReadOptions) -> Result<Told, String> {
    let mut reader = open(text, options)?;
    let (mut batch, mut rows) = (Batch::new(), Vec::new());
    let fault = loop {
        match reader.next_batch(&mut batch) {
            Ok(true) => rows.extend(rows_of(&batch)),
            Ok(false) => break None,
            Err(error) => break Some(error.to_string()),
        }
    };
    Ok(tell(rows, fault, reader.summary()))
}

fn shared(text: &[u8], options: ReadOptions, n_threads: usize) -> Result<Told, String> {
    let mut reader = open(text, options)?;
    let shared = reader.share().expect("CSV is shared");
    let mut parts: Vec<ToldPart> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..n_threads).map(|_| scope.spawn(|| parts_of_one(&shared))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    parts.sort_by_key(|(place, ..)| *place);
    assert!(parts.iter().map(|(place, ..)| *place).eq(0..parts.len() as u64));
    let fault = parts.iter().find_map(|(.., fault)| fault.clone());
    let rows = parts.into_iter().flat_map(|(_, rows, _)| rows).collect();
    reader.rejoin(shared);
    assert!(!reader.next_batch(&mut Batch::new()).expect("an end"));
    Ok(tell(rows, fault, reader.summary()))
}

fn parts_of_one(shared: &SharedRows) -> Vec<ToldPart> {
    let (mut parser, mut batch, mut parts) = (BlockParser::new(shared), Batch::new(), Vec::new());
    while let Some(part) = shared.next_batch(&mut parser, &mut batch).expect("reads") {
        let fault = part.fault.map(|fault| fault.to_string());
        parts.push((part.place, rows_of(&batch).collect(), fault));
    }
    parts
}

/// Text of pieces that matter to CSV, at every edge of a block.
fn csv() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => Just(&b"a"[..]), 6 => Just(&b","[..]), 5 => Just(&b"\n"[..]), 3 => Just(&b"\r\n"[..]),
        2 => Just(&b"\r"[..]), 4 => Just(&b"\""[..]), 2 => Just(&b"\"\""[..]), 2 => Just(&b"x,y\n"[..]),
        2 => Just(&b"\"q\nq\",b\n"[..]), 1 => Just(&b"a,b\n"[..]), 1 => Just(&b"\xff"[..]),
        1 => Just("é".as_bytes()), 1 => Just("\u{feff}".as_bytes()), 1 => Just(&b"long long long long"[..]),
    ];
    prop::collection::vec(piece, 0..80)
        .prop_map(|pieces| [&b"a,b\n"[..], &pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn blocks_of_any_size_give_what_one_reader_gives(
        text in csv(), block in 1_usize..40, n_threads in 1_usize..4, skips: bool, max_record in 8_usize..60
    ) {
        let bad_rows = if skips { BadRows::Skip } else { BadRows::Fail };
        let options = ReadOptions::new().bad_rows(bad_rows).max_record(max_record);
        let expected = alone(&text, options);
        prop_assert_eq!(shared(&text, options.block(Some(block)), n_threads), expected);
    }
}

/// A log whose fields hold line breaks, with more rows than a batch.
fn log(line_end: &str) -> String {
    let mut text = format!("host,note{line_end}");
    for row in 0..6_000 {
        let note = match row % 7 {
            0 => format!("\"two{line_end}lines, \"\"{row}\"\"\""),
            1 => "\"\"".to_owned(),
            _ => format!("note {row}"),
        };
        text += &["host", &(row % 5).to_string(), ",", &note, line_end].concat();
    }
    text
}

#[test]
fn blocks_of_a_long_log_give_what_one_reader_gives() {
    for line_end in ["\n", "\r\n", "\r"] {
        let text = log(line_end);
        let expected = alone(text.as_bytes(), ReadOptions::new()).expect("opens");
        assert_eq!(expected.rows.len(), 6_000);
        for block in [64, 1000, 20_000, 1 << 20] {
            let options = ReadOptions::new().block(Some(block));
            let found = shared(text.as_bytes(), options, 3).expect("opens");
            assert!(found == expected, "{line_end:?} {block}");
        }
    }
}

#[test]
fn rows_behind_those_that_were_read_alone_are_shared() {
    let text = log("\r\n");
    let expected = alone(text.as_bytes(), ReadOptions::new()).expect("opens");
    let mut reader = open(text.as_bytes(), ReadOptions::new().block(Some(1000))).expect("opens");
    let (mut batch, mut rows) = (Batch::new(), Vec::new());
    assert!(reader.next_batch(&mut batch).expect("reads"));
    rows.extend(rows_of(&batch));
    let shared = reader.share().expect("CSV is shared");
    rows.extend(parts_of_one(&shared).into_iter().flat_map(|(_, rows, _)| rows));
    reader.rejoin(shared);
    assert!(rows == expected.rows && reader.summary().rows() == 6_000);
}

#[test]
fn line_without_end_is_no_block_without_end() {
    let text = format!("a,b\n\"{}\n1,2\n", "x".repeat(3 << 20));
    let options = ReadOptions::new().max_record(1 << 20);
    let expected = alone(text.as_bytes(), options).expect("opens");
    assert!(expected.fault.is_some());
    assert_eq!(shared(text.as_bytes(), options, 2).expect("opens"), expected);
}
