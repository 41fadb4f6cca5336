//! A scheduler and two executors on loopback, in this process, give what one session gives.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_executor::new_standalone_executor_from_state;
use ballista_scheduler::standalone::new_standalone_scheduler_from_state;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::prelude::{CsvReadOptions, SessionConfig, SessionContext};
use oddsift_iforest::IsolationForest;

const PROCESSES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

fn state(config: SessionConfig) -> SessionState {
    let config = oddsift_datafusion::configured(config).with_target_partitions(3);
    let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
    let ctx = SessionContext::new_with_state(state);
    oddsift_datafusion::register(&ctx).unwrap();
    ctx.state()
}

/// A session of a scheduler with two executors.
async fn remote() -> SessionContext {
    let state = state(SessionConfig::new_with_ballista());
    let address = new_standalone_scheduler_from_state(&state).await.unwrap();
    let url = format!("http://localhost:{}", address.port());
    for _ in 0..2 {
        let scheduler = SchedulerGrpcClient::connect(url.clone()).await.unwrap();
        new_standalone_executor_from_state(scheduler, 2, &state).await.unwrap();
    }
    let ctx = SessionContext::remote_with_state(&url, state).await.unwrap();
    // The state that Ballista makes has its own functions, and not those of the state that it is given.
    oddsift_datafusion::register(&ctx).unwrap();
    ctx
}

async fn rows(ctx: &SessionContext, sql: &str) -> String {
    ctx.deregister_table("events").unwrap();
    ctx.register_csv("events", PROCESSES, CsvReadOptions::new()).await.unwrap();
    let rows = ctx.sql(sql).await.unwrap().collect().await.unwrap();
    pretty_format_batches(&rows).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_executors_give_the_rows_of_one_session() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forest.json");
    let forest = IsolationForest::params().fit(&ndarray::array![[90.0], [100.0], [4000.0]]);
    std::fs::write(&path, serde_json::to_vec(&forest.unwrap().model()).unwrap()).unwrap();
    let grouped = format!(
        r#"SELECT f['pathScore'] AS path, iforest_score('{}', f['commandlineLen']) AS score, mask(program) AS program,
           vector_hash(f['pathScore'], program) AS hash, pattern(row, time, line) AS p,
           stl_anomalies(array_agg(f['commandlineLen'] ORDER BY row), 2) AS s
           FROM (SELECT process_features("NewProcessName", "CommandLine", "SubjectLogonId") AS f, "NewProcessName" AS program,
                 "CommandLine" AS line, CAST("TimeGenerated" AS TIMESTAMP) AS time,
                 row_number() OVER (ORDER BY "TimeGenerated", "NewProcessId") AS row FROM events)
           GROUP BY path, score, program, hash ORDER BY path, score, program, hash"#,
        path.display()
    );
    let counts = r#"SELECT rarity_counts("NewProcessName", "ParentProcessName", "CommandLine") AS c FROM events"#;
    let (cluster, local) =
        (remote().await, SessionContext::new_with_state(state(SessionConfig::new())));
    for sql in [grouped.as_str(), counts] {
        assert_eq!(rows(&cluster, sql).await, rows(&local, sql).await, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_there_is_named() {
    let cluster = remote().await;
    let sql = "SELECT iforest_score('/no/such/model.json', x) FROM (VALUES (1), (2)) AS t(x)";
    let failed = match cluster.sql(sql).await {
        Ok(frame) => frame.collect().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(failed.to_string().contains("model /no/such/model.json: "), "{failed}");
}
