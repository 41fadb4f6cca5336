//! The verbs of `oddsift-engine` print what those of `oddsift` print of the same rows.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::events::to_parquet;
use crate::fixture::Cluster;

const ENGINE: &str = env!("CARGO_BIN_EXE_oddsift-engine");

/// The tool itself: what `ODDSIFT_BIN` names, else built from the root.
fn oddsift() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(tool) = std::env::var_os("ODDSIFT_BIN") {
            return tool.into();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut cargo = Command::new(env!("CARGO"));
        // What wraps the compiler here has nothing to do with it.
        cargo.env_remove("RUSTC_WORKSPACE_WRAPPER").env_remove("CARGO_TARGET_DIR");
        let build = cargo.current_dir(&root).args(["build", "--quiet", "--package", "oddsift-cli"]);
        assert!(build.status().unwrap().success(), "the tool does not build");
        root.join("target/debug/oddsift")
    })
}

fn run(program: &Path, args: &[&str]) -> Output {
    Command::new(program).args(args).output().unwrap()
}

fn stdout(program: &Path, args: &[&str]) -> String {
    let output = run(program, args);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

/// Rows with their numbers: in one Parquet file for the tool, dealt to several of both forms for the engine.
struct Log {
    folder: TempDir,
    whole: String,
}

impl Log {
    async fn new(csv: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut lines = csv.lines();
        let header = format!("row,{}\n", lines.next().unwrap());
        let (mut whole, mut parts) = (header.clone(), vec![header; 3]);
        for (row, line) in lines.enumerate() {
            writeln!(whole, "{row},{line}").unwrap();
            writeln!(parts[row % 7 % 3], "{row},{line}").unwrap();
        }
        std::fs::create_dir(folder.path().join("csv")).unwrap();
        for (number, part) in parts.iter().enumerate() {
            std::fs::write(folder.path().join(format!("csv/{}.csv", 9 - number)), part).unwrap();
        }
        let path = folder.path().join("whole.csv");
        std::fs::write(&path, whole).unwrap();
        // An engine finds the types of CSV by itself, so the tool is given what it found.
        Self { whole: to_parquet(&path, 1 << 20).await.display().to_string(), folder }
    }

    async fn parquet(&self) -> String {
        std::fs::create_dir_all(self.folder.path().join("parquet")).unwrap();
        for (number, row_group) in [(7, 101), (8, 1009), (9, 333)] {
            let csv = self.folder.path().join(format!("csv/{number}.csv"));
            let made = to_parquet(&csv, row_group).await;
            let name = made.file_name().unwrap();
            std::fs::rename(&made, self.folder.path().join("parquet").join(name)).unwrap();
        }
        self.path("parquet/")
    }

    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder.path().display())
    }
}

/// Process events with another kind of event between them, and rows that lack something.
fn events() -> String {
    let events = String::from_utf8(oddsift_testkit::process_events(3_000, 7).unwrap()).unwrap();
    let mut lines = events.lines();
    let mut mixed = format!("EventID,{}\n", lines.next().unwrap());
    for (row, line) in lines.enumerate() {
        let kind = if row % 10 == 3 { 4689 } else { 4688 };
        writeln!(mixed, "{kind},{line}").unwrap();
    }
    mixed
}

const VERBS: [&[&str]; 13] = [
    &["cluster"],
    &["cluster", "--min-samples", "5", "--count-distinct", "Account,Computer"],
    &[
        "cluster",
        "--features",
        "program,Computer.value,commandlineLen",
        "--scale",
        "none",
        "--eps",
        "5",
    ],
    &[
        "cluster",
        "--features",
        "pathScore,commandlineTokensFull",
        "--eps",
        "0.0001",
        "--template",
        "NewProcessName",
    ],
    &["cluster", "--emit", "labels"],
    &["hunt"],
    &["hunt", "--top", "20"],
    &["outliers"],
    &["outliers", "--top", "30", "--trees", "50", "--seed", "3", "--explain", "2", "--extended"],
    &["outliers", "--emit", "scores"],
    &["stack", "--by", "ParentProcessName,NewProcessName", "--max-count", "3"],
    &["stack", "--by", "CommandLine", "--mask", "CommandLine"],
    &["series", "--count", "--by", "Computer", "--bucket", "1min", "--every-point"],
];

