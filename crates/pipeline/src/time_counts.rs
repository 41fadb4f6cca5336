//! How many rows were when, in steps that get longer where they would be too many.

use std::collections::HashMap;

use oddsift_timespan::Timestamp;

/// The number of rows by time: by the second, the minute, the hour or the day: memory has a bound, however long the time.
#[derive(Debug, Clone)]
pub struct TimeCounts {
    /// The length of a step in seconds.
    length: i64,
    counts: HashMap<i64, u64>,
}

/// More steps than these make them longer; at eight million days there is no need.
const MOST_STEPS: usize = 1 << 17;
/// Each a multiple of the one before it.
const LENGTHS: [i64; 4] = [1, 60, HOUR, 24 * HOUR];
const HOUR: i64 = 3600;

impl Default for TimeCounts {
    fn default() -> Self {
        Self { length: LENGTHS[0], counts: HashMap::new() }
    }
}

impl TimeCounts {
    /// Counts a row.
    ///
    /// ```
    /// use oddsift_pipeline::{TimeCounts, Timestamp};
    ///
    /// let mut counts = TimeCounts::default();
    /// counts.add(Timestamp::UNIX_EPOCH);
    /// assert_eq!(counts.steps(), [(Timestamp::UNIX_EPOCH, 1)]);
    /// ```
    pub fn add(&mut self, time: Timestamp) {
        self.add_many(time.as_second(), 1);
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        let length = self.length.max(other.length);
        self.lengthen(length);
        other.lengthen(length);
        for (step, count) in other.counts {
            self.add_many(step * length, count);
        }
    }

    fn add_many(&mut self, second: i64, count: u64) {
        *self.counts.entry(second.div_euclid(self.length)).or_insert(0) += count;
        while self.counts.len() > MOST_STEPS
            && let Some(length) = LENGTHS.iter().find(|length| **length > self.length)
        {
            self.lengthen(*length);
        }
    }

    fn lengthen(&mut self, length: i64) {
        if length <= self.length {
            return;
        }
        let old = std::mem::replace(self, Self { length, counts: HashMap::new() });
        for (step, count) in old.counts {
            let second = step * old.length;
            *self.counts.entry(second.div_euclid(length)).or_insert(0) += count;
        }
    }

    /// Returns whether hours can be told apart.
    ///
    /// ```
    /// assert!(oddsift_pipeline::TimeCounts::default().has_hours());
    /// ```
    #[must_use]
    pub fn has_hours(&self) -> bool {
        self.length <= HOUR
    }

    /// Returns the start of each step that has rows, and how many, in order.
    ///
    /// ```
    /// assert!(oddsift_pipeline::TimeCounts::default().steps().is_empty());
    /// ```
    #[must_use]
    pub fn steps(&self) -> Vec<(Timestamp, u64)> {
        let mut steps: Vec<(i64, u64)> =
            self.counts.iter().map(|(step, count)| (step * self.length, *count)).collect();
        steps.sort_unstable();
        let time = |second: i64| Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
        steps.into_iter().map(|(second, count)| (time(second), count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(seconds: impl IntoIterator<Item = i64>) -> TimeCounts {
        let mut counts = TimeCounts::default();
        seconds.into_iter().for_each(|second| counts.add(Timestamp::constant(second, 0)));
        counts
    }

    #[test]
    fn parts_in_any_order_give_the_counts_of_all() {
        let seconds: Vec<i64> = (0..200_000).map(|n| n * 77 - 900_000).collect();
        let whole = counts(seconds.iter().copied()).steps();
        let mut joined = counts(seconds.iter().copied().skip(1).step_by(2));
        joined.merge(counts(seconds.iter().copied().step_by(2)));
        assert_eq!(joined.steps(), whole);
        assert_eq!(whole.iter().map(|(_, count)| count).sum::<u64>(), 200_000);
    }

    #[test]
    fn steps_are_bounded_however_far_times_are_apart() {
        for (apart, length) in [(0, 1), (1, 60), (59, HOUR), (60, HOUR), (3000, 24 * HOUR)] {
            let counts = counts((0..400_000).map(|n| n * apart));
            assert!(counts.steps().len() <= MOST_STEPS);
            assert_eq!((counts.length, counts.has_hours()), (length, length <= HOUR), "{apart}");
        }
    }

    #[test]
    fn a_short_time_is_counted_by_the_second() {
        let steps = counts([7, 7, 8, 100]).steps();
        let steps: Vec<(i64, u64)> =
            steps.iter().map(|(time, count)| (time.as_second(), *count)).collect();
        assert_eq!(steps, [(7, 2), (8, 1), (100, 1)]);
    }
}
