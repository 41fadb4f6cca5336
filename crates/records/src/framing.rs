use csv_core::{ReadRecordResult as Step, ReaderBuilder};

use crate::{
    Fault,
    buffer::Buffer,
    reader::{MAX_COLUMNS, Stop, Tally},
    repeats::Repeats,
};

/// The beginning of an input by which its framing is found: so many bytes, and records.
pub(crate) const SAMPLE_BYTES: usize = 64 << 10;
const SAMPLE_RECORDS: usize = 100;

/// What else than a comma may separate fields.
const CANDIDATES: [u8; 3] = [b';', b'\t', b'|'];

/// How delimited text is framed.
#[derive(Debug, Default)]
pub(crate) struct Framing {
    pub(crate) delimiter: u8,
    /// Lines before the header that are none of it, as a spreadsheet or shell writes them. They were taken
    /// from the buffer.
    pub(crate) preamble: Vec<Vec<u8>>,
    /// Whether the records have one field more than the header, as those of Event Viewer.
    pub(crate) has_surplus: bool,
}

impl Framing {
    /// Finds the framing by the beginning of the input. A delimiter that was given is the delimiter;
    /// `usual` is that of the file's name.
    pub(crate) fn find(
        buffer: &mut Buffer,
        given: Option<u8>,
        usual: u8,
        tally: &mut Tally<'_>,
    ) -> Result<Self, Stop> {
        let mut framing = Self { delimiter: given.unwrap_or(usual), ..Self::default() };
        let named = framing.take_preamble(buffer, tally)?;
        buffer.fill(SAMPLE_BYTES.saturating_add(1))?;
        let sample = buffer.window();
        framing.delimiter = match (given, named) {
            (Some(given), _) => given,
            (None, Some(named)) => framing.check_named(named, sample)?,
            (None, None) if usual == b',' => framing.delimiter_of(sample, tally),
            (None, None) => usual,
        };
        framing.has_surplus = framing.shapes(sample, framing.delimiter).have_surplus();
        tally.format(format_name(framing.delimiter));
        Ok(framing)
    }

    fn shapes(&self, sample: &[u8], delimiter: u8) -> Shapes {
        Shapes::of(sample, delimiter, &self.preamble)
    }

    /// Takes the lines before the header, and finds the delimiter that one of them names.
    fn take_preamble(
        &mut self,
        buffer: &mut Buffer,
        tally: &mut Tally<'_>,
    ) -> Result<Option<u8>, Stop> {
        self.take_line(buffer, tally, |line| line.starts_with(b"#TYPE ").then_some(0))?;
        self.take_line(buffer, tally, named_delimiter)
    }

    fn take_line(
        &mut self,
        buffer: &mut Buffer,
        tally: &mut Tally<'_>,
        is_it: fn(&[u8]) -> Option<u8>,
    ) -> Result<Option<u8>, Stop> {
        buffer.fill(SAMPLE_BYTES)?;
        let window = buffer.window();
        let line = window.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
        let is_whole = line.len() < window.len() || window.len() < SAMPLE_BYTES;
        let found = is_it(line).filter(|_| is_whole);
        if found.is_some() {
            let behind = window.get(line.len()..).unwrap_or_default();
            let end = if behind.starts_with(b"\r\n") { 2 } else { 1 };
            let line = line.to_vec();
            buffer.consume(line.len().saturating_add(end));
            tally.remark(self.header_line(), preamble_remark(&line));
            self.preamble.push(line);
        }
        Ok(found)
    }

    /// Where the header is expected.
    pub(crate) fn header_line(&self) -> u64 {
        (self.preamble.len() as u64).saturating_add(1)
    }

    /// A delimiter that separates nothing, where another one does, is an error of the file.
    fn check_named(&self, named: u8, sample: &[u8]) -> Result<u8, Stop> {
        if self.shapes(sample, named).n_header > 1 {
            return Ok(named);
        }
        let others = CANDIDATES.into_iter().chain([b',']).filter(|byte| *byte != named);
        match only_one(others.filter(|other| self.shapes(sample, *other).are_consistent())) {
            None => Ok(named),
            Some(found) => Err(Stop::Bad {
                line: self.header_line(),
                column: None,
                fault: Fault::UnusedSeparator { named, found },
            }),
        }
    }

