//! Processes that are like no other, and those that are alike, each with its parent.

use oddsift::auditd::{
    ClusterOptions, Error, Options, ProcessCluster, ProcessClusters, ProcessEvent, ProcessTree,
    cluster_auditd_processes, msticpy,
};
use oddsift::records::Cell;
use oddsift::timespan::{Timestamp, format_time};

use super::Wanted;
use super::log::{Events, last_name, read_whole};
use crate::args::{AuditdArgs, Compat};
use crate::commands::{print_rows, say_left_out};
use crate::failure::Failure;
use crate::input::{counted, say, warn_line};
use crate::output::Destination;
use crate::table::{TextCell, TextTable};

/// What is printed behind msticpy's columns.
const ADDED: [&str; 9] = [
    "ClusterId",
    "FirstEventTime",
    "LastEventTime",
    "Template",
    "ParentCommandLine",
    "Node",
    "auid",
    "ses",
    "success",
];

/// Prints the clusters; gives how many processes are like no other.
pub(super) fn print(
    args: &AuditdArgs,
    wanted: &Wanted,
    destination: Destination,
) -> Result<u64, Failure> {
    let compat = args.compat == Some(Compat::Msticpy);
    let processes = read(args, compat)?;
    let options = if compat { ClusterOptions::msticpy() } else { ClusterOptions::new() };
    let options = options.app(wanted.app.clone()).since(wanted.since).until(wanted.until);
    let found = cluster_auditd_processes(&processes, &options);
    let found = match found {
        Err(error @ Error::NoProcesses { .. }) if !compat => nothing(args, &error),
        found => found.map_err(|error| Failure::data(said(args, &error)))?,
    };
    let n_noise = found.rows.iter().filter(|row| row.label.is_noise()).count();
    let n_clusters = found.rows.len() - n_noise;
    say(
        &args.output,
        &format!(
            "{}; {}, {n_noise} like no other",
            counted(found.labels.len() as u64, "process", "processes"),
            counted(n_clusters as u64, "cluster", "clusters"),
        ),
    );
    let shown =
        Shown { args, tree: ProcessTree::new(&processes), processes: &processes, found: &found };
    if destination.is_table() {
        shown.print_table(destination)?;
    } else {
        shown.print_rows(destination, compat)?;
    }
    Ok(n_noise as u64)
}

/// No rows, and why.
fn nothing(args: &AuditdArgs, error: &Error) -> ProcessClusters {
    if !args.output.quiet {
        warn_line(&said(args, error));
    }
    ProcessClusters { rows: Vec::new(), labels: Vec::new() }
}

fn said(args: &AuditdArgs, error: &Error) -> String {
    let name = last_name(args);
    match error {
        Error::NoProcesses { n_processes: 0 } => {
            let what = "no event has a SYSCALL and an EXECVE record";
            let how = "audit rules must log execve, as `-a always,exit -F arch=b64 -S execve` does";
            format!("{name}: {what}; {how}")
        }
        error => format!("{name}: {error}"),
    }
}

/// All processes: one before the wanted time may be the parent of one within.
fn read(args: &AuditdArgs, compat: bool) -> Result<Vec<ProcessEvent>, Failure> {
    let mut processes = Vec::new();
    if compat {
        let rows = read_whole(args, |log| msticpy::read(log, Options::new()))?;
        let started = rows.iter().filter(|row| row.event_type == "SYSCALL_EXECVE");
        processes.extend(started.map(msticpy::Row::process));
        return Ok(processes);
    }
    let mut events = Events::open(args)?;
    while let Some(event) = events.next()? {
        processes.extend(event.process());
        events.recycle(event);
    }
    events.warn();
    Ok(processes)
}

struct Shown<'a> {
    args: &'a AuditdArgs,
    processes: &'a [ProcessEvent],
    tree: ProcessTree,
    found: &'a ProcessClusters,
}

