use std::mem::size_of;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, LargeBinaryArray, LargeBinaryBuilder,
    StructArray, UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Fields, Int64Type, UInt64Type};
use datafusion::logical_expr::EmitTo;
use oddsift_patterns::TemplateState;

use super::NAME;
use crate::Error;
use crate::state::{template_from_bytes, template_to_bytes};
use crate::texts::Texts;

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
#[derive(Debug, Clone)]
pub(super) struct Patterns {
    fields: Fields,
    groups: Vec<Pattern>,
    /// Bytes of the first text of each group: a template takes about as many, and never more than the
    /// shortest text.
    text_bytes: usize,
}

impl Patterns {
    /// Patterns without rows; `fields` are those of the result.
    pub(super) fn new(fields: Fields, n_groups: usize) -> Self {
        Self { fields, groups: vec![Pattern::default(); n_groups], text_bytes: 0 }
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(super) fn grow_to(&mut self, n_groups: usize) {
        self.groups.resize(n_groups, Pattern::default());
    }

    pub(super) fn add(
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

    pub(super) fn merge(
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
    pub(super) fn emit(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>, Error> {
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

    pub(super) fn columns(&mut self, emit_to: EmitTo) -> Result<StructArray, Error> {
        let columns = self.emit(emit_to)?;
        Ok(StructArray::try_new(self.fields.clone(), columns, None)?)
    }

    pub(super) fn bytes(&self) -> usize {
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
