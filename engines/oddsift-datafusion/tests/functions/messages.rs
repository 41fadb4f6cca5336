use crate::tables::{query, session, wait};

fn message(sql: &str) -> String {
    wait(query(&session(2), sql)).unwrap_err().to_string()
}

#[test]
fn a_wrong_type_is_named_with_function_argument_and_what_is_taken() {
    for (sql, expected) in [
        ("SELECT mask(17)", "mask: argument `text` is Int64, it takes text (Utf8,"),
        ("SELECT crc32_hash(ARRAY[1])", "crc32_hash: argument `text` is List("),
        (
            "SELECT char_ord_score('a', 'b')",
            "char_ord_score: argument `scale` is Utf8, it takes a number",
        ),
        (
            "SELECT process_features('a', 1.5, 'c')",
            "process_features: argument `command_line` is Float64",
        ),
        ("SELECT iforest_score(1, 2)", "iforest_score: argument `model` is Int64"),
        (
            "SELECT iforest_score('m.json', 'x')",
            "iforest_score: argument `feature 1` is Utf8, it takes a number",
        ),
        ("SELECT cluster_of('m.json', ARRAY[1])", "cluster_of: argument `feature 1` is List("),
        (
            "SELECT stl_anomalies(1, 2)",
            "stl_anomalies: argument `values` is Int64, it takes a list of numbers",
        ),
        (
            "SELECT pattern('a', NULL, 'b')",
            "pattern: argument `row` is Utf8, it takes a whole number",
        ),
        (
            "SELECT pattern(1, 'b', 'c')",
            "pattern: argument `time` is Utf8, it takes a timestamp or a date",
        ),
        ("SELECT rarity_counts('a', 'b', 3)", "rarity_counts: argument `command_line` is Int64"),
        ("SELECT template_text('a')", "template_text: argument `state` is Utf8, it takes bytes"),
    ] {
        let message = message(sql);
        assert!(message.contains(expected), "{sql}: {message}");
    }
}

#[test]
fn a_wrong_number_of_arguments_is_named_with_the_arguments() {
    for (sql, expected) in [
        ("SELECT mask('a', 'b')", "mask: takes (text), got 2 arguments"),
        (
            "SELECT process_features('a')",
            "takes (path, command_line, session, [path_separator]), got 1",
        ),
        ("SELECT pattern(1)", "pattern: takes (row, time, text), got 1"),
    ] {
        let message = message(sql);
        assert!(message.contains(expected), "{sql}: {message}");
    }
}

#[test]
fn bad_values_are_messages() {
    for (sql, expected) in [
        ("SELECT char_ord_score('a', 0)", "char_ord_score: scale must be finite and not zero"),
        ("SELECT delim_count('a', '(')", "delim_count: delimiter pattern"),
        ("SELECT token_count('a', '')", "token_count: token delimiter must not be empty"),
        (
            "SELECT process_features('a', '', '', '')",
            "process_features: path separator must not be empty",
        ),
        ("SELECT token_count(x, x) FROM (VALUES ('a'), ('b')) AS t(x)", "`delimiter` is a column"),
        ("SELECT stl_anomalies([1, 2], 2.5)", "argument `period`: 2.5 is no count"),
        (
            "SELECT stl_anomalies([1, 2], '24h')",
            "argument `period`: `24h` is none; give a number of points",
        ),
        ("SELECT stl_anomalies([1, 2], NULL)", "argument `period`: NULL is no period"),
        ("SELECT stl_anomalies([1, 2], 1, 3, 'x')", "argument `score`: "),
        ("SELECT template_text(CAST('{}' AS BYTEA))", "state of a template: "),
        ("SELECT pattern(DISTINCT x, NULL, 'a') FROM (VALUES (1), (2)) AS t(x)", "DISTINCT"),
        ("SELECT pattern(x, NULL, 'a') FROM (VALUES (-1)) AS t(x)", "-1"),
    ] {
        let message = message(sql);
        assert!(message.contains(expected), "{sql}: {message}");
    }
}
