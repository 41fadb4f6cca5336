use jiff::{SignedDuration, Timestamp};

use crate::{Error, parser::FIRST};

/// A length of time, exact to the nanosecond, forwards or backwards; the default is zero.
///
/// Weeks and days are 7 x 24 and 24 hours, without regard to clocks that are changed. Its text is
/// what pandas reads as a `Timedelta`: numbers with units (`1h`, `1h30m`, `1.5h`, `2 days 3 hours`),
/// a clock with days before it or not (`1 days 02:00:00`, `00:00:10.5`) or ISO 8601 (`P1DT2H`).
///
/// | unit | also |
/// |---|---|
/// | `W` | |
/// | `D` | `day`, `days` |
/// | `h` | `hr`, `hour`, `hours` |
/// | `min` | `m`, `t`, `minute`, `minutes` |
/// | `s` | `sec`, `second`, `seconds` |
/// | `ms` | `l`, `milli`, `millis`, `millisecond`, `milliseconds` |
/// | `us` | `u`, `µs`, `micro`, `micros`, `microsecond`, `microseconds` |
/// | `ns` | `n`, `nano`, `nanos`, `nanosecond`, `nanoseconds` |
///
/// Upper and lower case are alike, but `M`, a month in pandas, is an error. A leading `-` turns all
/// that follows, but not a clock that stands behind other parts: `-1 days +23:00:00` is `-1h`, as
/// pandas prints it. What is finer than a nanosecond is cut off. A number without unit is an error.
///
/// ```
/// use oddsift_timespan::Period;
///
/// let period: Period = "1 days 02:00:00".parse()?;
/// assert_eq!(period.to_string(), "1D2h");
/// assert_eq!("-90s".parse::<Period>()?.to_string(), "-1min30s");
/// assert_eq!(period, "P1DT2H".parse()?);
/// assert!("1M".parse::<Period>().is_err()); // how long is a month?
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
#[doc(alias = "Timedelta")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(SignedDuration);

impl Period {
    /// No time at all.
    ///
    /// ```
    /// # use oddsift_timespan::Period;
    /// assert_eq!(Period::ZERO.to_string(), "0s");
    /// ```
    pub const ZERO: Self = Self(SignedDuration::ZERO);

    /// 60 minutes.
    ///
    /// ```
    /// # use oddsift_timespan::Period;
    /// assert_eq!(Period::HOUR.to_string(), "1h");
    /// ```
    pub const HOUR: Self = Self(SignedDuration::new(3600, 0));

    /// 24 hours.
    ///
    /// ```
    /// # use oddsift_timespan::Period;
    /// assert_eq!(Period::DAY, "24h".parse()?);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub const DAY: Self = Self(SignedDuration::new(86_400, 0));

    /// The period as jiff's duration.
    ///
    /// ```
    /// # use oddsift_timespan::Period;
    /// assert_eq!("-1h".parse::<Period>()?.duration().as_secs(), -3600);
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub const fn duration(self) -> SignedDuration {
        self.0
    }

    /// The time this long after `time`; before it, if the period is negative.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfReach`] past [`Timestamp::MAX`] or before the year 1.
    ///
    /// ```
    /// use oddsift_timespan::{Period, Timestamp};
    ///
    /// let hour: Period = "1h".parse()?;
    /// assert_eq!(hour.after(Timestamp::UNIX_EPOCH)?.as_second(), 3600);
    /// assert!(hour.after(Timestamp::MAX).is_err());
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn after(self, time: Timestamp) -> Result<Timestamp, Error> {
        self.reach(time, time.checked_add(self.0).ok())
    }

