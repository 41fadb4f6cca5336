use std::{fmt, io::Write, str::FromStr};

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
#[non_exhaustive]
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
    /// carriage return or a full-width form, unless it is a plain number or a lone
    /// `-`, the mark of a missing value.
    pub raw: bool,
}

const ARRAY_START: &[u8] = b"[\n";
const ARRAY_COMMA: &[u8] = b",\n";

/// Rows without header or end, made apart from the [`RowWriter`] that appends them.
#[derive(Debug)]
pub struct RowChunk(RowWriter<Vec<u8>>);

impl RowChunk {
    /// Adds a row.
    ///
    /// # Errors
    ///
    /// [`Error::CellCount`] if there is not one cell a column.
    ///
    /// ```
    /// # use oddsift_records::{Cell, OutputFormat, RowWriter, WriteOptions};
    /// let columns = ["a".to_string()];
    /// let writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, WriteOptions::default())?;
    /// assert!(writer.chunk().write_row(&[Cell::Bool(true)]).is_ok());
    /// assert!(writer.chunk().write_row(&[]).is_err());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn write_row(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        self.0.write_row(cells)
    }

    /// An empty chunk for the same writer.
    ///
    /// ```
    /// # use oddsift_records::{Cell, OutputFormat, RowWriter, WriteOptions};
    /// let columns = ["a".to_string()];
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, WriteOptions::default())?;
    /// let mut first = writer.chunk();
    /// let mut second = first.another();
    /// first.write_row(&[Cell::Int(1)])?;
    /// second.write_row(&[Cell::Int(2)])?;
    /// writer.append(&first)?;
    /// writer.append(&second)?;
    /// assert_eq!(writer.finish()?, b"a\n1\n2\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn another(&self) -> Self {
        Self(self.0.without_rows())
    }
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
    keys: Vec<Vec<u8>>,
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
                self.line.extend_from_slice(if self.n_rows == 0 {
                    ARRAY_START
                } else {
                    ARRAY_COMMA
                });
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

    /// An empty chunk of rows, for another thread to fill and this writer to
    /// [`append`](Self::append).
    ///
    /// ```
    /// use oddsift_records::{Cell, OutputFormat, RowWriter, WriteOptions};
    ///
    /// let columns = ["a".to_string()];
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Json, &columns, WriteOptions::default())?;
    /// let mut chunks = vec![writer.chunk(), writer.chunk()];
    /// for (chunk, number) in chunks.iter_mut().zip([1, 2]) {
    ///     chunk.write_row(&[Cell::Int(number)])?;
    /// }
    /// for chunk in &chunks {
    ///     writer.append(chunk)?;
    /// }
    /// assert_eq!(writer.finish()?, b"[\n{\"a\":1},\n{\"a\":2}\n]\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn chunk(&self) -> RowChunk {
        RowChunk(self.without_rows())
    }

    /// The same form, nothing written yet.
    fn without_rows(&self) -> RowWriter<Vec<u8>> {
        RowWriter {
            inner: Vec::new(),
            format: self.format,
            options: self.options,
            n_columns: self.n_columns,
            n_rows: 0,
            keys: self.keys.clone(),
            cell: String::new(),
            line: Vec::new(),
        }
    }

    /// Writes the rows of a chunk that this writer made.
    ///
    /// # Errors
    ///
    /// [`Error::Write`].
    ///
    /// ```
    /// # use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Ndjson, &[], WriteOptions::default())?;
    /// let chunk = writer.chunk();
    /// writer.append(&chunk)?;
    /// assert_eq!(writer.finish()?, b"");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn append(&mut self, chunk: &RowChunk) -> Result<(), Error> {
        let mut bytes = chunk.0.inner.as_slice();
        if self.format == OutputFormat::Json && self.n_rows > 0 && chunk.0.n_rows > 0 {
            self.inner.write_all(ARRAY_COMMA).map_err(Error::Write)?;
            bytes = bytes.strip_prefix(ARRAY_START).unwrap_or(bytes);
        }
        self.inner.write_all(bytes).map_err(Error::Write)?;
        self.n_rows = self.n_rows.saturating_add(chunk.0.n_rows);
        Ok(())
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
            cell.push_csv(self.options.raw, &mut self.line);
        }
        // An empty line would be no record.
        if self.line.is_empty() && cells.len() == 1 {
            self.line.extend_from_slice(b"\"\"");
        }
        self.line.push(b'\n');
    }

    fn json_object(&mut self, cells: &[Cell<'_>]) {
        self.line.push(b'{');
        for (column, (key, cell)) in self.keys.iter().zip(cells).enumerate() {
            if column > 0 {
                self.line.push(b',');
            }
            self.line.extend_from_slice(key);
            cell.push_json(&mut self.line);
        }
        self.line.push(b'}');
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

fn json_key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    push_json_string(name, &mut key);
    key.push(b':');
    key
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
