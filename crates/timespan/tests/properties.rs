//! Laws of time text, periods and spans.

use std::time::Duration;

use oddsift_timespan::{
    Period, SignedDuration, SpanArgs, TimeParser, TimeSpan, Timestamp, format_time, merge,
    merge_within,
};
use proptest::prelude::*;

/// Any time of the years 1 to 9999 that can be held.
fn times() -> impl Strategy<Value = Timestamp> {
    let last = Timestamp::MAX.as_second();
    (-62_135_596_800..=last, 0..1_000_000_000).prop_map(|(second, nanosecond)| {
        Timestamp::new(second, nanosecond).expect("seconds in range")
    })
}

/// Whole seconds of the years 1973 to 2199.
fn epoch_times() -> impl Strategy<Value = Timestamp> {
    (94_694_400_i64..7_258_118_400).prop_map(|second| Timestamp::constant(second, 0))
}

/// Dates in numbers.
const DATES: [&str; 5] = [
    "%m/%d/%Y, %I:%M:%S %p",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%-m/%-d/%Y %-I:%M:%S.000 %p",
    "%d-%m-%Y %H:%M:%S UTC",
];

/// Dates of one meaning.
const FORMS: [&str; 12] = [
    "%b %-d, %Y @ %H:%M:%S.000",
    "%B %-d, %Y %-I:%M:%S %p",
    "%b %d, %Y, %I:%M:%S.000000 %p",
    "%d %b %Y %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M:%S,000 UTC",
    "%Y%m%dT%H%M%SZ",
    "%A, %B %d, %Y at %I:%M:%S %p",
    "%b %e %H:%M:%S UTC %Y",
];

fn strftime(format: &str, time: Timestamp) -> String {
    time.strftime(format).to_string()
}

/// Any period at all, short ones as often as long ones.
fn periods() -> impl Strategy<Value = Period> {
    let short = (-1_000_i64..1_000, 0..3_u32).prop_map(|(count, unit)| {
        SignedDuration::from_nanos(count.saturating_mul(1_000_i64.saturating_pow(unit)))
    });
    let long = (any::<i64>(), -999_999_999..=999_999_999_i32).prop_map(|(second, nanosecond)| {
        // The sign of both is that of the seconds: no overflow at the ends.
        let sign = if second < 0 { -1 } else { 1 };
        SignedDuration::new(second, nanosecond.abs() * sign)
    });
    prop_oneof![short, long].prop_map(Period::from)
}

/// Spans of a few seconds in one minute: they touch and overlap often.
fn near_spans() -> impl Strategy<Value = Vec<TimeSpan>> {
    let span = (0..60_i64, 0..8_i64).prop_map(|(start, length)| {
        let time = |second| Timestamp::constant(second, 0);
        TimeSpan::new(time(start), time(start + length)).expect("a length is not negative")
    });
    prop::collection::vec(span, 0..12)
}

