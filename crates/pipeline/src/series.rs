use std::{collections::HashMap, ops::ControlFlow};

use oddsift_features::FeatureOptions;
use oddsift_ground::Progress;
use oddsift_records::{Batch, Record, Row};
use oddsift_timeseries::{
    Aggregate, Anomalies, Changes, Fill, Frequency, Gathered, Series, SeriesBuilder, TsParams,
};
use oddsift_timespan::{Period, Timestamp};

use crate::error::{Lacking, ParameterFault, Place, RowFault, excerpt};
use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::names::own_name;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Parameter, ReadSummary};

const BY: Parameter = Parameter("by");
const DISTINCT: Parameter = Parameter("distinct");
const VALUE_COLUMN: Parameter = Parameter("value_column");
const BUCKET: Parameter = Parameter("bucket");

/// How the rows of an input become time series, and how those are taken apart.
///
/// ```
/// use oddsift_pipeline::SeriesParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
/// let found = SeriesParams::new().fit(path)?;
/// assert_eq!(found.n_flagged(), 8);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SeriesParams {
    /// The column of times; the first known one by default.
    pub time_column: Option<String>,
    /// What is measured.
    pub value: SeriesValue,
    /// How the values in a bucket are joined; with none, and without a bucket, each row is a point.
    pub aggregate: Option<Aggregate>,
    /// The length of a bucket; an hour where rows are counted or joined and none is given.
    pub bucket: Option<Period>,
    /// The column of which each value has a series of its own.
    pub by: Option<String>,
    /// What becomes of a time or value that is missing; by default it stays missing, and is zero where
    /// rows, distinct values or sums are counted.
    pub fill: Option<Fill>,
    /// Whether rows must be a series as they are: points at equal distances, none of them missing,
    /// doubled or far from the rest, and every bucket taken as it is. A gap is an error then unless a
    /// fill is given or rows or distinct values are counted.
    pub strict: bool,
    /// Only rows at this time or later.
    pub since: Option<Timestamp>,
    /// Only rows before this time.
    pub until: Option<Timestamp>,
    /// Whether points are taken as they stand, neither sorted nor checked, as msticpy does.
    pub as_given: bool,
    /// How a series is taken apart, and which remainders are anomalies.
    pub anomalies: TsParams,
}

/// What a series measures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SeriesValue {
    /// The first column of numbers that has no other part to play.
    #[default]
    FirstNumber,
    /// The numbers of a column.
    Column(String),
    /// The number of rows in each bucket.
    Count,
    /// The number of distinct values of a column in each bucket.
    Distinct(String),
}

/// Series of an input, taken apart.
#[derive(Debug)]
#[non_exhaustive]
pub struct SeriesFit {
    /// The series, in the order of their groups.
    pub series: Vec<Anomalies>,
    /// The groups that are too short and the like.
    pub left_out: LeftOut,
    /// What was changed to make series of the rows.
    pub changes: Changes,
    /// The names of the columns of group, time and value.
    pub columns: SeriesColumns,
    /// Whether the times of the input name their zone.
    pub is_zoned: bool,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The parameters that were taken.
    pub params: SeriesParams,
}

/// Groups that were left out.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct LeftOut {
    /// How many there are.
    pub n_groups: u64,
    /// Why the first one was.
    pub first: Option<Error>,
}

impl LeftOut {
    fn add(&mut self, error: Error) {
        self.n_groups += 1;
        self.first.get_or_insert(error);
    }
}

/// The names of the columns of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SeriesColumns {
    /// That of the groups.
    pub by: Option<String>,
    /// That of the times.
    pub time: String,
    /// That of the values.
    pub value: String,
}

#[derive(Debug, Clone)]
struct Column {
    place: usize,
    name: String,
}

/// The series before they are taken apart.
struct Given {
    series: Vec<Series>,
    left_out: LeftOut,
    changes: Changes,
    columns: SeriesColumns,
    is_zoned: bool,
    read: ReadSummary,
}

