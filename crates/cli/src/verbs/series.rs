//! `series`: rows become time series as they stream in, by group; each is taken apart, and what is left
//! is scored.

mod args; // what can be typed
mod columns; // points or, for people, anomalies
mod params; // what is asked of the pipeline
mod said; // how series were made of rows

use oddsift::pipeline::{Anomalies, LeftOut, SeriesFit, SeriesParams};
use oddsift::plot::{Labels, SeriesPlot};

pub(crate) use self::args::{EXAMPLES, SeriesArgs};
use self::columns::{printed, series_columns};
use self::params::params;
use crate::args::{Compat, Format, TalkArgs};
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::picture::write_picture;
use crate::progress::Bar;
use crate::remedy::message;
use crate::say::{counted, say, warn, warn_line};
use crate::side_files::check_side_files;

pub(crate) fn run(args: &SeriesArgs) -> Result<(), Failure> {
    let (output, inputs) = (args.output.output.as_deref(), args.input.paths());
    check_side_files(None, &args.plot, args.plot.look(), output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let destination = Destination::open(&args.output, &inputs)?;
    let params = params(args)?;
    let found = params.fit(args.input.input(&bar)?)?;
    bar.finish();
    warn(&args.output.talk, &found.read);
    say_left_out(&found.left_out);
    say_facts(&args.output.talk, &found);
    if !args.output.talk.quiet {
        if let Some(line) = said::facts(args, &found) {
            warn_line(&line);
        }
        warn_of_few_cycles(&found);
    }
    draw(args, &params, &found)?;
    print(args, &found, destination)?;
    let read = &found.read;
    need_rows(args.output.talk.exit_status, &read.name, read.input.n_numbered())?;
    need_finds(args.output.talk.exit_status, found.n_flagged() as u64)
}

fn print(args: &SeriesArgs, found: &SeriesFit, destination: Destination) -> Result<(), Failure> {
    let is_table = destination.is_table();
    let points = found.points().filter(|point| !is_table || point.flag != 0);
    let n_points = if is_table {
        found.n_flagged()
    } else {
        found.series.iter().map(|it| it.values().len()).sum()
    };
    if is_table && n_points == 0 && !args.output.talk.quiet {
        warn_line("no anomalies; -t csv prints every point");
    }
    let is_msticpys = args.compat == Some(Compat::Msticpy);
    let is_json = matches!(args.output.format, Some(Format::Ndjson | Format::Json));
    let has_reasons = is_json && !is_msticpys;
    let columns = series_columns(found, has_reasons);
    let rows = points.map(|point| Ok(printed(point, has_reasons)));
    columns.print(&args.output, destination, n_points, rows)
}

/// Draws what was found, if a picture is asked for.
fn draw(args: &SeriesArgs, params: &SeriesParams, found: &SeriesFit) -> Result<(), Failure> {
    let Some(plot) = &args.plot.plot else { return Ok(()) };
    let time = format!("{} (UTC)", found.columns.time);
    let Labels { title, x, y } = args.plot.labels();
    let labels = Labels { title, x: x.or(Some(&time)), y: y.or(Some(&found.columns.value)) };
    let figure = SeriesPlot::new(&params.anomalies, &found.series).labels(labels).figure();
    write_picture(plot, &figure, &args.input.paths())
}

/// Says why groups were left out.
fn say_left_out(left_out: &LeftOut) {
    if let Some(first) = &left_out.first {
        let groups = counted(left_out.n_groups, "group is", "groups are");
        warn_line(&format!("{}; {groups} left out", message(first)));
    }
}

/// Says where the season took in every value: through the two points of an hour a line always goes.
fn warn_of_few_cycles(found: &SeriesFit) {
    let Some(few) = found.few_cycles() else { return };
    let more = match few.n_more {
        0 => String::new(),
        n => format!(" (and so in {})", counted(n as u64, "more group", "more groups")),
    };
    warn_line(&format!(
        "{}{} points are two periods of {}, and the season takes in all of them, so that none is \
         odd{more}; give {} points or more, or a shorter --period",
        few.place,
        few.n_points,
        few.period,
        3 * few.period
    ));
}

fn say_facts(args: &TalkArgs, found: &SeriesFit) {
    let n_points: usize = found.series.iter().map(|it| it.values().len()).sum();
    let mut periods: Vec<usize> =
        found.series.iter().flat_map(Anomalies::periods).copied().collect();
    periods.sort_unstable();
    periods.dedup();
    let periods: Vec<String> = periods.iter().map(usize::to_string).collect();
    let (n_series, periods) = (found.series.len(), periods.join(", "));
    let anomalies = counted(found.n_flagged() as u64, "anomaly", "anomalies");
    let period =
        if periods.is_empty() { "no period".to_owned() } else { format!("period {periods}") };
    say(args, &format!("{n_points} points in {n_series} series, {period}; {anomalies}"));
}
