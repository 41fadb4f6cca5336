//! Events to series, by group, in one pass.

use hashbrown::HashMap;
use oddsift_timespan::{Period, Timestamp};

use crate::{
    Aggregate, Changes, Error, Fill, Series,
    cell::Cell,
    cover::{Cover, Covered},
    error::shown,
    gather::{place, set_apart},
    grid::{Point, limit},
    sorted::Buckets,
    sum::LARGEST,
};

/// With fewer buckets than these a group has no usual value.
const LEAST_POINTS: usize = 3;

/// What [`SeriesBuilder::gather`] makes of events.
///
/// ```
/// use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
///
/// let mut logons = SeriesBuilder::new("1h".parse()?, Aggregate::Count)?;
/// for user in ["alice", "bob"] {
///     logons.add(Some(user), Timestamp::UNIX_EPOCH, None)?;
/// }
/// let found = logons.gather(Fill::Zero)?;
/// assert!(found.series.is_empty() && found.n_left_out == 2);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Gathered {
    /// The series of groups, the one without group first, then by text.
    pub series: Vec<Series>,
    /// What was changed to make them.
    pub changes: Changes,
    /// The number of groups that were left out.
    pub n_left_out: u64,
    /// Why the first one was.
    pub first_left_out: Option<Error>,
}

impl Gathered {
    /// Takes the series of a group, or leaves out one that takes too many points; gives the points.
    fn take(&mut self, group: Option<String>, laid: Result<Series, Error>) -> Result<u64, Error> {
        match laid {
            Ok(series) if series.is_empty() => {
                self.leave_out(Error::FewPoints { needed: LEAST_POINTS });
                Ok(0)
            }
            Ok(series) => {
                let n_points = series.len() as u64;
                self.series.push(series.with_group(group));
                Ok(n_points)
            }
            Err(error @ Error::TooManyPoints { .. }) if group.is_some() => {
                self.leave_out(of_group(group.as_deref(), error));
                Ok(0)
            }
            Err(error) => Err(of_group(group.as_deref(), error)),
        }
    }

    fn leave_out(&mut self, error: Error) {
        self.n_left_out += 1;
        self.first_left_out.get_or_insert(error);
    }
}

/// Events in buckets of time, by group: made in one pass over events in any order.
///
/// A bucket holds its start and not its end, and starts a whole number of buckets from
/// 1970-01-01T00:00:00Z, a Thursday, but buckets of whole weeks start on Mondays, as pandas' weeks do.
/// All are in UTC. Memory follows the buckets that have events, about 100 bytes each, and with
/// [`Aggregate::Distinct`] their distinct texts; never the time between. Adding an event takes
/// `O(log n_buckets)`. Builders of parts of the events, by threads or machines, [`merge`](Self::merge)
/// to what one builder of all makes, in any order.
///
/// ```
/// use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
///
/// let mut logons = SeriesBuilder::new("1h".parse()?, Aggregate::Count)?;
/// for second in [10, 20, 3700, 11_000] {
///     logons.add(Some("alice"), Timestamp::constant(second, 0), None)?;
/// }
/// let series = logons.finish(Fill::Zero)?;
/// assert_eq!(series[0].group(), Some("alice"));
/// assert_eq!(series[0].values(), [2.0, 1.0, 0.0, 1.0]);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SeriesBuilder {
    bucket: Period,
    aggregate: Aggregate,
    ungrouped: Buckets,
    groups: HashMap<String, Buckets>,
    /// What part of each bucket the events of all groups are in.
    cover: Cover,
    /// Distinct texts and their numbers, in the order in which they were met.
    texts: HashMap<String, usize>,
    /// The start of a bucket whose distinct texts were counted elsewhere.
    counted: Option<Timestamp>,
}

