//! Laws of what was seen before, in memory and saved.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use oddsift_hunt::{Error, History, HuntParams, LineTable, Sighting};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use support::{Event, event_of, log, table_of, told};

fn history(log: &[Event]) -> History {
    History::new(&table_of(log)).unwrap()
}

fn saved(history: &History) -> String {
    serde_json::to_string(history).unwrap()
}

fn read(json: &[u8]) -> serde_json::Result<History> {
    serde_json::from_slice(json)
}

fn merged(one: &History, other: &History) -> String {
    let mut both = one.clone();
    both.merge(other).unwrap();
    saved(&both)
}

type Pairs<'a> = BTreeSet<(&'a str, &'a str)>;

/// What is known of an event: its line, and its program with its parent.
fn known(log: &[Event]) -> (Pairs<'_>, Pairs<'_>) {
    let pair = |it| (Event::parent_name(it), Event::name(it));
    (log.iter().map(Event::line).collect(), log.iter().map(pair).collect())
}

proptest! {
    #[test]
    fn what_is_known_is_left_out(before in log(), today in log()) {
        let (lines, pairs) = known(&before);
        let is_known =
            |it: &&Event| lines.contains(&it.line()) && pairs.contains(&(it.parent_name(), it.name()));
        let new: Vec<&Event> = today.iter().filter(|it| !is_known(it)).collect();
        let params = HuntParams::new().known(history(&before));
        let hunt = params.rank(table_of(&today)).unwrap();
        let found: BTreeSet<_> =
            hunt.lines().iter().map(|line| event_of(line, &today).line()).collect();
        prop_assert_eq!(found, new.iter().map(|it| it.line()).collect());
        prop_assert_eq!(hunt.n_known_seen(), (today.len() - new.len()) as u64);
        let all = params.all(true).rank(table_of(&today)).unwrap();
        let rows: u64 = all.lines().iter().map(|line| line.count).sum();
        prop_assert_eq!((rows, all.n_known_seen()), (today.len() as u64, 0));
    }

    #[test]
    fn a_log_holds_nothing_new_beside_itself(log in log()) {
        let hunt = HuntParams::new().known(history(&log)).rank(table_of(&log)).unwrap();
        prop_assert!(hunt.lines().is_empty() && hunt.findings().is_empty());
    }

    #[test]
    fn a_saved_history_is_read_back(log in log(), today in log()) {
        let history = history(&log);
        let json = saved(&history);
        let again = read(json.as_bytes()).unwrap();
        prop_assert_eq!(saved(&again), json);
        prop_assert_eq!((again.n_rows(), again.n_lines()), (history.n_rows(), history.n_lines()));
        let hunt = |known| told(&HuntParams::new().known(known).rank(table_of(&today)).unwrap());
        prop_assert_eq!(hunt(again), hunt(history));
    }

    #[test]
    fn histories_merge_in_any_order(one in log(), other in log(), third in log()) {
        let whole: Vec<Event> = [&one[..], &other, &third].concat();
        let (one, other, third) = (history(&one), history(&other), history(&third));
        prop_assert_eq!(merged(&one, &other), merged(&other, &one));
        let mut first = one.clone();
        first.merge(&other).unwrap();
        let mut last = other.clone();
        last.merge(&third).unwrap();
        prop_assert_eq!(merged(&first, &third), merged(&one, &last));
        prop_assert_eq!(merged(&first, &third), saved(&history(&whole)));
    }

    #[test]
    fn a_log_that_learned_a_history_has_the_history_of_both(before in log(), today in log()) {
        let mut table = table_of(&today);
        table.learn(&table_of(&before)).unwrap();
        let both = History::new(&table).unwrap();
        prop_assert_eq!(saved(&both), merged(&history(&before), &history(&today)));
    }

    #[test]
    fn what_was_seen_again_or_lately_is_not_forgotten(log in log(), n_days in 0_u32..3) {
        let log: Vec<Event> = log.into_iter().map(|event| Event {
            second: event.second.map(|second| second * 300),
            ..event
        }).collect();
        let mut history = history(&log);
        let before = history.n_lines();
        let forgotten = history.forget(n_days).unwrap();
        prop_assert_eq!(history.n_lines() + forgotten, before);
        let newest = log.iter().filter_map(|it| it.second).max();
        let key = |it: &Event| (it.line().0.to_owned(), it.parent_name().to_owned(), it.command_line);
        let old = log.iter().filter(|event| {
            let is_once = log.iter().filter(|it| key(it) == key(event)).count() == 1;
            let limit = newest.map(|newest| newest - 86_400 * i64::from(n_days));
            is_once && event.second.is_some_and(|second| Some(second) < limit)
        });
        prop_assert_eq!(forgotten, old.count());
        prop_assert_eq!(history.forget(n_days).unwrap(), 0);
    }

    #[test]
    fn a_history_with_changed_bytes_is_refused_or_sound(
        log in log(),
        places: [Index; 3],
        change in prop_oneof![Just("cut"), Just("drop"), Just("digit"), Just("letter")],
        byte: u8,
    ) {
        let mut saved = saved(&history(&log)).into_bytes();
        for place in places {
            let at = place.index(saved.len());
            match change {
                "cut" => saved.truncate(at.max(1)),
                "drop" if saved.len() > 1 => drop(saved.remove(at)),
                "digit" => {
                    let digit = saved.iter_mut().skip(at).find(|byte| byte.is_ascii_digit());
                    digit.map(|digit| *digit = b'0' + byte % 10).unwrap_or_default();
                }
                _ => saved[at] = byte,
            }
        }
        check_sound(&saved, &log)?;
    }

    #[test]
    fn a_history_of_changed_numbers_is_refused_or_sound(
        log in log(),
        field in prop_oneof![Just("lines"), Just("counts"), Just("n_numbers")],
        place: Index,
        number in prop_oneof![0_u64..9, Just(u64::from(u32::MAX)), Just(u64::MAX)],
    ) {
        let mut saved: Value = serde_json::from_str(&saved(&history(&log))).unwrap();
        match &mut saved[field] {
            Value::Array(numbers) => {
                let at = place.index(numbers.len());
                numbers[at] = json!(number);
            }
            one => *one = json!(number),
        }
        check_sound(saved.to_string().as_bytes(), &log)?;
    }
}

