//! Events as processes: each has an id and a parent that ran on the same host before it.

use std::collections::HashMap;

use rand::RngExt;

use super::Random;
use super::catalogue::{self, Account, Template};
use super::fleet::{Fleet, starter};
use super::schedule::{Event, Mark, Schedule};
use super::template::{Facts, Words};

/// The id of the process `System`, which no row starts.
const SYSTEM: u32 = 4;
/// A program that is older is closed and started again.
const MAX_AGE: u64 = 10 * 3600 * 1000;

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// Milliseconds from the log's begin.
    pub(crate) time: u64,
    pub(crate) host: String,
    pub(crate) user: String,
    pub(crate) logon: u64,
    pub(crate) pid: u32,
    pub(crate) path: String,
    pub(crate) parent_pid: u32,
    pub(crate) parent_path: String,
    pub(crate) command: String,
    pub(crate) mark: Mark,
}

/// The hosts while they run.
#[derive(Debug)]
pub(crate) struct Machines<'a> {
    fleet: &'a Fleet,
    words: Words,
    /// Templates that start a program which others are started by.
    starters: Vec<Template>,
    rng: Random,
    /// The last process id of each host. Ids are not used again within a log.
    last_pids: Vec<u32>,
    /// By host, session and name of the program.
    running: HashMap<(usize, Option<usize>, String), Process>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Process {
    pid: u32,
    path: String,
    time: u64,
    /// Whether it runs as long as its host.
    is_lasting: bool,
}

/// Where, when and what for a process starts.
#[derive(Debug, Clone, Copy)]
struct Start {
    time: u64,
    host: usize,
    user: usize,
    mark: Mark,
}

impl<'a> Machines<'a> {
    /// Starts all hosts at the begin of the log.
    pub(crate) fn boot(fleet: &'a Fleet, rng: Random) -> Self {
        let starters = catalogue::boot().into_iter().chain(catalogue::background()).collect();
        let last_pids = vec![0x200; fleet.hosts.len()];
        let (words, running, rows) = (catalogue::words(), HashMap::new(), Vec::new());
        let mut machines = Self { fleet, words, starters, rng, last_pids, running, rows };
        (0..fleet.hosts.len()).for_each(|host| machines.boot_host(host));
        machines
    }

    fn boot_host(&mut self, host: usize) {
        let mut time = self.rng.random_range(10..1000);
        for template in catalogue::boot() {
            let n_users = self.fleet.hosts[host].users.len();
            let n_times = if template.account == Account::System { 1 } else { n_users };
            for user in 0..n_times {
                time += self.rng.random_range(5..500);
                let start = Start { time, host, user, mark: Mark::Base };
                let parent = self.parent(&template.parent, template.account, start);
                let process = self.start(&template, &parent, start);
                let session = (template.account == Account::User).then_some(user);
                let key = (host, session, template.name().to_owned());
                self.running.insert(key, Process { is_lasting: true, ..process });
            }
        }
    }

    /// Runs all events; gives the rows in the order of time.
    pub(crate) fn run(mut self, schedule: &Schedule) -> Vec<Row> {
        let mut steps = HashMap::new();
        for event in schedule.events() {
            self.run_event(event, &mut steps);
        }
        self.rows.sort_by_key(|row| row.time);
        self.rows
    }

    fn run_event(&mut self, event: &Event, steps: &mut HashMap<String, Process>) {
        let &Event { time, host, user, mark, .. } = event;
        let start = Start { time, host, user, mark };
        let template = &event.template;
        let step = event.step.and_then(|_| steps.get(&template.parent).cloned());
        let parent = step.unwrap_or_else(|| self.parent(&template.parent, template.account, start));
        let process = self.start(template, &parent, start);
        if let Some(step) = event.step {
            steps.insert(step.to_owned(), process);
        } else if starter(&self.starters, template.name(), template.account) == Some(template) {
            self.keep(template, start, process);
        }
    }

    /// The running process of a name, in the session or else of the system; started if need be.
    fn parent(&mut self, name: &str, account: Account, child: Start) -> Process {
        let Some(template) = starter(&self.starters, name, account).cloned() else {
            return Process { pid: SYSTEM, path: "System".into(), time: 0, is_lasting: true };
        };
        let session = (template.account == Account::User).then_some(child.user);
        let running = self.running.get(&(child.host, session, name.to_owned())).cloned();
        if let Some(process) = running.filter(|it| it.is_lasting || self.is_fresh(it, child.time)) {
            return process;
        }
        let time = child.time.saturating_sub(self.rng.random_range(20..400));
        let start = Start { time, mark: Mark::Base, ..child };
        let parent = self.parent(&template.parent, template.account, start);
        let process = self.start(&template, &parent, start);
        self.keep(&template, start, process.clone());
        process
    }

    /// Whether a process may start another one at a time. Now and then a new one takes its place.
    fn is_fresh(&mut self, process: &Process, time: u64) -> bool {
        process.time < time && time - process.time < MAX_AGE && !self.rng.random_ratio(1, 30)
    }

    /// Keeps a process as a parent to be, unless one lasts already.
    fn keep(&mut self, template: &Template, start: Start, process: Process) {
        let session = (template.account == Account::User).then_some(start.user);
        let key = (start.host, session, template.name().to_owned());
        if !self.running.get(&key).is_some_and(|it| it.is_lasting) {
            self.running.insert(key, process);
        }
    }

    /// Writes the row of a process.
    fn start(&mut self, template: &Template, parent: &Process, start: Start) -> Process {
        let host = &self.fleet.hosts[start.host];
        let (user, logon) = host.login(template.account, start.user);
        let facts = Facts { user: &host.users[start.user].name, host: &host.name, path: "" };
        let path = self.words.fill(&template.path, facts, &mut self.rng);
        let facts = Facts { path: &path, ..facts };
        let command = self.words.fill(&template.command, facts, &mut self.rng);
        let pid = self.last_pids[start.host] + 4 * self.rng.random_range(1..=12);
        self.last_pids[start.host] = pid;
        self.rows.push(Row {
            time: start.time,
            host: format!("{}.brennwald.example", host.name),
            user,
            logon,
            pid,
            path: path.clone(),
            parent_pid: parent.pid,
            parent_path: parent.path.clone(),
            command,
            mark: start.mark,
        });
        Process { pid, path, time: start.time, is_lasting: false }
    }
}
