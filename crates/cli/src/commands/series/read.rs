//! Rows to time series: each row a point, or rows joined in buckets.

use std::collections::HashMap;

use oddsift::features::FeatureOptions;
use oddsift::records::{Batch, Reader, Record, Row};
use oddsift::timeseries::{Aggregate, Error, Fill, Series, SeriesBuilder};
use oddsift::timespan::{Period, Timestamp};

use super::is_of_group;
use crate::args::{Agg, Compat, SeriesArgs};
use crate::commands::own_name;
use crate::failure::Failure;
use crate::feed::{Batches, Feed};
use crate::input::{Input, threads, warn};
use crate::rows::{RowPlan, RowRoom, Taken};
use crate::times::need_time_column;

/// What is to be read.
pub(super) struct Read<'a> {
    args: &'a SeriesArgs,
    feed: Feed,
    rows: RowPlan,
    time: Column,
    /// None where rows are counted.
    value: Option<Column>,
    by: Option<Column>,
    buckets: Option<(Period, Aggregate)>,
    fill: Fill,
}

#[derive(Debug, Clone)]
struct Column {
    place: usize,
    name: String,
}

/// The series, and what is needed to say what is wrong with one.
pub(super) struct Given {
    pub(super) series: Vec<Series>,
    /// Why groups of which no series could be made were left out.
    pub(super) left_out: Vec<Failure>,
    /// Whether times name their zone.
    pub(super) is_zoned: bool,
    name: String,
}

/// The names of the columns that are printed first.
pub(super) struct Columns {
    pub(super) by: Option<String>,
    pub(super) time: String,
    pub(super) value: String,
}

impl<'a> Read<'a> {
    pub(super) fn plan(input: Input, args: &'a SeriesArgs) -> Result<Self, Failure> {
        input.need_rows()?;
        let named = |flag: &str, name: &String| {
            let place = input.column(flag, name)?;
            Ok::<_, Failure>(Column { place, name: name.clone() })
        };
        let time = need_time_column(&input, args.time_column.as_deref())?;
        let time =
            Column { place: time, name: input.columns.get(time).cloned().unwrap_or_default() };
        let by = args.by.as_ref().map(|name| named("--by", name)).transpose()?;
        let value = match (&args.distinct, &args.value_column) {
            _ if args.count => None,
            (Some(name), _) => Some(named("--distinct", name)?),
            (None, Some(name)) => Some(named("--value-column", name)?),
            (None, None) => Some(first_numeric(&input, &[Some(&time), by.as_ref()])?),
        };
        let buckets = buckets(args);
        let recipe = match &value {
            Some(column) if args.distinct.is_none() => vec![column.name.clone()],
            _ => Vec::new(),
        };
        let recipe = input.recipe(&recipe, &FeatureOptions::default())?;
        let rows = RowPlan::new(&input, &args.input, recipe);
        let rows = rows.with_time(&input, &args.input, time.place, true)?;
        // A blank is a gap like a missing time: in a bucket it is left out, where a fill says so.
        let fills = args.fill.is_some_and(|fill| fill != Fill::Error);
        let rows = if buckets.is_none() || fills { rows.with_gaps() } else { rows };
        let counts = args.count || args.distinct.is_some();
        let fill = args.fill.unwrap_or(if counts { Fill::Zero } else { Fill::Error });
        let feed = input.into_feed(args.output.quiet);
        Ok(Self { args, feed, rows, time, value, by, buckets, fill })
    }

    pub(super) fn columns(&self) -> Columns {
        let by = self.by.as_ref().map(|column| column.name.clone());
        let mut taken: Vec<String> = by.iter().cloned().collect();
        let time = own_name(&taken, &self.time.name);
        taken.push(time.clone());
        let value = match (&self.value, &self.args.distinct) {
            (None, _) => "count".to_owned(),
            (Some(column), None) => column.name.clone(),
            (Some(column), Some(_)) => format!("Distinct{}", column.name),
        };
        Columns { by, time, value: own_name(&taken, &value) }
    }

    pub(super) fn run(self) -> Result<Given, Failure> {
        match self.buckets {
            Some((bucket, aggregate)) => self.read_buckets(bucket, aggregate),
            None => self.read_points(),
        }
    }

