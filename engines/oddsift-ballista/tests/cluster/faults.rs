use std::process::Command;

use oddsift_ballista::datafusion::prelude::{DataFrame, SessionContext};
use oddsift_ballista::register_table;
use tokio::task::{JoinHandle, spawn};

use crate::events::{Events, every_function, forest, local, rows};
use crate::fixture::{Cluster, PROGRAM};

/// As many files as tasks of the first stage, of which two run at once.
const N_FILES: usize = 20;

async fn many_tasks() -> (Events, String, String) {
    let events = Events::generate(6_000, N_FILES).await;
    let sql = every_function(&forest(events.folder.path()));
    let expected = rows(&local(2), &events.parquet, &sql).await.unwrap();
    (events, sql, expected)
}

fn start(ctx: SessionContext, events: &Events, sql: &str) -> JoinHandle<Result<String, String>> {
    let (files, sql) = (events.parquet.clone(), sql.to_owned());
    spawn(async move { rows(&ctx, &files, &sql).await.map_err(|error| error.to_string()) })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_is_killed_in_the_middle_changes_no_result() {
    let (events, sql, expected) = many_tasks().await;
    let mut cluster = Cluster::start(2);
    let job = start(cluster.session(N_FILES).await, &events, &sql);
    cluster.wait_for_the_middle(5);
    cluster.executors[0].kill();
    match job.await.unwrap() {
        Ok(found) => assert_eq!(found, expected),
        Err(message) => assert!(message.contains("Job "), "{message}"),
    }
    cluster.wait_for_executors(1);
    let again = rows(&cluster.session(3).await, &events.parquet, &sql).await.unwrap();
    assert_eq!(again, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_that_is_restarted_fails_its_jobs_and_has_its_executors_back() {
    let (events, sql, expected) = many_tasks().await;
    let mut cluster = Cluster::start(2);
    let job = start(cluster.session(N_FILES).await, &events, &sql);
    cluster.wait_for_the_middle(2);
    cluster.restart_scheduler();
    let message = job.await.unwrap().unwrap_err();
    assert!(message.contains("error") || message.contains("closed"), "{message}");
    cluster.wait_for_executors(2);
    let again = rows(&cluster.session(4).await, &events.parquet, &sql).await.unwrap();
    assert_eq!(again, expected);
}

/// A limit on the size of files stands for the disk that is full: both fail the write.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_shuffle_files_fails_the_job_with_the_reason() {
    let events = Events::generate(6_000, 3).await;
    let sql = r#"SELECT "CommandLine" AS line, "TimeCreatedUtc" AS time, min(row) AS row FROM events GROUP BY line, time ORDER BY row"#;
    let mut cluster = Cluster::start(0);
    let limited = r#"trap "" XFSZ; ulimit -f 8; exec "$@""#;
    cluster.add_executor(Command::new("sh").args(["-c", limited, "sh", PROGRAM]));
    cluster.wait_for_executors(1);
    let failed = rows(&cluster.session(2).await, &events.parquet, sql).await.unwrap_err();
    let message = failed.to_string();
    assert!(message.contains("Job ") && message.contains("File too large"), "{message}");
    cluster.executors[0].kill();
    cluster.add_executor(&mut Command::new(PROGRAM));
    let again = rows(&cluster.session(2).await, &events.parquet, sql).await.unwrap();
    assert_eq!(again, rows(&local(1), &events.parquet, sql).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_vanishes_or_changes_after_planning_is_named() {
    let events = Events::generate(500, 2).await;
    let model = forest(events.folder.path());
    let cluster = Cluster::start(1);
    let ctx = cluster.session(2).await;
    register_table(&ctx, "events", &events.csv).await.unwrap();
    let sql = format!("SELECT sum(iforest_score('{model}', row)) AS s FROM events");
    let (changed, vanished) = (planned(&ctx, &sql).await, planned(&ctx, &sql).await);
    let other = std::fs::read_to_string(&model).unwrap() + " ";
    std::fs::write(&model, other).unwrap();
    let message = changed.collect().await.unwrap_err().to_string();
    assert!(message.contains(&model) && message.contains("its SHA-256 is "), "{message}");
    std::fs::remove_file(&model).unwrap();
    let message = vanished.collect().await.unwrap_err().to_string();
    assert!(message.contains(&model) && message.contains("not found"), "{message}");
}

/// A query whose models are pinned.
async fn planned(ctx: &SessionContext, sql: &str) -> DataFrame {
    let (state, plan) = ctx.sql(sql).await.unwrap().into_parts();
    let plan = state.optimize(&plan).unwrap();
    DataFrame::new(state, plan)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_of_the_wrong_type_is_named() {
    let events = Events::generate(500, 2).await;
    let cluster = Cluster::start(1);
    let ctx = cluster.session(2).await;
    register_table(&ctx, "events", &events.csv).await.unwrap();
    let message = ctx.sql("SELECT mask(row) FROM events").await.unwrap_err().to_string();
    assert!(message.contains("mask: argument `text` is Int64, it takes text"), "{message}");
    // The type is found by the first rows of the first file; a later one may hold something else.
    let last = std::fs::read_to_string(&events.csv[1]).unwrap();
    std::fs::write(&events.csv[1], last + "many,,,,,,,,\n").unwrap();
    let failed = rows(&ctx, &events.csv, "SELECT sum(row) AS s FROM events").await.unwrap_err();
    let message = failed.to_string();
    assert!(message.contains("Job ") && message.contains("'many'"), "{message}");
}