impl SeriesBuilder {
    /// A builder without events, for buckets of this length.
    ///
    /// # Errors
    ///
    /// [`Error::Step`] for a bucket that is zero or negative.
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Period, SeriesBuilder};
    /// assert!(SeriesBuilder::new("5min".parse()?, Aggregate::Sum).is_ok());
    /// assert!(SeriesBuilder::new(Period::ZERO, Aggregate::Sum).is_err());
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn new(bucket: Period, aggregate: Aggregate) -> Result<Self, Error> {
        if bucket <= Period::ZERO {
            return Err(Error::Step(bucket));
        }
        let (ungrouped, groups, cover, texts) = Default::default();
        Ok(Self { bucket, aggregate, ungrouped, groups, cover, texts, counted: None })
    }

    /// Takes an event. Without group it belongs to the series of those that have none, which is not
    /// the series of the empty text.
    ///
    /// Where values are summed, averaged or compared, an event whose value is `None` or NaN is left out,
    /// and a bucket without values is a gap. [`Aggregate::Count`] counts events whatever the value.
    ///
    /// # Errors
    ///
    /// [`Error::EventValue`] for an infinity and, unless the largest is kept, for a magnitude beyond
    /// 2^960, of which no sum overflows; [`Error::Kind`] where texts are counted; [`Error::Time`] at
    /// the start of the year 1 for a bucket that begins before it. The event is not taken.
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
    /// let mut bytes = SeriesBuilder::new("1min".parse()?, Aggregate::Sum)?;
    /// bytes.add(None, Timestamp::constant(90, 0), Some(512.0))?;
    /// bytes.add(None, Timestamp::constant(119, 0), Some(0.5))?;
    /// let series = bytes.finish(Fill::Error)?;
    /// assert_eq!((series[0].times()[0].as_second(), series[0].values()[0]), (60, 512.5));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn add(
        &mut self,
        group: Option<&str>,
        time: Timestamp,
        value: Option<f64>,
    ) -> Result<(), Error> {
        let aggregate = self.aggregate;
        if aggregate == Aggregate::Distinct {
            return Err(Error::Kind { aggregate, given: "numbers" });
        }
        if aggregate == Aggregate::Count {
            self.cell(group, time)?.add(0.0);
        } else if let Some(value) = value.filter(|value| !value.is_nan()) {
            check(aggregate, time, value)?;
            self.cell(group, time)?.add(value);
        }
        Ok(())
    }

    /// Takes an event whose texts are counted: [`Aggregate::Distinct`] counts different ones,
    /// [`Aggregate::Count`] all. Distinct leaves out an event without text.
    ///
    /// # Errors
    ///
    /// [`Error::Kind`] where numbers are summed, averaged or compared; [`Error::Counted`] beside
    /// [`add_totals`](Self::add_totals) of distinct texts; [`Error::Time`] as [`add`](Self::add).
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
    /// let mut hosts = SeriesBuilder::new("1h".parse()?, Aggregate::Distinct)?;
    /// for host in ["dc01", "web1", "dc01"] {
    ///     hosts.add_text(None, Timestamp::UNIX_EPOCH, Some(host))?;
    /// }
    /// assert_eq!(hosts.finish(Fill::Error)?[0].values(), [2.0]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn add_text(
        &mut self,
        group: Option<&str>,
        time: Timestamp,
        text: Option<&str>,
    ) -> Result<(), Error> {
        match (self.aggregate, text) {
            (Aggregate::Count, _) => self.add(group, time, None),
            (Aggregate::Distinct, None) => Ok(()),
            (Aggregate::Distinct, Some(text)) => {
                self.check_not_counted()?;
                let id = self.id(text);
                self.cell(group, time)?.add_text(id);
                Ok(())
            }
            (aggregate, _) => Err(Error::Kind { aggregate, given: "texts" }),
        }
    }

    /// Takes the events of another builder. Associative and commutative: series are the same to the
    /// bit in whatever order builders are joined.
    ///
    /// # Errors
    ///
    /// [`Error::Unlike`] if bucket or aggregate differ, [`Error::Counted`] if one has
    /// [`totals`](Self::add_totals) of distinct texts.
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
    /// let mut left = SeriesBuilder::new("1h".parse()?, Aggregate::Max)?;
    /// let mut right = left.clone();
    /// left.add(None, Timestamp::constant(1, 0), Some(7.0))?;
    /// right.add(None, Timestamp::constant(2, 0), Some(9.0))?;
    /// left.merge(right)?;
    /// assert_eq!(left.finish(Fill::Error)?[0].values(), [9.0]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn merge(&mut self, other: Self) -> Result<(), Error> {
        if (self.bucket, self.aggregate) != (other.bucket, other.aggregate) {
            return Err(Error::Unlike {
                left: self.bucket,
                left_aggregate: self.aggregate,
                right: other.bucket,
                right_aggregate: other.aggregate,
            });
        }
        self.check_not_counted()?;
        other.check_not_counted()?;
        let mut ids = vec![0; other.texts.len()];
        for (text, id) in &other.texts {
            ids[*id] = self.id(text);
        }
        let aggregate = self.aggregate;
        self.cover.merge(other.cover);
        merge_buckets(&mut self.ungrouped, other.ungrouped, aggregate, &ids);
        for (group, buckets) in other.groups {
            merge_buckets(self.groups.entry(group).or_default(), buckets, aggregate, &ids);
        }
        Ok(())
    }

    /// The series, one for each group that has a bucket: the one without group first, then by text.
    ///
    /// A series goes from its group's first bucket to its last. Buckets between that have no events
    /// are gaps, whatever the aggregate: [`Fill::Zero`] says that nothing happened then.
    ///
    /// # Errors
    ///
    /// [`Error::Gap`] under [`Fill::Error`]; [`Error::TooManyPoints`] if all series together would have
    /// more than a million points and ten for each bucket that is there. With a group both are in
    /// [`Error::Group`], and an index counts buckets.
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Error, Fill, SeriesBuilder, Timestamp};
    /// let mut events = SeriesBuilder::new("1s".parse()?, Aggregate::Count)?;
    /// events.add(None, Timestamp::constant(0, 0), None)?;
    /// events.add(None, Timestamp::MAX, None)?;
    /// assert!(matches!(events.finish(Fill::Zero), Err(Error::TooManyPoints { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn finish(self, fill: Fill) -> Result<Vec<Series>, Error> {
        let bucket = self.bucket;
        let mut left = limit(self.n_present());
        let mut all = Vec::new();
        for (group, buckets) in self.into_groups(1) {
            let points = points(buckets);
            let laid = place(&points, bucket, fill, left, &mut Changes::default());
            let series = laid.map_err(|error| of_group(group.as_deref(), error))?;
            left = left.saturating_sub(series.len() as u64);
            all.push(series.with_group(group));
        }
        Ok(all)
    }

    /// The series as [`finish`](Self::finish) gives them, of events as logs have them, and what was
    /// changed to make them.
    ///
    /// The first and the last bucket of all events are left out where the start or the end of the
    /// events cuts them: where the part of the bucket without events is more than a twentieth of it and
    /// more than three times the mean distance of events; a mean is left as it is. In each group,
    /// buckets behind or before a gap of more than a year (and of twenty times the median distance) are
    /// set apart: the longest stretch is the series. A named group with fewer than three buckets, or
    /// whose gaps take too many points, is left out and counted.
    ///
    /// # Errors
    ///
    /// [`Error::Gap`] under [`Fill::Error`], and [`Error::TooManyPoints`] of events without groups.
    ///
    /// ```
    /// # use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp};
    /// let mut events = SeriesBuilder::new("1h".parse()?, Aggregate::Count)?;
    /// for minute in 0..250 {
    ///     events.add(None, Timestamp::constant(60 * minute, 0), None)?;
    /// }
    /// events.add(None, Timestamp::MAX, None)?;
    /// let found = events.gather(Fill::Zero)?;
    /// assert_eq!(found.series[0].values(), [60.0; 4]);
    /// assert_eq!((found.changes.n_stray, found.changes.cut.len()), (1, 1));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn gather(mut self, fill: Fill) -> Result<Gathered, Error> {
        let cut = match self.aggregate {
            Aggregate::Mean => Vec::new(),
            _ => std::mem::take(&mut self.cover).cut(self.bucket)?,
        };
        let (bucket, n_groups) = (self.bucket, self.groups.len());
        let mut left = limit(self.n_present());
        let groups = self.into_groups(LEAST_POINTS);
        let n_named = groups.iter().filter(|(group, _)| group.is_some()).count();
        let mut found = Gathered::default();
        for _ in n_named..n_groups {
            found.leave_out(Error::FewPoints { needed: LEAST_POINTS });
        }
        for (group, buckets) in groups {
            let mut changes = Changes::default();
            let points = whole_points(buckets, &cut, &mut changes);
            let laid = place(&points, bucket, fill, left, &mut changes);
            found.changes.merge(changes);
            let n_points = found.take(group, laid)?;
            left = left.saturating_sub(n_points);
        }
        Ok(found)
    }

    fn n_present(&self) -> usize {
        self.groups.values().map(Buckets::len).sum::<usize>() + self.ungrouped.len()
    }

    /// The groups in their order, named ones with `least` buckets or more; the one without name is always
    /// there if it has any.
    fn into_groups(self, least: usize) -> Vec<(Option<String>, Buckets)> {
        let named = self.groups.into_iter().filter(|(_, buckets)| buckets.len() >= least);
        let mut groups: Vec<_> = named.map(|(group, buckets)| (Some(group), buckets)).collect();
        if self.ungrouped.len() > 0 {
            groups.push((None, self.ungrouped));
        }
        groups.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        groups
    }

    fn cell(&mut self, group: Option<&str>, time: Timestamp) -> Result<&mut Cell, Error> {
        let start = bucket_start(self.bucket, time)?;
        self.cover.add(start, time);
        Ok(self.cell_at(group, start))
    }

    /// The bucket of a group that begins at `start`.
    fn cell_at(&mut self, group: Option<&str>, start: Timestamp) -> &mut Cell {
        let buckets = match group {
            None => &mut self.ungrouped,
            Some(group) => self.groups.entry_ref(group).or_default(),
        };
        buckets.cell(start, self.aggregate)
    }

    /// Adds to a bucket what was counted elsewhere and checked.
    pub(crate) fn add_counted(
        &mut self,
        group: Option<&str>,
        start: Timestamp,
        covered: Covered,
        value: f64,
    ) -> Result<(), Error> {
        if self.aggregate == Aggregate::Distinct {
            if !self.texts.is_empty() {
                return Err(Error::Counted { start });
            }
            self.counted = Some(start);
        }
        if !self.cell_at(group, start).add_totals(covered.n_events, value) {
            return Err(Error::Counted { start });
        }
        self.cover.join(start, covered);
        Ok(())
    }

    fn check_not_counted(&self) -> Result<(), Error> {
        self.counted.map_or(Ok(()), |start| Err(Error::Counted { start }))
    }

    pub(crate) fn bucket(&self) -> Period {
        self.bucket
    }

    pub(crate) fn aggregate(&self) -> Aggregate {
        self.aggregate
    }

    fn id(&mut self, text: &str) -> usize {
        let next = self.texts.len();
        *self.texts.entry_ref(text).or_insert(next)
    }
}

