use std::{fmt::Display, sync::Arc};

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
    /// The input it is in, where there are several.
    pub name: Option<Arc<str>>,
    /// How many inputs were before that one.
    pub file: u32,
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
        self.note_in(None, line, column, reason);
    }

    /// Counts a row of one of several inputs: its name, and how many were before it.
    ///
    /// ```
    /// let mut log = oddsift_records::SkipLog::new();
    /// log.note_in(Some((&"b.csv".into(), 1)), 2, None, "odd");
    /// log.note_in(Some((&"a.csv".into(), 0)), 9, None, "odd");
    /// assert_eq!(log.warning("2 files").unwrap(), "a.csv:9: 2 rows skipped, the first: odd");
    /// ```
    pub fn note_in(
        &mut self,
        input: Option<(&Arc<str>, u32)>,
        line: u64,
        column: Option<u64>,
        reason: impl Display,
    ) {
        self.count = self.count.saturating_add(1);
        let file = input.map_or(0, |(_, file)| file);
        if self.first.as_ref().is_none_or(|first| (file, line) < (first.file, first.line)) {
            let name = input.map(|(name, _)| Arc::clone(name));
            self.first = Some(FirstSkip { name, file, line, column, reason: reason.to_string() });
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
        let place = |first: &FirstSkip| (first.file, first.line);
        if self.first.as_ref().is_none_or(|ours| place(theirs) < place(ours)) {
            self.first = Some(theirs.clone());
        }
    }

    /// Counts lines from an earlier place.
    fn shift(&mut self, n_lines: u64) {
        if let Some(first) = &mut self.first {
            first.line = first.line.saturating_add(n_lines);
        }
    }

    /// Adds the rows of the input that follows.
    fn append(&mut self, name: &Arc<str>, file: u32, other: &SkipLog) {
        let mut other = other.clone();
        if let Some(first) = &mut other.first {
            first.name.get_or_insert_with(|| Arc::clone(name));
            first.file = file;
        }
        self.merge(&other);
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
        let name = first.name.as_deref().unwrap_or(name);
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
    pub(crate) header_line: u64,
    pub(crate) dropped: Option<DroppedKeys>,
    pub(crate) envelope: Option<String>,
    pub(crate) repeated: SkipLog,
    format: Option<String>,
    remarks: Vec<(u64, String)>,
    notes: Vec<String>,
    /// How many inputs were appended.
    n_inputs: u32,
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

    /// The number of rows that have a number, those that were skipped while reading among them.
    ///
    /// ```
    /// # use oddsift_records::{BadRows, Batch, ReadOptions, Reader};
    /// let options = ReadOptions::new().bad_rows(BadRows::Skip);
    /// let mut reader = Reader::new("x.csv", &b"a,b\n1,2\n3\n"[..], options)?;
    /// reader.next_batch(&mut Batch::new())?;
    /// assert_eq!((reader.summary().rows(), reader.summary().n_numbered()), (1, 2));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn n_numbered(&self) -> u64 {
        self.rows.saturating_add(self.skipped.count())
    }

    /// Adds what is known of the input that follows, which has this name.
    ///
    /// ```
    /// use oddsift_records::Summary;
    ///
    /// let (mut all, mut second) = (Summary::default(), Summary::default());
    /// all.append("a.csv", &Summary::default());
    /// second.skip_row(7, None, "odd");
    /// all.append("b.csv", &second);
    /// assert_eq!(all.warnings("2 files"), ["b.csv:7: 1 row skipped: odd"]);
    /// ```
    pub fn append(&mut self, name: &str, next: &Self) {
        let (file, own): (u32, Arc<str>) = (self.n_inputs, name.into());
        self.n_inputs = file.saturating_add(1);
        self.rows = self.rows.saturating_add(next.rows);
        self.skipped.append(&own, file, &next.skipped);
        // All else is told input by input.
        let said = Self { skipped: SkipLog::new(), ..next.clone() };
        self.notes.extend(said.warnings(name));
    }

    /// Counts lines from an earlier place.
    pub(crate) fn shift(&mut self, n_lines: u64) {
        for log in [&mut self.skipped, &mut self.replaced, &mut self.repeated] {
            log.shift(n_lines);
        }
    }

    /// Adds what was met in rows of the same input.
    pub(crate) fn add(&mut self, rows: &Self) {
        self.rows = self.rows.saturating_add(rows.rows);
        self.skipped.merge(&rows.skipped);
        self.replaced.merge(&rows.replaced);
        self.repeated.merge(&rows.repeated);
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

    /// Returns what the input was taken for, in words: `CSV`, `Zeek log (conn)`.
    ///
    /// ```
    /// use oddsift_records::{ReadOptions, Reader};
    ///
    /// let text = &b"#separator \\x09\n#path\tconn\n#fields\tts\tuid\n"[..];
    /// let reader = Reader::new("conn.log", text, ReadOptions::new())?;
    /// assert_eq!(reader.summary().format(), Some("Zeek log (conn)"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn format(&self) -> Option<&str> {
        self.format.as_deref()
    }

    /// Sets what the input was taken for.
    ///
    /// ```
    /// let mut summary = oddsift_records::Summary::default();
    /// summary.set_format("audit log");
    /// assert_eq!(summary.format(), Some("audit log"));
    /// ```
    pub fn set_format(&mut self, format: impl Into<String>) {
        self.format = Some(format.into());
    }

    /// Adds a line about how the input was taken, at a line of it: nothing is lost by it, and a user who
    /// wants quiet need not read it.
    ///
    /// ```
    /// let mut summary = oddsift_records::Summary::default();
    /// summary.remark(1, "the fields are separated by \";\"");
    /// assert_eq!(summary.warnings("a.csv"), ["a.csv:1: the fields are separated by \";\""]);
    /// assert!(summary.losses_with("a.csv", &oddsift_records::SkipLog::new()).is_empty());
    /// ```
    pub fn remark(&mut self, line: u64, what: impl Into<String>) {
        self.remarks.push((line, what.into()));
    }

    /// Returns the header lines that came again between the rows, as when exports are joined by `cat`.
    ///
    /// ```
    /// use oddsift_records::{Batch, ReadOptions, Reader};
    ///
    /// let text = &b"user,host\na,b\nuser,host\nc,d\n"[..];
    /// let mut reader = Reader::new("a.csv", text, ReadOptions::new())?;
    /// while reader.next_batch(&mut Batch::new())? {}
    /// assert_eq!((reader.summary().rows(), reader.summary().repeated_headers().count()), (2, 1));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn repeated_headers(&self) -> &SkipLog {
        &self.repeated
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
        let remarks = self.remarks.iter().map(|(line, what)| {
            format!("{}: {}", Position::new(name, *line, None), one_line(what, 600))
        });
        remarks.chain(self.unnamed_warning(name)).chain(self.losses_with(name, own)).collect()
    }

    /// As [`warnings_with`](Self::warnings_with), of what was left out or changed alone: a column
    /// without a name is neither, and a [`remark`](Self::remark) neither.
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
        let lines = [
            self.dropped_warning(name),
            self.replaced_warning(name),
            self.repeated_warning(name),
            skipped.warning(name),
        ];
        lines.into_iter().flatten().chain(self.notes.iter().cloned()).collect()
    }

    fn unnamed_warning(&self, name: &str) -> Option<String> {
        let first = *self.unnamed.first()?;
        let place = Position::new(name, self.header_line, Some(first));
        Some(match self.unnamed.len() {
            1 => format!("{place}: 1 column has no name: column {first}"),
            count => format!("{place}: {count} columns have no name, the first: column {first}"),
        })
    }

    fn repeated_warning(&self, name: &str) -> Option<String> {
        let line = self.repeated.first()?.line;
        let place = Position::new(name, line, None);
        let lines = match self.repeated.count() {
            1 => "1 repeated header line",
            count => &format!("{count} repeated header lines"),
        };
        Some(format!("{place}: {lines} skipped, the first at line {line}"))
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
