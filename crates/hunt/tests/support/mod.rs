//! Small random logs of starts of programs, made of few texts, so that lines repeat.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses a part of it")]

use oddsift_hunt::{Hunt, Line, LineId, LineTable, ProcessEvent, ProcessLines, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Masking leaves these texts as they are, and none has a digit, so that the numbers of a reason are counts.
pub(crate) const PATHS: [&str; 5] =
    [r"c:\windows\cmd.exe", r"c:\temp\cmd.exe", r"c:\windows\reg.exe", "/bin/sh", ""];
pub(crate) const COMMAND_LINES: [&str; 6] = [
    "cmd.exe /c whoami",
    "cmd.exe /c whoami | more",
    "reg.exe query hklm",
    "sh -c 'ls'; ls",
    "curl http://host.test/x --output x.ps",
    "",
];
const HOSTS: [&str; 3] = ["web", "db", "dc"];

/// An event but for its number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) path: &'static str,
    pub(crate) parent: &'static str,
    pub(crate) command_line: &'static str,
    pub(crate) second: Option<i64>,
    pub(crate) host: Option<&'static str>,
    pub(crate) user: Option<&'static str>,
    pub(crate) session: Option<&'static str>,
    pub(crate) pid: Option<u64>,
    pub(crate) parent_pid: Option<u64>,
}

impl Event {
    pub(crate) fn numbered(&self, row: u64) -> ProcessEvent<'static> {
        ProcessEvent {
            path: self.path,
            command_line: self.command_line,
            parent_path: self.parent,
            time: self.second.map(|second| Timestamp::from_second(second).unwrap()),
            host: self.host,
            user: self.user,
            session: self.session,
            pid: self.pid,
            parent_pid: self.parent_pid,
            ..ProcessEvent::new(row)
        }
    }

    /// The name of the program as reasons have it.
    pub(crate) fn name(&self) -> &str {
        let first_word = || self.command_line.split(' ').next().unwrap_or_default();
        let path = if self.path.is_empty() { first_word() } else { self.path };
        name_of(path)
    }

    pub(crate) fn parent_name(&self) -> &str {
        name_of(self.parent)
    }

    /// What rows of one line have in common.
    pub(crate) fn line(&self) -> (&str, &str) {
        let first_word = || self.command_line.split(' ').next().unwrap_or_default();
        (if self.path.is_empty() { first_word() } else { self.path }, self.command_line)
    }
}

fn name_of(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// An event of which no tree is made.
pub(crate) fn plain_event() -> impl Strategy<Value = Event> {
    let texts = (select(&PATHS[..]), select(&PATHS[..]), select(&COMMAND_LINES[..]));
    (texts, option::of(select(&["anna", "bob"][..]))).prop_map(
        |((path, parent, command_line), user)| Event {
            path,
            parent,
            command_line,
            second: None,
            host: None,
            user,
            session: None,
            pid: None,
            parent_pid: None,
        },
    )
}

/// An event of a few processes, hosts and sessions, at any of a few times.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    let ids = (option::weighted(0.8, 1_u64..9), option::weighted(0.8, 1_u64..9));
    let place = (option::weighted(0.8, select(&HOSTS[..])), option::of(select(&["a", "b"][..])));
    (plain_event(), ids, place, option::weighted(0.9, 0_i64..1000)).prop_map(
        |(event, (pid, parent_pid), (host, session), second)| Event {
            // No process starts itself.
            pid: pid.filter(|pid| Some(*pid) != parent_pid),
            parent_pid,
            host,
            session,
            second,
            ..event
        },
    )
}

pub(crate) fn plain_log() -> impl Strategy<Value = Vec<Event>> {
    vec(plain_event(), 1..40)
}

pub(crate) fn log() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 1..60)
}

/// A log in which no start is told of twice.
pub(crate) fn distinct_log() -> impl Strategy<Value = Vec<Event>> {
    log().prop_map(|mut events| {
        for (event, nth) in events.iter_mut().zip(0..) {
            event.second = event.second.map(|second| second * 120 + 2 * nth);
        }
        events
    })
}

/// A log in which all rows have times, and no two the same; few enough rows that all are kept.
pub(crate) fn timed_log() -> impl Strategy<Value = Vec<Event>> {
    vec(event(), 1..16).prop_map(|mut events| {
        for (event, nth) in events.iter_mut().zip(0..) {
            event.second = Some(event.second.unwrap_or_default() * 16 + nth);
        }
        events
    })
}

/// A log and its rows in another order.
pub(crate) fn shuffled<T>(
    log: impl Strategy<Value = Vec<T>>,
) -> impl Strategy<Value = (Vec<T>, Vec<usize>)>
where
    T: std::fmt::Debug + Clone,
{
    log.prop_flat_map(|log| {
        let order: Vec<usize> = (0..log.len()).collect();
        (Just(log), Just(order).prop_shuffle())
    })
}

/// The lines of events with their numbers, and the line of each.
pub(crate) fn lines_of<'e>(
    events: impl IntoIterator<Item = (u64, &'e Event)>,
) -> (LineTable, Vec<(u64, LineId)>) {
    let mut lines = ProcessLines::new();
    let ids = events.into_iter().map(|(row, event)| {
        let (id, _) = lines.add(&event.numbered(row)).unwrap();
        (row, id)
    });
    let ids = ids.collect();
    (lines.into_table(), ids)
}

pub(crate) fn table_of(events: &[Event]) -> LineTable {
    lines_of((0..).zip(events)).0
}

/// The event that stands for a line.
pub(crate) fn event_of<'e>(line: &Line, log: &'e [Event]) -> &'e Event {
    event_at(line.row, log)
}

pub(crate) fn event_at(row: u64, log: &[Event]) -> &Event {
    &log[usize::try_from(row).unwrap()]
}

/// All of a result, in which a number differs if any of its bits does.
pub(crate) fn told(hunt: &Hunt) -> String {
    use std::fmt::Write;
    let mut told = String::new();
    for line in hunt.lines() {
        let of_list = (line.rank, line.finding, line.is_lead, line.row, line.bits.to_bits());
        let counts = (line.count, line.variants, line.hosts, line.users, line.times);
        let texts = (hunt.template(line), hunt.reasons(line));
        writeln!(told, "{of_list:?} {counts:?} {texts:?}").unwrap();
    }
    for finding in hunt.findings() {
        let counts = (finding.number, finding.bits.to_bits(), finding.n_lines, finding.n_alike);
        writeln!(told, "{counts:?} {:?}", hunt.tree(finding)).unwrap();
    }
    told
}
