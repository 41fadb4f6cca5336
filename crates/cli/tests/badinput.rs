//! Every command of `badinput/index.csv`, run with the real binary: exit status, message, rows, the
//! bytes that reach a terminal, memory. `ODDSIFT_BADINPUT` names another set of the same form.
//!
//! Rows whose verb, flag or format does not exist are listed as skipped, by what is missing; rows that begin
//! `gen:` describe inputs too large to store, which `cargo xtask` commands make and run.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod child;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::time::Duration;

use child::{Ended, Where, run};

/// The limit of a run, and ten times it as kill timer for slow machines.
const LIMIT: Duration = Duration::from_secs(5);
const PEAK_MEMORY: u64 = 256 << 20;
const LONGEST_LINE: usize = 1000;

#[test]
fn every_case_gets_what_its_index_says() {
    let root = root();
    let cases = Case::read(&root.join("index.csv"));
    assert!(!cases.is_empty(), "no cases in {}", root.display());
    let mut known = Known::default();
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        if let Some(missing) = known.missing(case) {
            *skipped.entry(missing).or_default() += 1;
            continue;
        }
        let mut faults = Vec::new();
        check(case, &root, &mut faults);
        failures.extend(faults.into_iter().map(|fault| format!("{}: {fault}", case.label())));
    }
    for (missing, rows) in &skipped {
        println!("skipped {rows} rows: {missing}");
    }
    let n_run = cases.len() - skipped.values().sum::<usize>();
    println!("{n_run} of {} rows run", cases.len());
    assert!(failures.is_empty(), "{} faults:\n{}", failures.len(), failures.join("\n"));
    assert!(n_run > 0, "no row was run");
}

fn root() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    workspace
        .join(std::env::var_os("ODDSIFT_BADINPUT").unwrap_or_else(|| "testdata/badinput".into()))
}

struct Case {
    line: u64,
    columns: HashMap<String, String>,
}

impl Case {
    fn read(index: &Path) -> Vec<Self> {
        let mut reader = csv::Reader::from_path(index)
            .unwrap_or_else(|error| panic!("{}: {error}", index.display()));
        let header = reader.headers().unwrap().clone();
        reader
            .records()
            .map(|record| {
                let record = record.unwrap();
                let fields = header.iter().zip(&record);
                Self {
                    line: record.position().unwrap().line(),
                    columns: fields.map(|(name, text)| (name.into(), text.into())).collect(),
                }
            })
            .collect()
    }

    fn get(&self, column: &str) -> &str {
        self.columns.get(column).unwrap_or_else(|| panic!("index.csv lacks column {column}"))
    }

    fn label(&self) -> String {
        format!(
            "index.csv:{} {} [{}] {}",
            self.line,
            self.get("file"),
            self.get("kind"),
            self.get("command")
        )
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.get("command").split(' ')
    }

    fn outcomes(&self) -> impl Iterator<Item = &str> {
        self.get("outcome").split('|')
    }

    /// Texts that must, or with `NOT` must not, be there.
    fn wanted(&self, column: &str) -> Vec<(bool, String)> {
        let texts = self.get(column).split(" && ").filter(|text| !text.is_empty());
        texts
            .map(|text| match text.strip_prefix("NOT ") {
                Some(text) => (false, unescape(text)),
                None => (true, unescape(text)),
            })
            .collect()
    }
}

/// `\u{HEX}` is that character, every other backslash itself.
fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (hex, after) = after.split_once('}').expect("a closed \\u{");
        plain.push_str(before);
        plain.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
        rest = after;
    }
    plain + rest
}

/// Which verbs and flags the binary has, by their `--help`.
#[derive(Default)]
struct Known(HashMap<String, Option<String>>);

impl Known {
    fn missing(&mut self, case: &Case) -> Option<String> {
        if case.get("file").starts_with("gen:") {
            return Some("gen: inputs".into());
        }
        let verb = case.words().next().unwrap();
        let help = self.0.entry(verb.into()).or_insert_with(|| {
            let args = [verb.to_owned(), "--help".to_owned()];
            let ended = run(&args, Where::Pipe, LIMIT * 10);
            (ended.code == Some(0)).then(|| String::from_utf8(ended.stdout).unwrap())
        });
        let Some(help) = help else { return Some(format!("verb {verb}")) };
        // The stored models are forests.
        if case.get("kind") == "model" && verb == "score" && !help.contains("isolation-forest") {
            return Some("format isolation-forest of score".into());
        }
        let words = || help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
        let flag = case.words().skip(1).find(|word| {
            word.starts_with('-') && *word != "-" && !words().any(|known| known == *word)
        });
        flag.map(|flag| format!("flag {flag} of {verb}"))
    }
}

