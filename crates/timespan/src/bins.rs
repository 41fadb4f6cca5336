use std::str::FromStr;

use jiff::{
    Span, Timestamp,
    civil::{Date, time},
    tz::TimeZone,
};

use crate::{
    Error, Period,
    parser::{FIRST, find_zone},
};

/// How times are put in bins: how long a bin is, where bins begin, and what they are called.
///
/// They are the bins of pandas' `resample`, which begin at the first time there is:
///
/// | text | bins | label |
/// |---|---|---|
/// | `1D`, `2D` | whole days, the first of them that of the first time | midnight of their first day |
/// | `1W`, `2W` | whole weeks from Monday to Sunday, the first of them ending on the Sunday on or after the first time | midnight before their last day, a Sunday |
/// | any other [`Period`] | of that length, counted from the midnight before the first time | their start |
///
/// Days begin at midnight in a [time zone](Self::time_zone), by default UTC, and are those of the
/// calendar: some have 23 or 25 hours. Where clocks skip midnight the day begins when they go on.
/// A period that is not text is of the last kind, so that `24h` and `1D` differ where clocks change.
///
/// ```
/// use oddsift_timespan::{Bins, Timestamp};
///
/// let monday: Timestamp = "2024-01-08T10:00:00Z".parse()?;
/// let label = |bins: &str| bins.parse::<Bins>()?.label(monday, monday);
/// assert_eq!(label("1h")?.to_string(), "2024-01-08T10:00:00Z");
/// assert_eq!(label("1D")?.to_string(), "2024-01-08T00:00:00Z");
/// assert_eq!(label("1W")?.to_string(), "2024-01-14T00:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "resample")]
#[doc(alias = "Grouper")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bins {
    unit: Unit,
    length: Period,
    zone: TimeZone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Time,
    Days(i64),
    Weeks(i64),
}

impl Bins {
    /// Returns how long a bin is, days being 24 hours.
    ///
    /// ```
    /// # use oddsift_timespan::Bins;
    /// assert_eq!("1W".parse::<Bins>()?.length().to_string(), "7D");
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn length(&self) -> Period {
        self.length
    }

    /// Sets the zone at whose midnights days begin: an IANA name, `UTC` or an offset such as `+02:00`;
    /// `None` (the default) is UTC.
    ///
    /// # Errors
    ///
    /// [`Error::TimeZone`] if the name is not known.
    ///
    /// ```
    /// use oddsift_timespan::{Bins, Timestamp};
    ///
    /// let bins = "1D".parse::<Bins>()?.time_zone(Some("+02:00"))?;
    /// let night: Timestamp = "2024-01-08T23:00:00Z".parse()?;
    /// assert_eq!(bins.label(night, night)?.to_string(), "2024-01-08T22:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn time_zone(mut self, name: Option<&str>) -> Result<Self, Error> {
        self.zone = name.map_or(Ok(TimeZone::UTC), find_zone)?;
        Ok(self)
    }

    /// Returns the label of the bin that holds `time`; `first` is the first time there is.
    ///
    /// # Errors
    ///
    /// [`Error::PeriodNotPositive`] if bins have no length; [`Error::OutOfReach`] if the label is not in
    /// the years 1 to 9999.
    ///
    /// ```
    /// use oddsift_timespan::{Bins, Period, Timestamp};
    ///
    /// let [first, time]: [Timestamp; 2] = ["2024-01-08T10:00:00Z".parse()?, "2024-01-10T23:00:00Z".parse()?];
    /// let label = |bins: &str| bins.parse::<Bins>()?.label(time, first);
    /// assert_eq!(label("2D")?.to_string(), "2024-01-10T00:00:00Z");
    /// assert_eq!(label("7h")?.to_string(), "2024-01-10T22:00:00Z");
    /// assert!(Bins::from(Period::ZERO).label(time, first).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn label(&self, time: Timestamp, first: Timestamp) -> Result<Timestamp, Error> {
        let far = || Error::OutOfReach { time, period: self.length };
        let [day, origin] = [time, first].map(|time| self.zone.to_datetime(time).date());
        let date = match self.unit {
            Unit::Time => {
                let midnight = self.midnight(origin).ok_or_else(far)?;
                return self.length.floor(time, midnight);
            }
            Unit::Days(n) => step(origin, day, n, i64::checked_div_euclid),
            Unit::Weeks(n) => sunday(origin).zip(sunday(day)).and_then(|(origin, sunday)| {
                step(origin, sunday, n.checked_mul(7)?, checked_div_up)
            }),
        };
        date.and_then(|date| self.midnight(date)).filter(|label| *label >= FIRST).ok_or_else(far)
    }

    fn midnight(&self, date: Date) -> Option<Timestamp> {
        let midnight = self.zone.to_ambiguous_timestamp(date.to_datetime(time(0, 0, 0, 0)));
        midnight.compatible().ok()
    }
}

