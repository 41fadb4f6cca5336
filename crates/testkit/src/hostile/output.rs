//! Standard output, judged while it streams: nothing of it is kept.

use std::io::{self, Read};

use anyhow::Result;
use csv_core::ReadFieldResult;

use super::index::wanted;

/// How the records of an output are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    Ndjson,
}

/// Takes an output piece by piece.
pub(crate) struct Tally {
    n_bytes: u64,
    n_lines: u64,
    checksum: crc32fast::Hasher,
    form: Form,
    table: Table,
    searches: Vec<Search>,
}

/// What an output was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) n_bytes: u64,
    pub(crate) checksum: u32,
    /// Records after the header of a CSV, else lines.
    pub(crate) n_rows: u64,
    pub(crate) faults: Vec<String>,
}

impl Tally {
    /// For an output of this form, in which `has` lists the texts that must or must not be there
    /// and `input` the columns that the tool did not add.
    pub(crate) fn new(form: Form, input: Vec<String>, has: &str) -> Result<Self> {
        let searches = wanted(has)?.into_iter().map(|(present, text)| Search::new(present, text));
        Ok(Self {
            n_bytes: 0,
            n_lines: 0,
            checksum: crc32fast::Hasher::new(),
            form,
            table: Table::new(input),
            searches: searches.collect(),
        })
    }

