use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use clap::{Args, ValueEnum};
use datafusion::arrow::array::{RecordBatch, RecordBatchIterator};
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::prelude::{DataFrame, SessionContext};
use futures::stream::iter;
use futures::{Stream, TryStreamExt};
use object_store::buffered::BufWriter;
use oddsift_columnar::ColumnarRows;
use oddsift_datafusion::{create, write_bytes, write_parquet};
use oddsift_pipeline::SavedModel;
use oddsift_records::{Batch, OutputFormat, Record, RowWriter, Rows, WriteOptions};
use serde::Serialize;
use tokio::io::AsyncWriteExt;

use super::{Found, say, table};
use crate::Error;

/// Rows of a table for people.
const TABLE_ROWS: usize = 1000;

/// What becomes of a result.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Form of the result; without, a table on a terminal and CSV elsewhere
    #[arg(short = 't', long = "to", value_enum, value_name = "FORMAT")]
    form: Option<Form>,
    /// Write to a file or URL, whole or not at all
    #[arg(short = 'o', long, value_name = "PATH_OR_URL")]
    output: Option<String>,
    /// Leave CSV text cells as they are, even those that a spreadsheet would run
    #[arg(long)]
    raw: bool,
    /// Exit with 1 if nothing is found
    #[arg(long)]
    exit_status: bool,
    /// No summary
    #[arg(short = 'q', long)]
    quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Table,
    Csv,
    Ndjson,
    Json,
    Md,
    Parquet,
}

impl Form {
    /// The form of text; what is none is CSV.
    fn of_text(self) -> OutputFormat {
        match self {
            Self::Ndjson => OutputFormat::Ndjson,
            Self::Json => OutputFormat::Json,
            Self::Md => OutputFormat::Md,
            Self::Csv | Self::Table | Self::Parquet => OutputFormat::Csv,
        }
    }
}

impl OutputArgs {
    /// Says what was taken and found, unless it is to be quiet.
    pub(crate) fn say(&self, line: &str) {
        if !self.quiet {
            say(line);
        }
    }

    /// Whether rows go to people, who read the first ones.
    pub(crate) fn is_table(&self) -> bool {
        self.form() == Form::Table
    }

    fn form(&self) -> Form {
        let is_terminal = self.output.is_none() && io::stdout().is_terminal();
        self.form.unwrap_or(if is_terminal { Form::Table } else { Form::Csv })
    }

    /// The status of a script that asks for one.
    pub(crate) fn found(&self, n_found: u64) -> Found {
        if self.exit_status && n_found == 0 { Found::Nothing } else { Found::Something }
    }

