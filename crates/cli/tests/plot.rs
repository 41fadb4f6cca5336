//! `--plot` and `report` with the real binary on real files.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

const PROCESSES: &str = "testdata/processes_on_host.csv";
const SERIES: &str = "testdata/time_series.csv";
const FEATURES: &str = "pathScore,commandlineLen,commandlineTokensFull";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

fn command(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("oddsift").unwrap();
    command.current_dir(root()).args(args);
    command
}

fn oddsift(args: &[&str]) -> assert_cmd::assert::Assert {
    command(args).assert()
}

fn said(ended: &assert_cmd::assert::Assert) -> String {
    String::from_utf8_lossy(&ended.get_output().stderr).into_owned()
}

/// A path in a new folder.
fn place(name: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

/// The picture that a command draws.
fn drawn(name: &str, args: &[&str]) -> String {
    let (_folder, path) = place(name);
    oddsift(&[args, &["--plot", path.to_str().unwrap(), "-t", "csv"]].concat()).success();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn each_verb_draws_what_it_prints() {
    for (args, title) in [
        (&["cluster", PROCESSES][..], "24 clusters, 109 noise rows"),
        (&["cluster", PROCESSES, "--emit", "labels"], "24 clusters, 109 noise rows"),
        (
            &["outliers", PROCESSES, "--features", FEATURES, "--top", "10"],
            "The 10 oddest rows of 363",
        ),
        (
            &["outliers", PROCESSES, "--features", FEATURES, "--top", "10", "--emit", "scores"],
            "The 10 oddest rows of 363",
        ),
        (&["series", SERIES, "--value-column", "TotalBytesSent"], "6 anomalies in 840 points"),
        (&["eps", PROCESSES], "Distances to the neighbours"),
    ] {
        let svg = drawn("picture.svg", args);
        assert!(svg.starts_with("<svg ") && svg.contains(title), "{args:?}: {svg:.300}");
        let html = drawn("picture.html", args);
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains(title), "{args:?}");
    }
}

#[test]
fn result_beside_a_picture_is_the_result_without() {
    for args in [
        &["cluster", PROCESSES, "--emit", "labels", "-t", "csv"][..],
        &["cluster", PROCESSES, "-t", "csv"],
        &["outliers", PROCESSES, "--features", FEATURES, "--emit", "scores", "-t", "csv"],
    ] {
        let (_folder, path) = place("picture.svg");
        let without = oddsift(args).success().get_output().stdout.clone();
        let with = oddsift(&[args, &["--plot", path.to_str().unwrap()]].concat());
        assert_eq!(with.success().get_output().stdout, without, "{args:?}");
    }
}

#[test]
fn words_of_the_caller_are_on_the_picture() {
    let labels = ["--title", "Host <7>", "--xlabel", "path & more", "--ylabel", "tokens"];
    let svg = drawn("picture.svg", &[&["cluster", PROCESSES][..], &labels].concat());
    assert!(svg.contains("Host &lt;7&gt;") && svg.contains("path &amp; more"));
    let chosen =
        ["--plot-features", "commandlineTokensFull,isSystemSession", "--plot-label", "Account"];
    let by_scores = ["cluster", PROCESSES, "--features", "commandlineTokensFull,isSystemSession"];
    let svg = drawn("picture.svg", &[&by_scores[..], &chosen].concat());
    assert!(svg.contains("isSystemSession (0 no, 1 yes)") && svg.contains("MSTICAdmin"));
    let (_folder, path) = place("picture.svg");
    let grid = ["outliers", PROCESSES, "--features", FEATURES, "--plot", path.to_str().unwrap()];
    let said = oddsift(&[&grid[..], &labels].concat()).success();
    let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
    assert!(said.contains("--xlabel and --ylabel are for one pair of features"), "{said}");
    let svg = std::fs::read_to_string(path).unwrap();
    assert!(svg.contains("Host &lt;7&gt;") && !svg.contains("path &amp; more"));
}

#[test]
fn wrong_use_is_told_before_the_work() {
    let (_folder, path) = place("picture.svg");
    let path = path.to_str().unwrap();
    for (args, said) in [
        (&["--plot", "picture.png"][..], "must end in .svg or .html"),
        (&["--title", "x"], "--title goes with --plot FILE"),
        (&["--cut-off", "4"], "--cut-off goes with --plot FILE"),
        (&["--plot", path, "-o", path], "--plot and -o name the same file"),
        (&["--plot", path, "--save-model", path], "--save-model and --plot name the same file"),
        (
            &["--plot", path, "--plot-features", "commandlineTokens,nope"],
            "\"nope\" is none of the features",
        ),
        (
            &["--plot", path, "--plot-features", "commandlineTokens,commandlineTokens"],
            "two features, not \"commandlineTokens\" twice",
        ),
    ] {
        let failed = oddsift(&[&["cluster", PROCESSES][..], args].concat()).code(2);
        let stderr = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
        assert!(stderr.contains(said), "{args:?}: {stderr}");
    }
    let failed = oddsift(&["cluster", PROCESSES, "--plot", path, "--plot-label", "nope"]).code(3);
    assert!(String::from_utf8_lossy(&failed.get_output().stderr).contains("--plot-label"));
    assert!(!Path::new(path).exists());
}

#[test]
fn picture_is_never_drawn_over_an_input() {
    let (_folder, path) = place("events.svg");
    std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PROCESSES), &path)
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let path = path.to_str().unwrap();
    let trained = ["outliers", PROCESSES, "--features", FEATURES, "--train", path, "--plot", path];
    for args in [&["cluster", path, "--plot", path][..], &trained] {
        let failed = oddsift(args).code(3);
        assert!(said(&failed).contains("events.svg: is an input too"), "{}", said(&failed));
        assert_eq!(std::fs::read(path).unwrap(), before);
    }
}