impl SeriesParams {
    /// The first column of numbers, a point a row; a season of 24 points; z-scores above 3.
    ///
    /// ```
    /// use oddsift_pipeline::{SeriesParams, SeriesValue};
    ///
    /// let mut params = SeriesParams::new();
    /// params.value = SeriesValue::Count;
    /// params.bucket = Some("10min".parse()?);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads series from an input and takes each apart.
    ///
    /// Memory grows with the points or, where rows are joined, with the buckets that have some.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, a column that it lacks, a row that is bad or misses a value
    /// unless such are skipped or filled, parameters out of range, or where no series is left.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let found = oddsift_pipeline::SeriesParams::new().fit(path)?;
    /// assert_eq!(found.columns.value, "TotalBytesSent");
    /// assert_eq!(found.series[0].values().len(), 840);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn fit(&self, input: impl Into<Input>) -> Result<SeriesFit, Error> {
        let input = &input.into();
        with_threads(input.n_threads(), || {
            let head = Head::open_plain(input, &self.wanted())?;
            let given = Reading::plan(self, head, input)?.run()?;
            self.fit_all(given, &|progress| input.tell(progress))
        })
    }

    /// Takes series apart whose rows were put in buckets elsewhere, by an engine. `name` is where messages
    /// say that they come from, `time` the name of the column of times. The result does not tell what was
    /// read.
    ///
    /// Buckets of the same rows give the same series as [`fit`](Self::fit); `time_column`, `since` and
    /// `until` are for whoever reads the rows.
    ///
    /// # Errors
    ///
    /// Where no bucket has rows or no series is left, and for parameters out of range.
    ///
    /// ```
    /// use oddsift_pipeline::{Aggregate, SeriesBuilder, SeriesParams, SeriesValue};
    ///
    /// let mut params = SeriesParams::new();
    /// params.value = SeriesValue::Count;
    /// let (bucket, aggregate) = params.buckets().unwrap();
    /// assert_eq!(aggregate, Aggregate::Count);
    /// let nothing = SeriesBuilder::new(bucket, aggregate).unwrap();
    /// assert!(params.fit_buckets("logons", "time", nothing).is_err());
    /// ```
    pub fn fit_buckets(
        &self,
        name: &str,
        time: &str,
        buckets: SeriesBuilder,
    ) -> Result<SeriesFit, Error> {
        let value = match &self.value {
            SeriesValue::Column(name) | SeriesValue::Distinct(name) => Some(name.as_str()),
            SeriesValue::Count | SeriesValue::FirstNumber => None,
        };
        let columns = self.columns(time, value);
        let given = self.given(buckets, columns, true, ReadSummary::unread(name))?;
        self.fit_all(given, &|_| ControlFlow::Continue(()))
    }

    /// The names of the columns of a series.
    fn columns(&self, time: &str, value: Option<&str>) -> SeriesColumns {
        let mut taken: Vec<String> = self.by.iter().cloned().collect();
        let time = own_name(&taken, time);
        taken.push(time.clone());
        let value = match (value, &self.value) {
            (None, _) => "count".to_owned(),
            (Some(name), SeriesValue::Distinct(_)) => format!("Distinct{name}"),
            (Some(name), _) => name.to_owned(),
        };
        SeriesColumns { by: self.by.clone(), value: own_name(&taken, &value), time }
    }

    /// Makes series of buckets.
    fn given(
        &self,
        buckets: SeriesBuilder,
        columns: SeriesColumns,
        is_zoned: bool,
        read: ReadSummary,
    ) -> Result<Given, Error> {
        let failed = |error| group_error(Place::of(&read.name), None, error);
        let fill = self.fill_of_gaps();
        let found = if self.gathers() {
            buckets.gather(fill).map_err(failed)?
        } else {
            let mut found = Gathered::default();
            found.series = buckets.finish(fill).map_err(failed)?;
            found
        };
        let Gathered { series, changes, n_left_out, first_left_out, .. } = found;
        let left_out = LeftOut { n_groups: n_left_out, first: first_left_out.map(failed) };
        if series.is_empty() && n_left_out == 0 {
            return Err(nothing_left(&read, self));
        }
        Ok(Given { series, left_out, changes, columns, is_zoned, read })
    }

    /// What becomes of gaps where nothing is said of them.
    fn fill_of_gaps(&self) -> Fill {
        self.fill.unwrap_or(match self.buckets() {
            Some((_, Aggregate::Count | Aggregate::Distinct)) => Fill::Zero,
            _ if !self.gathers() => Fill::Error,
            Some((_, Aggregate::Sum)) => Fill::Zero,
            _ => Fill::Missing,
        })
    }

    /// Takes every series apart. Of many groups, those that are too short and the like are left out.
    fn fit_all(
        &self,
        given: Given,
        tell: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<SeriesFit, Error> {
        let Given { series: all, mut left_out, changes, columns, is_zoned, read } = given;
        // A single series is a moment's work.
        let tell = |progress| match all.len() {
            1 => ControlFlow::Continue(()),
            _ => tell(progress),
        };
        let results = self.anomalies.fit_groups_with(&all, &tell);
        let mut series = Vec::new();
        for (of_group, result) in all.iter().zip(results) {
            match result {
                Ok(anomalies) => series.push(anomalies),
                Err(oddsift_timeseries::Error::Cancelled) => return Err(Error::Cancelled),
                Err(error) => {
                    let is_of_group = self.by.is_some() && is_of_group(&error);
                    let error = group_error(Place::of(&read.name), of_group.group(), error);
                    if !is_of_group {
                        return Err(error);
                    }
                    left_out.add(error);
                }
            }
        }
        match left_out.first.take_if(|_| series.is_empty() && self.strict) {
            Some(error) => Err(error),
            None => Ok(SeriesFit {
                series,
                left_out,
                changes,
                columns,
                is_zoned,
                read,
                params: self.clone(),
            }),
        }
    }

    fn is_in(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Whether rows are put in order where they are no series as they stand.
    fn gathers(&self) -> bool {
        !self.strict && !self.as_given
    }
}

impl SeriesFit {
    /// Returns the number of points that are flagged.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// assert_eq!(oddsift_pipeline::SeriesParams::new().fit(path)?.n_flagged(), 8);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_flagged(&self) -> usize {
        self.series.iter().flat_map(Anomalies::anomalies).filter(|flag| **flag != 0).count()
    }
}