/// Returns the start of the bucket of a time, as [`SeriesBuilder`] has its buckets: for others that are to
/// count by the same.
///
/// # Errors
///
/// [`Error::Step`] for a bucket that is zero or negative, [`Error::Time`] for one that begins before the
/// year 1.
///
/// ```
/// use oddsift_timeseries::{Timestamp, bucket_start};
///
/// let sunday: Timestamp = "2024-01-14T17:00:00Z".parse().unwrap();
/// assert_eq!(bucket_start("1W".parse()?, sunday)?.to_string(), "2024-01-08T00:00:00Z");
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
pub fn bucket_start(bucket: Period, time: Timestamp) -> Result<Timestamp, Error> {
    if bucket <= Period::ZERO {
        return Err(Error::Step(bucket));
    }
    Ok(bucket.floor(time, origin(bucket))?)
}

/// Where buckets count from.
fn origin(bucket: Period) -> Timestamp {
    /// 1969-12-29.
    const MONDAY: Timestamp = Timestamp::constant(-3 * 86_400, 0);
    let week = 7 * Period::DAY.duration().as_nanos();
    if bucket.duration().as_nanos() % week == 0 { MONDAY } else { Timestamp::UNIX_EPOCH }
}

fn check(aggregate: Aggregate, time: Timestamp, value: f64) -> Result<(), Error> {
    let largest = if aggregate == Aggregate::Max { f64::MAX } else { LARGEST };
    if value.abs() > largest {
        return Err(Error::EventValue { time, value, largest });
    }
    Ok(())
}

