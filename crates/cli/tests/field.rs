//! Every case of `testdata/field`, run with the real binary: inputs as other tools and people write them,
//! and what is right for each. `ODDSIFT_FIELD` names another set of the same form.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fancy_regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    any_of: Vec<Alternative>,
}

/// One way to be right. What is left out may be anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alternative {
    exit: i32,
    #[serde(default)]
    rows: Vec<Map<String, Value>>,
    n_rows: Option<usize>,
    #[serde(default)]
    no_row: Vec<Map<String, Value>>,
    #[serde(default)]
    stderr: Vec<String>,
    #[serde(default)]
    stdout: Vec<String>,
}

/// What a command did.
struct Ran {
    exit: Option<i32>,
    stdout: String,
    stderr: String,
}

#[test]
fn every_case_gets_what_is_right_for_it() {
    let cases = cases(&root());
    let mut faults = Vec::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        faults.extend(falls_short(case).map(|why| format!("{name}: {why}")));
    }
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n"));
}

fn root() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    workspace.join(std::env::var_os("ODDSIFT_FIELD").unwrap_or_else(|| "testdata/field".into()))
}

/// The folders of the cases; one without a case fails.
fn cases(root: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut cases: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.retain(|case| {
        case.file_name().unwrap().to_string_lossy().starts_with(|c: char| c.is_ascii_digit())
    });
    cases.sort();
    assert!(!cases.is_empty(), "no cases in {}", root.display());
    for case in &cases {
        for file in ["cmd", "expect.json"] {
            assert!(case.join(file).is_file(), "{}: no {file}", case.display());
        }
    }
    cases
}

/// Why no alternative holds; none if one does.
fn falls_short(case: &Path) -> Option<String> {
    let expected = std::fs::read_to_string(case.join("expect.json")).unwrap();
    let expected: Expected = serde_json::from_str(&expected).unwrap();
    assert!(!expected.any_of.is_empty(), "{}: no alternative", case.display());
    let ran = run(case);
    let faults: Option<Vec<String>> =
        expected.any_of.iter().map(|alternative| alternative.fault(&ran)).collect();
    faults.map(|faults| format!("{}\n    stderr: {}", faults.join("; or "), ran.stderr.trim_end()))
}

/// Runs the command of a case in a copy of its folder.
fn run(case: &Path) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let mut input = None;
    for entry in std::fs::read_dir(case).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        std::fs::copy(entry.path(), folder.path().join(&name)).unwrap();
        input = input.or(name.starts_with("input.").then_some(name));
    }
    let command = std::fs::read_to_string(case.join("cmd")).unwrap();
    let word = |word: &str| Regex::new(&format!(r"(?<![\w./-]){word}(?![\w./-])")).unwrap();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let tool = quoted(env!("CARGO_BIN_EXE_oddsift"));
    let input = quoted(&input.unwrap());
    let command =
        word("oddsift").replace_all(command.trim(), fancy_regex::NoExpand(&tool)).into_owned();
    let command = word("FILE").replace_all(&command, fancy_regex::NoExpand(&input)).into_owned();
    let output = Command::new("bash")
        .args(["-c", &command])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    Ran { exit: output.status.code(), stdout, stderr }
}

impl Alternative {
    /// What does not hold.
    fn fault(&self, ran: &Ran) -> Option<String> {
        if ran.exit != Some(self.exit) {
            return Some(format!("exit status {:?}, not {}", ran.exit, self.exit));
        }
        let rows = rows(&ran.stdout);
        if let Some(n_rows) = self.n_rows.filter(|n_rows| *n_rows != rows.len()) {
            return Some(format!("{} rows, not {n_rows}", rows.len()));
        }
        let mut left: Vec<&Map<String, Value>> = rows.iter().collect();
        for wanted in &self.rows {
            match left.iter().position(|row| matches(wanted, row)) {
                Some(at) => drop(left.remove(at)),
                None => return Some(format!("no row {}", Value::Object(wanted.clone()))),
            }
        }
        let unwanted = |no: &&Map<String, Value>| rows.iter().any(|row| matches(no, row));
        if let Some(found) = self.no_row.iter().find(unwanted) {
            return Some(format!("there is a row {}", Value::Object(found.clone())));
        }
        let streams =
            [("stderr", &self.stderr, &ran.stderr), ("stdout", &self.stdout, &ran.stdout)];
        for (name, patterns, text) in streams {
            let is_lacking =
                |pattern: &&String| !Regex::new(pattern).unwrap().is_match(text).unwrap();
            if let Some(pattern) = patterns.iter().find(is_lacking) {
                return Some(format!("{name} has no /{pattern}/"));
            }
        }
        None
    }
}

/// The rows of NDJSON, a JSON array, or CSV with a header.
fn rows(output: &str) -> Vec<Map<String, Value>> {
    if let Ok(rows) = serde_json::from_str(output) {
        return rows;
    }
    let lines = output.lines().filter(|line| !line.trim().is_empty());
    if let Ok(rows) = lines.map(serde_json::from_str).collect() {
        return rows;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(output.as_bytes());
    let Ok(header) = reader.headers().cloned() else { return Vec::new() };
    let records = reader.records().map_while(Result::ok);
    let row = |record: csv::StringRecord| {
        let cell = |(name, text): (&str, &str)| {
            let value = if text.is_empty() { Value::Null } else { Value::from(text) };
            (name.trim_start_matches('\'').to_owned(), value)
        };
        header.iter().zip(&record).map(cell).collect()
    };
    records.map(row).collect()
}

/// Whether a row has all fields of another.
fn matches(wanted: &Map<String, Value>, row: &Map<String, Value>) -> bool {
    wanted.iter().all(|(name, wanted)| is_equal(wanted, row.get(name).unwrap_or(&Value::Null)))
}

fn is_equal(wanted: &Value, found: &Value) -> bool {
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match wanted {
        Value::Object(pattern) => {
            let pattern = pattern.get("regex").and_then(Value::as_str).unwrap();
            Regex::new(pattern).unwrap().is_match(&text).unwrap()
        }
        Value::Number(number) => {
            text.parse::<f64>().is_ok_and(|found| number.as_f64() == Some(found))
        }
        Value::String(wanted) => *wanted == text,
        Value::Bool(wanted) => text == if *wanted { "true" } else { "false" },
        wanted => wanted == found,
    }
}