/// A point of a series, with what was made of it. What is undefined is NaN.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct SeriesPoint<'f> {
    /// The group of its series.
    pub group: Option<&'f str>,
    /// Its time.
    pub time: Timestamp,
    /// Its value.
    pub value: f64,
    /// What season and trend leave.
    pub residual: f64,
    /// The trend.
    pub trend: f64,
    /// The season.
    pub seasonal: f64,
    /// How much it counted in a robust decomposition.
    pub weight: f64,
    /// What was expected: trend and season.
    pub baseline: f64,
    /// How unusual the residual is.
    pub score: f64,
    /// 1 for a spike, -1 for a dip, 0 for neither.
    pub flag: i8,
    /// The number of its episode in the series, from 1; 0 for none.
    pub episode: u32,
    /// How often other points at the same place of the season were as far out; none where it is not
    /// flagged.
    pub frequency: Option<Frequency>,
    /// The step of the series, where it is known.
    pub step: Option<Period>,
}

/// Series in which the season takes in every value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FewCycles {
    /// The input and the group of the first one, before a message.
    pub place: String,
    /// Its number of points.
    pub n_points: usize,
    /// Its longest period.
    pub period: usize,
    /// The number of further such series.
    pub n_more: usize,
}

impl SeriesFit {
    /// Returns every point of every series.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let found = oddsift_pipeline::SeriesParams::new().fit(path)?;
    /// assert_eq!(found.points().filter(|point| point.flag != 0).count(), 8);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn points(&self) -> impl Iterator<Item = SeriesPoint<'_>> {
        self.series.iter().flat_map(|series| (0..series.values().len()).map(|at| point(series, at)))
    }

    /// Returns where the season takes in every value, so that none can be an anomaly: through the two
    /// points that an hour has in two days a line always goes.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// assert_eq!(oddsift_pipeline::SeriesParams::new().fit(path)?.few_cycles(), None);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn few_cycles(&self) -> Option<FewCycles> {
        let longest = |it: &Anomalies| it.periods().iter().copied().max().unwrap_or_default();
        let is_taken_in = |it: &&Anomalies| {
            it.values().len() <= 2 * longest(it)
                && it.score().iter().all(|score| *score == 0.0 || score.is_nan())
                && it.values().windows(2).any(|pair| pair.first() != pair.last())
        };
        let mut series = self.series.iter().filter(is_taken_in);
        let first = series.next()?;
        Some(FewCycles {
            place: place_of(&self.read.name, first.group()),
            n_points: first.values().len(),
            period: longest(first),
            n_more: series.count(),
        })
    }
}

