use std::fmt::Display;

use jiff::Timestamp;

/// Shows a time as RFC 3339 in UTC, with `Z` and the shortest fraction that reads back exactly.
///
/// A whole second has no fraction. Nothing is allocated until the result is turned into text.
///
/// ```
/// use oddsift_timespan::{TimeParser, format_time};
///
/// let time = TimeParser::new().parse("2024-03-01T10:00:00.120+01:00")?.timestamp;
/// assert_eq!(format_time(time).to_string(), "2024-03-01T09:00:00.12Z");
/// # Ok::<(), oddsift_timespan::Error>(())
/// ```
pub fn format_time(time: Timestamp) -> impl Display {
    // jiff's own text is exactly this form; the function keeps the promise if jiff's default changes.
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(second: i64, nanosecond: i32) -> String {
        format_time(Timestamp::new(second, nanosecond).unwrap()).to_string()
    }

    #[test]
    fn fraction_is_as_short_as_it_can_be() {
        assert_eq!(printed(0, 0), "1970-01-01T00:00:00Z");
        assert_eq!(printed(0, 500_000_000), "1970-01-01T00:00:00.5Z");
        assert_eq!(printed(0, 1), "1970-01-01T00:00:00.000000001Z");
    }

    #[test]
    fn early_years_have_four_digits() {
        assert_eq!(printed(-62_135_596_800, 0), "0001-01-01T00:00:00Z");
    }
}
