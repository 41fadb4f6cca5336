use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use oddsift_features::Role;
use oddsift_pipeline::{SeriesFit, SeriesParams, SeriesValue};
use oddsift_timeseries::{Aggregate, Period, SeriesBuilder, Timestamp, Totals};

use super::counted::failed;
use super::series_points::points;
use super::source::{literal, quoted};
use super::{Limits, Source};
use crate::Error;
use crate::texts::Texts;
use crate::times::Times;

const NAME: &str = "series";

/// What is measured of a table, how, and how its series are taken apart.
///
/// ```
/// use oddsift_datafusion::jobs::SeriesJob;
/// use oddsift_pipeline::{SeriesParams, SeriesValue};
///
/// let mut params = SeriesParams::new();
/// params.value = SeriesValue::Count;
/// let job = SeriesJob::new(params);
/// assert_eq!(job.limits.max_patterns, 5_000_000);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SeriesJob {
    /// As the tool has them, but for points: an engine joins rows in buckets, so `value` is named or counted,
    /// and `bucket` or `aggregate` given where it is named; `as_given` is not taken.
    pub params: SeriesParams,
    /// The most buckets of all groups together.
    pub limits: Limits,
}

impl SeriesJob {
    /// With the default limits.
    ///
    /// ```
    /// # use oddsift_datafusion::jobs::SeriesJob;
    /// let job = SeriesJob::new(oddsift_pipeline::SeriesParams::new());
    /// assert!(job.params.by.is_none());
    /// ```
    #[must_use]
    pub fn new(params: SeriesParams) -> Self {
        Self { params, limits: Limits::default() }
    }

    /// Takes the series of a table apart: rows are put in buckets on the engine by one `GROUP BY`, and the series
    /// of the buckets are fitted here.
    ///
    /// Series, scores and flags are those that the tool gives for the same rows, however they are split and in
    /// whatever order they come, with one exception: the engine adds floating-point numbers in any order, so that
    /// sums and means may differ in the last digits unless the values are whole numbers below 2^53 in sum. Rows
    /// without a time, and where values are joined without a value, are left out; a NULL text is not counted
    /// among distinct ones. The session must have the [functions](crate::register).
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a column that is not there, for more buckets than the limit, and for what
    /// [`SeriesParams::fit_buckets`] refuses; [`Error::Engine`] for a value that is no number or no time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// use datafusion::prelude::SessionContext;
    /// use oddsift_datafusion::jobs::{SeriesJob, Source};
    /// use oddsift_pipeline::{SeriesParams, SeriesValue};
    ///
    /// let ctx = SessionContext::new();
    /// oddsift_datafusion::register(&ctx)?;
    /// let rows = "SELECT value AS row, to_timestamp(value * 600) AS \"TimeGenerated\" FROM generate_series(0, 599)";
    /// let source = Source::query(&ctx, rows, "row").await?;
    /// let mut params = SeriesParams::new();
    /// params.value = SeriesValue::Count;
    /// let found = SeriesJob::new(params).run(&source).await?;
    /// assert_eq!(found.fit.series[0].values(), [6.0; 100]);
    /// assert_eq!(found.points()?.num_rows(), 100);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, source: &Source) -> Result<SeriesFound, Error> {
        let params = &self.params;
        let source = match &params.time_column {
            Some(column) => source.clone().role(Role::Time, column)?,
            None => source.clone(),
        };
        let time = source.column(Role::Time).ok_or_else(|| Error::Job {
            reason: "there is no column of times; name it".to_owned(),
        })?;
        let (bucket, aggregate) = buckets(params)?;
        let sql = query(&source, params, bucket, aggregate)?;
        let batches = source.collect(&sql, "buckets", self.limits).await?;
        let mut counted = Counted {
            builder: SeriesBuilder::new(bucket, aggregate).map_err(failed)?,
            n_without_time: 0,
        };
        for batch in &batches {
            counted.add(batch)?;
        }
        let fit = params.fit_buckets(NAME, time, counted.builder).map_err(failed)?;
        let has_episodes = params.anomalies.episodes;
        Ok(SeriesFound { fit, n_without_time: counted.n_without_time, has_episodes })
    }
}

/// The series of a table, taken apart.
#[derive(Debug)]
#[non_exhaustive]
pub struct SeriesFound {
    /// The series, what was left out and what was changed. What was read is not told here.
    pub fit: SeriesFit,
    /// The number of rows without a time, which are in no bucket.
    pub n_without_time: u64,
    has_episodes: bool,
}

