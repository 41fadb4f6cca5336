use std::path::PathBuf;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use oddsift::columnar::ColumnarRows;
use oddsift::pipeline::{Format, Input, Missing, schema_choice};
use oddsift::records::BadRows;
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatchReader;

use crate::error::{error, parameter_error};
use crate::job::{self, Watch};
use crate::value::{at_least_one, unknown};

/// Rows, and how they are read.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct InputArgs {
    data: Data,
    format: Option<String>,
    delimiter: Option<String>,
    bad_rows: String,
    missing: String,
    time_format: Option<String>,
    time_zone: Option<String>,
    threads: Option<usize>,
    schema: String,
    map: Vec<(String, String)>,
    progress: Option<Py<PyAny>>,
}

/// Files, or what hands over a stream of Arrow.
#[derive(FromPyObject)]
enum Data {
    #[pyo3(transparent)]
    Files(Vec<PathBuf>),
    #[pyo3(transparent)]
    Stream(Py<PyAny>),
}

/// Batches in memory, which can be read again.
#[derive(Clone)]
struct Batches {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl InputArgs {
    /// Runs a job on the rows.
    pub(crate) fn run<T: Send>(
        self,
        py: Python<'_>,
        job: impl FnOnce(Input) -> Result<T, oddsift::pipeline::Error> + Send,
    ) -> PyResult<T> {
        let input = self.input(py)?;
        let progress = self.progress;
        job::run(py, progress.as_ref(), |watch: &Watch| {
            let watch = watch.clone();
            job(input.progress(move |progress| watch.tell(progress)))
        })
    }

    pub(crate) fn input(&self, py: Python<'_>) -> PyResult<Input> {
        let input = match &self.data {
            Data::Files(files) => Input::files(files).map_err(error)?,
            Data::Stream(stream) => rows(stream.bind(py))?,
        };
        self.set(input)
    }

    /// The input of a further file or frame, read in the same way.
    pub(crate) fn other(&self, data: &Bound<'_, PyAny>) -> PyResult<Input> {
        let input = match data.extract::<PathBuf>() {
            Ok(path) => Input::file(path),
            Err(_) => rows(data)?,
        };
        self.set(input)
    }

    fn set(&self, mut input: Input) -> PyResult<Input> {
        input.format = self.format.as_deref().map(format).transpose()?.flatten();
        input.delimiter = self.delimiter.as_deref().map(delimiter).transpose()?;
        input.bad_rows = match self.bad_rows.as_str() {
            "fail" => BadRows::Fail,
            "skip" => BadRows::Skip,
            other => return Err(unknown("bad_rows", other, "'fail' or 'skip'")),
        };
        input.missing = match self.missing.as_str() {
            "fail" => Missing::Fail,
            "skip" => Missing::Skip,
            "zero" => Missing::Zero,
            other => return Err(unknown("missing", other, "'fail', 'skip' or 'zero'")),
        };
        input.time_format.clone_from(&self.time_format);
        input.time_zone.clone_from(&self.time_zone);
        input.threads = at_least_one("threads", self.threads)?;
        input.schema =
            schema_choice(&self.schema).map_err(|what| parameter_error("schema", what))?;
        input.map.clone_from(&self.map);
        Ok(input)
    }
}

/// Takes all batches of a stream of Arrow; their buffers stay where they are.
fn rows(data: &Bound<'_, PyAny>) -> PyResult<Input> {
    let reader = data.extract::<PyRecordBatchReader>().map_err(error)?.into_reader()?;
    let name = format!("<{}>", data.get_type().name()?);
    let batches = data.py().detach(|| -> Result<_, arrow_schema::ArrowError> {
        Ok(Batches { schema: reader.schema(), batches: reader.collect::<Result<_, _>>()? })
    });
    let batches = batches.map_err(error)?;
    let of = name.clone();
    Ok(Input::rows(&name, move || {
        let Batches { schema, batches } = batches.clone();
        let reader = RecordBatchIterator::new(batches.into_iter().map(Ok), schema);
        Ok(Box::new(ColumnarRows::from_reader(&of, reader)?))
    }))
}

fn format(name: &str) -> PyResult<Option<Format>> {
    Ok(Some(match name {
        "auto" => return Ok(None),
        "csv" => Format::Csv,
        "ndjson" | "json" => Format::Json,
        "zeek" => Format::Zeek,
        "w3c" => Format::W3c,
        "auditd" => Format::Auditd,
        "evtx" => Format::Evtx,
        "parquet" => Format::Parquet,
        "arrow" => Format::Arrow,
        other => {
            let known = "auto, csv, ndjson, json, zeek, w3c, auditd, evtx, parquet or arrow";
            return Err(unknown("format", other, known));
        }
    }))
}

fn delimiter(text: &str) -> PyResult<u8> {
    match text.as_bytes() {
        b"tab" | b"\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(*byte),
        _ => Err(parameter_error(
            "delimiter",
            "must be one ASCII character, no quote and no line break, or tab",
        )),
    }
}