fn merge_buckets(own: &mut Buckets, other: Buckets, aggregate: Aggregate, ids: &[usize]) {
    for (start, cell) in other {
        own.cell(start, aggregate).merge(&cell, ids);
    }
}

fn points(buckets: Buckets) -> Vec<Point> {
    buckets
        .into_iter()
        .enumerate()
        .map(|(index, (time, cell))| Point { time, value: cell.value(), index })
        .collect()
}

/// The points of whole buckets that are near each other in time.
fn whole_points(buckets: Buckets, cut: &[Timestamp], changes: &mut Changes) -> Vec<Point> {
    let mut points = points(buckets);
    set_apart(&mut points, |point| point.time, changes);
    let n_before = points.len();
    points.retain(|point| !cut.contains(&point.time));
    if points.len() < n_before {
        changes.cut = cut.to_vec();
    }
    points
}

fn of_group(group: Option<&str>, error: Error) -> Error {
    match group {
        None => error,
        Some(group) => Error::Group { group: shown(group), source: Box::new(error) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder(aggregate: Aggregate) -> SeriesBuilder {
        SeriesBuilder::new("1min".parse().unwrap(), aggregate).unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    #[test]
    fn event_without_value_makes_no_bucket() {
        let mut sums = builder(Aggregate::Sum);
        sums.add(Some("a"), at(0), Some(2.0)).unwrap();
        sums.add(Some("a"), at(60), None).unwrap();
        sums.add(Some("a"), at(120), Some(f64::NAN)).unwrap();
        sums.add(Some("b"), at(0), None).unwrap();
        let series = sums.finish(Fill::Error).unwrap();
        assert_eq!(series.len(), 1);
        assert_eq!(series[0].values(), [2.0]);
    }

    #[test]
    fn weeks_start_on_mondays_and_days_at_midnight() {
        for (bucket, start) in [
            ("1W", "2024-01-08T00:00:00Z"),
            ("1D", "2024-01-14T00:00:00Z"),
            ("2D", "2024-01-14T00:00:00Z"),
            ("7h", "2024-01-14T12:00:00Z"),
        ] {
            let mut counts = SeriesBuilder::new(bucket.parse().unwrap(), Aggregate::Count).unwrap();
            counts.add(None, "2024-01-14T17:00:00Z".parse().unwrap(), None).unwrap();
            let series = counts.finish(Fill::Error).unwrap();
            assert_eq!(series[0].times()[0].to_string(), start, "{bucket}");
        }
    }

    #[test]
    fn groups_are_sorted_and_none_is_not_the_empty_text() {
        let mut counts = builder(Aggregate::Count);
        for group in [Some("b"), None, Some(""), Some("B")] {
            counts.add(group, at(0), None).unwrap();
        }
        let groups = counts.finish(Fill::Error).unwrap();
        let groups: Vec<_> = groups.iter().map(Series::group).collect();
        assert_eq!(groups, [None, Some(""), Some("B"), Some("b")]);
    }

    #[test]
    fn event_with_a_fault_is_not_taken() {
        let mut sums = builder(Aggregate::Sum);
        assert!(matches!(sums.add(None, at(0), Some(1e300)), Err(Error::EventValue { .. })));
        assert!(matches!(
            sums.add(None, at(0), Some(f64::INFINITY)),
            Err(Error::EventValue { .. })
        ));
        assert!(matches!(sums.add_text(None, at(0), Some("7")), Err(Error::Kind { .. })));
        assert!(sums.finish(Fill::Error).unwrap().is_empty());
        let mut most = builder(Aggregate::Max);
        most.add(None, at(0), Some(1e300)).unwrap();
        assert!(builder(Aggregate::Distinct).add(None, at(0), Some(1.0)).is_err());
    }

    #[test]
    fn fault_of_a_group_names_it() {
        let mut counts = builder(Aggregate::Count);
        counts.add(Some("a\n"), at(0), None).unwrap();
        counts.add(Some("a\n"), at(180), None).unwrap();
        let message = counts.finish(Fill::Error).unwrap_err().to_string();
        assert!(message.starts_with("group \"a\\n\": 2 points are missing between"), "{message}");
    }

    #[test]
    fn filled_points_are_limited_over_all_groups() {
        let mut counts = builder(Aggregate::Count);
        for group in ["a", "b", "c"] {
            counts.add(Some(group), at(0), None).unwrap();
            counts.add(Some(group), at(60 * 400_000), None).unwrap();
        }
        assert!(matches!(counts.finish(Fill::Zero), Err(Error::Group { .. })));
    }

    #[test]
    fn unlike_builders_do_not_merge() {
        let error = builder(Aggregate::Sum).merge(builder(Aggregate::Mean)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "buckets of 1min by sum do not join buckets of 1min by mean; build both alike"
        );
    }
}
