//! Malformed and hostile files: what the reader alone makes of them.

use std::path::PathBuf;

use oddsift_records::{BadRows, Batch, Error, ReadOptions, Reader, Record, Summary};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/badinput")
}

type Rows = Vec<Vec<Option<String>>>;

/// All rows as owned text, and the summary.
fn read(file: &str, options: ReadOptions) -> Result<(Rows, Summary), Error> {
    let mut reader = Reader::open(folder().join(file), options)?;
    let (mut batch, mut rows) = (Batch::new(), Rows::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            rows.push((0..row.n_fields()).map(|at| row.field(at).map(String::from)).collect());
        }
    }
    Ok((rows, reader.summary().clone()))
}

fn skip() -> ReadOptions {
    ReadOptions::new().bad_rows(BadRows::Skip)
}

/// The message without the folder.
fn message(file: &str, options: ReadOptions) -> String {
    let error = read(file, options).expect_err(file).to_string();
    assert!(error.len() <= 1000 && !error.contains(char::is_control), "{error}");
    let place = error.find(file).unwrap_or_else(|| panic!("{file} is not named in {error}"));
    error[place..].to_owned()
}

#[test]
fn accepted_files_give_the_rows_that_the_index_states() {
    let mut index = csv::Reader::from_path(folder().join("index.csv")).expect("the index");
    let mut n_checked = 0;
    for row in index.records() {
        let row = row.expect("a row of the index");
        let is_plain = row[3].starts_with("features {} ") && !row[3].contains("--delimiter");
        if !matches!(&row[1], "csv" | "ndjson") || !is_plain || &row[4] != "accept" {
            continue;
        }
        if row[5].is_empty() {
            continue;
        }
        let (rows, summary) = read(&row[0], ReadOptions::new()).expect(&row[0]);
        assert_eq!(rows.len().to_string(), &row[5], "{}", &row[0]);
        assert_eq!(summary.skipped().count(), 0, "{}", &row[0]);
        n_checked += 1;
    }
    assert!(n_checked > 0, "no case of the index was checked");
}

#[test]
fn no_file_makes_the_reader_panic_and_skipping_never_reads_less() {
    for kind in ["csv", "ndjson"] {
        for entry in std::fs::read_dir(folder().join(kind)).expect(kind) {
            let name = entry.expect(kind).file_name();
            let file = format!("{kind}/{}", name.to_string_lossy());
            let strict = read(&file, ReadOptions::new()).map(|(rows, _)| rows.len());
            let lenient = read(&file, skip()).map(|(rows, _)| rows.len());
            if let Ok(strict) = strict {
                assert_eq!(lenient.expect(&file), strict, "{file}");
            }
        }
    }
}

#[test]
fn strict_reader_names_the_place_and_the_fault() {
    for (file, start) in [
        ("csv/duplicate_header.csv", ":1:"),
        ("csv/empty_file.csv", ": is empty"),
        ("csv/gzip_bomb_64m.csv.gz", ":2:"),
        ("csv/quoted_newline_then_bad_row.csv", ":5:4: expected 6 fields, found 3; "),
        ("csv/ragged_long_row.csv", ":3:7: expected 6 fields, found 8; "),
        ("csv/ragged_short_row.csv", ":3:4: expected 6 fields, found 3; "),
        ("csv/sep_never_used.csv", ":2: \"sep=;\" is on the first line, but the header is"),
        ("csv/w3c_open_quote.log", ":7: the quote that opens here does not close on its line; "),
        ("csv/w3c_without_fields.log", ":4: a W3C extended log without #Fields:, "),
        ("csv/zeek_cut_last_line.log", ":11: expected 6 fields, found 4; complete the row, "),
        ("csv/zeek_fields_twice.log", ":7: the column \"Computer\" is there twice; "),
        ("csv/zeek_separator_of_two.log", ":1: the separator \"\\x09\\x09\" is not one "),
        ("csv/zeek_spaces_for_tabs.log", ":7: a Zeek log without #fields, "),
        ("csv/zeek_without_fields.log", ":7: a Zeek log without #fields, "),
        ("csv/unterminated_quote.csv", ":3:4: the quote that opens here is not closed; "),
        ("ndjson/deep_nesting_20000.ndjson", ":2:1: found a JSON array"),
        ("ndjson/duplicate_keys.ndjson", ":1:212: the key \"CommandLine\" is there twice"),
        ("ndjson/nan_and_infinity_literals.ndjson", ":1:"),
        ("ndjson/object_then_garbage.ndjson", ":1:199: text after the object"),
        ("ndjson/raw_control_char.ndjson", ":1:166: the control character 0x01"),
        ("ndjson/truncated_last_line.ndjson", ":2:"),
    ] {
        let message = message(file, ReadOptions::new());
        assert!(message.starts_with(&format!("{file}{start}")), "{message}");
    }
}

