//! Where the result goes, and in which form.

use std::io::{self, Write};
use std::path::Path;

use oddsift::pipeline::{Error as PipelineError, ParquetWriter};
use oddsift::records::{Error, Output, OutputFormat, RowWriter, TerminalWriter, WriteOptions};

use crate::args::{Color, Format, OutputArgs};
use crate::failure::Failure;
use crate::rows_writer::RowsWriter;
use crate::say::warn_line;
use crate::stream::{Stream, TableSink};
use crate::table::{Look, TextTable};

/// A table of rows for people shows so many.
pub(crate) const TABLE_ROWS: usize = 1000;

/// A result in the making: a table for people or rows for programs.
pub(crate) struct Destination {
    writer: Writer,
    format: Format,
    raw: bool,
    look: Look,
}

/// Bytes go as they are, but to a terminal only what it cannot act on.
pub(crate) enum Writer {
    Plain(Output),
    Terminal(TerminalWriter<Output>),
}

impl Destination {
    /// Opens it; the result is never written over one of the inputs.
    pub(crate) fn open(args: &OutputArgs, inputs: &[&Path]) -> Result<Self, Failure> {
        let writer = Writer::open(args.output.as_deref(), inputs)?;
        let is_terminal = matches!(writer, Writer::Terminal(_));
        let format = args.format.unwrap_or(if is_terminal { Format::Table } else { Format::Csv });
        if is_terminal && format == Format::Parquet {
            return Err(Failure::usage("-t parquet is no text for a terminal; add -o FILE"));
        }
        let width = is_terminal.then(terminal_size::terminal_size).flatten();
        let look = Look {
            width: width.map(|(width, _)| width.0).filter(|width| *width > 0),
            color: has_color(args.color, is_terminal),
        };
        Ok(Self { writer, format, raw: args.raw, look })
    }

    pub(crate) fn is_table(&self) -> bool {
        self.format == Format::Table
    }

    /// Rows for programs, under these column names.
    pub(crate) fn rows(self, columns: &[String]) -> Result<RowsWriter, Failure> {
        let format = match self.format {
            Format::Parquet => {
                let kinds: Vec<_> = columns.iter().map(|name| (name.clone(), None)).collect();
                let writer =
                    ParquetWriter::new(self.writer, &kinds).map_err(PipelineError::from)?;
                return Ok(RowsWriter::Parquet {
                    writer: Box::new(writer),
                    columns: columns.into(),
                });
            }
            Format::Csv | Format::Table => OutputFormat::Csv,
            Format::Ndjson => OutputFormat::Ndjson,
            Format::Json => OutputFormat::Json,
            Format::Md => OutputFormat::Md,
        };
        let options = WriteOptions { raw: self.raw };
        Ok(RowsWriter::Text(RowWriter::new(self.writer, format, columns, options)?))
    }

    /// The room and the colours of a text for people.
    pub(crate) fn look(&self) -> Look {
        self.look
    }

    /// Prints a text for people, in which data is escaped and styles are ours.
    pub(crate) fn styled(mut self, text: &str) -> Result<(), Failure> {
        self.writer.write_styled(text).map_err(Error::Write)?;
        self.writer.finish()
    }

    /// Takes text as it is.
    pub(crate) fn text(self) -> Writer {
        self.writer
    }

    /// Prints a table for people; of more rows, and of columns for which there is no room, it is said
    /// that they are not shown.
    pub(crate) fn table(
        mut self,
        args: &OutputArgs,
        table: &TextTable,
        n_more: u64,
    ) -> Result<(), Failure> {
        let (text, left_out) = table.render(self.look);
        self.writer.write_styled(&text).map_err(Error::Write)?;
        self.writer.finish()?;
        if args.talk.quiet {
            return Ok(());
        }
        if n_more > 0 {
            warn_line(&format!("{n_more} more rows are not shown; -t csv prints all"));
        }
        if !left_out.is_empty() {
            warn_line(&format!("no room for {}; -t csv prints all", left_out.join(", ")));
        }
        Ok(())
    }

    /// Prints the rows that `write` passes on while they are made.
    pub(crate) fn stream<T>(
        self,
        args: &OutputArgs,
        columns: &[String],
        write: impl FnOnce(&mut Stream) -> Result<T, oddsift::pipeline::Error>,
    ) -> Result<T, Failure> {
        if self.is_table() {
            let mut stream = Stream::Table(TableSink::new(columns));
            let written = write(&mut stream)?;
            if let Stream::Table(sink) = stream {
                let (table, n_more) = sink.finish();
                self.table(args, &table, n_more)?;
            }
            return Ok(written);
        }
        let mut stream = Stream::Rows(self.rows(columns)?);
        let written = write(&mut stream)?;
        if let Stream::Rows(writer) = stream {
            writer.finish()?.finish()?;
        }
        Ok(written)
    }
}

impl Writer {
    /// Opens a file, or standard output, which `-` is, too; never over one of the inputs.
    pub(crate) fn open(path: Option<&Path>, inputs: &[&Path]) -> Result<Self, Failure> {
        let output = match path {
            Some(path) if path != Path::new("-") => Output::file(path, inputs)?,
            _ => Output::stdout(),
        };
        Ok(if output.is_terminal() {
            Self::Terminal(TerminalWriter::new(output))
        } else {
            Self::Plain(output)
        })
    }

    pub(crate) fn finish(self) -> Result<(), Failure> {
        let output = match self {
            Self::Plain(output) => output,
            Self::Terminal(terminal) => terminal.finish().map_err(Error::Write)?,
        };
        Ok(output.finish()?)
    }

    /// Writes text whose only escape sequences are ours: those of colour and weight.
    fn write_styled(&mut self, text: &str) -> io::Result<()> {
        let terminal = match self {
            Self::Plain(output) => return output.write_all(text.as_bytes()),
            Self::Terminal(terminal) => terminal,
        };
        let mut pieces = text.split("\u{1b}[");
        terminal.write_all(pieces.next().unwrap_or_default().as_bytes())?;
        for piece in pieces {
            let (codes, rest) = piece.split_once('m').unwrap_or((piece, ""));
            terminal.style(&format!("\u{1b}[{codes}m"))?;
            terminal.write_all(rest.as_bytes())?;
        }
        Ok(())
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Terminal(terminal) => terminal.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Terminal(terminal) => terminal.flush(),
        }
    }
}

fn has_color(color: Color, is_terminal: bool) -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => is_terminal && !no_color && !is_dumb,
    }
}