    fn read_buckets(mut self, bucket: Period, aggregate: Aggregate) -> Result<Given, Failure> {
        let empty = SeriesBuilder::new(bucket, aggregate).map_err(Failure::usage)?;
        let state = || (RowRoom::default(), empty.clone());
        let (rows, by, value) = (&self.rows, &self.by.as_ref(), &self.value);
        let add = |builder: &mut SeriesBuilder, row: Row<'_>, time, values: &[f64]| {
            let group = group_of(*by, row);
            match value {
                Some(column) if aggregate == Aggregate::Distinct => {
                    builder.add_text(group, time, row.text(column.place))
                }
                _ => builder.add(group, time, values.first().copied()),
            }
        };
        let threads = threads(&self.args.input);
        let parts = self.feed.for_each(threads, state, |(room, builder), _, batch| {
            take(rows, batch, room, |row, time, values| {
                add(builder, row, time, values).map_err(|error| rows.failure(row, &error))
            })
        })?;
        let (rooms, builders): (Vec<RowRoom>, Vec<SeriesBuilder>) = parts.into_iter().unzip();
        let mut whole = empty;
        for builder in builders {
            whole.merge(builder).map_err(Failure::data)?;
        }
        let (reader, is_zoned) = finish(self.args, self.feed, &self.rows, &rooms)?;
        let name = reader.name().to_owned();
        let failed = |error| bucket_failure(&name, &error);
        let series = whole.finish(self.fill).map_err(failed)?;
        if series.is_empty() {
            return Err(nothing_left(&name));
        }
        Ok(Given { series, left_out: Vec::new(), is_zoned, name })
    }

    fn read_points(mut self) -> Result<Given, Failure> {
        let state = || (RowRoom::default(), Points::default());
        let (rows, by) = (&self.rows, &self.by.as_ref());
        let threads = threads(&self.args.input);
        let parts = self.feed.for_each(threads, state, |(room, points), _, batch| {
            take(rows, batch, room, |row, time, values| {
                let group = group_of(*by, row);
                let value = values.first().copied().unwrap_or(f64::NAN);
                points.of(group).push(Point { row: row.row(), line: row.line(), time, value });
                Ok(())
            })
        })?;
        let (rooms, parts): (Vec<RowRoom>, Vec<Points>) = parts.into_iter().unzip();
        let mut whole = Points::default();
        for part in parts {
            whole.merge(part);
        }
        let (reader, is_zoned) = finish(self.args, self.feed, &self.rows, &rooms)?;
        let name = reader.name().to_owned();
        let compat = self.args.compat == Some(Compat::Msticpy);
        let (mut series, mut left_out) = (Vec::new(), Vec::new());
        for (group, points) in whole.into_groups() {
            let pairs: Vec<_> = points.iter().map(|point| (point.time, point.value)).collect();
            let of_group = if compat {
                Series::as_given(&pairs)
            } else {
                match Series::from_points(&pairs, self.fill) {
                    Ok(series) => series,
                    Err(error) => {
                        let failure = point_failure(&name, group.as_deref(), &points, &error);
                        if self.by.is_none() || !is_of_group(&error) {
                            return Err(failure);
                        }
                        left_out.push(failure);
                        continue;
                    }
                }
            };
            series.push(of_group.with_group(group));
        }
        if series.is_empty() {
            return Err(left_out.pop().unwrap_or_else(|| nothing_left(&name)));
        }
        Ok(Given { series, left_out, is_zoned, name })
    }
}

impl Given {
    /// What is wrong with the series of a group.
    pub(super) fn failure(&self, group: Option<&str>, error: &Error) -> Failure {
        Failure::data(self.line(group, &with_flags(error)))
    }

    /// A line about the series of a group.
    pub(super) fn line(&self, group: Option<&str>, what: &str) -> String {
        format!("{}: {}{what}", self.name, of_group(group))
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
    groups: Vec<(Option<String>, Vec<Point>)>,
    /// Where the groups with a name are.
    places: HashMap<String, usize>,
    ungrouped: Option<usize>,
}

impl Points {
    fn of(&mut self, group: Option<&str>) -> &mut Vec<Point> {
        let known = match group {
            None => self.ungrouped,
            Some(group) => self.places.get(group).copied(),
        };
        let place = known.unwrap_or(self.groups.len());
        if known.is_none() {
            self.groups.push((group.map(str::to_owned), Vec::new()));
            match group {
                None => self.ungrouped = Some(place),
                Some(group) => _ = self.places.insert(group.to_owned(), place),
            }
        }
        &mut self.groups[place].1
    }

    fn merge(&mut self, other: Self) {
        for (group, mut points) in other.groups {
            self.of(group.as_deref()).append(&mut points);
        }
    }