/// A history that can be read can be used, and is written as it was read.
fn check_sound(json: &[u8], log: &[Event]) -> Result<(), TestCaseError> {
    let Ok(mut known) = read(json) else { return Ok(()) };
    let again = saved(&known);
    prop_assert_eq!(saved(&read(again.as_bytes()).unwrap()), again);
    let _ = HuntParams::new().known(known.clone()).rank(table_of(log));
    let _ = history(log).merge(&known);
    known.forget(1).unwrap();
    Ok(())
}

fn sample() -> Value {
    let mut table = LineTable::new(["user", "service"]).with_numbers(["bytes"]);
    for (row, values) in (0..).zip([["anna", "ssh", "10"], ["bob", "ssh", ""], ["bob", "web", "0"]])
    {
        let time = oddsift_hunt::Timestamp::from_second(60).ok();
        table.add(&Sighting { time, ..Sighting::new(row, &values) }).unwrap();
    }
    serde_json::from_str(&saved(&History::new(&table).unwrap())).unwrap()
}

#[test]
fn a_damaged_history_is_refused() {
    assert!(read(sample().to_string().as_bytes()).is_ok());
    let faults: [(&str, Value, &str); 18] = [
        ("format", json!("isolation-forest"), "format of the history"),
        ("version", json!(2), "version 2 of the history is not known, 1 is"),
        ("masks", json!("other"), "masked by \"other\""),
        ("of_processes", json!(true), "columns of the history"),
        ("n_numbers", json!(4), "more than there are columns"),
        ("n_numbers", json!(-1), "invalid value"),
        ("columns", json!(["user", "service"]), "values of the history"),
        ("values", json!([["anna", "bob"], ["ssh", "web"]]), "values of the history"),
        ("values", json!([["anna"], ["ssh", "web"], ["", "0", "10"]]), "value that is not there"),
        ("lines", json!([0, 0, 2, 1, 0, 0, 1, 1]), "not as many as there are counts"),
        ("lines", json!([0, 0, 2, 0, 0, 2, 1, 1, 1]), "entry 1 is there twice"),
        ("lines", json!([0, 0, 2, 1, 0, 0, 1, 1, 9]), "entry 2 has a value that is not there"),
        ("lines", json!([0, 0, 2, 1, 0, 0, 1, 1, u64::MAX]), "invalid value"),
        ("counts", json!([1, 0, 1]), "entry 1 is zero"),
        ("counts", json!([1, u64::MAX, 1]), "rows; hunt in parts"),
        ("times", json!([null, null]), "not as many as there are counts"),
        (
            "times",
            json!([null, ["1970-01-02T00:00:00Z", "1970-01-01T00:00:00Z"], null]),
            "entry 1 ends before it starts",
        ),
        ("surplus", json!(1), "unknown field"),
    ];
    for (field, value, message) in faults {
        let mut damaged = sample();
        damaged[field] = value;
        let error = read(damaged.to_string().as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{field}: {error}");
    }
    for field in ["format", "version", "masks", "columns", "values", "lines", "counts", "times"] {
        let mut damaged = sample();
        damaged.as_object_mut().unwrap().remove(field);
        assert!(read(damaged.to_string().as_bytes()).is_err(), "{field}");
    }
}

#[test]
fn histories_of_other_columns_or_too_many_rows_do_not_merge() {
    let read = |value: Value| read(value.to_string().as_bytes()).unwrap();
    let mut full = sample();
    full["counts"] = json!([u64::MAX - 2, 1, 1]);
    let mut full = read(full);
    let before = saved(&full);
    let mut other = sample();
    other["values"][0] = json!(["anna", "eve"]);
    assert_eq!(full.merge(&read(other)), Err(Error::TooManyRows));
    assert_eq!(saved(&full), before);
    let processes = history(&[]);
    assert!(matches!(full.merge(&processes), Err(Error::OtherColumns { .. })));
}