impl SeriesFound {
    /// Returns all points with the columns of `oddsift series -t csv`; what is undefined is NULL.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] for a time that does not fit the column, which ends in the year 2262 where buckets
    /// are shorter than a microsecond.
    pub fn points(&self) -> Result<RecordBatch, Error> {
        points(&self.fit, self.has_episodes)
    }
}

/// How rows are joined, which on an engine they must be.
fn buckets(params: &SeriesParams) -> Result<(Period, Aggregate), Error> {
    let refuse = |reason: &str| Err(Error::Job { reason: reason.to_owned() });
    match (params.buckets(), &params.value) {
        _ if params.as_given => {
            refuse("an engine keeps no order, so no points as given; leave it out")
        }
        (_, SeriesValue::FirstNumber) => {
            refuse("the value is not named; name its column, or count")
        }
        (None, _) => refuse("an engine joins rows in buckets; give their length or an aggregate"),
        (Some(buckets), _) => Ok(buckets),
    }
}

/// The buckets that have rows, by group: first and last time, number of rows and what their values come to.
/// Rows without a time are those of a bucket that is NULL.
fn query(
    source: &Source,
    params: &SeriesParams,
    bucket: Period,
    aggregate: Aggregate,
) -> Result<String, Error> {
    let by = match &params.by {
        // A blank is no group.
        Some(column) => format!("NULLIF({}, '')", text(source, column)?),
        None => "CAST(NULL AS VARCHAR)".to_owned(),
    };
    let total = match aggregate {
        Aggregate::Count => "CAST(0 AS DOUBLE)",
        Aggregate::Max => "max(x)",
        Aggregate::Distinct => "CAST(count(DISTINCT x) AS DOUBLE)",
        _ => "sum(x)",
    };
    Ok(format!(
        "SELECT g, min(t) AS first, max(t) AS last, count(*) AS n, {total} AS x \
         FROM (SELECT {by} AS g, {time} AS t, {value} AS x FROM {from}) AS rows \
         WHERE x IS NOT NULL{range} GROUP BY g, time_bucket(t, {bucket})",
        time = source.time(),
        value = value(source, params)?,
        from = source.from(),
        range = range(params),
        bucket = literal(&bucket.to_string()),
    ))
}

/// What is measured of a row; NULL where it is left out.
fn value(source: &Source, params: &SeriesParams) -> Result<String, Error> {
    match &params.value {
        SeriesValue::Column(column) => number(source, column),
        SeriesValue::Distinct(column) => text(source, column),
        SeriesValue::Count | SeriesValue::FirstNumber => Ok("CAST(0 AS DOUBLE)".to_owned()),
    }
}

fn text(source: &Source, column: &str) -> Result<String, Error> {
    source.need(column)?;
    Ok(format!("CAST({} AS VARCHAR)", quoted(column)))
}

/// A number; a blank and NaN are missing.
fn number(source: &Source, column: &str) -> Result<String, Error> {
    let is_text = matches!(
        source.need(column)?,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..)
    );
    let number = if is_text {
        format!("CAST(NULLIF(trim({}), '') AS DOUBLE)", text(source, column)?)
    } else {
        format!("CAST({} AS DOUBLE)", quoted(column))
    };
    Ok(format!("CASE WHEN isnan({number}) THEN NULL ELSE {number} END"))
}

/// Only rows of a span; those without a time are counted all the same.
fn range(params: &SeriesParams) -> String {
    let part = |is: &str, time: Option<Timestamp>| {
        let time = time.map(|time| literal(&time.to_string()));
        time.map(|time| format!(" AND (t IS NULL OR t {is} CAST({time} AS TIMESTAMP))"))
    };
    [part(">=", params.since), part("<", params.until)].into_iter().flatten().collect()
}

/// The buckets that the engine gave.
struct Counted {
    builder: SeriesBuilder,
    n_without_time: u64,
}

impl Counted {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let [groups, first, last, counts, values] = batch.columns() else {
            let reason = format!("the engine gave {} columns for five", batch.num_columns());
            return Err(Error::Job { reason });
        };
        let groups = Texts::new(groups)?;
        let (first, last) = (Times::new(NAME, first)?, Times::new(NAME, last)?);
        let counts = counts.as_primitive::<Int64Type>();
        let values = values.as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            let n_events = u64::try_from(counts.value(row)).unwrap_or_default();
            let Some((first, last)) = first.get(row)?.zip(last.get(row)?) else {
                self.n_without_time = self.n_without_time.saturating_add(n_events);
                continue;
            };
            let totals = Totals { first, last, n_events, value: values.value(row) };
            let added = self.builder.add_totals(groups.get(row), &totals);
            added.map_err(failed)?;
        }
        Ok(())
    }
}
