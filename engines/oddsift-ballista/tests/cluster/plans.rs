//! Plans with our functions travel as Ballista sends them: as bytes, to a process that looks functions up by name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;

use ballista_core::serde::{BallistaLogicalExtensionCodec, BallistaPhysicalExtensionCodec};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::error::Result;
use datafusion::physical_plan::collect;
use datafusion::prelude::{CsvReadOptions, SessionConfig, SessionContext};
use datafusion_proto::bytes::{
    logical_plan_from_bytes_with_extension_codec, logical_plan_to_bytes_with_extension_codec,
    physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
};
use oddsift_iforest::IsolationForest;

const PROCESSES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

fn bare() -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(3).with_batch_size(50);
    SessionContext::new_with_config(oddsift_datafusion::configured(config))
}

fn with_functions() -> SessionContext {
    let ctx = bare();
    oddsift_datafusion::register(&ctx).unwrap();
    ctx
}

fn forest(folder: &Path) -> String {
    let path = folder.join("forest.json");
    let forest =
        IsolationForest::params().fit(&ndarray::array![[90.0], [100.0], [4000.0]]).unwrap();
    std::fs::write(&path, serde_json::to_vec(&forest.model()).unwrap()).unwrap();
    path.display().to_string()
}

/// Every kind of function: of a text, a struct, a model, a list, and both aggregates.
fn sql(model: &str) -> String {
    format!(
        r#"SELECT f['pathScore'] AS path, iforest_score('{model}', f['commandlineLen']) AS score, mask(program) AS program,
           pattern(row, time, line) AS p, rarity_counts(program, program, line) AS c,
           stl_anomalies(array_agg(f['commandlineLen'] ORDER BY row), 2) AS s
           FROM (SELECT process_features("NewProcessName", "CommandLine", "SubjectLogonId") AS f, "NewProcessName" AS program,
                 "CommandLine" AS line, CAST("TimeGenerated" AS TIMESTAMP) AS time,
                 row_number() OVER (ORDER BY "TimeGenerated", "NewProcessId") AS row FROM events)
           GROUP BY path, score, program ORDER BY path, score, program"#
    )
}

async fn planned(ctx: &SessionContext, model: &str) -> datafusion::prelude::DataFrame {
    ctx.register_csv("events", PROCESSES, CsvReadOptions::new()).await.unwrap();
    ctx.sql(&sql(model)).await.unwrap()
}

#[tokio::test]
async fn a_physical_plan_gives_the_same_rows_in_another_process() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (here, there) = (with_functions(), with_functions());
    let plan = planned(&here, &forest(folder.path())).await.create_physical_plan().await?;
    let codec = BallistaPhysicalExtensionCodec::default();
    let bytes = physical_plan_to_bytes_with_extension_codec(Arc::clone(&plan), &codec)?;
    let sent = physical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec)?;
    let expected = collect(plan, here.task_ctx()).await?;
    let found = collect(sent, there.task_ctx()).await?;
    assert!(expected.iter().map(RecordBatch::num_rows).sum::<usize>() > 10);
    let [expected, found] =
        [expected, found].map(|rows| pretty_format_batches(&rows).map(|it| it.to_string()));
    assert_eq!(found?, expected?);
    Ok(())
}

#[tokio::test]
async fn a_logical_plan_gives_the_same_rows_in_another_process() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (here, there) = (with_functions(), with_functions());
    let frame = planned(&here, &forest(folder.path())).await;
    let codec = BallistaLogicalExtensionCodec::default();
    let bytes = logical_plan_to_bytes_with_extension_codec(frame.logical_plan(), &codec)?;
    let sent = logical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec)?;
    let found = there.execute_logical_plan(sent).await?.collect().await?;
    let [expected, found] = [frame.collect().await?, found]
        .map(|rows| pretty_format_batches(&rows).map(|it| it.to_string()));
    assert_eq!(found?, expected?);
    Ok(())
}

#[tokio::test]
async fn a_process_without_the_functions_says_which_it_lacks() -> Result<()> {
    let (here, there) = (with_functions(), bare());
    let plan = here.sql("SELECT mask(x) FROM (VALUES ('a'), ('b')) AS t(x)").await?;
    let plan = plan.create_physical_plan().await?;
    let codec = BallistaPhysicalExtensionCodec::default();
    let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec)?;
    let sent = physical_plan_from_bytes_with_extension_codec(&bytes, &there.task_ctx(), &codec);
    let message = sent.unwrap_err().to_string();
    assert!(message.contains("mask"), "{message}");
    Ok(())
}
