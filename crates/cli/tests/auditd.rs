//! `auditd`: the binary on the demo log and on recorded results.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a skipped area is said")]

mod tool; // runs the binary in testdata

#[path = "../../../testdata/golden.rs"]
mod golden;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;

use tool::{oddsift, oddsift_with, refused, rows, testdata, text};

use golden::area;

const LOG: &str = "auditd_log.txt";

#[test]
fn events_are_rows_of_the_same_columns_and_ndjson_has_every_field() {
    let header = "TimeGenerated,EventType,Node,Serial,auid,uid,ses,pid,ppid,exe,comm,cwd,cmdline,success,key";
    let csv = oddsift(&["auditd", LOG, "-t", "csv"]);
    assert_eq!(text(&csv.stdout).lines().next(), Some(header));
    let ndjson = oddsift(&["auditd", LOG, "-t", "ndjson"]);
    let events: Vec<serde_json::Value> =
        text(&ndjson.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), rows(&csv).len());
    let started = events.iter().find(|event| event["EventType"] == "SYSCALL_EXECVE").unwrap();
    let kinds: Vec<&str> = started["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["type"].as_str().unwrap())
        .collect();
    assert!(kinds.starts_with(&["SYSCALL", "EXECVE", "CWD"]), "{kinds:?}");
}

#[test]
fn a_parent_before_the_wanted_time_is_known() {
    let process = |second: u32, pid: u32, line: &str| {
        format!(
            "type=SYSCALL msg=audit({second}.0:{pid}): success=yes ppid={} pid={pid} exe=\"/bin/{line}\"\n\
             type=EXECVE msg=audit({second}.0:{pid}): argc=1 a0=\"{line}\"\n",
            pid - 1
        )
    };
    let log = process(1, 7, "parent") + &process(3, 8, "child") + &process(9, 9, "late");
    let times = ["--since", "1970-01-01T00:00:02", "--until", "1970-01-01T00:00:05"];
    let args = [&["auditd", "--emit", "clusters", "-t", "csv"][..], &times].concat();
    let found = rows(&oddsift_with(&args, log.as_bytes()));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["CommandLine"], "child");
    assert_eq!(found[0]["ParentCommandLine"], "parent");
}

#[test]
fn clusters_have_host_login_and_result_behind_the_other_columns() {
    let log = "node=web type=SYSCALL msg=audit(1.0:7): success=no pid=7 auid=1000 ses=3 exe=\"/bin/a\"\n\
               node=web type=EXECVE msg=audit(1.0:7): argc=1 a0=\"a\"\n";
    let clusters =
        |format| oddsift_with(&["auditd", "--emit", "clusters", "-t", format], log.as_bytes());
    let csv = clusters("csv");
    let header = text(&csv.stdout);
    assert!(header.lines().next().unwrap().ends_with(",ParentCommandLine,Node,auid,ses,success"));
    let row = &rows(&csv)[0];
    let shown = ["Node", "auid", "ses", "success"].map(|name| row[name].as_str());
    assert_eq!(shown, ["web", "1000", "3", "no"]);
    assert!(text(&clusters("table").stdout).contains("Node"));
}

#[test]
fn a_late_record_is_named_by_its_line() {
    let mut log = "type=USER msg=audit(1.0:1): a=b\n".to_owned();
    log.extend((2..6000).map(|serial| format!("type=USER msg=audit({serial}.0:{serial}): a=b\n")));
    log.push_str("type=USER msg=audit(1.0:1): c=d\n");
    let output = oddsift_with(&["auditd", "-t", "csv"], log.as_bytes());
    let line = text(&output.stderr);
    assert!(line.starts_with("<stdin>:6000: 1 event is the rest of an earlier one"), "{line}");
    assert_eq!(rows(&output).len(), 6000);
}

#[test]
fn keys_of_a_log_do_not_pass_for_columns_in_compat() {
    let log =
        "type=X msg=audit(1.0:1): mssg_id=forged mssg_id#=x\nnode=a type=X msg=audit(1.0:1): a=b\n";
    let output =
        oddsift_with(&["auditd", "--compat", "msticpy", "-t", "csv", "-v"], log.as_bytes());
    let stdout = text(&output.stdout);
    assert_eq!(stdout.lines().next(), Some("EventType,mssg_id,TimeGenerated,mssg_id##,mssg_id#"));
    let stderr = text(&output.stderr);
    assert!(
        stderr.contains("<stdin>:2:1: 1 line was skipped, the first: a line with node="),
        "{stderr}"
    );
    assert!(stderr.ends_with("1 event\n"), "{stderr}");
}