fn check(case: &Case, root: &Path, faults: &mut Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = root.join(case.get("file")).display().to_string();
    let args = |out: &str| -> Vec<String> {
        let points = root.join("models/points.csv").display().to_string();
        let out = folder.path().join(out).display().to_string();
        let place = |word: &str| {
            word.replace("{points}", &points).replace("{out}", &out).replace("{}", &file)
        };
        case.words().map(place).collect()
    };
    let to = if case.get("kind") == "terminal" { Where::Terminal } else { Where::Pipe };
    let ended = run(&args("out"), to, LIMIT * 10);
    let Some(code) = ended.code else {
        faults.push(format!("ended by a signal or at the time limit: {}", ended.stderr_text()));
        return;
    };
    let begins = |line: &str| {
        let number = case.get("line");
        let place =
            if number.is_empty() { format!("{file}:") } else { format!("{file}:{number}:") };
        (line.starts_with(&place), line.contains(&place))
    };
    let stderr = ended.stderr_text();
    let lines: Vec<&str> = stderr.lines().collect();
    let outcome = case.outcomes().find(|outcome| match *outcome {
        "accept" => code == 0,
        "warn" => code == 0 && lines.iter().any(|line| begins(line).1),
        "reject" => code == 3,
        other => panic!("an outcome that is not known: {other}"),
    });
    let Some(outcome) = outcome else {
        faults.push(format!("exit status {code}, not {}: {stderr}", case.get("outcome")));
        return;
    };
    let mut fault = |text: String| faults.push(text);
    if outcome == "reject" {
        if lines.len() != 1 || !begins(&stderr).0 {
            fault(format!("message: {stderr:?}"));
        }
        if !ended.stdout.is_empty() || folder.path().read_dir().unwrap().next().is_some() {
            fault("output of a rejected run".into());
        }
    } else if outcome == "warn" && !case.get("skipped").is_empty() {
        let number = case.get("skipped");
        let states = |line: &str| {
            begins(line).1 && line.split(|c: char| !c.is_ascii_digit()).any(|word| word == number)
        };
        if !lines.iter().copied().any(states) {
            fault(format!("no line states {number}: {stderr:?}"));
        }
    }
    if outcome != "accept" {
        check_wanted(case, "stderr_has", &stderr, &mut fault);
    }
    if outcome != "reject" {
        check_output(case, &ended, folder.path(), &mut fault);
    }
    check_always(&ended, &mut fault);
    let again = run(&[args("again"), vec!["-j".into(), "1".into()]].concat(), to, LIMIT * 10);
    if again.stdout != ended.stdout || again.code != ended.code {
        fault("another output on one thread".into());
    }
    let picture =
        |name: &str| std::fs::read(folder.path().join(name).with_extension(case.get("kind"))).ok();
    if picture("out") != picture("again") {
        fault("another picture on one thread".into());
    }
}

fn check_wanted(case: &Case, column: &str, text: &str, fault: &mut impl FnMut(String)) {
    for (present, wanted) in case.wanted(column) {
        if text.contains(&wanted) != present {
            let not = if present { "lacks" } else { "holds" };
            fault(format!("{column}: output {not} {wanted:?}: {text:.400?}"));
        }
    }
}

fn check_output(case: &Case, ended: &Ended, folder: &Path, fault: &mut impl FnMut(String)) {
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let kind = case.get("kind");
    if kind == "html" || kind == "svg" {
        let plot = std::fs::read_to_string(folder.join("out").with_extension(kind));
        match plot {
            Ok(plot) => check_wanted(case, "stdout_has", &plot, fault),
            Err(error) => fault(format!("plot: {error}")),
        }
    } else {
        check_wanted(case, "stdout_has", &stdout, fault);
    }
    if kind == "terminal" {
        check_terminal(&stdout, fault);
        return;
    }
    let rows = case.get("rows");
    let is_json = case.get("command").contains("-t ndjson");
    let n_rows = if is_json { stdout.lines().count() } else { csv_rows(&ended.stdout, fault) };
    if !rows.is_empty() && n_rows.to_string() != rows {
        fault(format!("{n_rows} rows, not {rows}"));
    }
}

/// The number of records after the header; a number that is none is a fault in a column that the
/// tool adds, which are those named in camel case beside the input's.
fn csv_rows(bytes: &[u8], fault: &mut impl FnMut(String)) -> usize {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.byte_headers().unwrap().clone();
    let mut n_rows = 0;
    for record in reader.byte_records() {
        let Ok(record) = record else {
            fault("output is no CSV".into());
            return n_rows;
        };
        n_rows += 1;
        for (name, cell) in header.iter().zip(&record) {
            let added = !matches!(name, b"f1" | b"f2" | b"CommandLine" | b"NewProcessName");
            if added && matches!(cell, b"NaN" | b"nan" | b"inf" | b"-inf" | b"Infinity") {
                fault(format!(
                    "{} in {}",
                    String::from_utf8_lossy(cell),
                    String::from_utf8_lossy(name)
                ));
            }
        }
    }
    n_rows
}

/// What a terminal may be sent, once colour sequences are gone.
fn check_terminal(text: &str, fault: &mut impl FnMut(String)) {
    let is_bidi = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = without_colours(text);
    if let Some(bad) =
        plain.chars().find(|c| (c.is_control() && !"\n\t".contains(*c)) || is_bidi(*c))
    {
        fault(format!("a terminal would get {bad:?}"));
    }
}

/// Takes out `ESC [ digits and ; m`.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let codes = piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        if let Some(rest) = codes.strip_prefix('m') {
            plain.push_str(rest);
        } else {
            plain.push('\u{1b}');
            plain.push_str(piece);
        }
    }
    plain
}

fn check_always(ended: &Ended, fault: &mut impl FnMut(String)) {
    let stderr = ended.stderr_text();
    for line in stderr.lines() {
        if line.len() > LONGEST_LINE || line.chars().any(char::is_control) {
            fault(format!("message too long or with control characters: {line:.200?}"));
        }
    }
    if stderr.contains("panicked") {
        fault(format!("panic: {stderr}"));
    }
    if ended.peak_memory > PEAK_MEMORY {
        fault(format!("peak memory {} MiB", ended.peak_memory >> 20));
    }
}