#[test]
fn one_file_by_two_names_is_refused() {
    let (folder, path) = place("same.html");
    let (path, round) = (path.to_str().unwrap(), folder.path().join("./same.html"));
    let round = round.to_str().unwrap();
    for other in ["--save-model", "-o"] {
        let failed = oddsift(&["cluster", PROCESSES, "--plot", path, other, round]).code(2);
        assert!(said(&failed).contains("name the same file; name two"), "{}", said(&failed));
        assert!(!Path::new(path).exists());
    }
}

#[test]
fn file_that_cannot_be_made_is_told_before_the_first_row_is_read() {
    let (folder, _) = place("");
    let missing = folder.path().join("no/such.html");
    let missing = missing.to_str().unwrap();
    // Read to its end, this file would be another error.
    let broken = folder.path().join("broken.csv");
    let rows = "1,2024-01-01T00:00:00Z\n".repeat(200_000);
    std::fs::write(&broken, format!("x,t\n{rows}1,\"\n")).unwrap();
    let broken = broken.to_str().unwrap();
    for args in [
        &["cluster", broken, "--plot", missing][..],
        &["cluster", broken, "--save-model", missing],
        &["outliers", broken, "--plot", missing],
        &["outliers", broken, "--save-model", missing],
        &["eps", broken, "--plot", missing],
        &["series", broken, "--value-column", "x", "--time-column", "t", "--plot", missing],
        &["report", broken, "-o", missing],
    ] {
        let failed = oddsift(args).code(3);
        assert!(said(&failed).starts_with(&format!("{missing}: cannot be written")), "{args:?}");
    }
}

#[test]
fn series_by_group_are_drawn_side_by_side() {
    let args = ["series", "testdata/az_net_flows.csv", "--time-column", "FlowStartTime", "--count"];
    let html =
        drawn("flows.html", &[&args[..], &["--by", "L7Protocol", "--bucket", "1h"]].concat());
    assert!(html.contains("https") && html.contains("all "));
}

#[test]
fn report_holds_clusters_outliers_times_and_facts() {
    let (_folder, path) = place("report.html");
    let report = |more: &[&str]| {
        oddsift(&[&["report", PROCESSES, "-o", path.to_str().unwrap()], more].concat()).success();
        std::fs::read_to_string(&path).unwrap()
    };
    let html = report(&[]);
    for text in
        ["krbtgt:golden", "24 clusters, 109 noise rows", "wordsRarity", "363 events over time"]
    {
        assert!(html.contains(text), "{text}");
    }
    let headings = ["What to read first", "Clusters", "Outliers", "Times", "How this was made"];
    let place = |heading: &str| html.find(&format!("<h2>{heading}</h2>")).unwrap();
    assert!(headings.map(place).is_sorted());
    assert!(html.contains("oddest rows of 363") && !html.contains("outliers among"));
    assert_eq!(report(&["-j", "1"]), html);
    assert!(report(&["--title", "Host 7"]).contains("<title>Host 7</title>"));
}