fn ndjson_of(log: &str) -> serde_json::Value {
    let output = oddsift_with(&["auditd", "-t", "ndjson"], log.as_bytes());
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_str(&text(&output.stdout)).unwrap()
}

#[test]
fn nothing_of_a_record_is_lost_in_ndjson() {
    let event = ndjson_of(
        "type=SYSCALL msg=audit(1.0:1): uid=0 uid=1 uid#2=x type=y uses=4294967295 \
         ses=4294967295 auid=\"7\" comm=41FF exe=4142 enriched=z msg='op=a op=b'\u{1d}UID=\"root\" UID=\"x\"",
    );
    let expected = serde_json::json!([{
        "type": "SYSCALL", "uid": "0", "uid#2": "1", "uid#2#2": "x", "type#2": "y",
        "uses": "4294967295", "ses": -1, "auid": "7", "comm": "A\u{fffd}", "comm.raw": "41FF",
        "exe": "AB", "enriched#2": "z", "msg.op": "a", "msg.op#2": "b",
        "enriched": {"UID": "root", "UID#2": "x"},
    }]);
    assert_eq!(event["records"], expected);
}

#[test]
fn a_name_that_is_repeated_costs_no_more_than_its_bytes() {
    let n_fields = 100_000;
    let log = format!("type=SYSCALL msg=audit(1.0:1):{}", " a=1".repeat(n_fields));
    let started = std::time::Instant::now();
    let event = ndjson_of(&log);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    assert_eq!(event["records"][0].as_object().unwrap().len(), n_fields + 1);
}

#[test]
fn clusters_show_the_rarest_first_with_the_line_that_started_them() {
    let output = oddsift(&["auditd", LOG, "--emit", "clusters", "-t", "csv"]);
    let found = rows(&output);
    let alone: Vec<&str> = found
        .iter()
        .filter(|row| row["ClusterId"] == "-1")
        .map(|row| row["CommandLine"].as_str())
        .collect();
    assert!(alone.contains(&"sudo auditctl -l") && alone.contains(&"ls --color=auto"), "{alone:?}");
    let stopped = found.iter().find(|row| row["CommandLine"] == "auditctl -l").unwrap();
    assert_eq!(stopped["ParentCommandLine"], "sudo auditctl -l");
    let table = oddsift(&["auditd", LOG, "--emit", "clusters", "-t", "table"]);
    insta::assert_snapshot!(text(&table.stdout));
}

