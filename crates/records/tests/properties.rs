//! Laws of reading and writing.

use std::{fmt::Write as _, io::Read};

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

/// Text of a log, and none where there is no value: what is empty says the same.
fn log_field() -> impl Strategy<Value = Option<String>> {
    proptest::option::of(prop_oneof![
        "[ -~é漢]{1,8}",
        "[-#\\\\x09\t\n\r,;|\"é ]{1,6}",
        Just("-".to_owned()),
        Just("(empty)".to_owned()),
        Just("\\x2d".to_owned()),
    ])
}

/// Blocks of a joined log: the columns of each, from a few names, and its records.
type Blocks = Vec<(Vec<String>, Vec<Vec<Option<String>>>)>;

fn blocks() -> impl Strategy<Value = Blocks> {
    let names = proptest::sample::subsequence(vec!["a", "b b", "c", "d\\x", "e"], 1..5);
    let block = names.prop_shuffle().prop_flat_map(|names| {
        let names: Vec<String> = names.into_iter().map(String::from).collect();
        let width = names.len();
        vec(vec(log_field(), width), 0..6).prop_map(move |rows| (names.clone(), rows))
    });
    vec(block, 1..4)
}

/// A field as Zeek writes it.
fn zeek_field(field: Option<&str>, separator: char, is_ascii: bool) -> String {
    let Some(text) = field else { return "-".to_owned() };
    let mut written = String::new();
    for (at, c) in text.char_indices() {
        let is_mark = at == 0 && (matches!(text, "-" | "(empty)") || c == '#');
        let is_escaped = c == '\\' || c == separator || c.is_control() || is_mark;
        if is_escaped || (is_ascii && !c.is_ascii()) {
            for byte in c.to_string().bytes() {
                let _ = write!(written, "\\x{byte:02x}");
            }
        } else {
            written.push(c);
        }
    }
    written
}

fn zeek_log(blocks: &Blocks, separator: char, is_ascii: bool) -> String {
    let mut text = String::new();
    let mut line = |cells: Vec<String>| text += &(cells.join(&separator.to_string()) + "\n");
    for (names, rows) in blocks {
        line(vec![format!("#separator \\x{:02x}", separator as u32)]);
        line(vec!["#unset_field".into(), "-".into()]);
        let names = names.iter().map(|name| zeek_field(Some(name), separator, is_ascii));
        line(std::iter::once("#fields".to_owned()).chain(names).collect());
        for row in rows {
            line(
                row.iter().map(|field| zeek_field(field.as_deref(), separator, is_ascii)).collect(),
            );
        }
        line(vec!["#close".into(), "2024".into()]);
    }
    text
}

/// A log as a proxy writes it: values with a space or quote in quotes. It has no line breaks, and no value `-`.
fn w3c_log(blocks: &Blocks) -> String {
    let mut text = "#Version: 1.0\n".to_owned();
    for (names, rows) in blocks {
        let _ = writeln!(text, "#Fields: {}", names.join(" "));
        for row in rows {
            let cells: Vec<String> = row
                .iter()
                .map(|field| match field {
                    None => "-".to_owned(),
                    Some(text) if text.contains([' ', '"', '#', '\t']) => {
                        format!("\"{}\"", text.replace('"', "\"\""))
                    }
                    Some(text) => text.clone(),
                })
                .collect();
            text += &(cells.join(" ") + "\r\n");
        }
    }
    text
}

/// The columns of all blocks, and the rows by them.
fn united(blocks: &Blocks) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let mut columns: Vec<String> = Vec::new();
    for name in blocks.iter().flat_map(|(names, _)| names) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let row = |names: &[String], fields: &[Option<String>]| {
        let of =
            |column| names.iter().position(|name| name == column).and_then(|at| fields[at].clone());
        columns.iter().map(of).collect()
    };
    let rows = blocks.iter().flat_map(|(names, rows)| rows.iter().map(|fields| row(names, fields)));
    (columns.clone(), rows.collect())
}