    /// Refuses what cannot be written, before the work begins.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.form() == Form::Parquet && self.output.is_none() {
            let reason = "Parquet is no text; name a file by -o".to_owned();
            return Err(oddsift_datafusion::Error::Job { reason }.into());
        }
        Ok(())
    }

    /// Writes rows that are here.
    pub(crate) async fn write(&self, ctx: &SessionContext, rows: RecordBatch) -> Result<(), Error> {
        let (schema, rows) = (rows.schema(), iter([Ok(rows)]));
        self.write_stream(ctx, schema, rows).await
    }

    /// Writes rows as they come from the engine, and returns their number.
    pub(crate) async fn write_frame(
        &self,
        ctx: &SessionContext,
        rows: DataFrame,
    ) -> Result<u64, Error> {
        let rows = rows.execute_stream().await?;
        let (schema, n_rows) = (rows.schema(), Cell::new(0));
        let count = |batch: &RecordBatch| n_rows.set(n_rows.get() + batch.num_rows() as u64);
        self.write_stream(ctx, schema, rows.inspect_ok(count)).await?;
        Ok(n_rows.get())
    }

    async fn write_stream(
        &self,
        ctx: &SessionContext,
        schema: SchemaRef,
        rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Unpin,
    ) -> Result<(), Error> {
        let target = self.output.as_deref();
        let written = match (self.form(), target) {
            (Form::Parquet, Some(url)) => {
                write_parquet(ctx, url, schema, rows).await.map(|_| ()).map_err(Error::from)
            }
            (Form::Table, _) => self.write_table(ctx, schema, rows).await,
            (form, _) => self.write_text(ctx, form.of_text(), schema, rows).await,
        };
        match written {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            written => written,
        }
    }

    async fn write_table(
        &self,
        ctx: &SessionContext,
        schema: SchemaRef,
        rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Unpin,
    ) -> Result<(), Error> {
        let rows: Vec<RecordBatch> = rows.try_collect().await?;
        let n_rows: usize = rows.iter().map(RecordBatch::num_rows).sum();
        let mut text = table::text(&schema, &first(rows)).map_err(DataFusionError::from)?;
        text.push('\n');
        let mut sink = Sink::open(ctx, self.output.as_deref())?;
        sink.write(text.as_bytes()).await?;
        if n_rows > TABLE_ROWS {
            self.say(&format!("{} more rows; see all by -t csv", n_rows - TABLE_ROWS));
        }
        sink.finish().await
    }

    async fn write_text(
        &self,
        ctx: &SessionContext,
        format: OutputFormat,
        schema: SchemaRef,
        mut rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Unpin,
    ) -> Result<(), Error> {
        // A job that fails at once prints nothing.
        let mut next = rows.try_next().await?;
        let lines = Lines::default();
        let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let options = WriteOptions { raw: self.raw };
        let mut writer =
            RowWriter::new(lines.clone(), format, &names, options).map_err(unwritten)?;
        let mut sink = Sink::open(ctx, self.output.as_deref())?;
        while let Some(batch) = next {
            write_rows(&mut writer, batch)?;
            sink.write(&lines.take()).await?;
            next = rows.try_next().await?;
        }
        writer.finish().map_err(unwritten)?;
        sink.write(&lines.take()).await?;
        sink.finish().await
    }

    /// Writes a model, as the tool does, for `oddsift score` and for the functions of the engine.
    pub(crate) async fn save_model(
        &self,
        ctx: &SessionContext,
        url: &str,
        model: &impl Serialize,
    ) -> Result<(), Error> {
        let saved = serde_json::to_vec(&SavedModel::new(model, None)).map_err(io::Error::other);
        let mut bytes = saved.map_err(DataFusionError::IoError)?;
        bytes.push(b'\n');
        Ok(write_bytes(ctx, url, bytes).await?)
    }
}

/// The first rows, as many as a person reads.
fn first(rows: Vec<RecordBatch>) -> Vec<RecordBatch> {
    let mut left = TABLE_ROWS;
    let take = |batch: RecordBatch| {
        let taken = batch.slice(0, batch.num_rows().min(left));
        left -= taken.num_rows();
        taken
    };
    rows.into_iter().map(take).collect()
}

/// Writes the rows of a batch as the tool writes cells.
fn write_rows(writer: &mut RowWriter<Lines>, batch: RecordBatch) -> Result<(), Error> {
    let schema = batch.schema();
    let columns = schema.fields().len();
    let batches = RecordBatchIterator::new([Ok(batch)], schema);
    let mut rows = ColumnarRows::from_reader("result", batches).map_err(unwritten)?;
    let mut room = Batch::new();
    while rows.next_batch(&mut room).map_err(unwritten)? {
        for row in &room {
            let cells: Vec<_> = (0..columns).map(|column| row.cell(column)).collect();
            writer.write_row(&cells).map_err(unwritten)?;
        }
    }
    Ok(())
}

fn unwritten(error: oddsift_records::Error) -> Error {
    DataFusionError::External(Box::new(error)).into()
}

/// Lines that were made and not yet written.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where lines go: standard output, or a file that appears when it is whole.
enum Sink {
    Stdout,
    File(String, Box<BufWriter>),
}

impl Sink {
    fn open(ctx: &SessionContext, url: Option<&str>) -> Result<Self, Error> {
        Ok(match url {
            None | Some("-") => Self::Stdout,
            Some(url) => Self::File(url.to_owned(), Box::new(create(ctx, url)?)),
        })
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
                Ok(written.map_err(DataFusionError::IoError)?)
            }
            Self::File(url, file) => {
                file.write_all(bytes).await.map_err(|error| not_written(url, &error))
            }
        }
    }

    async fn finish(self) -> Result<(), Error> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(url, mut file) => {
                file.shutdown().await.map_err(|error| not_written(&url, &error))
            }
        }
    }
}

fn not_written(url: &str, error: &io::Error) -> Error {
    let (url, reason) = (url.to_owned(), error.to_string());
    oddsift_datafusion::Error::Output { url, reason }.into()
}

/// Whether the reader of standard output has gone, which is no error of ours.
fn is_broken_pipe(error: &Error) -> bool {
    let Error::Engine(error) = error else { return false };
    matches!(error.find_root(), DataFusionError::IoError(error) if error.kind() == io::ErrorKind::BrokenPipe)
}