    /// The comma, unless it separates nothing, or no record as the header, and exactly one other character
    /// separates both.
    fn delimiter_of(&self, sample: &[u8], tally: &mut Tally<'_>) -> u8 {
        let by_comma = self.shapes(sample, b',');
        if by_comma.n_header == 0 || (by_comma.n_outside > 1 && by_comma.may_be_right()) {
            return b',';
        }
        let found =
            CANDIDATES.into_iter().filter(|byte| self.shapes(sample, *byte).are_consistent());
        let Some(delimiter) = only_one(found) else { return b',' };
        let what = format!("the fields are separated by {}, not by a comma", word(delimiter));
        tally.remark(self.header_line(), what);
        delimiter
    }
}

fn only_one(mut found: impl Iterator<Item = u8>) -> Option<u8> {
    found.next().filter(|_| found.next().is_none())
}

fn format_name(delimiter: u8) -> String {
    match delimiter {
        b',' => "CSV".to_owned(),
        delimiter => format!("CSV, separated by {}", word(delimiter)),
    }
}

fn word(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tabs".to_owned(),
        delimiter => format!("\"{}\"", char::from(delimiter)),
    }
}

fn preamble_remark(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line);
    let short: String = line.chars().take(100).collect();
    format!("the line \"{short}\" is no header and was left out")
}

/// The delimiter of a line `sep=;`, with or without quotes, as spreadsheets take it.
fn named_delimiter(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (name, value) = line.split_at_checked(4)?;
    match value {
        [byte] if name.eq_ignore_ascii_case(b"sep=") => {
            (byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'"').then_some(*byte)
        }
        _ => None,
    }
}

/// The numbers of fields of the records of a sample, by one delimiter.
#[derive(Debug, Default)]
struct Shapes {
    /// Fields of the header; none where it is no whole record.
    n_header: usize,
    /// Fields of the header by the delimiters outside quotes: behind `"a, b";` the parser takes a quote for
    /// text.
    n_outside: usize,
    /// Fields of each record that is not the header again.
    records: Vec<usize>,
}

impl Shapes {
    /// Only whole records count: the last of a sample may be cut off.
    fn of(sample: &[u8], delimiter: u8, preamble: &[Vec<u8>]) -> Self {
        let is_cut = sample.len() > SAMPLE_BYTES;
        let mut bytes = sample.get(..SAMPLE_BYTES).unwrap_or(sample).to_vec();
        if !is_cut {
            bytes.push(b'\n');
        }
        let mut core = ReaderBuilder::new().delimiter(delimiter).build();
        let (mut text, mut ends) = (vec![0; bytes.len()], vec![0; MAX_COLUMNS]);
        let (mut shapes, mut repeats) = (Self::default(), None::<Repeats>);
        let mut rest = bytes.as_slice();
        while shapes.records.len() < SAMPLE_RECORDS {
            let (step, n_read, n_text, n_ends) = core.read_record(rest, &mut text, &mut ends);
            if !matches!(step, Step::Record) {
                break;
            }
            let (raw, behind) = rest.split_at_checked(n_read).unwrap_or_default();
            rest = behind;
            let (text, ends) = (text.get(..n_text), ends.get(..n_ends));
            let (text, ends) = (text.unwrap_or_default(), ends.unwrap_or_default());
            let Some(repeats) = &repeats else {
                shapes.n_header = n_ends;
                shapes.n_outside = n_outside_quotes(raw, delimiter).unwrap_or(n_ends);
                repeats = Some(Repeats::new(text, ends, delimiter, preamble));
                continue;
            };
            if !repeats.has(text, ends) {
                shapes.records.push(n_ends);
            }
        }
        shapes
    }

    fn n_with(&self, n_fields: usize) -> usize {
        self.records.iter().filter(|found| **found == n_fields).count()
    }

    /// Whether each record has one field more than the header. One record alone may be a bad row, and a
    /// header of one name a text with a comma in it.
    fn have_surplus(&self) -> bool {
        let n_records = self.records.len();
        let is_header = (2..MAX_COLUMNS).contains(&self.n_header);
        is_header && n_records > 1 && self.n_with(self.n_header.saturating_add(1)) == n_records
    }

    /// Whether there is a record that the delimiter separates as the header, or nothing to tell by.
    fn may_be_right(&self) -> bool {
        self.records.is_empty() || self.n_with(self.n_header) > 0 || self.have_surplus()
    }

