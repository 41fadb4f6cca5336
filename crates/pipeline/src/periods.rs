use oddsift_features::FeatureOptions;
use oddsift_records::Record;
use oddsift_timeseries::{Signs, extract_anomaly_periods, set_new_anomaly_threshold};
use oddsift_timespan::{
    Bins, Period, TimeSpan, Timestamp, kql_between, kql_filter, spl_filter, sql_filter,
};

use crate::error::{ParameterFault, Place, RowFault};
use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::names::OWN_PREFIX;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Layout, Parameter, ReadSummary};

/// The column of scores that a series is written with.
const SCORE: &str = "score";

const THRESHOLD: Parameter = Parameter("threshold");

/// How the flags of a series that was written are joined to periods of time.
///
/// ```
/// use oddsift_pipeline::{Input, PeriodParams};
/// use oddsift_records::{ReadOptions, Reader};
///
/// let input = Input::rows("found.csv", || {
///     let text = &b"TimeGenerated,anomalies\n2024-05-01T10:00:00Z,1\n2024-05-01T11:00:00Z,0\n"[..];
///     Ok(Box::new(Reader::new("found.csv", text, ReadOptions::new())?))
/// });
/// let found = PeriodParams::new().join(input)?;
/// assert_eq!(found.periods[0].start().to_string(), "2024-05-01T09:00:00Z");
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PeriodParams {
    /// The column of times; the first known one by default.
    pub time_column: Option<String>,
    /// The column that is 1 for a spike, -1 for a dip and 0 for neither; `anomalies` by default.
    pub anomalies_column: String,
    /// Judges by the column `score` and this threshold instead.
    pub threshold: Option<f64>,
    /// The threshold of dips, if it is another.
    pub threshold_low: Option<f64>,
    /// The width of an anomaly; those that are near each other are joined. An hour by default. Days
    /// and weeks begin at midnight of the input's [time zone](Input::time_zone).
    pub merge: Bins,
    /// Whether dips count, too.
    pub signs: Signs,
}

/// Periods of time in which a series was unusual.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Periods {
    /// The periods, in the order of time.
    pub periods: Vec<TimeSpan>,
    /// The name of the column of times.
    pub time_column: String,
    /// Whether its times name their zone.
    pub is_zoned: bool,
    /// What was read and left out.
    pub read: ReadSummary,
}

impl Default for PeriodParams {
    fn default() -> Self {
        Self {
            time_column: None,
            anomalies_column: "anomalies".to_owned(),
            threshold: None,
            threshold_low: None,
            merge: Period::HOUR.into(),
            signs: Signs::Positive,
        }
    }
}

impl PeriodParams {
    /// Spikes of the column `anomalies`, joined by the hour.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::PeriodParams::new().anomalies_column, "anomalies");
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads flags from an input and joins them.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, a column that it lacks, a flag that is none, or parameters
    /// out of range.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let found = oddsift_pipeline::PeriodParams::new().join(path)?;
    /// assert_eq!(found.periods.len(), 3); // the sample has a column `anomalies`
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn join(&self, input: impl Into<Input>) -> Result<Periods, Error> {
        let input = &input.into();
        let flags = with_threads(input.n_threads(), || self.read(input))?;
        let values = match self.threshold {
            None => flags.values,
            Some(threshold) => {
                let flagged =
                    set_new_anomaly_threshold(&flags.values, threshold, self.threshold_low);
                let flagged = flagged.map_err(|error| Error::Parameter {
                    parameter: THRESHOLD,
                    what: Box::new(ParameterFault::Series(error)),
                })?;
                flagged.into_iter().map(f64::from).collect()
            }
        };
        let anomalies: Vec<i8> = values.into_iter().map(sign).collect();
        let failed = |source| Error::Series {
            place: Place::of(&flags.read.name),
            group: None,
            source: Box::new(source),
        };
        let bins = self.merge.clone().time_zone(input.time_zone.as_deref());
        let bins = bins.map_err(|error| failed(error.into()))?;
        let periods = extract_anomaly_periods(&flags.times, &anomalies, &bins, self.signs);
        let periods = periods.map_err(failed)?;
        let Flags { time_column, is_zoned, read, .. } = flags;
        Ok(Periods { periods, time_column, is_zoned, read })
    }

