//! What is printed as the reason of an outlier or of noise is true: every form is read back in full and
//! held against the rows. A form that is not known fails.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod tool; // runs the binary in testdata

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use fancy_regex::{Captures, Regex};
use serde_json::Value;
use tool::{oddsift, rows, testdata, text};

const FEATURES: [&str; 4] =
    ["pathScore", "commandlineLen", "commandlineTokensFull", "isSystemSession"];
const RARITIES: [&str; 4] = ["programRarity", "parentRarity", "wordsRarity", "argumentsRarity"];

const NUMBER: &str = r"(?:-?\d+(?:\.\d+)?(?:e-?\d+)?)";
const COUNT: &str = r"(?:no row|1 row|\d+ rows)";

/// A reason of `outliers`, as it is printed.
#[derive(Debug)]
struct Said {
    form: Form,
    rows: u64,
    of: u64,
}

#[derive(Debug)]
enum Form {
    /// The value of a feature, and the range in which few are.
    Alone {
        feature: String,
        value: f64,
        above: Option<f64>,
        below: Option<f64>,
    },
    /// How many rows have the program, or the program by its parent.
    Program,
    Together([Part; 2]),
}

#[derive(Debug)]
enum Part {
    Feature(String, f64),
    /// A program, or parent and program, by its rows; common ones without.
    Rows(Option<u64>),
}

struct Grammar {
    alone: Regex,
    program: Regex,
    valued: Regex,
    counted: Regex,
}

impl Grammar {
    fn new() -> Self {
        let part =
            r"(?:a program|a parent and program|a common program|a common parent and program)";
        let part = format!("{part}(?: of {COUNT})?|{NAME} {NUMBER}", NAME = r"[\w.]+");
        let range = format!(
            "above (?<above>{NUMBER})|below (?<below>{NUMBER})|between (?<low>{NUMBER}) and (?<high>{NUMBER})"
        );
        let regex = |form: String| Regex::new(&format!("^{form}$")).unwrap();
        Self {
            alone: regex(format!(
                r"(?<name>[\w.]+) (?<value>{NUMBER}) \((?:{range}): (?<rows>{COUNT}) of (?<of>\d+)\)"
            )),
            program: regex(format!(
                r"the program(?: by this parent)?: (?<rows>{COUNT}) of (?<of>\d+)"
            )),
            valued: regex(format!(
                r"(?<first>{part}) with (?<second>{part}) \((?<rows>{COUNT}) of (?<of>\d+)\)"
            )),
            counted: regex(format!(
                r"(?<rows>{COUNT}) of (?<of>\d+) (?:has|have) (?<first>{part}) and (?<second>{part})"
            )),
        }
    }

    fn read(&self, reason: &str) -> Said {
        let found = |form: &Regex| form.captures(reason).unwrap().map(|it| said(&it));
        [&self.alone, &self.program, &self.valued, &self.counted]
            .into_iter()
            .find_map(found)
            .unwrap_or_else(|| panic!("a reason of a form that is not known: {reason}"))
    }
}

fn said(found: &Captures<'_>) -> Said {
    let text = |name: &str| found.name(name).map(|it| it.as_str());
    let number = |name: &str| text(name).map(|it| it.parse().unwrap());
    let form = match (text("name"), text("first"), text("second")) {
        (Some(name), ..) => Form::Alone {
            feature: name.to_owned(),
            value: number("value").unwrap(),
            above: number("above").or_else(|| number("low")),
            below: number("below").or_else(|| number("high")),
        },
        (None, Some(first), Some(second)) => Form::Together([first, second].map(part)),
        _ => Form::Program,
    };
    Said { form, rows: count(text("rows").unwrap()), of: text("of").unwrap().parse().unwrap() }
}

fn part(text: &str) -> Part {
    if text.starts_with("a ") {
        return Part::Rows(text.split_once(" of ").map(|(_, rows)| count(rows)));
    }
    let (name, value) = text.split_once(' ').unwrap();
    Part::Feature(name.to_owned(), value.parse().unwrap())
}

fn count(rows: &str) -> u64 {
    rows.split(' ').next().map_or(0, |n| if n == "no" { 0 } else { n.parse().unwrap() })
}

/// Whether a number is printed: whole, or to six digits.
fn is_printed(printed: f64, value: f64) -> bool {
    (printed - value).abs() <= 1e-5 * value.abs()
}

