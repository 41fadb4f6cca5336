use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::compute::{cast, concat_batches};
use datafusion::arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use datafusion::error::Result;
use datafusion::prelude::{SessionConfig, SessionContext};

/// The types in which text comes.
pub(crate) fn text_types() -> Vec<DataType> {
    let dictionary = |values| DataType::Dictionary(Box::new(DataType::Int32), Box::new(values));
    vec![
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        dictionary(DataType::Utf8),
        dictionary(DataType::LargeUtf8),
    ]
}

/// A column of text of a type.
pub(crate) fn text_column(texts: &[Option<String>], of_type: &DataType) -> ArrayRef {
    cast(&StringArray::from(texts.to_vec()), of_type).unwrap()
}

/// A session with the functions; batches are small, so that there are several.
pub(crate) fn session(n_partitions: usize) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(n_partitions).with_batch_size(7);
    let ctx = SessionContext::new_with_config(oddsift_datafusion::configured(config));
    oddsift_datafusion::register(&ctx).unwrap();
    ctx
}

/// Registers columns as table `t`, split after the given numbers of rows into partitions.
pub(crate) fn table(ctx: &SessionContext, columns: Vec<(&str, ArrayRef)>, splits: &[usize]) {
    let whole = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .unwrap();
    let mut ends: Vec<usize> = splits.iter().map(|it| it % (whole.num_rows() + 1)).collect();
    ends.push(whole.num_rows());
    ends.sort_unstable();
    let mut start = 0;
    let mut partitions = Vec::new();
    for end in ends {
        partitions.push(vec![whole.slice(start, end - start)]);
        start = end;
    }
    partitions.rotate_left(splits.len() / 2);
    let table = MemTable::try_new(whole.schema(), partitions).unwrap();
    let _ = ctx.deregister_table("t");
    ctx.register_table("t", Arc::new(table)).unwrap();
}

/// The rows of a query as one batch.
pub(crate) async fn query(ctx: &SessionContext, sql: &str) -> Result<RecordBatch> {
    let frame = ctx.sql(sql).await?;
    let schema = Arc::clone(frame.schema().inner());
    let batches = frame.collect().await?;
    let schema = batches.first().map_or(schema, RecordBatch::schema);
    Ok(concat_batches(&schema, &batches)?)
}

/// Runs a test that waits.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}
