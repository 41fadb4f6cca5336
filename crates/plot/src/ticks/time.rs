//! Steps of the clock and of the calendar, in UTC.

use jiff::{
    Timestamp,
    civil::{DateTime, date},
    tz::TimeZone,
};

use super::Tick;

/// Multiples of the finest step that gives no more than `room`.
pub(super) fn ticks(from: f64, to: f64, room: usize) -> Vec<Tick> {
    let (from, to) = (from.ceil() as i64, to.floor() as i64);
    let fits = |step: &&Step| usize::try_from(step.count(from, to)).is_ok_and(|n| n <= room);
    let step = STEPS.iter().find(fits);
    let step = step.unwrap_or(&STEPS[STEPS.len() - 1]);
    let mut last = None;
    let (first, end) = step.places(from, to);
    let found = (first..=end).filter_map(|nth| step.at(nth)).filter(|at| (from..=to).contains(at));
    found.filter_map(|at| tick(at, step.words(), &mut last)).collect()
}

/// Ends in the years 1 to 9999, apart by 10 milliseconds at least: browsers and plotly.js take others for
/// no times at all.
pub(crate) fn clamped(from: f64, to: f64) -> (f64, f64) {
    let from = from.clamp(FIRST, LAST - LEAST_MS);
    (from, to.clamp(from + LEAST_MS, LAST))
}

/// `0001-01-01T00:00Z`, in milliseconds.
const FIRST: f64 = -62_135_596_800_000.0;
/// `9999-12-30T22:00Z`, the last that a [`Timestamp`] holds in every time zone.
const LAST: f64 = 253_402_207_200_000.0;
const LEAST_MS: f64 = 10.0;

/// A part of the clock or of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Of so many milliseconds, counted from an offset.
    Ms(i64, i64),
    /// Of so many months, counted from the year 0.
    Months(i64),
}

pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// The first Monday of 1970.
pub(crate) const MONDAY: i64 = 4 * DAY;

const STEPS: [Step; 47] = [
    Step::Ms(1, 0),
    Step::Ms(2, 0),
    Step::Ms(5, 0),
    Step::Ms(10, 0),
    Step::Ms(20, 0),
    Step::Ms(50, 0),
    Step::Ms(100, 0),
    Step::Ms(200, 0),
    Step::Ms(500, 0),
    Step::Ms(SECOND, 0),
    Step::Ms(2 * SECOND, 0),
    Step::Ms(5 * SECOND, 0),
    Step::Ms(10 * SECOND, 0),
    Step::Ms(15 * SECOND, 0),
    Step::Ms(30 * SECOND, 0),
    Step::Ms(MINUTE, 0),
    Step::Ms(2 * MINUTE, 0),
    Step::Ms(5 * MINUTE, 0),
    Step::Ms(10 * MINUTE, 0),
    Step::Ms(15 * MINUTE, 0),
    Step::Ms(30 * MINUTE, 0),
    Step::Ms(HOUR, 0),
    Step::Ms(2 * HOUR, 0),
    Step::Ms(3 * HOUR, 0),
    Step::Ms(6 * HOUR, 0),
    Step::Ms(12 * HOUR, 0),
    Step::Ms(DAY, 0),
    Step::Ms(2 * DAY, 0),
    Step::Ms(4 * DAY, 0),
    Step::Ms(7 * DAY, MONDAY),
    Step::Ms(14 * DAY, MONDAY),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(2 * 12),
    Step::Months(5 * 12),
    Step::Months(10 * 12),
    Step::Months(20 * 12),
    Step::Months(50 * 12),
    Step::Months(100 * 12),
    Step::Months(200 * 12),
    Step::Months(500 * 12),
    Step::Months(1000 * 12),
    Step::Months(2000 * 12),
    Step::Months(5000 * 12),
];

/// What a label tells.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    Millisecond,
    Second,
    Minute,
    Day,
    Month,
    Year,
}

impl Step {
    /// The numbers of the first and of the last multiple in a range, or of ones just outside of it.
    fn places(self, from: i64, to: i64) -> (i64, i64) {
        match self {
            Self::Ms(size, offset) => (-(offset - from).div_euclid(size), self.number(to)),
            Self::Months(_) => (self.number(from), self.number(to)),
        }
    }

    /// The number of the step that a time is in.
    pub(crate) fn number(self, ms: i64) -> i64 {
        match self {
            Self::Ms(size, offset) => (ms - offset).div_euclid(size),
            Self::Months(size) => month_of(ms).div_euclid(size),
        }
    }

    /// When a step begins, within the years 1 to 9999.
    pub(crate) fn start(self, nth: i64) -> f64 {
        let end = if nth < 0 { FIRST } else { LAST };
        self.at(nth).map_or(end, |at| (at as f64).clamp(FIRST, LAST))
    }

