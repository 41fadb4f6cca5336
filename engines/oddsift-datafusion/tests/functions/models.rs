use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch};
use datafusion::arrow::datatypes::{Float64Type, Int64Type};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::prelude::{CsvReadOptions, SessionContext};
use ndarray::{Array2, array};
use object_store::memory::InMemory;
use object_store::path::Path as StorePath;
use object_store::{ObjectStore, ObjectStoreExt};
use oddsift_iforest::IsolationForest;
use oddsift_outliers::ProcessLine;
use oddsift_pipeline::{ClusterParams, Model, OutlierParams};
use proptest::prelude::*;

use crate::tables::{query, session, table, wait};

const PROCESSES: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

fn forest() -> IsolationForest {
    let x = Array2::from_shape_fn((60, 2), |(row, column)| ((row * 7 + column * 3) % 11) as f64);
    IsolationForest::params().n_trees(20).fit(&x).unwrap()
}

fn save(path: &Path, forest: &IsolationForest) {
    std::fs::write(path, serde_json::to_vec(&forest.model()).unwrap()).unwrap();
}

fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float64Array>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn scores_are_those_of_the_forest(
        rows in prop::collection::vec((prop::option::weighted(0.9, -5.0..20.0), -5.0..20.0), 1..40),
        splits in prop::collection::vec(any::<usize>(), 0..3),
    ) {
        let (folder, forest) = (tempfile::tempdir().unwrap(), forest());
        let path = folder.path().join("forest.json");
        save(&path, &forest);
        let ctx = session(2);
        let row = (0..rows.len()).map(|row| Some(row as f64));
        let columns = vec![
            ("row", numbers(row)),
            ("a", numbers(rows.iter().map(|it| it.0))),
            ("b", numbers(rows.iter().map(|it| Some(it.1)))),
        ];
        table(&ctx, columns, &splits);
        let sql = format!("SELECT iforest_score('{}', a, b) FROM t ORDER BY row", path.display());
        let found = wait(query(&ctx, &sql)).unwrap();
        let found = found.column(0).as_primitive::<Float64Type>();
        for (row, (a, b)) in rows.iter().enumerate() {
            let expected = a.map(|a| forest.score_samples(&array![[a, *b]]).unwrap()[0].to_bits());
            prop_assert_eq!(found.is_valid(row).then(|| found.value(row).to_bits()), expected);
        }
    }
}

async fn labels(ctx: &SessionContext, model: &Path, features: &[String]) -> RecordBatch {
    ctx.register_csv("events", PROCESSES, CsvReadOptions::new()).await.unwrap();
    // Pinned to the order of the file, which one partition keeps.
    let process = "process_features(\"NewProcessName\", \"CommandLine\", \"SubjectLogonId\")";
    let feature = |name: &String| match name.as_str() {
        "program" => "lower(\"NewProcessName\")".to_owned(),
        name => format!("{process}['{name}']"),
    };
    let features: Vec<String> = features.iter().map(feature).collect();
    let sql =
        format!("SELECT cluster_of('{}', {}) FROM events", model.display(), features.join(", "));
    query(ctx, &sql).await.unwrap()
}

#[test]
fn clusters_are_those_of_the_pipeline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clusters.json");
    let json = serde_json::to_vec(&ClusterParams::new().fit(PROCESSES).unwrap().model().unwrap());
    std::fs::write(&path, json.unwrap()).unwrap();
    let model = Model::read(&path).unwrap();
    let Model::Clusters(clusters) = &model else { panic!("no clusters") };
    let recipe = clusters.recipe();
    let features: Vec<String> =
        recipe.categories().map(str::to_owned).chain(recipe.names().iter().cloned()).collect();
    let found = wait(labels(&session(1), &path, &features));
    let found: Vec<i64> = found.column(0).as_primitive::<Int64Type>().values().to_vec();
    let expected = model.labels(PROCESSES).unwrap().unwrap();
    let expected: Vec<i64> = expected.rows().map(|row| row.label.to_i64()).collect();
    assert_eq!(found, expected);
    assert!(found.contains(&-1) && found.contains(&0));
}

#[test]
fn a_model_is_read_from_any_store_of_the_session() {
    let ctx = session(2);
    let store = Arc::new(InMemory::new());
    let url = ObjectStoreUrl::parse("memory://models").unwrap();
    ctx.register_object_store(url.as_ref(), Arc::clone(&store) as Arc<dyn ObjectStore>);
    let forest = forest();
    let sql = "SELECT iforest_score('memory://models/nightly/forest.json', 1, 2)";
    let found = wait(async {
        let json = serde_json::to_vec(&forest.model()).unwrap();
        store.put(&StorePath::from("nightly/forest.json"), json.into()).await.unwrap();
        query(&ctx, sql).await.unwrap()
    });
    let found = found.column(0).as_primitive::<Float64Type>().value(0);
    assert_eq!(found.to_bits(), forest.score_samples(&array![[1.0, 2.0]]).unwrap()[0].to_bits());
    let gone = wait(async {
        store.delete(&StorePath::from("nightly/forest.json")).await.unwrap();
        query(&ctx, sql).await.unwrap_err().to_string()
    });
    assert!(gone.contains("model memory://models/nightly/forest.json: "), "{gone}");
}

