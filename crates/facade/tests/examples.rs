//! The examples run, on the workspace's samples, and print what they promise.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../examples/engineer.rs"]
#[expect(dead_code, reason = "its `main` reads arguments")]
mod engineer;
#[path = "../examples/hunter.rs"]
#[expect(dead_code, reason = "its `main` reads arguments")]
mod hunter;
#[path = "../examples/nightly.rs"]
#[expect(dead_code, reason = "its `main` reads arguments")]
mod nightly;

#[expect(clippy::print_stdout, reason = "a program prints")]
mod readme {
    include!("readme/example.rs");

    pub(super) fn run() -> Result<(), Error> {
        main()
    }
}

type Outcome = Result<(), Box<dyn Error>>;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

#[test]
fn the_example_of_the_readme_stands_there_and_runs() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(root.join("README.md"))?;
    assert!(readme.contains(include_str!("readme/example.rs")));
    std::env::set_current_dir(root)?;
    Ok(readme::run()?)
}

#[test]
fn the_hunter_finds_what_is_unusual_and_hands_a_page_over() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (report, mut out) = (folder.path().join("report.html"), Vec::new());
    hunter::run(&sample("processes_on_host.csv"), &report, &mut out)?;
    let out = String::from_utf8(out)?;
    let first = "24 clusters, 109 noise rows (30.0%), the rarest first:\n    1  .\\reg  not";
    assert!(out.starts_with(first), "{out}");
    assert!(out.contains("outliers, the most unusual first:\n  -0.7"), "{out}");
    assert!(out.contains("commandlineTokensFull 68 (above 56: "), "{out}");
    let page = fs::read_to_string(report)?;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<dt>Clusters</dt><dd>24</dd>"));
    Ok(())
}

#[test]
fn the_engineer_sees_the_same_values_by_three_algorithms() -> Outcome {
    let mut out = Vec::new();
    engineer::run(&mut out)?;
    let out = String::from_utf8(out)?;
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("stl: period 168; value 149 is 4.227e7"), "{out}");
    assert!(lines[1].starts_with("dbscan: ") && lines[2].starts_with("iforest: day "), "{out}");
    Ok(())
}

/// Scores, what was left out and the number of outliers of one night.
fn night(model: &Path, events: &Path) -> Result<(String, String, u64), Box<dyn Error>> {
    let mut out = Vec::new();
    let scored = nightly::run(model, events, &mut out)?;
    Ok((String::from_utf8(out)?, scored.read.losses().join("\n"), scored.n_outliers))
}

#[test]
fn the_first_night_fits_and_the_next_one_scores_the_same() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (model, events) = (folder.path().join("model.json"), sample("processes_on_host.csv"));
    let (scores, talk, n_outliers) = night(&model, &events)?;
    assert!(model.exists() && talk.is_empty(), "{talk}");
    assert_eq!((n_outliers, scores.lines().count()), (8, 364));
    assert_eq!(scores.lines().filter(|line| line.ends_with(",-1")).count(), 8);
    assert_eq!(night(&model, &events)?.0, scores);
    Ok(())
}

#[test]
fn a_night_is_quiet_loud_or_in_trouble() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (model, events) = (folder.path().join("model.json"), folder.path().join("events.csv"));
    night(&model, &sample("processes_on_host.csv"))?;
    fs::write(&events, "CommandLine\nwhoami /all\n")?;
    assert_eq!(night(&model, &events)?.2, 0);
    fs::write(&events, format!("Host,CommandLine\nweb,{}\nweb,a,b\n", "%a% ".repeat(900)))?;
    let (_, talk, n_outliers) = night(&model, &events)?;
    assert!(n_outliers == 1 && talk.contains(":3:3: 1 row skipped"), "{talk}");
    fs::write(&events, "Host\nweb\n")?;
    let error = night(&model, &events).unwrap_err().to_string();
    assert!(error.contains("needs column `CommandLine`"), "{error}");

    fs::write(&events, "CommandLine\nwhoami\n")?;
    let changed = fs::read_to_string(&model)?.replace("\"left\":[1,", "\"left\":[0,");
    fs::write(&model, changed)?;
    let error = night(&model, &events).unwrap_err().to_string();
    assert!(error.contains("node 0"), "{error}");
    Ok(())
}
