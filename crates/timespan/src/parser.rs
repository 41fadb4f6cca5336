use jiff::{
    Timestamp, ZonedDateTime,
    civil::{self, DateTime},
    fmt::strtime::{self, BrokenDownTime},
    tz::{AmbiguousOffset, Offset, TimeZone},
};

use crate::{
    epoch,
    error::{Error, excerpt},
    forms,
    iso::{self, Fault},
};

/// The first second of the year 1, in UTC.
pub(crate) const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Reads times, strictly: never guesses what a text might mean.
///
/// Without a format a text must have a form that can be read in one way only:
///
/// - ISO 8601: `YYYY-MM-DD` or `YYYY-MM-DD[T ]HH:MM[:SS[.f]]`, followed by nothing, `Z`, ` UTC`,
///   `±HH`, `±HH:MM` or `±HHMM`; `YYYYMMDDTHHMMSS`; `YYYY/MM/DD HH:MM:SS`.
/// - A month by its English name: `May 6, 2024 7:00:00.123 AM`, `May 6, 2024 @ 07:00:00`,
///   `6 May 2024 07:00:00`, `06/May/2024:07:00:00 +0200`, `Mon, 06 May 2024 07:00:00 GMT`,
///   `Mon May  6 07:00:00 2024`.
/// - Numbers for day and month where one is past 12, or both are equal, or
///   [`month_first`](Self::month_first) is set: `5/13/2024 7:00:00 AM`.
/// - A number, which counts from an epoch in UTC. Its size tells the unit:
///
/// | unit | from | before | which is |
/// |---|---|---|---|
/// | seconds since 1970 | 94694400 | 7258118400 | 1973-01-01 to 2200-01-01 |
/// | milliseconds | 94694400000 | 7258118400000 | the same |
/// | microseconds | 94694400000000 | 7258118400000000 | the same |
/// | 100 ns since 1601 (FILETIME) | 117391680000000000 | 189025920000000000 | the same |
/// | nanoseconds | 189025920000000000 | 7258118400000000000 | 1975-12-28 to 2200-01-01 |
///
/// A fraction and an exponent (`1588317600.417361`, `1.588317600417361e9`) are exact to the
/// nanosecond. Any other number is an error, and so are those from 622302912000000000 up to
/// 693937152000000000: nanoseconds of 1989 to 1991, or ticks of .NET of 1973 to 2199.
/// `/Date(1714978800123)/`, of old JSON of .NET, is in milliseconds, whatever its size.
///
/// A parser is made once and shared: about 30 ns and no allocation for a time in ISO 8601.
///
/// ```
/// use oddsift_timespan::TimeParser;
///
/// let parser = TimeParser::new().time_zone(Some("Europe/Berlin"))?.format(Some("%d/%m/%Y %H:%M"))?;
/// let time = parser.parse("03/07/2024 10:00")?.timestamp;
/// assert_eq!(time.to_string(), "2024-07-03T08:00:00Z");
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimeParser {
    format: Option<String>,
    zone: Option<TimeZone>,
    month_first: bool,
}

/// A time that was read, and whether its text settled the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ParsedTime {
    /// The instant.
    pub timestamp: Timestamp,
    /// Whether the text named its zone or offset, or the parser was given a zone.
    ///
    /// False means that UTC was assumed: a column that has both must not be read so.
    pub zoned: bool,
}

/// An instant that is known as such: its zone is settled.
impl From<Timestamp> for ParsedTime {
    fn from(timestamp: Timestamp) -> Self {
        Self { timestamp, zoned: true }
    }
}

