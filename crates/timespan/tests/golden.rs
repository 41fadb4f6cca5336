//! Spans and KQL text of msticpy, replayed from `testdata/golden/timespan` and `ts_anomalies`.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking and tells what it skips"
)]

#[path = "../../../testdata/golden.rs"]
mod golden;

use oddsift_timespan::{
    Error, ParsedTime, Period, ResolvedSpan, SignedDuration, SpanArgs, TimeParser, TimeSpan,
    Timestamp, kql_between,
};
use serde_json::{Map, Value};

use golden::area;

/// 2025-01-01T00:00:00Z; the cases say `now` where msticpy read its clock.
const NOW: Timestamp = Timestamp::constant(1_735_689_600, 0);

/// Why a case is not replayed; it hangs on the form of the case, never on its name.
type Skip = &'static str;

enum Part<T> {
    Absent,
    Read(Result<T, Error>),
    Skip(Skip),
}

fn time(value: &Value) -> Part<ParsedTime> {
    match (value, value["datetime"].as_str()) {
        (Value::Null, _) => Part::Absent,
        (Value::String(text), _) if text.is_empty() => Part::Absent,
        (Value::String(text), _) => match TimeParser::new().parse(text) {
            Ok(_) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Part::Skip("a number that counts from an epoch: msticpy reads none")
            }
            read => Part::Read(read),
        },
        (_, Some(text)) => Part::Read(TimeParser::new().parse(text)),
        _ => Part::Skip("a time is neither text nor datetime: it has no counterpart"),
    }
}

fn period(value: &Value) -> Part<Period> {
    match (value, value["timedelta_s"].as_f64()) {
        (Value::Null, _) => Part::Absent,
        (Value::String(text), _) if text.is_empty() => Part::Absent,
        (Value::String(text), _) => Part::Read(text.parse()),
        (_, Some(seconds)) => {
            Part::Read(Ok(SignedDuration::try_from_secs_f64(seconds).unwrap().into()))
        }
        _ => Part::Skip("a period is neither text nor timedelta: it has no counterpart"),
    }
}

fn parts(arguments: &Map<String, Value>) -> Result<Result<SpanArgs, Error>, Skip> {
    let mut args = SpanArgs::new();
    if let Some(other) = arguments.get("timespan") {
        let other = other["timespan"]
            .as_object()
            .ok_or("another span is a tuple, a list, a text or any object: only Python has that")?;
        match parts(other)?.and_then(|other| TimeSpan::resolve(&other, NOW)) {
            Ok(other) => args = other.into(),
            Err(error) => return Ok(Err(error)),
        }
    }
    for (name, value) in arguments {
        match name.as_str() {
            "start" | "end" => match time(value) {
                Part::Absent => {}
                Part::Read(Ok(time)) if name == "start" => args = args.start(time),
                Part::Read(Ok(time)) => args = args.end(time),
                Part::Read(Err(error)) => return Ok(Err(error)),
                Part::Skip(reason) => return Err(reason),
            },
            "period" => match period(value) {
                Part::Absent => {}
                Part::Read(Ok(period)) => args = args.period(period),
                Part::Read(Err(error)) => return Ok(Err(error)),
                Part::Skip(reason) => return Err(reason),
            },
            "args" => return Err("unnamed arguments: only Python has them"),
            "timespan" => {}
            _ => panic!("unknown argument {name}"),
        }
    }
    Ok(Ok(args))
}

/// Forms that msticpy reads with `pandas` and `dateutil`, and we refuse, or the other way round.
fn generous(case: &Value, args: &Result<SpanArgs, Error>) -> Option<Skip> {
    if case["level"] != "optional" {
        return None;
    }
    let expected = &case["expected"];
    let unread = expected["error"].is_null();
    match args {
        Err(Error::Shape { .. } | Error::DayOrMonth { .. } | Error::Number { .. }) if unread => {
            Some("a form of time that is guessed at")
        }
        Err(Error::Period { .. }) if unread => Some("a number without unit is no period here"),
        Ok(_) if expected["error"] == "OutOfBoundsDatetime" => {
            Some("64-bit nanoseconds end in 2262, our times in 9999")
        }
        _ => None,
    }
}

