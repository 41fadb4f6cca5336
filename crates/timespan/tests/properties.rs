//! Laws of time text.

use oddsift_timespan::{TimeParser, TimeSpan, Timestamp, format_time};
use proptest::prelude::*;

/// Any time of the years 1 to 9999 that can be held.
fn times() -> impl Strategy<Value = Timestamp> {
    let last = Timestamp::MAX.as_second();
    (-62_135_596_800..=last, 0..1_000_000_000).prop_map(|(second, nanosecond)| {
        Timestamp::new(second, nanosecond).expect("seconds in range")
    })
}

proptest! {
    #[test]
    fn printed_time_reads_back_exactly(time in times()) {
        let parsed = TimeParser::new().parse(&format_time(time).to_string()).unwrap();
        prop_assert_eq!(parsed.timestamp, time);
        prop_assert!(parsed.zoned);
    }

    #[test]
    fn any_text_is_a_time_or_an_error(text in ".{0,40}") {
        let _ = TimeParser::new().parse(&text);
    }

    #[test]
    fn near_times_are_read_as_jiff_reads_them_or_refused(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])") {
        if let Ok(parsed) = TimeParser::new().parse(&text) {
            prop_assert_eq!(parsed.timestamp, text.parse::<Timestamp>().unwrap());
        }
    }

    #[test]
    fn any_format_is_checked_without_panic(format in ".{0,12}", text in ".{0,20}") {
        if let Ok(parser) = TimeParser::new().format(Some(&format)) {
            let _ = parser.parse(&text);
        }
    }

    #[test]
    fn span_holds_its_times_and_no_other(a in times(), b in times(), probe in times()) {
        let (start, end) = if a <= b { (a, b) } else { (b, a) };
        let span = TimeSpan::new(start, end).unwrap();
        prop_assert_eq!(span.contains(probe), start <= probe && probe < end);
        prop_assert!(start == end || TimeSpan::new(end, start).is_err());
    }
}
