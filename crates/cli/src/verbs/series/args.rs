//! What `series` takes.
#![allow(clippy::doc_markdown, reason = "these comments are the help that a user reads")]

use clap::{Args, ValueEnum};
use oddsift::pipeline::{Aggregate, Degree, Fill, Period, Score, Season};

use crate::args::{Compat, InputArgs, OutputArgs, PlotArgs};
use crate::values::not_negative;

pub(crate) const EXAMPLES: &str = "\
Examples:
  oddsift series bytes.csv --time-column TimeGenerated --value-column TotalBytesSent
      hourly values, the season found: on a terminal the anomalies, in a pipe every point
  oddsift series logons.ndjson --time-column Time --count --by Account --bucket 1h --period 24h,168h
      events counted by account and hour, with a daily and a weekly season
  oddsift series flows.csv --value-column bytes --agg sum --bucket 10min --period auto --score mad
  oddsift series bytes.csv --value-column TotalBytesSent -t csv --raw | oddsift periods - --query kql";

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
    ///
    /// Buckets count from midnight in UTC, whatever --time-zone is; weeks begin on Mondays.
    #[arg(long, value_name = "PERIOD", help_heading = "Series")]
    pub(crate) bucket: Option<Period>,
    /// Only rows at this time or later, such as 2024-03-01 or 2024-03-01T08:00:00Z
    #[arg(long, value_name = "TIME", help_heading = "Series")]
    pub(crate) since: Option<String>,
    /// Only rows before this time
    #[arg(long, value_name = "TIME", help_heading = "Series")]
    pub(crate) until: Option<String>,
    /// What becomes of a time or value that is missing: error, zero, missing (left out) or linear
    ///
    /// Without: missing, but zero where rows, distinct values or sums are counted; with --strict error,
    /// but zero where rows or distinct values are counted.
    #[arg(long, value_name = "HOW", help_heading = "Series")]
    pub(crate) fill: Option<Fill>,
    /// Refuse rows that are no series as they stand: gaps, irregular or doubled times, no period
    ///
    /// Without: the step is the most common distance of points, or a round length near the median where
    /// no distance is common; points between two steps move to the earlier one, and several at one are
    /// joined by their mean; points more than a year from the rest are set apart; a first or last bucket
    /// that the start or end of the log cuts is left out. One line on stderr says what was done.
    #[arg(long, help_heading = "Series")]
    pub(crate) strict: bool,
    /// After how many points, or after what time, the series repeats: 24, 24h, auto; or several
    ///
    /// Without: the strongest period that is found, else 24 points, else (with fewer than 48 points)
    /// no season, and values are held against their median; with --strict or --compat 24 points.
    #[arg(long, value_name = "P[,P..]", value_delimiter = ',')]
    #[arg(help_heading = "Decomposition")]
    pub(crate) period: Vec<Season>,
    #[command(flatten)]
    pub(crate) stl: StlArgs,
    /// How odd a remainder is: z, mad, tukey or ctukey
    ///
    /// z counts standard deviations from the mean, mad robust ones (MAD / 0.6745) from the median;
    /// tukey and ctukey count distances beyond the quartiles or deciles. mad does not let anomalies
    /// widen the measure, so the same number flags more where remainders have long tails.
    #[arg(long, value_name = "SCORE", default_value = "z", help_heading = "Anomalies")]
    pub(crate) score: Score,
    /// Above this score a value is a spike, below its negative a dip; without, 3.5 for mad, 3 for others
    #[arg(long, value_name = "N", value_parser = not_negative)]
    #[arg(help_heading = "Anomalies")]
    pub(crate) threshold: Option<f64>,
    /// The threshold of dips, if it is another
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Anomalies")]
    pub(crate) threshold_low: Option<f64>,
    /// Flag and score every point, and not an episode once
    ///
    /// Without, a run of points beyond the threshold is an episode, flagged at its first highest point;
    /// a run within a period (and a day) of the last is another only if it is higher. A point that
    /// is no higher than those of a period before it, or lower than the next, has score 0.
    #[arg(long, help_heading = "Anomalies")]
    pub(crate) every_point: bool,
    /// Do as msticpy does where it differs: whole numbers, points as they stand, high values only
    ///
    /// --score, --threshold-low and --fill are then without effect. A whole number can differ from
    /// msticpy's by one where a part is a hair beside it: statsmodels adds in another order.
    #[arg(long, value_enum, value_name = "WHOM", help_heading = "Output")]
    pub(crate) compat: Option<Compat>,
    #[command(flatten)]
    pub(crate) plot: PlotArgs,
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
    #[arg(long, value_name = "0|1", default_value = "1")]
    pub(crate) seasonal_deg: Degree,
    /// Degree of the trend's lines, 0 or 1
    #[arg(long, value_name = "0|1", default_value = "1")]
    pub(crate) trend_deg: Degree,
    /// Degree of the low pass's lines, 0 or 1
    #[arg(long, value_name = "0|1", default_value = "1")]
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

impl From<Agg> for Aggregate {
    fn from(agg: Agg) -> Self {
        match agg {
            Agg::Sum => Self::Sum,
            Agg::Mean => Self::Mean,
            Agg::Max => Self::Max,
        }
    }
}