impl TimeParser {
    /// A parser of the forms without a format that takes a time without zone as UTC.
    ///
    /// ```
    /// let parsed = oddsift_timespan::TimeParser::new().parse("2024-03-01 10:00:00")?;
    /// assert!(!parsed.zoned);
    /// assert_eq!(parsed.timestamp.to_string(), "2024-03-01T10:00:00Z");
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads times in a `strptime` format instead; `None` (the default) means ISO 8601.
    ///
    /// The letters are jiff's. A format may hold a zone (`%z`, `%:z`, `%Q`) or seconds since 1970
    /// (`%s`); one without time of day means midnight.
    ///
    /// # Errors
    ///
    /// [`Error::Format`] if a letter is not known or the format gives no date.
    ///
    /// ```
    /// use oddsift_timespan::TimeParser;
    ///
    /// let parser = TimeParser::new().format(Some("%s"))?;
    /// assert_eq!(parser.parse("1709287200")?.timestamp.to_string(), "2024-03-01T10:00:00Z");
    /// assert!(TimeParser::new().format(Some("%H:%M")).is_err());
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn format(mut self, format: Option<&str>) -> Result<Self, Error> {
        if let Some(format) = format {
            check_format(format)
                .map_err(|source| Error::Format { format: excerpt(format), source })?;
        }
        self.format = format.map(String::from);
        Ok(self)
    }

    /// The zone of times that name none: an IANA name, `UTC` or an offset such as `+02:00`.
    ///
    /// `None` (the default) means UTC. A local time that the zone's clocks skip or repeat is an error
    /// when it is read.
    ///
    /// # Errors
    ///
    /// [`Error::TimeZone`] if the name is not known.
    ///
    /// ```
    /// use oddsift_timespan::TimeParser;
    ///
    /// let parser = TimeParser::new().time_zone(Some("+02:00"))?;
    /// assert_eq!(parser.parse("2024-03-01 10:00")?.timestamp.to_string(), "2024-03-01T08:00:00Z");
    /// assert!(TimeParser::new().time_zone(Some("Mars/Phobos")).is_err());
    /// # Ok::<(), oddsift_timespan::Error>(())
    /// ```
    pub fn time_zone(mut self, name: Option<&str>) -> Result<Self, Error> {
        self.zone = name.map(find_zone).transpose()?;
        Ok(self)
    }

    /// Sets whether the month stands first in dates such as `5/6/2024`; `false` (the default) makes
    /// such a date an error, unless one of the numbers is past 12 or both are equal.
    ///
    /// For columns that are known to be of en-US, as those of portals of Azure are. A format overrides
    /// it.
    ///
    /// ```
    /// use oddsift_timespan::{Error, TimeParser};
    ///
    /// let text = "5/6/2024, 7:00:00.123 AM";
    /// assert!(matches!(TimeParser::new().parse(text), Err(Error::DayOrMonth { .. })));
    /// let time = TimeParser::new().month_first(true).parse(text)?.timestamp;
    /// assert_eq!(time.to_string(), "2024-05-06T07:00:00.123Z");
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn month_first(mut self, yes: bool) -> Self {
        self.month_first = yes;
        self
    }

    /// Reads one time.
    ///
    /// # Errors
    ///
    /// What is wrong with the text: [`Error::Shape`] (no known form: give the format, which
    /// [`Error::formats`] has if the form tells it), [`Error::DayOrMonth`], [`Error::Number`],
    /// [`Error::Year`], [`Error::Day`], [`Error::LeapDay`], [`Error::Weekday`], [`Error::Clock`],
    /// [`Error::Hour24`], [`Error::LeapSecond`], [`Error::Fraction`], [`Error::Offset`],
    /// [`Error::Range`], [`Error::Mismatch`] where a format was given, and [`Error::Repeated`] or
    /// [`Error::Skipped`] where a time zone was.
    ///
    /// ```
    /// use oddsift_timespan::{Error, TimeParser};
    ///
    /// let parser = TimeParser::new();
    /// assert!(parser.parse("2024-03-01T10:00:00+05:30")?.zoned);
    /// assert!(matches!(parser.parse("2023-02-29"), Err(Error::LeapDay { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline]
    pub fn parse(&self, text: &str) -> Result<ParsedTime, Error> {
        if let Some(format) = &self.format {
            return self.parse_as(format, text);
        }
        match iso::parse(text) {
            Ok((civil, offset)) => self.place(civil, offset, text),
            Err(Fault::Shape) => self.parse_other(text),
            Err(fault) => Err(fault.explain(text)),
        }
    }