/// What the page has between its first heading and the next.
fn first_to_read(html: &str) -> &str {
    let list = html.split("What to read first</h2>").nth(1).unwrap();
    list.split("Clusters</h2>").next().unwrap()
}

#[test]
fn report_begins_with_what_hunt_finds() {
    let (_folder, path) = place("report.html");
    let report = |args: &[&str]| {
        oddsift(&[&["report", "-o", path.to_str().unwrap()], args].concat()).success();
        std::fs::read_to_string(&path).unwrap()
    };
    let html = report(&[PROCESSES]);
    let list = first_to_read(&html);
    let text = oddsift(&["hunt", PROCESSES, "-t", "csv", "--top", "40", "-q"]).success();
    let text = String::from_utf8(text.get_output().stdout.clone()).unwrap();
    let mut lines = csv::Reader::from_reader(text.as_bytes());
    for line in lines.records().map(Result::unwrap) {
        let (finding, rank) = (&line[0], &line[1]);
        assert!(list.contains(&format!("id=\"finding-{finding}\"")), "{finding}");
        assert!(list.contains(&format!("<li><span class=\"number\">{rank}</span>")), "{rank}");
        assert!(rank != "1" || list.contains(" bits · MSTICAlertsWin1 · "));
    }
    assert_eq!(list.matches("<div class=\"text\">").count(), 40);
    assert!(list.contains("cmd.exe ran 28 times of 363 events, 1 time with this command line"));
    let flows = report(&["testdata/az_net_flows.csv", "--features", "AllowedOutFlows"]);
    assert!(first_to_read(&flows).contains("L7Protocol ssh"));
}

#[test]
fn report_of_a_stream_is_that_of_its_file() {
    let (_folder, path) = place("report.html");
    let report = |name: &str, input: &[u8]| {
        let args = ["report", name, "--title", "x", "-o", path.to_str().unwrap()];
        command(&args).write_stdin(input).assert().success();
        std::fs::read_to_string(&path).unwrap().replace(PROCESSES, "&lt;stdin&gt;")
    };
    let of_file = report(PROCESSES, b"");
    let bytes = std::fs::read(root().join(PROCESSES)).unwrap();
    assert!(report("-", &bytes) == of_file);
}

#[test]
fn report_leaves_out_what_is_known() {
    let (folder, path) = place("report.html");
    let path = path.to_str().unwrap();
    let model = folder.path().join("known.json");
    let model = model.to_str().unwrap();
    oddsift(&["hunt", PROCESSES, "-q", "--save-model", model, "-o", "/dev/null"]).success();
    for known in [PROCESSES, model] {
        let done = oddsift(&["report", PROCESSES, "--known", known, "-o", path]).success();
        let said = said(&done);
        assert!(said.contains("known and left out of what to read first: "), "{said}");
        let html = std::fs::read_to_string(path).unwrap();
        assert!(first_to_read(&html).contains("0 lines in 0 findings"), "{known}");
        assert!(html.contains("24 clusters, 109 noise rows"));
    }
    let same = oddsift(&["report", PROCESSES, "--known", model, "-o", model]).failure();
    assert!(said(&same).contains(model));
}

#[test]
fn report_says_why_there_is_nothing_to_read_first() {
    let (folder, page) = place("report.html");
    let (input, page) = (folder.path().join("in.csv"), page.to_str().unwrap());
    let words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    let words = words.map(|a| words.map(|b| format!("{a} {b}\n")).concat()).concat();
    let start = "EventID,NewProcessName,CommandLine,n\n";
    for (rows, args, reason) in [
        (
            format!("text\n{words}"),
            &["--text", "text", "--features", "text.len"][..],
            "no column holds values that repeat or numbers",
        ),
        (format!("{start}4689,,,1\n4689,,,2\n"), &["--features", "n"], "no row starts a program"),
    ] {
        std::fs::write(&input, rows).unwrap();
        let args = [&["report", input.to_str().unwrap(), "-q", "-o", page], args].concat();
        let done = oddsift(&args).success();
        assert!(said(&done).contains(reason), "{}", said(&done));
        assert!(!std::fs::read_to_string(page).unwrap().contains("What to read first"));
    }
}

