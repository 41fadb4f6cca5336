//! `auditd`: Linux audit logs to events, as they stream by, or to clusters of processes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

mod columns; // what clusters print

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use oddsift::pipeline::{AppFilter, AuditParams, Input, TimeParser, Timestamp, msticpy};

use self::columns::cluster_columns;
use crate::args::{Compat, Format, OutputArgs};
use crate::columns::Columns;
use crate::failure::{Failure, need_finds};
use crate::output::Destination;
use crate::progress::Bar;
use crate::remedy::message;
use crate::say::{counted, say, warn_all, warn_line};
use crate::values::at_least_one;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift auditd /var/log/audit/audit.log --emit clusters
      processes that are like no other first, each with the line that started it
  oddsift auditd audit.log.2.gz audit.log.1 audit.log -t csv -o events.csv
      rotated logs, in the order of time whatever the order here; one row an event
  oddsift auditd audit.log -t ndjson | jq 'select(.uid == 0 and .success == \"no\")'
      NDJSON has every field of every record under `records`, those that the daemon interpreted
      in `enriched`, and under KEY.raw what was encoded and is no text
  ssh web1 cat /var/log/audit/audit.log | oddsift auditd - --app /usr/bin/ --since 2024-03-01T08:00";

#[derive(Debug, Args)]
pub(crate) struct AuditdArgs {
    /// Audit logs, raw or enriched, plain, gzip or zstd; `-` is standard input
    #[arg(value_name = "LOG", default_value = "-", help_heading = "Input")]
    pub(crate) logs: Vec<PathBuf>,
    /// Only processes whose program's path holds TEXT
    #[arg(long, value_name = "TEXT", conflicts_with = "app_regex", help_heading = "Input")]
    pub(crate) app: Option<String>,
    /// Only processes in whose program's path the regular expression is found
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true, help_heading = "Input")]
    pub(crate) app_regex: Option<String>,
    /// Only events at this time or later
    #[arg(long, value_name = "TIME", help_heading = "Input")]
    pub(crate) since: Option<String>,
    /// Only events before this time
    #[arg(long, value_name = "TIME", help_heading = "Input")]
    pub(crate) until: Option<String>,
    /// Format of --since and --until, if not ISO 8601, as strptime's
    #[arg(long, value_name = "FORMAT", help_heading = "Input")]
    pub(crate) time_format: Option<String>,
    /// Zone of --since and --until that name none; without, UTC
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, help_heading = "Input")]
    pub(crate) time_zone: Option<String>,
    /// Threads, at most 256; without, all cores
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one, help_heading = "Input")]
    pub(crate) threads: Option<usize>,
    /// Seed of what is random; nothing in this verb is
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) seed: Option<u64>,
    /// What to print: events, or clusters of processes
    ///
    /// Events stream by in bounded memory. Clusters need all processes in memory, about half a
    /// kilobyte each beside their command lines. Hosts are mixed: the same thing on two hosts is one
    /// cluster. --since and --until choose what is clustered; a parent may be older.
    #[arg(long, value_enum, default_value = "events", help_heading = "Output")]
    pub(crate) emit: EmitAuditd,
    /// Do as msticpy does where it differs: its reader with its losses, its features
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmitAuditd {
    Events,
    Clusters,
}

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

fn check_times(since: Option<Timestamp>, until: Option<Timestamp>) -> Result<(), Failure> {
    match (since, until) {
        (Some(since), Some(until)) if since > until => {
            let what = format!("--since is {since}, after --until {until}; swap them");
            Err(Failure::usage(what))
        }
        _ => Ok(()),
    }
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
    let mut columns = Columns::new();
    for (place, name) in found.columns.iter().enumerate() {
        let found = &found;
        columns = columns.both(name, move |row: &&msticpy::Row| found.cell(row, place));
    }
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
    let columns = cluster_columns(&found, args.compat == Some(Compat::Msticpy));
    columns.print(&args.output, destination, rows.len(), rows.into_iter().map(Ok))?;
    Ok(n_noise as u64)
}