    /// Whether a time is the first of a step.
    pub(crate) fn begins_at(self, ms: i64) -> bool {
        self.at(self.number(ms)) == Some(ms)
    }

    /// How many multiples there are in a range.
    fn count(self, from: i64, to: i64) -> i64 {
        let (first, last) = self.places(from, to);
        let is_before = self.at(first).is_none_or(|at| at < from);
        last - first + i64::from(!is_before)
    }

    fn at(self, nth: i64) -> Option<i64> {
        match self {
            Self::Ms(size, offset) => Some(nth * size + offset),
            Self::Months(size) => {
                let (year, month) = ((nth * size).div_euclid(12), (nth * size).rem_euclid(12));
                let (year, month) = (i16::try_from(year).ok()?, i8::try_from(month + 1).ok()?);
                let first = date(1, 1, 1).with().year(year).month(month).build().ok()?;
                Some(first.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_millisecond())
            }
        }
    }

    fn words(self) -> Words {
        match self {
            Self::Ms(size, _) if size < SECOND => Words::Millisecond,
            Self::Ms(size, _) if size < MINUTE => Words::Second,
            Self::Ms(size, _) if size < DAY => Words::Minute,
            Self::Ms(..) => Words::Day,
            Self::Months(size) if size < 12 => Words::Month,
            Self::Months(_) => Words::Year,
        }
    }
}

fn utc(ms: i64) -> Option<DateTime> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_millisecond(ms).ok()?))
}

/// Months since the year 0.
fn month_of(ms: i64) -> i64 {
    utc(ms).map_or(0, |time| i64::from(time.year()) * 12 + i64::from(time.month()) - 1)
}

/// A tick with what has changed since the last one below it.
fn tick(ms: i64, words: Words, last: &mut Option<DateTime>) -> Option<Tick> {
    let time = utc(ms)?;
    let label = match words {
        Words::Millisecond => time.strftime("%H:%M:%S.%3f"),
        Words::Second => time.strftime("%H:%M:%S"),
        Words::Minute => time.strftime("%H:%M"),
        Words::Day => time.strftime("%m-%d"),
        Words::Month => time.strftime("%Y-%m"),
        Words::Year => time.strftime("%Y"),
    };
    let below = match (words, last.replace(time)) {
        (Words::Month | Words::Year, _) => String::new(),
        (Words::Day, Some(last)) if last.year() == time.year() => String::new(),
        (Words::Day, _) => time.strftime("%Y").to_string(),
        (_, Some(last)) if last.date() == time.date() => String::new(),
        (_, Some(last)) if last.year() == time.year() => time.strftime("%m-%d").to_string(),
        _ => time.strftime("%Y-%m-%d").to_string(),
    };
    Some(Tick { below, ..Tick::new(ms as f64, label.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: &str, to: &str, room: usize) -> Vec<String> {
        let ms = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond() as f64;
        let found = ticks(ms(from), ms(to), room).into_iter();
        found.map(|tick| format!("{} {}", tick.label, tick.below).trim_end().to_owned()).collect()
    }

    #[test]
    fn the_date_stands_where_the_day_changes() {
        assert_eq!(
            texts("2024-05-13T15:10:00Z", "2024-05-14T05:00:00Z", 6),
            ["18:00 2024-05-13", "21:00", "00:00 05-14", "03:00"]
        );
    }

    #[test]
    fn days_have_the_year_where_it_changes() {
        assert_eq!(
            texts("2023-12-29T00:00:00Z", "2024-01-03T00:00:00Z", 8),
            ["12-29 2023", "12-30", "12-31", "01-01 2024", "01-02", "01-03"]
        );
        assert_eq!(
            texts("2024-04-28T00:00:00Z", "2024-06-01T00:00:00Z", 6),
            ["04-29 2024", "05-06", "05-13", "05-20", "05-27"]
        );
    }

    #[test]
    fn long_ranges_have_months_and_years() {
        assert_eq!(
            texts("2023-11-15T00:00:00Z", "2024-03-20T00:00:00Z", 6),
            ["2023-12", "2024-01", "2024-02", "2024-03"]
        );
        assert_eq!(
            texts("0001-01-01T00:00:00Z", "9999-12-30T00:00:00Z", 10),
            ["1000", "2000", "3000", "4000", "5000", "6000", "7000", "8000", "9000"]
        );
    }

    #[test]
    fn short_ranges_have_milliseconds() {
        assert_eq!(
            texts("2024-05-13T15:10:00.001Z", "2024-05-13T15:10:00.012Z", 4),
            ["15:10:00.005 2024-05-13", "15:10:00.010"]
        );
    }
}
