//! Buckets whose events were counted elsewhere.

use oddsift_timespan::Timestamp;

use crate::{Aggregate, Error, SeriesBuilder, buckets::bucket_start, cover::Covered, sum::LARGEST};

/// The events of a group in one bucket, counted elsewhere: by a `GROUP BY` of an engine.
///
/// ```
/// use oddsift_timeseries::{Timestamp, Totals};
///
/// let at = |second| Timestamp::constant(second, 0);
/// let logons = Totals { first: at(3600), last: at(7100), n_events: 40, value: 40.0 };
/// assert!(logons.first <= logons.last);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// The time of the first event.
    pub first: Timestamp,
    /// The time of the last event.
    pub last: Timestamp,
    /// The number of events; where values are joined, of those that have one.
    pub n_events: u64,
    /// The sum of their values for [`Aggregate::Sum`] and [`Aggregate::Mean`], the largest of them for
    /// [`Aggregate::Max`], the number of distinct texts for [`Aggregate::Distinct`]; not used by
    /// [`Aggregate::Count`].
    pub value: f64,
}

impl SeriesBuilder {
    /// Takes the events of a bucket that were counted elsewhere, as [`add`](Self::add) and
    /// [`add_text`](Self::add_text) take one. Without events there is no bucket.
    ///
    /// Totals of one bucket add up, but not those of distinct texts: of them a bucket takes one, and the
    /// builder neither texts nor the events of another builder beside it.
    ///
    /// # Errors
    ///
    /// [`Error::Straddle`] for events of more than one bucket, [`Error::EventValue`] for a value that is NaN,
    /// infinite or beyond 2^960, [`Error::Counted`] for distinct texts of a bucket that has some,
    /// [`Error::Time`] as [`add`](Self::add). The totals are not taken.
    ///
    /// ```
    /// use oddsift_timeseries::{Aggregate, Fill, SeriesBuilder, Timestamp, Totals};
    ///
    /// let at = |second| Timestamp::constant(second, 0);
    /// let mut bytes = SeriesBuilder::new("1min".parse()?, Aggregate::Mean)?;
    /// bytes.add_totals(Some("web"), &Totals { first: at(3), last: at(50), n_events: 4, value: 10.0 })?;
    /// assert_eq!(bytes.finish(Fill::Error)?[0].values(), [2.5]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn add_totals(&mut self, group: Option<&str>, totals: &Totals) -> Result<(), Error> {
        if totals.n_events == 0 {
            return Ok(());
        }
        let &Totals { first, last, n_events, value } = totals;
        let bucket = self.bucket();
        let start = bucket_start(bucket, first)?;
        if last < first || bucket_start(bucket, last)? != start {
            return Err(Error::Straddle { first, last, bucket });
        }
        self.check_value(totals)?;
        self.add_counted(group, start, Covered { first, last, n_events }, value)
    }

    fn check_value(&self, totals: &Totals) -> Result<(), Error> {
        let (time, value) = (totals.first, totals.value);
        let largest = match self.aggregate() {
            Aggregate::Count => return Ok(()),
            Aggregate::Sum | Aggregate::Mean => LARGEST,
            Aggregate::Max | Aggregate::Distinct => f64::MAX,
        };
        // Of NaN, too, it is not known that it is at most this.
        if value.abs() <= largest {
            Ok(())
        } else {
            Err(Error::EventValue { time, value, largest })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fill;

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    fn builder(aggregate: Aggregate) -> SeriesBuilder {
        SeriesBuilder::new("1min".parse().unwrap(), aggregate).unwrap()
    }

    fn totals(first: i64, last: i64, n_events: u64, value: f64) -> Totals {
        Totals { first: at(first), last: at(last), n_events, value }
    }

    #[test]
    fn events_of_two_buckets_are_refused() {
        let mut counts = builder(Aggregate::Count);
        for (first, last) in [(10, 60), (30, 20), (-1, 1)] {
            let error = counts.add_totals(None, &totals(first, last, 2, 0.0)).unwrap_err();
            assert!(matches!(error, Error::Straddle { .. }));
        }
        assert!(counts.finish(Fill::Error).unwrap().is_empty());
    }

    #[test]
    fn a_value_that_is_no_number_is_refused() {
        for aggregate in [Aggregate::Sum, Aggregate::Mean, Aggregate::Max, Aggregate::Distinct] {
            for value in [f64::NAN, f64::INFINITY] {
                let added = builder(aggregate).add_totals(None, &totals(0, 0, 1, value));
                assert!(matches!(added, Err(Error::EventValue { .. })));
            }
        }
        assert!(builder(Aggregate::Sum).add_totals(None, &totals(0, 0, 1, 1e300)).is_err());
        assert!(builder(Aggregate::Max).add_totals(None, &totals(0, 0, 1, 1e300)).is_ok());
    }

    #[test]
    fn totals_without_events_are_no_bucket() {
        let mut sums = builder(Aggregate::Sum);
        sums.add_totals(None, &totals(0, 0, 0, f64::NAN)).unwrap();
        assert!(sums.finish(Fill::Error).unwrap().is_empty());
    }

    #[test]
    fn distinct_texts_are_counted_in_one_place() {
        let mut hosts = builder(Aggregate::Distinct);
        hosts.add_totals(None, &totals(0, 5, 7, 3.0)).unwrap();
        let is_counted = |result| matches!(result, Err(Error::Counted { .. }));
        assert!(is_counted(hosts.add_totals(None, &totals(0, 5, 7, 3.0))));
        assert!(is_counted(hosts.add_text(None, at(1), Some("web"))));
        assert!(is_counted(hosts.merge(hosts.clone())));
        let mut texts = builder(Aggregate::Distinct);
        texts.add_text(None, at(1), Some("web")).unwrap();
        assert!(is_counted(texts.add_totals(None, &totals(0, 5, 7, 3.0))));
        assert!(is_counted(texts.merge(hosts.clone())));
        assert_eq!(hosts.finish(Fill::Error).unwrap()[0].values(), [3.0]);
    }
}