    /// Reads what is not ISO 8601; apart, so that the usual path stays short.
    #[inline(never)]
    fn parse_other(&self, text: &str) -> Result<ParsedTime, Error> {
        if let Some(found) = epoch::parse(text) {
            return found.and_then(|time| zoned(Some(time), text));
        }
        let (civil, offset) = forms::parse(text, self.month_first)?;
        self.place(civil, offset, text)
    }

    #[inline]
    fn place(
        &self,
        civil: DateTime,
        offset: Option<Offset>,
        text: &str,
    ) -> Result<ParsedTime, Error> {
        match offset {
            Some(offset) => zoned(offset.to_timestamp(civil).ok(), text),
            None => self.settle(civil, text),
        }
    }

    fn parse_as(&self, format: &str, text: &str) -> Result<ParsedTime, Error> {
        let parsed = BrokenDownTime::parse(format, text).and_then(|fields| resolve(&fields));
        match parsed {
            Ok(Resolved::Instant(timestamp)) => zoned(Some(timestamp), text),
            Ok(Resolved::Local(civil, zone)) => zoned(local(civil, &zone, text)?, text),
            Ok(Resolved::Civil(civil)) => self.settle(civil, text),
            Err(source) => {
                Err(Error::Mismatch { text: excerpt(text), format: excerpt(format), source })
            }
        }
    }

    #[inline]
    fn settle(&self, civil: DateTime, text: &str) -> Result<ParsedTime, Error> {
        let found = match &self.zone {
            Some(zone) => local(civil, zone, text)?,
            None => Offset::UTC.to_timestamp(civil).ok(),
        };
        Ok(ParsedTime { zoned: self.zone.is_some(), ..zoned(found, text)? })
    }
}

/// The instant of a local time; `None` past the times that can be held.
#[inline]
fn local(civil: DateTime, zone: &TimeZone, text: &str) -> Result<Option<Timestamp>, Error> {
    let offset = zone.to_ambiguous_timestamp(civil).offset();
    let AmbiguousOffset::Unambiguous { offset } = offset else {
        return Err(not_one(offset, zone, text));
    };
    Ok(offset.to_timestamp(civil).ok())
}

#[cold]
fn not_one(offset: AmbiguousOffset, zone: &TimeZone, text: &str) -> Error {
    let (text, zone) = (excerpt(text), excerpt(zone.iana_name().unwrap_or("the time zone")));
    match offset {
        AmbiguousOffset::Gap { before, after } => Error::Skipped { text, zone, before, after },
        AmbiguousOffset::Fold { before, after } => Error::Repeated { text, zone, before, after },
        // Not reached, and no reason to fail the process.
        AmbiguousOffset::Unambiguous { .. } => Error::Range { text },
    }
}

#[inline]
fn zoned(found: Option<Timestamp>, text: &str) -> Result<ParsedTime, Error> {
    match found {
        Some(timestamp) if timestamp >= FIRST => Ok(ParsedTime { timestamp, zoned: true }),
        _ => Err(Error::Range { text: excerpt(text) }),
    }
}

enum Resolved {
    Instant(Timestamp),
    /// A time of a zone that the text names.
    Local(DateTime, TimeZone),
    Civil(DateTime),
}

fn resolve(fields: &BrokenDownTime) -> Result<Resolved, jiff::Error> {
    if let Some(timestamp) = fields.timestamp() {
        return Ok(Resolved::Instant(timestamp));
    }
    if let (None, Some(name)) = (fields.offset(), fields.iana_time_zone()) {
        return Ok(Resolved::Local(fields.to_datetime()?, TimeZone::get(name)?));
    }
    if fields.offset().is_some() || fields.iana_time_zone().is_some() {
        return fields.to_zoned_datetime().map(|zoned| Resolved::Instant(zoned.timestamp()));
    }
    fields.to_datetime().map(Resolved::Civil)
}

/// Prints a time in the format and reads it back: what fails here would fail on every row.
fn check_format(format: &str) -> Result<(), jiff::Error> {
    let sample: ZonedDateTime =
        civil::date(2024, 3, 1).at(10, 20, 30, 123_456_789).to_zoned_datetime(TimeZone::UTC)?;
    let printed = strtime::format(format, &sample)?;
    resolve(&BrokenDownTime::parse(format, printed)?)?;
    Ok(())
}