/// All columns at the end, and rows filled up to their number.
fn read_log(text: &str, at_once: usize) -> (Vec<String>, Vec<Vec<Option<String>>>) {
    let (columns, rows) = read(text.as_bytes(), at_once, ReadOptions::new()).expect("reads");
    let filled = rows.into_iter().map(|(_, _, mut fields)| {
        fields.resize(columns.len(), None);
        fields
    });
    let rows = filled.collect();
    (columns, rows)
}

proptest! {
    #[test]
    fn written_zeek_log_reads_back(blocks in blocks(), separator in prop_oneof![Just('\t'), Just(','), Just('|')], is_ascii: bool, at_once in 1_usize..99) {
        let text = zeek_log(&blocks, separator, is_ascii);
        prop_assert_eq!(read_log(&text, at_once), united(&blocks), "{}", text);
    }

    #[test]
    fn written_w3c_log_reads_back(mut blocks in blocks(), at_once in 1_usize..99) {
        for (names, rows) in &mut blocks {
            for name in names {
                *name = name.replace(' ', "-");
            }
            for field in rows.iter_mut().flatten() {
                let text = field.take().map(|text| text.replace(['\n', '\r'], "+"));
                *field = text.filter(|text| text != "-");
            }
        }
        let text = w3c_log(&blocks);
        prop_assert_eq!(read_log(&text, at_once), united(&blocks), "{}", text);
    }

    #[test]
    fn delimiter_that_is_found_reads_as_one_that_is_given(
        (width, rows) in (2_usize..5).prop_flat_map(|width| (Just(width), vec(vec("[a-z,\n\" ]{0,8}", width), 0..9))),
        delimiter in prop_oneof![Just(b';'), Just(b'\t'), Just(b'|')],
    ) {
        let separator = char::from(delimiter).to_string();
        let header: Vec<String> = (0..width).map(|column| format!("\"c, {column}\"")).collect();
        let mut text = header.join(&separator) + "\n";
        for row in rows {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text += &(cells.join(&separator) + "\n");
        }
        let given = read(text.as_bytes(), 99, csv_options().delimiter(Some(delimiter))).expect("given");
        let found = read(text.as_bytes(), 7, ReadOptions::new()).expect("found");
        prop_assert_eq!(found.0.len(), width);
        prop_assert_eq!(given, found);
    }

    #[test]
    fn any_bytes_behind_a_directive_are_rows_or_an_error(bytes in hostile(), at_once in 1_usize..9) {
        for start in ["#separator \\x2c\n#fields,a,b\n", "#Fields: a b\n", "#TYPE x\n", "sep=;\na;b\n"] {
            let text = [start.as_bytes(), &bytes[..]].concat();
            let options = ReadOptions::new().bad_rows(BadRows::Skip).max_record(48);
            let whole = read(&text, usize::MAX, options).map_err(|error| error.to_string());
            let dribbled = read(&text, at_once, options).map_err(|error| error.to_string());
            prop_assert_eq!(whole, dribbled);
        }
    }

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
fn record_past_the_limit_is_skipped_and_hides_no_other() {
    let options = csv_options().max_record(20).bad_rows(BadRows::Skip);
    let long = "\"0123\n,456\"\"789\n123456789\n12\",x";
    for at_once in [1, 3, 99] {
        let text = format!("a,b\n1,2\n{long}\n3,4\n0123456789,0123456789\n5,\"6\n\"\n");
        let (_, rows) = read(text.as_bytes(), at_once, options).expect("reads");
        let places: Vec<(u64, u64)> = rows.iter().map(|(row, line, _)| (*row, *line)).collect();
        assert_eq!(places, [(0, 2), (2, 7), (4, 9)], "{at_once}");
    }
    let open = format!("a,b\n1,\"{}", "x\n".repeat(99));
    let error = read(open.as_bytes(), 7, options).expect_err("is open").to_string();
    assert!(error.starts_with("x:2: the quote that opens here is not closed; "), "{error}");
    let error = read(open.as_bytes(), 7, options.max_record(2)).expect_err("header").to_string();
    assert!(error.starts_with("x:1: a header longer than 2 bytes; "), "{error}");
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
