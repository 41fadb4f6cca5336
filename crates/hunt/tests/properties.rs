//! Laws of the ranked list.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use oddsift_hunt::{Finding, Hunt, HuntParams, Line, LineTable, Placed, Sighting, View};
use oddsift_patterns::masked;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use support::{
    Event, distinct_log, event_at, event_of, lines_of, log, plain_log, shuffled, table_of,
    timed_log, told,
};

/// Sums of the same numbers in two orders differ by less.
const ROUNDING: f64 = 1e-9;

fn rank(table: LineTable) -> Hunt {
    HuntParams::new().rank(table).unwrap()
}

/// The tables of chunks, joined in their order.
fn merged(mut chunks: Vec<LineTable>) -> LineTable {
    let mut first = chunks.remove(0);
    for chunk in chunks {
        first.merge(chunk).unwrap();
    }
    first
}

fn place(hunt: &Hunt, ids: &[(u64, oddsift_hunt::LineId)], row: usize) -> Placed {
    let (row, id) = ids[row];
    hunt.place(id, row).unwrap()
}

/// The numbers in a reason: its names have no digits.
fn numbers(text: &str) -> Vec<u64> {
    let text = text.replace(',', "");
    let words = text.split(|letter: char| !letter.is_ascii_digit());
    words.filter_map(|word| word.parse().ok()).collect()
}

fn counted(log: &[Event], is: impl Fn(&&Event) -> bool) -> u64 {
    log.iter().filter(is).count() as u64
}

/// A row of another table: user, service, bytes by size.
type Values = (&'static str, &'static str, &'static str);

fn values_log() -> impl Strategy<Value = Vec<Values>> {
    let user = select(&["anna", "bob", ""][..]);
    let service = select(&["ssh", "smb", "dns", "web"][..]);
    vec((user, service, select(&["", "0", "10", "1000"][..])), 1..40)
}

fn values_table<'v>(rows: impl IntoIterator<Item = (u64, &'v Values)>) -> LineTable {
    let mut table = LineTable::new(["user", "service"]).with_numbers(["bytes"]);
    for (row, (user, service, bytes)) in rows {
        table.add(&Sighting::new(row, &[user, service, bytes])).unwrap();
    }
    table
}

fn is_number_of(number: u32, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.number == number)
}

fn check_list(hunt: &Hunt, n_rows: usize) -> Result<(), TestCaseError> {
    let (lines, findings) = (hunt.lines(), hunt.findings());
    prop_assert!(lines.iter().map(|line| line.rank).eq((1..).take(lines.len())));
    prop_assert!(findings.iter().map(|it| it.number).eq((1..).take(findings.len())));
    prop_assert_eq!(lines.iter().map(|line| line.count).sum::<u64>(), n_rows as u64);
    prop_assert!(lines.iter().all(|line| is_number_of(line.finding, findings)));
    let rows: BTreeSet<u64> = lines.iter().map(|line| line.row).collect();
    prop_assert_eq!(rows.len(), lines.len());
    for line in lines {
        let reasons = hunt.reasons(line);
        let sum: f64 = reasons.iter().map(|reason| reason.bits).sum();
        prop_assert!((sum - line.bits).abs() < ROUNDING, "{sum} {line:?}");
        let groups: f64 = hunt.grouped_reasons(line).iter().map(|(bits, _)| bits).sum();
        prop_assert!((groups - line.bits).abs() < ROUNDING, "{groups} {line:?}");
        prop_assert!(reasons.is_sorted_by(|a, b| a.bits >= b.bits));
        prop_assert!(reasons.iter().all(|it| it.bits > 0.0 && !it.text.is_empty()));
    }
    Ok(())
}

/// The bits of a view in the reasons of a line; a view without bits is no reason.
fn bits_of(hunt: &Hunt, line: &Line, view: View) -> f64 {
    hunt.reasons(line).iter().find(|reason| reason.view == view).map_or(0.0, |reason| reason.bits)
}

#[test]
fn the_texts_of_the_laws_are_not_masked() {
    for text in support::PATHS.iter().chain(&support::COMMAND_LINES) {
        assert_eq!(masked(text), *text);
        assert!(numbers(text).is_empty());
    }
}