#[test]
fn a_model_that_changes_after_planning_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forest.json");
    save(&path, &forest());
    let ctx = session(2);
    table(&ctx, vec![("x", numbers([Some(1.0)]))], &[]);
    let sql = format!("SELECT iforest_score('{}', x, x) FROM t", path.display());
    let message = wait(async {
        let plan = ctx.sql(&sql).await.unwrap().create_physical_plan().await.unwrap();
        save(&path, &IsolationForest::params().n_trees(3).fit(&array![[1.0, 2.0]]).unwrap());
        datafusion::physical_plan::collect(plan, ctx.task_ctx()).await.unwrap_err().to_string()
    });
    assert!(message.contains("when the query was planned; run the query again"), "{message}");
}

#[test]
fn models_that_do_not_fit_are_messages() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    save(folder.path().join("forest.json").as_path(), &forest());
    std::fs::write(folder.path().join("bad.json"), "{\"format\": \"x\"}").unwrap();
    let ctx = session(1);
    for (name, call, expected) in [
        (
            "forest.json",
            "iforest_score('PATH', 1)",
            "takes 2 features, got 1; give them in this order",
        ),
        ("forest.json", "cluster_of('PATH', 1, 2)", "has no clusters, which `cluster_of` takes"),
        ("forest.json", "iforest_score('PATH', 1, 'NaN'::double)", "iforest_score: "),
        ("bad.json", "iforest_score('PATH', 1)", "bad.json: "),
        ("none.json", "iforest_score('PATH', 1)", "none.json: "),
        ("none.json", "iforest_score('gs://none/a.json', 1)", "model gs://none/a.json: "),
    ] {
        let sql = format!("SELECT {}", call.replace("PATH", &path(name)));
        let message = wait(query(&ctx, &sql)).unwrap_err().to_string();
        assert!(message.contains(expected), "{sql}: {message}");
    }
    let sql = "SELECT iforest_score(x, 1) FROM (VALUES ('a'), ('b')) AS t(x)";
    let message = wait(query(&ctx, sql)).unwrap_err().to_string();
    assert!(message.contains("iforest_score: argument `model` is a column"), "{message}");
    let missing = wait(query(&ctx, "SELECT iforest_score(NULL, 1)")).unwrap();
    assert!(missing.column(0).is_null(0));
}

#[test]
fn a_score_can_be_grouped_by_and_aggregated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forest.json");
    save(&path, &forest());
    let ctx = session(3);
    table(&ctx, vec![("x", numbers((0..30).map(|x| Some(f64::from(x % 3)))))], &[7, 11]);
    let call = format!("iforest_score('{}', x, x)", path.display());
    let sql = format!("SELECT {call}, count(*), min({call}) FROM t GROUP BY {call}");
    let found = wait(query(&ctx, &sql)).unwrap();
    assert_eq!(found.column(0), found.column(2));
    assert_eq!(found.column(1).as_primitive::<Int64Type>().values().iter().sum::<i64>(), 30);
}

#[test]
fn process_events_are_scored_by_rarity_as_the_crates_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outliers.json");
    let fitted = OutlierParams::new().fit(PROCESSES).unwrap();
    std::fs::write(&path, serde_json::to_vec(&*fitted.model).unwrap()).unwrap();
    let ctx = session(1);
    let sql = format!(
        r#"SELECT iforest_score('{0}', r['programRarity'], r['parentRarity'], r['wordsRarity'], r['argumentsRarity']),
           "NewProcessName", "ParentProcessName", "CommandLine"
           FROM (SELECT *, process_rarity('{0}', "NewProcessName", "ParentProcessName", "CommandLine") r FROM events)"#,
        path.display()
    );
    let found = wait(async {
        ctx.register_csv("events", PROCESSES, CsvReadOptions::new()).await.unwrap();
        query(&ctx, &sql).await.unwrap()
    });
    let texts: Vec<_> = (1..4).map(|at| found.column(at).as_string::<i32>()).collect();
    let rarity = fitted.model.rarity().unwrap();
    let mut line = ProcessLine::default();
    for (row, score) in found.column(0).as_primitive::<Float64Type>().values().iter().enumerate() {
        let text = |at: usize| if texts[at].is_null(row) { "" } else { texts[at].value(row) };
        line.set(text(0), text(1), text(2));
        let vector =
            Array2::from_shape_vec((1, 4), rarity.values(&line).unwrap().to_vec()).unwrap();
        let expected = fitted.model.detector().forest().score_samples(&vector).unwrap()[0];
        assert_eq!(score.to_bits(), expected.to_bits(), "row {row}");
    }
    let sql = format!(
        "SELECT process_rarity('{}', 'a', 'b', 'c')",
        folder.path().join("forest.json").display()
    );
    save(&folder.path().join("forest.json"), &forest());
    let message = wait(query(&ctx, &sql)).unwrap_err().to_string();
    assert!(message.contains("has no counts of process events"), "{message}");
}
