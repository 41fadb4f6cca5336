//! `periods`: the anomalies that `series` printed, joined to periods of time.

use std::io::Write;

use oddsift::features::{FeatureOptions, SchemaChoice};
use oddsift::records::{Cell, Error, Record};
use oddsift::timeseries::{Signs, extract_anomaly_periods, set_new_anomaly_threshold};
use oddsift::timespan::{
    TimeSpan, Timestamp, format_time, kql_between, kql_filter, spl_filter, sql_filter,
};

use crate::args::{Compat, PeriodsArgs, Query};
use crate::commands::{OWN_PREFIX, print_rows};
use crate::failure::Failure;
use crate::feed::Batches;
use crate::input::{Input, say, threads, warn};
use crate::output::Destination;
use crate::rows::{RowPlan, RowRoom, Taken};
use crate::source::Source;
use crate::times::need_time_column;

/// Where Splunk keeps the time of an event, in seconds.
const SPLUNK_TIME: &str = "_time";
/// The column of scores that `series` prints.
const SCORE: &str = "score";

pub(crate) fn run(args: &PeriodsArgs) -> Result<(), Failure> {
    let input = Input::open(&Source::once(&args.input), SchemaChoice::Auto, &[])?;
    let time = need_time_column(&input, args.time_column.as_deref())?;
    let time_name = input.columns.get(time).cloned().unwrap_or_default();
    let wanted = if args.threshold.is_some() { SCORE } else { &args.anomalies_column };
    let column = printed_column(&input, wanted);
    let recipe = input.recipe(std::slice::from_ref(&column), &FeatureOptions::default())?;
    let rows = RowPlan::new(&input, &args.input, recipe);
    let rows = rows.with_time(&input, &args.input, time, true)?;
    // A score that is undefined is an empty cell.
    let rows = if args.threshold.is_some() { rows.with_gaps() } else { rows };
    let destination = Destination::open(&args.output, &[&args.input.file])?;
    let mut flags = read(input, args, &rows, &column)?;
    if let Some(threshold) = args.threshold {
        let low = args.threshold_low.filter(|low| *low > 0.0 || args.compat.is_none());
        let scores: Vec<f64> = flags.values;
        let flagged = set_new_anomaly_threshold(&scores, threshold, low).map_err(Failure::usage)?;
        flags.values = flagged.into_iter().map(f64::from).collect();
    }
    let anomalies: Vec<i8> = flags.values.iter().map(|value| sign(*value)).collect();
    let signs = if args.both { Signs::Both } else { Signs::Positive };
    let failed = |error: &dyn std::fmt::Display| Failure::data(format!("{}: {error}", flags.name));
    let periods = extract_anomaly_periods(&flags.times, &anomalies, args.merge, signs)
        .map_err(|error| failed(&error))?;
    say(&args.output, &format!("{} periods", periods.len()));
    match args.query {
        None => print_periods(args, destination, &periods)?,
        Some(language) => {
            let usual = if language == Query::Spl { SPLUNK_TIME } else { &time_name };
            let column = args.query_column.as_deref().unwrap_or(usual);
            let query = match language {
                Query::Kql if args.compat == Some(Compat::Msticpy) => {
                    kql_between(&periods, flags.is_zoned)
                }
                Query::Kql => kql_filter(column, &periods),
                Query::Spl => spl_filter(column, &periods),
                Query::Sql => sql_filter(column, &periods),
            };
            let mut writer = destination.text();
            let query = query.map_err(|error| query_failure(&flags.name, &error))?;
            writeln!(writer, "{query}").map_err(Error::Write)?;
            writer.finish()?;
        }
    }
    if args.output.exit_status && periods.is_empty() { Err(Failure::Nothing) } else { Ok(()) }
}

/// What was read.
struct Flags {
    times: Vec<Timestamp>,
    /// 1, -1 or 0, or scores.
    values: Vec<f64>,
    is_zoned: bool,
    name: String,
}

/// A flag, which was checked to be one.
fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}

/// The column that `series` printed: under another name where its input had that one.
fn printed_column(input: &Input, name: &str) -> String {
    let renamed = format!("{OWN_PREFIX}{name}");
    if input.columns.contains(&renamed) { renamed } else { name.to_owned() }
}

fn read(input: Input, args: &PeriodsArgs, rows: &RowPlan, column: &str) -> Result<Flags, Failure> {
    let is_flag = args.threshold.is_none();
    let mut feed = input.into_feed(args.output.quiet);
    let state = || (RowRoom::default(), Vec::new());
    let parts = feed.for_each(threads(&args.input), state, |(room, points), _, batch| {
        for row in batch {
            match rows.take(row, room)? {
                Taken::Row { time: Some(time), .. } => {
                    let value = room.values.first().copied().unwrap_or(f64::NAN);
                    if is_flag && ![-1.0, 0.0, 1.0].contains(&value) {
                        rows.refuse(
                            row,
                            room,
                            format!("{column} is {value}, and a flag is -1, 0 or 1"),
                        )?;
                    } else {
                        points.push((time, value));
                    }
                }
                Taken::Row { time: None, .. } => {
                    room.skipped.note(row.line(), None, "a row without a time is no point");
                }
                Taken::Skipped => {}
            }
        }
        Ok(())
    })?;
    let (rooms, points): (Vec<RowRoom>, Vec<Vec<(Timestamp, f64)>>) = parts.into_iter().unzip();
    let room = RowRoom::merged(&rooms);
    rows.need_one_kind_of_time(&room)?;
    let reader = feed.finish();
    warn(&args.output, &reader, &room.skipped);
    let (times, values) = points.into_iter().flatten().unzip();
    let is_zoned = rows.is_zoned() || room.first_zones[1].is_some();
    Ok(Flags { times, values, is_zoned, name: reader.name().to_owned() })
}

/// A column that a language cannot name is a wrong flag, a time out of its reach is data.
fn query_failure(name: &str, error: &oddsift::timespan::Error) -> Failure {
    match error {
        oddsift::timespan::Error::ColumnEmpty
        | oddsift::timespan::Error::ColumnCharacter { .. } => {
            Failure::usage(format!("--query-column: {error}"))
        }
        error => Failure::data(format!("{name}: {error}")),
    }
}

fn print_periods(
    args: &PeriodsArgs,
    destination: Destination,
    periods: &[TimeSpan],
) -> Result<(), Failure> {
    let columns = ["start", "end"].map(str::to_owned);
    print_rows(&args.output, destination, &columns, |print| {
        for span in periods {
            let [start, end] = [span.start(), span.end()].map(|time| format_time(time).to_string());
            print(&[Cell::Text(&start), Cell::Text(&end)])?;
        }
        Ok(())
    })
}
