//! The recorded results of msticpy: `features` and `process_features`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

#[path = "../../../testdata/golden.rs"]
mod golden;

use oddsift_features::{
    Delimiters, FeatureOptions, ProcessFeature, ProcessScanner, Recipe, Role, Roles, SchemaChoice,
    Scratch, char_ord_ratio, char_ord_score, columns, crc32_hash, delim_count, delim_hash,
    guess_path_separator, process_name, token_count,
};
use serde_json::Value;
use std::path::Path;

use golden::area;

/// Logarithms are the platform's; all else is exact.
const LOG_TOLERANCE: f64 = 1e-12;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The entries of an object; an unknown one is the caller's to refuse.
fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value))
}

mod features {
    use super::*;

    #[test]
    fn cases() {
        let Some((folder, cases)) = area("features") else { return };
        for case in list(&cases["cases"]) {
            check(&folder, case);
        }
        for edge in list(&cases["scale_edge_cases"]) {
            let score = char_ord_score(text(&edge["s"]), edge["scale"].as_f64().unwrap());
            assert_eq!(score, Ok(edge["char_ord_score"].as_i64().unwrap()), "{edge}");
        }
    }

    #[test]
    fn error_cases() {
        let Some((_, cases)) = area("features") else { return };
        for case in list(&cases["error_cases"]) {
            if case["error"].is_null() {
                continue;
            }
            let args: Vec<&str> = list(&case["args"]).iter().map(text).collect();
            let [value, parameter] = match args[..] {
                [value] => [value, "''"],
                [value, parameter] => [value, parameter],
                _ => panic!("unknown arguments: {case}"),
            };
            if value.contains("\\ud8") {
                println!("skipped: {case}: a str cannot hold a lone surrogate");
                continue;
            }
            let (value, parameter) = (value.trim_matches('\''), parameter.trim_matches('\''));
            let is_error = match text(&case["function"]) {
                "char_ord_score" => char_ord_score(value, parameter.parse().unwrap()).is_err(),
                "token_count" => token_count(value, parameter).is_err(),
                "delim_count" | "delim_hash" => Delimiters::new(parameter).is_err(),
                other => panic!("unknown function {other}"),
            };
            assert!(is_error, "{case}");
        }
    }

