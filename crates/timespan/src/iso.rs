//! One pass over the bytes, no allocation unless the text is bad.

use jiff::{
    civil::{Date, DateTime, Time},
    tz::Offset,
};

use crate::error::{Error, excerpt};

/// The fields of a text with an ISO 8601 shape; the calendar is not checked yet.
#[derive(Clone, Copy)]
struct Fields {
    date: (i16, i8, i8),
    clock: (i8, i8, i8),
    nanosecond: i32,
    offset: Option<Offset>,
}

/// Reads a civil time and the offset that may follow it.
#[inline]
pub(crate) fn parse(text: &str) -> Result<(DateTime, Option<Offset>), Fault> {
    let fields = scan(text.as_bytes())?;
    Ok((civil(fields.date, fields.clock, fields.nanosecond)?, fields.offset))
}

/// The civil time of its fields, where the calendar has it.
#[inline]
pub(crate) fn civil(
    (year, month, day): (i16, i8, i8),
    clock: (i8, i8, i8),
    nanosecond: i32,
) -> Result<DateTime, Fault> {
    if year == 0 {
        return Err(Fault::Year);
    }
    let date = Date::new(year, month, day).map_err(|_| no_such_day(month, day))?;
    let (hour, minute, second) = clock;
    let time = Time::new(hour, minute, second, nanosecond).map_err(|_| no_such_clock(clock))?;
    Ok(DateTime::from_parts(date, time))
}

/// Reads an offset such as `+02:00`, `-0530` or `+01`.
pub(crate) fn parse_offset(text: &str) -> Option<Offset> {
    let mut cursor = Cursor(text.as_bytes());
    let offset = cursor.offset().ok()??;
    cursor.0.is_empty().then_some(offset)
}

#[cold]
fn no_such_day(month: i8, day: i8) -> Fault {
    if (month, day) == (2, 29) { Fault::LeapDay } else { Fault::Day }
}

#[cold]
fn no_such_clock(clock: (i8, i8, i8)) -> Fault {
    match clock {
        (24, ..) => Fault::Hour24,
        (0..=23, 0..=59, 60) => Fault::LeapSecond,
        _ => Fault::Clock,
    }
}

/// Why a text is no time; its [`Error`] has the text, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Shape,
    Year,
    Day,
    LeapDay,
    Weekday,
    Clock,
    Hour24,
    LeapSecond,
    Fraction,
    Offset,
}

impl Fault {
    #[cold]
    pub(crate) fn explain(self, text: &str) -> Error {
        let shown = excerpt(text);
        match self {
            Fault::Shape if has_strange_year(text) => Error::Year { text: shown },
            Fault::Shape => Error::Shape { text: shown, formats: Vec::new() },
            Fault::Year => Error::Year { text: shown },
            Fault::Day => Error::Day { text: shown },
            Fault::LeapDay => Error::LeapDay { text: shown },
            Fault::Weekday => Error::Weekday { text: shown },
            Fault::Clock => Error::Clock { text: shown },
            Fault::Hour24 => Error::Hour24 { text: shown },
            Fault::LeapSecond => Error::LeapSecond { text: shown },
            Fault::Fraction => Error::Fraction { text: shown },
            Fault::Offset => Error::Offset { text: shown },
        }
    }
}

/// Whether the text would be a date if its year were not signed or longer than four digits.
fn has_strange_year(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']);
    let rest = unsigned.unwrap_or(text);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mut after = Cursor(rest.as_bytes().get(digits..).unwrap_or_default());
    (digits > 4 || (unsigned.is_some() && digits == 4))
        && after.eat(b'-')
        && after.number::<2>().is_some()
        && after.eat(b'-')
}

