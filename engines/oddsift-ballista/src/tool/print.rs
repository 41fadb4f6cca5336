use std::io::{self, BufWriter, StdoutLock, Write};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::DataFrame;
use futures::TryStreamExt;

use super::sql::Format;
use super::{Done, table};

type Output = BufWriter<StdoutLock<'static>>;

/// Prints the rows of a query; a reader that has gone away is no error.
pub(crate) async fn print(frame: DataFrame, format: Format) -> Done {
    let rows = frame.execute_stream().await?;
    let printed = match format {
        Format::Table => as_table(rows).await,
        Format::Csv => lines(rows, csv).await,
        Format::Ndjson => lines(rows, ndjson).await,
    };
    match printed {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        printed => Ok(printed?),
    }
}

async fn as_table(rows: SendableRecordBatchStream) -> Result<(), DataFusionError> {
    let schema = rows.schema();
    let batches: Vec<RecordBatch> = rows.try_collect().await?;
    let text = table::text(&schema, &batches)?;
    let mut output = output();
    writeln!(output, "{text}")?;
    Ok(output.flush()?)
}

/// Writes batches as they come, and the names of the columns before the first: a job that fails prints nothing.
async fn lines(
    mut rows: SendableRecordBatchStream,
    write: fn(&mut Output, &RecordBatch, bool) -> Result<(), ArrowError>,
) -> Result<(), DataFusionError> {
    let schema = rows.schema();
    let mut next = rows.try_next().await?;
    write(&mut output(), &RecordBatch::new_empty(schema), true)?;
    while let Some(batch) = next {
        let mut output = output();
        write(&mut output, &batch, false)?;
        output.flush()?;
        next = rows.try_next().await?;
    }
    Ok(())
}

fn csv(output: &mut Output, batch: &RecordBatch, is_first: bool) -> Result<(), ArrowError> {
    WriterBuilder::new().with_header(is_first).build(output).write(batch)
}

fn ndjson(output: &mut Output, batch: &RecordBatch, _: bool) -> Result<(), ArrowError> {
    let mut writer = LineDelimitedWriter::new(output);
    writer.write(batch)?;
    writer.finish()
}

fn output() -> Output {
    BufWriter::new(io::stdout().lock())
}

fn is_broken_pipe(error: &DataFusionError) -> bool {
    let io = match error.find_root() {
        DataFusionError::IoError(error) => Some(error),
        DataFusionError::ArrowError(error, _) => match error.as_ref() {
            ArrowError::IoError(_, error) => Some(error),
            _ => None,
        },
        _ => None,
    };
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
