//! `periods`: the anomalies that `series` printed, joined to periods of time.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::io::Write;

use clap::{Args, ValueEnum};
use oddsift::pipeline::{Bins, PeriodParams, Periods, QueryLanguage, Signs, TimeSpan};
use oddsift::records::Error;

use crate::args::{Compat, InputArgs, OutputArgs};
use crate::columns::Columns;
use crate::failure::{Failure, need_finds, need_rows};
use crate::output::Destination;
use crate::progress::Bar;
use crate::say::{say, warn};
use crate::values::{bins, not_negative};

pub(crate) const EXAMPLES: &str = "\
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
    /// Width of an anomaly, such as 30min, 1D or 1W; those that are near each other are joined
    ///
    /// Hours and days count from the midnight before the first anomaly in --time-zone, weeks end on
    /// Sundays, as in msticpy.
    #[arg(long, value_name = "PERIOD", default_value = "1h", help_heading = "Periods")]
    #[arg(value_parser = bins, allow_negative_numbers = true)]
    pub(crate) merge: Bins,
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

pub(crate) fn run(args: &PeriodsArgs) -> Result<(), Failure> {
    let bar = Bar::new(args.output.talk.quiet);
    let destination = Destination::open(&args.output, &args.input.paths())?;
    let found = params(args).join(args.input.input(&bar)?)?;
    bar.finish();
    warn(&args.output.talk, &found.read);
    say(&args.output.talk, &format!("{} periods", found.periods.len()));
    match args.query {
        None => print_periods(args, destination, &found.periods)?,
        Some(query) => print_query(args, query, &found, destination)?,
    }
    let read = &found.read;
    need_rows(args.output.talk.exit_status, &read.name, read.input.n_numbered())?;
    need_finds(args.output.talk.exit_status, found.periods.len() as u64)
}

fn params(args: &PeriodsArgs) -> PeriodParams {
    let mut params = PeriodParams::new();
    params.time_column.clone_from(&args.time_column);
    params.anomalies_column.clone_from(&args.anomalies_column);
    params.threshold = args.threshold;
    // A low threshold of 0 is none to msticpy.
    params.threshold_low = args.threshold_low.filter(|low| *low > 0.0 || args.compat.is_none());
    params.merge = args.merge.clone();
    params.signs = if args.both { Signs::Both } else { Signs::Positive };
    params
}

fn print_query(
    args: &PeriodsArgs,
    query: Query,
    found: &Periods,
    destination: Destination,
) -> Result<(), Failure> {
    let language = match query {
        Query::Kql if args.compat == Some(Compat::Msticpy) => QueryLanguage::KqlBetween,
        Query::Kql => QueryLanguage::Kql,
        Query::Spl => QueryLanguage::Spl,
        Query::Sql => QueryLanguage::Sql,
    };
    let query = found.query(language, args.query_column.as_deref())?;
    let mut writer = destination.text();
    writeln!(writer, "{query}").map_err(Error::Write)?;
    writer.finish()
}

fn print_periods(
    args: &PeriodsArgs,
    destination: Destination,
    periods: &[TimeSpan],
) -> Result<(), Failure> {
    let columns = Columns::new().files(Periods::columns(), |_| true);
    let rows = periods.iter().map(|span| Ok(*span));
    columns.print(&args.output, destination, periods.len(), rows)
}
