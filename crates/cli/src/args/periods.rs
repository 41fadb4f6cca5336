//! What `periods` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::{Args, ValueEnum};
use oddsift::timespan::Period;

use super::shared::{Compat, InputArgs, OutputArgs};
use super::values::{not_negative, positive_period};

pub(super) const PERIODS_EXAMPLES: &str = "\
Examples:
  oddsift series bytes.csv --value-column TotalBytesSent -t csv --raw -o found.csv
  oddsift periods found.csv
      start and end of each period with spikes
  oddsift periods found.csv --both --threshold 2.5
      spikes and dips, by another threshold than `series` had
  oddsift periods found.csv --merge 30min --query kql --query-column TimeCreated
      a filter to paste behind a table's name; spl and sql, too";

#[derive(Debug, Args)]
pub(crate) struct PeriodsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Periods")]
    pub(crate) time_column: Option<String>,
    /// Column that says 1 for a spike, -1 for a dip and 0 for neither
    #[arg(long, value_name = "COLUMN", default_value = "anomalies", help_heading = "Periods")]
    pub(crate) anomalies_column: String,
    /// Judge by the column `score` and this threshold instead
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Periods")]
    pub(crate) threshold: Option<f64>,
    /// The threshold of dips, if it is another
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Periods")]
    #[arg(requires = "threshold")]
    pub(crate) threshold_low: Option<f64>,
    /// Width of an anomaly; those that are near each other are joined
    #[arg(long, value_name = "PERIOD", default_value = "1h", help_heading = "Periods")]
    #[arg(value_parser = positive_period, allow_negative_numbers = true)]
    pub(crate) merge: Period,
    /// Dips, too
    #[arg(long, help_heading = "Periods")]
    pub(crate) both: bool,
    /// Print a filter of a query language instead
    #[arg(long, value_enum, value_name = "LANGUAGE", help_heading = "Periods")]
    pub(crate) query: Option<Query>,
    /// Column of the time in the query; without, that of the input, and in spl _time, in seconds
    #[arg(long, value_name = "COLUMN", requires = "query", help_heading = "Periods")]
    pub(crate) query_column: Option<String>,
    /// Do as msticpy does where it differs: a low threshold of 0 is none, its form of KQL
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Query {
    Kql,
    Spl,
    Sql,
}
