use jiff::Timestamp;

/// Why a text is no time, or two times are no span.
///
/// A message shows the first 60 characters of the text, control characters escaped, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text has none of the ISO 8601 shapes.
    #[error("\"{text}\" is not a time such as 2024-03-01T10:00:00Z; give the format")]
    Shape {
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
    let bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let hidden = bidi || c.is_control();
    let escaped = hidden.then(|| c.escape_unicode());
    escaped.into_iter().flatten().chain((!hidden).then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpt_is_short_and_shows_control_characters() {
        assert_eq!(excerpt("a\u{1b}\u{202e}"), "a\\u{1b}\\u{202e}");
        assert_eq!(excerpt(&"x".repeat(99)).chars().count(), 61);
    }
}
