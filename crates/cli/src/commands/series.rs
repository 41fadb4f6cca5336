//! `series`: rows become time series as they stream in, by group; each is taken apart, and what is
//! left is scored.

mod print; // points or, for people, anomalies
mod read; // rows to points or buckets

use std::ops::ControlFlow;

use oddsift::features::SchemaChoice;
use oddsift::plot::{Labels, SeriesPlot};
use oddsift::stl::{self, Stl, StlParams};
use oddsift::timeseries::{Anomalies, Error, TsParams};

use self::print::print_series;
use self::read::{Columns, Given, Read};
use crate::args::{Compat, SeriesArgs, StlArgs};
use crate::failure::Failure;
use crate::input::{Input, counted, say, warn_line};
use crate::output::Destination;
use crate::picture::write_picture;
use crate::progress::Progress;
use crate::side_files::check_side_files;
use crate::source::Source;

pub(crate) fn run(args: &SeriesArgs) -> Result<(), Failure> {
    let (output, inputs) = (args.output.output.as_deref(), [args.input.file.as_path()]);
    check_side_files(None, &args.plot, args.plot.look(), output, &inputs)?;
    let input = Input::open(&Source::once(&args.input), SchemaChoice::Auto, &[])?;
    let read = Read::plan(input, args)?;
    let destination = Destination::open(&args.output, &inputs)?;
    let columns = read.columns();
    let given = read.run()?;
    let found = fit(args, &given)?;
    let n_flagged = found.iter().flat_map(Anomalies::anomalies).filter(|flag| **flag != 0).count();
    say_facts(args, &found, n_flagged);
    warn_of_few_cycles(args, &given, &found);
    draw(args, &columns, &found)?;
    print_series(args, &columns, given.is_zoned, &found, destination)?;
    if args.output.exit_status && n_flagged == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// Draws what was found, if a picture is asked for.
fn draw(args: &SeriesArgs, columns: &Columns, found: &[Anomalies]) -> Result<(), Failure> {
    let Some(plot) = &args.plot.plot else { return Ok(()) };
    let time = format!("{} (UTC)", columns.time);
    let params = params(args);
    let Labels { title, x, y } = args.plot.labels();
    let labels = Labels { title, x: x.or(Some(&time)), y: y.or(Some(&columns.value)) };
    let figure = SeriesPlot::new(&params, found).labels(labels).figure();
    write_picture(plot, &figure, &[&args.input.file])
}

/// Takes every series apart. Of many groups, those that are too short and the like are left out and
/// told.
fn fit(args: &SeriesArgs, given: &Given) -> Result<Vec<Anomalies>, Failure> {
    let params = params(args);
    let progress = Progress::of_steps(args.output.quiet || given.series.len() == 1);
    let tell = |it: oddsift::timeseries::Progress| {
        progress.tell(it.done, it.total, "series");
        ControlFlow::Continue(())
    };
    let results = params.fit_groups_with(&given.series, &tell);
    progress.finish();
    let mut found = Vec::new();
    let mut left_out: Vec<Failure> = given.left_out.clone();
    for (series, result) in given.series.iter().zip(results) {
        match result {
            Ok(anomalies) => found.push(anomalies),
            Err(error) if args.by.is_some() && is_of_group(&error) => {
                left_out.push(given.failure(series.group(), &error));
            }
            Err(Error::Stl(error)) if !matches!(error, stl::Error::Infinite { .. }) => {
                return Err(Failure::usage(format!("{error} (--period, --seasonal and the like)")));
            }
            Err(error) => return Err(given.failure(series.group(), &error)),
        }
    }
    if let Some(first) = left_out.first() {
        if found.is_empty() {
            return Err(first.clone());
        }
        let line = first.line().unwrap_or_default();
        let groups = if left_out.len() == 1 { "group is" } else { "groups are" };
        warn_line(&format!("{line}; {} {groups} left out", left_out.len()));
    }
    Ok(found)
}

/// Whether a fault lies in the data of a group, and not in what was asked for.
fn is_of_group(error: &Error) -> bool {
    matches!(
        error,
        Error::TooShort { .. }
            | Error::NoStep { .. }
            | Error::NoValues { .. }
            | Error::NoPeriod { .. }
            | Error::FewPeriods { .. }
    )
}

fn params(args: &SeriesArgs) -> TsParams {
    let mut params = Anomalies::params()
        .periods(&args.period)
        .stl(stl(&args.stl))
        .score(args.score)
        .threshold(args.threshold)
        .threshold_low(args.threshold_low)
        .truncation(args.compat == Some(Compat::Msticpy));
    if let (Some(window), true) = (args.stl.seasonal, args.period.len() > 1) {
        params = params.windows(&vec![window; args.period.len()]);
    }
    params
}

/// The period comes from elsewhere.
fn stl(args: &StlArgs) -> StlParams {
    let params = match args.seasonal {
        Some(window) => Stl::params(2).seasonal(window),
        None => Stl::params(2),
    };
    params
        .trend(args.trend)
        .low_pass(args.low_pass)
        .seasonal_degree(args.seasonal_deg)
        .trend_degree(args.trend_deg)
        .low_pass_degree(args.low_pass_deg)
        .seasonal_jump(args.seasonal_jump)
        .trend_jump(args.trend_jump)
        .low_pass_jump(args.low_pass_jump)
        .inner_iter(args.inner)
        .outer_iter(args.outer)
        .robust(args.robust)
}

/// Says where the season took in every value: through the two points of an hour a line always goes.
fn warn_of_few_cycles(args: &SeriesArgs, given: &Given, found: &[Anomalies]) {
    let longest = |it: &Anomalies| it.periods().iter().copied().max().unwrap_or_default();
    let is_taken_in = |it: &&Anomalies| {
        it.values().len() <= 2 * longest(it)
            && it.score().iter().all(|score| *score == 0.0 || score.is_nan())
            && it.values().windows(2).any(|pair| pair.first() != pair.last())
    };
    let mut series = found.iter().filter(is_taken_in);
    let Some(first) = series.next().filter(|_| !args.output.quiet) else { return };
    let (period, n_more) = (longest(first), series.count());
    let more = match n_more {
        0 => String::new(),
        _ => format!(" (and so in {})", counted(n_more as u64, "more group", "more groups")),
    };
    let what = format!(
        "{} points are two periods of {period}, and the season takes in all of them, so that none is \
         odd{more}; give {} points or more, or a shorter --period",
        first.values().len(),
        3 * period
    );
    warn_line(&given.line(first.group(), &what));
}

fn say_facts(args: &SeriesArgs, found: &[Anomalies], n_flagged: usize) {
    let n_points: usize = found.iter().map(|it| it.values().len()).sum();
    let mut periods: Vec<usize> = found.iter().flat_map(Anomalies::periods).copied().collect();
    periods.sort_unstable();
    periods.dedup();
    let periods: Vec<String> = periods.iter().map(usize::to_string).collect();
    let periods = periods.join(", ");
    let anomalies = counted(n_flagged as u64, "anomaly", "anomalies");
    say(
        &args.output,
        &format!("{n_points} points in {} series, period {periods}; {anomalies}", found.len()),
    );
}
