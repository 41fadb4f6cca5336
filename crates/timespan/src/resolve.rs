use jiff::{SignedDuration, Timestamp};

use crate::{Error, ParsedTime, Period, SpanArgs, TimeSpan, args::check_zones, error::excerpt};

/// A span by msticpy's rules: its end may be before its start, one of its times may lack a zone.
///
/// ```
/// use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
///
/// let args = SpanArgs::new().start(Timestamp::UNIX_EPOCH).period("-1h".parse()?);
/// let resolved = TimeSpan::resolve(&args, Timestamp::MAX)?;
/// assert_eq!(resolved.period()?.to_string(), "-1h");
/// assert!(resolved.span().is_err());
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResolvedSpan {
    /// The start, and whether it has a zone.
    pub start: ParsedTime,
    /// The end, and whether it has a zone.
    pub end: ParsedTime,
}

impl ResolvedSpan {
    /// From start to end; negative if the end is first.
    ///
    /// # Errors
    ///
    /// [`Error::MixedZones`] if one has a zone and the other none, as Python's `TypeError`.
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// let args = SpanArgs::new().period("1D".parse()?);
    /// assert_eq!(TimeSpan::resolve(&args, Timestamp::UNIX_EPOCH)?.period()?.to_string(), "1D");
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn period(&self) -> Result<Period, Error> {
        check_zones(self.start, self.end)?;
        Ok(self.start.timestamp.duration_until(self.end.timestamp).into())
    }

    /// The span, where it is one.
    ///
    /// # Errors
    ///
    /// [`Error::MixedZones`] or [`Error::EndBeforeStart`].
    ///
    /// ```
    /// # use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    /// let args = SpanArgs::new().period("1D".parse()?);
    /// let span = TimeSpan::resolve(&args, Timestamp::UNIX_EPOCH)?.span()?;
    /// assert_eq!(span, TimeSpan::from_args(&args, Timestamp::UNIX_EPOCH)?);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn span(&self) -> Result<TimeSpan, Error> {
        check_zones(self.start, self.end)?;
        TimeSpan::new(self.start.timestamp, self.end.timestamp)
    }
}

impl TimeSpan {
    /// The span that msticpy 3.0 makes from the parts.
    ///
    /// A start or a period is needed. The period overrides an end that is given with a start; a
    /// missing end is `now`. A period counts to the microsecond, and one that is then zero counts as
    /// absent. The end may be before the start.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewParts`], [`Error::OutOfReach`], and [`Error::PeriodRange`] for a period that
    /// 64-bit nanoseconds do not hold (292 years).
    ///
    /// ```
    /// use oddsift_timespan::{SpanArgs, TimeSpan, Timestamp};
    ///
    /// let args = SpanArgs::new().start(Timestamp::UNIX_EPOCH).end(Timestamp::MAX);
    /// let hour = TimeSpan::resolve(&args.period("1h".parse()?), Timestamp::MAX)?;
    /// assert_eq!(hour.end.timestamp.as_second(), 3600); // the period wins
    /// let all = TimeSpan::resolve(&args.period("0h".parse()?), Timestamp::MAX)?;
    /// assert_eq!(all.end.timestamp, Timestamp::MAX);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn resolve(args: &SpanArgs, now: Timestamp) -> Result<ResolvedSpan, Error> {
        let period = args.period.map(python_period).transpose()?.filter(|it| *it != Period::ZERO);
        let end = args.end.unwrap_or_else(|| now.into());
        match (args.start, period) {
            (Some(start), None) => Ok(ResolvedSpan { start, end }),
            (Some(start), Some(period)) => {
                let timestamp = period.after(start.timestamp)?;
                Ok(ResolvedSpan { start, end: ParsedTime { timestamp, ..start } })
            }
            (None, Some(period)) => {
                let timestamp = period.before(end.timestamp)?;
                Ok(ResolvedSpan { start: ParsedTime { timestamp, ..end }, end })
            }
            (None, None) => Err(Error::TooFewParts),
        }
    }
}

/// The period as it comes out of pandas: of 64-bit nanoseconds, rounded to microseconds, ties to even.
fn python_period(period: Period) -> Result<Period, Error> {
    let nanos = i64::try_from(period.duration().as_nanos())
        .map_err(|_| Error::PeriodRange { text: excerpt(&period.to_string()) })?;
    let micros = nanos.div_euclid(1_000);
    let odd = micros.rem_euclid(2) == 1;
    let up = match nanos.rem_euclid(1_000) {
        ..500 => 0,
        500 => i64::from(odd),
        _ => 1,
    };
    Ok(SignedDuration::from_micros(micros.saturating_add(up)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn period_is_rounded_to_microseconds_with_ties_to_even() {
        let rounded = |nanos| {
            let period = Period::from(SignedDuration::from_nanos(nanos));
            python_period(period).unwrap().duration().as_nanos()
        };
        let cases = [
            (499, 0),
            (500, 0),
            (501, 1_000),
            (1_500, 2_000),
            (2_500, 2_000),
            (-500, 0),
            (-1_500, -2_000),
        ];
        for (nanos, expected) in cases {
            assert_eq!(rounded(nanos), expected, "{nanos}");
        }
    }

    #[test]
    fn period_past_the_years_of_pandas_is_an_error() {
        let args = SpanArgs::new().period("1000000D".parse().unwrap());
        let found = TimeSpan::resolve(&args, Timestamp::MAX);
        assert!(matches!(found, Err(Error::PeriodRange { .. })));
    }
}
