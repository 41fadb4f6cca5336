//! Whether the input of a nightly job is what it should be.

use oddsift::pipeline::{Period, ReadSummary, Timestamp};
use serde::Serialize;

use super::ScoreArgs;
use crate::failure::Failure;

/// The findings of a run.
pub(super) struct Found {
    pub(super) n_rows: u64,
    pub(super) n_new_rows: u64,
    /// The lines, of `--only new`.
    pub(super) lines: Option<FoundLines>,
    pub(super) read: ReadSummary,
}

/// The numbers of lines that are new to the model.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct FoundLines {
    /// Those of the input.
    pub(super) new_lines: usize,
    /// Those of them that an earlier run has told.
    pub(super) seen_before: usize,
    /// Those that are printed.
    pub(super) printed: usize,
}

impl Found {
    pub(super) fn rows(n_rows: u64, n_new_rows: u64, read: ReadSummary) -> Self {
        Self { n_rows, n_new_rows, lines: None, read }
    }

    /// The share of the rows that is new to the model; 0 without rows.
    fn new_share(&self) -> f64 {
        if self.n_rows == 0 { 0.0 } else { self.n_new_rows as f64 / self.n_rows as f64 }
    }

    pub(super) fn n_printed(&self) -> u64 {
        self.lines.map_or(self.n_new_rows, |lines| lines.printed as u64)
    }
}

/// A check that a user asked for.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// The name of the flag, without its dashes.
    #[serde(rename = "check")]
    flag: &'static str,
    /// What was asked for.
    wanted: String,
    /// What there was.
    found: String,
    holds: bool,
    #[serde(skip)]
    line: String,
}

/// The checks that were asked for, each with what came of it.
pub(super) fn check(args: &ScoreArgs, found: &Found, now: Timestamp) -> Vec<Check> {
    let n_rows = |least| at_least(least, found.n_rows);
    let share = |most| at_most(most, found.new_share());
    let newest = |within| newest_within(within, found, now);
    let checks =
        [args.min_rows.map(n_rows), args.max_new_share.map(share), args.newest_within.map(newest)];
    checks.into_iter().flatten().collect()
}

fn at_least(least: u64, n_rows: u64) -> Check {
    Check {
        flag: "min-rows",
        wanted: least.to_string(),
        found: n_rows.to_string(),
        holds: n_rows >= least,
        line: format!("{n_rows} rows, --min-rows asks for {least}; look at the export"),
    }
}

fn at_most(most: f64, share: f64) -> Check {
    Check {
        flag: "max-new-share",
        wanted: most.to_string(),
        found: share.to_string(),
        holds: share <= most,
        line: format!(
            "{:.1}% of the rows are new to the model, --max-new-share allows {:.1}%; look at the export, or \
             make the model anew",
            100.0 * share,
            100.0 * most
        ),
    }
}

fn newest_within(within: Period, found: &Found, now: Timestamp) -> Check {
    let newest = found.read.times.latest_past();
    // Longer ago than time itself is never too old.
    let limit = within.before(now).ok();
    let holds = newest.is_some_and(|newest| limit.is_none_or(|limit| newest >= limit));
    let what = match (newest, found.read.times.span()) {
        (Some(newest), _) => format!("the newest event is of {newest}"),
        (None, Some(_)) => "all events are of the future".to_owned(),
        (None, None) => "no event has a time".to_owned(),
    };
    Check {
        flag: "newest-within",
        wanted: within.to_string(),
        found: newest.map(|newest| newest.to_string()).unwrap_or_default(),
        holds,
        line: format!("{what}, --newest-within asks for one within {within}; look at the export"),
    }
}

/// Ends with status 4 where a check does not hold, and says which.
pub(super) fn need(checks: &[Check], name: &str) -> Result<(), Failure> {
    let failed = checks.iter().filter(|check| !check.holds);
    let lines: Vec<&str> = failed.map(|check| check.line.as_str()).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure::Input(format!("{name}: {}", lines.join("; "))))
}
