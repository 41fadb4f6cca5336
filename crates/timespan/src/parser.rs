use jiff::{
    Timestamp, ZonedDateTime,
    civil::{self, DateTime},
    fmt::strtime::{self, BrokenDownTime},
    tz::{Offset, TimeZone},
};

use crate::{
    error::{Error, excerpt},
    iso,
};

/// The first second of the year 1, in UTC.
pub(crate) const FIRST: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Reads times, strictly: never guesses what a text might mean.
///
/// Without a format a text must have one of the ISO 8601 shapes `YYYY-MM-DD` or
/// `YYYY-MM-DD[T ]HH:MM[:SS[.f]]`, followed by nothing, `Z`, ` UTC`, `±HH`, `±HH:MM` or `±HHMM`.
/// A parser is made once and shared: about 30 ns and no allocation a time.
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
    /// A parser of the ISO 8601 shapes that takes a time without zone as UTC.
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
    /// `None` (the default) means UTC. A local time that clocks skip is moved forward by the gap,
    /// one that they repeat is the earlier of the two.
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

    /// Reads one time.
    ///
    /// # Errors
    ///
    /// What is wrong with the text: [`Error::Shape`] (no known shape: give the format),
    /// [`Error::Year`], [`Error::Day`], [`Error::LeapDay`], [`Error::Clock`], [`Error::Hour24`],
    /// [`Error::LeapSecond`], [`Error::Fraction`], [`Error::Offset`], [`Error::Range`], or
    /// [`Error::Mismatch`] where a format was given.
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
        let (civil, offset) = iso::parse(text)?;
        match offset {
            Some(offset) => zoned(offset.to_timestamp(civil).ok(), text),
            None => self.settle(civil, text),
        }
    }

    fn parse_as(&self, format: &str, text: &str) -> Result<ParsedTime, Error> {
        let parsed = BrokenDownTime::parse(format, text).and_then(|fields| resolve(&fields));
        match parsed {
            Ok(Resolved::Instant(timestamp)) => zoned(Some(timestamp), text),
            Ok(Resolved::Civil(civil)) => self.settle(civil, text),
            Err(source) => {
                Err(Error::Mismatch { text: excerpt(text), format: excerpt(format), source })
            }
        }
    }

    #[inline]
    fn settle(&self, civil: DateTime, text: &str) -> Result<ParsedTime, Error> {
        let found = match &self.zone {
            Some(zone) => zone.to_timestamp(civil).ok(),
            None => Offset::UTC.to_timestamp(civil).ok(),
        };
        Ok(ParsedTime { zoned: self.zone.is_some(), ..zoned(found, text)? })
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
    Civil(DateTime),
}

fn resolve(fields: &BrokenDownTime) -> Result<Resolved, jiff::Error> {
    if let Some(timestamp) = fields.timestamp() {
        return Ok(Resolved::Instant(timestamp));
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

fn find_zone(name: &str) -> Result<TimeZone, Error> {
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
