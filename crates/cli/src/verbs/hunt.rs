//! `hunt`: the lines that are worth reading, first.

pub(crate) mod args; // what can be typed
mod columns; // what is printed for programs
mod people; // what is printed for people: findings with their trees

use oddsift::pipeline::{Error, HuntParams, Hunted, Known, Placed};

use self::args::{Emit, HuntArgs};
use self::columns::{line_columns, row_columns};
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{counted, say, warn, warn_line, warn_of_times};
use crate::side_files::{check_models, origin, save_model};

pub(crate) fn run(args: &HuntArgs) -> Result<(), Failure> {
    let (output, inputs) = (args.output.output.as_deref(), args.input.paths());
    let mut read: Vec<&std::path::Path> = inputs.clone();
    read.extend(args.known.as_deref());
    check_models(args.save_model.as_deref(), output, &read)?;
    let bar = Bar::new(args.output.talk.quiet);
    let input = args.roles.set(args.input.input(&bar)?);
    let destination = Destination::open(&args.output, &read)?;
    let params = params(args, &bar)?;
    let found = params.rank(&input)?;
    bar.finish();
    say_facts(args, &found);
    if let Some(path) = &args.save_model {
        let mut history = found.history()?;
        if let Some(n_days) = args.forget {
            let n_lines = history
                .forget(n_days)
                .map_err(|source| Error::Hunt { name: found.read.name.clone(), source })?;
            say(&args.output.talk, &format!("forgot {}", counted(n_lines as u64, "line", "lines")));
        }
        let origin = origin(&input, &found.read, history.n_rows());
        save_model(path, &history, &origin, &read)?;
    }
    let n_lines = found.hunt.lines().len();
    print(args, &found, destination)?;
    let read = &found.read;
    need_rows(args.output.talk.exit_status, &read.name, read.input.n_numbered())?;
    need_finds(args.output.talk.exit_status, n_lines as u64)
}

fn params(args: &HuntArgs, bar: &Bar) -> Result<HuntParams, Failure> {
    let mut params = HuntParams::new();
    params.by.clone_from(&args.by);
    params.mask.clone_from(&args.mask);
    params.all = args.all;
    params.time_column.clone_from(&args.time_column);
    params.keep_rows = args.emit == Emit::Rows;
    if let Some(path) = &args.known {
        let log = args.roles.set(args.input.input_of(path, bar));
        params.known = Some(Known::open(path, log)?);
    }
    Ok(params)
}

/// What was taken, left out and known.
fn say_facts(args: &HuntArgs, found: &Hunted) {
    let talk = &args.output.talk;
    let table = found.hunt.table();
    if !talk.quiet {
        let rows = found.read.rows_text(table.n_rows());
        warn_line(&format!("{}: {}; {rows}", found.read.name, found.intake_text()));
    }
    warn(talk, &found.read);
    warn_of_times(&found.read);
    if args.known.is_some() && !args.all && !talk.quiet {
        let (lines, rows) = (found.hunt.n_known_lines(), found.hunt.n_known_seen());
        let (lines, rows) = (counted(lines, "line", "lines"), counted(rows, "row", "rows"));
        warn_line(&format!("known and left out: {lines} of {rows}; --all ranks them, too"));
    }
    let (lines, findings) = (found.hunt.lines().len(), found.hunt.findings().len());
    let (lines, findings) = (lines as u64, findings as u64);
    let (lines, findings) =
        (counted(lines, "line", "lines"), counted(findings, "finding", "findings"));
    say(talk, &format!("{lines} in {findings}"));
}

fn print(args: &HuntArgs, found: &Hunted, destination: Destination) -> Result<(), Failure> {
    let output = &args.output;
    if args.emit == Emit::Rows {
        let most = args.top.map_or(u32::MAX, |top| u32::try_from(top).unwrap_or(u32::MAX));
        let places = found.places().filter(|(_, place)| place.rank <= most);
        let places: Vec<(u64, Placed)> = places.collect();
        return row_columns().print(output, destination, places.len(), places.into_iter().map(Ok));
    }
    if destination.is_table() {
        return people::print(args, found, destination);
    }
    let lines = found.hunt.lines();
    let lines = lines.get(..args.top.unwrap_or(lines.len()).min(lines.len())).unwrap_or(lines);
    let rows = lines.iter().map(|line| Ok(found.printed(line, output.reason_form())));
    line_columns(found).print(output, destination, lines.len(), rows)
}
