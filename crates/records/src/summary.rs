use std::fmt::Display;

use crate::{
    error::{Position, excerpt},
    escape::one_line,
    reader::MAX_COLUMNS,
};

/// Rows that were left out, and where the first one was.
///
/// A caller that leaves out rows for reasons of its own keeps a log of them and merges it with the
/// reader's, so that one line tells of all.
///
/// ```
/// use oddsift_records::SkipLog;
///
/// let mut log = SkipLog::new();
/// log.note(7, Some(2), "f1 is missing");
/// let mut other = SkipLog::new();
/// other.note(3, None, "f2 is missing");
/// log.merge(&other);
/// assert_eq!(log.warning("a.csv").unwrap(), "a.csv:3: 2 rows skipped, the first: f2 is missing");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkipLog {
    count: u64,
    first: Option<FirstSkip>,
}

/// The first row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstSkip {
    /// Its physical line.
    pub line: u64,
    /// The column where it is bad, from 1, where known.
    pub column: Option<u64>,
    /// Why it was left out.
    pub reason: String,
}

impl SkipLog {
    /// No row.
    ///
    /// ```
    /// assert_eq!(oddsift_records::SkipLog::new().count(), 0);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one row; the reason is kept for the row of the lowest line only.
    ///
    /// ```
    /// let mut log = oddsift_records::SkipLog::new();
    /// log.note(2, None, "f1 is missing");
    /// assert_eq!((log.count(), log.first().map(|first| first.line)), (1, Some(2)));
    /// ```
    pub fn note(&mut self, line: u64, column: Option<u64>, reason: impl Display) {
        self.count = self.count.saturating_add(1);
        if self.first.as_ref().is_none_or(|first| line < first.line) {
            self.first = Some(FirstSkip { line, column, reason: reason.to_string() });
        }
    }

    /// Adds the rows of another log, in any order.
    ///
    /// ```
    /// let mut log = oddsift_records::SkipLog::new();
    /// log.note(7, None, "f1 is missing");
    /// log.merge(&log.clone());
    /// assert_eq!((log.count(), log.first().map(|first| first.line)), (2, Some(7)));
    /// ```
    pub fn merge(&mut self, other: &SkipLog) {
        self.count = self.count.saturating_add(other.count);
        let Some(theirs) = &other.first else { return };
        if self.first.as_ref().is_none_or(|ours| theirs.line < ours.line) {
            self.first = Some(theirs.clone());
        }
    }

    /// The number of rows.
    ///
    /// ```
    /// assert_eq!(oddsift_records::SkipLog::default().count(), 0);
    /// ```
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first row by its line.
    ///
    /// ```
    /// assert!(oddsift_records::SkipLog::new().first().is_none());
    /// ```
    #[must_use]
    pub fn first(&self) -> Option<&FirstSkip> {
        self.first.as_ref()
    }

    /// One line that says how many rows were left out and where the first one is; none if none was.
    ///
    /// ```
    /// let mut log = oddsift_records::SkipLog::new();
    /// log.note(3, Some(4), "expected 6 fields, found 3");
    /// assert_eq!(log.warning("a.csv").unwrap(), "a.csv:3:4: 1 row skipped: expected 6 fields, found 3");
    /// ```
    #[must_use]
    pub fn warning(&self, name: &str) -> Option<String> {
        let first = self.first.as_ref()?;
        let place = Position::new(name, first.line, first.column);
        let reason = one_line(&first.reason, 600);
        Some(match self.count {
            1 => format!("{place}: 1 row skipped: {reason}"),
            count => format!("{place}: {count} rows skipped, the first: {reason}"),
        })
    }
}

/// What a reader met that a user should know.
///
/// ```
/// use oddsift_records::{BadRows, Batch, ReadOptions, Reader};
///
/// let options = ReadOptions::new().bad_rows(BadRows::Skip);
/// let mut reader = Reader::new("a.csv", &b"a,\n1,2\n3\n"[..], options)?;
/// while reader.next_batch(&mut Batch::new())? {}
/// assert_eq!(reader.summary().rows(), 1);
/// assert_eq!(
///     reader.summary().warnings("a.csv"),
///     [
///         "a.csv:1:2: 1 column has no name: column 2",
///         "a.csv:3:2: 1 row skipped: expected 2 fields, found 1",
///     ]
/// );
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    pub(crate) rows: u64,
    pub(crate) skipped: SkipLog,
    pub(crate) replaced: SkipLog,
    pub(crate) unnamed: Vec<u64>,
    pub(crate) dropped: Option<DroppedKeys>,
    pub(crate) envelope: Option<String>,
    notes: Vec<String>,
}

/// Keys of JSON that came when there were as many columns as there may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedKeys {
    /// The number of rows with such keys.
    pub rows: u64,
    /// The line of the first such row.
    pub line: u64,
    /// Its first such key.
    pub key: String,
}

impl Summary {
    /// Rows that were read, without those left out.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Summary::default().rows(), 0);
    /// ```
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts records that a source gives.
    ///
    /// ```
    /// let mut summary = oddsift_records::Summary::default();
    /// summary.count_rows(3);
    /// assert_eq!(summary.rows(), 3);
    /// ```
    pub fn count_rows(&mut self, n_rows: usize) {
        self.rows = self.rows.saturating_add(n_rows as u64);
    }

    /// Counts a record that a source leaves out, and why.
    ///
    /// ```
    /// let mut summary = oddsift_records::Summary::default();
    /// summary.skip_row(7, None, "its checksum is wrong");
    /// assert_eq!(summary.warnings("a.evtx"), ["a.evtx:7: 1 row skipped: its checksum is wrong"]);
    /// ```
    pub fn skip_row(&mut self, line: u64, column: Option<u64>, reason: impl Display) {
        self.skipped.note(line, column, reason);
    }