fn compare(log: &Log, input: &str, more: &[&str], verbs: &[&[&str]]) {
    for verb in verbs {
        for form in ["csv", "ndjson"] {
            // Reasons of outliers are lists of fields in the tool's JSON.
            if form == "ndjson" && ["outliers", "hunt", "series"].contains(&verb[0]) {
                continue;
            }
            let tool = stdout(oddsift(), &[verb, &[&log.whole, "-t", form][..]].concat());
            let engine = [verb, &[input, "-t", form][..], more].concat();
            let engine = stdout(Path::new(ENGINE), &engine);
            assert!(tool.lines().count() > 1, "{verb:?}");
            for (ours, theirs) in engine.lines().zip(tool.lines()) {
                assert_eq!(ours, theirs, "{verb:?} of {input} as {form}");
            }
            assert_eq!(engine.lines().count(), tool.lines().count(), "{verb:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verbs_print_in_one_process_what_the_tool_prints() {
    let log = Log::new(&events()).await;
    compare(&log, &log.path("csv/"), &[], &VERBS[..8]);
    compare(&log, &log.parquet().await, &["--partitions", "5"], &VERBS);
}

#[tokio::test(flavor = "multi_thread")]
async fn verbs_print_on_a_cluster_what_the_tool_prints_and_leave_no_file() {
    let log = Log::new(&events()).await;
    let cluster = Cluster::start(2);
    let engine = format!("ballista://{}", cluster.address);
    let scratch = log.path("scratch");
    let more = ["--engine", &engine, "--scratch", &scratch, "--partitions", "3"];
    compare(&log, &log.parquet().await, &more, &VERBS);
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}

/// Roles that several columns play, times of two columns, and the kinds of events of two schemas.
#[tokio::test(flavor = "multi_thread")]
async fn logs_of_several_schemas_are_what_they_are_for_the_tool() {
    let mut csv =
        "EventID,TimeCreated,UtcTime,Image,NewProcessName,CommandLine,ParentImage,Computer\n"
            .to_owned();
    for row in 0..400 {
        let (minute, second) = (row / 60, row % 60);
        let time = format!("2026-02-03T04:{minute:02}:{second:02}.{:03}", row * 7 % 1000);
        let line =
            format!("tool -n {} --part {}", row % 5, if row % 90 == 7 { "odd part" } else { "a" });
        let event = match row % 4 {
            0 => format!("1,,{time},C:\\a{}.exe,,{line},C:\\x.exe,h1", row % 3),
            1 => format!("4688,{time},,,C:\\b{}.exe,{line},,h2", row % 3),
            2 => format!("3,,{time},C:\\a.exe,,,,h1"),
            _ => format!("1,{time},{time},C:\\a1.exe,-,{line},,h3"),
        };
        writeln!(csv, "{event}").unwrap();
    }
    let log = Log::new(&csv).await;
    compare(
        &log,
        &log.parquet().await,
        &[],
        &[&["cluster"], &["hunt"], &["outliers", "--top", "5"]],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn models_of_an_engine_are_the_tools() {
    let log = Log::new(&events()).await;
    let (theirs, ours) = (log.path("theirs.json"), log.path("ours.json"));
    for verb in ["cluster", "hunt", "outliers"] {
        stdout(oddsift(), &[verb, &log.whole, "--save-model", &theirs]);
        stdout(Path::new(ENGINE), &[verb, &log.path("csv/"), "--save-model", &ours]);
        let [of_tool, of_engine] = [&theirs, &ours].map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let mut model: serde_json::Value = serde_json::from_str(&text).unwrap();
            model.as_object_mut().unwrap().remove("origin");
            model
        });
        assert_eq!(of_engine, of_tool, "{verb}");
        if verb == "hunt" {
            let known = ["--known", &ours, "--all", "--top", "9"];
            compare(&log, &log.path("csv/"), &[], &[&[&["hunt"], &known[..]].concat()]);
        }
    }
    let known = ["hunt", &log.path("csv/"), "--known", &ours];
    assert!(!run(Path::new(ENGINE), &known).status.success(), "outliers are no history");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_verb_lacks_is_named() {
    let log =
        Log::new("bytes,TimeGenerated\n7,2026-01-01T00:00:00Z\n9,2026-01-01T01:00:00Z\n").await;
    let refused = |args: &[&str], status| {
        let output = run(Path::new(ENGINE), args);
        assert_eq!(output.status.code(), Some(status), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let whole = log.whole.as_str();
    assert!(refused(&["cluster", whole], 3).contains("name the features"));
    assert!(refused(&["cluster", whole, "--row-column", "n"], 3).contains("row_number() OVER ()"));
    assert!(
        refused(&["cluster", whole, "--row-column", "TimeGenerated"], 3).contains("is Timestamp")
    );
    assert!(refused(&["stack", whole, "--by", "host"], 3).contains("no column `host`"));
    let far = ["cluster", whole, "--engine", "ballista://127.0.0.1:1"];
    assert!(refused(&far, 3).contains("--scratch"));
    assert!(
        refused(&["stack", whole, "--by", "bytes", "--engine", "ballista://127.0.0.1:1"], 3)
            .contains("127.0.0.1:1")
    );
    assert!(refused(&["stack", whole, "--by", "bytes", "-t", "parquet"], 3).contains("-o"));
    assert!(refused(&["stack", "no/such.csv", "--by", "x"], 3).contains("no file at no/such.csv"));
    assert!(refused(&["hunt", whole, "--engine", "spark"], 2).contains("ballista://HOST:PORT"));
    assert_eq!(
        refused(&["stack", whole, "--by", "bytes", "--max-count", "0", "--exit-status"], 1),
        ""
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn results_go_to_files_whole_or_not_at_all() {
    let log = Log::new(&events()).await;
    let engine = |args: &[&str]| run(Path::new(ENGINE), args);
    let (csv, result) = (log.path("csv/"), log.path("labels.parquet"));
    let written = engine(&["cluster", &csv, "--emit", "labels", "-t", "parquet", "-o", &result]);
    assert!(written.status.success() && written.stdout.is_empty());
    let rows = stdout(oddsift(), &["stack", &result, "--by", "IsCore", "--max-count", "100000"]);
    assert_eq!(rows.lines().count(), 3, "{rows}");
    let (file, printed) = (log.path("lines.csv"), stdout(Path::new(ENGINE), &["hunt", &csv]));
    assert!(engine(&["hunt", &csv, "-o", &file]).status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), printed);
    let failed = engine(&["hunt", &csv, "--max-patterns", "3", "-o", &file]);
    assert!(String::from_utf8_lossy(&failed.stderr).contains("more than 3 lines"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), printed);
    let scratch = log.path("scratch");
    let nowhere = ["cluster", &csv, "--scratch", &scratch, "-o", "no/file/"];
    assert!(!engine(&nowhere).status.success());
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
    let only = ["hunt", &csv, "--where", "\"EventID\" = 4689"];
    assert!(!engine(&only).status.success(), "no starts of programs are left");
}
