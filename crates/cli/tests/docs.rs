//! The guides with the real binary: what stands below a command is what it prints.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it left out"
)]
#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Programs that a machine may lack, and what needs a network or a folder of the reader's.
const OTHERS: [&str; 9] =
    ["cargo ", "git ", "jq ", "python", "duckdb", "sqlite3", "docker", "./target", "journalctl"];

/// A block of commands, and the text below that they print.
struct Shown {
    line: usize,
    commands: String,
    printed: Option<String>,
}

/// Commands as they are typed at a terminal, where results are tables without being asked for.
fn typed(commands: &str) -> String {
    let mut typed = String::new();
    for line in commands.lines() {
        let of_tool = line.strip_prefix("cargo run --release -- ").map(|line| {
            // What is behind a command is for the reader.
            let line = line.split(" # ").next().unwrap_or_default().trim_end();
            let says_where = [" -t ", " -o ", "--query"].iter().any(|flag| line.contains(flag));
            format!("oddsift {line}{}", if says_where { "" } else { " -t table" })
        });
        writeln!(typed, "{}", of_tool.as_deref().unwrap_or(line)).unwrap();
    }
    typed
}

/// The blocks of commands of a guide, each with the block of text that follows.
fn shown(markdown: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut block: Option<(String, usize, String)> = None;
    let mut behind_commands = false;
    for (number, line) in markdown.lines().enumerate() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(kind)) => block = Some((kind.to_owned(), number + 1, String::new())),
            (Some((kind, line, text)), Some(_)) => {
                let is_commands = kind == "sh";
                if is_commands {
                    found.push(Shown { line: *line, commands: text.clone(), printed: None });
                } else if let Some(last) =
                    found.last_mut().filter(|_| kind == "text" && behind_commands)
                {
                    last.printed = Some(text.clone());
                }
                behind_commands = is_commands;
                block = None;
            }
            (Some((.., text)), None) => writeln!(text, "{line}").unwrap(),
            // Words between two blocks part them.
            (None, None) => behind_commands &= line.is_empty(),
        }
    }
    found
}

/// A folder to work in, with the samples and the tool.
fn desk() -> TempDir {
    let desk = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(ROOT).unwrap();
    for name in ["testdata", "crates"] {
        std::os::unix::fs::symlink(root.join(name), desk.path().join(name)).unwrap();
    }
    fs::create_dir(desk.path().join("bin")).unwrap();
    let tool = desk.path().join("bin/oddsift");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_oddsift"), tool).unwrap();
    desk
}

/// What commands print, on both streams, as on a terminal of no known width.
fn run(desk: &Path, commands: &str) -> String {
    let path = format!("{}:{}", desk.join("bin").display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-c", &format!("exec 2>&1\n{commands}")]).current_dir(desk);
    command.env("PATH", path).env("SOURCE_DATE_EPOCH", "1548000000");
    String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned()
}

/// The first line of a guide that is not printed behind the ones before it. `…` stands for what is left out
/// of a line; whole lines may be left out anywhere.
fn first_wrong<'s>(printed: &str, shown: &'s str) -> Option<&'s str> {
    let mut printed = printed.lines();
    let is_left_out = |line: &&str| matches!(line.trim(), "" | "…");
    shown
        .lines()
        .filter(|line| !is_left_out(line))
        .find(|line| !printed.any(|it| is_line(it, line)))
}

/// Whether a printed line is one of a guide.
fn is_line(printed: &str, shown: &str) -> bool {
    let mut parts = shown.trim_end().split('…');
    let Some(mut rest) = printed.trim_end().strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, inner)) = parts.split_last() else { return rest.is_empty() };
    for part in inner {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[test]
fn commands_of_the_guides_print_what_stands_below_them() {
    let mut wrong = String::new();
    let mut n_checked = 0;
    for guide in [
        "README.md",
        "docs/choosing.md",
        "docs/coming-from-msticpy.md",
        "docs/hunt.md",
        "docs/formats.md",
    ] {
        let desk = desk();
        for Shown { line, commands, printed } in
            shown(&fs::read_to_string(Path::new(ROOT).join(guide)).unwrap())
        {
            let commands = typed(&commands);
            if OTHERS.iter().any(|other| commands.contains(other)) {
                println!("{guide}:{line}: left out");
                continue;
            }
            let found = run(desk.path(), &commands);
            let Some(printed) = printed else { continue };
            n_checked += 1;
            if let Some(shown) = first_wrong(&found, &printed) {
                writeln!(wrong, "{guide}:{line}: {shown}\nis not what is printed:\n{found}")
                    .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(n_checked >= 30, "{n_checked} blocks of text are below commands");
}

#[test]
fn a_line_that_is_not_printed_is_found() {
    assert_eq!(first_wrong("a\nb\nc 3 rows of 4\n", "a\n…\nc … of 4\n"), None);
    assert_eq!(first_wrong("a\nb\n", "b\na\n"), Some("a"));
    assert_eq!(first_wrong("c 3 rows\n", "c 4 …\n"), Some("c 4 …"));
    assert_eq!(first_wrong("c 3 rows\n", "c\n"), Some("c"));
}

/// The rows of the first table below a heading, without its header.
fn table_rows<'m>(markdown: &'m str, heading: &str) -> Vec<Vec<&'m str>> {
    let below = markdown.split_once(heading).unwrap().1;
    let lines = below.lines().skip_while(|line| !line.starts_with('|'));
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

#[test]
fn the_table_of_wrong_eps_is_what_cluster_finds() {
    let guide = fs::read_to_string(Path::new(ROOT).join("docs/choosing.md")).unwrap();
    let desk = desk();
    let rows = table_rows(&guide, "### Signs of a wrong eps");
    assert_eq!(rows.len(), 6);
    for row in rows {
        let command = format!(
            "oddsift cluster testdata/processes_on_host.csv \
             --features pathScore,commandlineTokensFull,isSystemSession --eps {} -v -o /dev/null",
            row[0]
        );
        let printed = run(desk.path(), &command);
        let noise = row[2].split(' ').next().unwrap();
        let clusters = if row[1] == "1" { "cluster" } else { "clusters" };
        let rows = if noise == "1" { "row" } else { "rows" };
        let expected = format!("; {} {clusters}, {noise} noise {rows}", row[1]);
        assert!(printed.contains(&expected), "{expected} is not in\n{printed}");
        assert!(printed.contains(&format!("cluster sizes: {}", row[3])), "{printed}");
    }
}