/// The date whole steps of `n` days from `origin` that is nearest to `day` on the side to which `divide` rounds.
fn step(origin: Date, day: Date, n: i64, divide: impl Fn(i64, i64) -> Option<i64>) -> Option<Date> {
    let elapsed = i64::from(origin.until(day).ok()?.get_days());
    let days = divide(elapsed, n)?.checked_mul(n)?;
    origin.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn checked_div_up(days: i64, n: i64) -> Option<i64> {
    days.checked_neg()?.checked_div_euclid(n)?.checked_neg()
}

/// The Sunday on or after a day.
fn sunday(day: Date) -> Option<Date> {
    let left = 7_i8.checked_sub(day.weekday().to_monday_one_offset())?;
    day.checked_add(Span::new().days(left)).ok()
}

/// Bins of that length, counted from midnight UTC.
impl From<Period> for Bins {
    fn from(length: Period) -> Self {
        Self { unit: Unit::Time, length, zone: TimeZone::UTC }
    }
}

/// Reads the text of a [`Period`]; whole numbers of `D` and `W` are days and weeks of the calendar.
///
/// # Errors
///
/// Those of a period's text.
///
/// ```
/// # use oddsift_timespan::Bins;
/// assert!("1M".parse::<Bins>().is_err());
/// assert_ne!("7D".parse::<Bins>()?, "1W".parse()?);
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
impl FromStr for Bins {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bins = Self::from(text.parse::<Period>()?);
        let whole = |unit: [char; 2]| text.trim_matches(' ').strip_suffix(unit)?.parse().ok();
        let unit = match (whole(['D', 'd']), whole(['W', 'w'])) {
            (Some(days), _) if days > 0 => Unit::Days(days),
            (_, Some(weeks)) if weeks > 0 => Unit::Weeks(weeks),
            _ => Unit::Time,
        };
        Ok(Self { unit, ..bins })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(bins: &str, zone: &str, times: &[&str]) -> Vec<String> {
        let bins = bins.parse::<Bins>().unwrap().time_zone(Some(zone)).unwrap();
        let times: Vec<Timestamp> = times.iter().map(|time| time.parse().unwrap()).collect();
        let first = *times.first().unwrap();
        times.iter().map(|time| bins.label(*time, first).unwrap().to_string()).collect()
    }

    #[test]
    fn weeks_end_on_sundays_and_days_begin_at_local_midnight() {
        let times =
            ["2024-01-08T10:00:00Z", "2024-01-14T23:59:59.999999999Z", "2024-01-15T00:00:00Z"];
        let weeks = ["2024-01-14T00:00:00Z", "2024-01-14T00:00:00Z", "2024-01-21T00:00:00Z"];
        assert_eq!(labels("1W", "UTC", &times), weeks);
        // Not how pandas writes weeks.
        let seven_days = labels("1 w", "UTC", &times);
        assert_eq!(seven_days.first().unwrap(), "2024-01-08T00:00:00Z");
        let two = ["2024-01-14T00:00:00Z", "2024-01-14T00:00:00Z", "2024-01-28T00:00:00Z"];
        assert_eq!(labels("2W", "UTC", &times), two);
        // Clocks go on in the night to 31 March.
        let times = ["2024-03-29T22:30:00Z", "2024-03-30T23:30:00Z", "2024-04-02T22:30:00Z"];
        let days = ["2024-03-28T23:00:00Z", "2024-03-30T23:00:00Z", "2024-04-02T22:00:00Z"];
        assert_eq!(labels("1D", "Europe/Berlin", &times), days);
        let hours = labels("24h", "Europe/Berlin", &times);
        assert_eq!(hours.last().unwrap(), "2024-04-01T23:00:00Z");
    }

    #[test]
    fn ends_of_time_are_errors() {
        for bins in ["1D", "1W", "9223372036854775807D", "1317624576693539401W", "106751D"] {
            let Ok(bins) = bins.parse::<Bins>() else { continue };
            for zone in ["UTC", "Asia/Kolkata", "-11:00"] {
                let bins = bins.clone().time_zone(Some(zone)).unwrap();
                for time in [Timestamp::MIN, FIRST, Timestamp::MAX] {
                    let _ = bins.label(time, FIRST);
                    let _ = bins.label(FIRST, time);
                }
            }
        }
        assert!("1W".parse::<Bins>().unwrap().label(Timestamp::MIN, Timestamp::MIN).is_err());
        assert!("0W".parse::<Bins>().unwrap().label(FIRST, FIRST).is_err());
    }
}
