use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use numpy::{IntoPyArray, PyArray1};
use oddsift::auditd::{Assembler, Event, EventRow, Options, Summary, msticpy, parse_record};
use oddsift::pipeline::{ArrowBuilder, AuditParams, Error, EventCells, Input, MsticpyEvents};
use oddsift::records::Cell;
use pyo3::{
    prelude::*,
    types::{PyFloat, PyString},
};

use crate::error::error;
use crate::frame::Frame;
use crate::job;

/// The name of a column and its array.
type Column<'py> = (String, Bound<'py, PyAny>);

/// Columns, the number of each row among all events, and what was lost.
type Events<'py> = (Vec<Column<'py>>, Bound<'py, PyArray1<i64>>, Vec<String>);

/// Reads a log as msticpy does: the columns of its frame but for its time, of all events or of those of a type, in the
/// types that pandas finds in them.
#[pyfunction]
pub(crate) fn auditd_as_msticpy<'py>(
    py: Python<'py>,
    path: PathBuf,
    event_type: Option<&str>,
) -> PyResult<Events<'py>> {
    let input = Input::logs([path]);
    let events = job::run(py, None, |_| AuditParams::new().events_as_msticpy(&input))?;
    let is_wanted = |row: &&msticpy::Row| event_type.is_none_or(|kind| row.event_type == kind);
    let rows: Vec<&msticpy::Row> = events.rows.iter().filter(is_wanted).collect();
    let numbers = (0_i64..).zip(&events.rows).filter(|(_, row)| is_wanted(row));
    let numbers: Vec<i64> = numbers.map(|(number, _)| number).collect();
    let mut columns = Vec::new();
    for (name, cells) in events.columns.iter().zip(cells_by_column(&events, &rows)) {
        let is_missing = |cell: &Cell<'_>| matches!(cell, Cell::Missing);
        if name != "TimeGenerated" && (cells.is_empty() || !cells.iter().all(is_missing)) {
            columns.push((name.clone(), array(py, &cells)?));
        }
    }
    Ok((columns, numbers.into_pyarray(py), events.warnings))
}

/// The cells of each column; rows have few of the columns.
fn cells_by_column<'r>(events: &'r MsticpyEvents, rows: &[&'r msticpy::Row]) -> Vec<Vec<Cell<'r>>> {
    // All but the first three are the fields of the events, in the order of their names.
    let fields: BTreeSet<&str> =
        events.rows.iter().flat_map(|row| row.cells.keys()).map(String::as_str).collect();
    let places: HashMap<&str, usize> = fields.into_iter().zip(3..).collect();
    let mut columns = vec![vec![Cell::Missing; rows.len()]; events.columns.len()];
    for (number, row) in rows.iter().enumerate() {
        let fields = row.cells.keys().filter_map(|name| places.get(name.as_str()));
        for column in (0..3).chain(fields.copied()) {
            if let Some(cell) = columns.get_mut(column).and_then(|cells| cells.get_mut(number)) {
                *cell = events.cell(row, column);
            }
        }
    }
    columns
}

/// Whole numbers are such, with missing ones among them they are numbers; all else is objects.
fn array<'py>(py: Python<'py>, cells: &[Cell<'_>]) -> PyResult<Bound<'py, PyAny>> {
    let numbers: Option<Vec<i64>> = cells.iter().map(whole).collect();
    if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
        return Ok(numbers.into_pyarray(py).into_any());
    }
    let number = |cell: &Cell<'_>| match cell {
        Cell::Missing => Some(f64::NAN),
        cell => whole(cell).map(|number| number as f64),
    };
    let numbers: Option<Vec<f64>> = cells.iter().map(number).collect();
    if let Some(numbers) = numbers.filter(|numbers| !numbers.is_empty()) {
        return Ok(numbers.into_pyarray(py).into_any());
    }
    let mut objects = Objects::new(py);
    let objects = cells.iter().map(|cell| Ok(objects.of(*cell)?.unbind()));
    let objects: Vec<Py<PyAny>> = objects.collect::<PyResult<_>>()?;
    Ok(PyArray1::from_vec(py, objects).into_any())
}

