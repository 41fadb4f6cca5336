//! What several verbs take.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use oddsift::features::{Delimiters, SchemaChoice};
use oddsift::records::BadRows;

use super::values::{at_least_one, bad_rows, delimiter, delimiters, mapping, not_empty, positive};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compat {
    Msticpy,
}

/// Where data comes from, and how strict to be.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// CSV or NDJSON, plain, gzip or zstd; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Separator of CSV fields, one character; `tab` is a tab
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// What a row that cannot be read does: stop the run, or be skipped and counted
    #[arg(long, value_parser = bad_rows, default_value = "fail", value_name = "fail|skip")]
    pub(crate) bad_rows: BadRows,
    /// What a blank or NaN in a feature does: stop the run, skip the row, or count as 0
    #[arg(long, value_enum, default_value = "fail")]
    pub(crate) missing: Missing,
    /// Format of times that are not ISO 8601, as strptime's: %d/%m/%Y %H:%M
    #[arg(long, value_name = "FORMAT")]
    pub(crate) time_format: Option<String>,
    /// Zone of times that name none: UTC, +02:00, Europe/Berlin; without, UTC
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true)]
    pub(crate) time_zone: Option<String>,
    /// Threads, at most 256; without, all cores
    #[arg(short = 'j', long, value_name = "N", value_parser = at_least_one)]
    pub(crate) threads: Option<usize>,
    /// Seed of what is random; nothing in this verb is
    #[arg(long, value_name = "N", hide = true)]
    pub(crate) seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    Fail,
    Skip,
    Zero,
}

/// How features are made from text.
#[derive(Debug, Args)]
#[command(next_help_heading = "Features")]
pub(crate) struct FeatureArgs {
    /// Names of the columns: auto, win4688, sysmon, mde or linux
    #[arg(long, default_value = "auto", value_name = "NAME")]
    pub(crate) schema: SchemaChoice,
    /// Take a column of the schema from another column of the file; may be repeated
    #[arg(long, value_name = "CommandLine=COLUMN", value_parser = mapping)]
    pub(crate) map: Vec<(String, String)>,
    /// Separator of the parts of a path; without, `/` if one of the first ten paths has it, else `\`
    #[arg(long, value_name = "S", value_parser = not_empty)]
    pub(crate) path_separator: Option<String>,
    /// Column to make text features of: <COLUMN>.len, .score, .tokens, .delims, .delimHash, .crc32
    #[arg(long, value_name = "COLUMN")]
    pub(crate) text: Vec<String>,
    /// Compute features anew that the file has as columns
    #[arg(long)]
    pub(crate) force: bool,
    /// Regular expression of the delimiters that are counted and hashed
    #[arg(long, value_name = "REGEX", value_parser = delimiters, allow_hyphen_values = true)]
    pub(crate) delimiters: Option<Delimiters>,
    /// Text between tokens; without, one space
    #[arg(long, value_name = "S", value_parser = not_empty, allow_hyphen_values = true)]
    pub(crate) token_delimiter: Option<String>,
    /// Divisor of the character sums
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) ord_scale: f64,
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct OutputArgs {
    /// Form of the result; without, a table on a terminal and CSV elsewhere
    #[arg(short = 't', long = "to", value_enum)]
    pub(crate) format: Option<Format>,
    /// Write to FILE, whole or not at all
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Leave CSV text cells as they are, even those that a spreadsheet would run
    #[arg(long)]
    pub(crate) raw: bool,
    /// Colours in tables; NO_COLOR is respected
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) color: Color,
    /// Exit with 1 if nothing is found
    #[arg(long)]
    pub(crate) exit_status: bool,
    /// No progress and no summary
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say what was done
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
    Ndjson,
    Json,
    Md,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}