/// The columns of numbers of a log with its features added.
struct Columns(HashMap<&'static str, Vec<f64>>);

impl Columns {
    fn read(log: &str) -> Self {
        let rows = rows(&oddsift(&["features", log, "-q", "--raw", "-t", "csv"]));
        let number = |text: &str| match text {
            "true" => 1.0,
            "false" => 0.0,
            number => number.parse().unwrap(),
        };
        let column = |name| rows.iter().map(|row| number(&row[name])).collect();
        Self(FEATURES.iter().map(|&name| (name, column(name))).collect())
    }

    fn n_rows(&self) -> usize {
        self.0[FEATURES[0]].len()
    }

    /// The rows in a range, without its ends.
    fn within(&self, feature: &str, low: Option<f64>, high: Option<f64>) -> Option<u64> {
        let is_in = |value: &&f64| {
            low.is_none_or(|low| **value > low) && high.is_none_or(|high| **value < high)
        };
        Some(self.0.get(feature)?.iter().filter(is_in).count() as u64)
    }

    /// The rows that have two values.
    fn with(&self, [first, second]: [(&str, f64); 2]) -> Option<u64> {
        let pairs = self.0.get(first.0)?.iter().zip(self.0.get(second.0)?);
        Some(pairs.filter(|pair| (*pair.0, *pair.1) == (first.1, second.1)).count() as u64)
    }
}

/// Reads the reasons of every outlier that is printed and holds them against the log.
struct Check {
    grammar: Grammar,
    columns: Columns,
    log: String,
    n_checked: usize,
}

impl Check {
    fn of(log: &Path) -> Self {
        let log = log.display().to_string();
        Self { grammar: Grammar::new(), columns: Columns::read(&log), log, n_checked: 0 }
    }

    fn outliers(&mut self, args: &[&str]) {
        let output = oddsift(&[&["outliers", &self.log, "-t", "ndjson", "-q"], args].concat());
        assert!(output.status.success(), "{}", text(&output.stderr));
        for line in text(&output.stdout).lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let reasons = row["reasons"].as_array().unwrap();
            for reason in reasons {
                self.reason(reason, reasons.len() == 1);
            }
        }
    }

    fn reason(&mut self, reason: &Value, is_only: bool) {
        let said = self.grammar.read(reason["reason"].as_str().unwrap());
        assert_eq!(said.of, self.columns.n_rows() as u64, "{reason}");
        // Where nothing about a row is rare, the least common is said.
        assert!(is_only || said.rows <= 1 || said.rows * 20 <= said.of, "common: {reason}");
        match &said.form {
            Form::Alone { feature, value, above, below } => {
                assert!(above.is_some() || below.is_some(), "{reason}");
                let bounds = [*above, *below];
                self.alone(reason, &said, feature, *value, bounds);
            }
            Form::Program => assert!(said.rows > 0, "{reason}"),
            Form::Together(parts) => self.together(reason, &said, parts),
        }
        self.n_checked += 1;
    }

    fn alone(
        &self,
        reason: &Value,
        said: &Said,
        feature: &str,
        value: f64,
        [above, below]: [Option<f64>; 2],
    ) {
        // As printed, too: a bound that looks like the value is none.
        assert!(above.is_none_or(|above| above < value), "{reason}");
        assert!(below.is_none_or(|below| value < below), "{reason}");
        let exact = ["value", "above", "below"].map(|name| reason[name].as_f64());
        for (printed, exact) in [Some(value), above, below].into_iter().zip(exact) {
            assert_eq!(printed.is_some(), exact.is_some(), "{reason}");
            assert!(printed.zip(exact).is_none_or(|(a, b)| is_printed(a, b)), "{reason}");
        }
        assert_eq!(reason["feature"], feature);
        let counted = self.columns.within(feature, exact[1], exact[2]);
        assert!(counted.is_some() != RARITIES.contains(&feature), "{reason}");
        assert!(counted.is_none_or(|rows| rows == said.rows), "{counted:?} rows: {reason}");
    }

    fn together(&self, reason: &Value, said: &Said, parts: &[Part; 2]) {
        let name = |name: &str| reason[name].as_str().unwrap();
        let number = |name: &str| reason[name].as_f64().unwrap();
        let exact = [(name("feature"), number("value")), (name("with"), number("with_value"))];
        for (part, (name, value)) in parts.iter().zip(exact) {
            let is_true = match part {
                Part::Feature(own, printed) => own == name && is_printed(*printed, value),
                // Each of so many rows has the part, or each of several such parts.
                Part::Rows(rows) => {
                    RARITIES[..2].contains(&name) && rows.is_some() == (value > 0.0)
                }
            };
            assert!(is_true, "{reason}");
        }
        let counted = self.columns.with(exact);
        assert!(counted.is_some() || RARITIES.contains(&exact[0].0), "{reason}");
        assert!(counted.is_none_or(|rows| rows == said.rows), "{counted:?} rows: {reason}");
    }
}

