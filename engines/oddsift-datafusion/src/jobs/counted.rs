use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Float64Array, Int64Array,
    StructArray, TimestampNanosecondArray,
};
use datafusion::arrow::datatypes::UInt64Type;
use oddsift_patterns::{Aggregate, Timestamp};
use oddsift_pipeline::feature_cell;
use oddsift_records::Cell;

use crate::times::Times;
use crate::{Error, template_from_bytes};

/// An error of a crate below.
pub(crate) fn failed(error: impl std::error::Error) -> Error {
    Error::Job { reason: error.to_string() }
}

/// What should be in an answer of the engine and is not.
pub(crate) fn lost(what: &str) -> Error {
    Error::Job { reason: format!("the engine gave no {what}; register the functions on it anew") }
}

/// A hash that `vector_hash` gave.
pub(crate) fn hash_at(hashes: &FixedSizeBinaryArray, row: usize) -> Result<[u8; 16], Error> {
    hashes.value(row).try_into().map_err(|_| lost("hashes of 128 bits"))
}

/// Times as a column; what nanoseconds cannot tell is missing.
pub(crate) fn times_column(times: impl Iterator<Item = Option<Timestamp>>) -> ArrayRef {
    let nanoseconds = |time: Timestamp| i64::try_from(time.as_nanosecond()).ok();
    let column: TimestampNanosecondArray = times.map(|time| time.and_then(nanoseconds)).collect();
    Arc::new(column.with_timezone("UTC"))
}

/// Values of a feature as the tool prints them: truth values and whole numbers as such, where all are.
pub(crate) fn feature_column(
    name: &str,
    values: impl Iterator<Item = Option<f64>> + Clone,
) -> ArrayRef {
    let mut is_bool = true;
    let mut is_whole = true;
    for cell in values.clone().flatten().map(|value| feature_cell(name, value)) {
        is_bool &= matches!(cell, Cell::Bool(_));
        is_whole &= matches!(cell, Cell::Int(_));
    }
    if is_whole {
        #[expect(clippy::cast_possible_truncation, reason = "each is a whole number within 2^53")]
        return Arc::new(values.map(|it| it.map(|it| it as i64)).collect::<Int64Array>());
    }
    if is_bool {
        return Arc::new(values.map(|it| it.map(|it| it != 0.0)).collect::<BooleanArray>());
    }
    Arc::new(values.collect::<Float64Array>())
}

/// A column of `pattern(..)`.
pub(crate) struct Counted {
    counts: ArrayRef,
    first_rows: ArrayRef,
    times: [Times; 2],
    templates: ArrayRef,
}

impl Counted {
    pub(crate) fn of(column: &ArrayRef) -> Result<Self, Error> {
        let columns: &StructArray = column.as_struct_opt().ok_or_else(|| lost("patterns"))?;
        let field = |name: &str| columns.column_by_name(name).ok_or_else(|| lost(name));
        let time = |name: &str| Times::new("pattern", field(name)?);
        Ok(Self {
            counts: Arc::clone(field("count")?),
            first_rows: Arc::clone(field("first_row")?),
            times: [time("first_time")?, time("last_time")?],
            templates: Arc::clone(field("template_state")?),
        })
    }

    pub(crate) fn pattern(&self, row: usize) -> Result<Aggregate, Error> {
        let number = |column: &ArrayRef| column.as_primitive::<UInt64Type>().value(row);
        let [first, last] = &self.times;
        let states = self.templates.as_binary::<i64>();
        let template = states.is_valid(row).then(|| template_from_bytes(states.value(row)));
        Ok(Aggregate {
            count: number(&self.counts).try_into().map_err(failed)?,
            times: first.get(row)?.zip(last.get(row)?),
            template: template.transpose()?,
            ..Aggregate::new(number(&self.first_rows))
        })
    }
}