proptest! {
    #[test]
    fn chunks_merge_in_any_order(
        (log, order) in shuffled(log()),
        chunks in vec(0_usize..5, 60),
        reverse: bool,
    ) {
        let whole = told(&rank(table_of(&log)));
        let part = |chunk: usize| {
            let rows = order.iter().filter(|row| chunks[**row] == chunk);
            lines_of(rows.map(|row| (*row as u64, &log[*row]))).0
        };
        let mut parts: Vec<LineTable> = (0..5).map(part).collect();
        if reverse {
            parts.reverse();
        }
        let tail = merged(parts.split_off(2));
        let head = merged(parts);
        prop_assert_eq!(told(&rank(merged(vec![tail, head]))), whole);
    }

    #[test]
    fn chunks_of_any_table_merge_in_any_order(
        (log, order) in shuffled(values_log()),
        chunks in vec(0_usize..3, 40),
    ) {
        let whole = told(&rank(values_table((0..).zip(&log))));
        let part = |chunk: usize| {
            let rows = order.iter().filter(|row| chunks[**row] == chunk);
            values_table(rows.map(|row| (*row as u64, &log[*row])))
        };
        let parts: Vec<LineTable> = (0..3).rev().map(part).collect();
        prop_assert_eq!(told(&rank(merged(parts))), whole);
    }

    #[test]
    fn rows_may_come_in_any_order((log, order) in shuffled(log())) {
        let shuffled = order.iter().map(|row| (*row as u64, &log[*row]));
        let (table, _) = lines_of(shuffled);
        prop_assert_eq!(told(&rank(table)), told(&rank(table_of(&log))));
    }

    #[test]
    fn numbers_of_rows_decide_ties_alone((log, order) in shuffled(plain_log())) {
        let numbered = order.iter().map(|row| *row as u64).zip(&log);
        let by_bits = |hunt: &Hunt| {
            let mut ties: BTreeMap<u64, Vec<(String, u64)>> = BTreeMap::new();
            let mut bits = Vec::new();
            for line in hunt.lines() {
                bits.push(line.bits.to_bits());
                ties.entry(line.bits.to_bits()).or_default().push((hunt.template(line), line.count));
            }
            for tied in ties.values_mut() {
                tied.sort();
            }
            (bits, ties)
        };
        let (table, _) = lines_of(numbered);
        prop_assert_eq!(by_bits(&rank(table)), by_bits(&rank(table_of(&log))));
    }

    #[test]
    fn numbers_of_rows_of_different_times_change_no_tree((log, order) in shuffled(timed_log())) {
        // Trees by the event, not by its number; of alike findings only the first row decides which is shown.
        let trees = |hunt: &Hunt, number_of: &dyn Fn(u64) -> u64| {
            let whole = hunt.findings().iter().filter(|finding| finding.n_alike == 0);
            let trees = whole.map(|finding| {
                let rows = hunt.tree(finding);
                let rows = rows.iter();
                rows.map(|it| (number_of(it.row), it.depth)).collect::<Vec<_>>()
            });
            trees.collect::<BTreeSet<_>>()
        };
        let (table, _) = lines_of(order.iter().map(|row| *row as u64).zip(&log));
        let number_of = |row: u64| {
            (0..).zip(&order).find(|(_, number)| **number as u64 == row).unwrap().0
        };
        let found = trees(&rank(table), &number_of);
        prop_assert_eq!(found, trees(&rank(table_of(&log)), &|row| row));
    }

    #[test]
    fn a_repeated_row_never_becomes_rarer(log in plain_log(), at: Index) {
        check_repeated(log, at.index(usize::MAX - 1))?;
    }

    #[test]
    fn a_process_that_is_started_again_never_becomes_rarer(log in timed_log(), at: Index) {
        check_repeated(log, at.index(usize::MAX - 1))?;
    }

    #[test]
    fn a_further_row_never_raises_the_bits_of_its_values(log in values_log(), at: Index, other: Index) {
        let (user, ..) = *at.get(&log);
        let (_, service, bytes) = *other.get(&log);
        let before = rank(values_table((0..).zip(&log)));
        let more: Vec<Values> = log.iter().copied().chain([(user, service, bytes)]).collect();
        let after = rank(values_table((0..).zip(&more)));
        let bits = |hunt: &Hunt| {
            let of_user = |line: &&Line| {
                hunt.template(line).starts_with(&format!("user={user} "))
            };
            hunt.lines().iter().find(of_user).map(|line| bits_of(hunt, line, View::Value(0))).unwrap()
        };
        prop_assert!(bits(&after) <= bits(&before));
    }

    #[test]
    fn every_row_is_in_the_list_once(log in log()) {
        let (table, ids) = lines_of((0..).zip(&log));
        let n_lines = log.iter().map(Event::line).collect::<BTreeSet<_>>().len();
        let hunt = rank(table);
        check_list(&hunt, log.len())?;
        prop_assert_eq!(hunt.lines().len(), n_lines);
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for row in 0..log.len() {
            let place = place(&hunt, &ids, row);
            let line = &hunt.lines()[place.rank as usize - 1];
            prop_assert_eq!(event_of(line, &log).line(), log[row].line());
            prop_assert!(is_number_of(place.finding, hunt.findings()));
            *counts.entry(place.rank).or_default() += 1;
        }
        prop_assert!(hunt.lines().iter().all(|line| counts[&line.rank] == line.count));
    }

    #[test]
    fn every_row_of_any_table_is_in_the_list_once(log in values_log()) {
        let hunt = rank(values_table((0..).zip(&log)));
        check_list(&hunt, log.len())?;
        prop_assert_eq!(hunt.lines().len(), log.iter().collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn a_tree_can_be_drawn(log in log()) {
        let hunt = rank(table_of(&log));
        let mut shown = BTreeSet::new();
        for finding in hunt.findings() {
            // The rows above the one at hand, a depth each.
            let mut above: Vec<u64> = Vec::new();
            for it in &hunt.tree(finding) {
                let depth = it.depth as usize;
                prop_assert!(depth <= above.len() && shown.insert(it.row));
                above.truncate(depth);
                let event = event_at(it.row, &log);
                if let Some(parent) = above.last() {
                    let parent = event_at(*parent, &log);
                    prop_assert_eq!((parent.host, parent.pid), (event.host, event.parent_pid));
                    prop_assert!(event.parent.is_empty() || parent.name() == event.parent_name());
                    prop_assert!(parent.second <= event.second);
                }
                above.push(it.row);
                let rank = it.rank.unwrap() as usize;
                let line = &hunt.lines()[rank - 1];
                prop_assert_eq!(event_of(line, &log).line(), event.line());
            }
        }
    }

    #[test]
    fn a_line_tells_what_is_in_the_log(log in log()) {
        let hunt = rank(table_of(&log));
        for line in hunt.lines() {
            let event = event_of(line, &log);
            let of_line: Vec<&Event> = log.iter().filter(|it| it.line() == event.line()).collect();
            let distinct = |part: fn(&Event) -> Option<&'static str>| {
                of_line.iter().filter_map(|it| part(it)).collect::<BTreeSet<_>>().len() as u64
            };
            prop_assert_eq!(line.hosts, distinct(|it| it.host));
            prop_assert_eq!(line.users, distinct(|it| it.user));
            let seconds: BTreeSet<i64> = of_line.iter().filter_map(|it| it.second).collect();
            let times = line.times.map(|(first, last)| (first.as_second(), last.as_second()));
            prop_assert_eq!(times, seconds.first().copied().zip(seconds.last().copied()));
        }
    }

    #[test]
    fn reasons_are_the_counts_of_the_log(log in distinct_log()) {
        let hunt = rank(table_of(&log));
        let n_hosts = log.iter().filter_map(|it| it.host).collect::<BTreeSet<_>>().len() as u64;
        let all = log.len() as u64;
        for line in hunt.lines() {
            let event = event_of(line, &log);
            let of_name = counted(&log, |it| it.name() == event.name());
            let mut program = vec![of_name, all];
            if n_hosts > 1 {
                let hosts = log.iter().filter(|it| it.name() == event.name());
                let hosts: BTreeSet<_> = hosts.filter_map(|it| it.host).collect();
                program.extend([hosts.len() as u64, n_hosts]);
            }
            for reason in &hunt.reasons(line) {
                let expected = match reason.view {
                    View::Program => program.clone(),
                    View::ParentChild => {
                        let of_parent = |it: &&Event| it.parent_name() == event.parent_name();
                        let is_pair = |it: &&Event| of_parent(it) && it.name() == event.name();
                        vec![counted(&log, is_pair), counted(&log, of_parent)]
                    }
                    View::Line if line.count == of_name => program.clone(),
                    View::Line => [&program[..], &[line.count]].concat(),
                    View::LineOfProgram => vec![line.count, of_name],
                    _ => continue,
                };
                prop_assert_eq!(numbers(&reason.text), expected, "{}", &reason.text);
            }
        }
    }
}

/// Adds a row like another one, of a process with a number of its own.
fn check_repeated(mut log: Vec<Event>, at: usize) -> Result<(), TestCaseError> {
    let row = at % log.len();
    let bits = |log: &[Event]| {
        let (table, ids) = lines_of((0..).zip(log));
        place(&rank(table), &ids, row).bits
    };
    let before = bits(&log);
    let again = Event { pid: log[row].pid.map(|_| 99), ..log[row].clone() };
    log.push(again);
    let after = bits(&log);
    prop_assert!(after <= before + ROUNDING, "{after} > {before}");
    Ok(())
}
