use clap::{Args, ValueEnum};
use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use oddsift_datafusion::jobs::{SeriesFound, SeriesJob};
use oddsift_pipeline::{
    Aggregate, Degree, Fill, Period, Score, Season, SeriesParams, SeriesValue, Stl, StlParams,
    TimeParser, Timestamp, TsParams,
};

use super::Found;
use super::input::InputArgs;
use super::result::OutputArgs;
use crate::Error;

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-engine series logons/ --count --by Account --bucket 1h --period 24h,168h
  oddsift-engine series s3://logs/flows/ --engine ballista://scheduler:50050 --value-column bytes --agg sum --bucket 10min";

#[derive(Debug, Args)]
pub(crate) struct SeriesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    rows: RowsArgs,
    /// After how many points, or after what time, the series repeats: 24, 24h, auto; or several
    ///
    /// Without: the strongest period that is found, else 24 points, else (with fewer than 48 points) no season.
    #[arg(long, value_name = "P[,P..]", value_delimiter = ',', help_heading = "Decomposition")]
    period: Vec<Season>,
    #[command(flatten)]
    stl: StlArgs,
    /// How unusual a remainder is: z, mad, tukey or ctukey
    #[arg(long, value_name = "SCORE", default_value = "z", help_heading = "Anomalies")]
    score: Score,
    /// Above this score a value is a spike, below its negative a dip; without, 3.5 for mad, 3 for others
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Anomalies")]
    threshold: Option<f64>,
    /// The threshold of dips, if it is another
    #[arg(long, value_name = "N", value_parser = not_negative, help_heading = "Anomalies")]
    threshold_low: Option<f64>,
    /// Flag and score every point, and not an episode once
    #[arg(long, help_heading = "Anomalies")]
    every_point: bool,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is measured of rows.
#[derive(Debug, Args)]
#[command(next_help_heading = "Series")]
struct RowsArgs {
    /// Column of the value; with --agg or --bucket
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["count", "distinct"])]
    value_column: Option<String>,
    /// What becomes of the values in a bucket: sum, mean or max
    #[arg(long, value_enum, value_name = "HOW", conflicts_with_all = ["count", "distinct"])]
    agg: Option<Agg>,
    /// Count the rows in each bucket
    #[arg(long, conflicts_with = "distinct")]
    count: bool,
    /// Count the distinct values of a column in each bucket
    #[arg(long, value_name = "COLUMN")]
    distinct: Option<String>,
    /// A series for each value of a column
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Length of a bucket, such as 1h, 30min or 1D, from midnight in UTC; without, 1h
    #[arg(long, value_name = "PERIOD")]
    bucket: Option<Period>,
    /// Only rows at this time or later, such as 2024-03-01 or 2024-03-01T08:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Only rows before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
    /// What becomes of a time or value that is missing: error, zero, missing (left out) or linear
    #[arg(long, value_name = "HOW")]
    fill: Option<Fill>,
    /// Refuse rows that are no series as they stand
    #[arg(long)]
    strict: bool,
}

/// How a series is taken apart.
#[derive(Debug, Args)]
#[command(next_help_heading = "Decomposition")]
struct StlArgs {
    /// Window of the season, odd; with several periods that of each
    #[arg(long, value_name = "N")]
    seasonal: Option<usize>,
    /// Window of the trend, odd; without, from the period
    #[arg(long, value_name = "N")]
    trend: Option<usize>,
    /// Window of the low pass, odd; without, from the period
    #[arg(long, value_name = "N")]
    low_pass: Option<usize>,
    /// Degree of the season's lines, 0 or 1
    #[arg(long, value_name = "0|1", default_value = "1")]
    seasonal_deg: Degree,
    /// Degree of the trend's lines, 0 or 1
    #[arg(long, value_name = "0|1", default_value = "1")]
    trend_deg: Degree,
    /// Degree of the low pass's lines, 0 or 1
    #[arg(long, value_name = "0|1", default_value = "1")]
    low_pass_deg: Degree,
    /// Compute the season at each N-th point only
    #[arg(long, value_name = "N", default_value_t = 1)]
    seasonal_jump: usize,
    /// Compute the trend at each N-th point only
    #[arg(long, value_name = "N", default_value_t = 1)]
    trend_jump: usize,
    /// Compute the low pass at each N-th point only
    #[arg(long, value_name = "N", default_value_t = 1)]
    low_pass_jump: usize,
    /// Passes within a round; without, 5, or 2 with --robust
    #[arg(long, value_name = "N")]
    inner: Option<usize>,
    /// Rounds in which unusual values get less weight; without, none, or 15 with --robust
    #[arg(long, value_name = "N")]
    outer: Option<usize>,
    /// Give unusual values less weight
    #[arg(long)]
    robust: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Agg {
    Sum,
    Mean,
    Max,
}

fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "must be a finite number of at least 0".to_owned())
}

