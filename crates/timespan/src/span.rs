use std::{fmt, time::Duration};

use jiff::Timestamp;

use crate::{Error, Period};

/// A span of time: `start` belongs to it, `end` does not.
///
/// ```
/// use oddsift_timespan::{TimeParser, TimeSpan};
///
/// let time = |text| TimeParser::new().parse(text).map(|parsed| parsed.timestamp);
/// let hour = TimeSpan::new(time("2024-03-01T10:00:00Z")?, time("2024-03-01T11:00:00Z")?)?;
/// assert!(hour.contains(hour.start()) && !hour.contains(hour.end()));
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Unchecked"))]
pub struct TimeSpan {
    start: Timestamp,
    end: Timestamp,
}

impl TimeSpan {
    /// The span from `start` to `end`; both may be one time, the span is empty then.
    ///
    /// # Errors
    ///
    /// [`Error::EndBeforeStart`].
    ///
    /// ```
    /// use oddsift_timespan::{TimeSpan, Timestamp};
    ///
    /// assert!(TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).is_ok());
    /// assert!(TimeSpan::new(Timestamp::MAX, Timestamp::UNIX_EPOCH).is_err());
    /// ```
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, Error> {
        if end < start {
            return Err(Error::EndBeforeStart { start, end });
        }
        Ok(Self { start, end })
    }

    /// The first time of the span.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::MAX)?;
    /// assert_eq!(span.start(), Timestamp::UNIX_EPOCH);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The first time after the span.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::MAX)?;
    /// assert_eq!(span.end(), Timestamp::MAX);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// Whether `time` is in the span: `start <= time < end`.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// let empty = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH)?;
    /// assert!(!empty.contains(Timestamp::UNIX_EPOCH));
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.start <= time && time < self.end
    }

    /// How long the span is, to the nanosecond.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::constant(90, 5))?;
    /// assert_eq!(span.duration(), std::time::Duration::new(90, 5));
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.end.duration_since(self.start).unsigned_abs()
    }

    /// From start to end, as a period: what prints and reads back.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::constant(90, 0))?;
    /// assert_eq!(span.period().to_string(), "1min30s");
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn period(&self) -> Period {
        self.start.duration_until(self.end).into()
    }

    /// Whether no time is in the span: `start == end`.
    ///
    /// ```
    /// # use oddsift_timespan::{TimeSpan, Timestamp};
    /// assert!(TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH)?.is_empty());
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// From this span's end to the start of `next`, zero if that is earlier.
    pub(crate) fn distance_to(&self, next: &Self) -> Duration {
        self.end.duration_until(next.start.max(self.end)).unsigned_abs()
    }

    pub(crate) fn extend_to(&mut self, end: Timestamp) {
        self.end = self.end.max(end);
    }
}

/// ISO 8601's interval: start, `/`, end.
///
/// ```
/// # use oddsift_timespan::{TimeSpan, Timestamp};
/// let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::constant(90, 0))?;
/// assert_eq!(span.to_string(), "1970-01-01T00:00:00Z/1970-01-01T00:01:30Z");
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
impl fmt::Display for TimeSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", crate::format_time(self.start), crate::format_time(self.end))
    }
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    start: Timestamp,
    end: Timestamp,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for TimeSpan {
    type Error = Error;

    fn try_from(span: Unchecked) -> Result<Self, Error> {
        Self::new(span.start, span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_span_has_a_duration() {
        let span = TimeSpan::new(Timestamp::MIN, Timestamp::MAX).unwrap();
        assert!(span.duration() > Duration::from_secs(19_000 * 365 * 86_400));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_span_is_checked_when_read() {
        let span = TimeSpan::new(Timestamp::UNIX_EPOCH, Timestamp::constant(1, 0)).unwrap();
        let text = serde_json::to_string(&span).unwrap();
        assert_eq!(serde_json::from_str::<TimeSpan>(&text).unwrap(), span);
        let swapped = r#"{"start":"2024-01-02T00:00:00Z","end":"2024-01-01T00:00:00Z"}"#;
        assert!(serde_json::from_str::<TimeSpan>(swapped).is_err());
    }
}
