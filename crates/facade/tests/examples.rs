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

/// What a night tells, what was left out, and the exit status.
fn night(folder: &Path, events: &Path) -> (String, String, u8) {
    let mut out = Vec::new();
    let (model, seen) = (folder.join("model.json"), folder.join("seen.json"));
    let night = nightly::run(&model, &seen, events, &mut out);
    let status = nightly::status(&night);
    let talk = night.map_or_else(|error| error.to_string(), |(_, losses)| losses.join("\n"));
    (String::from_utf8_lossy(&out).into_owned(), talk, status)
}

#[test]
fn the_first_night_fits_and_each_line_is_told_once() -> Outcome {
    let folder = tempfile::tempdir()?;
    let events = sample("processes_on_host.csv");
    let (told, talk, status) = night(folder.path(), &events);
    assert!(folder.path().join("model.json").exists() && talk.is_empty(), "{talk}");
    // A header and the noise: 109 rows, two of which differ in a number only.
    assert_eq!((told.lines().count(), status), (1 + 108, 0));
    assert!(told.contains(",1,.\\mimikatz.exe,no cluster has its program"), "{told}");
    assert_eq!(night(folder.path(), &events).2, 1);
    Ok(())
}

#[test]
fn a_night_is_loud_or_in_trouble() -> Outcome {
    let folder = tempfile::tempdir()?;
    let events = folder.path().join("events.csv");
    night(folder.path(), &sample("processes_on_host.csv"));
    fs::write(&events, "Image,CommandLine\nc:\\t\\x.exe,x /all\nweb,a,b\n")?;
    let (told, talk, status) = night(folder.path(), &events);
    assert_eq!((told.lines().count(), status), (2, 0));
    assert!(talk.contains(":3:3: 1 row skipped"), "{talk}");
    fs::write(&events, "Host\nweb\n")?;
    let (_, talk, status) = night(folder.path(), &events);
    assert!(talk.contains("needs column") && status == 3, "{talk}");
    for empty in ["", "Image,CommandLine\n"] {
        fs::write(&events, empty)?;
        assert_eq!(night(folder.path(), &events).2, 4, "{empty:?}");
    }
    fs::write(&events, "Image,CommandLine\nc:\\t\\x.exe,whoami\n")?;
    let model = folder.path().join("model.json");
    fs::write(&model, fs::read_to_string(&model)?.replace("\"eps\":0.5", "\"eps\":-1"))?;
    let (_, talk, status) = night(folder.path(), &events);
    assert!(talk.contains("eps") && status == 3, "{talk}");
    Ok(())
}
