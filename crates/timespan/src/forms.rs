//! Dates as portals, mail, web servers and people write them.
//!
//! A form is read where it has one meaning. Of one that has two, or none without a format, the same
//! scan writes the format.

use jiff::{
    civil::{DateTime, Weekday},
    fmt::strtime::BrokenDownTime,
    tz::Offset,
};

use crate::{
    error::{Error, excerpt},
    iso::{self, Fault},
};

/// Reads a civil time and the offset that may follow it.
pub(crate) fn parse(text: &str, month_first: bool) -> Result<(DateTime, Option<Offset>), Error> {
    let Some(form) = Scan::form(text) else {
        return Err(Fault::Shape.explain(text));
    };
    if form.n_year_digits != 4 {
        return Err(unread(text, form.date));
    }
    let Some((month, day)) = form.date.settle(month_first) else {
        return Err(unread(text, form.date));
    };
    form.civil(month, day).map(|civil| (civil, form.offset)).map_err(|fault| fault.explain(text))
}

/// Whether a format reads a text.
pub(crate) fn reads(format: &str, text: &str) -> bool {
    BrokenDownTime::parse(format, text).is_ok_and(|fields| fields.to_datetime().is_ok())
}

/// The error of a form that has several meanings, with the format of each.
#[cold]
fn unread(text: &str, date: Date) -> Error {
    let orders: &[Order] = match date {
        Date::Known { .. } => &[Order::MonthFirst],
        Date::Either { .. } => &[Order::MonthFirst, Order::DayFirst],
    };
    let formats = orders.iter().map(|order| Scan::format(text, *order));
    let formats: Vec<String> = formats.filter(|format| reads(format, text)).collect();
    let text = excerpt(text);
    if formats.len() > 1 {
        Error::DayOrMonth { text, formats }
    } else {
        Error::Shape { text, formats }
    }
}

/// What a text says.
struct Form {
    weekday: Option<Weekday>,
    year: i16,
    n_year_digits: usize,
    date: Date,
    clock: (i8, i8, i8),
    nanosecond: i32,
    /// Whether a clock of twelve hours is past noon; `None` for one of 24.
    is_afternoon: Option<bool>,
    offset: Option<Offset>,
}

#[derive(Clone, Copy)]
enum Date {
    Known {
        month: i8,
        day: i8,
    },
    /// Two numbers, either of which may be the month.
    Either {
        first: i8,
        second: i8,
    },
}

impl Date {
    /// Month and day; `None` where both orders are dates.
    fn settle(self, month_first: bool) -> Option<(i8, i8)> {
        match self {
            Self::Known { month, day } => Some((month, day)),
            Self::Either { first, second } if month_first || first == second || second > 12 => {
                Some((first, second))
            }
            Self::Either { first, second } => (first > 12).then_some((second, first)),
        }
    }
}

impl Form {
    fn civil(&self, month: i8, day: i8) -> Result<DateTime, Fault> {
        let (hour, minute, second) = self.clock;
        let hour = match self.is_afternoon {
            None => hour,
            Some(is_afternoon) if (1..=12).contains(&hour) => {
                hour.wrapping_rem(12).wrapping_add(if is_afternoon { 12 } else { 0 })
            }
            Some(_) => return Err(Fault::Clock),
        };
        let date = (self.year, month, day);
        let civil = iso::civil(date, (hour, minute, second), self.nanosecond)?;
        if self.weekday.is_some_and(|weekday| weekday != civil.weekday()) {
            return Err(Fault::Weekday);
        }
        Ok(civil)
    }
}

/// Which of two numbers a format names the month.
#[derive(Clone, Copy)]
enum Order {
    MonthFirst,
    DayFirst,
}

/// The rest of a text, and the format of what is passed where one is asked for.
struct Scan<'a> {
    rest: &'a str,
    format: Option<(String, Order)>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

impl<'a> Scan<'a> {
    fn form(text: &'a str) -> Option<Form> {
        Self { rest: text, format: None }.whole()
    }

    /// The format of a text that has a form.
    fn format(text: &'a str, order: Order) -> String {
        let mut scan = Self { rest: text, format: Some((String::new(), order)) };
        let form = scan.pass();
        let (format, _) = scan.format.unwrap_or((String::new(), order));
        let is_of_twelve = form.is_some_and(|form| form.is_afternoon.is_some());
        if is_of_twelve { format.replace("%H", "%I") } else { format }
    }

    fn whole(mut self) -> Option<Form> {
        let form = self.pass()?;
        self.rest.is_empty().then_some(form)
    }

