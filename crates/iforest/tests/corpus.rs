//! Models that anybody may have written: `testdata/badinput/models`, and trees of every fault.

#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use ndarray::array;
use oddsift_iforest::{ForestModel, SklearnForest};

fn file(name: &str) -> String {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let path = workspace.join("testdata/badinput/models").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(text: &str) -> Result<ForestModel, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// What is said about a model of the corpus.
fn fault(name: &str) -> String {
    read(&file(name)).unwrap_err()
}

#[test]
fn the_control_scores_as_it_should() {
    let model = read(&file("00_control.json")).unwrap();
    let scores = model.forest().score_samples(&array![[0.0, 0.0]]).unwrap();
    assert!((scores[0] + 0.62865).abs() < 5e-6);
    assert_eq!(model.feature_names().unwrap(), ["f1", "f2"]);
    let again = serde_json::to_string(&model).unwrap();
    assert_eq!(read(&again).unwrap(), model);
}

#[test]
fn every_fault_of_the_corpus_is_named() {
    for (name, parts) in [
        ("arrays_differ_in_length.json", &["tree 0", "threshold has 4"][..]),
        ("child_huge.json", &["18446744073709551615", "line"]),
        ("child_out_of_range.json", &["tree 0: node 0", "child 5"]),
        ("cycle_self.json", &["tree 0: node 2"]),
        ("cycle_to_root.json", &["tree 0: node 2", "child 0"]),
        ("declared_count_huge.json", &["tree 0", "4000000000"]),
        ("feature_out_of_range.json", &["tree 0: node 0", "feature 2"]),
        ("max_samples_zero.json", &["max_samples"]),
        ("threshold_null_nan.json", &["line 22"]),
        ("truncated.json", &["line 28"]),
        ("two_parents.json", &["tree 0"]),
        ("trailing_garbage.json", &["line 90"]),
        ("version_unknown.json", &["999", "version 1"]),
    ] {
        let message = fault(name);
        assert!(parts.iter().all(|part| message.contains(part)), "{name}: {message}");
        assert!(message.len() < 300 && !message.contains(char::is_control), "{name}: {message}");
    }
}

#[test]
fn a_tree_of_a_million_levels_is_refused_without_a_stack() {
    let n_cuts = 1_000_000;
    let list = |value: &dyn Fn(usize) -> i64| {
        let values: Vec<String> = (0..=2 * n_cuts).map(|node| value(node).to_string()).collect();
        format!("[{}]", values.join(","))
    };
    let cuts = |node: usize| node.is_multiple_of(2) && node < 2 * n_cuts;
    let if_cut = |node, number: usize| if cuts(node) { i64::try_from(number).unwrap() } else { -1 };
    let text = format!(
        r#"{{"format":"isolation-forest","version":1,"n_features":1,"max_samples":256,"offset":-0.5,"trees":[{{"n_nodes":{},"feature":{},"threshold":{},"left":{},"right":{},"n_samples":{}}}]}}"#,
        2 * n_cuts + 1,
        list(&|node| if_cut(node, 0)),
        list(&|_| 0),
        list(&|node| if_cut(node, node + 1)),
        list(&|node| if_cut(node, node + 2)),
        list(&|_| 1),
    );
    let message = read(&text).unwrap_err();
    assert!(message.contains("tree 0 is deeper than 512 levels"), "{message}");
}

/// What is said about the control with one part replaced, the first time that it occurs.
fn changed(from: &str, to: &str) -> String {
    let text = file("00_control.json").split_whitespace().collect::<String>();
    assert!(text.contains(from), "{text}");
    read(&text.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn every_part_of_a_model_is_checked() {
    for (from, to, part) in [
        (r#""n_features":2"#, r#""n_features":0"#, "no columns"),
        (r#""n_features":2"#, r#""n_features":-1"#, "invalid value"),
        (r#""max_samples":8"#, r#""max_samples":4294967296"#, "u32"),
        (r#""offset":-0.5"#, r#""offset":null"#, "null"),
        (r#""offset":-0.5"#, r#""offset":1e999"#, "out of range"),
        (r#"["f1","f2"]"#, r#"["f1"]"#, "1 feature names for 2"),
        ("isolation-forest", "dbscan", "\"dbscan\" is not \"isolation-forest\""),
        (r#""version":1"#, r#""version":"1""#, "invalid type"),
        (r#""version":1"#, r#""seed":-1,"version":1"#, "invalid value"),
        (r#""version":1"#, r#""precision":"f16","version":1"#, "unknown variant"),
        (r#""version":1"#, r#""recipe":1,"version":1"#, "unknown field"),
        ("[0,-1,1,-1,-1]", "[0,-1,-2,-1,-1]", "tree 0: node 2: normal and point"),
        ("[0,-1,1,-1,-1]", "[0,-1,-3,-1,-1]", "tree 0: node 2: feature -3"),
        ("[0,-1,1,-1,-1]", "[0,-1,-1,-1,-1]", "tree 0: node 2: a leaf has no children"),
        ("[0,-1,1,-1,-1]", "[0,1,1,-1,-1]", "tree 0: node 1: child -1"),
    ] {
        let message = changed(from, to);
        assert!(message.contains(part), "{to}: {message}");
    }
    let text = file("00_control.json");
    let start = text.find("\"trees\"").unwrap();
    let message = read(&format!("{}\"trees\":[]}}", &text[..start])).unwrap_err();
    assert!(message.contains("n_trees must be at least 1"), "{message}");
}

#[test]
fn the_normal_vectors_of_a_model_are_checked() {
    let good = r#"{"format":"isolation-forest","version":1,"n_features":2,"max_samples":2,"offset":-0.5,"trees":[{"n_nodes":3,"feature":[-2,-1,-1],"threshold":[0.5,0,0],"left":[1,-1,-1],"right":[2,-1,-1],"n_samples":[2,1,1],"normal":[[1,2],null,null],"point":[[0.5,0],null,null]}]}"#;
    assert!(read(good).is_ok());
    for (from, to) in [
        (r#""normal":[[1,2],null,null]"#, r#""normal":[[1],null,null]"#),
        (r#""normal":[[1,2],null,null]"#, r#""normal":[[1,2],[1,2],null]"#),
        (r#""normal":[[1,2],null,null]"#, r#""normal":[[1,2],null]"#),
        (r#""normal":[[1,2],null,null],"#, ""),
        (r#","point":[[0.5,0],null,null]"#, ""),
        ("-2,-1,-1", "0,-1,-1"),
    ] {
        assert!(good.contains(from));
        let message = read(&good.replace(from, to)).unwrap_err();
        assert!(message.contains("tree 0"), "{to}: {message}");
    }
}

#[test]
fn exports_of_scikit_learn_are_checked() {
    let good = r#"{"n_features":2,"max_samples_":2,"offset_":-0.5,"n_estimators":1,"trees":[{"features":[1],"feature":[0,-2,-2],"threshold":[0.5,-2,-2],"children_left":[1,-1,-1],"children_right":[2,-1,-1],"n_node_samples":[2,1,1]}]}"#;
    let read = |text: &str| -> Result<ForestModel, String> {
        let exported: SklearnForest =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        ForestModel::try_from(exported).map_err(|error| error.to_string())
    };
    assert!(read(good).is_ok());
    for (from, to, part) in [
        (r#""features":[1]"#, r#""features":[]"#, "tree 0: node 0: feature"),
        (r#""features":[1]"#, r#""features":[2]"#, "tree 0: node 0: feature"),
        (r#""features":[1]"#, r#""features":[-1]"#, "tree 0: node 0: feature"),
        (r#""n_estimators":1"#, r#""n_estimators":2"#, "n_estimators is 2"),
        (r#""children_left":[1,-1,-1]"#, r#""children_left":[1,-1]"#, "tree 0"),
        (
            r#""children_right":[2,-1,-1]"#,
            r#""children_right":[1,-1,-1]"#,
            "tree 0: node 0: child 1",
        ),
    ] {
        let message = read(&good.replace(from, to)).unwrap_err();
        assert!(message.contains(part), "{to}: {message}");
    }
}
