use std::fmt;

use jiff::{Timestamp, tz::Offset};

use crate::Period;

/// Why a text is no time or no period, or times are no span or no query.
///
/// A message shows the first 60 characters of the text, control characters escaped, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text has none of the forms that are read without a format.
    #[error(
        "\"{text}\" is not a time such as 2024-03-01T10:00:00Z; give the format{}",
        Formats(formats)
    )]
    Shape {
        /// The text, cut short and escaped.
        text: String,
        /// The formats that read it, if its form tells them.
        formats: Vec<String>,
    },
    /// The text names its day and its month by numbers, either of which may be the month.
    #[error("\"{text}\" does not tell its day from its month; give the format{}", Formats(formats))]
    DayOrMonth {
        /// The text, cut short and escaped.
        text: String,
        /// The formats that read it: the month first, and the day first.
        formats: Vec<String>,
    },
    /// A number whose size does not tell which epoch and unit it counts from.
    #[error(
        "\"{text}\" is a number of a size that no epoch time of 1973 to 2199 has (seconds have 8 to 10 digits, milliseconds 11 to 13, microseconds 14 to 16, FILETIME 18); give the format, %s for seconds since 1970"
    )]
    Number {
        /// The text, cut short and escaped.
        text: String,
    },
    /// The year is not one of 0001 to 9999.
    #[error("the year of \"{text}\" is outside 0001 to 9999; correct it")]
    Year {
        /// The text, cut short and escaped.
        text: String,
    },
    /// The month has no such day, or the year no such month.
    #[error("\"{text}\" names a day that is not in the calendar; correct it")]
    Day {
        /// The text, cut short and escaped.
        text: String,
    },
    /// 29 February of a year that is not a leap year.
    #[error("\"{text}\" names 29 February of a year that is not a leap year; correct it")]
    LeapDay {
        /// The text, cut short and escaped.
        text: String,
    },
    /// A weekday that is not that of the date.
    #[error("\"{text}\" names a weekday that is not that of its date; correct it")]
    Weekday {
        /// The text, cut short and escaped.
        text: String,
    },
    /// An hour past 23, a minute past 59 or a second past 60.
    #[error("\"{text}\" has an hour, minute or second out of range; correct it")]
    Clock {
        /// The text, cut short and escaped.
        text: String,
    },
    /// Hour 24, which ISO 8601 once let mean the next day.
    #[error("\"{text}\" has hour 24; write 00 of the next day")]
    Hour24 {
        /// The text, cut short and escaped.
        text: String,
    },
    /// Second 60: time stamps count no leap seconds.
    #[error("\"{text}\" is a leap second; write second 59 or the next minute")]
    LeapSecond {
        /// The text, cut short and escaped.
        text: String,
    },
    /// More than nine digits of a second.
    #[error("\"{text}\" has more than 9 digits after the second; cut it to nanoseconds")]
    Fraction {
        /// The text, cut short and escaped.
        text: String,
    },
    /// An offset past 23:59.
    #[error("\"{text}\" has an offset past 23:59; correct it")]
    Offset {
        /// The text, cut short and escaped.
        text: String,
    },
    /// Past [`Timestamp::MAX`], or before the year 1 in UTC.
    #[error(
        "\"{text}\" is outside the times that can be held, 0001-01-01T00:00:00Z to {}; correct it",
        Timestamp::MAX
    )]
    Range {
        /// The text, cut short and escaped.
        text: String,
    },
    /// A local time that a time zone has twice, as its clocks go back.
    #[error(
        "\"{text}\" comes twice in {zone}, where clocks go back: with the offset {before} and with {after}; write the offset behind it, or give an offset for the time zone"
    )]
    Repeated {
        /// The text, cut short and escaped.
        text: String,
        /// The name of the time zone.
        zone: String,
        /// The offset of the earlier of the two.
        before: Offset,
        /// The offset of the later of the two.
        after: Offset,
    },
    /// A local time that a time zone does not have, as its clocks go forward.
    #[error(
        "\"{text}\" does not exist in {zone}, where clocks go forward from the offset {before} to {after}; correct it, or give an offset for the time zone"
    )]
    Skipped {
        /// The text, cut short and escaped.
        text: String,
        /// The name of the time zone.
        zone: String,
        /// The offset before the gap.
        before: Offset,
        /// The offset behind it.
        after: Offset,
    },
    /// The text does not match the format that was given.
    #[error("\"{text}\" does not match the time format \"{format}\"; correct either")]
    Mismatch {
        /// The text, cut short and escaped.
        text: String,
        /// The format, cut short and escaped.
        format: String,
        /// What jiff says.
        source: jiff::Error,
    },
    /// The format cannot be read, or gives no date.
    #[error(
        "time format \"{format}\" gives no time; use letters of strptime such as %Y-%m-%d %H:%M:%S"
    )]
    Format {
        /// The format, cut short and escaped.
        format: String,
        /// What jiff says.
        source: jiff::Error,
    },
    /// No such time zone.
    #[error(
        "time zone \"{name}\" is not known; use a name such as Europe/Berlin, UTC or an offset such as +02:00"
    )]
    TimeZone {
        /// The name, cut short and escaped.
        name: String,
    },
    /// A span ends before it starts.
    #[error("the end {end} is before the start {start}; swap them")]
    EndBeforeStart {
        /// The start that was given.
        start: Timestamp,
        /// The end that was given.
        end: Timestamp,
    },
    /// The text has none of the shapes of a period.
    #[error(
        "\"{text}\" is not a period; write numbers with units such as 90s, 30min, 1h30m or 2D, 1 days 02:00:00 or PT90S"
    )]
    Period {
        /// The text, cut short and escaped.
        text: String,
    },
    /// A unit that has no fixed length or is not known.
    #[error(
        "the unit \"{unit}\" of the period \"{text}\" is not W, D, h, min, s, ms, us or ns; months and years have no fixed length"
    )]
    PeriodUnit {
        /// The text, cut short and escaped.
        text: String,
        /// The unit, cut short and escaped.
        unit: String,
    },
    /// A period past 64-bit seconds, or past 64-bit nanoseconds where pandas is replayed.
    #[error("the period \"{text}\" is too long; shorten it")]
    PeriodRange {
        /// The period, cut short and escaped.
        text: String,
    },
    /// A period that must be longer than nothing.
    #[error("the period {period} is not positive; give a longer one")]
    PeriodNotPositive {
        /// The period that was given.
        period: Period,
    },
    /// A time and a period lead to a time that cannot be held.
    #[error(
        "{time} and the period {period} lead outside the times that can be held, 0001-01-01T00:00:00Z to {}; shorten the period",
        Timestamp::MAX
    )]
    OutOfReach {
        /// The time that was given.
        time: Timestamp,
        /// The period that was given.
        period: Period,
    },
    /// Neither a period nor two of start, end and period.
    #[error(
        "a span needs two of start, end and period, or a period alone that ends now; give one more"
    )]
    TooFewParts,
    /// Start, end and period do not agree.
    #[error(
        "the period {period} does not lead from the start {start} to the end {end}; leave one of the three out"
    )]
    Contradiction {
        /// The start that was given.
        start: Timestamp,
        /// The end that was given.
        end: Timestamp,
        /// The period that was given.
        period: Period,
    },
    /// One of start and end has a zone, the other none.
    #[error(
        "of the start {start} and the end {end} one has a time zone and one has none; give both a zone"
    )]
    MixedZones {
        /// The start that was given.
        start: Timestamp,
        /// The end that was given.
        end: Timestamp,
    },
    /// A query about a column without name.
    #[error("a query needs the name of a column, which is empty; name one")]
    ColumnEmpty,
    /// A column name that the query language has no way to write.
    #[error(
        "the column name \"{column}\" has the character {character:?}, which cannot be quoted in {language}; rename the column"
    )]
    ColumnCharacter {
        /// The name, cut short and escaped.
        column: String,
        /// The first such character.
        character: char,
        /// `SPL` or `SQL`.
        language: &'static str,
    },
    /// A time that query languages cannot write.
    #[error("the year of {time} is outside 0001 to 9999, which a query cannot say; correct it")]
    QueryYear {
        /// The time.
        time: Timestamp,
    },
}