    fn pass(&mut self) -> Option<Form> {
        let mut form = Form {
            weekday: self.weekday(),
            year: 0,
            n_year_digits: 0,
            date: Date::Known { month: 0, day: 0 },
            clock: (0, 0, 0),
            nanosecond: 0,
            is_afternoon: None,
            offset: None,
        };
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.month_name_first(&mut form)?;
            return Some(form);
        }
        let is_compact = self.numbers_first(&mut form)?;
        if !self.rest.is_empty() {
            self.between(&form)?;
            self.clock(&mut form, is_compact)?;
        }
        Some(form)
    }

    /// `Mon, `, `Mon ` or `Monday, `, if there.
    fn weekday(&mut self) -> Option<Weekday> {
        let (_, day) = *WEEKDAYS.iter().find(|(name, _)| self.name(name, "%A", "%a"))?;
        let _ = self.eat(",");
        let _ = self.eat(" ");
        Some(day)
    }

    /// `May 6, 2024` and a clock, or `May  6 07:00:00 2024`.
    fn month_name_first(&mut self, form: &mut Form) -> Option<()> {
        let month = self.month_name()?;
        self.take(" ")?;
        let _ = self.eat(" ");
        let (day, _) = self.number(2, "%d")?;
        form.date = Date::Known { month, day: i8::try_from(day).ok()? };
        if !self.rest.starts_with(',') && is_clock(self.rest.strip_prefix(' ')?) {
            self.take(" ")?;
            self.clock(form, false)?;
            self.take(" ")?;
            return self.year(form);
        }
        let _ = self.eat(",");
        self.take(" ")?;
        self.year(form)?;
        if self.rest.is_empty() {
            return Some(());
        }
        self.between(form)?;
        self.clock(form, false)
    }

    /// A date that begins with a number; tells whether it is written without separators.
    fn numbers_first(&mut self, form: &mut Form) -> Option<bool> {
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        match n_digits {
            8 => {
                self.year(form)?;
                let (month, _) = self.number(2, "%m")?;
                let (day, _) = self.number(2, "%d")?;
                form.date = known(month, day)?;
                // Without a clock it is a number.
                self.rest.starts_with('T').then_some(true)
            }
            4 => {
                self.year(form)?;
                let separator = self.separator("/-.")?;
                let (month, _) = self.number(2, "%m")?;
                self.take(separator)?;
                let (day, _) = self.number(2, "%d")?;
                form.date = known(month, day)?;
                Some(false)
            }
            _ => self.day_or_month_first(form).map(|()| false),
        }
    }

    /// `6 May 2024`, `06/May/2024` or `5/6/2024`.
    fn day_or_month_first(&mut self, form: &mut Form) -> Option<()> {
        let order = self.format.as_ref().map_or(Order::DayFirst, |(_, order)| *order);
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let behind = self.rest.get(n_digits..)?.get(1..)?;
        let is_named = behind.starts_with(|c: char| c.is_ascii_alphabetic());
        let (first, second) = match order {
            Order::MonthFirst if !is_named => ("%m", "%d"),
            _ => ("%d", "%m"),
        };
        let (number, _) = self.number(2, first)?;
        let separator = self.separator("/-. ")?;
        if is_named {
            form.date = Date::Known { day: i8::try_from(number).ok()?, month: self.month_name()? };
        } else if separator == " " {
            return None;
        } else {
            let (other, _) = self.number(2, second)?;
            let (first, second) = (i8::try_from(number).ok()?, i8::try_from(other).ok()?);
            form.date = Date::Either { first, second };
        }
        self.take(separator)?;
        self.year(form)
    }

    /// Four digits, or two, which take a format.
    fn year(&mut self, form: &mut Form) -> Option<()> {
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let letter = if n_digits == 2 { "%y" } else { "%Y" };
        (form.year, form.n_year_digits) = self.number(4, letter)?;
        matches!(form.n_year_digits, 2 | 4).then_some(())
    }

    /// What stands between a date and a clock.
    fn between(&mut self, form: &Form) -> Option<()> {
        let is_named = matches!(form.date, Date::Known { .. });
        let found = [" @ ", " at ", ", ", " ", "T"].into_iter().any(|text| self.eat(text));
        (found || (is_named && self.eat(":"))).then_some(())
    }

    /// `HH:MM[:SS[.f]]`, or `HHMMSS[.f]`, with `AM` or `PM` and a zone.
    fn clock(&mut self, form: &mut Form, is_compact: bool) -> Option<()> {
        let (hour, _) = self.number(2, "%H")?;
        if !is_compact {
            self.take(":")?;
        }
        let minute = self.pair("%M")?;
        form.clock = (i8::try_from(hour).ok()?, minute, 0);
        if is_compact || self.eat(":") {
            form.clock.2 = self.pair("%S")?;
            form.nanosecond = self.fraction()?;
        }
        form.is_afternoon = self.half();
        self.zone(form)
    }

    fn pair(&mut self, letter: &str) -> Option<i8> {
        let (number, n_digits) = self.number(2, letter)?;
        if n_digits == 2 { i8::try_from(number).ok() } else { None }
    }

    /// Nanoseconds of `.123` or `,123`; zero without.
    fn fraction(&mut self) -> Option<i32> {
        let Some(digits) = self.rest.strip_prefix(['.', ',']) else { return Some(0) };
        let n = digits.bytes().take_while(u8::is_ascii_digit).count();
        if n == 0 {
            return Some(0);
        }
        let number: i32 = digits.get(..n).filter(|_| n <= 9)?.parse().ok()?;
        let is_point = self.rest.starts_with('.');
        self.rest = digits.get(n..)?;
        self.write(if is_point { "%.f" } else { ",%f" });
        let power = u32::try_from(9_usize.wrapping_sub(n)).ok()?;
        number.checked_mul(10_i32.checked_pow(power)?)
    }

    /// ` AM` or ` PM`, with or without a space, which browsers make a narrow one.
    fn half(&mut self) -> Option<bool> {
        let word = self.rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let n_before = self.rest.len().wrapping_sub(word.len());
        let name = word.get(..2)?;
        let is_afternoon = name.eq_ignore_ascii_case("pm");
        if n_before > 3 || !(is_afternoon || name.eq_ignore_ascii_case("am")) {
            return None;
        }
        self.write(if n_before == 0 { "%p" } else { " %p" });
        self.rest = word.get(2..)?;
        Some(is_afternoon)
    }

    /// The zone behind a clock, if any.
    fn zone(&mut self, form: &mut Form) -> Option<()> {
        let rest = self.rest.strip_prefix(' ').unwrap_or(self.rest);
        let space = if rest.len() < self.rest.len() { " " } else { "" };
        if let Some(name) = ["UTC", "GMT", "Z"].into_iter().find(|name| rest.starts_with(name)) {
            form.offset = Some(Offset::UTC);
            return self.take(space).and_then(|()| self.take(name));
        }
        if rest.starts_with(['+', '-']) {
            // A year may follow, as in the dates of git.
            let end = rest.find(' ').unwrap_or(rest.len());
            let (text, behind) = rest.split_at_checked(end)?;
            form.offset = Some(iso::parse_offset(text)?);
            self.write(space);
            self.write(if text.contains(':') { "%:z" } else { "%z" });
            self.rest = behind;
        }
        Some(())
    }

    fn month_name(&mut self) -> Option<i8> {
        let at = MONTHS.iter().position(|name| self.name(name, "%B", "%b"))?;
        i8::try_from(at).ok()?.checked_add(1)
    }

    /// A whole name, or its first three letters.
    fn name(&mut self, name: &str, whole: &str, short: &str) -> bool {
        let n = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let is_short = n == 3;
        let expected = name.get(..n).filter(|_| is_short || n == name.len());
        let found = self.rest.get(..n).unwrap_or_default();
        if n == 0 || !expected.is_some_and(|expected| expected.eq_ignore_ascii_case(found)) {
            return false;
        }
        self.rest = self.rest.get(n..).unwrap_or_default();
        self.write(if is_short { short } else { whole });
        true
    }

    /// One to `most` digits, and how many they are.
    fn number(&mut self, most: usize, letter: &str) -> Option<(i16, usize)> {
        let n = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(n)?;
        let number = digits.parse().ok()?;
        self.rest = rest;
        self.write(letter);
        Some((number, n))
    }

    /// One of these characters.
    fn separator(&mut self, of: &str) -> Option<&'a str> {
        let found = self.rest.get(..1).filter(|found| of.contains(found))?;
        self.take(found)?;
        Some(found)
    }

    fn take(&mut self, text: &str) -> Option<()> {
        self.eat(text).then_some(())
    }

    fn eat(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest;
        self.write(text);
        true
    }

    fn write(&mut self, text: &str) {
        if let Some((format, _)) = &mut self.format {
            format.push_str(text);
        }
    }
}

