use std::mem::size_of;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::datatypes::UInt64Type;
use oddsift_hunt::{LineTable, ProcessEvent, ProcessTexts, process_number};

use crate::arguments::{Argument, Kind};
use crate::merging::{Merging, MergingFunction};
use crate::state::{lines_from_bytes, lines_to_bytes};
use crate::texts::Texts;
use crate::times::Times;
use crate::{Error, calls};

const NAME: &str = "hunt_lines";

const ARGUMENTS: [Argument; 10] = [
    Argument::new("row", Kind::Count),
    Argument::new("time", Kind::Time),
    Argument::new("path", Kind::Text),
    Argument::new("parent_path", Kind::Text),
    Argument::new("command_line", Kind::Text),
    Argument::new("host", Kind::Text),
    Argument::new("user", Kind::Text),
    Argument::new("session", Kind::Text),
    Argument::new("pid", Kind::Text),
    Argument::new("parent_pid", Kind::Text),
];

/// The place of the first argument that is text.
const TEXTS: usize = 2;

/// Starts of programs, folded to lines that can be ranked.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct HuntLines;

impl MergingFunction for HuntLines {
    fn name(&self) -> &'static str {
        NAME
    }

    fn arguments(&self) -> &'static [Argument] {
        &ARGUMENTS
    }

    fn state_name(&self) -> &'static str {
        "lines"
    }

    fn start(&self) -> Result<Box<dyn Merging>, Error> {
        let (table, texts) = (LineTable::of_processes(), ProcessTexts::new());
        Ok(Box::new(Lines { table, texts, bytes: 0 }))
    }
}

#[derive(Debug)]
struct Lines {
    table: LineTable,
    /// Masked paths and names by path: a path comes often.
    texts: ProcessTexts,
    /// About the size of the table: the texts of new lines, and the bytes that were read.
    bytes: usize,
}

impl Merging for Lines {
    fn add(&mut self, values: &[ArrayRef]) -> Result<(), Error> {
        let columns = Columns::new(values)?;
        for row in 0..columns.rows.len() {
            let event = columns.event(row)?;
            let n_lines = self.table.n_lines();
            let sighting = self.texts.fold(&event);
            self.table.add(&event.sighting(&sighting)).map_err(|error| failed(&error))?;
            if self.table.n_lines() > n_lines {
                self.bytes += event.command_line.len() + size_of::<ProcessEvent<'_>>();
            }
        }
        Ok(())
    }

    fn merge(&mut self, written: &[u8]) -> Result<(), Error> {
        self.bytes += written.len();
        self.table.merge(lines_from_bytes(written)?).map_err(|error| failed(&error))?;
        Ok(())
    }

    fn written(&mut self) -> Result<Vec<u8>, Error> {
        lines_to_bytes(&self.table)
    }

    fn bytes(&self) -> usize {
        self.bytes
    }
}

fn failed(error: &oddsift_hunt::Error) -> Error {
    Error::compute(NAME)(error)
}

/// The arguments of a batch.
struct Columns {
    rows: UInt64Array,
    times: Times,
    texts: Vec<Texts>,
}

impl Columns {
    fn new(values: &[ArrayRef]) -> Result<Self, Error> {
        let rows = calls::argument(NAME, values, 0)?.as_primitive::<UInt64Type>().clone();
        let times = Times::new(NAME, calls::argument(NAME, values, 1)?)?;
        let texts = values.iter().skip(TEXTS).map(Texts::new).collect::<Result<_, _>>()?;
        Ok(Self { rows, times, texts })
    }

    /// A text that is not empty.
    fn text(&self, place: usize, row: usize) -> Option<&str> {
        self.texts.get(place)?.get(row).filter(|text| !text.is_empty())
    }

    fn event(&self, row: usize) -> Result<ProcessEvent<'_>, Error> {
        if self.rows.is_null(row) {
            let reason = "is NULL; number the rows".to_owned();
            return Err(Error::Value { function: NAME, argument: "row", reason });
        }
        let text = |place| self.text(place, row);
        Ok(ProcessEvent {
            path: text(0).unwrap_or_default(),
            parent_path: text(1).unwrap_or_default(),
            command_line: text(2).unwrap_or_default(),
            time: self.times.get(row)?,
            host: text(3),
            user: text(4),
            session: text(5),
            pid: text(6).and_then(process_number),
            parent_pid: text(7).and_then(process_number),
            ..ProcessEvent::new(self.rows.value(row))
        })
    }
}
