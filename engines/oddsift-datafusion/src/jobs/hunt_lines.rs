//! The lines of a hunt as columns.

use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use oddsift_hunt::{Hunt, Line};
use oddsift_pipeline::{ReasonForm, hunt_reasons};
use oddsift_timeseries::Timestamp;

use crate::Error;

/// The columns of `oddsift hunt -t csv`; `rows` are those that stand for the lines, in their
/// order. Times are in microseconds.
pub(super) fn lines(hunt: &Hunt, lines: &[Line], rows: &RecordBatch) -> Result<RecordBatch, Error> {
    let count = |of: fn(&Line) -> u64| -> ArrayRef {
        Arc::new(lines.iter().map(|line| Some(of(line))).collect::<UInt64Array>())
    };
    let time = |of: fn((Timestamp, Timestamp)) -> Timestamp| -> ArrayRef {
        let of = |line: &Line| line.times.map(|times| of(times).as_microsecond());
        let times: TimestampMicrosecondArray = lines.iter().map(of).collect();
        Arc::new(times.with_timezone("UTC"))
    };
    let text = |of: &dyn Fn(&Line) -> String| -> ArrayRef {
        Arc::new(lines.iter().map(|line| Some(of(line))).collect::<StringArray>())
    };
    let bits: Float64Array = lines.iter().map(|line| Some(line.bits)).collect();
    let mut columns: Vec<(String, ArrayRef)> = vec![
        ("finding".to_owned(), count(|line| line.finding.into())),
        ("rank".to_owned(), count(|line| line.rank.into())),
        ("row".to_owned(), count(|line| line.row)),
        ("count".to_owned(), count(|line| line.count)),
        ("hosts".to_owned(), count(|line| line.hosts)),
        ("users".to_owned(), count(|line| line.users)),
        ("bits".to_owned(), Arc::new(bits)),
        ("reasons".to_owned(), text(&|line| hunt_reasons(hunt, line, ReasonForm::Text))),
    ];
    let names = rows.schema_ref().fields().iter().map(|field| field.name().clone());
    columns.extend(names.zip(rows.columns().iter().cloned()).skip(1));
    columns.extend([
        ("template".to_owned(), text(&|line| hunt.template(line))),
        ("first".to_owned(), time(|times| times.0)),
        ("last".to_owned(), time(|times| times.1)),
        ("variants".to_owned(), count(|line| line.variants)),
    ]);
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
