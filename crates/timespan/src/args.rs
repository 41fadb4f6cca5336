use jiff::Timestamp;

use crate::{Error, ParsedTime, Period, ResolvedSpan, TimeSpan};

/// The parts that a span is made from: any two of start, end and period, or a period alone.
///
/// [`TimeSpan::from_args`] makes the span; [`TimeSpan::resolve`] makes it by msticpy's rules. A span
/// that exists gives its start and end, which setters then replace.
///
/// ```
/// use oddsift_timespan::{SpanArgs, TimeParser, TimeSpan, Timestamp};
///
/// let start = TimeParser::new().parse("2024-03-01T10:00:00Z")?;
/// let args = SpanArgs::new().start(start).period("1h".parse()?);
/// let span = TimeSpan::from_args(&args, Timestamp::now())?;
/// assert_eq!(span.to_string(), "2024-03-01T10:00:00Z/2024-03-01T11:00:00Z");
///
/// let longer = TimeSpan::from_args(&SpanArgs::from(span).start(Timestamp::UNIX_EPOCH), span.end())?;
/// assert_eq!(longer.end(), span.end());
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SpanArgs {
    pub(crate) start: Option<ParsedTime>,
    pub(crate) end: Option<ParsedTime>,
    pub(crate) period: Option<Period>,
}

impl SpanArgs {
    /// No part yet.
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// assert!(TimeSpan::from_args(&SpanArgs::new(), Timestamp::UNIX_EPOCH).is_err());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The first time of the span: a [`Timestamp`] or what a [`TimeParser`](crate::TimeParser) read.
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// let args = SpanArgs::new().start(Timestamp::UNIX_EPOCH).end(Timestamp::MAX);
    /// assert!(TimeSpan::from_args(&args, Timestamp::UNIX_EPOCH).is_ok());
    /// ```
    #[must_use]
    pub fn start(mut self, start: impl Into<ParsedTime>) -> Self {
        self.start = Some(start.into());
        self
    }

    /// The first time after the span.
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// let args = SpanArgs::new().end(Timestamp::UNIX_EPOCH).period("1D".parse()?);
    /// let span = TimeSpan::from_args(&args, Timestamp::MAX)?;
    /// assert_eq!(span.start().as_second(), -86_400);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn end(mut self, end: impl Into<ParsedTime>) -> Self {
        self.end = Some(end.into());
        self
    }

    /// How long the span is.
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// let span = TimeSpan::from_args(&SpanArgs::new().period("1D".parse()?), Timestamp::MAX)?;
    /// assert_eq!(span.end(), Timestamp::MAX); // a period alone ends now
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn period(mut self, period: Period) -> Self {
        self.period = Some(period);
        self
    }
}

/// Start and end.
impl From<TimeSpan> for SpanArgs {
    fn from(span: TimeSpan) -> Self {
        Self::new().start(span.start()).end(span.end())
    }
}

/// Start, end and period: with msticpy the period then overrides the end if another start is given.
impl From<ResolvedSpan> for SpanArgs {
    fn from(span: ResolvedSpan) -> Self {
        Self { start: Some(span.start), end: Some(span.end), period: span.period().ok() }
    }
}

impl TimeSpan {
    /// The span that the parts say: any two of start, end and period, all three if they agree, or a
    /// period alone, which ends at `now`.
    ///
    /// Times without zone are UTC; of start and end both have a zone or neither.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewParts`], [`Error::Contradiction`], [`Error::MixedZones`],
    /// [`Error::OutOfReach`], and [`Error::EndBeforeStart`], also for a negative period.
    ///
    /// ```
    /// use oddsift_timespan::{Error, SpanArgs, TimeSpan, Timestamp};
    ///
    /// let now = Timestamp::UNIX_EPOCH;
    /// let last_hour = TimeSpan::from_args(&SpanArgs::new().period("1h".parse()?), now)?;
    /// assert_eq!(last_hour.to_string(), "1969-12-31T23:00:00Z/1970-01-01T00:00:00Z");
    ///
    /// let three = SpanArgs::from(last_hour).period("2h".parse()?);
    /// assert!(matches!(TimeSpan::from_args(&three, now), Err(Error::Contradiction { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_args(args: &SpanArgs, now: Timestamp) -> Result<Self, Error> {
        let start = args.start.map(|start| start.timestamp);
        let end = args.end.map(|end| end.timestamp);
        if let (Some(start), Some(end)) = (args.start, args.end) {
            check_zones(start, end)?;
        }
        match (start, end, args.period) {
            (Some(start), Some(end), Some(period))
                if start.duration_until(end) != period.duration() =>
            {
                Err(Error::Contradiction { start, end, period })
            }
            (Some(start), Some(end), _) => Self::new(start, end),
            (Some(start), None, Some(period)) => Self::new(start, period.after(start)?),
            (None, end, Some(period)) => {
                let end = end.unwrap_or(now);
                Self::new(period.before(end)?, end)
            }
            _ => Err(Error::TooFewParts),
        }
    }
}

/// A time without zone beside one with a zone is an error.
pub(crate) fn check_zones(start: ParsedTime, end: ParsedTime) -> Result<(), Error> {
    if start.zoned == end.zoned {
        return Ok(());
    }
    Err(Error::MixedZones { start: start.timestamp, end: end.timestamp })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_000_000, 0);

    fn at(second: i64) -> Timestamp {
        Timestamp::constant(second, 0)
    }

    fn made(args: SpanArgs) -> Result<(i64, i64), Error> {
        TimeSpan::from_args(&args, NOW)
            .map(|span| (span.start().as_second(), span.end().as_second()))
    }

    #[test]
    fn any_two_parts_make_the_span() {
        let period = "10s".parse().unwrap();
        let args = SpanArgs::new();
        assert_eq!(made(args.start(at(5)).end(at(15))).unwrap(), (5, 15));
        assert_eq!(made(args.start(at(5)).period(period)).unwrap(), (5, 15));
        assert_eq!(made(args.end(at(15)).period(period)).unwrap(), (5, 15));
        assert_eq!(made(args.start(at(5)).end(at(15)).period(period)).unwrap(), (5, 15));
        assert_eq!(made(args.period(period)).unwrap(), (999_990, 1_000_000));
    }

    #[test]
    fn too_few_parts_are_an_error() {
        for args in [SpanArgs::new(), SpanArgs::new().start(NOW), SpanArgs::new().end(NOW)] {
            assert!(matches!(made(args), Err(Error::TooFewParts)));
        }
    }

    #[test]
    fn negative_period_ends_before_it_starts() {
        let args = SpanArgs::new().period("-1h".parse().unwrap());
        for args in [args, args.start(NOW), args.end(NOW)] {
            assert!(matches!(made(args), Err(Error::EndBeforeStart { .. })));
        }
    }

    #[test]
    fn zone_beside_no_zone_is_an_error() {
        let naive = ParsedTime { timestamp: at(5), zoned: false };
        assert_eq!(made(SpanArgs::new().start(naive).end(naive)).unwrap(), (5, 5));
        let mixed = made(SpanArgs::new().start(naive).end(NOW));
        assert!(matches!(mixed, Err(Error::MixedZones { .. })));
    }
}
