//! What `auditd` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::{Compat, OutputArgs};
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
