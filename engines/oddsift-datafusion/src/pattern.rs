use std::mem::size_of;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, LargeBinaryArray, LargeBinaryBuilder,
    StructArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Int64Type, UInt64Type};
use datafusion::common::ScalarValue;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::{AggregateOrderSensitivity, format_state_name};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use oddsift_patterns::TemplateState;

use crate::arguments::{Argument, Kind, coerce};
use crate::state::{template_from_bytes, template_to_bytes};
use crate::texts::Texts;
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
        Ok(Box::new(OnePattern(self.patterns(&args)?)))
    }

    fn groups_accumulator_supported(&self, _args: AccumulatorArgs<'_>) -> bool {
        true
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs<'_>,
    ) -> EngineResult<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(self.patterns(&args)?))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        AggregateOrderSensitivity::Insensitive
    }
}

impl PatternUdaf {
    fn patterns(&self, args: &AccumulatorArgs<'_>) -> Result<Patterns, Error> {
        if args.is_distinct {
            let reason = "DISTINCT would lose counts; leave it out".to_owned();
            return Err(Error::Compute { function: NAME, reason });
        }
        let DataType::Struct(fields) = args.return_type() else {
            let reason = format!("returns a struct, and not {}", args.return_type());
            return Err(Error::Compute { function: NAME, reason });
        };
        Ok(Patterns { fields: fields.clone(), groups: Vec::new(), text_bytes: 0 })
    }
}

/// One pattern, or one of many.
#[derive(Debug, Clone, Default)]
struct Pattern {
    count: u64,
    first_row: Option<u64>,
    /// In the unit of the column.
    times: Option<(i64, i64)>,
    template: Option<TemplateState>,
}

impl Pattern {
    fn count(&mut self, n: u64) -> Result<(), Error> {
        let reason = || "the rows do not fit a 64-bit count; aggregate fewer".to_owned();
        let sum = self.count.checked_add(n);
        self.count = sum.ok_or_else(|| Error::Compute { function: NAME, reason: reason() })?;
        Ok(())
    }

    fn see_row(&mut self, row: Option<u64>) {
        // No row is larger than any.
        self.first_row = self.first_row.into_iter().chain(row).min();
    }

    fn see_times(&mut self, times: Option<(i64, i64)>) {
        let Some((first, last)) = times else { return };
        let (from, to) = self.times.unwrap_or((first, last));
        self.times = Some((from.min(first), to.max(last)));
    }

    /// Returns the bytes of text that it keeps from now on, if it kept none.
    fn see_text(&mut self, text: &str) -> usize {
        if let Some(template) = &mut self.template {
            template.add(text);
            return 0;
        }
        self.template = Some(TemplateState::new(text));
        text.len()
    }

    fn see_template(&mut self, template: TemplateState) {
        match &mut self.template {
            Some(own) => own.merge(&template),
            None => self.template = Some(template),
        }
    }
}

/// The patterns of all groups.
#[derive(Debug)]
struct Patterns {
    fields: Fields,
    groups: Vec<Pattern>,
    /// Bytes of the first text of each group: a template takes about as many, and never more than the
    /// shortest text.
    text_bytes: usize,
}

impl Patterns {
    fn add(
        &mut self,
        values: &[ArrayRef],
        groups: impl Iterator<Item = usize>,
        filter: Option<&BooleanArray>,
    ) -> Result<(), Error> {
        let [rows, times, texts] = values else { return Err(wrong_number(values.len())) };
        let (rows, texts) = (rows.as_primitive::<UInt64Type>(), Texts::new(texts)?);
        let times = ticks(times)?;
        for (row, group) in groups.enumerate() {
            if filter.is_some_and(|it| it.is_null(row) || !it.value(row)) {
                continue;
            }
            let Some(pattern) = self.groups.get_mut(group) else { continue };
            pattern.count(1)?;
            pattern.see_row(rows.is_valid(row).then(|| rows.value(row)));
            let time = times.is_valid(row).then(|| times.value(row));
            pattern.see_times(time.map(|time| (time, time)));
            if let Some(text) = texts.get(row) {
                self.text_bytes += pattern.see_text(text);
            }
        }
        Ok(())
    }

