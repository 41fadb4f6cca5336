//! Pages and pictures of hostile data, made by the real binary, in a real browser: nothing runs, nothing
//! is asked of a network, and what is shown is what the data say.
//!
//! The browser is the one that `ODDSIFT_BROWSER` names, or `chromium` or `google-chrome`; without any
//! there is nothing to test with.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped test is said")]

#[path = "../../plot/tests/chromium/mod.rs"]
#[allow(dead_code, reason = "tests of pages use the rest")]
mod chromium;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use chromium::{Browser, Tab};
use serde_json::json;

const FEATURES: [&str; 2] = ["--features", "pathScore,commandlineTokensFull,isSystemSession"];
const SIZE: (u32, u32) = (900, 1000);
/// Files with markup, escape sequences, marks of direction and formulas, and the column that has them.
const HOSTILE: [(&str, &str); 5] = [
    ("html_injection", "CommandLine"),
    ("svg_injection", "Computer"),
    ("ansi_escapes", "CommandLine"),
    ("unicode_lengths", "CommandLine"),
    ("formula_injection", "CommandLine"),
];
/// What only data could have brought.
const FOREIGN: &str = "img, image, iframe, object, embed, video, audio, form, base, link:not([rel=icon]), foreignObject, \
    a[href]:not(h3 > a[href^='#finding-']), svg script, main script, [onload], [onerror], [onclick], [onmouseover]";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// Runs the tool on a hostile file; gives what it wrote.
fn made(folder: &Path, file: &str, name: &str, args: &[&str]) -> PathBuf {
    let input = root().join(format!("testdata/badinput/csv/{file}.csv"));
    let output = folder.join(format!("{file}-{name}"));
    let place = |word: &&str| match *word {
        "IN" => input.display().to_string(),
        "OUT" => output.display().to_string(),
        other => other.to_owned(),
    };
    let args: Vec<String> = args.iter().map(place).collect();
    Command::cargo_bin("oddsift").unwrap().args(args).assert().success();
    output
}

fn assert_harmless(tab: &mut Tab<'_>, what: &str) {
    assert_eq!(tab.complaints(), Vec::<String>::new(), "{what}");
    let found = format!(
        "[...document.querySelectorAll({})].map((it) => it.outerHTML.slice(0, 200))",
        json!(FOREIGN)
    );
    assert_eq!(tab.eval(&found), json!([]), "{what}");
}

#[test]
fn nothing_of_hostile_data_runs() {
    let Some(program) = chromium::find() else {
        println!("skipped: neither ODDSIFT_BROWSER, chromium nor google-chrome is there");
        return;
    };
    let mut browser = Browser::start(&program);
    let folder = tempfile::tempdir().unwrap();
    for (file, label) in HOSTILE {
        let plot = ["--plot", "OUT", "--plot-label", label, "-o", "/dev/null"];
        let cluster = [&["cluster", "IN"][..], &FEATURES, &plot].concat();
        let page = made(folder.path(), file, "clusters.html", &cluster);
        let mut tab = browser.open(&page, SIZE);
        assert!(tab.count(".cartesianlayer .scatterlayer .points path") > 0, "{file}");
        assert_harmless(&mut tab, file);
        drop(tab);
        let report =
            [&["report", "IN"][..], &FEATURES, &["-o", "OUT", "--plot-label", label]].concat();
        let page = made(folder.path(), file, "report.html", &report);
        let mut tab = browser.open(&page, SIZE);
        assert!(tab.count("table tbody tr") > 0, "{file}");
        assert_harmless(&mut tab, file);
        drop(tab);
        let picture = made(folder.path(), file, "clusters.svg", &cluster);
        let drawn = "document.readyState === 'complete' && document.querySelector('text') !== null";
        let mut tab = browser.open_until(&picture, SIZE, drawn);
        assert_harmless(&mut tab, file);
    }
}

#[test]
fn markup_is_shown_as_it_was_written() {
    let Some(program) = chromium::find() else {
        println!("skipped: neither ODDSIFT_BROWSER, chromium nor google-chrome is there");
        return;
    };
    let mut browser = Browser::start(&program);
    let folder = tempfile::tempdir().unwrap();
    // All commands differ in these, and so each is a row of its own.
    let apart =
        ["--features", "commandlineScore,commandlineLen", "--scale", "none", "--eps", "0.1"];
    let report = [&["report", "IN"][..], &apart, &["-o", "OUT"]].concat();
    let page = made(folder.path(), "html_injection", "report.html", &report);
    let mut reader =
        csv::Reader::from_path(root().join("testdata/badinput/csv/html_injection.csv")).unwrap();
    let lines: Vec<String> = reader.records().map(|row| row.unwrap()[4].to_owned()).collect();
    let mut tab = browser.open(&page, SIZE);
    for line in lines.iter().filter(|line| line.contains('<') && line.is_ascii()) {
        let is_shown = format!(
            "[...document.querySelectorAll('td')].some((it) => it.textContent.includes({}))",
            json!(line)
        );
        assert_eq!(tab.eval(&is_shown), true, "{line}");
    }
}
