//! Rows by their numbers.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt64Array};
use datafusion::arrow::compute::{concat_batches, take_record_batch};
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;

use super::{Scratch, Source};
use crate::Error;

/// More numbers than this are a table that is joined, and no list in the query.
pub(super) const LONGEST_LIST: usize = 1000;

/// The name of the number in what is fetched.
const NUMBER: &str = "row__";

/// Fetches rows by their numbers, in the order of these: first the number, then `columns`, which are SQL.
pub(super) async fn fetch(
    source: &Source,
    columns: &[String],
    numbers: &[u64],
    scratch: &Scratch,
) -> Result<RecordBatch, Error> {
    let (row, from) = (source.row(), source.from());
    let number = format!("CAST({row} AS BIGINT UNSIGNED) AS {NUMBER}");
    let all = [&[number], columns].concat().join(", ");
    let sql = format!("SELECT {all} FROM {from}");
    let frame = if numbers.len() > LONGEST_LIST {
        joined(source, &sql, numbers, scratch).await?
    } else {
        let list: Vec<String> = numbers.iter().map(u64::to_string).collect();
        let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
        let sql = format!("{sql} WHERE CAST({row} AS BIGINT UNSIGNED) IN ({list})");
        source.frame(&sql).await?
    };
    // Without rows, too, there are columns.
    let planned = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await?;
    let schema = batches.first().map_or(planned, RecordBatch::schema);
    in_order(&concat_batches(&schema, &batches)?, numbers)
}

async fn joined(
    source: &Source,
    sql: &str,
    numbers: &[u64],
    scratch: &Scratch,
) -> Result<DataFrame, Error> {
    let wanted: ArrayRef = Arc::new(UInt64Array::from_iter_values(numbers.iter().copied()));
    let wanted = RecordBatch::try_from_iter([("wanted__", wanted)])?;
    let wanted = scratch.frame(source.ctx(), wanted).await?;
    let rows = source.frame(sql).await?;
    Ok(rows.join(wanted, JoinType::LeftSemi, &[NUMBER], &["wanted__"], None)?)
}

fn in_order(rows: &RecordBatch, numbers: &[u64]) -> Result<RecordBatch, Error> {
    let found = rows.column(0).as_primitive::<UInt64Type>();
    let places: HashMap<u64, u64> = found.values().iter().copied().zip(0..).collect();
    let places: UInt64Array = numbers.iter().map(|row| places.get(row).copied()).collect();
    if places.null_count() > 0 {
        let reason =
            "rows are gone that were there a moment ago; ask again when nobody writes to the table";
        return Err(Error::Job { reason: reason.to_owned() });
    }
    Ok(take_record_batch(rows, &places)?)
}