    /// Whether the delimiter separates the header, and the records, but for a bad one in four, into as
    /// many fields.
    fn are_consistent(&self) -> bool {
        let n_equal = self.n_with(self.n_header).saturating_mul(4);
        let is_equal = n_equal >= self.records.len().saturating_mul(3);
        self.n_header > 1 && (is_equal || self.have_surplus())
    }
}

/// The number of fields by the delimiters outside quotes; none where a quote stays open.
fn n_outside_quotes(line: &[u8], delimiter: u8) -> Option<usize> {
    let (mut in_quotes, mut n_fields) = (false, 1_usize);
    for byte in line {
        in_quotes ^= *byte == b'"';
        n_fields = n_fields.saturating_add(usize::from(*byte == delimiter && !in_quotes));
    }
    (!in_quotes).then_some(n_fields)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::{Batch, Error, ReadOptions, Reader};

    fn open(text: &str) -> Result<Reader, Error> {
        Reader::new("x.csv", Cursor::new(text.to_owned()), ReadOptions::new())
    }

    fn columns(text: &str) -> Vec<String> {
        open(text).unwrap().columns().to_vec()
    }

    #[test]
    fn delimiter_is_found_where_the_header_leaves_no_doubt() {
        assert_eq!(columns("a;b;c\n1;2;3\n4,5;6;7\n"), ["a", "b", "c"]);
        assert_eq!(columns("a\tb\n1\t2\n"), ["a", "b"]);
        assert_eq!(columns("a|b\n1|2\n"), ["a", "b"]);
        assert_eq!(columns("\"a, b\";\"c, d\"\n\"x, y\";\"z, w\"\n"), ["a, b", "c, d"]);
        assert_eq!(columns("\"a;x, y\";b\n\"1;\n\";2\n"), ["a;x, y", "b"]);
        assert_eq!(columns("a;b (x, y);c\n1;2;3\n"), ["a", "b (x, y)", "c"]);
        assert_eq!(columns("a;b\n1;2;x\n3;4;y\n"), ["a", "b", "column 3"]);
    }

    #[test]
    fn comma_stays_where_there_is_doubt() {
        for (text, expected) in [
            ("note; remark\nx\ny\n", vec!["note; remark"]),
            ("a;b|c\n1;2|3\n", vec!["a;b|c"]),
            ("note\na;b\nc;d\n", vec!["note"]),
            ("\"a;b\"\n1;2\n", vec!["a;b"]),
            ("\"x;y, z\",b;c\n1,2\n", vec!["x;y, z", "b;c"]),
        ] {
            assert_eq!(columns(text), expected);
        }
    }

    #[test]
    fn first_line_of_a_spreadsheet_names_the_delimiter() {
        for first in ["sep=;\r\n", "\"SEP=;\"\n", "sep=;\r", "#TYPE x\nsep=;\n"] {
            assert_eq!(columns(&format!("{first}a,x;b\n1;2\n")), ["a,x", "b"], "{first}");
        }
        assert_eq!(columns("sep=ab\nx\n"), ["sep=ab"]);
        let error = open("sep=;\na,b\n1,2\n").unwrap_err().to_string();
        assert!(error.starts_with("x.csv:2: \"sep=;\" is on the first line, but "), "{error}");
    }

    #[test]
    fn lines_before_the_header_count_as_lines_and_are_told() {
        let mut reader = open("#TYPE System.Object\r\na,b\r\n1,2\r\n").unwrap();
        let mut batch = Batch::new();
        assert!(reader.next_batch(&mut batch).unwrap());
        assert_eq!(batch.iter().next().map(|row| crate::Record::line(&row)), Some(3));
        let warnings = reader.summary().warnings("x.csv");
        assert_eq!(
            warnings,
            ["x.csv:1: the line \"#TYPE System.Object\" is no header and was left out"]
        );
    }

    #[test]
    fn surplus_field_of_all_rows_gets_a_name_of_its_own() {
        assert_eq!(columns("a,column 3\n1,2,3\n4,5,6\n"), ["a", "column 3", "column 3 (2)"]);
        assert_eq!(columns("a,b\n1,2,3\n4,5\n"), ["a", "b"]);
        assert_eq!(columns("a,b\n1,2,3\n"), ["a", "b"]);
        assert_eq!(columns("a\n1,2\n3,4\n"), ["a"]);
    }
}
