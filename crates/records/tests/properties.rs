//! Laws of reading and writing.

use std::io::Read;

use oddsift_records::{
    BadRows, Batch, Cell, Error, FieldKind, InputFormat, OutputFormat, ReadOptions, Reader, Record,
    RowStore, RowWriter, TerminalWriter, WriteOptions, escape_terminal,
};
use proptest::{collection::vec, prelude::*};

type Rows = Vec<(u64, u64, Vec<Option<String>>)>;

/// A stream that gives a few bytes a call.
struct Dribble(Vec<u8>, usize, usize);

impl Read for Dribble {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let n_bytes = self.2.min(room.len()).min(self.0.len() - self.1);
        room[..n_bytes].copy_from_slice(&self.0[self.1..self.1 + n_bytes]);
        self.1 += n_bytes;
        Ok(n_bytes)
    }
}

fn csv_options() -> ReadOptions {
    ReadOptions::new().format(Some(InputFormat::Csv))
}

fn read(bytes: &[u8], at_once: usize, options: ReadOptions) -> Result<(Vec<String>, Rows), Error> {
    let stream = Dribble(bytes.to_vec(), 0, at_once);
    let mut reader = Reader::new("x", stream, options)?;
    let (mut batch, mut rows) = (Batch::new(), Rows::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            let fields = (0..row.n_fields()).map(|at| row.field(at).map(String::from)).collect();
            rows.push((row.row(), row.line(), fields));
        }
    }
    Ok((reader.columns().to_vec(), rows))
}

/// Bytes with much of what CSV and JSON are made of.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b",".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"{\"a\":".to_vec()),
        Just(b"}".to_vec()),
        Just(b"[".to_vec()),
        Just("é漢".as_bytes().to_vec()),
        Just(b"\\ud800".to_vec()),
        vec(any::<u8>(), 0..4),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// A cell of CSV, quoted or not, and the text that it stands for.
fn csv_cell() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        "[a-z é漢=']{0,6}".prop_map(|text| (text.clone(), text)),
        "[a-z,\"\n\ré]{0,8}".prop_map(|text| (format!("\"{}\"", text.replace('"', "\"\"")), text)),
    ]
}

/// Random rows of one width with a line end each, and a header.
fn csv_text() -> impl Strategy<Value = String> {
    (2_usize..5, prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]).prop_flat_map(|(width, end)| {
        vec(vec(csv_cell(), width), 0..12).prop_map(move |rows| {
            let header: Vec<String> = (0..width).map(|column| format!("c{column}")).collect();
            let mut text = header.join(",") + end;
            for row in rows {
                let cells: Vec<String> = row.into_iter().map(|(written, _)| written).collect();
                text += &(cells.join(",") + end);
            }
            text
        })
    })
}

