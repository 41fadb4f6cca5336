use std::process::{Command, Output};

use crate::events::Events;
use crate::fixture::{Cluster, PROGRAM};

fn run(args: &[&str]) -> Output {
    Command::new(PROGRAM).args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_prints_and_writes_on_a_cluster_what_it_does_in_one_process() {
    let events = Events::generate(800, 3).await;
    let cluster = Cluster::start(2);
    let table = format!("events={}/*.parquet", events.folder.path().display());
    let first = format!("first={}", events.csv[0]);
    let sql = r#"SELECT e.row, mask("CommandLine") AS line, NULLIF(token_count("CommandLine"), 3) AS n FROM events e
                 JOIN (SELECT row FROM first) f ON e.row = f.row ORDER BY e.row"#;
    let tables = ["sql", "--table", &table, "--table", &first, "--partitions", "3", sql];
    for format in ["table", "csv", "ndjson"] {
        let local = run(&[&tables[..], &["--format", format]].concat());
        let remote = ["--format", format, "--scheduler", &cluster.address];
        let remote = run(&[&tables[..], &remote].concat());
        assert!(local.status.success() && remote.status.success(), "{}", stderr(&remote));
        assert!(local.stdout.len() > 1000);
        assert_eq!(local.stdout, remote.stdout, "{format}");
    }
    let result = events.folder.path().join("result").join("lines.parquet");
    let result = result.to_str().unwrap();
    let written = run(&[&tables[..], &["-o", result, "--scheduler", &cluster.address]].concat());
    assert!(written.status.success(), "{}", stderr(&written));
    let count =
        ["sql", "--format", "csv", "--table", &format!("r={result}"), "SELECT count(*) FROM r"];
    let rows = std::fs::read_to_string(&events.csv[0]).unwrap().lines().count() - 1;
    assert_eq!(String::from_utf8(run(&count).stdout).unwrap(), format!("count(*)\n{rows}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_whole_or_absent() {
    let events = Events::generate(600, 2).await;
    let cluster = Cluster::start(1);
    let broken = std::fs::read_to_string(&events.csv[1]).unwrap() + "many,,,,,,,,\n";
    std::fs::write(&events.csv[1], broken).unwrap();
    let (first, second) = (format!("e={}", events.csv[0]), format!("e={}", events.csv[1]));
    let results = events.folder.path().join("results");
    let result = results.join("rows.parquet").display().to_string();
    let job = |sql, more: &[&str]| {
        let args = ["sql", "--scheduler", &cluster.address, "--table", &first, sql, "-o", &result];
        run(&[&args[..], more].concat())
    };
    let failed = job("SELECT row FROM e", &["--table", &second]);
    assert_eq!(failed.status.code(), Some(3));
    assert!(stderr(&failed).starts_with("error: ") && stderr(&failed).contains("Job "));
    assert!(!results.exists() || std::fs::read_dir(&results).unwrap().next().is_none());
    assert!(job("SELECT row FROM e", &[]).status.success());
    let before = std::fs::read(&result).unwrap();
    assert!(!job("SELECT row FROM e", &["--table", &second]).status.success());
    assert_eq!(std::fs::read(&result).unwrap(), before);
    assert_eq!(std::fs::read_dir(&results).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_end_when_they_are_told_to() {
    let events = Events::generate(100, 2).await;
    let mut cluster = Cluster::start(1);
    let table = format!("e={}", events.csv[0]);
    let sql = "SELECT count(*) AS n FROM e GROUP BY row % 3";
    assert!(run(&["sql", "--scheduler", &cluster.address, "-t", &table, sql]).status.success());
    let work = cluster.work_folder(0);
    assert_eq!(std::fs::read_dir(&work).unwrap().count(), 1);
    assert!(cluster.executors[0].terminate(), "{}", cluster.executors[0].log());
    assert_eq!(std::fs::read_dir(&work).unwrap().count(), 0);
    assert!(cluster.scheduler.terminate(), "{}", cluster.scheduler.log());
}

#[test]
fn what_cannot_start_says_why() {
    let cluster = Cluster::start(0);
    let taken = run(&["scheduler", "--bind", &cluster.address]);
    assert!(stderr(&taken).contains(&format!("cannot listen on {}: ", cluster.address)));
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    let no_folder = run(&["executor", "--scheduler", &cluster.address, "--work-dir", path]);
    assert!(stderr(&no_folder).contains(&format!("error: work folder {path}: ")));
    let nobody = run(&["executor", "--scheduler", "127.0.0.1:1", "--patience", "0"]);
    assert!(stderr(&nobody).contains("error: scheduler 127.0.0.1:1: "));
    let nobody = run(&["sql", "--scheduler", "127.0.0.1:1", "SELECT 1"]);
    assert!(stderr(&nobody).contains("error: scheduler 127.0.0.1:1: "));
    let unnamed = run(&["scheduler", "--bind", "0.0.0.0:0"]);
    assert!(stderr(&unnamed).contains("name it by --advertise HOST"));
    for output in [taken, no_folder, nobody, unnamed] {
        assert_eq!(output.status.code(), Some(3));
    }
}

#[test]
fn sql_takes_one_statement_that_reads() {
    for sql in ["COPY (SELECT 1) TO '/tmp/x.parquet'", "CREATE TABLE t AS SELECT 1", "SET a.b = 1"]
    {
        let output = run(&["sql", sql]);
        assert_eq!(output.status.code(), Some(3), "{sql}");
        assert!(stderr(&output).contains("not supported"), "{}", stderr(&output));
    }
    assert_eq!(run(&["sql", "--table", "nothing", "SELECT 1"]).status.code(), Some(2));
    assert_eq!(run(&["sql", "--set", "no.such=1", "SELECT 1"]).status.code(), Some(2));
}
