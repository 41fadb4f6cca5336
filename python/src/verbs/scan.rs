use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use oddsift::columnar::{ArrowChunk, WriteError};
use oddsift::pipeline::{ArrowBuilder, Error, Input, Sink, copy_rows};
use pyo3::{prelude::*, types::PyCapsule};
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use super::found::rows_said;
use crate::error::error;
use crate::input::InputArgs;
use crate::value::unknown;

/// The rows by which the kinds of the columns are told.
const FIRST_ROWS: u64 = 8192;

/// The batches that wait for whoever takes them.
const WAITING: usize = 4;

/// Rows that are read while they are taken.
#[pyclass(frozen, module = "oddsift._oddsift")]
#[derive(Debug)]
pub(crate) struct Scan {
    input: Input,
    /// Columns that hold text, whatever the first rows hold.
    text: Vec<String>,
    warnings: Arc<Mutex<Vec<String>>>,
}

/// Prepares to read rows while they are taken.
#[pyfunction]
pub(crate) fn scan(py: Python<'_>, input: InputArgs, text: Vec<String>) -> PyResult<Scan> {
    Ok(Scan { input: input.input(py)?, text, warnings: Arc::default() })
}

#[pymethods]
impl Scan {
    /// Begins to read, and hands the rows over by Arrow's C stream interface.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let (sender, receiver) = sync_channel(WAITING);
        let (input, text) = (self.input.clone(), self.text.clone());
        let warnings = Arc::clone(&self.warnings);
        let reader = thread::Builder::new().name("oddsift scan".to_owned());
        reader.spawn(move || read(&input, text, &sender, &warnings)).map_err(error)?;
        let (schema, receiver) = py.detach(|| begun(receiver)).map_err(error)?;
        if let Some(name) = self.text.iter().find(|name| schema.field_with_name(name).is_err()) {
            let names: Vec<&str> = schema.fields().iter().map(|it| it.name().as_str()).collect();
            return Err(unknown("text", name, &names.join(", ")).into());
        }
        let field = Field::new_struct("", schema.fields().clone(), false);
        let arrays = receiver.into_iter().filter_map(|message| match message {
            Message::Begun(_) => None,
            Message::Rows(batch) => Some(Ok(Arc::new(StructArray::from(batch)) as ArrayRef)),
            Message::Failed(what) => Some(Err(ArrowError::ExternalError(what.into()))),
        });
        let stream = ArrayIterator::new(arrays, Arc::new(field));
        to_stream_pycapsule(py, Box::new(stream), requested_schema)
    }

    /// What was left out by the last read that came to its end.
    fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

enum Message {
    Begun(SchemaRef),
    Rows(RecordBatch),
    Failed(String),
}

/// Waits for the schema.
fn begun(receiver: Receiver<Message>) -> Result<(SchemaRef, Receiver<Message>), String> {
    match receiver.recv() {
        Ok(Message::Begun(schema)) => Ok((schema, receiver)),
        Ok(Message::Failed(what)) => Err(what),
        Ok(Message::Rows(_)) | Err(_) => Err("the reader ended before it began".to_owned()),
    }
}

/// Reads all rows; ends early where nobody takes them any more.
fn read(
    input: &Input,
    text: Vec<String>,
    sender: &SyncSender<Message>,
    warnings: &Mutex<Vec<String>>,
) {
    let done = copy_rows(input, |columns| Ok(Batches::new(columns, text, sender.clone())));
    let done = done.and_then(|(batches, read)| batches.finish().map(|()| read));
    match done {
        Ok(read) => {
            *warnings.lock().unwrap_or_else(PoisonError::into_inner) = rows_said(&read);
        }
        Err(Error::Cancelled) => {}
        // Whoever takes no rows any more does not hear of it.
        Err(error) => drop(sender.send(Message::Failed(error.to_string()))),
    }
}

/// Where rows go, as batches of one schema, which the first rows tell.
struct Batches {
    names: Vec<String>,
    text: Vec<String>,
    sender: SyncSender<Message>,
    first: ArrowBuilder,
    n_rows: u64,
    schema: Option<SchemaRef>,
}

impl Batches {
    fn new(names: &[String], text: Vec<String>, sender: SyncSender<Message>) -> Self {
        let (names, first) = (names.to_vec(), ArrowBuilder::new(names));
        Self { names, text, sender, first, n_rows: 0, schema: None }
    }

    fn finish(mut self) -> Result<(), Error> {
        if self.schema.is_none() { self.begin() } else { Ok(()) }
    }

    /// Tells the schema, and sends the rows that told it.
    fn begin(&mut self) -> Result<(), Error> {
        let mut first = std::mem::replace(&mut self.first, ArrowBuilder::new(&self.names));
        let schema = with_text(&first.schema(), &self.text);
        self.send(Message::Begun(Arc::clone(&schema)))?;
        self.schema = Some(Arc::clone(&schema));
        self.n_rows = 0;
        self.send_rows(first, &schema)
    }

    fn send_rows(&mut self, rows: ArrowBuilder, schema: &SchemaRef) -> Result<(), Error> {
        let before = self.n_rows;
        for batch in rows.finish_as(schema).map_err(|error| in_place(error, before))? {
            self.n_rows += batch.num_rows() as u64;
            self.send(Message::Rows(batch))?;
        }
        Ok(())
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        self.sender.send(message).map_err(|_| Error::Cancelled)
    }
}

impl Sink for Batches {
    type Chunk = ArrowChunk;

    fn chunk(&self) -> ArrowChunk {
        self.first.chunk()
    }

    fn append(&mut self, chunk: ArrowChunk) -> Result<(), Error> {
        if let Some(schema) = self.schema.clone() {
            let mut rows = ArrowBuilder::new(&self.names);
            rows.append(chunk);
            return self.send_rows(rows, &schema);
        }
        self.n_rows += chunk.n_rows();
        self.first.append(chunk);
        if self.n_rows >= FIRST_ROWS { self.begin() } else { Ok(()) }
    }
}

/// The schema with these columns as text.
fn with_text(schema: &SchemaRef, text: &[String]) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let is_text = text.contains(field.name());
        let field = Field::clone(field);
        if is_text { field.with_data_type(DataType::Utf8) } else { field }
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The error with the number of the row among all.
fn in_place(error: WriteError, n_before: u64) -> Error {
    match error {
        WriteError::Cell { row, column, expected, found } => {
            WriteError::Cell { row: row + n_before, column, expected, found }.into()
        }
        error => error.into(),
    }
}
