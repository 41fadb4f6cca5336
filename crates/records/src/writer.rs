use std::{
    fmt,
    io::{self, Write},
    str::FromStr,
};

use crate::{Cell, Error, cell::push_json_string};

/// A format that can be written.
///
/// ```
/// use oddsift_records::OutputFormat;
///
/// assert_eq!("ndjson".parse::<OutputFormat>()?, OutputFormat::Ndjson);
/// assert_eq!(OutputFormat::Md.to_string(), "md");
/// assert!("xml".parse::<OutputFormat>().is_err());
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// Comma separated values with a header.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects.
    Json,
    /// A table of Markdown.
    Md,
}

impl OutputFormat {
    /// All formats.
    ///
    /// ```
    /// use oddsift_records::OutputFormat;
    ///
    /// let names = OutputFormat::ALL.map(|format| format.to_string());
    /// assert_eq!(names, ["csv", "ndjson", "json", "md"]);
    /// ```
    pub const ALL: [Self; 4] = [Self::Csv, Self::Ndjson, Self::Json, Self::Md];
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Md => "md",
        })
    }
}

impl FromStr for OutputFormat {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let named = Self::ALL.into_iter().find(|format| format.to_string() == text);
        named.ok_or_else(|| Error::OutputFormat { text: text.to_owned() })
    }
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// Leave CSV text as it is, even where a spreadsheet would run it as a formula.
    ///
    /// The default, false, puts a `'` before text that begins with `=`, `+`, `-`, `@`, a tab, a
    /// carriage return or a full-width form, unless it is a plain number.
    pub raw: bool,
}

/// Writes rows, one cell a column, in any [`OutputFormat`]. Lines end with a line feed.
///
/// ```
/// use oddsift_records::{Cell, OutputFormat, RowWriter, WriteOptions};
///
/// let columns = ["name".to_string(), "score".to_string()];
/// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, WriteOptions::default())?;
/// writer.write_row(&[Cell::Text("=cmd|x"), Cell::Float(-0.5)])?;
/// assert_eq!(writer.finish()?, b"name,score\n'=cmd|x,-0.5\n");
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug)]
pub struct RowWriter<W: Write> {
    inner: W,
    format: OutputFormat,
    options: WriteOptions,
    n_columns: usize,
    n_rows: u64,
    /// JSON keys with their colon.
    keys: Vec<String>,
    csv: csv_core::Writer,
    cell: String,
    line: Vec<u8>,
}