    fn read(&self, input: &Input) -> Result<Flags, Error> {
        let head = Head::open_plain(input, &[])?;
        let layout = &head.layout;
        let mut time = TimeColumns::need(layout, self.time_column.as_deref())?;
        time.name_first();
        let time_column = layout.columns.get(time.first()).cloned().unwrap_or_default();
        let wanted = if self.threshold.is_some() { SCORE } else { &self.anomalies_column };
        let column = written_column(layout, wanted);
        let recipe = layout.recipe(std::slice::from_ref(&column), &FeatureOptions::default())?;
        let rows = RowPlan::new(&head, input, recipe).with_time(&head, input, &time)?;
        // A score that is undefined is an empty cell.
        let rows = if self.threshold.is_some() { rows.with_gaps() } else { rows };
        let mut feed = Feed::new(head, input);
        let state = || (RowRoom::default(), Vec::new());
        let parts = feed.for_each(state, |(room, points), _, batch| {
            rows.follow(batch, room)?;
            for row in batch {
                match rows.take(row, room)? {
                    Taken::Row { time: Some(time), .. } => {
                        let value = room.values.first().copied().unwrap_or(f64::NAN);
                        if self.threshold.is_none() && ![-1.0, 0.0, 1.0].contains(&value) {
                            let column = column.clone();
                            rows.refuse(row, room, RowFault::Flag { column, value })?;
                        } else {
                            points.push((time, value));
                        }
                    }
                    Taken::Row { time: None, .. } => {
                        room.note_skipped(row.line(), None, "a row without a time is no point");
                    }
                    Taken::Skipped => {}
                }
            }
            Ok(())
        })?;
        let (rooms, points): (Vec<RowRoom>, Vec<Vec<(Timestamp, f64)>>) = parts.into_iter().unzip();
        let room = RowRoom::merged(&rooms);
        rows.need_one_kind_of_time(&room)?;
        let is_zoned = rows.is_zoned() || room.first_zones[1].is_some();
        let (times, values) = points.into_iter().flatten().unzip();
        Ok(Flags { times, values, time_column, is_zoned, read: feed.finish(room) })
    }
}

/// A language in which periods are written as a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryLanguage {
    /// Kusto's, of Sentinel and Defender.
    Kql,
    /// Kusto's, in the form that msticpy writes, without the name of the column.
    KqlBetween,
    /// Splunk's.
    Spl,
    /// SQL.
    Sql,
}

/// Where Splunk keeps the time of an event, in seconds.
const SPLUNK_TIME: &str = "_time";

const QUERY_COLUMN: Parameter = Parameter("query_column");

impl Periods {
    /// Returns a filter of the periods on a column of times: by default that of the input, and Splunk's
    /// `_time` in its language.
    ///
    /// # Errors
    ///
    /// For a column that the language cannot name, and for a time out of its reach.
    ///
    /// ```
    /// use oddsift_pipeline::{Input, PeriodParams, QueryLanguage};
    /// # use oddsift_records::{ReadOptions, Reader};
    /// # let input = Input::rows("found.csv", || {
    /// #     let text = &b"Timestamp,anomalies\n2024-05-01T10:00:00Z,1\n"[..];
    /// #     Ok(Box::new(Reader::new("found.csv", text, ReadOptions::new())?))
    /// # });
    /// let found = PeriodParams::new().join(input)?;
    /// let query = found.query(QueryLanguage::Kql, None)?;
    /// assert!(query.starts_with("| where (Timestamp >= datetime(2024-05-01T09:00:00Z)"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn query(&self, language: QueryLanguage, column: Option<&str>) -> Result<String, Error> {
        let usual = if language == QueryLanguage::Spl { SPLUNK_TIME } else { &self.time_column };
        let column = column.unwrap_or(usual);
        let query = match language {
            QueryLanguage::Kql => kql_filter(column, &self.periods),
            QueryLanguage::KqlBetween => kql_between(&self.periods, self.is_zoned),
            QueryLanguage::Spl => spl_filter(column, &self.periods),
            QueryLanguage::Sql => sql_filter(column, &self.periods),
        };
        query.map_err(|error| match error {
            oddsift_timespan::Error::ColumnEmpty
            | oddsift_timespan::Error::ColumnCharacter { .. } => Error::Parameter {
                parameter: QUERY_COLUMN,
                what: Box::new(ParameterFault::Query(error)),
            },
            source => Error::Query { name: self.read.name.clone(), source: Box::new(source) },
        })
    }
}

/// What was read.
struct Flags {
    times: Vec<Timestamp>,
    /// 1, -1 or 0, or scores.
    values: Vec<f64>,
    time_column: String,
    is_zoned: bool,
    read: ReadSummary,
}

/// A flag, which was checked to be one.
fn sign(value: f64) -> i8 {
    i8::from(value > 0.0) - i8::from(value < 0.0)
}

/// The column that a series was written with: under another name where its input had that one.
fn written_column(layout: &Layout, name: &str) -> String {
    let renamed = format!("{OWN_PREFIX}{name}");
    if layout.columns.contains(&renamed) { renamed } else { name.to_owned() }
}