#[test]
fn skipping_reader_counts_and_names_the_first() {
    for (file, n_rows, n_skipped, line) in [
        ("csv/quoted_newline_then_bad_row.csv", 1, 1, 5),
        ("csv/ragged_long_row.csv", 2, 1, 3),
        ("csv/ragged_short_row.csv", 2, 1, 3),
        ("csv/gzip_bomb_64m.csv.gz", 0, 1, 2),
        ("csv/w3c_open_quote.log", 2, 1, 7),
        ("csv/zeek_cut_last_line.log", 2, 1, 11),
        ("ndjson/deep_nesting_20000.ndjson", 1, 1, 2),
        ("ndjson/truncated_last_line.ndjson", 1, 1, 2),
    ] {
        let (rows, summary) = read(file, skip()).expect(file);
        let first = summary.skipped().first().expect(file);
        let found = (rows.len(), summary.skipped().count(), first.line);
        assert_eq!(found, (n_rows, n_skipped, line), "{file}");
        let [warning] = &summary.warnings(file)[..] else { panic!("{file}") };
        assert!(warning.starts_with(&format!("{file}:{line}:")), "{warning}");
        assert!(warning.contains(": 1 row skipped: "), "{warning}");
    }
}

#[test]
fn what_is_taken_for_no_row_is_told() {
    for (file, told) in [
        ("csv/delimiter_semicolon.csv", ":1: the fields are separated by \";\", not by a comma"),
        ("csv/header_repeated.csv", ":4: 1 repeated header line skipped, the first at line 4"),
        ("csv/rows_longer_by_one.csv", ":1:7: 1 column has no name: column 7"),
        ("csv/sep_semicolon.csv", ":1: the line \"sep=;\" is no header and was left out"),
        ("csv/type_line_powershell.csv", ":1: the line \"#TYPE System.Management.Automation.PS"),
        ("csv/utf16le_no_bom.csv", ":1: read as UTF-16LE, without a byte order mark that says so"),
    ] {
        let (rows, summary) = read(file, ReadOptions::new()).expect(file);
        assert_eq!(rows.len(), 3, "{file}");
        let warnings = summary.warnings(file);
        assert!(warnings[0].starts_with(&format!("{file}{told}")), "{warnings:?}");
    }
}

#[test]
fn joined_logs_have_the_columns_of_all() {
    let file = "csv/zeek_joined_other_fields.log";
    let mut reader = Reader::open(folder().join(file), ReadOptions::new()).expect(file);
    let (mut batch, mut columns) = (Batch::new(), Vec::new());
    while reader.next_batch(&mut batch).expect(file) {
        assert!(batch.iter().all(|row| row.n_fields() == batch.columns().len()));
        columns.push(batch.columns().len());
    }
    assert_eq!(columns, [6, 7]);
    assert_eq!(reader.columns()[6], "uid");
    assert_eq!(reader.summary().format(), Some("Zeek log (process)"));
}

#[test]
fn open_quote_is_an_error_even_where_rows_are_skipped() {
    assert!(message("csv/unterminated_quote.csv", skip()).contains(":3:4: "));
}

#[test]
fn bytes_that_are_no_utf8_are_replaced_and_counted() {
    let file = "csv/invalid_utf8_in_commandline.csv";
    let (rows, summary) = read(file, ReadOptions::new()).expect(file);
    assert_eq!((rows.len(), summary.replaced().count()), (3, 1));
    assert!(summary.warnings(file)[0].starts_with(&format!("{file}:3: 1 row changed")));
    assert!(rows[1][4].as_ref().is_some_and(|text| text.contains('\u{fffd}')));
}

#[test]
fn first_column_has_no_byte_order_mark_and_the_last_no_carriage_return() {
    for file in ["csv/utf8_bom.csv", "csv/utf16le_bom_powershell.csv", "csv/crlf.csv"] {
        let reader = Reader::open(folder().join(file), ReadOptions::new()).expect(file);
        assert_eq!(reader.columns()[0], "TimeCreatedUtc", "{file}");
        assert_eq!(reader.columns()[5], "SubjectLogonId", "{file}");
        let (rows, _) = read(file, ReadOptions::new()).expect(file);
        assert!(rows.iter().all(|row| row[5].as_ref().is_some_and(|id| !id.ends_with('\r'))));
    }
}

#[test]
fn types_of_json_values_are_told() {
    use oddsift_records::FieldKind::{Bool, Missing, Number, Text};

    let path = folder().join("ndjson/wrong_types.ndjson");
    let mut reader = Reader::open(path, ReadOptions::new()).expect("opens");
    let column = reader.columns().iter().position(|name| name == "CommandLine").expect("column");
    let mut batch = Batch::new();
    reader.next_batch(&mut batch).expect("reads");
    let kinds: Vec<_> = batch.iter().map(|row| row.kind(column)).collect();
    assert_eq!(kinds, [Number, Missing, Text, Missing, Bool]);
}

#[test]
fn number_past_f64_keeps_its_text() {
    let (rows, _) = read("ndjson/number_1e400.ndjson", ReadOptions::new()).expect("reads");
    assert_eq!(rows[0][1].as_deref(), Some("1e400"));
}
