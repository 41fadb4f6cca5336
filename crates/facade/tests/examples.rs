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

type Outcome = Result<(), Box<dyn Error>>;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata").join(name)
}

#[test]
fn the_hunter_finds_what_is_odd_and_hands_a_page_over() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (report, mut out) = (folder.path().join("report.html"), Vec::new());
    hunter::run(&sample("processes_on_host.csv"), &report, &mut out)?;
    let out = String::from_utf8(out)?;
    assert!(
        out.starts_with("33 events are like no other, beside 29 groups:\n  .\\reg  not"),
        "{out}"
    );
    assert!(out.contains("4 outliers, the oddest first:\n  -0.7"), "{out}");
    assert!(out.contains("commandlineTokensFull 68 (typical 3 to 52)"), "{out}");
    let page = fs::read_to_string(report)?;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<dt>Groups</dt><dd>29</dd>"));
    Ok(())
}

#[test]
fn the_engineer_sees_the_same_values_by_three_algorithms() -> Outcome {
    let mut out = Vec::new();
    engineer::run(&sample("time_series.csv"), "TotalBytesSent", &mut out)?;
    let out = String::from_utf8(out)?;
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("stl: period 168; value 149 is 4.227e7"), "{out}");
    assert!(lines[1].ends_with("4 clusters, 6 rows of noise"), "{out}");
    let labels: Vec<&str> = lines[2].split(' ').skip(1).collect();
    // Hour 149 is in day 6, which is like no other.
    assert_eq!((labels.len(), labels[149 / 24]), (35, "-1"), "{out}");
    assert!(lines[3].ends_with("doubled -1") && lines[4].starts_with("iforest: row "), "{out}");
    Ok(())
}

/// Alerts, talk and the number of alerts of one night.
fn night(model: &Path, events: &Path) -> Result<(String, String, usize), Box<dyn Error>> {
    let (mut out, mut talk) = (Vec::new(), Vec::new());
    let n_alerts = nightly::run(model, events, &mut out, &mut talk)?;
    Ok((String::from_utf8(out)?, String::from_utf8(talk)?, n_alerts))
}

#[test]
fn the_first_night_fits_and_the_next_one_scores_the_same() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (model, events) = (folder.path().join("model.json"), sample("processes_on_host.csv"));
    let (alerts, talk, n_alerts) = night(&model, &events)?;
    assert!(talk.starts_with("fitted ") && talk.ends_with("8 alerts in 363 events\n"), "{talk}");
    assert_eq!((n_alerts, alerts.lines().count()), (8, 8));
    for alert in alerts.lines() {
        let alert: serde_json::Value = serde_json::from_str(alert)?;
        assert!(alert["score"].as_f64() < Some(-0.5) && alert["event"]["CommandLine"].is_string());
    }
    let (again, talk, _) = night(&model, &events)?;
    assert!(again == alerts && !talk.contains("fitted"), "{talk}");
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
    let (_, talk, n_alerts) = night(&model, &events)?;
    assert!(n_alerts == 1 && talk.contains(":3:3: 1 row skipped"), "{talk}");
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