proptest! {
    #[test]
    fn any_bytes_are_rows_or_an_error(bytes in hostile(), at_once in 1_usize..9) {
        for options in [csv_options(), ReadOptions::new().format(Some(InputFormat::Ndjson)), ReadOptions::new()] {
            let _ = read(&bytes, at_once, options);
            let _ = read(&bytes, at_once, options.bad_rows(BadRows::Skip).max_record(16));
        }
    }

    #[test]
    fn errors_are_one_short_line(bytes in hostile()) {
        for format in [InputFormat::Csv, InputFormat::Ndjson] {
            if let Err(error) = read(&bytes, 99, ReadOptions::new().format(Some(format))) {
                let message = error.to_string();
                prop_assert!(message.len() <= 1000 && !message.contains(char::is_control), "{message}");
                prop_assert!(message.starts_with("x:"), "{message}");
            }
        }
    }

    #[test]
    fn rows_do_not_depend_on_how_the_bytes_arrive(bytes in hostile(), at_once in 1_usize..9) {
        for format in [InputFormat::Csv, InputFormat::Ndjson] {
            let options = ReadOptions::new().format(Some(format)).bad_rows(BadRows::Skip).max_record(48);
            let whole = read(&bytes, usize::MAX, options).map_err(|error| error.to_string());
            let dribbled = read(&bytes, at_once, options).map_err(|error| error.to_string());
            prop_assert_eq!(whole, dribbled);
        }
    }

    #[test]
    fn csv_is_read_as_the_csv_crate_reads_it(text in csv_text()) {
        let mut theirs = csv::Reader::from_reader(text.as_bytes());
        let mut expected = Vec::new();
        for record in theirs.records() {
            let record = record.expect("rows of one width");
            expected.push(record.iter().map(|field| (!field.is_empty()).then(|| field.to_owned())).collect::<Vec<_>>());
        }
        let (_, rows) = read(text.as_bytes(), 7, csv_options()).expect("reads");
        let ours: Vec<_> = rows.into_iter().map(|(_, _, fields)| fields).collect();
        prop_assert_eq!(ours, expected);
    }

    #[test]
    fn lines_are_those_of_a_text_editor(blank in vec(0_usize..3, 1..20)) {
        for end in ["\n", "\r\n", "\r"] {
            let mut text = format!("a,b{end}");
            let (mut line, mut expected) = (2_u64, Vec::new());
            for n_blank in &blank {
                text += &end.repeat(*n_blank);
                line += *n_blank as u64;
                expected.push(line);
                // A quoted line feed is a line of its own; so it is where lines end otherwise.
                text += "x,\"y\nz\"";
                text += end;
                line += 2;
            }
            let (_, rows) = read(text.as_bytes(), 5, csv_options()).expect("reads");
            let lines: Vec<u64> = rows.iter().map(|(_, line, _)| *line).collect();
            prop_assert_eq!(&lines, &expected, "{:?}", end);
        }
    }

    #[test]
    fn written_csv_reads_back(rows in vec(vec(".{0,9}", 3), 0..9), also in vec(vec("[\"\r\n,= ]{0,5}", 3), 0..9)) {
        let columns = ["a", "b", "c"].map(String::from);
        let options = WriteOptions { raw: true };
        let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options).expect("header");
        let rows: Vec<Vec<String>> = rows.into_iter().chain(also).collect();
        for row in &rows {
            let cells: Vec<Cell<'_>> = row.iter().map(|text| Cell::Text(text)).collect();
            writer.write_row(&cells).expect("row");
        }
        let (found, read_back) = read(&writer.finish().expect("ends"), 99, csv_options()).expect("reads");
        prop_assert_eq!(found, columns);
        let texts: Vec<Vec<String>> = read_back
            .into_iter()
            .map(|(_, _, fields)| fields.into_iter().map(Option::unwrap_or_default).collect())
            .collect();
        prop_assert_eq!(texts, rows);
    }

    #[test]
    fn written_ndjson_reads_back(rows in vec((".{0,9}", any::<i64>(), any::<f64>()), 1..9)) {
        let columns = ["a\"\n", "b", "c"].map(String::from);
        let mut writer =
            RowWriter::new(Vec::new(), OutputFormat::Ndjson, &columns, WriteOptions::default()).expect("starts");
        for (text, int, float) in &rows {
            writer.write_row(&[Cell::Text(text), Cell::Int(*int), Cell::Float(*float)]).expect("row");
        }
        let (found, read_back) = read(&writer.finish().expect("ends"), 99, ReadOptions::new()).expect("reads");
        prop_assert_eq!(found, columns);
        prop_assert_eq!(read_back.len(), rows.len());
        for ((_, _, fields), (text, int, float)) in read_back.iter().zip(&rows) {
            prop_assert_eq!(fields[0].as_ref(), Some(text));
            prop_assert_eq!(fields[1].as_ref(), Some(&int.to_string()));
            let number = fields[2].as_ref().and_then(|text| text.parse::<f64>().ok());
            prop_assert_eq!(number.map(f64::to_bits), float.is_finite().then_some(float.to_bits()));
        }
    }

    #[test]
    fn terminal_gets_the_same_whatever_the_cuts(bytes in hostile(), at_once in 1_usize..5) {
        use std::io::Write;

        let mut terminal = TerminalWriter::new(Vec::new());
        for part in bytes.chunks(at_once) {
            terminal.write_all(part).expect("writes");
        }
        let shown = String::from_utf8(terminal.finish().expect("ends")).expect("is text");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        prop_assert_eq!(shown.as_str(), &*escape_terminal(&text));
        prop_assert!(shown.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'));
    }

    #[test]
    fn stored_rows_are_those_of_the_batch(text in csv_text(), split in 0_u64..12) {
        let mut reader = Reader::new("x.csv", std::io::Cursor::new(text), ReadOptions::new()).expect("opens");
        let mut batch = Batch::new();
        let (mut low, mut high) = (RowStore::new(), RowStore::new());
        reader.next_batch(&mut batch).expect("reads");
        for row in &batch {
            if row.row() < split { low.insert(&row) } else { high.insert(&row) }
        }
        low.merge(&high);
        low.retain(|row| row != split);
        for row in batch.iter().filter(|row| row.row() != split) {
            let stored = low.get(row.row()).expect("is kept");
            prop_assert_eq!(stored.line(), row.line());
            for column in 0..row.n_fields() {
                prop_assert_eq!(stored.field(column), row.field(column));
                prop_assert_eq!(stored.kind(column), row.kind(column));
            }
        }
        prop_assert!(low.get(split).is_none());
    }
}

