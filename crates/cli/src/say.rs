//! What is said on standard error beside a result.

use std::io::{IsTerminal, Write};

use oddsift::pipeline::{Intake, ReadSummary};
use oddsift::records::escape_line;

use crate::args::TalkArgs;

pub(crate) fn warn_line(line: &str) {
    // Nobody is left to be told if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{}", escape_line(line));
}

pub(crate) fn warn_all(lines: &[String]) {
    for line in lines {
        warn_line(line);
    }
}

/// Says what was left out or changed, one line each, and of columns without a name unless it is to be
/// quiet.
pub(crate) fn warn(args: &TalkArgs, read: &ReadSummary) {
    let lines = if args.quiet { read.losses() } else { read.warnings() };
    warn_all(&lines);
}

/// Says which times of a column that nobody named were not read.
pub(crate) fn warn_of_times(read: &ReadSummary) {
    if let Some(line) = read.time_warning() {
        warn_line(&format!("{line}; name the column by --time-column to be strict"));
    }
}

/// Says what was taken of an input and what was left out, in one line; `more` is of the job.
pub(crate) fn say_intake(
    args: &TalkArgs,
    intake: &Intake,
    more: Option<String>,
    n_rows: u64,
    read: &ReadSummary,
) {
    if args.quiet {
        return;
    }
    let times = intake.times.as_ref().map(|times| match times.as_slice() {
        [] => "no column of times".to_owned(),
        times => format!("times of {}", times.join(", ")),
    });
    let parts = [Some(intake.text()), more, times, Some(read.rows_text(n_rows))];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    warn_line(&format!("{}: {}", read.name, parts.join("; ")));
}

/// Says `line` to a person: on a terminal, or where more talk is asked for.
pub(crate) fn say(args: &TalkArgs, line: &str) {
    if args.verbose || (std::io::stderr().is_terminal() && !args.quiet) {
        warn_line(line);
    }
}

/// How many there are of a thing, in words.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