fn place_of(name: &str, group: Option<&str>) -> String {
    match group {
        None => format!("{name}: "),
        Some(group) => format!("{name}: group {:?}: ", excerpt(group)),
    }
}

fn point(series: &Anomalies, at: usize) -> SeriesPoint<'_> {
    let flag = series.anomalies().get(at).copied().unwrap_or_default();
    let step = series.times().first_chunk().map(|[a, b]| Period::from(a.duration_until(*b)));
    let part = |part: &[f64]| part.get(at).copied().unwrap_or(f64::NAN);
    SeriesPoint {
        group: series.group(),
        time: series.times().get(at).copied().unwrap_or(Timestamp::UNIX_EPOCH),
        value: part(series.values()),
        residual: part(series.residual()),
        trend: part(series.trend()),
        seasonal: part(series.seasonal()),
        weight: part(series.weights()),
        baseline: part(series.baseline()),
        score: part(series.score()),
        flag,
        episode: series.episode().get(at).copied().unwrap_or_default(),
        frequency: (flag != 0).then(|| series.frequency(at)),
        step,
    }
}

/// What is to be read.
struct Reading<'a> {
    params: &'a SeriesParams,
    feed: Feed<'a>,
    rows: RowPlan,
    time: Column,
    /// None where rows are counted.
    value: Option<Column>,
    by: Option<Column>,
    buckets: Option<(Period, Aggregate)>,
}

impl<'a> Reading<'a> {
    fn plan(params: &'a SeriesParams, head: Head, input: &'a Input) -> Result<Self, Error> {
        head.need_rows()?;
        let layout = &head.layout;
        let named = |parameter: Parameter, name: &String| {
            let place = layout.column(parameter, name)?;
            Ok::<_, Error>(Column { place, name: name.clone() })
        };
        let mut times = TimeColumns::need(layout, params.time_column.as_deref())?;
        times.name_first();
        let place = times.first();
        let name = layout.columns.get(place).cloned().unwrap_or_default();
        let time = Column { place, name };
        let by = params.by.as_ref().map(|name| named(BY, name)).transpose()?;
        let value = match &params.value {
            SeriesValue::Count => None,
            SeriesValue::Distinct(name) => Some(named(DISTINCT, name)?),
            SeriesValue::Column(name) => Some(named(VALUE_COLUMN, name)?),
            SeriesValue::FirstNumber => Some(first_numeric(&head, &[Some(&time), by.as_ref()])?),
        };
        let buckets = params.buckets();
        let is_distinct = matches!(params.value, SeriesValue::Distinct(_));
        let recipe = match &value {
            Some(column) if !is_distinct => vec![column.name.clone()],
            _ => Vec::new(),
        };
        let recipe = layout.recipe(&recipe, &FeatureOptions::default())?;
        let rows = RowPlan::new(&head, input, recipe);
        let rows = rows.with_time(&head, input, &times)?;
        // A blank is a gap like a missing time: in a bucket it is left out, where a fill says so.
        let fills = params.fill.is_some_and(|fill| fill != Fill::Error);
        let has_gaps = buckets.is_none() || fills || params.gathers();
        let rows = if has_gaps { rows.with_gaps() } else { rows };
        let feed = Feed::new(head, input);
        Ok(Self { params, feed, rows, time, value, by, buckets })
    }