#[test]
fn readers_and_batches_may_go_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<(Reader, Batch, RowStore, Error)>();
}

#[test]
fn cut_compressed_file_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.csv.zst");
    let whole = zstd::encode_all("a,b\n1,2\n".repeat(9999).as_bytes(), 1).expect("packs");
    std::fs::write(&path, &whole[..whole.len() / 2]).expect("writes");
    let read_all = || {
        let mut reader = Reader::open(&path, ReadOptions::new().bad_rows(BadRows::Skip))?;
        while reader.next_batch(&mut Batch::new())? {}
        Ok::<(), Error>(())
    };
    let message = read_all().expect_err("is cut").to_string();
    assert!(message.starts_with(&format!("{}: cannot be read: ", path.display())), "{message}");
}

#[test]
fn batches_cut_nowhere_but_between_rows() {
    let mut text = String::from("n,filler\n");
    for row in 0..20_000 {
        text += &[row.to_string(), "é".repeat(row % 97)].join(",");
        text += "\n";
    }
    let (_, rows) = read(text.as_bytes(), 10_007, csv_options()).expect("reads");
    assert_eq!(rows.len(), 20_000);
    for (number, (row, line, fields)) in (0..).zip(rows) {
        assert_eq!((row, line), (number, number + 2));
        assert_eq!(fields[0].as_deref(), Some(number.to_string().as_str()));
        assert_eq!(fields[1].as_deref().unwrap_or_default().chars().count() as u64, number % 97);
    }
}

#[test]
fn record_at_the_limit_is_read_and_one_past_it_is_not() {
    let options = csv_options().max_record(20);
    assert!(read(b"a,b\n0123456789,12345678\n", 3, options).is_ok());
    let error = read(b"a,b\n0123456789,123456789\n", 3, options).expect_err("too long").to_string();
    assert!(error.starts_with("x:2: a record longer than 20 bytes; "), "{error}");
    let error =
        read(b"a,b\n\"0123456789\n123456789\n12\n", 3, options).expect_err("too long").to_string();
    assert!(error.starts_with("x:2:1: ") && error.contains("in a quote"), "{error}");
}

#[test]
fn wide_rows_take_no_memory_in_proportion() {
    let text = format!("a,b\n{}\n1,2\n", ",".repeat(1 << 20));
    let (_, rows) =
        read(text.as_bytes(), 65_536, csv_options().bad_rows(BadRows::Skip)).expect("reads");
    assert_eq!(rows.len(), 1);
    let error = read(",".repeat(1 << 20).as_bytes(), 65_536, csv_options()).expect_err("too wide");
    assert!(error.to_string().contains("more than 16384 columns"));
}

#[test]
fn absent_key_and_null_are_missing_and_empty_text_is_not() {
    let text = "{\"a\":\"\",\"b\":null}\n{\"a\":\"x\"}\n";
    let mut reader = Reader::new("x.ndjson", text.as_bytes(), ReadOptions::new()).expect("opens");
    let mut batch = Batch::new();
    reader.next_batch(&mut batch).expect("reads");
    let kinds: Vec<_> =
        batch.iter().map(|row| (row.kind(0), row.field(0).is_some(), row.kind(1))).collect();
    assert_eq!(kinds, [(FieldKind::Text, true, FieldKind::Missing); 2]);
}

#[test]
fn nesting_in_a_value_is_limited() {
    let deep = format!("{{\"a\":{}{}}}\n", "[".repeat(20_000), "]".repeat(20_000));
    let error = read(deep.as_bytes(), 4096, ReadOptions::new()).expect_err("too deep").to_string();
    assert!(error.starts_with("x:1:134: a value is nested deeper than 128; "), "{error}");
}