/// What differs between a span and what is expected of it.
fn difference(span: &ResolvedSpan, expected: &Value) -> Option<String> {
    let wanted = |text: &Value, now: &str| match text.as_str().unwrap() {
        text if text == now => None,
        text => Some(TimeParser::new().parse(text).unwrap()),
    };
    let now = ParsedTime::from(NOW);
    let start = wanted(&expected["start"], "now-period");
    if start.is_some_and(|start| start != span.start) {
        return Some(format!("starts {:?}", span.start));
    }
    if wanted(&expected["end"], "now").unwrap_or(now) != span.end {
        return Some(format!("ends {:?}", span.end));
    }
    let seconds = span.period().map(|period| period.duration().as_secs_f64());
    let same = match (&expected["period_s"], &seconds) {
        (Value::String(text), Err(Error::MixedZones { .. })) => text == "error:TypeError",
        // The times were compared, and the period is what lies between them.
        (Value::String(text), Ok(_)) => text == "end-start",
        (wanted, Ok(seconds)) => wanted.as_f64() == Some(*seconds),
        _ => false,
    };
    (!same).then(|| format!("period {seconds:?}"))
}

/// `Err` where a case is skipped, else what differs.
fn check(case: &Value) -> Result<Option<String>, Skip> {
    let args = parts(case["args"].as_object().unwrap())?;
    if let Some(reason) = generous(case, &args) {
        return Err(reason);
    }
    let expected = &case["expected"];
    let found = args.and_then(|args| TimeSpan::resolve(&args, NOW));
    Ok(match (found, expected["error"].as_str()) {
        (Ok(span), None) => difference(&span, expected),
        (Err(_), Some(_)) => None,
        (Ok(span), Some(error)) => Some(format!("{span:?}, expected {error}")),
        (Err(error), None) => Some(error.to_string()),
    })
}

#[test]
fn spans_are_those_of_msticpy() {
    let Some((_, document)) = area("timespan") else { return };
    let mut failures = Vec::new();
    let mut n_checked = 0;
    for case in document["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        match check(case) {
            Err(reason) => println!("{name}: skipped, {reason}"),
            Ok(Some(difference)) => failures.push(format!("{name}: {difference}")),
            Ok(None) => n_checked += 1,
        }
    }
    println!("{n_checked} cases hold");
    assert!(n_checked > 0, "no case was replayed");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn spans_are_equal_where_those_of_msticpy_are() {
    let Some((_, document)) = area("timespan") else { return };
    let span = |value: &Value| {
        let args = parts(value.as_object().unwrap()).unwrap().unwrap();
        TimeSpan::resolve(&args, NOW).unwrap()
    };
    for case in document["equality"].as_array().into_iter().flatten() {
        assert_eq!(span(&case["a"]) == span(&case["b"]), case["equal"] == true, "{case}");
    }
}

#[test]
fn kql_is_that_of_msticpy() {
    let Some((_, document)) = area("ts_anomalies") else { return };
    let mut n_checked = 0;
    for case in document["cases"].as_array().unwrap() {
        let Some(expected) = case["expected"]["kql"].as_str() else { continue };
        let periods = case["expected"]["periods"].as_array().unwrap();
        let time = |text: &Value| TimeParser::new().parse(text.as_str().unwrap()).unwrap();
        let zoned = periods.first().is_some_and(|period| time(&period[0]).zoned);
        let span = |period: &Value| {
            TimeSpan::new(time(&period[0]).timestamp, time(&period[1]).timestamp).unwrap()
        };
        let spans: Vec<TimeSpan> = periods.iter().map(span).collect();
        assert_eq!(kql_between(&spans, zoned).unwrap(), expected, "{}", case["name"]);
        n_checked += 1;
    }
    assert!(n_checked > 0, "no case has a query");
}
