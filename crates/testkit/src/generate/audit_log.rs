//! `gen auditd`: a long audit log of the sample's events.

mod template; // events of the sample, ready to be told again

use std::collections::VecDeque;
use std::io::{self, Write};

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use template::{Facts, Template};

/// A log of 1192 lines.
const SAMPLE: &str = include_str!("../../../../testdata/auditd_log.txt");
const CHUNK: usize = 1 << 20;
/// The time of the sample's first event, in milliseconds.
const START: u64 = 1_551_485_405_594;
/// Processes that may become parents.
const N_PARENTS: usize = 64;
/// The highest process id of the kernel's default, and the lowest that it uses again.
const PIDS: std::ops::Range<u32> = 300..32_768;

/// A log of a length, made from a seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AuditLog {
    length: Length,
    seed: u64,
}

/// Where a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Events(u64),
    Bytes(u64),
}

impl AuditLog {
    pub(crate) fn new(length: Length, seed: u64) -> Self {
        Self { length, seed }
    }

    /// Writes the log in large pieces.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut host = Host::new(self.seed);
        let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 8);
        let (mut n_events, mut n_bytes) = (0, 0);
        let mut earlier = Vec::new();
        while !self.length.is_reached(n_events, n_bytes) {
            let event = host.event();
            n_events += 1;
            n_bytes += event.iter().map(|line| line.len() as u64).sum::<u64>();
            let is_mixed = host.rng.random_ratio(1, 8);
            let lines = host.mix(std::mem::take(&mut earlier), event, is_mixed, &mut earlier);
            chunk.extend(lines.concat().into_bytes());
            if chunk.len() >= CHUNK {
                out.write_all(&chunk)?;
                chunk.clear();
            }
        }
        chunk.extend(earlier.concat().into_bytes());
        out.write_all(&chunk)?;
        out.flush()
    }
}

impl Length {
    fn is_reached(self, n_events: u64, n_bytes: u64) -> bool {
        match self {
            Self::Events(events) => n_events >= events,
            Self::Bytes(bytes) => n_bytes >= bytes,
        }
    }
}

/// The host that logs.
struct Host {
    rng: Xoshiro256PlusPlus,
    templates: Vec<Template>,
    time: u64,
    serial: u64,
    pid: u32,
    parents: VecDeque<u32>,
}

impl Host {
    fn new(seed: u64) -> Self {
        Self {
            rng: Xoshiro256PlusPlus::seed_from_u64(seed),
            templates: template::of_log(SAMPLE),
            time: START,
            serial: 0,
            pid: PIDS.start,
            parents: VecDeque::from([1]),
        }
    }

    /// The lines of the next event.
    fn event(&mut self) -> Vec<String> {
        self.serial += 1;
        // Several events in one millisecond, as on a busy host.
        self.time += self.rng.random_range(0..8_u64).saturating_sub(3);
        self.pid = if self.pid + 1 < PIDS.end { self.pid + 1 } else { PIDS.start };
        let ppid = self.parents[self.rng.random_range(0..self.parents.len())];
        self.parents.push_back(self.pid);
        if self.parents.len() > N_PARENTS {
            self.parents.pop_front();
        }
        let facts = Facts { time: self.time, serial: self.serial, pid: self.pid, ppid };
        let template = &self.templates[self.rng.random_range(0..self.templates.len())];
        template.lines(&facts)
    }

    /// What can be written now: the earlier event, mixed with the next one or before it. The next
    /// one waits in `later` where it is not part of the mix.
    fn mix(
        &mut self,
        earlier: Vec<String>,
        next: Vec<String>,
        is_mixed: bool,
        later: &mut Vec<String>,
    ) -> Vec<String> {
        if !is_mixed {
            *later = next;
            return earlier;
        }
        let (mut earlier, mut next) = (VecDeque::from(earlier), VecDeque::from(next));
        let mut lines = Vec::with_capacity(earlier.len() + next.len());
        while !earlier.is_empty() && !next.is_empty() {
            let from = if self.rng.random_bool(0.5) { &mut earlier } else { &mut next };
            lines.extend(from.pop_front());
        }
        lines.extend(earlier);
        lines.extend(next);
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(length: Length, seed: u64) -> String {
        let mut out = Vec::new();
        AuditLog::new(length, seed).write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn same_seed_gives_the_same_log_and_another_another() {
        let of = |seed| made(Length::Events(50), seed);
        assert_eq!(of(3), of(3));
        assert_ne!(of(3), of(4));
    }

    #[test]
    fn serials_are_as_many_as_asked_for() {
        let log = made(Length::Events(500), 1);
        let serial = |line: &str| -> u64 {
            let (_, rest) = line.split_once("msg=audit(").unwrap();
            rest.split_once(':').unwrap().1.split_once(')').unwrap().0.parse().unwrap()
        };
        let serials: std::collections::BTreeSet<u64> = log.lines().map(serial).collect();
        assert!(serials.into_iter().eq(1..=500));
        assert!(!log.lines().map(serial).is_sorted(), "some events are mixed");
    }

    #[test]
    fn log_ends_at_its_length() {
        let log = made(Length::Bytes(100_000), 1);
        assert!((100_000..110_000).contains(&log.len()) && log.ends_with('\n'));
    }
}
