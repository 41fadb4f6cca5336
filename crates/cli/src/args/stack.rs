//! What `stack` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::Args;
use oddsift::outliers::MAX_COUNT;

use super::shared::{InputArgs, OutputArgs};

pub(super) const STACK_EXAMPLES: &str = "\
Examples:
  oddsift stack events.csv --by NewProcessName,Account
      which account runs what only now and then: count, first and last time, first row
  oddsift stack events.csv --by ParentProcessName,NewProcessName --max-count 1 -t ndjson
      pairs that occur once
  zcat dns.ndjson.gz | oddsift stack - --by query --max-count 3 -t csv --raw | head";

#[derive(Debug, Args)]
pub(crate) struct StackArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Columns whose combinations are counted
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', required = true)]
    #[arg(help_heading = "Stacking")]
    pub(crate) by: Vec<String>,
    /// Print the combinations that occur in at most so many rows
    #[arg(long, value_name = "N", default_value_t = MAX_COUNT, help_heading = "Stacking")]
    pub(crate) max_count: u64,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Stacking")]
    pub(crate) time_column: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