proptest! {
    #[test]
    fn printed_period_reads_back_exactly(period in periods()) {
        prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
    }

    #[test]
    fn any_text_is_a_period_or_an_error(text in ".{0,40}") {
        let _ = text.parse::<Period>();
    }

    #[test]
    fn text_that_looks_like_a_period_prints_what_it_says(
        text in "[-+ ]{0,2}P?([0-9]{0,25}([.][0-9]{0,25})?[ :T]?(W|D|days|h|H|M|min|S|ms|us|ns)?[ ,+:]{0,2}){0,4}",
    ) {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
        }
    }

    #[test]
    fn time_after_a_period_is_the_period_away(time in times(), period in periods()) {
        if let Ok(after) = period.after(time) {
            prop_assert_eq!(period.before(after).unwrap(), time);
            prop_assert_eq!(time.duration_until(after), period.duration());
        }
    }

    #[test]
    fn bin_holds_its_time(time in times(), origin in times(), period in periods()) {
        if let Ok(start) = period.floor(time, origin) {
            prop_assert!(start <= time);
            prop_assert!(start.duration_until(time) < period.duration());
            let from_origin = origin.duration_until(start).as_nanos();
            prop_assert_eq!(from_origin.checked_rem(period.duration().as_nanos()), Some(0));
        }
    }

    #[test]
    fn any_two_parts_make_one_span(a in times(), b in times()) {
        let (start, end) = if a <= b { (a, b) } else { (b, a) };
        let period = Period::from(start.duration_until(end));
        let span = TimeSpan::new(start, end).unwrap();
        let args = SpanArgs::new();
        for args in [
            args.start(start).end(end),
            args.start(start).period(period),
            args.end(end).period(period),
            args.start(start).end(end).period(period),
        ] {
            prop_assert_eq!(TimeSpan::from_args(&args, Timestamp::UNIX_EPOCH).unwrap(), span);
        }
        prop_assert_eq!(TimeSpan::from_args(&args.period(period), end).unwrap(), span);
    }

    #[test]
    fn strict_parts_resolve_to_the_same_span(
        start in times(),
        end in times(),
        millis in 1..1_000_000_000_000_i64,
        which in 0..3,
    ) {
        let period = Period::from(SignedDuration::from_millis(millis));
        let args = SpanArgs::new();
        let args = match which {
            0 => args.start(start).end(end),
            1 => args.start(start).period(period),
            _ => args.end(end).period(period),
        };
        if let Ok(span) = TimeSpan::from_args(&args, Timestamp::UNIX_EPOCH) {
            let resolved = TimeSpan::resolve(&args, Timestamp::UNIX_EPOCH).unwrap();
            prop_assert_eq!(resolved.span().unwrap(), span);
        }
    }

    #[test]
    fn merged_spans_are_apart_sorted_and_cover_the_input(spans in near_spans()) {
        let merged = merge(spans.iter().copied());
        for pair in merged.windows(2) {
            prop_assert!(pair[0].end() < pair[1].start());
        }
        for time in (0..70).map(|second| Timestamp::constant(second, 0)) {
            let held = |spans: &[TimeSpan]| spans.iter().any(|span| span.contains(time));
            prop_assert_eq!(held(&merged), held(&spans), "{}", time);
        }
        prop_assert_eq!(merge(merged.iter().copied()), merged);
    }

    #[test]
    fn spans_merged_within_a_gap_lie_further_apart(spans in near_spans(), gap in 0..9_u64) {
        let gap = Duration::from_secs(gap);
        let merged = merge_within(spans.iter().rev().copied(), gap);
        for pair in merged.windows(2) {
            prop_assert!(pair[0].end().duration_until(pair[1].start()).unsigned_abs() > gap);
        }
        for span in spans.iter().filter(|span| !span.is_empty()) {
            let covers = |long: &TimeSpan| long.start() <= span.start() && span.end() <= long.end();
            prop_assert_eq!(merged.iter().filter(|long| covers(long)).count(), 1);
        }
        prop_assert_eq!(&merge_within(merge(spans), gap), &merged);
    }

    #[test]
    fn printed_time_reads_back_exactly(time in times()) {
        let parsed = TimeParser::new().parse(&format_time(time).to_string()).unwrap();
        prop_assert_eq!(parsed.timestamp, time);
        prop_assert!(parsed.zoned);
    }

    #[test]
    fn any_text_is_a_time_or_an_error(text in ".{0,40}") {
        let _ = TimeParser::new().parse(&text);
        let _ = TimeParser::new().month_first(true).parse(&text);
    }

    #[test]
    fn text_like_a_time_is_one_or_has_formats_that_read_it(
        text in "((Mon|Friday),? )?([0-9]{1,4}[-/. ]|May[ -]){1,3}[0-9]{0,4}(, | @ |T|:| )?([0-9]{1,2}:){0,2}[0-9]{0,2}([.,][0-9]{0,10})?( ?[AP]M)?( ?(UTC|Z|[+-][0-9:]{2,5}))?",
    ) {
        for parser in [TimeParser::new(), TimeParser::new().month_first(true)] {
            let Err(error) = parser.parse(&text) else { continue };
            for format in error.formats() {
                TimeParser::new().format(Some(format)).unwrap().parse(&text).unwrap();
            }
        }
    }

    #[test]
    fn formats_of_a_date_in_numbers_read_its_meanings(time in epoch_times(), which in 0..DATES.len()) {
        let printed = strftime(DATES[which], time);
        match TimeParser::new().parse(&printed) {
            Ok(read) => prop_assert_eq!(read.timestamp, time),
            Err(error) => {
                let formats = error.formats();
                prop_assert_eq!(formats.len(), 2, "{}", error);
                let read = |format: &String| {
                    let parser = TimeParser::new().format(Some(format)).unwrap();
                    parser.parse(&printed).unwrap().timestamp
                };
                prop_assert!(formats.iter().any(|format| read(format) == time), "{}", error);
            }
        }
        let month_first = TimeParser::new().month_first(true).parse(&strftime(DATES[0], time));
        prop_assert_eq!(month_first.unwrap().timestamp, time);
    }

    #[test]
    fn form_that_was_printed_reads_back(time in epoch_times(), which in 0..FORMS.len()) {
        let printed = strftime(FORMS[which], time);
        let read = TimeParser::new().parse(&printed).unwrap().timestamp;
        prop_assert_eq!(read, time, "{}", printed);
    }

    #[test]
    fn epoch_times_of_all_units_agree(time in epoch_times(), part in 0..1_000_000_000_i128) {
        let read = |text: String| TimeParser::new().parse(&text).unwrap().timestamp;
        let second = i128::from(time.as_second());
        prop_assert_eq!(read(format!("{second}")), time);
        prop_assert_eq!(read(format!("{second}000")), time);
        prop_assert_eq!(read(format!("{second}000000")), time);
        prop_assert_eq!(read(format!("{}0000000", second + 11_644_473_600)), time);
        prop_assert_eq!(read(format!("/Date({second}000)/")), time);
        let exact = Timestamp::from_nanosecond(second * 1_000_000_000 + part).unwrap();
        prop_assert_eq!(read(format!("{second}.{part:09}")), exact);
        prop_assert_eq!(read(format!("{second}{:03}.{:06}", part / 1_000_000, part % 1_000_000)), exact);
        let digits = second.to_string();
        let (first, rest) = digits.split_at(1);
        let exponent = rest.len();
        prop_assert_eq!(read(format!("{first}.{rest}{part:09}e{exponent}")), exact);
        // Nanoseconds of 1989 to 1991 could be ticks, and those before 1976 FILETIME.
        if second > 693_937_152 {
            prop_assert_eq!(read(format!("{second}{part:09}")), exact);
        }
    }

    #[test]
    fn number_is_a_time_of_1973_to_2199_or_an_error(text in "[0-9]{1,22}([.][0-9]{1,12})?(e[+-]?[0-9]{1,2})?") {
        if let Ok(read) = TimeParser::new().parse(&text) {
            prop_assert!(read.zoned);
            prop_assert!((94_694_400..7_258_118_400).contains(&read.timestamp.as_second()));
        }
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
