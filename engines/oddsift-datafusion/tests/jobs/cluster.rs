use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use oddsift_datafusion::Error;
use oddsift_datafusion::jobs::{ClusterJob, Clustered, Limits, Scratch, Source};
use oddsift_pipeline::{ClusterParams, Clusters, KeepRows};

use crate::events::{Events, Layout};
use crate::logs::{session, wait};

fn labels_of_file(events: &Events, min_samples: usize) -> (Clusters, Vec<(i64, i64, bool)>) {
    let mut params = ClusterParams::new();
    params.clustering = params.clustering.min_samples(min_samples);
    params.keep = KeepRows::All;
    let found = params.fit(events.csv()).unwrap();
    let labels = found.labels();
    let labels =
        labels.map(|(row, label, is_core)| (row.cast_signed(), label.to_i64(), is_core)).collect();
    (found, labels)
}

async fn labels_of(found: &Clustered) -> Vec<(i64, i64, bool)> {
    let mut labels = Vec::new();
    for batch in found.labels().await.unwrap().collect().await.unwrap() {
        let number = |column: usize| cast(batch.column(column), &DataType::Int64).unwrap();
        let (rows, ids) = (number(0), number(1));
        let (rows, ids) = (rows.as_primitive::<Int64Type>(), ids.as_primitive::<Int64Type>());
        let is_core = batch.column(2).as_boolean();
        labels.extend(
            (0..batch.num_rows()).map(|at| (rows.value(at), ids.value(at), is_core.value(at))),
        );
    }
    labels.sort_unstable();
    labels
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<Option<String>> {
    let texts = cast(batch.column_by_name(column).unwrap(), &DataType::Utf8).unwrap();
    let texts = texts.as_string::<i32>();
    texts.iter().map(|text| text.map(str::to_owned)).collect()
}

/// The columns that are told of each line, but for those of its row.
const TOLD: [&str; 16] = [
    "row",
    "ClusterId",
    "ClusterSize",
    "FirstEventTime",
    "LastEventTime",
    "commandlineTokens",
    "commandlineTokensFull",
    "Programs",
    "CommandLines",
    "Hosts",
    "Users",
    "NearestCluster",
    "NearestEps",
    "Template",
    "NearestTemplate",
    "Reason",
];

async fn lines_of(found: &Clustered) -> Vec<String> {
    let lines = found.lines().await.unwrap();
    let columns = TOLD.map(|name| match name {
        "FirstEventTime" | "LastEventTime" => {
            let nanoseconds = cast(lines.column_by_name(name).unwrap(), &DataType::Int64).unwrap();
            texts(&RecordBatch::try_from_iter([(name, nanoseconds)]).unwrap(), name)
        }
        name => texts(&lines, name),
    });
    let cell = |column: &Vec<Option<String>>, at: usize| column[at].clone().unwrap_or_default();
    let line = |at: usize| columns.each_ref().map(|column| cell(column, at)).join("|");
    (0..lines.num_rows()).map(line).collect()
}

fn lines_of_file(found: &Clusters) -> Vec<String> {
    let line = |row: &oddsift_pipeline::ClusterRow<'_>| {
        let (first, last) = row.times.unwrap();
        let mut cells =
            vec![row.row.to_string(), row.label.to_i64().to_string(), row.size.to_string()];
        cells.extend([first, last].map(|time| time.as_nanosecond().to_string()));
        cells.extend(row.values[..2].iter().map(f64::to_string));
        cells.extend(row.variety.iter().map(u64::to_string));
        let nearest = row.nearest;
        cells.push(nearest.map_or(String::new(), |it| it.label.to_i64().to_string()));
        cells.push(nearest.map_or(String::new(), |it| format!("{:?}", it.eps)));
        cells.push(row.template.clone().unwrap_or_default());
        cells.push(nearest.and_then(|it| it.template).unwrap_or_default().to_owned());
        cells.push(row.reason.clone().unwrap_or_default());
        cells.join("|")
    };
    found.rows().iter().map(line).collect()
}

async fn assert_equal(events: &Events, source: &Source, min_samples: usize, scratch: Scratch) {
    let (of_file, labels) = labels_of_file(events, min_samples);
    let mut job = ClusterJob::new();
    job.params = job.params.min_samples(min_samples);
    job.scratch = scratch;
    let found = job.run(source).await.unwrap();
    assert_eq!(found.events.n_noise_rows(), of_file.events.n_noise_rows());
    assert_eq!(found.n_left_out, 0);
    assert_eq!(labels_of(&found).await, labels);
    let (ours, theirs) = (lines_of(&found).await, lines_of_file(&of_file));
    assert_eq!(ours.len(), theirs.len());
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert_eq!(ours, theirs);
    }
    let model = serde_json::to_string(&found.model().unwrap()).unwrap();
    assert_eq!(model, serde_json::to_string(&of_file.model().unwrap()).unwrap());
}

#[test]
fn labels_lines_and_models_are_the_tools_whatever_the_layout() {
    let events = Events::new(5000, 3);
    wait(async {
        for layout in Layout::ALL {
            assert_equal(&events, &events.parquet(layout).await, 2, Scratch::memory()).await;
        }
        let scratch = Scratch::folder(events.folder.path().to_str().unwrap());
        // Equal rows may be noise, too.
        assert_equal(&events, &events.many_csv(Layout::ALL[1]).await, 6, scratch).await;
    });
}

#[test]
fn too_many_patterns_and_unknown_features_are_told() {
    wait(async {
        let rows = "SELECT * FROM (VALUES (0, 1.0), (1, 9.0), (2, 4.0)) AS t(row, x)";
        let source = Source::query(&session(2, 1000), rows, "row").await.unwrap();
        let mut job = ClusterJob::new();
        let error = job.run(&source).await.unwrap_err().to_string();
        assert!(error.contains("name the features"), "{error}");
        job.features = vec!["y".to_owned()];
        let error = job.run(&source).await.unwrap_err().to_string();
        assert_eq!(error, "there is no column `y`; the columns are row, x");
        job.features = vec!["x".to_owned()];
        job.limits = Limits { max_patterns: 2 };
        let error = job.run(&source).await.unwrap_err();
        assert!(
            matches!(&error, Error::Job { reason } if reason.contains("more than 2 distinct vectors"))
        );
    });
}
