//! First and last times, packed: of a million patterns they are most of what is known.

use oddsift_timespan::Timestamp;

use crate::PatternId;

/// The first and the last time of each of many patterns, in 24 bytes; of patterns behind the last one that
/// has times nothing.
///
/// ```
/// use oddsift_patterns::{Observation, PatternTable, Timestamp};
///
/// let mut table = PatternTable::new(1);
/// table.add(&[1.0], &Observation { time: Some(Timestamp::UNIX_EPOCH), ..Observation::new(0) })?;
/// let times = table.into_columns().times;
/// assert_eq!(times.get(0), Some((Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH)));
/// assert_eq!(times.get(1), None);
/// # Ok::<(), oddsift_patterns::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TimeSpans {
    /// As far as the last pattern that has times. The first is behind the last where there are none.
    seconds: Vec<[i64; 2]>,
    nanoseconds: Vec<[i32; 2]>,
}

/// No time is as late as this one, or as early as its negative.
const NEVER: i64 = i64::MAX;

impl TimeSpans {
    /// The first and the last time of the pattern of a number; none if no row of it had a time.
    ///
    /// ```
    /// assert!(oddsift_patterns::TimeSpans::default().get(0).is_none());
    /// ```
    pub fn get(&self, at: usize) -> Option<(Timestamp, Timestamp)> {
        let (seconds, nanoseconds) = (self.seconds.get(at)?, self.nanoseconds.get(at)?);
        let time = |end: usize| Timestamp::new(seconds[end], nanoseconds[end]).ok();
        Some((time(0)?, time(1)?))
    }

    /// Widens the span of a pattern to hold another one.
    pub(crate) fn widen(&mut self, at: usize, (first, last): (Timestamp, Timestamp)) {
        if at >= self.seconds.len() {
            self.seconds.resize(at + 1, [NEVER, -NEVER]);
            self.nanoseconds.resize(at + 1, [0; 2]);
        }
        let (from, to) = self.get(at).unwrap_or((first, last));
        let ends = [from.min(first), to.max(last)];
        self.seconds[at] = ends.map(Timestamp::as_second);
        self.nanoseconds[at] = ends.map(Timestamp::subsec_nanosecond);
    }

    /// Whether both have the same times for so many patterns.
    pub(crate) fn equals(&self, other: &Self, n_patterns: usize) -> bool {
        (0..n_patterns).all(|at| self.get(at) == other.get(at))
    }

    /// Moves that of pattern `order[i]` to place `i`.
    pub(crate) fn permute(&mut self, order: &[PatternId]) {
        if !self.seconds.is_empty() {
            self.seconds.resize(order.len(), [NEVER, -NEVER]);
            self.nanoseconds.resize(order.len(), [0; 2]);
            crate::canonical::permute(&mut self.seconds, order);
            crate::canonical::permute(&mut self.nanoseconds, order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_widen_and_those_of_patterns_without_times_are_none() {
        let at = |second, nanosecond| Timestamp::new(second, nanosecond).unwrap();
        let mut spans = TimeSpans::default();
        assert_eq!(spans.get(0), None);
        for time in [at(5, 7), at(-3, -9), at(5, 8), Timestamp::MIN, Timestamp::MAX] {
            spans.widen(2, (time, time));
        }
        assert_eq!((spans.get(1), spans.get(3)), (None, None));
        assert_eq!(spans.get(2), Some((Timestamp::MIN, Timestamp::MAX)));
        spans.widen(0, (at(-3, -9), at(5, 7)));
        assert_eq!(spans.get(0), Some((at(-3, -9), at(5, 7))));
    }
}
