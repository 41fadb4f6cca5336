use std::collections::HashSet;

use super::super::index::Parameters;
use super::*;

fn scene(name: &str, parameters: &str) -> Result<Scene> {
    let parameters = match parameters {
        "" => Parameters::default(),
        text => Parameters::parse(text)?,
    };
    Scene::of(&Row { name: name.to_owned(), parameters, ..Row::default() })
}

fn input(name: &str, parameters: &str) -> Input {
    scene(name, parameters).unwrap().inputs.remove(0)
}

fn text(input: &Input) -> String {
    let mut bytes = Vec::new();
    input.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The cells of an input, the header first.
fn table(input: &Input) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let text = text(input);
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    let cells = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    reader.records().map(|record| cells(record.unwrap())).collect()
}

#[test]
fn events_have_the_stated_size_and_the_columns_of_the_control() {
    for n_bytes in [100, 101, 250] {
        let input = input("rows", &format!("count=90000;bytes_per_row={n_bytes};columns=control"));
        let text = text(&input);
        assert!(text.lines().skip(1).all(|line| line.len() + 1 == n_bytes));
        let table = table(&input);
        assert_eq!(table.len(), 90_001);
        assert_eq!(table[0], input.columns());
        assert_eq!(table[90_000][0], "2024-01-02T00:59:59Z");
        assert!(table.iter().all(|row| !row[4].ends_with(' ') && !row[4].contains("  ")));
    }
}

#[test]
fn distinct_values_are_distinct_and_depend_on_the_seed() {
    let column = |seed: u64| {
        let input = input("distinct_values", &format!("count=5000;column=Computer;seed={seed}"));
        let values: Vec<String> =
            table(&input).into_iter().skip(1).map(|mut row| row.remove(1)).collect();
        values
    };
    let values = column(1);
    assert_eq!(values.iter().collect::<HashSet<_>>().len(), 5000);
    assert_eq!(values, column(1));
    assert_ne!(values, column(2));
}

#[test]
fn points_of_a_ball_are_neighbours_of_each_other() {
    let ball = input("dbscan_dense", "n=100;dims=3;radius=0.5;eps=1");
    let table = table(&ball);
    assert_eq!(table[0], ["f1", "f2", "f3"]);
    for row in &table[1..] {
        let squares = row.iter().map(|cell| cell.parse::<f64>().unwrap().powi(2));
        assert!(squares.sum::<f64>() <= 0.25);
    }
    assert!(scene("dbscan_dense", "n=100;dims=3;radius=0.6;eps=1").is_err());
}

#[test]
fn equal_points_are_equal() {
    assert_eq!(text(&input("dbscan_identical", "n=2;dims=2")), "f1,f2\n0.5,0.5\n0.5,0.5\n");
}

#[test]
fn one_line_is_one_line() {
    assert_eq!(text(&input("one_line", "bytes=5;byte=A;newline=no")), "AAAAA");
    assert_eq!(text(&input("one_line", "bytes=2;byte=b;newline=yes")), "bb\n");
}

#[test]
fn a_chain_has_the_form_of_the_stored_models() {
    let text = text(&input("deep_tree_model", "nodes=5;shape=right_chain"));
    let compact: String = text.split_whitespace().collect();
    assert_eq!(
        compact,
        r#"{"format":"isolation-forest","version":1,"n_features":2,"max_samples":3,"offset":-0.5,"#
            .to_owned()
            + r#""feature_names":["f1","f2"],"trees":[{"n_nodes":5,"feature":[0,-1,1,-1,-1],"#
            + r#""threshold":[-1,0,-1,0,0],"left":[1,-1,3,-1,-1],"right":[2,-1,4,-1,-1],"#
            + r#""n_samples":[3,1,2,1,1]}]}"#
    );
}

#[test]
fn what_is_too_large_to_store_is_piped() {
    assert!(input("rows", "count=100000000;bytes_per_row=100;columns=control").is_piped());
    assert!(input("one_line", "bytes=1073741824;byte=A;newline=no").is_piped());
    assert!(input("stdin_pipe_closed", "reader=head -n1").is_piped());
    assert!(!input("output_equals_input", "").is_piped());
}

#[test]
fn what_is_not_known_is_an_error() {
    for (name, parameters) in [
        ("cols", "count=1"),
        ("rows", "count=1;bytes_per_row=100"),
        ("rows", "count=1;bytes_per_row=100;columns=f"),
        ("rows", "count=1;bytes_per_row=99;columns=control"),
        ("one_line", "bytes=1;byte=AB;newline=no"),
        ("deep_tree_model", "nodes=4;shape=right_chain"),
        ("deep_tree_model", "nodes=5;shape=left_chain"),
        ("distinct_values", "count=1;column=x;seed=1"),
        ("output_is_symlink", "target=inside"),
        ("stdin_pipe_closed", "reader=cat"),
    ] {
        assert!(scene(name, parameters).is_err(), "{name}({parameters})");
    }
}
