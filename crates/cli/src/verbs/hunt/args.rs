//! The flags of `hunt`.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::{InputArgs, OutputArgs, RoleArgs};
use crate::values::at_least_one;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift hunt events.csv
      4688, Sysmon, Defender, Elastic and Linux process events need no flags
  oddsift hunt monday.csv --save-model monday.json -t csv -o monday-lines.csv
  oddsift hunt tuesday.csv --known monday.json --top 100
      what is new since Monday, by how new it is
  oddsift hunt conn.log --by id.resp_p,service --top 20
      any table: combinations of the values of columns";

#[derive(Debug, Args)]
pub(crate) struct HuntArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) roles: RoleArgs,
    /// Leave out what was seen before: in a log, or in what --save-model wrote
    #[arg(long, value_name = "FILE", help_heading = "Hunt")]
    pub(crate) known: Option<PathBuf>,
    /// Rank what is known, too
    #[arg(long, requires = "known", help_heading = "Hunt")]
    pub(crate) all: bool,
    /// Columns whose combinations are ranked
    ///
    /// By default starts of programs are ranked where the input has such, else the columns whose values repeat and
    /// the numbers.
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Hunt")]
    pub(crate) by: Vec<String>,
    /// Columns of --by whose texts are masked: numbers, GUIDs and the like are all the same
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Hunt")]
    pub(crate) mask: Vec<String>,
    /// Print the first N lines, or of all rows those of these lines
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Hunt")]
    pub(crate) top: Option<usize>,
    /// Print lines, or the place of every row in the order of the input
    #[arg(long, value_enum, default_value = "lines", help_heading = "Hunt")]
    pub(crate) emit: Emit,
    /// Draw each finding with all rows of its tree that are kept, on a terminal or with -t table
    #[arg(long, help_heading = "Hunt")]
    pub(crate) tree: bool,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Hunt")]
    pub(crate) time_column: Option<String>,
    /// Write what was seen, with what was known before, to FILE, for --known and `merge`
    #[arg(long, value_name = "FILE", help_heading = "Hunt")]
    pub(crate) save_model: Option<PathBuf>,
    /// Drop from the model what was seen once and more than N days before the newest event
    #[arg(long, value_name = "N", requires = "save_model", help_heading = "Hunt")]
    pub(crate) forget: Option<u32>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    Lines,
    Rows,
}
