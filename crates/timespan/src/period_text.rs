//! The text of a period, after the grammar that pandas documents for `Timedelta`.

use std::{fmt, str::FromStr};

use crate::{
    Period,
    decimal::Decimal,
    error::{Error, excerpt},
};

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;
const WEEK: i128 = 7 * DAY;

/// The units that are printed, longest first.
const PRINTED: [(&str, i128); 7] = [
    ("D", DAY),
    ("h", HOUR),
    ("min", MINUTE),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Whole numbers of days, hours, minutes, seconds and their thousandths, without what is zero.
///
/// It reads back exactly, here and in pandas.
///
/// ```
/// # use oddsift_timespan::Period;
/// let period: Period = "1.5s".parse()?;
/// assert_eq!(period.to_string(), "1s500ms");
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.duration().as_nanos();
        if nanos == 0 {
            return f.write_str("0s");
        }
        if nanos < 0 {
            f.write_str("-")?;
        }
        // At most 95 bits: the negation cannot overflow.
        let mut rest = nanos.saturating_abs();
        for (name, unit) in PRINTED {
            let count = rest.checked_div(unit).unwrap_or(0);
            rest = rest.checked_rem(unit).unwrap_or(0);
            if count > 0 {
                write!(f, "{count}{name}")?;
            }
        }
        Ok(())
    }
}

/// Reads the text of a period; see [`Period`] for the shapes.
///
/// # Errors
///
/// [`Error::Period`] (no known shape), [`Error::PeriodUnit`] or [`Error::PeriodRange`].
///
/// ```
/// # use oddsift_timespan::{Error, Period};
/// assert_eq!("30min".parse::<Period>()?, "1800 s".parse()?);
/// assert!(matches!("half an hour".parse::<Period>(), Err(Error::Period { .. })));
/// # Ok::<(), Error>(())
/// ```
impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let nanos = scan(text).map_err(|fault| fault.explain(text))?;
        Period::from_nanos(nanos).ok_or_else(|| Fault::Range.explain(text))
    }
}

pub(crate) enum Fault<'a> {
    Shape,
    Unit(&'a str),
    Range,
}

impl Fault<'_> {
    fn explain(self, text: &str) -> Error {
        let shown = excerpt(text);
        match self {
            Fault::Shape => Error::Period { text: shown },
            Fault::Unit(unit) => Error::PeriodUnit { text: shown, unit: excerpt(unit) },
            Fault::Range => Error::PeriodRange { text: shown },
        }
    }
}

fn scan(text: &str) -> Result<i128, Fault<'_>> {
    let trimmed = text.trim_matches(' ');
    let negative = trimmed.starts_with('-');
    let unsigned = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed).trim_start_matches(' ');
    let (nanos, clock) = match unsigned.strip_prefix('P') {
        Some(iso) => (scan_iso(iso)?, 0),
        None => scan_terms(unsigned)?,
    };
    let turned = if negative { nanos.checked_neg() } else { Some(nanos) };
    turned.and_then(|nanos| nanos.checked_add(clock)).ok_or(Fault::Range)
}

/// Numbers with units, then a clock; at least one of them.
///
/// First what a leading sign turns, then what it does not: pandas prints -1h as `-1 days +23:00:00`.
fn scan_terms(text: &str) -> Result<(i128, i128), Fault<'_>> {
    let mut nanos = 0_i128;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = Decimal::split(rest)?;
        if behind.starts_with(':') {
            let clock = scan_clock(rest)?;
            return Ok(if rest.len() == text.len() { (clock, 0) } else { (nanos, clock) });
        }
        let spaced = behind.trim_start_matches(' ');
        let letters = spaced.find(|c: char| !c.is_alphabetic()).unwrap_or(spaced.len());
        let (name, behind) = spaced.split_at_checked(letters).ok_or(Fault::Shape)?;
        let term = number.times(unit(name)?).ok_or(Fault::Range)?;
        nanos = nanos.checked_add(term).ok_or(Fault::Range)?;
        rest = behind.trim_start_matches([' ', ',']);
        rest = rest.strip_prefix('+').unwrap_or(rest);
    }
    if text.is_empty() { Err(Fault::Shape) } else { Ok((nanos, 0)) }
}

fn unit(name: &str) -> Result<i128, Fault<'_>> {
    // Of all units only this one means something else in upper case.
    if name == "M" {
        return Err(Fault::Unit(name));
    }
    Ok(match name.to_lowercase().as_str() {
        "w" => WEEK,
        "d" | "day" | "days" => DAY,
        "h" | "hr" | "hour" | "hours" => HOUR,
        "m" | "t" | "min" | "minute" | "minutes" => MINUTE,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "ms" | "l" | "milli" | "millis" | "millisecond" | "milliseconds" => 1_000_000,
        // The micro sign and the Greek letter.
        "us" | "u" | "\u{b5}s" | "\u{3bc}s" | "micro" | "micros" | "microsecond"
        | "microseconds" => 1_000,
        "ns" | "n" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        "" => return Err(Fault::Shape),
        _ => return Err(Fault::Unit(name)),
    })
}

