//! What several verbs take.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::{Args, ValueEnum};
use oddsift::pipeline::{
    self, Delimiters, FeatureChoice, FeatureOptions, Input, ReasonForm, SchemaChoice, SessionRule,
    Timestamp,
};
use oddsift::plot::Labels;
use oddsift::records::BadRows;

use crate::failure::Failure;
use crate::progress::Bar;
use crate::values::{
    at_least_one, bad_rows, delimiter, delimiters, mapping, not_empty, plot_path, positive, schema,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Compat {
    Msticpy,
}

/// Where data comes from, and how strict to be.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, folders or quoted patterns, read as one stream; `-` is standard input
    ///
    /// CSV, JSON, Zeek and W3C logs, Linux audit logs (gzip and zstd, too), EVTX, Parquet, Arrow.
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) files: Vec<PathBuf>,
    /// The files that these stand for.
    #[arg(skip)]
    pub(crate) expanded: OnceLock<Vec<PathBuf>>,
    /// Format of the input; auto tells it by the content
    #[arg(long = "format", value_enum, default_value = "auto")]
    pub(crate) input_format: InputFormat,
    /// Separator of CSV fields, one character, `tab` is a tab; without, found by the header
    #[arg(long, value_name = "CHAR", value_parser = delimiter)]
    pub(crate) delimiter: Option<u8>,
    /// What a row that cannot be read does: stop the run, or be skipped and counted
    #[arg(long, value_parser = bad_rows, default_value = "fail", value_name = "fail|skip")]
    pub(crate) bad_rows: BadRows,
    /// What a blank or NaN in a feature does: stop the run, skip the row, or count as 0
    #[arg(long, value_enum, default_value = "fail")]
    pub(crate) missing: Missing,
    /// Format of times that can be read in several ways, as strptime's: %d/%m/%Y %H:%M
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
pub(crate) enum InputFormat {
    Auto,
    Csv,
    Ndjson,
    Json,
    Zeek,
    W3c,
    Auditd,
    Evtx,
    Parquet,
    Arrow,
}

impl InputFormat {
    fn of_pipeline(self) -> Option<pipeline::Format> {
        use pipeline::Format;
        Some(match self {
            Self::Auto => return None,
            Self::Csv => Format::Csv,
            Self::Ndjson | Self::Json => Format::Json,
            Self::Zeek => Format::Zeek,
            Self::W3c => Format::W3c,
            Self::Auditd => Format::Auditd,
            Self::Evtx => Format::Evtx,
            Self::Parquet => Format::Parquet,
            Self::Arrow => Format::Arrow,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Missing {
    Fail,
    Skip,
    Zero,
}

impl InputArgs {
    /// The input, of which `bar` shows how far it is read.
    pub(crate) fn input(&self, bar: &Bar) -> Result<Input, Failure> {
        Ok(self.set(bar.watch(Input::files(&self.files)?)))
    }

    /// The files, for those who must not write over them.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        // What stands for no file is told when it is opened.
        let expand = || pipeline::expand_files(&self.files).unwrap_or_else(|_| self.files.clone());
        self.expanded.get_or_init(expand).iter().map(PathBuf::as_path).collect()
    }

    /// Another file, read in the same way.
    pub(crate) fn input_of(&self, file: &Path, bar: &Bar) -> Input {
        self.set(bar.watch(Input::file(file)))
    }

    fn set(&self, mut input: Input) -> Input {
        input.delimiter = self.delimiter;
        input.bad_rows = self.bad_rows;
        input.format = self.input_format.of_pipeline();
        input.missing = match self.missing {
            Missing::Fail => pipeline::Missing::Fail,
            Missing::Skip => pipeline::Missing::Skip,
            Missing::Zero => pipeline::Missing::Zero,
        };
        input.time_format.clone_from(&self.time_format);
        input.time_zone.clone_from(&self.time_zone);
        input.threads = self.threads;
        input
    }
}

/// Which columns play which part.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct RoleArgs {
    /// Layout of the events: auto, a name that `oddsift schemas` lists, or a file FILE.toml
    #[arg(long, default_value = "auto", value_name = "NAME", value_parser = schema)]
    pub(crate) schema: SchemaChoice,
    /// Take a role (path, command_line, session, time, host, user, ...) from a column; may be repeated
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = mapping)]
    pub(crate) map: Vec<(String, String)>,
}

