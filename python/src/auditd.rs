use std::collections::HashMap;
use std::path::PathBuf;

use oddsift::auditd::{Assembler, Event, EventRow, Id, Options, Summary, parse_record};
use oddsift::pipeline::{ArrowBuilder, AuditParams, Error, Input};
use oddsift::records::Cell;
use pyo3::{
    prelude::*,
    types::{PyFloat, PyList, PyString},
};

use crate::error::error;
use crate::frame::Frame;
use crate::job;

/// The name of a column and its cells.
type Column<'py> = (String, Bound<'py, PyList>);

/// Reads a log as msticpy does: the columns of its frame, whose cells differ in type, but for its time, and what
/// was lost.
#[pyfunction]
pub(crate) fn auditd_as_msticpy(
    py: Python<'_>,
    path: PathBuf,
) -> PyResult<(Vec<Column<'_>>, Vec<String>)> {
    let input = Input::logs([path]);
    let events = job::run(py, None, |_| AuditParams::new().events_as_msticpy(&input))?;
    let names = events.columns.iter().enumerate().filter(|(_, name)| *name != "TimeGenerated");
    let columns = names.map(|(column, name)| {
        let mut objects = Objects::new(py);
        let cells = events.rows.iter().map(|row| objects.of(events.cell(row, column)));
        let cells: Vec<Bound<'_, PyAny>> = cells.collect::<PyResult<_>>()?;
        Ok((name.clone(), PyList::new(py, cells)?))
    });
    Ok((columns.collect::<PyResult<_>>()?, events.warnings))
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
    let row = event.row();
    let fixed = [(0, Cell::Time(row.time)), (3, Cell::UInt(row.serial))];
    let ids = [row.auid, row.uid, row.ses, row.pid, row.ppid].map(|id| id.and_then(Id::number));
    let ids = (4..).zip(ids).filter_map(|(column, id)| Some((column, Cell::Int(id?))));
    let texts = row.texts();
    let mut cells: Vec<Cell<'_>> =
        texts.iter().map(|text| text.as_deref().map_or(Cell::Missing, Cell::Text)).collect();
    for (column, cell) in fixed.into_iter().chain(ids) {
        if let Some(slot) = cells.get_mut(column) {
            *slot = cell;
        }
    }
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