/// The sample, and generated events of two seeds; or the logs of `ODDSIFT_LOGS`, as in a `PATH`.
fn logs() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    if let Some(others) = std::env::var_os("ODDSIFT_LOGS") {
        return (folder, std::env::split_paths(&others).collect());
    }
    let generated = [1, 2].map(|seed| {
        let path = folder.path().join(format!("events{seed}.csv"));
        std::fs::write(&path, oddsift_testkit::process_events(2000, seed).unwrap()).unwrap();
        path
    });
    (folder, [&[testdata("processes_on_host.csv")], &generated[..]].concat())
}

#[test]
fn every_reason_of_an_outlier_is_true_of_the_log() {
    let features = ["--features", &FEATURES.join(",")];
    let ways = [
        &[][..],
        &["--extended"],
        &["--all-rows"],
        &["--top", "200", "--explain", "4"],
        &["--compat", "msticpy"],
        &["--precision", "f32"],
    ];
    let (_folder, logs) = logs();
    for log in logs {
        let mut check = Check::of(&log);
        for way in ways {
            check.outliers(way);
            check.outliers(&[&features, way].concat());
        }
        assert!(check.n_checked > 1000, "{}", check.n_checked);
    }
}

#[test]
fn a_reason_that_is_not_true_fails() {
    let mut check = Check::of(&testdata("processes_on_host.csv"));
    let log = check.log.clone();
    let of = |reason: &str, more: &str| {
        serde_json::from_str::<Value>(&format!(r#"{{"reason":"{reason}",{more}}}"#)).unwrap()
    };
    let above = r#""feature":"commandlineTokensFull","value":56,"above":54"#;
    let truth = of("commandlineTokensFull 56 (above 54: 2 rows of 363)", above);
    check.reason(&truth, false);
    for (reason, more) in [
        ("commandlineTokensFull 56 (above 54: 3 rows of 363)", above),
        ("commandlineTokensFull 56 (above 56: 2 rows of 363)", above),
        ("commandlineTokensFull 56 (above 54: 2 rows of 364)", above),
        ("commandlineTokensFull 56 (below 54: 2 rows of 363)", above),
        ("commandlineTokensFull 56 (typical 3 to 60)", above),
        ("commandlineTokensFull 56", above),
    ] {
        let wrong = of(reason, more);
        let result = std::panic::catch_unwind(|| Check::of(Path::new(&log)).reason(&wrong, false));
        assert!(result.is_err(), "{reason}");
    }
}

/// What noise tells of its nearest cluster: distance in eps, feature, its value here and there.
fn nearest(reason: &str) -> Option<(f64, String, f64, f64)> {
    if ["no cluster has its program", "there is no cluster"].contains(&reason) {
        return None;
    }
    let form = format!(
        r"^(?<eps>{NUMBER}) eps from cluster \d+ by (?<name>[\w.]+) (?<here>{NUMBER}), there (?<there>{NUMBER})(?:, .+)?$"
    );
    let found = Regex::new(&form).unwrap().captures(reason).unwrap();
    let found = found.unwrap_or_else(|| panic!("a reason of a form that is not known: {reason}"));
    let text = |name: &str| found.name(name).unwrap().as_str();
    let number = |name: &str| text(name).parse().unwrap();
    Some((number("eps"), text("name").to_owned(), number("here"), number("there")))
}

#[test]
fn the_feature_that_noise_names_makes_its_distance() {
    let (_folder, logs) = logs();
    for log in logs {
        let log = log.display().to_string();
        let mut n_told = 0;
        for (eps, more) in [
            (0.5, &["--eps", "0.5"][..]),
            (3.0, &["--eps", "3"]),
            (
                0.5,
                &[
                    "--scale",
                    "none",
                    "--eps",
                    "0.5",
                    "--features",
                    "commandlineTokensFull,commandlineLen",
                ],
            ),
        ] {
            let output = oddsift(&[&["cluster", &log, "-t", "ndjson", "-q"], more].concat());
            assert!(output.status.success(), "{}", text(&output.stderr));
            for line in text(&output.stdout).lines() {
                let row: Value = serde_json::from_str(line).unwrap();
                let Some(reason) = row["Reason"].as_str() else { continue };
                assert_eq!(row["ClusterId"], -1);
                let Some((far, feature, here, there)) = nearest(reason) else { continue };
                assert_eq!(row["NearestFeature"], *feature, "{reason}");
                assert_eq!(row[&feature].as_f64(), Some(here), "{reason}");
                // Of two features it is the one that differs most: at least the distance by root 2.
                let (distance, apart) = (far * eps, (here - there).abs());
                let slack = 0.001 * eps;
                assert!(far >= 1.0 && apart > 0.0, "{reason}");
                assert!(apart <= distance + slack, "{reason}");
                assert!(distance <= apart * 2.0_f64.sqrt() + slack, "{reason}");
                n_told += 1;
            }
        }
        assert!(n_told > 5, "{n_told} in {log}");
    }
}