#[test]
fn rotated_logs_are_read_in_the_order_of_time_whatever_their_order_here() {
    let folder = tempfile::tempdir().unwrap();
    let whole = std::fs::read_to_string(testdata(LOG)).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let (first, rest) = lines.split_at(lines.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let oldest = std::fs::File::create(path("audit.log.2.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(oldest, flate2::Compression::fast());
    packed.write_all(first.concat().as_bytes()).unwrap();
    packed.finish().unwrap();
    std::fs::write(path("audit.log.1"), second.concat()).unwrap();
    std::fs::write(path("audit.log"), third.concat()).unwrap();
    let rotated = oddsift(&[
        "auditd",
        &path("audit.log"),
        &path("audit.log.2.gz"),
        &path("audit.log.1"),
        "-t",
        "csv",
    ]);
    assert_eq!(text(&rotated.stdout), text(&oddsift(&["auditd", LOG, "-t", "csv"]).stdout));
}

#[test]
fn a_bad_line_is_named_by_its_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("audit.log.1"), "type=CWD msg=audit(1.0:1): cwd=\"/\"\n").unwrap();
    std::fs::write(path("audit.log"), "type=CWD msg=audit(2.0:2): cwd=\"/\"\nrubbish\n").unwrap();
    let output = oddsift(&["auditd", &path("audit.log"), &path("audit.log.1"), "-t", "csv"]);
    let stderr = text(&output.stderr);
    assert!(
        stderr.starts_with(&format!("{}:2:1: 1 line was skipped", path("audit.log"))),
        "{stderr}"
    );
    assert_eq!(rows(&output).len(), 2);
}

#[test]
fn a_later_file_that_cannot_be_read_ends_the_run_with_its_name_and_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let whole = std::fs::read(testdata(LOG)).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&whole).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    std::fs::write(path("cut.gz"), packed).unwrap();
    std::fs::write(path("bad.zst"), b"\x28\xb5\x2f\xfdjunkjunkjunk").unwrap();
    std::fs::write(path("last.log"), "type=CWD msg=audit(2.0:2): cwd=\"/last\"\n").unwrap();
    for bad in ["bad.zst", "cut.gz"] {
        let logs = ["auditd", LOG, &path(bad), &path("last.log")];
        for more in
            [&["-j", "1"][..], &["-j", "4"], &["--emit", "clusters"], &["--compat", "msticpy"]]
        {
            let output = oddsift(&[&logs[..], &["-t", "csv"], more].concat());
            let stderr = text(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{bad} {more:?}: {stderr}");
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
            assert!(stderr.starts_with(&format!("{}:", path(bad))), "{stderr}");
            assert!(
                stderr.contains(": cannot be read: ") && stderr.contains("; check "),
                "{stderr}"
            );
            assert!(!text(&output.stdout).contains("/last"));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_gone_when_its_turn_comes_ends_the_run_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    std::fs::write(path("gone"), "type=CWD msg=audit(2.0:2): cwd=\"/\"\n").unwrap();
    let writer = std::thread::spawn({
        let (pipe, gone) = (path("pipe"), path("gone"));
        move || {
            // Opens once the other end is open, and so after all files were looked at.
            let mut pipe = std::fs::File::create(pipe).unwrap();
            std::fs::remove_file(gone).unwrap();
            pipe.write_all(b"type=CWD msg=audit(1.0:1): cwd=\"/\"\n").unwrap();
        }
    });
    let [pipe, gone] = ["pipe", "gone"].map(|name| path(name).to_str().unwrap().to_owned());
    let output = oddsift(&["auditd", &pipe, &gone, LOG, "-t", "csv"]);
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with(&format!("{gone}: cannot be opened: ")), "{stderr}");
    assert!(stderr.ends_with("; check the path\n"), "{stderr}");
}

#[test]
fn programs_and_times_are_chosen() {
    let all = rows(&oddsift(&["auditd", LOG, "-t", "csv"]));
    let sudo = rows(&oddsift(&["auditd", LOG, "--app", "/sudo", "-t", "csv"]));
    assert!(!sudo.is_empty() && sudo.iter().all(|row| row["exe"].contains("/sudo")));
    let regex = rows(&oddsift(&["auditd", LOG, "--app-regex", "sudo$", "-t", "csv"]));
    assert_eq!(regex.len(), sudo.len());
    let at = "2019-03-02T00:43:00Z";
    let late = rows(&oddsift(&["auditd", LOG, "--since", at, "-t", "csv"]));
    let early = rows(&oddsift(&["auditd", LOG, "--until", at, "-t", "csv"]));
    assert_eq!(late.len() + early.len(), all.len());
    assert!(!late.is_empty() && !early.is_empty());
    refused(&["auditd", LOG, "--app-regex", "("], 2);
    refused(&["auditd", LOG, "--since", "tomorrow"], 2);
    refused(&["auditd", LOG, "--since", at, "--until", "2019-03-02T00:42:00Z"], 2);
    refused(&["auditd", "-", "-"], 2);
    refused(&["auditd", "no/such.log"], 3);
    refused(&["auditd", LOG, "no/such.log"], 3);
    let none = ["auditd", LOG, "--emit", "clusters", "--app", "no_such_app", "-t", "csv"];
    let output = oddsift(&none);
    let line = text(&output.stderr);
    assert!(line.starts_with("auditd_log.txt: none of 72 processes is to be clustered"), "{line}");
    assert!(rows(&output).is_empty() && text(&output.stdout).starts_with("TimeGenerated,"));
    assert_eq!(oddsift(&[&none[..], &["--exit-status"]].concat()).status.code(), Some(1));
    let output =
        oddsift_with(&["auditd", "--emit", "clusters"], b"type=CWD msg=audit(1.0:1): a=b\n");
    assert!(text(&output.stderr).contains("audit rules must log execve"));
}

#[test]
fn msticpys_events_and_clusters_come_out_in_compat() {
    let Some((area, cases)) = area("auditd") else { return };
    let log = area.join("auditd.log").display().to_string();
    let compat = ["auditd", &log, "--compat", "msticpy", "-t", "csv", "--raw"];
    let mut n_run = 0;
    for case in cases["cases"].as_array().unwrap() {
        let (name, function) = (case["name"].as_str().unwrap(), case["function"].as_str().unwrap());
        let expected = || frame(&area.join(case["expected"].as_str().unwrap()));
        match (function, case["input"].as_str().unwrap()) {
            ("read_from_file", "auditd.log") => {
                let wanted = case["params"]["event_type"].as_str();
                let mut found = rows(&oddsift(&compat));
                found.retain(|row| wanted.is_none_or(|wanted| row["EventType"] == wanted));
                assert_eq!(same(found), same(expected()), "{name}");
            }
            ("cluster_auditd_processes", "execve.csv") => {
                let mut args = [&compat[..], &["--emit", "clusters"]].concat();
                if let Some(app) = case["params"]["app"].as_str() {
                    args.extend(["--app-regex", app]);
                }
                if case["error"].is_string() {
                    refused(&args, 3);
                } else {
                    assert_eq!(same(rows(&oddsift(&args))), same(expected()), "{name}");
                }
            }
            // Subsets and frames of other origin: the library's test runs them.
            ("read_from_file + get_event_subset" | "cluster_auditd_processes", _) => continue,
            (other, _) => panic!("{name}: a function that is not known: {other}"),
        }
        n_run += 1;
    }
    assert!(n_run > 0, "no case");
}

fn frame(path: &std::path::Path) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// Rows without their number and their empty cells, times in one form.
fn same(rows: Vec<HashMap<String, String>>) -> Vec<BTreeMap<String, String>> {
    let row = |row: HashMap<String, String>| {
        let cells = row.into_iter().filter(|(name, text)| name != "row" && !text.is_empty());
        let cells = cells.map(|(name, text)| {
            let time = name == "TimeGenerated";
            let text =
                if time { text.parse::<jiff::Timestamp>().unwrap().to_string() } else { text };
            (name, text)
        });
        cells.collect()
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn standard_input_and_threads_change_nothing() {
    let input = std::fs::read(testdata(LOG)).unwrap();
    let args = ["--emit", "clusters", "-t", "csv"];
    let file = oddsift(&[&["auditd", LOG][..], &args].concat()).stdout;
    assert_eq!(oddsift_with(&[&["auditd"][..], &args].concat(), &input).stdout, file);
    assert_eq!(
        oddsift_with(&[&["auditd", "-", "-j", "1"][..], &args].concat(), &input).stdout,
        file
    );
}

#[cfg(unix)]
#[test]
fn pipe_gives_its_first_line_and_a_name_may_be_no_text() {
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let writer = std::thread::spawn({
        let fifo = fifo.clone();
        move || std::fs::copy(testdata(LOG), fifo).unwrap()
    });
    let expected = text(&oddsift(&["auditd", LOG, "-t", "csv"]).stdout);
    assert_eq!(text(&oddsift(&["auditd", fifo.to_str().unwrap(), "-t", "csv"]).stdout), expected);
    writer.join().unwrap();

    let odd = folder.path().join(std::ffi::OsStr::from_bytes(b"audit\xff.log"));
    if std::fs::copy(testdata(LOG), &odd).is_ok() {
        let binary = env!("CARGO_BIN_EXE_oddsift");
        let output = Command::new(binary).arg("auditd").arg(&odd).args(["-t", "csv"]).output();
        assert_eq!(text(&output.unwrap().stdout), expected);
    }
}

#[test]
fn every_verb_reads_an_audit_log_by_its_content() {
    let clusters = oddsift(&["cluster", LOG, "-t", "csv"]);
    let printed = text(&clusters.stdout);
    let header = printed.lines().next().unwrap();
    assert!(header.contains(",exe,comm,cwd,cmdline,success,key,ParentCommandLine,"), "{header}");
    let scores = oddsift(&["outliers", LOG, "--features", "cmdline.len", "--emit", "scores"]);
    assert_eq!(rows(&scores).len(), 830);
    let counts = oddsift(&["stack", LOG, "--by", "exe", "-t", "csv"]);
    assert!(text(&counts.stdout).contains("/sbin/auditctl,"), "{}", text(&counts.stdout));
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    oddsift(&["report", LOG, "-o", page.to_str().unwrap()]);
    assert!(std::fs::read_to_string(page).unwrap().contains("auditctl"));
    let piped = std::fs::read(testdata(LOG)).unwrap();
    assert_eq!(rows(&oddsift_with(&["cluster", "-", "-t", "csv"], &piped)), rows(&clusters));
}