fn time(text: &str) -> Result<Timestamp, String> {
    let time = TimeParser::new().parse(text);
    time.map(|time| time.timestamp).map_err(|error| error.to_string())
}

impl SeriesArgs {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.output.check()?;
        let opened = self.input.open(None).await?;
        let mut job = SeriesJob::new(self.params());
        job.limits = opened.limits;
        let found = job.run(&opened.source).await?;
        self.say_facts(&found);
        let points = found.points()?;
        let flags = flags(&found);
        let n_flagged = flags.true_count() as u64;
        let points = if self.output.is_table() { only(&points, &flags)? } else { points };
        self.output.write(&opened.ctx, points).await?;
        Ok(self.output.found(n_flagged))
    }

    fn params(&self) -> SeriesParams {
        let rows = &self.rows;
        let mut params = SeriesParams::new();
        params.time_column.clone_from(&self.input.time_column);
        params.value = match (&rows.distinct, &rows.value_column) {
            _ if rows.count => SeriesValue::Count,
            (Some(name), _) => SeriesValue::Distinct(name.clone()),
            (None, Some(name)) => SeriesValue::Column(name.clone()),
            (None, None) => SeriesValue::FirstNumber,
        };
        params.aggregate = rows.agg.map(|agg| match agg {
            Agg::Sum => Aggregate::Sum,
            Agg::Mean => Aggregate::Mean,
            Agg::Max => Aggregate::Max,
        });
        (params.bucket, params.fill, params.strict) = (rows.bucket, rows.fill, rows.strict);
        params.by.clone_from(&rows.by);
        (params.since, params.until) = (rows.since, rows.until);
        params.anomalies = self.anomalies();
        params
    }

    fn anomalies(&self) -> TsParams {
        let seasons = match self.period.as_slice() {
            [] if self.rows.strict => vec![Season::Points(24)],
            [] => vec![Season::Usual],
            given => given.to_vec(),
        };
        let params = TsParams::default()
            .periods(&seasons)
            .must_find(self.rows.strict)
            .episodes(!self.every_point)
            .stl(self.stl.params())
            .score(self.score)
            .threshold(self.threshold.unwrap_or(self.score.usual_threshold()))
            .threshold_low(self.threshold_low);
        match (self.stl.seasonal, self.period.len()) {
            (Some(window), 2..) => params.windows(&vec![window; self.period.len()]),
            _ => params,
        }
    }

    fn say_facts(&self, found: &SeriesFound) {
        let without_time = match found.n_without_time {
            0 => String::new(),
            n => format!("; {n} rows without a time are left out"),
        };
        self.output.say(&format!("{} series{without_time}", found.fit.series.len()));
    }
}

impl StlArgs {
    /// The period comes from elsewhere.
    fn params(&self) -> StlParams {
        let params = Stl::params(2);
        let params = self.seasonal.map_or(params, |window| params.seasonal(window));
        params
            .trend(self.trend)
            .low_pass(self.low_pass)
            .seasonal_degree(self.seasonal_deg)
            .trend_degree(self.trend_deg)
            .low_pass_degree(self.low_pass_deg)
            .seasonal_jump(self.seasonal_jump)
            .trend_jump(self.trend_jump)
            .low_pass_jump(self.low_pass_jump)
            .inner_iter(self.inner)
            .outer_iter(self.outer)
            .robust(self.robust)
    }
}

/// Which points are anomalies.
fn flags(found: &SeriesFound) -> BooleanArray {
    found.fit.points().map(|point| Some(point.flag != 0)).collect()
}

/// People read the anomalies.
fn only(points: &RecordBatch, flags: &BooleanArray) -> Result<RecordBatch, Error> {
    let flagged = filter_record_batch(points, flags);
    Ok(flagged.map_err(datafusion::error::DataFusionError::from)?)
}
