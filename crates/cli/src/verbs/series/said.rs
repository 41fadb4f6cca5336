//! What `series` says of how it made series of rows, in one line.

use oddsift::pipeline::{Aggregate, Anomalies, Changes, Fill, PeriodSource, SeriesFit};

use super::args::SeriesArgs;
use crate::say::counted;

/// Names of buckets or periods in the line.
const SHOWN: usize = 3;

/// The line, or none where rows were a series as they stood, of a period that was given.
pub(super) fn facts(args: &SeriesArgs, found: &SeriesFit) -> Option<String> {
    let parts =
        [grid(args, &found.changes), stray(&found.changes), cut(&found.changes), season(found)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("{}: {}", found.read.name, parts.join("; ")))
}

/// The step, and what it took to put points at distances of it.
fn grid(args: &SeriesArgs, changes: &Changes) -> Option<String> {
    let mut parts = Vec::new();
    if changes.n_moved > 0 {
        parts.push(format!(
            "{} moved to the start of a step",
            counted(changes.n_moved, "point", "points")
        ));
    }
    if changes.n_joined > 0 {
        parts.push(format!(
            "{} joined with another by the mean",
            counted(changes.n_joined, "point", "points")
        ));
    }
    if let Some(first) = changes.first_missing.filter(|_| !is_counted(args)) {
        let points = counted(changes.n_missing, "point is missing", "points are missing");
        parts.push(format!("{points} (the first at {first}) and {}", filled(args)));
    }
    let steps: Vec<String> = changes.steps.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = if changes.steps.len() > SHOWN { " and more" } else { "" };
    let step = format!("steps of {}{more}", steps.join(", "));
    (!parts.is_empty()).then(|| format!("{step}: {}", parts.join(", ")))
}

/// A bucket without rows counts none, which is no gap.
fn is_counted(args: &SeriesArgs) -> bool {
    args.count || args.distinct.is_some()
}

fn filled(args: &SeriesArgs) -> &'static str {
    let is_summed = args.agg.or(args.bucket.map(|_| super::args::Agg::Sum)).map(Into::into)
        == Some(Aggregate::Sum);
    match args.fill {
        Some(Fill::Zero) => "taken as 0",
        Some(Fill::Linear) => "filled by straight lines",
        None if is_summed => "taken as 0",
        _ => "left missing",
    }
}

fn stray(changes: &Changes) -> Option<String> {
    let (first, last) = changes.stray?;
    let times = if first == last { first.to_string() } else { format!("{first} to {last}") };
    let points = counted(changes.n_stray, "point is", "points are");
    Some(format!("{points} more than a year from the rest and set apart ({times})"))
}

fn cut(changes: &Changes) -> Option<String> {
    let starts: Vec<String> = changes.cut.iter().map(ToString::to_string).collect();
    let buckets = if starts.len() == 1 { "bucket is" } else { "buckets are" };
    (!starts.is_empty()).then(|| {
        format!(
            "{} incomplete {buckets} left out ({}), cut by the start or end of the log",
            starts.len(),
            starts.join(", ")
        )
    })
}

/// Tells where periods come from, unless they were given.
fn season(found: &SeriesFit) -> Option<String> {
    let of = |source| found.series.iter().filter(move |it| it.period_source() == source);
    let n = |source| of(source).count();
    let in_series = |source| match found.series.len() {
        1 => String::new(),
        _ => format!(" in {}", counted(n(source) as u64, "series", "series")),
    };
    let mut parts = Vec::new();
    if n(PeriodSource::Found) > 0 {
        let mut periods: Vec<usize> =
            of(PeriodSource::Found).flat_map(Anomalies::periods).copied().collect();
        periods.sort_unstable();
        periods.dedup();
        let shown: Vec<String> = periods.iter().take(SHOWN).map(usize::to_string).collect();
        let more = if periods.len() > SHOWN { " and more" } else { "" };
        let points = format!("{}{more} points", shown.join(", "));
        parts.push(format!("a period of {points} was found{}", in_series(PeriodSource::Found)));
    }
    if n(PeriodSource::Usual) > 0 {
        let taken = in_series(PeriodSource::Usual);
        parts.push(format!("no period was found{taken}, 24 points are taken"));
    }
    if n(PeriodSource::Nothing) > 0 {
        let without = in_series(PeriodSource::Nothing);
        parts.push(format!(
            "no period was found{without}, so no season: values are held against the median"
        ));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
