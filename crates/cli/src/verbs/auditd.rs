//! `auditd`: Linux audit logs to events, as they stream by, or to clusters of processes.

mod args; // what can be typed
mod columns; // what clusters print

use std::path::Path;

use oddsift::pipeline::{AppFilter, AuditParams, Input, TimeParser};

use self::args::EmitAuditd;
pub(crate) use self::args::{AuditdArgs, EXAMPLES};
use self::columns::cluster_columns;
use crate::args::{Compat, Format, check_times};
use crate::columns::Columns;
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::progress::Bar;
use crate::remedy::message;
use crate::say::{counted, say, warn_all, warn_line};

pub(crate) fn run(args: &AuditdArgs) -> Result<(), Failure> {
    let params = params(args)?;
    if args.logs.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Failure::usage("standard input can be read but once; give one -"));
    }
    let inputs: Vec<&Path> = args.logs.iter().map(AsRef::as_ref).collect();
    let destination = Destination::open(&args.output, &inputs)?;
    let bar = Bar::new(args.output.talk.quiet);
    let mut input = bar.watch(Input::logs(&args.logs));
    input.threads = args.threads;
    let n_found = match (args.emit, args.compat) {
        (EmitAuditd::Clusters, _) => print_clusters(args, &params, &input, destination)?,
        (EmitAuditd::Events, None) => {
            let events = params.events(&input)?;
            let columns = events.columns();
            let written = destination.stream(&args.output, &columns, |sink| events.write(sink))?;
            bar.finish();
            warn_all(&written.warnings);
            say(&args.output.talk, &counted(written.n_events, "event", "events"));
            written.n_events
        }
        (EmitAuditd::Events, Some(Compat::Msticpy)) => {
            print_events_as_msticpy(args, &params, &input, destination)?
        }
    };
    need_finds(args.output.talk.exit_status, n_found)
}

fn params(args: &AuditdArgs) -> Result<AuditParams, Failure> {
    let parser = TimeParser::new()
        .time_zone(args.time_zone.as_deref())
        .and_then(|parser| parser.format(args.time_format.as_deref()))
        .map_err(Failure::usage)?;
    let time = |flag: &str, text: &Option<String>| {
        let parsed = text.as_ref().map(|text| parser.parse(text)).transpose();
        let parsed = parsed.map_err(|error| Failure::usage(format!("{flag}: {error}")))?;
        Ok::<_, Failure>(parsed.map(|time| time.timestamp))
    };
    let mut params = AuditParams::new();
    params.app = match (&args.app, &args.app_regex) {
        (Some(text), _) => AppFilter::contains(text.as_str()),
        (None, Some(pattern)) => AppFilter::regex(pattern)
            .map_err(|error| Failure::usage(format!("--app-regex: {error}")))?,
        (None, None) => AppFilter::All,
    };
    params.since = time("--since", &args.since)?;
    params.until = time("--until", &args.until)?;
    check_times(params.since, params.until)?;
    params.with_records = matches!(args.output.format, Some(Format::Ndjson | Format::Json));
    params.msticpy_reader = args.compat == Some(Compat::Msticpy);
    Ok(params)
}

/// Prints the rows of msticpy's frame; gives how many.
fn print_events_as_msticpy(
    args: &AuditdArgs,
    params: &AuditParams,
    input: &Input,
    destination: Destination,
) -> Result<u64, Failure> {
    let found = params.events_as_msticpy(input)?;
    warn_all(&found.warnings);
    let columns = Columns::new().files(found.table(), |_| true);
    let n_rows = found.rows.len();
    columns.print(&args.output, destination, n_rows, found.rows.iter().map(Ok))?;
    say(&args.output.talk, &counted(n_rows as u64, "event", "events"));
    Ok(n_rows as u64)
}

/// Prints the clusters; gives how many processes are like no other.
fn print_clusters(
    args: &AuditdArgs,
    params: &AuditParams,
    input: &Input,
    destination: Destination,
) -> Result<u64, Failure> {
    let found = params.clusters(input)?;
    warn_all(&found.warnings);
    if let Some(error) = found.nothing.as_ref().filter(|_| !args.output.talk.quiet) {
        warn_line(&message(error));
    }
    let n_noise = found.n_noise();
    let processes = counted(found.n_processes, "process", "processes");
    let clusters = counted((found.rows.len() - n_noise) as u64, "cluster", "clusters");
    say(&args.output.talk, &format!("{processes}; {clusters}, {n_noise} like no other"));
    let is_table = destination.is_table();
    let rows = if is_table { found.rarest_first() } else { found.rows.iter().collect() };
    let columns = cluster_columns(&found);
    columns.print(&args.output, destination, rows.len(), rows.into_iter().map(Ok))?;
    Ok(n_noise as u64)
}
