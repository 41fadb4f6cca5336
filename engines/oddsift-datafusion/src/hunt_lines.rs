use std::mem::size_of;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use oddsift_hunt::{LineTable, ProcessEvent, ProcessTexts, process_number};

use crate::arguments::{Argument, Kind, coerce};
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
pub(crate) struct HuntLinesUdaf {
    signature: Signature,
}

impl HuntLinesUdaf {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for HuntLinesUdaf {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(coerce(NAME, &ARGUMENTS, found)?)
    }

    fn return_type(&self, _found: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> EngineResult<Vec<FieldRef>> {
        let name = format_state_name(args.name, "lines");
        Ok(vec![Arc::new(Field::new(name, DataType::LargeBinary, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        if args.is_distinct {
            let reason = "DISTINCT would lose counts; leave it out".to_owned();
            return Err(Error::Compute { function: NAME, reason }.into());
        }
        let (table, texts) = (LineTable::of_processes(), ProcessTexts::new());
        Ok(Box::new(Lines { table, texts, bytes: 0 }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
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

impl Lines {
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

    fn merge(&mut self, states: &[ArrayRef]) -> Result<(), Error> {
        for state in calls::argument(NAME, states, 0)?.as_binary::<i64>().iter().flatten() {
            self.bytes += state.len();
            self.table.merge(lines_from_bytes(state)?).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn written(&mut self) -> Result<ScalarValue, Error> {
        Ok(ScalarValue::LargeBinary(Some(lines_to_bytes(&self.table)?)))
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

impl Accumulator for Lines {
    fn update_batch(&mut self, values: &[ArrayRef]) -> EngineResult<()> {
        Ok(self.add(values)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> EngineResult<()> {
        Ok(self.merge(states)?)
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        Ok(self.written()?)
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        Ok(vec![self.written()?])
    }

    fn size(&self) -> usize {
        size_of::<Self>() + self.bytes
    }
}