impl Error {
    /// The formats of `strptime`, ready for [`TimeParser::format`](crate::TimeParser::format), that
    /// read the text which this error is about: none, one, or one for each of its meanings.
    ///
    /// ```
    /// use oddsift_timespan::TimeParser;
    ///
    /// let error = TimeParser::new().parse("5/6/2024, 7:00:00.123 AM").unwrap_err();
    /// assert_eq!(error.formats(), ["%m/%d/%Y, %I:%M:%S%.f %p", "%d/%m/%Y, %I:%M:%S%.f %p"]);
    /// assert!(TimeParser::new().parse("soon").unwrap_err().formats().is_empty());
    /// ```
    pub fn formats(&self) -> &[String] {
        match self {
            Self::Shape { formats, .. } | Self::DayOrMonth { formats, .. } => formats,
            _ => &[],
        }
    }
}

/// The formats of a message, behind "give the format".
struct Formats<'a>(&'a [String]);

impl fmt::Display for Formats<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, format) in self.0.iter().enumerate() {
            write!(f, "{}'{format}'", if nth == 0 { " " } else { " or " })?;
        }
        Ok(())
    }
}

/// The start of a text that may be hostile, fit for one line of a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown: String = text.chars().take(LONGEST).flat_map(visible).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(c: char) -> impl Iterator<Item = char> {
    let hidden = is_hidden(c);
    let escaped = hidden.then(|| c.escape_unicode());
    escaped.into_iter().flatten().chain((!hidden).then_some(c))
}

/// Whether a character breaks a line, controls a terminal or turns the direction of writing.
pub(crate) fn is_hidden(c: char) -> bool {
    let bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    bidi || c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpt_is_short_and_shows_control_characters() {
        assert_eq!(excerpt("a\u{1b}\u{202e}\u{2028}"), "a\\u{1b}\\u{202e}\\u{2028}");
        assert_eq!(excerpt(&"x".repeat(99)).chars().count(), 61);
    }
}
