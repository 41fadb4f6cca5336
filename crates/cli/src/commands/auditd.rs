//! `auditd`: Linux audit logs to events, as they stream by, or to clusters of processes.

mod clusters; // processes that are like no other, and those that are alike
mod events; // a row for each event
mod log; // log files, one behind the other
mod records_json; // all fields of an event

use oddsift::auditd::{AppFilter, Timestamp};
use oddsift::timespan::TimeParser;

use crate::args::{AuditdArgs, Compat, EmitAuditd};
use crate::failure::Failure;
use crate::output::Destination;

pub(crate) fn run(args: &AuditdArgs) -> Result<(), Failure> {
    let wanted = Wanted::new(args)?;
    if args.logs.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Failure::usage("standard input can be read but once; give one -"));
    }
    let inputs: Vec<&std::path::Path> = args.logs.iter().map(AsRef::as_ref).collect();
    let destination = Destination::open(&args.output, &inputs)?;
    let compat = args.compat == Some(Compat::Msticpy);
    let n_found = match (args.emit, compat) {
        (EmitAuditd::Events, false) => events::print(args, &wanted, destination)?,
        (EmitAuditd::Events, true) => events::print_as_msticpy(args, &wanted, destination)?,
        (EmitAuditd::Clusters, _) => clusters::print(args, &wanted, destination)?,
    };
    if args.output.exit_status && n_found == 0 { Err(Failure::Nothing) } else { Ok(()) }
}

/// Which events are wanted.
struct Wanted {
    app: AppFilter,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Wanted {
    fn new(args: &AuditdArgs) -> Result<Self, Failure> {
        let parser = TimeParser::new()
            .time_zone(args.time_zone.as_deref())
            .and_then(|parser| parser.format(args.time_format.as_deref()))
            .map_err(Failure::usage)?;
        let time = |flag: &str, text: &Option<String>| {
            let parsed = text.as_ref().map(|text| parser.parse(text)).transpose();
            let parsed = parsed.map_err(|error| Failure::usage(format!("{flag}: {error}")))?;
            Ok::<_, Failure>(parsed.map(|time| time.timestamp))
        };
        let app = match (&args.app, &args.app_regex) {
            (Some(text), _) => AppFilter::contains(text.as_str()),
            (None, Some(pattern)) => AppFilter::regex(pattern)
                .map_err(|error| Failure::usage(format!("--app-regex: {error}")))?,
            (None, None) => AppFilter::All,
        };
        let (since, until) = (time("--since", &args.since)?, time("--until", &args.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && since > until
        {
            let what = format!("--since is {since}, after --until {until}; swap them");
            return Err(Failure::usage(what));
        }
        Ok(Self { app, since, until })
    }

    /// Whether an event of this time is wanted; one at `--until` is not.
    fn has_time(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}
