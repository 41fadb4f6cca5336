//! What can be typed: clap's structs and the checks of single values.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use oddsift::dbscan::Metric;
use oddsift::eventcluster::Scaling;
use oddsift::features::{Delimiters, SchemaChoice};
use oddsift::iforest::{Contamination, MaxFeatures, MaxSamples, Precision};
use oddsift::outliers::MAX_COUNT;
use oddsift::records::BadRows;
use oddsift::stl::Degree;
use oddsift::timeseries::{Fill, Score, Season};
use oddsift::timespan::Period;

/// Sifts the odd ones out of security events.
///
/// Data goes to standard output, talk to standard error. Without FILE, or with `-`, data comes from
/// standard input. Exit status: 0 done, 1 nothing found (only with --exit-status), 2 wrong usage,
/// 3 bad data.
#[derive(Debug, Parser)]
#[command(name = "oddsift", version, max_term_width = 100, subcommand_required = true)]
#[command(arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add features to process events: lengths, token counts, character sums, hashes
    #[command(after_help = FEATURES_EXAMPLES)]
    Features(FeaturesArgs),
    /// Cluster events: one exemplar for each cluster, every odd event by itself
    #[command(after_help = CLUSTER_EXAMPLES)]
    Cluster(ClusterArgs),
    /// Propose the distance for `cluster`: the curve of distances to the k-th neighbour, its knee, advice
    #[command(after_help = EPS_EXAMPLES)]
    Eps(EpsArgs),
    /// Find the outliers among events by an isolation forest, each with its reasons
    #[command(after_help = OUTLIERS_EXAMPLES)]
    #[command(mut_arg("seed", |seed| seed.hide(false).help("Seed of the forest; without, 0 (42 under --compat msticpy)")))]
    Outliers(OutliersArgs),
    /// Label or score new rows by a saved model
    #[command(after_help = SCORE_EXAMPLES)]
    Score(ScoreArgs),
    /// Count combinations of values, the rare ones first
    #[command(after_help = STACK_EXAMPLES)]
    Stack(StackArgs),
    /// Find anomalies in a time series, of values or of events counted in buckets
    #[command(after_help = SERIES_EXAMPLES)]
    Series(SeriesArgs),
    /// Join the anomalies that `series` prints to periods of time, as rows or as a query
    ///
    /// Flags of several groups (`series --by`) are joined to the periods of all.
    #[command(after_help = PERIODS_EXAMPLES)]
    Periods(PeriodsArgs),
    /// Read Linux audit logs: events as rows, or clusters of processes
    #[command(after_help = AUDITD_EXAMPLES)]
    Auditd(AuditdArgs),
}

impl Command {
    /// How many threads are asked for.
    pub(crate) fn threads(&self) -> Option<usize> {
        match self {
            Self::Features(args) => args.input.threads,
            Self::Cluster(args) => args.input.threads,
            Self::Eps(args) => args.input.threads,
            Self::Outliers(args) => args.input.threads,
            Self::Score(args) => args.input.threads,
            Self::Stack(args) => args.input.threads,
            Self::Series(args) => args.input.threads,
            Self::Periods(args) => args.input.threads,
            Self::Auditd(args) => args.threads,
        }
    }
}

const FEATURES_EXAMPLES: &str = "\
Examples:
  oddsift features events.csv -o features.csv
      adds processName, pathScore, commandlineLen and so on to 4688, Sysmon, Defender or Linux events
  zcat events.ndjson.gz | oddsift features - -t ndjson
  oddsift features events.csv --map CommandLine=cmd --text Account
      takes the command line from column cmd; adds Account.len, Account.score and so on
  oddsift features events.csv --raw -t csv | head
      --raw leaves text cells as they are; without it, cells that a spreadsheet would run get a '";

const CLUSTER_EXAMPLES: &str = "\
Examples:
  oddsift cluster events.csv
      known process events are clustered by path, command line and session
  oddsift cluster events.csv --features pathScore,commandlineTokensFull,isSystemSession --eps 0.0001
  oddsift cluster flows.csv --features bytes,packets --scale robust --eps 0.5 --min-samples 5
      any numeric columns will do; distances are taken after scaling
  oddsift cluster events.csv --eps auto --save-model model.json
      finds the distance; `oddsift score model.json new.csv` labels new rows
  oddsift cluster events.csv --emit labels --with-input -o labelled.csv
      every row with its cluster, -1 for noise
  oddsift cluster events.csv --count-distinct Computer,Account -t ndjson | jq 'select(.ClusterSize < 3)'";