    fn merge(
        &mut self,
        states: &[ArrayRef],
        groups: impl Iterator<Item = usize>,
    ) -> Result<(), Error> {
        let [counts, rows, first, last, templates] = states else {
            return Err(wrong_number(states.len()));
        };
        let (counts, rows) =
            (counts.as_primitive::<UInt64Type>(), rows.as_primitive::<UInt64Type>());
        let (first, last) = (ticks(first)?, ticks(last)?);
        let templates: &LargeBinaryArray = templates.as_binary();
        for (row, group) in groups.enumerate() {
            let Some(pattern) = self.groups.get_mut(group) else { continue };
            pattern.count(if counts.is_valid(row) { counts.value(row) } else { 0 })?;
            pattern.see_row(rows.is_valid(row).then(|| rows.value(row)));
            let has_times = first.is_valid(row) && last.is_valid(row);
            pattern.see_times(has_times.then(|| (first.value(row), last.value(row))));
            if templates.is_valid(row) {
                self.text_bytes += templates.value(row).len();
                pattern.see_template(template_from_bytes(templates.value(row))?);
            }
        }
        Ok(())
    }

    /// Takes the patterns of the first groups out, as columns.
    fn emit(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>, Error> {
        let groups = emit_to.take_needed(&mut self.groups);
        if self.groups.is_empty() {
            self.text_bytes = 0;
        }
        let times = |of: fn((i64, i64)) -> i64| groups.iter().map(move |it| it.times.map(of));
        let (first, last) = (times(|it| it.0), times(|it| it.1));
        let mut templates = LargeBinaryBuilder::with_capacity(groups.len(), 0);
        for group in &groups {
            templates.append_option(group.template.as_ref().map(template_to_bytes).transpose()?);
        }
        Ok(vec![
            Arc::new(groups.iter().map(|it| Some(it.count)).collect::<UInt64Array>()),
            Arc::new(groups.iter().map(|it| it.first_row).collect::<UInt64Array>()),
            self.times(&first.collect())?,
            self.times(&last.collect())?,
            Arc::new(templates.finish()),
        ])
    }

    /// Ticks as times of the column's type.
    fn times(&self, ticks: &Int64Array) -> Result<ArrayRef, Error> {
        let time = self.fields.get(2).map_or(&DataType::Int64, |field| field.data_type());
        Ok(cast(ticks, time)?)
    }

    fn columns(&mut self, emit_to: EmitTo) -> Result<StructArray, Error> {
        let columns = self.emit(emit_to)?;
        Ok(StructArray::try_new(self.fields.clone(), columns, None)?)
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + self.groups.capacity() * size_of::<Pattern>() + self.text_bytes
    }
}

/// The ticks of a column of times.
fn ticks(times: &ArrayRef) -> Result<Int64Array, Error> {
    Ok(cast(times, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
}

fn wrong_number(found: usize) -> Error {
    let takes = "three arguments, or five columns of a state".to_owned();
    Error::ArgumentCount { function: NAME, takes, found }
}

impl GroupsAccumulator for Patterns {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.groups.resize(total_num_groups, Pattern::default());
        Ok(self.add(values, group_indices.iter().copied(), opt_filter)?)
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> EngineResult<()> {
        self.groups.resize(total_num_groups, Pattern::default());
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
        let n_rows = values.first().map_or(0, |column| column.len());
        let groups = vec![Pattern::default(); n_rows];
        let mut each = Self { fields: self.fields.clone(), groups, text_bytes: 0 };
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
    fn emitted(&mut self) -> Result<StructArray, Error> {
        self.0.groups.resize(1, Pattern::default());
        self.0.columns(EmitTo::All)
    }
}

impl Accumulator for OnePattern {
    fn update_batch(&mut self, values: &[ArrayRef]) -> EngineResult<()> {
        self.0.groups.resize(1, Pattern::default());
        let n_rows = values.first().map_or(0, |column| column.len());
        Ok(self.0.add(values, std::iter::repeat_n(0, n_rows), None)?)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> EngineResult<()> {
        self.0.groups.resize(1, Pattern::default());
        let n_rows = states.first().map_or(0, |column| column.len());
        Ok(self.0.merge(states, std::iter::repeat_n(0, n_rows))?)
    }

    fn evaluate(&mut self) -> EngineResult<ScalarValue> {
        Ok(ScalarValue::Struct(Arc::new(self.emitted()?)))
    }

    fn state(&mut self) -> EngineResult<Vec<ScalarValue>> {
        let columns = self.emitted()?;
        columns.columns().iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn size(&self) -> usize {
        self.0.bytes()
    }
}