    /// Adds a line of a source's own for the user: what was changed, or could not be told apart.
    ///
    /// ```
    /// let mut summary = oddsift_records::Summary::default();
    /// summary.note("audit.log:9: bytes that are not UTF-8 were replaced in 1 record");
    /// assert_eq!(summary.warnings("audit.log").len(), 1);
    /// ```
    pub fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    /// Rows that were left out.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Summary::default().skipped().count(), 0);
    /// ```
    #[must_use]
    pub fn skipped(&self) -> &SkipLog {
        &self.skipped
    }

    /// Rows in which bytes that are no UTF-8, or halves of surrogate pairs in JSON, became U+FFFD.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Summary::default().replaced().count(), 0);
    /// ```
    #[must_use]
    pub fn replaced(&self) -> &SkipLog {
        &self.replaced
    }

    /// The columns of a CSV header that have no name, from 1.
    ///
    /// ```
    /// assert!(oddsift_records::Summary::default().unnamed_columns().is_empty());
    /// ```
    #[must_use]
    pub fn unnamed_columns(&self) -> &[u64] {
        &self.unnamed
    }

    /// Keys of JSON that are in no column.
    ///
    /// ```
    /// assert!(oddsift_records::Summary::default().dropped_keys().is_none());
    /// ```
    #[must_use]
    pub fn dropped_keys(&self) -> Option<&DroppedKeys> {
        self.dropped.as_ref()
    }

    /// The keys of JSON that lead to the records, where these stand in another object.
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let answer = br#"{"took":1,"hits":{"hits":[{"_id":"x","_source":{"user":"a"}}]}}"#;
    /// let reader = Reader::new("-", &answer[..], ReadOptions::new())?;
    /// assert_eq!(reader.summary().envelope(), Some("hits.hits._source"));
    /// assert_eq!(reader.columns(), ["_id", "user"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn envelope(&self) -> Option<&str> {
        self.envelope.as_deref()
    }

    /// One line for each kind of thing a user should know; `name` is the input's.
    ///
    /// ```
    /// assert!(oddsift_records::Summary::default().warnings("a.csv").is_empty());
    /// ```
    #[must_use]
    pub fn warnings(&self, name: &str) -> Vec<String> {
        self.warnings_with(name, &SkipLog::new())
    }

    /// As [`warnings`](Self::warnings), with the rows that the caller left out in the same sum.
    ///
    /// ```
    /// use oddsift_records::{SkipLog, Summary};
    ///
    /// let mut own = SkipLog::new();
    /// own.note(9, None, "f1 is missing");
    /// let lines = Summary::default().warnings_with("a.csv", &own);
    /// assert_eq!(lines, ["a.csv:9: 1 row skipped: f1 is missing"]);
    /// ```
    #[must_use]
    pub fn warnings_with(&self, name: &str, own: &SkipLog) -> Vec<String> {
        self.unnamed_warning(name).into_iter().chain(self.losses_with(name, own)).collect()
    }

    /// As [`warnings_with`](Self::warnings_with), of what was left out or changed alone: a column
    /// without a name is neither.
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader, SkipLog};
    ///
    /// let reader = Reader::new("a.csv", &b"a,\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.summary().warnings("a.csv").len(), 1);
    /// assert!(reader.summary().losses_with("a.csv", &SkipLog::new()).is_empty());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn losses_with(&self, name: &str, own: &SkipLog) -> Vec<String> {
        let mut skipped = self.skipped.clone();
        skipped.merge(own);
        let lines =
            [self.dropped_warning(name), self.replaced_warning(name), skipped.warning(name)];
        lines.into_iter().flatten().chain(self.notes.iter().cloned()).collect()
    }

    fn unnamed_warning(&self, name: &str) -> Option<String> {
        let first = *self.unnamed.first()?;
        let place = Position::new(name, 1, Some(first));
        Some(match self.unnamed.len() {
            1 => format!("{place}: 1 column has no name: column {first}"),
            count => format!("{place}: {count} columns have no name, the first: column {first}"),
        })
    }

    fn dropped_warning(&self, name: &str) -> Option<String> {
        let dropped = self.dropped.as_ref()?;
        let place = Position::new(name, dropped.line, None);
        let rows = match dropped.rows {
            1 => "1 row has",
            count => &format!("{count} rows have"),
        };
        let key = excerpt(&dropped.key);
        Some(format!(
            "{place}: {rows} keys past the {MAX_COLUMNS} columns that are kept, the first: \"{key}\""
        ))
    }

    fn replaced_warning(&self, name: &str) -> Option<String> {
        let place = Position::new(name, self.replaced.first()?.line, None);
        let rows = match self.replaced.count() {
            1 => "1 row changed",
            count => &format!("{count} rows changed"),
        };
        Some(format!("{place}: {rows}: bytes that are not UTF-8 became U+FFFD"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_in_any_order_gives_one_log() {
        let log = |lines: &[u64]| {
            let mut log = SkipLog::new();
            for line in lines {
                log.note(*line, None, line);
            }
            log
        };
        let (mut ab, mut ba) = (log(&[5, 9]), log(&[7, 3]));
        ab.merge(&log(&[7, 3]));
        ba.merge(&log(&[5, 9]));
        assert_eq!(ab, ba);
        assert_eq!((ab.count(), ab.first().map(|first| first.line)), (4, Some(3)));
    }

    #[test]
    fn warning_is_one_short_line() {
        let mut log = SkipLog::new();
        log.note(1, None, "\u{1b}\n".repeat(2000));
        let line = log.warning(&"long/".repeat(999)).unwrap();
        assert!(line.len() <= 1000 && !line.contains(char::is_control));
    }
}