    pub(crate) fn read(mut self, mut from: impl Read) -> io::Result<Judged> {
        let mut piece = vec![0; 1 << 18];
        loop {
            match from.read(&mut piece) {
                Ok(0) => return Ok(self.finish()),
                Ok(n) => self.push(&piece[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn push(&mut self, piece: &[u8]) {
        self.n_bytes += piece.len() as u64;
        self.checksum.update(piece);
        match self.form {
            Form::Csv => self.table.push(piece),
            Form::Ndjson => self.n_lines += piece.split(|byte| *byte == b'\n').count() as u64 - 1,
        }
        self.searches.iter_mut().for_each(|search| search.push(piece));
    }

    fn finish(mut self) -> Judged {
        self.table.finish();
        let mut faults: Vec<String> = self.table.fault.into_iter().collect();
        faults.extend(self.searches.iter().filter_map(Search::fault));
        let n_rows = match self.form {
            Form::Csv => self.table.n_records.saturating_sub(1),
            Form::Ndjson => self.n_lines,
        };
        Judged { n_bytes: self.n_bytes, checksum: self.checksum.finalize(), n_rows, faults }
    }
}

/// Counts records and looks at each cell for a number that is none.
struct Table {
    core: csv_core::Reader,
    input: Vec<String>,
    /// Of each column of the header, whether the tool added it.
    added: Vec<bool>,
    cell: [u8; 256],
    n_held: usize,
    column: usize,
    n_records: u64,
    fault: Option<String>,
}

impl Table {
    fn new(input: Vec<String>) -> Self {
        let core = csv_core::Reader::new();
        let (added, cell) = (Vec::new(), [0; 256]);
        Self { core, input, added, cell, n_held: 0, column: 0, n_records: 0, fault: None }
    }

    fn push(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            piece = &piece[self.step(piece).1..];
        }
    }

    fn finish(&mut self) {
        while !matches!(self.step(&[]).0, ReadFieldResult::End) {}
    }

    fn step(&mut self, piece: &[u8]) -> (ReadFieldResult, usize) {
        let (result, n_read, n_written) =
            self.core.read_field(piece, &mut self.cell[self.n_held..]);
        self.n_held += n_written;
        match result {
            ReadFieldResult::InputEmpty | ReadFieldResult::End => {}
            // What is left of a long cell is still too long for any text that is looked for.
            ReadFieldResult::OutputFull => self.n_held /= 2,
            ReadFieldResult::Field { record_end } => {
                self.end_cell();
                if record_end {
                    self.end_record();
                }
            }
        }
        (result, n_read)
    }

    fn end_cell(&mut self) {
        let cell = &self.cell[..self.n_held];
        if self.n_records == 0 {
            self.added.push(!self.input.iter().any(|name| name.as_bytes() == cell));
        } else if self.added.get(self.column) == Some(&true)
            && matches!(cell, b"NaN" | b"nan" | b"inf" | b"-inf" | b"Infinity")
            && self.fault.is_none()
        {
            let (cell, column) = (String::from_utf8_lossy(cell), self.column + 1);
            self.fault = Some(format!("{cell} in column {column}, record {}", self.n_records + 1));
        }
        self.column += 1;
        self.n_held = 0;
    }

    fn end_record(&mut self) {
        self.n_records += 1;
        if self.column != self.added.len() && self.fault.is_none() {
            let (own, all) = (self.column, self.added.len());
            let record = self.n_records;
            self.fault = Some(format!("output is no CSV: {own} of {all} cells, record {record}"));
        }
        self.column = 0;
    }
}

/// Looks for a text that may come in pieces.
struct Search {
    text: String,
    present: bool,
    found: bool,
    /// The end of what came before, too short to hold the text.
    end: Vec<u8>,
}

impl Search {
    fn new(present: bool, text: String) -> Self {
        Self { found: text.is_empty(), text, present, end: Vec::new() }
    }

    fn push(&mut self, piece: &[u8]) {
        if self.found {
            return;
        }
        self.end.extend_from_slice(piece);
        let text = self.text.as_bytes();
        self.found = self.end.windows(text.len()).any(|window| window == text);
        let n_done = self.end.len().saturating_sub(text.len() - 1);
        self.end.drain(..n_done);
    }

    fn fault(&self) -> Option<String> {
        let what = if self.present { "lacks" } else { "holds" };
        (self.found != self.present).then(|| format!("stdout_has: output {what} {:?}", self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges a text that comes in pieces of `size` bytes.
    fn judged(form: Form, text: &str, has: &str, size: usize) -> Judged {
        let mut tally = Tally::new(form, vec!["f1".to_owned()], has).unwrap();
        text.as_bytes().chunks(size).for_each(|piece| tally.push(piece));
        tally.finish()
    }

    #[test]
    fn how_the_bytes_arrive_changes_nothing() {
        let text = "f1,b\n1,\"a\nb\"\"\"\n2,long cells too\n";
        let whole = judged(Form::Csv, text, "\"\"\"\n && long && NOT x", text.len());
        assert_eq!((whole.n_rows, whole.n_bytes), (2, text.len() as u64));
        assert_eq!(whole.faults, Vec::<String>::new());
        for size in 1..9 {
            assert_eq!(judged(Form::Csv, text, "\"\"\"\n && long && NOT x", size), whole);
        }
    }

    #[test]
    fn a_number_that_is_none_is_a_fault_in_an_added_column_alone() {
        assert!(judged(Form::Csv, "f1,b\nNaN,1\n", "", 3).faults.is_empty());
        let fault = &judged(Form::Csv, "f1,b\n1,1\n1,-inf\n", "", 3).faults[0];
        assert_eq!(fault, "-inf in column 2, record 3");
    }

    #[test]
    fn a_record_of_another_length_is_a_fault() {
        assert_eq!(judged(Form::Csv, "f1,b\n1\n", "", 9).faults.len(), 1);
        assert_eq!(judged(Form::Csv, "f1,b\n1,2,3\n1,2\n", "", 9).faults.len(), 1);
    }

    #[test]
    fn long_cells_are_cells() {
        let text = format!("f1,b\n{},{}NaN\n", "a".repeat(1000), "b".repeat(255));
        let judged = judged(Form::Csv, &text, "", 100);
        assert_eq!((judged.n_rows, judged.faults.len()), (1, 0));
    }

    #[test]
    fn texts_that_lack_or_should_lack_are_faults() {
        assert_eq!(judged(Form::Ndjson, "{}\n{}\n", "x && NOT }\n{", 2).faults.len(), 2);
        assert_eq!(judged(Form::Ndjson, "{}\n{}\n", "", 2).n_rows, 2);
    }

    #[test]
    fn nothing_is_no_row() {
        assert_eq!(judged(Form::Csv, "", "", 1), Judged::default());
    }
}