    fn columns(&self) -> SeriesColumns {
        let value = self.value.as_ref().map(|column| column.name.as_str());
        self.params.columns(&self.time.name, value)
    }

    fn run(self) -> Result<Given, Error> {
        match self.buckets {
            Some((bucket, aggregate)) => self.read_buckets(bucket, aggregate),
            None => self.read_points(),
        }
    }

    fn read_buckets(mut self, bucket: Period, aggregate: Aggregate) -> Result<Given, Error> {
        let empty = SeriesBuilder::new(bucket, aggregate).map_err(|error| Error::Parameter {
            parameter: BUCKET,
            what: Box::new(ParameterFault::Series(error)),
        })?;
        let state = || (RowRoom::default(), empty.clone());
        let (rows, by, value) = (&self.rows, &self.by.as_ref(), &self.value);
        let params = self.params;
        let add = |builder: &mut SeriesBuilder, row: Row<'_>, time, values: &[f64]| {
            if !params.is_in(time) {
                return Ok(());
            }
            let group = group_of(*by, row);
            match value {
                Some(column) if aggregate == Aggregate::Distinct => {
                    let text = row.to_text(column.place);
                    builder.add_text(group.as_deref(), time, text.as_deref())
                }
                _ => builder.add(group.as_deref(), time, values.first().copied()),
            }
        };
        let parts = self.feed.for_each(state, |(room, builder), _, batch| {
            take(rows, batch, room, |row, time, room| {
                let added = add(builder, row, time, &room.values);
                added.map_err(|error| rows.row_error(row, RowFault::Series(error), room))
            })
        })?;
        let (rooms, builders): (Vec<RowRoom>, Vec<SeriesBuilder>) = parts.into_iter().unzip();
        let columns = self.columns();
        let (read, is_zoned) = finish(self.feed, &self.rows, &rooms)?;
        let failed = |error| group_error(Place::of(&read.name), None, error);
        let mut builders = builders.into_iter();
        let mut whole = builders.next().unwrap_or(empty);
        for builder in builders {
            whole.merge(builder).map_err(failed)?;
        }
        params.given(whole, columns, is_zoned, read)
    }

    fn read_points(mut self) -> Result<Given, Error> {
        let state = || (RowRoom::default(), Points::default());
        let (rows, by, params) = (&self.rows, &self.by.as_ref(), self.params);
        let parts = self.feed.for_each(state, |(room, points), _, batch| {
            take(rows, batch, room, |row, time, room| {
                if !params.is_in(time) {
                    return Ok(());
                }
                let group = group_of(*by, row);
                let value = room.values.first().copied().unwrap_or(f64::NAN);
                let point = Point { row: row.row(), line: row.line(), time, value };
                points.add(group.as_deref(), point);
                Ok(())
            })
        })?;
        let (rooms, parts): (Vec<RowRoom>, Vec<Points>) = parts.into_iter().unzip();
        let mut parts = parts.into_iter();
        let mut whole = parts.next().unwrap_or_default();
        for part in parts {
            whole.merge(part);
        }
        let columns = self.columns();
        let (read, is_zoned) = finish(self.feed, &self.rows, &rooms)?;
        let (mut series, mut left_out) = (Vec::new(), LeftOut::default());
        let mut changes = Vec::new();
        for (group, points) in whole.into_groups() {
            let pairs: Vec<_> = points.iter().map(|point| (point.time, point.value)).collect();
            match series_of(&pairs, params) {
                Ok((of_group, made)) => {
                    series.push(of_group.with_group(group));
                    changes.push(made);
                }
                Err(error) => {
                    let is_of_group = self.by.is_some() && is_of_group(&error);
                    let error = point_error(&read.name, group.as_deref(), &points, error);
                    if !is_of_group {
                        return Err(error);
                    }
                    left_out.add(error);
                }
            }
        }
        if series.is_empty() && (params.strict || left_out.n_groups == 0) {
            return Err(left_out.first.unwrap_or_else(|| nothing_left(&read, params)));
        }
        let changes = changes.into_iter().sum();
        Ok(Given { series, left_out, changes, columns, is_zoned, read })
    }
}

