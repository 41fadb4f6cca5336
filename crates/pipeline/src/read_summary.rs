use oddsift_records::{Position, SkipLog, Summary};
use oddsift_timespan::Timestamp;

use crate::{Error, error::Place};

/// What was read, and what was left out or changed: nothing is lost in silence.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ReadSummary {
    /// The name of the input.
    pub name: String,
    /// All its columns, those that came late behind those of the first rows.
    pub columns: Vec<String>,
    /// What the source of the rows says.
    pub input: Summary,
    /// Rows that the job left out: bad values and missing ones.
    pub skipped: SkipLog,
    /// Rows that were left out since they are no starts of programs.
    pub others: SkipLog,
    /// Times that could not be read, of a column that nobody named; their rows have no time.
    pub unread_times: SkipLog,
    /// The times of the rows that were taken, where the job reads times.
    pub times: RowTimes,
    /// The number of rows taken of each input, in their order.
    pub n_taken: Vec<u64>,
}

/// The first and the last time of the rows of an input.
///
/// ```
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
/// assert_eq!(found.read.times.span().unwrap().0.to_string(), "2019-01-15T04:15:26Z");
/// assert_eq!(found.read.times.latest_past(), found.read.times.span().map(|(_, last)| last));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RowTimes {
    span: Option<(Timestamp, Timestamp)>,
    latest_past: Option<Timestamp>,
}

impl RowTimes {
    pub(crate) fn add(&mut self, time: Timestamp, now: Timestamp) {
        let latest_past = (time <= now).then_some(time);
        self.merge(Self { span: Some((time, time)), latest_past });
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.span = joined_times(self.span, other.span);
        self.latest_past = self.latest_past.max(other.latest_past);
    }

    /// Returns the first and the last time; `None` where no row has one.
    #[must_use]
    pub fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.span
    }

    /// Returns the last time that was past when the run began: a forged time of the future hides no log
    /// that has run dry.
    #[must_use]
    pub fn latest_past(&self) -> Option<Timestamp> {
        self.latest_past
    }
}

/// The first and the last time of two spans.
pub(crate) fn joined_times(
    ours: Option<(Timestamp, Timestamp)>,
    theirs: Option<(Timestamp, Timestamp)>,
) -> Option<(Timestamp, Timestamp)> {
    match (ours, theirs) {
        (Some((first, last)), Some((from, to))) => Some((first.min(from), last.max(to))),
        (ours, theirs) => ours.or(theirs),
    }
}

impl ReadSummary {
    /// That of rows which something else has read.
    pub(crate) fn unread(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            columns: Vec::new(),
            input: Summary::default(),
            skipped: SkipLog::default(),
            others: SkipLog::default(),
            unread_times: SkipLog::default(),
            times: RowTimes::default(),
            n_taken: Vec::new(),
        }
    }

    /// Returns the number of rows that were left out, for whatever reason.
    ///
    /// ```
    /// use oddsift_pipeline::{Input, StackParams};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let stack = StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(stack.read.n_left_out(), 0);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_left_out(&self) -> u64 {
        let skipped = self.skipped.count().saturating_add(self.input.skipped().count());
        skipped.saturating_add(self.others.count())
    }

    /// Returns which rows were taken and left out, in a few words.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let stack = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(stack.read.rows_text(363), "363 rows taken");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rows_text(&self, n_rows: u64) -> String {
        let rows = if n_rows == 1 { "1 row".to_owned() } else { format!("{n_rows} rows") };
        let taken = format!("{rows} taken");
        let Some(first) = self.others.first() else { return taken };
        let (count, name) = (self.others.count(), first.name.as_deref().unwrap_or(&self.name));
        let of = if count == 1 { "" } else { ", the first" };
        format!("{taken}, {count} left out that start no program{of} at {name}:{}", first.line)
    }

    /// Returns one line for each kind of thing that was left out or changed.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let stack = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert!(stack.read.losses().is_empty());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn losses(&self) -> Vec<String> {
        self.input.losses_with(&self.name, &self.skipped)
    }

    /// Returns the lines of [`losses`](Self::losses), and one of columns without a name.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let stack = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(stack.read.warnings().len(), 1); // the first column numbers the rows
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.input.warnings_with(&self.name, &self.skipped)
    }

    /// Returns a line about the times that were not read; `None` if all were.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let stack = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(stack.read.time_warning(), None);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn time_warning(&self) -> Option<String> {
        let first = self.unread_times.first()?;
        let name = first.name.as_deref().unwrap_or(&self.name);
        let place = Position::new(name, first.line, first.column);
        let count = self.unread_times.count();
        let times = if count == 1 { "1 time is" } else { &format!("{count} times are") };
        Some(format!("{place}: {times} left out, the first: {}", first.reason))
    }

    /// An error that says why there is no row.
    pub(crate) fn all_skipped(&self) -> Error {
        let skipped = self.skipped.first().or(self.input.skipped().first());
        let first = skipped.or(self.others.first());
        let place = first.map_or_else(
            || Place::of(&self.name),
            |first| {
                let name = first.name.as_deref().unwrap_or(&self.name);
                Place::line(name, first.line)
            },
        );
        let reason = first.map_or_else(String::new, |first| first.reason.clone());
        Error::AllSkipped { place, reason }
    }
}