#[inline]
fn scan(text: &[u8]) -> Result<Fields, Fault> {
    let mut cursor = Cursor(text);
    let date = cursor.date().ok_or(Fault::Shape)?;
    let mut fields = Fields { date, clock: (0, 0, 0), nanosecond: 0, offset: None };
    if cursor.0.is_empty() {
        return Ok(fields);
    }
    if !(cursor.eat(b'T') || cursor.eat(b' ')) {
        return Err(Fault::Shape);
    }
    let (hour, minute) = cursor.minutes().ok_or(Fault::Shape)?;
    fields.clock = (hour, minute, 0);
    if cursor.eat(b':') {
        fields.clock.2 = cursor.pair().ok_or(Fault::Shape)?;
        if cursor.eat(b'.') {
            fields.nanosecond = cursor.fraction()?;
        }
    }
    fields.offset = cursor.zone()?;
    if cursor.0.is_empty() { Ok(fields) } else { Err(Fault::Shape) }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    #[inline]
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Exactly `N` digits, at most four of them.
    #[inline]
    fn number<const N: usize>(&mut self) -> Option<i16> {
        let (digits, rest) = self.0.split_first_chunk::<N>()?;
        let mut value = 0_i16;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            value = value.wrapping_mul(10).wrapping_add(i16::from(digit));
        }
        self.0 = rest;
        Some(value)
    }

    #[inline]
    fn pair(&mut self) -> Option<i8> {
        self.number::<2>().and_then(|value| i8::try_from(value).ok())
    }

    #[inline]
    fn date(&mut self) -> Option<(i16, i8, i8)> {
        let year = self.number::<4>()?;
        let month = self.eat(b'-').then(|| self.pair())??;
        let day = self.eat(b'-').then(|| self.pair())??;
        Some((year, month, day))
    }

    #[inline]
    fn minutes(&mut self) -> Option<(i8, i8)> {
        let hour = self.pair()?;
        let minute = self.eat(b':').then(|| self.pair())??;
        Some((hour, minute))
    }

    /// One to nine digits, as nanoseconds.
    #[inline]
    fn fraction(&mut self) -> Result<i32, Fault> {
        let mut nanosecond = 0_i32;
        let mut unit = 100_000_000_i32;
        let mut n_digits = 0_u8;
        while let Some((first, rest)) = self.0.split_first()
            && first.is_ascii_digit()
        {
            if n_digits == 9 {
                return Err(Fault::Fraction);
            }
            let digit = i32::from(first.wrapping_sub(b'0'));
            nanosecond = nanosecond.wrapping_add(digit.wrapping_mul(unit));
            unit = unit.wrapping_div(10);
            n_digits = n_digits.wrapping_add(1);
            self.0 = rest;
        }
        if n_digits == 0 { Err(Fault::Shape) } else { Ok(nanosecond) }
    }

    #[inline]
    fn zone(&mut self) -> Result<Option<Offset>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let spaced = self.eat(b' ');
        if self.eat(b'Z') {
            return Ok(Some(Offset::UTC));
        }
        if spaced && let Some(rest) = self.0.strip_prefix(b"UTC") {
            self.0 = rest;
            return Ok(Some(Offset::UTC));
        }
        self.offset()
    }

    /// `±HH`, `±HH:MM` or `±HHMM`.
    fn offset(&mut self) -> Result<Option<Offset>, Fault> {
        let negative = self.eat(b'-');
        if !negative && !self.eat(b'+') {
            return Err(Fault::Shape);
        }
        let hour = self.number::<2>().ok_or(Fault::Shape)?;
        let colon = self.eat(b':');
        let minute =
            if colon || !self.0.is_empty() { self.number::<2>().ok_or(Fault::Shape)? } else { 0 };
        if hour > 23 || minute > 59 {
            return Err(Fault::Offset);
        }
        let seconds = i32::from(hour).wrapping_mul(60).wrapping_add(i32::from(minute));
        let seconds = seconds.wrapping_mul(if negative { -60 } else { 60 });
        Offset::from_seconds(seconds).map(Some).map_err(|_| Fault::Offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let (civil, offset) = parse(text).unwrap();
        format!("{civil} {}", offset.map_or(String::from("none"), |offset| offset.to_string()))
    }

    #[test]
    fn every_documented_shape_is_read() {
        assert_eq!(shown("2024-03-01"), "2024-03-01T00:00:00 none");
        assert_eq!(shown("2024-03-01T10:20"), "2024-03-01T10:20:00 none");
        assert_eq!(shown("2024-03-01 10:20:30"), "2024-03-01T10:20:30 none");
        assert_eq!(shown("2024-03-01 10:20:30.5 UTC"), "2024-03-01T10:20:30.5 +00");
        assert_eq!(shown("2024-03-01T10:20:30.123456789Z"), "2024-03-01T10:20:30.123456789 +00");
        assert_eq!(shown("2024-03-01T10:20:30+05:30"), "2024-03-01T10:20:30 +05:30");
        assert_eq!(shown("2024-03-01T10:20:30-0530"), "2024-03-01T10:20:30 -05:30");
        assert_eq!(shown("2024-03-01 10:20 +01"), "2024-03-01T10:20:00 +01");
    }

    #[test]
    fn other_shapes_are_errors() {
        for text in [
            "",
            " ",
            "2024",
            "2024-3-1",
            "20240301",
            "03/04/2024 10:00",
            "2024-03-01T",
            "2024-03-01T10",
            "2024-03-01T10:20:",
            "2024-03-01T10:20:30.",
            "2024-03-01T10:20:30X",
            "2024-03-01T10:20:30ZZ",
            "2024-03-01Z",
            "2024-03-01T10:20.5Z",
            "2024-03-01T10:20:30UTC",
            "2024-03-01T10:20:30  Z",
            " 2024-03-01",
            "2024-03-01T10:20:30+5",
            "2024-03-01T10:20:30+05:3",
            "２０２４-03-01",
        ] {
            assert_eq!(parse(text), Err(Fault::Shape), "{text:?}");
        }
    }

    #[test]
    fn errors_say_which_part_is_wrong() {
        let error = |text: &str| parse(text).unwrap_err().explain(text);
        assert!(matches!(error("0000-00-00T00:00:00Z"), Error::Year { .. }));
        assert!(matches!(error("10000-01-01T00:00:00Z"), Error::Year { .. }));
        assert!(matches!(error("292277026596-12-04T15:30:08Z"), Error::Year { .. }));
        assert!(matches!(error("-0001-01-01T00:00:00Z"), Error::Year { .. }));
        assert!(matches!(error("2023-02-29"), Error::LeapDay { .. }));
        assert!(matches!(error("2023-04-31"), Error::Day { .. }));
        assert!(matches!(error("2016-12-31T24:00:00Z"), Error::Hour24 { .. }));
        assert!(matches!(error("2016-12-31T23:59:60Z"), Error::LeapSecond { .. }));
        assert!(matches!(error("2016-12-31T23:60:00Z"), Error::Clock { .. }));
        assert!(matches!(error("2016-12-31T23:00:00.0123456789Z"), Error::Fraction { .. }));
        assert!(matches!(error("2016-12-31T23:00:00+24:00"), Error::Offset { .. }));
    }

    #[test]
    fn offset_alone_is_read_whole() {
        assert_eq!(parse_offset("+02:00"), Offset::from_hours(2).ok());
        assert_eq!(parse_offset("+02:00x"), None);
        assert_eq!(parse_offset("02:00"), None);
    }
}