fn known(month: i16, day: i16) -> Option<Date> {
    Some(Date::Known { month: i8::try_from(month).ok()?, day: i8::try_from(day).ok()? })
}

/// Whether a text begins with an hour and a colon.
fn is_clock(text: &str) -> bool {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    matches!(n_digits, 1 | 2) && text.as_bytes().get(n_digits) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let (civil, offset) = parse(text, false).unwrap_or_else(|error| panic!("{error}"));
        format!("{civil}{}", offset.map_or(String::new(), |offset| offset.to_string()))
    }

    #[test]
    fn forms_of_one_meaning_are_read() {
        for (text, expected) in [
            ("May 6, 2024 @ 07:00:00.123", "2024-05-06T07:00:00.123"),
            ("May 6, 2024 7:00:00 AM", "2024-05-06T07:00:00"),
            ("May 6, 2024, 7:00:00.123 PM", "2024-05-06T19:00:00.123"),
            ("May 6, 2024, 12:00:00\u{202f}AM", "2024-05-06T00:00:00"),
            ("May 6, 2024 at 12:00 pm", "2024-05-06T12:00:00"),
            ("Monday, May 6, 2024 7:00:00 AM", "2024-05-06T07:00:00"),
            ("May 6, 2024", "2024-05-06T00:00:00"),
            ("6 May 2024 07:00:00", "2024-05-06T07:00:00"),
            ("06-may-2024 07:00", "2024-05-06T07:00:00"),
            ("06/May/2024:07:00:00 +0200", "2024-05-06T07:00:00+02"),
            ("Mon, 06 May 2024 07:00:00 GMT", "2024-05-06T07:00:00+00"),
            ("Mon, 6 May 2024 07:00:00 -05:30", "2024-05-06T07:00:00-05:30"),
            ("Mon May  6 07:00:00 2024", "2024-05-06T07:00:00"),
            ("Mon May  6 07:00:00 UTC 2024", "2024-05-06T07:00:00+00"),
            ("May 16 07:00:00 2024", "2024-05-16T07:00:00"),
            ("2024/05/06 07:00:00", "2024-05-06T07:00:00"),
            ("2024-5-6 7:00:00 PM", "2024-05-06T19:00:00"),
            ("2024-05-06 07:00:00,123", "2024-05-06T07:00:00.123"),
            ("20240506T070000Z", "2024-05-06T07:00:00+00"),
            ("20240506T070000.5+0200", "2024-05-06T07:00:00.5+02"),
            ("5/13/2024 7:00:00 AM", "2024-05-13T07:00:00"),
            ("13/5/2024, 07:00", "2024-05-13T07:00:00"),
            ("13.05.2024 07:00:00 UTC", "2024-05-13T07:00:00+00"),
            ("5/5/2024", "2024-05-05T00:00:00"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn error_has_the_formats_in_the_shape_of_the_text() {
        for (text, expected) in [
            ("5/6/2024, 7:00:00.123 AM", &["%m/%d/%Y, %I:%M:%S%.f %p", "%d/%m/%Y, %I:%M:%S%.f %p"]),
            ("03/04/2024 10:00", &["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]),
            ("06.05.2024 07:00:00,123", &["%m.%d.%Y %H:%M:%S,%f", "%d.%m.%Y %H:%M:%S,%f"]),
            ("5-6-24", &["%m-%d-%y", "%d-%m-%y"]),
            ("5/6/2024 7:00:00 +0200", &["%m/%d/%Y %H:%M:%S %z", "%d/%m/%Y %H:%M:%S %z"]),
        ] {
            let error = parse(text, false).unwrap_err();
            assert!(matches!(error, Error::DayOrMonth { .. }), "{text}: {error}");
            assert_eq!(error.formats(), expected, "{text}");
        }
        let error = parse("06-MAY-24 07:00:00 AM", false).unwrap_err();
        assert_eq!(error.formats(), ["%d-%b-%y %I:%M:%S %p"]);
    }

    #[test]
    fn errors_say_which_part_is_wrong() {
        let error = |text| parse(text, false).unwrap_err();
        assert!(matches!(error("Tue, 06 May 2024 07:00:00 GMT"), Error::Weekday { .. }));
        assert!(matches!(error("May 6, 2024 13:00 AM"), Error::Clock { .. }));
        assert!(matches!(error("31 Apr 2024"), Error::Day { .. }));
        assert!(matches!(error("2/29/2023"), Error::LeapDay { .. }));
        assert!(matches!(error("13/13/2024"), Error::Day { .. }));
    }

    #[test]
    fn other_texts_have_no_form() {
        for text in [
            "",
            " ",
            "May",
            "Maybe 6, 2024",
            "May 6",
            "May  6 07:00:00",
            "6 5 2024",
            "5/6-2024",
            "5/13/2024T",
            "5/13/2024  7:00",
            "5/13/2024 7",
            "5/13/2024 7:0",
            "5/13/2024:07:00",
            "May 6, 2024 07:00 CEST",
            "May 6, 2024 07:00:00x",
            "20240506T0700",
            "20240506",
            "Mon",
            "Mon, ",
            "2024-05",
            "6. Mai 2024",
            "5/13/2024 7:00:00.1234567890",
        ] {
            assert!(
                matches!(parse(text, false), Err(Error::Shape { formats, .. }) if formats.is_empty()),
                "{text:?}"
            );
        }
    }
}