    fn check(folder: &Path, case: &Value) {
        let lines = std::fs::read_to_string(folder.join(text(&case["input"]))).unwrap();
        let rows: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows.len() as u64, case["count"].as_u64().unwrap());
        let patterns = |of: &str| -> Vec<(String, Delimiters)> {
            entries(&case["params"][of])
                .map(|(name, p)| (name.to_owned(), Delimiters::new(text(p)).unwrap()))
                .collect()
        };
        let (delimiters, extra) = (patterns("delimiters"), patterns("extra_delimiters"));
        for row in &rows {
            check_row(row, &delimiters, &extra);
        }
        check_columns(&rows, &delimiters);
    }

    fn check_row(row: &Value, delimiters: &[(String, Delimiters)], extra: &[(String, Delimiters)]) {
        let s = text(&row["s"]);
        let named = |name: &str, all: &[(String, Delimiters)]| {
            all.iter().find(|(n, _)| n == name).map(|(_, d)| d.clone()).unwrap()
        };
        for (key, value) in entries(row) {
            match key {
                "id" | "category" | "s" | "ws_semantics_differ" => {}
                "char_ord_score" => {
                    for (scale, score) in entries(value) {
                        let found = char_ord_score(s, scale.parse().unwrap());
                        assert_eq!(found, Ok(score.as_i64().unwrap()), "{row}");
                    }
                }
                "char_ord_score_df" => {
                    for (scale, score) in entries(value) {
                        let found = char_ord_ratio(s, scale.parse().unwrap()).unwrap();
                        assert_eq!(found.to_bits(), score.as_f64().unwrap().to_bits(), "{row}");
                    }
                }
                "crc32_hash" => {
                    assert_eq!(u64::from(crc32_hash(s)), value.as_u64().unwrap(), "{row}");
                }
                "delim_count" => {
                    for (name, count) in entries(value) {
                        let found = delim_count(s, &named(name, delimiters));
                        assert_eq!(found, count.as_u64().unwrap(), "{name} {row}");
                    }
                }
                "delim_hash" => {
                    for (name, hash) in entries(value) {
                        let found = delim_hash(s, &named(name, delimiters));
                        assert_eq!(u64::from(found), hash.as_u64().unwrap(), "{name} {row}");
                    }
                }
                "token_count" => {
                    for (delimiter, count) in entries(value) {
                        let found = token_count(s, delimiter);
                        assert_eq!(found, Ok(count.as_u64().unwrap()), "{row}");
                    }
                }
                "extra" => {
                    for (name, expected) in entries(value) {
                        let delimiters = named(name, extra);
                        let found = (delim_count(s, &delimiters), delim_hash(s, &delimiters));
                        let count = expected["count"].as_u64().unwrap();
                        let hash = expected["hash"].as_u64().unwrap();
                        assert_eq!((found.0, u64::from(found.1)), (count, hash), "{name} {row}");
                    }
                }
                other => panic!("unknown function {other}"),
            }
        }
    }

    fn check_columns(rows: &[Value], delimiters: &[(String, Delimiters)]) {
        let cells = || rows.iter().map(|row| Some(text(&row["s"])));
        let same = |found: ndarray::Array1<f64>, expected: &dyn Fn(&Value) -> f64| {
            let expected: Vec<f64> = rows.iter().map(expected).collect();
            assert_eq!(found.to_vec(), expected);
        };
        same(columns::crc32_hash(cells()), &|row| row["crc32_hash"].as_f64().unwrap());
        for (name, set) in delimiters {
            same(columns::delim_count(cells(), set), &|r| r["delim_count"][name].as_f64().unwrap());
            same(columns::delim_hash(cells(), set), &|r| r["delim_hash"][name].as_f64().unwrap());
        }
        for (scale, _) in entries(&rows[0]["char_ord_score"]) {
            let by = scale.parse().unwrap();
            same(columns::char_ord_score(cells(), by).unwrap(), &|r| {
                r["char_ord_score"][scale].as_f64().unwrap()
            });
            same(columns::char_ord_ratio(cells(), by).unwrap(), &|r| {
                r["char_ord_score_df"][scale].as_f64().unwrap()
            });
        }
        for (delimiter, _) in entries(&rows[0]["token_count"]) {
            same(columns::token_count(cells(), delimiter).unwrap(), &|r| {
                r["token_count"][delimiter].as_f64().unwrap()
            });
        }
    }
}

mod process_features {
    use super::*;