impl SeriesParams {
    /// The columns that parameters name.
    fn wanted(&self) -> Vec<String> {
        let value = match &self.value {
            SeriesValue::Column(name) | SeriesValue::Distinct(name) => Some(name),
            SeriesValue::Count | SeriesValue::FirstNumber => None,
        };
        [self.time_column.as_ref(), self.by.as_ref(), value]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// Returns the length of the buckets in which rows are joined and how; `None` where each row is a point.
    ///
    /// ```
    /// use oddsift_pipeline::{Aggregate, Period, SeriesParams, SeriesValue};
    ///
    /// let mut params = SeriesParams::new();
    /// assert_eq!(params.buckets(), None);
    /// params.value = SeriesValue::Count;
    /// assert_eq!(params.buckets(), Some((Period::HOUR, Aggregate::Count)));
    /// ```
    #[must_use]
    pub fn buckets(&self) -> Option<(Period, Aggregate)> {
        let aggregate = match (&self.value, self.aggregate) {
            (SeriesValue::Count, _) => Aggregate::Count,
            (SeriesValue::Distinct(_), _) => Aggregate::Distinct,
            (_, Some(aggregate)) => aggregate,
            (_, None) => self.bucket.map(|_| Aggregate::Sum)?,
        };
        Some((self.bucket.unwrap_or(Period::HOUR), aggregate))
    }
}

/// A row of the file as a point.
#[derive(Debug, Clone, Copy)]
struct Point {
    row: u64,
    line: u64,
    time: Timestamp,
    value: f64,
}

/// Points by group, in any order.
#[derive(Debug, Default)]
struct Points {
    named: HashMap<String, Vec<Point>>,
    ungrouped: Vec<Point>,
}

impl Points {
    fn add(&mut self, group: Option<&str>, point: Point) {
        let Some(group) = group else { return self.ungrouped.push(point) };
        match self.named.get_mut(group) {
            Some(points) => {
                // Of many groups each has a point or two.
                if points.len() == points.capacity() && points.len() < 4 {
                    points.reserve_exact(1);
                }
                points.push(point);
            }
            None => _ = self.named.insert(group.to_owned(), vec![point]),
        }
    }

    fn merge(&mut self, mut other: Self) {
        self.ungrouped.append(&mut other.ungrouped);
        for (group, mut points) in other.named {
            match self.named.get_mut(&group) {
                Some(own) => {
                    own.reserve_exact(points.len());
                    own.append(&mut points);
                }
                None => _ = self.named.insert(group, points),
            }
        }
    }

    /// The points of each group as they stood in the file, groups by name.
    fn into_groups(self) -> Vec<(Option<String>, Vec<Point>)> {
        let named = self.named.into_iter().map(|(group, points)| (Some(group), points));
        let ungrouped = Some((None, self.ungrouped)).filter(|(_, points)| !points.is_empty());
        let mut groups: Vec<_> = ungrouped.into_iter().chain(named).collect();
        groups.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (_, points) in &mut groups {
            points.sort_unstable_by_key(|point| point.row);
        }
        groups
    }
}

/// Calls `add` with each row that is not left out, its time and the room that has its values.
fn take<'b>(
    rows: &RowPlan,
    batch: &'b Batch,
    room: &mut RowRoom,
    mut add: impl FnMut(Row<'b>, Timestamp, &RowRoom) -> Result<(), Error>,
) -> Result<(), Error> {
    rows.follow(batch, room)?;
    for row in batch {
        match rows.take(row, room)? {
            Taken::Row { time: Some(time), .. } => add(row, time, room)?,
            Taken::Row { time: None, .. } => {
                room.note_skipped(row.line(), None, "a row without a time is no point");
            }
            Taken::Skipped => {}
        }
    }
    Ok(())
}

/// Ends the reading; gives whether times name their zone, too.
fn finish(feed: Feed<'_>, rows: &RowPlan, rooms: &[RowRoom]) -> Result<(ReadSummary, bool), Error> {
    let room = RowRoom::merged(rooms);
    rows.need_one_kind_of_time(&room)?;
    let is_zoned = rows.is_zoned() || room.first_zones[1].is_some();
    Ok((feed.finish(room), is_zoned))
}

/// The group of a row; a blank is none.
fn group_of<'b>(by: Option<&Column>, row: Row<'b>) -> Option<std::borrow::Cow<'b, str>> {
    row.to_text(by?.place).filter(|group| !group.is_empty())
}