    /// The time this long before `time`; after it, if the period is negative.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfReach`] past [`Timestamp::MAX`] or before the year 1.
    ///
    /// ```
    /// use oddsift_timespan::{Period, Timestamp};
    ///
    /// let hour: Period = "1h".parse()?;
    /// assert_eq!(hour.before(Timestamp::UNIX_EPOCH)?.as_second(), -3600);
    /// assert!("9999W".parse::<Period>()?.before("0099-01-01T00:00:00Z".parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn before(self, time: Timestamp) -> Result<Timestamp, Error> {
        self.reach(time, time.checked_sub(self.0).ok())
    }

    /// The start of the bin that holds `time`, where bins of this length count from `origin`.
    ///
    /// With [`Period::DAY`] and [`Timestamp::UNIX_EPOCH`] it is the midnight before `time`, in UTC.
    ///
    /// # Errors
    ///
    /// [`Error::PeriodNotPositive`] if the period is zero or negative; [`Error::OutOfReach`] if the
    /// bin starts before the year 1.
    ///
    /// ```
    /// use oddsift_timespan::{Period, Timestamp};
    ///
    /// let time: Timestamp = "2024-03-01T17:40:00Z".parse()?;
    /// let midnight = Period::DAY.floor(time, Timestamp::UNIX_EPOCH)?;
    /// assert_eq!(midnight.to_string(), "2024-03-01T00:00:00Z");
    /// assert_eq!("7h".parse::<Period>()?.floor(time, midnight)?.to_string(), "2024-03-01T14:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn floor(self, time: Timestamp, origin: Timestamp) -> Result<Timestamp, Error> {
        if self <= Self::ZERO {
            return Err(Error::PeriodNotPositive { period: self });
        }
        // Of a fixed sign, so that a bin before the origin starts below it too.
        let elapsed = origin.duration_until(time).as_nanos();
        let into_bin = elapsed.checked_rem_euclid(self.0.as_nanos()).and_then(Self::from_nanos);
        self.reach(time, into_bin.and_then(|into_bin| time.checked_sub(into_bin.0).ok()))
    }

    /// `None` where the seconds do not fit 64 bits.
    pub(crate) fn from_nanos(nanos: i128) -> Option<Self> {
        let seconds = i64::try_from(nanos.wrapping_div(1_000_000_000)).ok()?;
        let rest = i32::try_from(nanos.wrapping_rem(1_000_000_000)).ok()?;
        Some(Self(SignedDuration::new(seconds, rest)))
    }

    fn reach(self, time: Timestamp, found: Option<Timestamp>) -> Result<Timestamp, Error> {
        found.filter(|found| *found >= FIRST).ok_or(Error::OutOfReach { time, period: self })
    }
}

impl From<SignedDuration> for Period {
    fn from(duration: SignedDuration) -> Self {
        Self(duration)
    }
}

/// As its text.
#[cfg(feature = "serde")]
impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Period {
        Period(SignedDuration::from_secs(seconds))
    }

    #[test]
    fn bins_before_the_origin_start_below_their_times() {
        let at = |second| Timestamp::constant(second, 0);
        assert_eq!(seconds(10).floor(at(-1), at(0)).unwrap(), at(-10));
        assert_eq!(seconds(10).floor(at(-10), at(0)).unwrap(), at(-10));
        assert_eq!(seconds(10).floor(at(9), at(0)).unwrap(), at(0));
        assert_eq!(seconds(7).floor(at(9), at(3)).unwrap(), at(3));
    }

    #[test]
    fn bin_without_length_is_an_error() {
        for period in [Period::ZERO, seconds(-1)] {
            let found = period.floor(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
            assert!(matches!(found, Err(Error::PeriodNotPositive { .. })));
        }
    }

    #[test]
    fn longest_periods_lead_out_of_reach_and_wrap_nowhere() {
        for longest in [SignedDuration::MIN, SignedDuration::MAX].map(Period) {
            for time in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
                assert!(matches!(longest.after(time), Err(Error::OutOfReach { .. })));
                assert!(matches!(longest.before(time), Err(Error::OutOfReach { .. })));
            }
        }
        let longest = Period(SignedDuration::MAX);
        assert_eq!(
            longest.floor(Timestamp::MAX, Timestamp::UNIX_EPOCH).unwrap(),
            Timestamp::UNIX_EPOCH
        );
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_period_is_its_text() {
        let text = serde_json::to_string(&seconds(5400)).unwrap();
        assert_eq!(text, "\"1h30min\"");
        assert_eq!(serde_json::from_str::<Period>(&text).unwrap(), seconds(5400));
        assert!(serde_json::from_str::<Period>("\"1M\"").is_err());
    }
}
