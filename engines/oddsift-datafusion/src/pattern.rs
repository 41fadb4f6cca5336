mod groups; // Patterns: what is known of each group, and as columns

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, BooleanArray, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::common::ScalarValue;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};

use self::groups::Patterns;
use crate::arguments::{Argument, Kind, coerce};
use crate::merging::refuse_distinct;
use crate::{Error, calls};

const NAME: &str = "pattern";

const ARGUMENTS: [Argument; 3] = [
    Argument::new("row", Kind::Count),
    Argument::new("time", Kind::Time),
    Argument::new("text", Kind::Text),
];

/// What is known of the rows of a pattern: their number, the lowest row key, the first and last time and
/// the state of their template.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct PatternUdaf {
    signature: Signature,
}

impl PatternUdaf {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

/// The fields of the result, and of the state that merges: they are the same.
fn fields(time: &DataType) -> Fields {
    Fields::from(vec![
        Field::new("count", DataType::UInt64, false),
        Field::new("first_row", DataType::UInt64, true),
        Field::new("first_time", time.clone(), true),
        Field::new("last_time", time.clone(), true),
        Field::new("template_state", DataType::LargeBinary, true),
    ])
}

impl AggregateUDFImpl for PatternUdaf {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(coerce(NAME, &ARGUMENTS, found)?)
    }

    fn return_type(&self, found: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Struct(fields(calls::argument(NAME, found, 1)?)))
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> EngineResult<Vec<FieldRef>> {
        let time = calls::argument(NAME, args.input_fields, 1)?.data_type();
        let named = |field: &FieldRef| {
            let name = format_state_name(args.name, field.name());
            Arc::new(Field::new(name, field.data_type().clone(), field.is_nullable()))
        };
        Ok(fields(time).iter().map(named).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> EngineResult<Box<dyn Accumulator>> {
        Ok(Box::new(OnePattern(patterns(&args, 1)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> EngineResult<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(patterns(&args, 0)?))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

/// The patterns of no row yet.
fn patterns(args: &AccumulatorArgs<'_>, n_groups: usize) -> Result<Patterns, Error> {
    refuse_distinct(NAME, args)?;
    let DataType::Struct(fields) = args.return_type() else {
        let reason = format!("returns a struct, and not {}", args.return_type());
        return Err(Error::Compute { function: NAME, reason });
    };
    Ok(Patterns::new(fields.clone(), n_groups))
}

impl GroupsAccumulator for Patterns {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.grow_to(total_num_groups);
        Ok(self.add(values, group_indices.iter().copied(), opt_filter)?)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.grow_to(total_num_groups);
        Ok(self.merge(values, group_indices.iter().copied())?)
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> EngineResult<ArrayRef> {
        Ok(Arc::new(self.columns(emit_to)?))
    }

    fn state(&mut self, emit_to: EmitTo) -> EngineResult<Vec<ArrayRef>> {
        Ok(self.emit(emit_to)?)
    }

    /// Each row as a group of its own: where most vectors are distinct, grouping twice does not pay.
    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        opt_filter: Option<&BooleanArray>,
    ) -> EngineResult<Vec<ArrayRef>> {
        let n_rows = values.first().map_or(0, Array::len);
        let mut each = Self::new(self.fields().clone(), n_rows);
        each.add(values, 0..n_rows, opt_filter)?;
        Ok(each.emit(EmitTo::All)?)
    }

    fn size(&self) -> usize {
        self.bytes()
    }
}

/// The pattern of all rows, without groups.
#[derive(Debug)]
struct OnePattern(Patterns);

impl OnePattern {
    /// A copy: in a window that grows the engine goes on adding rows.
    fn columns(&self) -> Result<StructArray, Error> {
        self.0.clone().columns(EmitTo::All)
    }
}

impl Accumulator for OnePattern {
    fn update_batch(&mut self, values: &[ArrayRef]) -> EngineResult<()> {
        let n_rows = values.first().map_or(0, Array::len);
        Ok(self.0.add(values, std::iter::repeat_n(0, n_rows), None)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> EngineResult<()> {
        let n_rows = states.first().map_or(0, Array::len);
        Ok(self.0.merge(states, std::iter::repeat_n(0, n_rows))?)
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        Ok(ScalarValue::Struct(Arc::new(self.columns()?)))
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        let columns = self.columns()?;
        columns.columns().iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }
}