    /// The points of each group as they stood in the file, groups by name.
    fn into_groups(mut self) -> Vec<(Option<String>, Vec<Point>)> {
        self.groups.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (_, points) in &mut self.groups {
            points.sort_unstable_by_key(|point| point.row);
        }
        self.groups
    }
}

/// Calls `add` with the time and values of each row that is not left out.
fn take<'b>(
    rows: &RowPlan,
    batch: &'b Batch,
    room: &mut RowRoom,
    mut add: impl FnMut(Row<'b>, Timestamp, &[f64]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for row in batch {
        match rows.take(row, room)? {
            Taken::Row { time: Some(time), .. } => add(row, time, &room.values)?,
            Taken::Row { time: None, .. } => {
                room.skipped.note(row.line(), None, "a row without a time is no point");
            }
            Taken::Skipped => {}
        }
    }
    Ok(())
}

/// Ends the reading and tells what was left out; gives whether times name their zone.
fn finish(
    args: &SeriesArgs,
    feed: Feed,
    rows: &RowPlan,
    rooms: &[RowRoom],
) -> Result<(Reader, bool), Failure> {
    let room = RowRoom::merged(rooms);
    rows.need_one_kind_of_time(&room)?;
    let reader = feed.finish();
    warn(&args.output, &reader, &room.skipped);
    let is_zoned = rows.is_zoned() || room.first_zones[1].is_some();
    Ok((reader, is_zoned))
}

/// The group of a row; a blank is none.
fn group_of<'b>(by: Option<&Column>, row: Row<'b>) -> Option<&'b str> {
    row.text(by?.place).filter(|group| !group.is_empty())
}

/// How rows are joined; none where each is a point.
fn buckets(args: &SeriesArgs) -> Option<(Period, Aggregate)> {
    let aggregate = match args.agg {
        _ if args.count => Aggregate::Count,
        _ if args.distinct.is_some() => Aggregate::Distinct,
        Some(Agg::Sum) => Aggregate::Sum,
        Some(Agg::Mean) => Aggregate::Mean,
        Some(Agg::Max) => Aggregate::Max,
        None => args.bucket.map(|_| Aggregate::Sum)?,
    };
    Some((args.bucket.unwrap_or(Period::HOUR), aggregate))
}

/// The first column of numbers that has no other part to play.
fn first_numeric(input: &Input, taken: &[Option<&Column>]) -> Result<Column, Failure> {
    let is_taken = |name: &String| taken.iter().flatten().any(|column| column.name == *name);
    let name =
        input.numeric_columns().into_iter().find(|name| !is_taken(name)).ok_or_else(|| {
            let what = "no column of numbers; name one by --value-column, or count rows by --count";
            Failure::data(format!("{}:1: {what}; columns: {}", input.name, input.column_list()))
        })?;
    Ok(Column { place: input.column("--value-column", &name)?, name })
}

fn nothing_left(name: &str) -> Failure {
    Failure::data(format!("{name}: all data rows were skipped; there are none left"))
}

/// What is wrong with points, at the line of the first one that is.
fn point_failure(name: &str, group: Option<&str>, points: &[Point], error: &Error) -> Failure {
    let index = match error {
        Error::Duplicate { second, .. } => Some(*second),
        Error::Gap { index, .. }
        | Error::MissingValue { index, .. }
        | Error::Infinite { index, .. }
        | Error::OffGrid { index, .. } => Some(*index),
        _ => None,
    };
    let line = index.and_then(|index| points.get(index)).map(|point| point.line);
    let place = line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
    Failure::data(format!("{place}: {}{}", of_group(group), with_flags(error)))
}

fn bucket_failure(name: &str, error: &Error) -> Failure {
    let group = match error {
        Error::Group { group, .. } => of_group(Some(group)),
        _ => String::new(),
    };
    Failure::data(format!("{name}: {group}{}", with_flags(error)))
}

fn of_group(group: Option<&str>) -> String {
    group.map_or_else(String::new, |group| {
        let shown: String = group.chars().take(60).collect();
        format!("group {shown:?}: ")
    })
}

/// The message, with the flags that mend it.
fn with_flags(error: &Error) -> String {
    let error = match error {
        Error::Group { source, .. } => source,
        error => error,
    };
    let flags = match error {
        Error::Gap { .. } | Error::MissingValue { .. } => " (--fill zero, missing or linear)",
        Error::Duplicate { .. } | Error::OffGrid { .. } => {
            " (--agg sum, mean or max with --bucket)"
        }
        Error::NoStep { .. } => " (two whole periods are needed, see --period)",
        Error::TooShort { .. } | Error::NotWhole { .. } => " (--period)",
        Error::TooManyPoints { .. } => " (--bucket)",
        _ => "",
    };
    format!("{error}{flags}")
}