pub(crate) fn find_zone(name: &str) -> Result<TimeZone, Error> {
    if name.eq_ignore_ascii_case("utc") || name == "Z" {
        return Ok(TimeZone::UTC);
    }
    if let Some(offset) = iso::parse_offset(name) {
        return Ok(offset.to_time_zone());
    }
    TimeZone::get(name).map_err(|_| Error::TimeZone { name: excerpt(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> String {
        TimeParser::new().parse(text).unwrap().timestamp.to_string()
    }

    #[test]
    fn far_years_that_fit_are_times() {
        assert_eq!(utc("1601-01-01T00:00:00Z"), "1601-01-01T00:00:00Z");
        assert_eq!(utc("9999-12-30T12:00:00Z"), "9999-12-30T12:00:00Z");
        assert_eq!(utc("0001-01-01"), "0001-01-01T00:00:00Z");
    }

    #[test]
    fn time_past_the_last_or_before_the_first_is_a_range_error() {
        let parser = TimeParser::new();
        for text in ["9999-12-31", "9999-12-30T23:00:00Z", "0001-01-01T00:00:00+01:00"] {
            assert!(matches!(parser.parse(text), Err(Error::Range { .. })), "{text}");
        }
    }

    #[test]
    fn given_zone_settles_times_that_name_none_and_no_other() {
        let parser = TimeParser::new().time_zone(Some("America/New_York")).unwrap();
        let naive = parser.parse("2024-03-01T10:00:00").unwrap();
        assert_eq!(
            (naive.timestamp.to_string().as_str(), naive.zoned),
            ("2024-03-01T15:00:00Z", true)
        );
        let zoned = parser.parse("2024-03-01T10:00:00Z").unwrap();
        assert_eq!(zoned.timestamp.to_string(), "2024-03-01T10:00:00Z");
    }

    #[test]
    fn local_time_that_clocks_skip_or_repeat_is_an_error() {
        let parser = TimeParser::new().time_zone(Some("America/New_York")).unwrap();
        let said = |text: &str| parser.parse(text).unwrap_err().to_string();
        assert!(said("2024-11-03 01:30:00").contains("twice in America/New_York"));
        assert!(said("2024-11-03 01:30:00").contains("the offset -04 and with -05"));
        assert!(said("2024-03-10 02:30:00").contains("forward from the offset -05 to -04"));
        for text in ["2024-11-03 01:30:00-04:00", "2024-11-03 00:59:59", "2024-03-10 03:00:00"] {
            assert!(parser.parse(text).is_ok(), "{text}");
        }
        let named = TimeParser::new().format(Some("%Y-%m-%d %H:%M %Q")).unwrap();
        let twice = named.parse("2024-11-03 01:30 America/New_York");
        assert!(matches!(twice, Err(Error::Repeated { .. })), "{twice:?}");
    }

    #[test]
    fn format_decides_the_order_of_day_and_month() {
        let day_first = TimeParser::new().format(Some("%d/%m/%Y %H:%M")).unwrap();
        assert_eq!(
            day_first.parse("03/04/2024 10:00").unwrap().timestamp.to_string(),
            "2024-04-03T10:00:00Z"
        );
        assert!(matches!(day_first.parse("04/13/2024 10:00"), Err(Error::Mismatch { .. })));
    }

    #[test]
    fn format_with_zone_is_zoned() {
        let parser = TimeParser::new().format(Some("%Y-%m-%dT%H:%M:%S%z")).unwrap();
        let parsed = parser.parse("2024-03-01T10:00:00+0530").unwrap();
        assert_eq!(
            (parsed.timestamp.to_string().as_str(), parsed.zoned),
            ("2024-03-01T04:30:00Z", true)
        );
    }

    #[test]
    fn format_is_checked_before_the_first_row() {
        for format in ["", "%", "%E", "%H:%M", "%m/%d"] {
            assert!(
                matches!(TimeParser::new().format(Some(format)), Err(Error::Format { .. })),
                "{format:?}"
            );
        }
    }
}
