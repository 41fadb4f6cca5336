//! Processes of Ballista itself, which have not our functions, say which they lack.

use std::net::TcpListener;
use std::sync::Arc;

use oddsift_ballista::ballista::prelude::SessionConfigExt;
use oddsift_ballista::ballista_executor::executor_process::{
    ExecutorProcessConfig, start_executor_process,
};
use oddsift_ballista::ballista_scheduler::standalone::new_standalone_scheduler;
use oddsift_ballista::datafusion::prelude::SessionConfig;
use oddsift_ballista::{Error, session};

use crate::events::{Events, rows};
use crate::fixture::Cluster;

const SQL: &str = r#"SELECT mask("CommandLine") AS line, count(*) AS n FROM events GROUP BY line"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_scheduler_without_the_functions_names_them() {
    let events = Events::generate(100, 1).await;
    let address = new_standalone_scheduler().await.unwrap();
    let url = format!("localhost:{}", address.port());
    let ctx = session(&url, SessionConfig::new_with_ballista()).await.unwrap();
    let message = rows(&ctx, &events.csv, SQL).await.unwrap_err().to_string();
    assert!(message.contains("mask"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_without_the_functions_is_the_reason_that_is_told() {
    let events = Events::generate(100, 1).await;
    let cluster = Cluster::start(0);
    let ports = [0, 0].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let [port, grpc_port] = ports.map(|listener| listener.local_addr().unwrap().port());
    let config = ExecutorProcessConfig {
        port,
        grpc_port,
        scheduler_host: "127.0.0.1".to_owned(),
        scheduler_port: cluster.address.rsplit_once(':').unwrap().1.parse().unwrap(),
        vcores: 1,
        work_dir: Some(events.folder.path().display().to_string()),
        ..ExecutorProcessConfig::default()
    };
    let executor = tokio::spawn(start_executor_process(Arc::new(config)));
    cluster.wait_for_executors(1);
    let failed = rows(&cluster.session(2).await, &events.csv, SQL).await.unwrap_err();
    let message = Error::from(failed).to_string();
    assert!(message.contains("Job ") && message.contains("the log of the executor"), "{message}");
    executor.abort();
}
