use std::mem::size_of;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use oddsift_outliers::{ProcessLine, ProcessRarity};

use crate::arguments::{Argument, Kind, coerce};
use crate::state::{rarity_from_bytes, rarity_to_bytes};
use crate::texts::Texts;
use crate::{Error, calls};

const NAME: &str = "rarity_counts";

const ARGUMENTS: [Argument; 4] = [
    Argument::new("path", Kind::Text),
    Argument::new("parent_path", Kind::Text),
    Argument::new("command_line", Kind::Text),
    Argument::optional("count", Kind::Count),
];

/// The counts of programs, parents and words of process events, which say how rare each is.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct RarityUdaf {
    signature: Signature,
}

impl RarityUdaf {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for RarityUdaf {
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
        let name = format_state_name(args.name, "counts");
        Ok(vec![Arc::new(Field::new(name, DataType::LargeBinary, false))])
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        if args.is_distinct {
            let reason = "DISTINCT would lose counts; leave it out".to_owned();
            return Err(Error::Compute { function: NAME, reason }.into());
        }
        let rarity = ProcessRarity::new().map_err(|error| failed(&error))?;
        Ok(Box::new(Counts { rarity, line: ProcessLine::default(), bytes: 0 }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

fn failed(error: &oddsift_outliers::Error) -> Error {
    Error::compute(NAME)(error)
}

#[derive(Debug)]
struct Counts {
    rarity: ProcessRarity,
    /// Its room is used again for each row.
    line: ProcessLine,
    /// The size of the counts as last written or read: they themselves do not tell it.
    bytes: usize,
}

impl Counts {
    fn add(&mut self, values: &[ArrayRef]) -> Result<(), Error> {
        let column = |place| Texts::new(calls::argument(NAME, values, place)?);
        let (paths, parents, command_lines) = (column(0)?, column(1)?, column(2)?);
        let counts = values.get(3).map(AsArray::as_primitive::<UInt64Type>);
        for row in 0..paths.len() {
            let count = match counts {
                Some(counts) if counts.is_null(row) => continue,
                Some(counts) => counts.value(row),
                None => 1,
            };
            let [path, parent, command_line] =
                [&paths, &parents, &command_lines].map(|texts| texts.get(row).unwrap_or_default());
            self.line.set(path, parent, command_line);
            self.rarity.add(&self.line, count).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn merge(&mut self, states: &[ArrayRef]) -> Result<(), Error> {
        for state in calls::argument(NAME, states, 0)?.as_binary::<i64>().iter().flatten() {
            self.bytes += state.len();
            let other = rarity_from_bytes(state)?;
            self.rarity.merge(other).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    fn written(&mut self) -> Result<ScalarValue, Error> {
        let bytes = rarity_to_bytes(&self.rarity)?;
        self.bytes = bytes.len();
        Ok(ScalarValue::LargeBinary(Some(bytes)))
    }
}

impl Accumulator for Counts {
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