impl RoleArgs {
    pub(crate) fn set(&self, mut input: Input) -> Input {
        input.schema = self.schema.clone();
        input.map.clone_from(&self.map);
        input
    }
}

/// How features are made from text.
#[derive(Debug, Args)]
#[command(next_help_heading = "Features")]
pub(crate) struct FeatureArgs {
    /// Layout of the events: auto, a name that `oddsift schemas` lists, or a file FILE.toml
    #[arg(long, default_value = "auto", value_name = "NAME", value_parser = schema)]
    pub(crate) schema: SchemaChoice,
    /// Take a role (path, command_line, session, time, host, user, ...) from a column; may be repeated
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = mapping)]
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

impl FeatureArgs {
    /// Sets which columns play which part.
    pub(crate) fn roles(&self, mut input: Input) -> Input {
        input.schema = self.schema.clone();
        input.map.clone_from(&self.map);
        input
    }

    pub(crate) fn options(&self, compat: Option<Compat>) -> FeatureOptions {
        let defaults = FeatureOptions::default();
        FeatureOptions {
            path_separator: self.path_separator.clone(),
            delimiters: self.delimiters.clone().unwrap_or(defaults.delimiters),
            token_delimiter: self.token_delimiter.clone().unwrap_or(defaults.token_delimiter),
            ord_scale: self.ord_scale,
            force: self.force,
            session_rule: match compat {
                Some(Compat::Msticpy) => SessionRule::ExactText,
                None => SessionRule::default(),
            },
        }
    }

    pub(crate) fn choice(&self, names: &[String], compat: Option<Compat>) -> FeatureChoice {
        FeatureChoice { names: names.to_vec(), options: self.options(compat) }
    }
}

/// Where the result goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
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
    #[command(flatten)]
    pub(crate) talk: TalkArgs,
}

impl OutputArgs {
    /// The form in which reasons are printed.
    pub(crate) fn reason_form(&self) -> ReasonForm {
        match self.format {
            Some(Format::Ndjson | Format::Json) => ReasonForm::Json,
            _ => ReasonForm::Text,
        }
    }
}

/// What is said beside the result.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct TalkArgs {
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
    Parquet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// A picture of the result.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PlotArgs {
    /// Draw the result to FILE.svg, or to FILE.html: to zoom, point at and click, without a network
    #[arg(long, value_name = "FILE", value_parser = plot_path)]
    pub(crate) plot: Option<PlotPath>,
    /// Title of the picture
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) title: Option<String>,
    /// Label of the x axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) xlabel: Option<String>,
    /// Label of the y axis
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) ylabel: Option<String>,
}

/// What a picture of rows shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
pub(crate) struct PlotRowsArgs {
    /// The two features on the axes; without, HTML has a choice and SVG those that show most
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) plot_features: Vec<String>,
    /// Column whose text is beside the points; without, the command line or the path
    #[arg(long, value_name = "COLUMN")]
    pub(crate) plot_label: Option<String>,
}

impl PlotArgs {
    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels {
            title: self.title.as_deref(),
            x: self.xlabel.as_deref(),
            y: self.ylabel.as_deref(),
        }
    }

    /// Whether an axis has a label of its own.
    pub(crate) fn has_axis_labels(&self) -> bool {
        self.xlabel.is_some() || self.ylabel.is_some()
    }

    /// The first flag that says how a picture is to look.
    pub(crate) fn look(&self) -> Option<&'static str> {
        let flags =
            [("--title", &self.title), ("--xlabel", &self.xlabel), ("--ylabel", &self.ylabel)];
        flags.into_iter().find(|(_, value)| value.is_some()).map(|(flag, _)| flag)
    }
}

impl PlotRowsArgs {
    /// The first flag that is given.
    pub(crate) fn look(&self) -> Option<&'static str> {
        if !self.plot_features.is_empty() {
            return Some("--plot-features");
        }
        self.plot_label.as_ref().map(|_| "--plot-label")
    }
}

/// A file and the form that its name asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlotPath {
    pub(crate) path: PathBuf,
    pub(crate) form: PlotForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlotForm {
    Svg,
    Html,
}

/// Times the wrong way round are a slip.
pub(crate) fn check_times(
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<(), Failure> {
    match (since, until) {
        (Some(since), Some(until)) if since > until => {
            let what = format!("--since is {since}, after --until {until}; swap them");
            Err(Failure::usage(what))
        }
        _ => Ok(()),
    }
}