const EPS_EXAMPLES: &str = "\
Examples:
  oddsift eps events.csv
      the curve on standard output, the proposal and warnings on standard error
  oddsift eps flows.csv --features bytes,packets --scale robust --min-samples 5 -t csv -o curve.csv
  oddsift cluster events.csv --eps auto
      takes the proposal";

const OUTLIERS_EXAMPLES: &str = "\
Examples:
  oddsift outliers events.csv --features pathScore,commandlineLen,commandlineTokensFull --top 20
      the 20 oddest events, the oddest first, each with its reasons
  oddsift outliers flows.csv --features bytes,packets --contamination 0.01 -t csv -o odd.csv
      the oddest hundredth
  oddsift outliers flows.csv --emit scores -t csv
      score, decision and verdict (-1 or 1) of every row; lower is odder
  oddsift outliers today.csv --train lastweek.csv --save-model flows.json --explain 5
  oddsift score flows.json tomorrow.csv -t csv
      fitted once, scores every new file";

const SCORE_EXAMPLES: &str = "\
Examples:
  oddsift cluster monday.csv --save-model hosts.json -q -o /dev/null
  oddsift score hosts.json tuesday.csv -t csv
      row and ClusterId of every row; -1 is near no cluster of the model
  oddsift score forest.json tuesday.csv -t csv
      a forest of `outliers --save-model`, a bare one (format isolation-forest), or one exported from
      scikit-learn: row, score, decision and outlier (-1 or 1) of every row
  oddsift score hosts.json tuesday.csv -t ndjson | jq 'select(.ClusterId == -1)'";

const STACK_EXAMPLES: &str = "\
Examples:
  oddsift stack events.csv --by NewProcessName,Account
      which account runs what only now and then: count, first and last time, first row
  oddsift stack events.csv --by ParentProcessName,NewProcessName --max-count 1 -t ndjson
      pairs that occur once
  zcat dns.ndjson.gz | oddsift stack - --by query --max-count 3 -t csv --raw | head";

const SERIES_EXAMPLES: &str = "\
Examples:
  oddsift series bytes.csv --time-column TimeGenerated --value-column TotalBytesSent
      hourly values with a daily season (24 points): on a terminal the anomalies, in a pipe every point
  oddsift series logons.ndjson --time-column Time --count --by Account --bucket 1h --period 24h,168h
      events counted by account and hour, with a daily and a weekly season
  oddsift series flows.csv --value-column bytes --agg sum --bucket 10min --period auto --score mad
  oddsift series bytes.csv --value-column TotalBytesSent -t csv --raw | oddsift periods - --query kql";

const PERIODS_EXAMPLES: &str = "\
Examples:
  oddsift series bytes.csv --value-column TotalBytesSent -t csv --raw -o found.csv
  oddsift periods found.csv
      start and end of each period with spikes
  oddsift periods found.csv --both --threshold 2.5
      spikes and dips, by another threshold than `series` had
  oddsift periods found.csv --merge 30min --query kql --query-column TimeCreated
      a filter to paste behind a table's name; spl and sql, too";

