use crate::LineError;

/// What was read, and what was left out: nothing is lost in silence.
///
/// ```
/// use oddsift_auditd::{Options, for_each_event};
///
/// let log = &b"garbage\ntype=EOE msg=audit(1.0:1):\n\ntype=EOE\n"[..];
/// let summary = for_each_event(log, Options::new(), |_| std::ops::ControlFlow::Continue(()))?;
/// assert_eq!((summary.lines, summary.records, summary.events), (4, 1, 1));
/// assert_eq!((summary.skipped, summary.first_skipped.unwrap().line), (2, 1));
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Summary {
    /// Lines, those without a record too.
    pub lines: u64,
    /// Records.
    pub records: u64,
    /// Events that were given out.
    pub events: u64,
    /// Lines that hold no record. Blank ones and the separators of `ausearch` do not count.
    pub skipped: u64,
    /// The first of them.
    pub first_skipped: Option<LineError>,
    /// Records in which bytes that are not UTF-8 became U+FFFD.
    pub replaced: u64,
    /// The line of the first of them.
    pub first_replaced: Option<u64>,
    /// Events that were given out before they were complete, since the open ones had more than
    /// [`Options::window_bytes`](crate::Options::window_bytes).
    pub hurried: u64,
    /// Events that are the rest of one given out earlier: its records came too late. Known as long
    /// as the earlier one is among the last few thousand.
    pub late: u64,
    /// The line with which the first of them begins.
    pub first_late: Option<u64>,
}

impl Summary {
    pub(crate) fn skip(&mut self, error: LineError) {
        self.skipped = self.skipped.saturating_add(1);
        self.first_skipped.get_or_insert(error);
    }

    pub(crate) fn replace(&mut self, line: u64) {
        self.replaced = self.replaced.saturating_add(1);
        self.first_replaced.get_or_insert(line);
    }

    pub(crate) fn be_late(&mut self, line: u64) {
        self.late = self.late.saturating_add(1);
        self.first_late.get_or_insert(line);
    }
}