impl<W: Write> RowWriter<W> {
    /// Writes the header, where the format has one, to `inner`, which should be buffered.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    ///
    /// ```
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// let columns = ["a".to_string()];
    /// let writer = RowWriter::new(Vec::new(), OutputFormat::Json, &columns, WriteOptions::default())?;
    /// assert_eq!(writer.finish()?, b"[]\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn new(
        inner: W,
        format: OutputFormat,
        columns: &[String],
        options: WriteOptions,
    ) -> Result<Self, Error> {
        let mut writer = Self {
            inner,
            format,
            options,
            n_columns: columns.len(),
            n_rows: 0,
            keys: columns.iter().map(|name| json_key(name)).collect(),
            csv: csv_core::Writer::new(),
            cell: String::new(),
            line: Vec::new(),
        };
        let names: Vec<Cell<'_>> = columns.iter().map(|name| Cell::Text(name)).collect();
        match format {
            OutputFormat::Csv => writer.csv_row(&names),
            OutputFormat::Md => writer.markdown_header(&names),
            OutputFormat::Ndjson | OutputFormat::Json => {}
        }
        writer.write_line()?;
        Ok(writer)
    }

    /// Writes one row.
    ///
    /// # Errors
    ///
    /// [`Error::CellCount`] if there is not one cell a column, [`Error::Write`].
    ///
    /// ```
    /// use oddsift_records::{Cell, OutputFormat, RowWriter, WriteOptions};
    ///
    /// let columns = ["a".to_string(), "b".to_string()];
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Ndjson, &columns, WriteOptions::default())?;
    /// writer.write_row(&[Cell::Missing, Cell::Json("1.50")])?;
    /// assert!(writer.write_row(&[Cell::Missing]).is_err());
    /// assert_eq!(writer.finish()?, b"{\"a\":null,\"b\":1.50}\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        if cells.len() != self.n_columns {
            return Err(Error::CellCount { expected: self.n_columns, found: cells.len() });
        }
        match self.format {
            OutputFormat::Csv => self.csv_row(cells),
            OutputFormat::Ndjson => {
                self.json_object(cells);
                self.line.push(b'\n');
            }
            OutputFormat::Json => {
                self.line.extend_from_slice(if self.n_rows == 0 { b"[\n" } else { b",\n" });
                self.json_object(cells);
            }
            OutputFormat::Md => self.markdown_row(cells),
        }
        self.n_rows = self.n_rows.saturating_add(1);
        self.write_line()
    }

    /// Writes what ends the output, flushes, and gives `inner` back.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    ///
    /// ```
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// let writer = RowWriter::new(Vec::new(), OutputFormat::Md, &["a".to_string()], WriteOptions::default())?;
    /// assert_eq!(writer.finish()?, b"| a |\n| --- |\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn finish(mut self) -> Result<W, Error> {
        if self.format == OutputFormat::Json {
            self.line.extend_from_slice(if self.n_rows == 0 { b"[]\n" } else { b"\n]\n" });
        }
        self.write_line()?;
        self.inner.flush().map_err(Error::Write)?;
        Ok(self.inner)
    }

    fn write_line(&mut self) -> Result<(), Error> {
        self.inner.write_all(&self.line).map_err(Error::Write)?;
        self.line.clear();
        Ok(())
    }

    fn csv_row(&mut self, cells: &[Cell<'_>]) {
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                self.line.push(b',');
            }
            self.cell.clear();
            cell.push_csv(self.options.raw, &mut self.cell);
            push_csv_field(&self.csv, &self.cell, cells.len() == 1, &mut self.line);
        }
        self.line.push(b'\n');
    }

    fn json_object(&mut self, cells: &[Cell<'_>]) {
        self.cell.clear();
        self.cell.push('{');
        for (column, (key, cell)) in self.keys.iter().zip(cells).enumerate() {
            if column > 0 {
                self.cell.push(',');
            }
            self.cell.push_str(key);
            cell.push_json(&mut self.cell);
        }
        self.cell.push('}');
        self.line.extend_from_slice(self.cell.as_bytes());
    }

    fn markdown_header(&mut self, names: &[Cell<'_>]) {
        self.markdown_row(names);
        self.line.push(b'|');
        self.line.extend_from_slice(&b" --- |".repeat(names.len()));
        self.line.push(b'\n');
    }

    fn markdown_row(&mut self, cells: &[Cell<'_>]) {
        self.line.push(b'|');
        for cell in cells {
            self.cell.clear();
            cell.push_markdown(&mut self.cell);
            self.line.push(b' ');
            self.line.extend_from_slice(self.cell.as_bytes());
            self.line.extend_from_slice(b" |");
        }
        self.line.push(b'\n');
    }
}

fn json_key(name: &str) -> String {
    let mut key = String::new();
    push_json_string(name, &mut key);
    key.push(':');
    key
}

/// Quotes where the `csv` crate says that it is needed; a lone empty cell would be a blank line.
fn push_csv_field(csv: &csv_core::Writer, field: &str, is_only: bool, line: &mut Vec<u8>) {
    let is_quoted = csv.should_quote(field.as_bytes()) || (is_only && field.is_empty());
    if !is_quoted {
        line.extend_from_slice(field.as_bytes());
        return;
    }
    line.push(b'"');
    for byte in field.bytes() {
        if byte == b'"' {
            line.push(b'"');
        }
        line.push(byte);
    }
    line.push(b'"');
}

/// Nothing but `io::Error` can come of writing.
impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Write(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: OutputFormat, columns: &[&str], rows: &[&[Cell<'_>]]) -> String {
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let mut writer =
            RowWriter::new(Vec::new(), format, &columns, WriteOptions::default()).unwrap();
        for row in rows {
            writer.write_row(row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn csv_quotes_what_needs_it_and_nothing_else() {
        let rows: &[&[Cell<'_>]] = &[
            &[Cell::Text("a,b"), Cell::Text("say \"x\"")],
            &[Cell::Text("two\nlines"), Cell::Text("\r=1")],
            &[Cell::Text(" plain "), Cell::Missing],
        ];
        let expected = "x,'=y\n\"a,b\",\"say \"\"x\"\"\"\n\"two\nlines\",\"'\r=1\"\n plain ,\n";
        assert_eq!(written(OutputFormat::Csv, &["x", "=y"], rows), expected);
    }

    #[test]
    fn lone_missing_cell_is_no_blank_line() {
        assert_eq!(written(OutputFormat::Csv, &["x"], &[&[Cell::Missing]]), "x\n\"\"\n");
    }

    #[test]
    fn json_is_one_array_and_never_guarded() {
        let rows: &[&[Cell<'_>]] = &[&[Cell::Text("=1")], &[Cell::Bool(true)]];
        let expected = "[\n{\"a\\\"\":\"=1\"},\n{\"a\\\"\":true}\n]\n";
        assert_eq!(written(OutputFormat::Json, &["a\""], rows), expected);
    }

    #[test]
    fn markdown_cells_stay_in_their_cell() {
        let rows: &[&[Cell<'_>]] = &[&[Cell::Text("a|b\nc")]];
        assert_eq!(written(OutputFormat::Md, &["x"], rows), "| x |\n| --- |\n| a\\|b<br>c |\n");
    }
}