const AUDITD_EXAMPLES: &str = "\
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
pub(crate) struct FeaturesArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) features: FeatureArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) space: SpaceArgs,
    /// Largest distance of neighbours, after scaling; `auto` is what `eps` proposes
    ///
    /// Without: 0.01, or 0.0001 for the process features that are taken where none are named.
    #[arg(long, value_name = "EPS", value_parser = eps, help_heading = "Clustering")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) eps: Option<Eps>,
    /// Stop with an error after so much work, counted in distances and tree nodes
    #[arg(long, value_name = "N", value_parser = work_limit, help_heading = "Clustering")]
    pub(crate) work_limit: Option<u64>,
    /// Write the model to FILE, for `score` on new rows
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) save_model: Option<PathBuf>,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    pub(crate) time_column: Option<String>,
    /// Columns, such as hosts or users, whose distinct values are counted in each cluster
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Clustering")]
    pub(crate) count_distinct: Vec<String>,
    /// Column whose common text is a cluster's template; without, the command line
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    pub(crate) template: Option<String>,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    /// What to print: one row a cluster and a noise event, or a label for every row
    #[arg(long, value_enum, default_value = "exemplars", help_heading = "Output")]
    pub(crate) emit: Emit,
    /// Print the input columns beside the labels; reads the input twice
    #[arg(long, help_heading = "Output")]
    pub(crate) with_input: bool,
    /// Do as msticpy does where it differs
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The space in which rows have distances.
#[derive(Debug, Args)]
#[command(next_help_heading = "Clustering")]
pub(crate) struct SpaceArgs {
    /// Columns of the file, or features that `features` would add, separated by commas
    ///
    /// Without: pathScore, commandlineTokensFull and isSystemSession where a process schema is
    /// known, else all numeric columns.
    #[arg(long, value_name = "F1,F2..", value_delimiter = ',')]
    pub(crate) features: Vec<String>,
    /// How features are scaled: unit (each row to norm 1), none, standard, robust, minmax
    #[arg(long, default_value = "unit", value_name = "SCALING")]
    pub(crate) scale: Scaling,
    /// Rows, itself included, within eps that make a row a core of a cluster
    #[arg(long, default_value = "2", value_name = "N", value_parser = at_least_one)]
    #[arg(allow_negative_numbers = true)]
    pub(crate) min_samples: usize,
    /// Distance: euclidean, manhattan, chebyshev or minkowski:P
    #[arg(long, default_value = "euclidean")]
    pub(crate) metric: Metric,
    /// Column whose number says how many rows a row stands for
    #[arg(long, value_name = "COLUMN")]
    pub(crate) weight: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EpsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) space: SpaceArgs,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Args)]