/// `H:MM:SS` with any number of hours and a fraction of the seconds.
fn scan_clock(text: &str) -> Result<i128, Fault<'_>> {
    let mut fields = text.split(':');
    let mut total = 0_i128;
    for (length, limit) in [(HOUR, i128::MAX), (MINUTE, 60), (SECOND, 60)] {
        let field = fields.next().ok_or(Fault::Shape)?;
        let (number, behind) = Decimal::split(field)?;
        let whole = length != SECOND && field.contains('.');
        if !behind.is_empty() || whole || number.whole >= limit {
            return Err(Fault::Shape);
        }
        let term = number.times(length).ok_or(Fault::Range)?;
        total = total.checked_add(term).ok_or(Fault::Range)?;
    }
    if fields.next().is_some() { Err(Fault::Shape) } else { Ok(total) }
}

/// `[nW][nD][T[nH][nM][n[.f]S]]` of ISO 8601, the `P` already read.
fn scan_iso(text: &str) -> Result<i128, Fault<'_>> {
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return Err(Fault::Shape),
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return Err(Fault::Shape);
    }
    let date = scan_iso_part(date, &[('W', WEEK), ('D', DAY)])?;
    let time = scan_iso_part(time, &[('H', HOUR), ('M', MINUTE), ('S', SECOND)])?;
    date.checked_add(time).ok_or(Fault::Range)
}

/// Each unit at most once, in their order.
fn scan_iso_part<'a>(text: &'a str, units: &[(char, i128)]) -> Result<i128, Fault<'a>> {
    let mut units = units.iter();
    let mut nanos = 0_i128;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, behind) = Decimal::split(rest)?;
        let mut letters = behind.chars();
        let letter = letters.next().ok_or(Fault::Shape)?;
        let (_, length) = units.find(|(unit, _)| *unit == letter).ok_or(Fault::Shape)?;
        if number.fraction != 0 && *length != SECOND {
            return Err(Fault::Shape);
        }
        let term = number.times(*length).ok_or(Fault::Range)?;
        nanos = nanos.checked_add(term).ok_or(Fault::Range)?;
        rest = letters.as_str();
    }
    Ok(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> i128 {
        text.parse::<Period>().unwrap_or_else(|error| panic!("{error}")).duration().as_nanos()
    }

    #[test]
    fn every_documented_shape_is_read() {
        for (text, expected) in [
            ("1h", HOUR),
            ("30min", 30 * MINUTE),
            ("2D", 2 * DAY),
            ("90s", 90 * SECOND),
            ("1W", WEEK),
            (" + 1H ", HOUR),
            ("1T", MINUTE),
            ("1500ms", 1_500_000_000),
            ("7 \u{b5}s", 7_000),
            ("1ns", 1),
            ("1h30m", 90 * MINUTE),
            ("2 days, 3 hours", 51 * HOUR),
            ("1 days 02:00:00", 26 * HOUR),
            ("48:00:00.25", 2 * DAY + 250_000_000),
            ("P1DT2H", 26 * HOUR),
            ("P1W", WEEK),
            ("PT90.5S", 90_500_000_000),
            (".5h", 30 * MINUTE),
            ("1.h", HOUR),
        ] {
            assert_eq!(nanos(text), expected, "{text:?}");
        }
    }

    #[test]
    fn sign_turns_all_but_a_clock_behind_days() {
        assert_eq!(nanos("-1h30min"), -90 * MINUTE);
        assert_eq!(nanos("-01:00:00"), -HOUR);
        assert_eq!(nanos("-1 days +23:00:00"), -HOUR);
        assert_eq!(nanos("-PT1M"), -MINUTE);
    }

    #[test]
    fn fraction_is_exact_and_cut_to_the_nanosecond() {
        assert_eq!(nanos("0.1s"), 100_000_000);
        assert_eq!(nanos("0.333333333333h"), 1_199_999_999_998);
        assert_eq!(nanos(&format!("0.{}s", "9".repeat(99))), 999_999_999);
    }

    #[test]
    fn other_texts_are_errors_that_name_the_cause() {
        for text in [
            "",
            " ",
            "-",
            "h",
            "5",
            "1.5",
            ".h",
            "01:30",
            "1:2:3:4",
            "1:60:00",
            "1.5:00:00",
            "1::0",
            "1:00:00h",
            "2h-30min",
            "--1h",
            "1h;",
            "1\th",
            "P",
            "PT",
            "P1H",
            "PT1D",
            "P1DT",
            "P1D1W",
            "P0.5D",
            "P1M",
            "1h 2",
            "\u{661}h",
            "1:00:0\u{661}",
        ] {
            assert!(matches!(text.parse::<Period>(), Err(Error::Period { .. })), "{text:?}");
        }
        for text in ["1M", "1y", "1 week", "1e3s", "1B", "1 fortnight", "1hp"] {
            assert!(matches!(text.parse::<Period>(), Err(Error::PeriodUnit { .. })), "{text:?}");
        }
        for text in ["9999999999999999W", &"9".repeat(99), &format!("-{}D", "9".repeat(30))] {
            assert!(matches!(text.parse::<Period>(), Err(Error::PeriodRange { .. })), "{text:?}");
        }
    }

    #[test]
    fn longest_periods_print_and_read_back() {
        use jiff::SignedDuration;

        for longest in [SignedDuration::MIN, SignedDuration::MAX].map(Period::from) {
            assert_eq!(longest.to_string().parse::<Period>().unwrap(), longest);
        }
    }
}