fn whole(cell: &Cell<'_>) -> Option<i64> {
    if let Cell::Int(number) = cell { Some(*number) } else { None }
}

/// The objects of a column: what is in many cells is one of them.
struct Objects<'py, 'a> {
    py: Python<'py>,
    /// What is missing, in a frame of objects.
    nan: Bound<'py, PyAny>,
    texts: HashMap<&'a str, Bound<'py, PyAny>>,
}

impl<'py, 'a> Objects<'py, 'a> {
    fn new(py: Python<'py>) -> Self {
        Self { py, nan: PyFloat::new(py, f64::NAN).into_any(), texts: HashMap::new() }
    }

    fn of(&mut self, cell: Cell<'a>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        Ok(match cell {
            Cell::Missing => self.nan.clone(),
            Cell::Int(number) => number.into_pyobject(py)?.into_any(),
            Cell::Text(text) => {
                let known = self.texts.entry(text);
                known.or_insert_with(|| PyString::new(py, text).into_any()).clone()
            }
            other => PyString::new(py, &other.to_string()).into_any(),
        })
    }
}

/// Makes events of groups of lines: the columns of `EventRow`, and before them the group and the line in it, from
/// 0, with which an event begins; then what was lost.
#[pyfunction]
pub(crate) fn auditd_events(
    py: Python<'_>,
    groups: Vec<Vec<String>>,
) -> PyResult<(Frame, Vec<String>)> {
    job::run(py, None, |_| {
        let mut columns = vec!["group".to_owned(), "line".to_owned()];
        columns.extend(EventRow::COLUMNS.map(str::to_owned));
        let (mut builder, mut lost) = (ArrowBuilder::new(&columns), Vec::new());
        for (group, lines) in (0_u64..).zip(&groups) {
            let mut assembler = Assembler::new(Options::new());
            for line in lines {
                assembler.push_line(line.as_bytes());
                push_events(group, &mut assembler, &mut builder)?;
            }
            assembler.finish();
            push_events(group, &mut assembler, &mut builder)?;
            lost.extend(loss(group, assembler.summary()));
        }
        Ok::<_, Error>((Frame::finish(builder)?, lost))
    })
}

fn push_events(
    group: u64,
    assembler: &mut Assembler,
    builder: &mut ArrowBuilder,
) -> Result<(), Error> {
    while let Some(event) = assembler.next_event() {
        push_event(group, &event, builder)?;
        assembler.recycle(event);
    }
    Ok(())
}

fn push_event(group: u64, event: &Event, builder: &mut ArrowBuilder) -> Result<(), Error> {
    let values = EventCells::new(event.row());
    let cells = values.cells();
    let place = [Cell::UInt(group), Cell::UInt(event.first_line().saturating_sub(1))];
    Ok(builder.write_row(&[&place, cells.as_slice()].concat())?)
}

fn loss(group: u64, summary: &Summary) -> Option<String> {
    let first = summary.first_skipped.as_ref()?;
    Some(format!("event {group}: {} lines were skipped, the first: {first}", summary.skipped))
}

/// Returns the fields of a line: name, with that of its group before it, and text.
#[pyfunction]
pub(crate) fn auditd_fields(line: &str) -> PyResult<Vec<(String, Option<String>)>> {
    let record = parse_record(line.as_bytes(), 1).map_err(error)?;
    let named = |field: oddsift::auditd::Field<'_>| {
        let name = match field.group {
            Some(group) => format!("{group}.{}", field.key),
            None => field.key.to_owned(),
        };
        (name, field.value.text().map(std::borrow::Cow::into_owned))
    };
    Ok(record.fields().map(named).collect())
}