pub(crate) struct OutliersArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Columns of the file, or features that `features` would add, separated by commas
    ///
    /// Without: pathScore, commandlineTokensFull and isSystemSession where a process schema is
    /// known, else all numeric columns.
    #[arg(long, value_name = "F1,F2..", value_delimiter = ',', help_heading = "Forest")]
    pub(crate) features: Vec<String>,
    /// Fit to the rows of TRAIN instead, and score those of FILE
    #[arg(long, value_name = "TRAIN", help_heading = "Input")]
    pub(crate) train: Option<PathBuf>,
    /// Number of trees; without, 100
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) trees: Option<usize>,
    /// Rows of a tree: auto (256, or all), a number, or a share such as 0.5; 1 is one row, 1.0 all
    ///
    /// Where rows repeat much, more of them in a tree find what is rarer.
    #[arg(long, value_name = "auto|N|SHARE", value_parser = max_samples, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) max_samples: Option<MaxSamples>,
    /// Features of a tree: a number, or a share such as 0.5; without, 1.0, which is all
    #[arg(long, value_name = "N|SHARE", value_parser = max_features, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) max_features: Option<MaxFeatures>,
    /// Share of outliers to expect, up to 0.5; without, auto: a score below -0.5
    #[arg(long, value_name = "auto|SHARE", value_parser = contamination, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true, conflicts_with = "top")]
    pub(crate) contamination: Option<Contamination>,
    /// Exactly the N oddest rows; of equals, the earlier ones
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Forest")]
    #[arg(allow_negative_numbers = true)]
    pub(crate) top: Option<usize>,
    /// Draw rows with replacement
    #[arg(long, help_heading = "Forest")]
    pub(crate) bootstrap: bool,
    /// Cut at any angle, not only along features: the extended isolation forest
    #[arg(long, help_heading = "Forest")]
    pub(crate) extended: bool,
    /// Width of numbers; f32 is what scikit-learn has
    #[arg(long, value_enum, default_value = "f64", help_heading = "Forest")]
    pub(crate) precision: ArgPrecision,
    #[command(flatten)]
    pub(crate) recipe: FeatureArgs,
    /// What to print: the outliers, the oddest first, or the score of every row
    #[arg(long, value_enum, default_value = "outliers", help_heading = "Output")]
    pub(crate) emit: EmitOutliers,
    /// Print the input columns beside the scores
    #[arg(long, help_heading = "Output")]
    pub(crate) with_input: bool,
    /// Give up to K reasons for each outlier
    #[arg(long, value_name = "K", default_value = "3", help_heading = "Output")]
    pub(crate) explain: usize,
    /// Write the model to FILE, for `score` on new rows
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(crate) save_model: Option<PathBuf>,
    /// Do as msticpy does where it differs: its defaults, its session test
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EmitOutliers {
    Outliers,
    Scores,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ArgPrecision {
    F64,
    F32,
}

impl From<ArgPrecision> for Precision {
    fn from(precision: ArgPrecision) -> Self {
        match precision {
            ArgPrecision::F64 => Self::F64,
            ArgPrecision::F32 => Self::F32,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// A model that `cluster` or `outliers` saved, a bare isolation-forest, or scikit-learn's export
    #[arg(value_name = "MODEL", help_heading = "Input")]
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

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

#[derive(Debug, Args)]
pub(crate) struct SeriesArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Column of the time; without, the first of TimeCreatedUtc, TimeGenerated, Timestamp, UtcTime
    #[arg(long, value_name = "COLUMN", help_heading = "Series")]
    pub(crate) time_column: Option<String>,
    /// Column of the value; without, the first column of numbers
    #[arg(long, value_name = "COLUMN", help_heading = "Series")]
    #[arg(conflicts_with_all = ["count", "distinct"])]
    pub(crate) value_column: Option<String>,
    /// What becomes of the values in a bucket: sum, mean or max; without, and without --bucket, rows
    /// are points of the series
    #[arg(long, value_enum, value_name = "HOW", help_heading = "Series")]
    #[arg(conflicts_with_all = ["count", "distinct"])]
    pub(crate) agg: Option<Agg>,
    /// Count the rows in each bucket
    #[arg(long, conflicts_with = "distinct", help_heading = "Series")]
    pub(crate) count: bool,
    /// Count the distinct values of a column in each bucket
    #[arg(long, value_name = "COLUMN", help_heading = "Series")]
    pub(crate) distinct: Option<String>,
    /// A series for each value of a column
    #[arg(long, value_name = "COLUMN", help_heading = "Series")]
    pub(crate) by: Option<String>,
    /// Length of a bucket, such as 1h, 30min or 1D; without, 1h where rows are counted or joined
    #[arg(long, value_name = "PERIOD", help_heading = "Series")]
    pub(crate) bucket: Option<Period>,
    /// What becomes of a time or value that is missing: error, zero, missing (left out) or linear
    ///
    /// Without: error, but zero where rows or distinct values are counted.
    #[arg(long, value_name = "HOW", help_heading = "Series")]
    pub(crate) fill: Option<Fill>,
    /// After how many points, or after what time, the series repeats: 24, 24h, auto; or several
    #[arg(long, value_name = "P[,P..]", value_delimiter = ',', default_value = "24")]
    #[arg(help_heading = "Decomposition")]
    pub(crate) period: Vec<Season>,
    #[command(flatten)]
    pub(crate) stl: StlArgs,
    /// How odd a remainder is: z, mad, tukey or ctukey
    #[arg(long, value_name = "SCORE", default_value = "z", help_heading = "Anomalies")]
    pub(crate) score: Score,
    /// Above this score a value is a spike, below its negative a dip
    #[arg(long, value_name = "N", value_parser = not_negative, default_value = "3")]
    #[arg(help_heading = "Anomalies")]
    pub(crate) threshold: f64,
    /// The threshold of dips, if it is another
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Anomalies")]
    pub(crate) threshold_low: Option<f64>,
    /// Do as msticpy does where it differs: whole numbers, points as they stand, high values only
    ///
    /// --score, --threshold-low and --fill are then without effect.
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// How a series is taken apart.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Decomposition")]
pub(crate) struct StlArgs {
    /// Window of the season, odd; with several periods that of each
    #[arg(long, value_name = "N")]
    pub(crate) seasonal: Option<usize>,
    /// Window of the trend, odd; without, from the period
    #[arg(long, value_name = "N")]
    pub(crate) trend: Option<usize>,
    /// Window of the low pass, odd; without, from the period
    #[arg(long, value_name = "N")]
    pub(crate) low_pass: Option<usize>,
    /// Degree of the season's lines, 0 or 1
    #[arg(long, value_name = "0|1", value_parser = degree, default_value = "1")]
    pub(crate) seasonal_deg: Degree,
    /// Degree of the trend's lines, 0 or 1
    #[arg(long, value_name = "0|1", value_parser = degree, default_value = "1")]
    pub(crate) trend_deg: Degree,
    /// Degree of the low pass's lines, 0 or 1
    #[arg(long, value_name = "0|1", value_parser = degree, default_value = "1")]
    pub(crate) low_pass_deg: Degree,
    /// Compute the season at each N-th point only
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) seasonal_jump: usize,
    /// Compute the trend at each N-th point only
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) trend_jump: usize,
    /// Compute the low pass at each N-th point only
    #[arg(long, value_name = "N", default_value = "1")]
    pub(crate) low_pass_jump: usize,
    /// Passes within a round; without, 5, or 2 with --robust
    #[arg(long, value_name = "N")]
    pub(crate) inner: Option<usize>,
    /// Rounds in which odd values get less weight; without, none, or 15 with --robust
    #[arg(long, value_name = "N")]
    pub(crate) outer: Option<usize>,
    /// Give odd values less weight
    #[arg(long)]
    pub(crate) robust: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Agg {
    Sum,
    Mean,
    Max,
}

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

/// A distance, or that it is to be found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Eps {
    Auto,
    Given(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    Exemplars,
    Labels,
}

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

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "must be a positive, finite number".to_owned())
}

fn eps(text: &str) -> Result<Eps, String> {
    if text == "auto" {
        return Ok(Eps::Auto);
    }
    positive(text).map(Eps::Given).map_err(|what| format!("{what}, or auto"))
}

fn work_limit(text: &str) -> Result<u64, String> {
    at_least_one(text).map(|limit| limit as u64)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "must be a whole number of at least 1".to_owned())
}

