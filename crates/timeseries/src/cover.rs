//! What part of the first and the last bucket events cover.

use std::collections::BTreeMap;

use oddsift_timespan::{Period, Timestamp};

use crate::{
    Changes, Error,
    gather::{nanos, set_apart},
};

/// A bucket is cut if more than a twentieth of it is without events, …
const PART: i128 = 20;
/// … and more than so many mean distances of events: by chance a last event is that far from the end once
/// in twenty times.
const DISTANCES: i128 = 3;

/// The first and last event of each bucket, over all groups, and how many there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cover {
    buckets: BTreeMap<Timestamp, Covered>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Covered {
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) n_events: u64,
}

impl Cover {
    pub(crate) fn add(&mut self, start: Timestamp, time: Timestamp) {
        self.join(start, Covered { first: time, last: time, n_events: 1 });
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (start, covered) in other.buckets {
            self.join(start, covered);
        }
    }

    pub(crate) fn join(&mut self, start: Timestamp, other: Covered) {
        let own = self.buckets.entry(start).or_insert(Covered { n_events: 0, ..other });
        own.first = own.first.min(other.first);
        own.last = own.last.max(other.last);
        own.n_events = own.n_events.saturating_add(other.n_events);
    }

    /// The starts of the first and the last bucket, where the start or the end of the events cuts them.
    pub(crate) fn cut(self, bucket: Period) -> Result<Vec<Timestamp>, Error> {
        let mut buckets: Vec<(Timestamp, Covered)> = self.buckets.into_iter().collect();
        set_apart(&mut buckets, |(start, _)| *start, &mut Changes::default());
        let [(start, first), .., (end, last)] = buckets[..] else { return Ok(Vec::new()) };
        let n_events: u64 = buckets.iter().fold(0, |sum, (_, it)| it.n_events.saturating_add(sum));
        let distance = nanos(first.first, last.last) / i128::from(n_events.max(1));
        let length = bucket.duration().as_nanos();
        let is_cut = |nothing: i128| PART * nothing > length && nothing > DISTANCES * distance;
        let mut cut = Vec::new();
        if is_cut(nanos(start, first.first)) {
            cut.push(start);
        }
        if is_cut(nanos(last.last, bucket.after(end)?)) {
            cut.push(end);
        }
        Ok(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [i64; 0] = [];

    fn cut(seconds: impl IntoIterator<Item = i64>) -> Vec<i64> {
        let mut cover = Cover::default();
        for second in seconds {
            cover.add(
                Timestamp::constant(second.div_euclid(3600) * 3600, 0),
                Timestamp::constant(second, 0),
            );
        }
        cover.cut(Period::HOUR).unwrap().iter().map(|start| start.as_second()).collect()
    }

    #[test]
    fn buckets_that_the_log_begins_or_ends_in_are_cut() {
        assert_eq!(cut((1200..9000).step_by(60)), [0, 7200]);
        assert_eq!(cut((0..10_800).step_by(60)), NONE);
        assert_eq!(cut((100..10_700).step_by(60)), NONE);
    }

    #[test]
    fn a_quiet_log_is_not_cut() {
        assert_eq!(cut((0..100).map(|i| i * 36_000 + 60)), NONE);
        assert_eq!(cut([5]), NONE);
        assert_eq!(cut([]), NONE);
    }
}
