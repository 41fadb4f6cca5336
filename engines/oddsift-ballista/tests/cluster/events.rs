use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};

use oddsift_ballista::ballista::prelude::SessionConfigExt;
use oddsift_ballista::datafusion::arrow::util::pretty::pretty_format_batches;
use oddsift_ballista::datafusion::error::Result;
use oddsift_ballista::datafusion::parquet::arrow::ArrowWriter;
use oddsift_ballista::datafusion::parquet::file::properties::WriterProperties;
use oddsift_ballista::datafusion::prelude::{SessionConfig, SessionContext};
use oddsift_ballista::{local_session, register_table};
use tempfile::TempDir;

/// Rows of the row groups of a file, in turn.
const ROW_GROUPS: [usize; 3] = [1009, 97, 333];

/// Process events in several files, as CSV and as Parquet.
pub(crate) struct Events {
    pub(crate) folder: TempDir,
    pub(crate) csv: Vec<String>,
    pub(crate) parquet: Vec<String>,
}

impl Events {
    pub(crate) async fn generate(n_rows: u64, n_files: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let csv = csv(folder.path(), n_rows, n_files);
        let mut parquet = Vec::new();
        for (file, row_group) in csv.iter().zip(ROW_GROUPS.iter().cycle()) {
            parquet.push(to_parquet(file, *row_group).await);
        }
        let text = |path: PathBuf| path.display().to_string();
        let csv = csv.into_iter().map(text).collect();
        Self { folder, csv, parquet: parquet.into_iter().map(text).collect() }
    }
}

/// Files of unequal length; a row brings its number along.
fn csv(folder: &Path, n_rows: u64, n_files: usize) -> Vec<PathBuf> {
    let events = String::from_utf8(oddsift_testkit::process_events(n_rows, 7).unwrap()).unwrap();
    let mut lines = events.lines();
    let header = format!("row,{}\n", lines.next().unwrap());
    let mut files = vec![header; n_files];
    for (row, line) in lines.enumerate() {
        let file = row % 97 % n_files;
        writeln!(files[file], "{row},{line}").unwrap();
    }
    let write = |(number, text): (usize, String)| {
        let path = folder.join(format!("part-{number}.csv"));
        std::fs::write(&path, text).unwrap();
        path
    };
    files.into_iter().enumerate().map(write).collect()
}

pub(crate) async fn to_parquet(csv: &Path, row_group: usize) -> PathBuf {
    let ctx = local(1);
    register_table(&ctx, "events", &[csv.to_str().unwrap()]).await.unwrap();
    let rows = ctx.table("events").await.unwrap().collect().await.unwrap();
    let path = csv.with_extension("parquet");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(row_group));
    let file = File::create(&path).unwrap();
    let schema = rows[0].schema();
    let mut writer = ArrowWriter::try_new(file, schema, Some(properties.build())).unwrap();
    for batch in &rows {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
    path
}

/// A session of this process, with the types that Ballista's has.
pub(crate) fn local(partitions: usize) -> SessionContext {
    let config = SessionConfig::new().upgrade_for_ballista();
    local_session(config.with_target_partitions(partitions)).unwrap()
}

/// The rows of a query over files as a table `events`, as text.
pub(crate) async fn rows<P: AsRef<str>>(
    ctx: &SessionContext,
    paths: &[P],
    sql: &str,
) -> Result<String> {
    ctx.deregister_table("events")?;
    register_table(ctx, "events", paths).await?;
    let rows = ctx.sql(sql).await?.collect().await?;
    Ok(pretty_format_batches(&rows)?.to_string())
}

/// A forest of one feature, saved.
pub(crate) fn forest(folder: &Path) -> String {
    let path = folder.join("forest.json");
    let forest = oddsift_iforest::IsolationForest::params();
    let forest = forest.fit(&ndarray::array![[90.0], [100.0], [4000.0]]).unwrap();
    std::fs::write(&path, serde_json::to_vec(&forest.model()).unwrap()).unwrap();
    path.display().to_string()
}

/// Every kind of function: of a text, a struct, a model, a list, and both aggregates.
pub(crate) fn every_function(model: &str) -> String {
    format!(
        r#"SELECT f['commandlineTokensFull'] AS tokens, f['commandlineLen'] AS len, vector_hash(f['pathScore'], program) AS hash,
           iforest_score('{model}', f['commandlineLen']) AS score, program, pattern(row, time, line) AS p,
           rarity_counts(program, program, line) AS c, stl_anomalies(array_agg(f['commandlineLen'] ORDER BY row), 2) AS s
           FROM (SELECT process_features("NewProcessName", "CommandLine", "SubjectLogonId") AS f, mask("NewProcessName") AS program,
                 "CommandLine" AS line, CAST("TimeCreatedUtc" AS TIMESTAMP) AS time, row FROM events)
           GROUP BY tokens, len, hash, score, program ORDER BY tokens, len, hash, program"#
    )
}
