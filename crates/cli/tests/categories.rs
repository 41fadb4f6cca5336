//! Clusters by program, their models and their warnings, on the real binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod tool; // runs the binary in testdata

use std::fmt::Write;

use tool::{oddsift, oddsift_with, rows, text};

const SCORES: &str = "pathScore,commandlineTokensFull,isSystemSession";
const MIMIKATZ: &str = "privilege::debug sekurlsa::logonpasswords exit";

fn log(rows: &[(String, String)]) -> Vec<u8> {
    let mut log = "TimeGenerated,NewProcessName,CommandLine,SubjectLogonId\n".to_owned();
    for (row, (path, line)) in rows.iter().enumerate() {
        let (minute, second) = (row / 60 % 60, row % 60);
        writeln!(log, "2024-05-06T07:{minute:02}:{second:02}Z,{path},{line},0x3e7").unwrap();
    }
    log.into_bytes()
}

/// A model of programs of a known folder, each of which ran several times.
fn known() -> Vec<(String, String)> {
    let of = |name: &str| {
        (format!(r"C:\Windows\System32\{name}.exe"), format!("{name}.exe -a /b:1 {name}"))
    };
    let names = ["conhost", "svchost", "where", "print", "tzutil", "mstsc", "slmgr"];
    (0..4).flat_map(|_| names.map(of)).collect()
}

/// The clusters that a model of `known` gives to `new` rows.
fn scored(new: &[(String, String)]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let (model, file) = (folder.path().join("m.json"), folder.path().join("new.csv"));
    let model = model.to_str().unwrap();
    let fitted =
        oddsift_with(&["cluster", "--save-model", model, "-q", "-t", "csv"], &log(&known()));
    assert!(fitted.status.success(), "{}", text(&fitted.stderr));
    std::fs::write(&file, log(new)).unwrap();
    let found = rows(&oddsift(&["score", model, file.to_str().unwrap(), "-t", "csv"]));
    found.into_iter().map(|row| (row["ClusterId"].clone(), row["Reason"].clone())).collect()
}

#[test]
fn a_row_that_was_fitted_is_known_to_a_saved_model_in_any_case() {
    let mut again = known();
    again.extend(known().into_iter().map(|(path, line)| (path.to_uppercase(), line)));
    assert!(scored(&again).iter().all(|(cluster, reason)| cluster != "-1" && reason.is_empty()));
}

#[test]
fn an_anagram_of_a_known_program_is_new() {
    let path = r"C:\Windows\System32\cohnost.exe".to_owned();
    let rows = [
        (path.clone(), format!("cohnost.exe {MIMIKATZ}")),
        (path, "cohnost.exe -a /b:1 x".to_owned()),
    ];
    let found = scored(&rows);
    assert!(
        found.iter().all(|(cluster, why)| cluster == "-1" && why == "no cluster has its program")
    );
}

#[test]
fn variants_with_names_of_attack_tools_in_a_known_folder_are_new() {
    let tools = ["mimikatz", "rubeus", "sharphound", "procdump", "psexec", "lazagne", "seatbelt"];
    let lines = [
        "-a /b:1 x",
        "-a /b:1 conhost",
        "",
        MIMIKATZ,
        "/c",
        "-x -y -z",
        "--k=1",
        "a b",
        "/r:on",
        "1",
    ];
    let marks = ["", "64", "_x", "-1", "2", "Z"];
    let mut rows = Vec::new();
    for (tool, mark) in tools.iter().flat_map(|tool| marks.map(|mark| (tool, mark))) {
        for line in lines {
            let name = format!("{tool}{mark}.exe");
            rows.push((format!(r"C:\Windows\System32\{name}"), format!("{name} {line}")));
        }
    }
    assert_eq!(rows.len(), 420);
    assert!(scored(&rows).iter().all(|(cluster, _)| cluster == "-1"));
}

#[test]
fn a_cluster_never_mixes_programs_unless_asked_to() {
    for args in [&[][..], &["--eps", "1e9"], &["--scale", "standard", "--eps", "100"]] {
        let run = [&["cluster", "processes_on_host.csv", "-t", "csv"][..], args].concat();
        assert!(rows(&oddsift(&run)).iter().all(|row| row["Programs"] == "1"), "{args:?}");
    }
    let run =
        ["cluster", "processes_on_host.csv", "--features", SCORES, "--eps", "0.0001", "-t", "csv"];
    assert!(rows(&oddsift(&run)).iter().any(|row| row["Programs"].parse::<u64>().unwrap() > 1));
    let compat = ["cluster", "processes_on_host.csv", "--compat", "msticpy", "-t", "csv"];
    let compat = rows(&oddsift(&compat));
    let sizes = compat.iter().map(|row| row["ClusterSize"].parse::<u64>().unwrap());
    assert_eq!((compat.len(), sizes.max()), (62, Some(71)));
}

#[test]
fn noise_tells_what_is_nearest_and_what_keeps_it_apart() {
    let output = oddsift(&["cluster", "processes_on_host.csv", "-t", "ndjson"]);
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for row in &lines {
        let (noise, eps) = (row["ClusterId"] == -1, row["NearestEps"].as_f64());
        assert_eq!(noise, row["Reason"].is_string());
        assert!(eps.is_none_or(|eps| noise && eps > 1.0));
        assert_eq!(eps.is_some(), row["NearestFeature"].is_string());
    }
    assert!(lines.iter().any(|row| row["NearestTemplate"].is_string()));
    assert!(lines.iter().any(|row| row["Reason"] == "no cluster has its program"));
}

#[test]
fn eps_auto_is_refused_where_it_tells_nothing_apart() {
    let run = oddsift(&["cluster", "processes_on_host.csv", "--features", SCORES, "--eps", "auto"]);
    assert_eq!(run.status.code(), Some(3));
    assert!(text(&run.stderr).contains("cluster 0 holds 98.3 % of the rows; give a distance"));
}

#[test]
fn threads_change_no_cluster_of_a_category() {
    let run = |n| oddsift(&["cluster", "processes_on_host.csv", "-j", n, "-t", "csv"]).stdout;
    assert_eq!(run("1"), run("4"));
}

#[test]
fn features_take_msticpys_sessions_where_asked_to() {
    let input = b"NewProcessName,CommandLine,SubjectLogonId\na.exe,a,0x3E7\nb.exe,b,0x3e7\n";
    let system = |more: &[&str]| {
        let run = [&["features", "-t", "csv"][..], more].concat();
        let rows = rows(&oddsift_with(&run, input));
        rows.iter().map(|row| row["isSystemSession"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(system(&[]), ["true", "true"]);
    assert_eq!(system(&["--compat", "msticpy"]), ["false", "true"]);
}
