use crate::events::{Events, every_function, forest, local, rows};
use crate::fixture::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_those_of_one_session_whatever_partitions_and_order_of_files() {
    let events = Events::generate(2_000, 5).await;
    let sql = every_function(&forest(events.folder.path()));
    let cluster = Cluster::start(2);
    for files in [&events.csv, &events.parquet] {
        let expected = rows(&local(1), files, &sql).await.unwrap();
        assert!(expected.lines().count() > 20, "{expected}");
        let turned: Vec<&String> = files.iter().rev().collect();
        let mixed: Vec<&String> = files[2..].iter().chain(&files[..2]).collect();
        for (partitions, files) in [(3, &turned), (8, &mixed)] {
            let found = rows(&cluster.session(partitions).await, files, &sql).await.unwrap();
            assert_eq!(found, expected, "{partitions} partitions of {files:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn published_labels_are_joined_back() {
    let events = Events::generate(1_000, 3).await;
    let cluster = Cluster::start(2);
    let ctx = cluster.session(4).await;
    oddsift_ballista::register_table(&ctx, "events", &events.parquet).await.unwrap();
    let vectors = r#"SELECT vector_hash(token_count("CommandLine")) AS hash, count(*) AS n FROM events GROUP BY hash"#;
    let distinct = ctx.sql(vectors).await.unwrap().collect().await.unwrap();
    let url = events.folder.path().join("labels.parquet").display().to_string();
    oddsift_ballista::publish(&ctx, &url, &distinct).await.unwrap();
    oddsift_ballista::register_table(&ctx, "labels", &[url]).await.unwrap();
    let joined = r#"SELECT count(*) AS rows FROM events JOIN labels ON vector_hash(token_count("CommandLine")) = hash"#;
    let joined = ctx.sql(joined).await.unwrap().collect().await.unwrap();
    let rows = format!("{:?}", joined[0].column(0));
    assert!(rows.contains("1000"), "{rows}");
}