fn max_samples(text: &str) -> Result<MaxSamples, String> {
    if text == "auto" {
        return Ok(MaxSamples::Auto);
    }
    count_or_share(text)
        .map(|number| number.map_or_else(MaxSamples::Fraction, MaxSamples::Count))
        .map_err(|what| format!("{what}, or auto"))
}

fn max_features(text: &str) -> Result<MaxFeatures, String> {
    count_or_share(text).map(|number| number.map_or_else(MaxFeatures::Fraction, MaxFeatures::Count))
}

/// A whole number is a count, one with a point a share: 1 is one, 1.0 all.
fn count_or_share(text: &str) -> Result<Result<usize, f64>, String> {
    if let Ok(count) = text.parse::<usize>() {
        return if count > 0 { Ok(Ok(count)) } else { Err("must be at least 1".to_owned()) };
    }
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 1.0);
    share
        .map(Err)
        .ok_or_else(|| "must be a whole number of at least 1, or a share up to 1.0".to_owned())
}

fn positive_period(text: &str) -> Result<Period, String> {
    let period = text.parse::<Period>().map_err(|error| error.to_string())?;
    if period > Period::ZERO { Ok(period) } else { Err("must be longer than nothing".to_owned()) }
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "must be a finite number of at least 0".to_owned())
}

fn degree(text: &str) -> Result<Degree, String> {
    match text {
        "0" => Ok(Degree::Constant),
        "1" => Ok(Degree::Linear),
        _ => Err("must be 0 or 1".to_owned()),
    }
}

fn contamination(text: &str) -> Result<Contamination, String> {
    if text == "auto" {
        return Ok(Contamination::Auto);
    }
    let share = text.parse().ok().filter(|share| *share > 0.0 && *share <= 0.5);
    share
        .map(Contamination::Fraction)
        .ok_or_else(|| "must be above 0 and at most 0.5, or auto".to_owned())
}

fn bad_rows(text: &str) -> Result<BadRows, String> {
    match text {
        "fail" => Ok(BadRows::Fail),
        "skip" => Ok(BadRows::Skip),
        _ => Err("must be fail or skip".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(*byte),
        _ => Err("must be one ASCII character, no quote and no line break, or tab".to_owned()),
    }
}

fn not_empty(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn delimiters(pattern: &str) -> Result<Delimiters, String> {
    Delimiters::new(pattern).map_err(|error| error.to_string())
}

fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((role, column)) if !role.is_empty() && !column.is_empty() => {
            Ok((role.to_owned(), column.to_owned()))
        }
        _ => Err("must be ROLE=COLUMN, such as CommandLine=cmd".to_owned()),
    }
}