#[test]
fn numbers_of_any_size_are_drawn() {
    for values in
        [["1e-170,1", "1e160,2"], ["-1.7e308,1", "1.7e308,2"], ["5e-324,0", "1e308,1e-300"]]
    {
        let (_folder, file) = place("numbers.csv");
        std::fs::write(&file, format!("a,b\n{}\n{}\n1,3\n2,3\n", values[0], values[1])).unwrap();
        let (_folder, page) = place("page.html");
        let (file, page) = (file.to_str().unwrap(), page.to_str().unwrap());
        oddsift(&["outliers", file, "-q", "--plot", page]).success();
        oddsift(&["cluster", file, "-q", "--scale", "none", "--eps", "1", "--plot", page])
            .success();
        oddsift(&["report", file, "-q", "--scale", "none", "--eps", "1", "-o", page]).success();
    }
    let (_folder, file) = place("numbers.csv");
    std::fs::write(&file, "a,b\n3.3e38,1\n-3.3e38,2\n1,3\n2,3\n").unwrap();
    drawn("p.svg", &["outliers", file.to_str().unwrap(), "-q", "--precision", "f32"]);
}

#[test]
fn report_takes_the_flags_that_it_honours() {
    for (args, said) in [
        (&[][..], "name it by -o report.html"),
        (&["-o", "r.html", "--emit", "labels"], "unexpected argument '--emit'"),
        (&["-o", "r.html", "-t", "csv"], "unexpected argument '-t'"),
    ] {
        let failed = oddsift(&[&["report", PROCESSES][..], args].concat()).code(2);
        assert!(String::from_utf8_lossy(&failed.get_output().stderr).contains(said), "{args:?}");
    }
}

#[test]
fn report_counts_distinct_values() {
    let (_folder, path) = place("report.html");
    let path = path.to_str().unwrap();
    oddsift(&["report", PROCESSES, "-o", path, "--count-distinct", "Account,Computer"]).success();
    let html = std::fs::read_to_string(path).unwrap();
    assert!(html.contains(">Distinct Account</th>") && html.contains(">Distinct Computer</th>"));
}

#[test]
fn report_of_weighted_rows_says_what_the_weight_is_and_why_there_are_no_outliers() {
    let (folder, path) = place("report.html");
    let (input, path) = (folder.path().join("in.csv"), path.to_str().unwrap());
    std::fs::write(&input, "x,n\n1,3\n1,2\n9,1\n").unwrap();
    oddsift(&["report", input.to_str().unwrap(), "--weight", "n", "-o", path]).success();
    let html = std::fs::read_to_string(path).unwrap();
    let outliers = html.split("Outliers</h2>").nth(1).unwrap();
    assert!(
        outliers.contains("Left out: each row stands for as many as its n says"),
        "{html:.900}"
    );
    assert!(html.contains("<dt>Weight of a row</dt><dd>n</dd>"));
    assert!(first_to_read(&html).contains("Left out: each row stands for as many as its n says"));
}

#[test]
fn negative_weights_have_a_remedy_that_the_verb_takes() {
    let (folder, path) = place("report.html");
    let input = folder.path().join("in.csv");
    std::fs::write(&input, "x,n\n1,5\n1,5\n1,5\n1,-20\n").unwrap();
    let (input, path) = (input.to_str().unwrap(), path.to_str().unwrap());
    let weighted = |verb| [verb, input, "--features", "x", "--weight", "n", "-o", path];
    let failed = oddsift(&weighted("cluster")).code(3);
    assert!(said(&failed).ends_with("not kept; use --emit labels\n"), "{}", said(&failed));
    oddsift(&[&weighted("cluster")[..], &["--emit", "labels"]].concat()).success();
    let failed = oddsift(&weighted("report")).code(3);
    let remedy = "not kept; leave out the rows of negative weight\n";
    assert!(said(&failed).ends_with(remedy), "{}", said(&failed));
}
