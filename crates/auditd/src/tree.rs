use std::collections::HashMap;

use jiff::Timestamp;

use crate::ProcessEvent;

/// Who started whom.
///
/// A parent is the last process of the same host with the id, started before its child: ids are
/// used again, and a process that ran another program has the line of the last one. A parent that
/// was started before the log began, or without a record, is not known; a reused id whose start was
/// not logged cannot be told from the old one. A program that could not be run (`success=no`) is no
/// parent: the process went on with the one that it had.
///
/// Memory 16 bytes a process, and while it is made about 100 more. Processes may come in any order.
///
/// ```
/// use oddsift_auditd::{ProcessEvent, ProcessTree};
///
/// let process = |second, pid: &str, ppid: &str, line: &str| ProcessEvent {
///     time: jiff::Timestamp::from_second(second).ok(),
///     pid: Some(pid.to_owned()),
///     ppid: Some(ppid.to_owned()),
///     cmdline: Some(line.to_owned()),
///     ..ProcessEvent::default()
/// };
/// let processes = [
///     process(1, "7", "1", "sshd"),
///     process(2, "9", "7", "bash"),
///     process(3, "7", "1", "cron"),
///     process(4, "10", "7", "backup"),
/// ];
/// let tree = ProcessTree::new(&processes);
/// let parent = |row| tree.parent(row).and_then(|row| processes[row].cmdline.as_deref());
/// assert_eq!((parent(0), parent(1), parent(3)), (None, Some("sshd"), Some("cron")));
/// ```
#[derive(Debug, Clone, Default)]
pub struct ProcessTree {
    parents: Vec<Option<usize>>,
}

/// When a process was started; rows of one time are in the order of the log.
type Start = (Option<Timestamp>, usize);

impl ProcessTree {
    /// Finds the parent of each process. Time `O(n log n)`.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::ProcessTree::new(&[]).parent(0), None);
    /// ```
    pub fn new(processes: &[ProcessEvent]) -> Self {
        let mut starts: HashMap<(Option<&str>, i64), Vec<Start>> = HashMap::new();
        for (row, process) in processes.iter().enumerate() {
            let has_run = process.success.as_deref() != Some("no");
            if let Some(pid) = process.pid_number().filter(|_| has_run) {
                starts.entry((process.node.as_deref(), pid)).or_default().push((process.time, row));
            }
        }
        for starts in starts.values_mut() {
            starts.sort_unstable();
        }
        let parent = |(row, process): (usize, &ProcessEvent)| {
            let starts = starts.get(&(process.node.as_deref(), process.ppid_number()?))?;
            let before = starts.partition_point(|start| *start < (process.time, row));
            starts.get(before.checked_sub(1)?).map(|(_, row)| *row)
        };
        Self { parents: processes.iter().enumerate().map(parent).collect() }
    }

    /// The row of a process's parent, if the log has it.
    ///
    /// ```
    /// use oddsift_auditd::{ProcessEvent, ProcessTree};
    ///
    /// let orphan = ProcessEvent { ppid: Some("1".to_owned()), ..ProcessEvent::default() };
    /// assert_eq!(ProcessTree::new(&[orphan]).parent(0), None);
    /// ```
    pub fn parent(&self, row: usize) -> Option<usize> {
        *self.parents.get(row)?
    }

    /// The parent, its parent and so on; it ends, since each was started before the other.
    ///
    /// ```
    /// use oddsift_auditd::ProcessTree;
    ///
    /// assert_eq!(ProcessTree::default().ancestors(3).count(), 0);
    /// ```
    pub fn ancestors(&self, row: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(row), |row| self.parent(*row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn program_that_could_not_be_run_is_no_parent() {
        let process = |pid: &str, ppid: &str, success: &str| ProcessEvent {
            pid: Some(pid.to_owned()),
            ppid: Some(ppid.to_owned()),
            success: Some(success.to_owned()),
            ..ProcessEvent::default()
        };
        let tree = ProcessTree::new(&[
            process("7", "1", "yes"),
            process("7", "1", "no"),
            process("8", "7", "no"),
        ]);
        assert_eq!(tree.parent(2), Some(0));
    }
}