    struct Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    }

    impl Table {
        fn read(path: &Path) -> Self {
            let mut reader = csv::Reader::from_path(path).unwrap();
            let columns = reader.headers().unwrap().iter().map(String::from).collect();
            let row = |record: csv::Result<csv::StringRecord>| -> Vec<String> {
                record.unwrap().iter().map(String::from).collect()
            };
            Self { columns, rows: reader.records().map(row).collect() }
        }

        /// An empty field is a missing one.
        fn cell(&self, row: usize, column: usize) -> Option<&str> {
            Some(self.rows[row][column].as_str()).filter(|cell| !cell.is_empty())
        }
    }

    #[test]
    fn cases() {
        let Some((folder, cases)) = area("process_features") else { return };
        for case in list(&cases["cases"]) {
            check(&folder, case);
        }
    }

    #[test]
    fn error_cases() {
        let Some((_, cases)) = area("process_features") else { return };
        for case in list(&cases["error_cases"]) {
            // The design's default is the right result in place of these errors.
            let name = text(&case["name"]);
            if case["error"].is_null() || name.contains("zero-row") || name.contains("NaN in") {
                println!("skipped: {name}: missing text is empty, no row gives no vector");
            } else if name.contains("no NewProcessName column") {
                let columns = ["CommandLine"];
                let roles = Roles::resolve(&columns, SchemaChoice::Auto, &[]).unwrap();
                let wanted = ["pathScore"];
                let options = FeatureOptions::default();
                assert!(Recipe::resolve(&columns, &wanted, &roles, &options).is_err(), "{name}");
            } else {
                panic!("unknown error case {name}");
            }
        }
    }

    fn check(folder: &Path, case: &Value) {
        let input = Table::read(&folder.join(text(&case["input"])));
        let expected = Table::read(&folder.join(text(&case["expected"])));
        let mut options = FeatureOptions::default();
        for (name, value) in entries(&case["params"]) {
            match name {
                "path_separator" => options.path_separator = value.as_str().map(String::from),
                "force" => options.force = value.as_bool().unwrap(),
                other => panic!("unknown parameter {other}"),
            }
        }
        let roles = Roles::resolve(&input.columns, SchemaChoice::Auto, &[]).unwrap();
        let separator = separator(&input, &roles, &options);
        if let Some(used) = case["separator_used"].as_str() {
            assert_eq!(separator, used, "{}", case["name"]);
        }
        options.path_separator = Some(separator);
        assert_eq!(input.rows.len(), expected.rows.len());
        let recorded = list(&case["oracle_columns"]).iter().chain(list(&case["documented_only"]));
        for name in recorded.map(text) {
            check_feature(name, &input, &expected, &roles, &options);
        }
        check_nothing_else_is_added(&input, &expected, &roles, &options);
    }

    fn separator(input: &Table, roles: &Roles, options: &FeatureOptions) -> String {
        let first = (0..input.rows.len()).map(|row| input.cell(row, roles.get(Role::Path)?));
        options.path_separator.clone().unwrap_or_else(|| guess_path_separator(first).to_owned())
    }

    fn check_feature(
        name: &str,
        input: &Table,
        expected: &Table,
        roles: &Roles,
        options: &FeatureOptions,
    ) {
        let column = expected.columns.iter().position(|c| c == name).unwrap();
        let recorded = |row: usize| expected.rows[row][column].as_str();
        let Ok(feature) = name.parse::<ProcessFeature>() else {
            // Input columns come through unchanged, but for missing text.
            let from = input.columns.iter().position(|c| c == name).unwrap();
            for row in 0..input.rows.len() {
                assert_eq!(input.rows[row][from], recorded(row));
            }
            return;
        };
        let is_computed = options.force || !input.columns.iter().any(|c| c == name);
        if feature == ProcessFeature::ProcessName {
            assert!(is_computed, "an existing name is not recorded as computed");
            let path = roles.get(Role::Path).unwrap();
            for row in 0..input.rows.len() {
                let cell = input.cell(row, path).unwrap_or("");
                let separator = options.path_separator.as_deref().unwrap();
                assert_eq!(process_name(cell, separator), recorded(row), "row {row}");
            }
            return;
        }
        let recipe = Recipe::resolve(&input.columns, &[name], roles, options).unwrap();
        let scanner = ProcessScanner::new(options).unwrap();
        let (mut scratch, mut out) = (Scratch::default(), [f64::NAN]);
        for row in 0..input.rows.len() {
            recipe.evaluate(|c| input.cell(row, c), &mut scratch, &mut out).unwrap();
            assert_close(name, out[0], recorded(row), row);
            if options.force || !input.columns.iter().any(|c| c.parse::<ProcessFeature>().is_ok()) {
                let at = |column: Option<usize>| input.cell(row, column?);
                let event = scanner.scan(
                    at(roles.get(Role::Path)),
                    at(roles.get(Role::CommandLine)),
                    at(roles.get(Role::Session)),
                );
                assert_eq!(event.number(feature), Some(out[0]), "{name} row {row}");
            }
        }
    }

    /// Every feature that can be computed is recorded, and every recorded one was in question.
    fn check_nothing_else_is_added(
        input: &Table,
        expected: &Table,
        roles: &Roles,
        options: &FeatureOptions,
    ) {
        let available = roles.features();
        for feature in ProcessFeature::ALL {
            let is_recorded = expected.columns.iter().any(|c| c == feature.name());
            let was_there = input.columns.iter().any(|c| c == feature.name());
            let is_added = available.contains(&feature);
            assert_eq!(is_recorded, is_added || was_there, "{feature} {options:?}");
        }
    }

    fn assert_close(name: &str, found: f64, recorded: &str, row: usize) {
        let wanted = match recorded {
            "true" => 1.0,
            "false" => 0.0,
            number => number.parse().unwrap(),
        };
        let tolerance = if name.contains("Log") { LOG_TOLERANCE * f64::abs(wanted) } else { 0.0 };
        assert!((found - wanted).abs() <= tolerance, "{name} row {row}: {found} for {wanted}");
    }
}