/// The first column of numbers that has no other part to play.
fn first_numeric(head: &Head, taken: &[Option<&Column>]) -> Result<Column, Error> {
    let is_taken = |name: &String| taken.iter().flatten().any(|column| column.name == *name);
    let name = head.numeric_columns().into_iter().find(|name| !is_taken(name));
    let name = name.ok_or_else(|| head.layout.lacks(Lacking::Value))?;
    Ok(Column { place: head.layout.column(VALUE_COLUMN, &name)?, name })
}

/// The series of the points of a group.
fn series_of(
    points: &[(Timestamp, f64)],
    params: &SeriesParams,
) -> Result<(Series, Changes), oddsift_timeseries::Error> {
    // With fewer a group has no usual value.
    const LEAST: usize = 3;
    if params.as_given {
        return Ok((Series::as_given(points), Changes::default()));
    }
    if params.strict {
        return Ok((Series::from_points(points, params.fill_of_gaps())?, Changes::default()));
    }
    if params.by.is_some() && points.len() < LEAST {
        return Err(oddsift_timeseries::Error::FewPoints { needed: LEAST });
    }
    Series::gather(points, params.fill_of_gaps())
}

fn nothing_left(read: &ReadSummary, params: &SeriesParams) -> Error {
    let reason = match (params.since, params.until) {
        (None, None) => String::new(),
        (since, until) => {
            let text = |what, time: Option<Timestamp>| {
                time.map(|time| format!(" {what} {time}")).unwrap_or_default()
            };
            format!("no row has a time{}{}", text("since", since), text("until", until))
        }
    };
    Error::AllSkipped { place: Place::of(&read.name), reason }
}

/// Whether a fault lies in the data of a group, and not in what was asked for.
fn is_of_group(error: &oddsift_timeseries::Error) -> bool {
    use oddsift_timeseries::Error;
    matches!(
        error,
        Error::TooShort { .. }
            | Error::FewPoints { .. }
            | Error::TooManyPoints { .. }
            | Error::NoStep { .. }
            | Error::NoValues { .. }
            | Error::NoPeriod { .. }
            | Error::FewPeriods { .. }
    )
}

/// What is wrong with points, at the line of the first one that is.
fn point_error(
    name: &str,
    group: Option<&str>,
    points: &[Point],
    error: oddsift_timeseries::Error,
) -> Error {
    use oddsift_timeseries::Error as Cause;
    let index = match error {
        Cause::Duplicate { second, .. } => Some(second),
        Cause::Gap { index, .. }
        | Cause::MissingValue { index, .. }
        | Cause::Infinite { index, .. }
        | Cause::OffGrid { index, .. } => Some(index),
        _ => None,
    };
    let line = index.and_then(|index| points.get(index)).map(|point| point.line);
    group_error(Place { line, ..Place::of(name) }, group, error)
}

/// What is wrong with the series of a group.
fn group_error(place: Place, group: Option<&str>, error: oddsift_timeseries::Error) -> Error {
    match error {
        oddsift_timeseries::Error::Group { group, source } => {
            Error::Series { place, group: Some(group), source }
        }
        source => {
            let group = group.map(str::to_owned);
            Error::Series { place, group, source: Box::new(source) }
        }
    }
}