impl Shown<'_> {
    fn process(&self, row: &ProcessCluster) -> Option<&ProcessEvent> {
        self.processes.get(row.row)
    }

    /// The command line of the process that started it.
    fn parent(&self, row: &ProcessCluster) -> Option<&str> {
        self.processes.get(self.tree.parent(row.row)?)?.cmdline.as_deref()
    }

    fn print_rows(&self, destination: Destination, compat: bool) -> Result<(), Failure> {
        let mut columns = ProcessClusters::COLUMNS.map(str::to_owned).to_vec();
        if !compat {
            columns.extend(ADDED.map(str::to_owned));
        }
        print_rows(&self.args.output, destination, &columns, |print| {
            for row in &self.found.rows {
                let Some(process) = self.process(row) else { continue };
                let time = |time: Option<Timestamp>| time.map(|time| format_time(time).to_string());
                let [first, last] =
                    [time(row.times.map(|times| times.0)), time(row.times.map(|times| times.1))];
                let own = time(process.time);
                let started = if compat { &first } else { &own };
                let mut cells = vec![
                    cell(started.as_deref()),
                    cell(process.exe.as_deref()),
                    cell(process.cmdline.as_deref()),
                    id_cell(process.pid.as_deref()),
                    id_cell(process.uid.as_deref()),
                    cell(process.cwd.as_deref()),
                    Cell::UInt(row.size),
                    id_cell(process.ppid.as_deref()),
                ];
                if !compat {
                    cells.push(Cell::Int(row.label.to_i64()));
                    cells.extend([cell(first.as_deref()), cell(last.as_deref())]);
                    cells.extend([cell(row.template.as_deref()), cell(self.parent(row))]);
                    cells.push(cell(process.node.as_deref()));
                    cells.extend([process.auid.as_deref(), process.ses.as_deref()].map(id_cell));
                    cells.push(cell(process.success.as_deref()));
                }
                print(&cells)?;
            }
            Ok(())
        })
    }

    /// A table for people: the rarest first, and of equals those seen first.
    fn print_table(&self, destination: Destination) -> Result<(), Failure> {
        let mut rows: Vec<&ProcessCluster> = self.found.rows.iter().collect();
        rows.sort_by_key(|row| (row.size, row.row));
        let has_nodes = self.processes.iter().any(|process| process.node.is_some());
        let mut header = vec!["Size", "Cluster", "User", "Program", "Template", "Parent"];
        header.extend(["First (UTC)", "Last (UTC)"]);
        header.extend(has_nodes.then_some("Node"));
        let mut table = TextTable::new(header.into_iter().map(str::to_owned));
        for row in rows {
            let Some(process) = self.process(row) else { continue };
            let text = |text: Option<&str>| TextCell::text(text.unwrap_or(""));
            let time = |time: Option<Timestamp>| {
                let text = time.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string());
                TextCell::whole(text.unwrap_or_default())
            };
            let is_noise = row.label.is_noise();
            let label = if is_noise { "noise".to_owned() } else { row.label.to_string() };
            let mut cells = vec![
                TextCell::number(&row.size),
                TextCell::number(&label),
                TextCell::text(process.uid.as_deref().unwrap_or("")),
                text(process.exe.as_deref()),
                text(row.template.as_deref()),
                text(self.parent(row)),
                time(row.times.map(|times| times.0)),
                time(row.times.map(|times| times.1)),
            ];
            cells.extend(has_nodes.then(|| text(process.node.as_deref())));
            table.push(is_noise, cells);
        }
        let left_out = destination.table(&table)?;
        say_left_out(&self.args.output, &left_out, 0);
        Ok(())
    }
}

fn cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Missing, Cell::Text)
}

/// A number as one, where it is.
fn id_cell(text: Option<&str>) -> Cell<'_> {
    match text.map(str::parse) {
        Some(Ok(number)) => Cell::Int(number),
        _ => cell(text),
    }
}
