use numpy::{IntoPyArray, PyArray1};
use oddsift::pipeline::{ReadSummary, Timestamp};
use pyo3::prelude::*;

use crate::frame::Frame;
use crate::picture::{Picture, Subject};

/// A result, and what is said beside it.
pub(crate) struct Found {
    pub(crate) frame: Frame,
    /// What was taken and found, in sentences.
    pub(crate) notes: Vec<String>,
    /// What was left out, and what is dubious.
    pub(crate) warnings: Vec<String>,
    /// The label of each row.
    pub(crate) labels: Option<Vec<i64>>,
    /// The distance that is proposed.
    pub(crate) eps: Option<f64>,
    /// A filter of a query language.
    pub(crate) query: Option<String>,
    /// How many rows there were, and how many of them are new to a model; the newest time but of the future.
    counts: Option<Counts>,
    picture: Option<Picture>,
}

struct Counts {
    n_rows: u64,
    n_new_rows: u64,
    newest: Option<Timestamp>,
}

impl Found {
    /// A result without notes.
    pub(crate) fn new(frame: Frame, read: &ReadSummary) -> Self {
        Self::said(frame, Vec::new(), rows_said(read))
    }

    /// A result with what is said of it.
    pub(crate) fn said(frame: Frame, notes: Vec<String>, warnings: Vec<String>) -> Self {
        let (labels, eps, query, counts, picture) = (None, None, None, None, None);
        Self { frame, notes, warnings, labels, eps, query, counts, picture }
    }

    /// Adds what a nightly job checks.
    pub(crate) fn counted(mut self, read: &ReadSummary, n_rows: u64, n_new_rows: u64) -> Self {
        self.counts = Some(Counts { n_rows, n_new_rows, newest: read.times.latest_past() });
        self
    }

    /// Adds what can be drawn.
    pub(crate) fn drawn(mut self, subject: Subject) -> Self {
        self.picture = Some(subject.into());
        self
    }

    /// Adds a sentence about the input.
    pub(crate) fn note(mut self, read: &ReadSummary, n_rows: u64, what: &str) -> Self {
        self.notes.push(format!("{}: {what}; {}", read.name, read.rows_text(n_rows)));
        self
    }
}

/// What was left out of rows, and what is dubious about their times.
pub(crate) fn rows_said(read: &ReadSummary) -> Vec<String> {
    read.losses().into_iter().chain(read.time_warning()).collect()
}

impl<'py> IntoPyObject<'py> for Found {
    type Target = pyo3::types::PyDict;
    type Output = Bound<'py, Self::Target>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let found = pyo3::types::PyDict::new(py);
        let labels: Option<Bound<'py, PyArray1<i64>>> =
            self.labels.map(|labels| labels.into_pyarray(py));
        found.set_item("frame", Bound::new(py, self.frame)?)?;
        found.set_item("notes", self.notes)?;
        found.set_item("warnings", self.warnings)?;
        found.set_item("labels", labels)?;
        found.set_item("eps", self.eps)?;
        found.set_item("query", self.query)?;
        let counts = self.counts.map(|counts| {
            let newest = counts.newest.map(|newest| newest.to_string());
            (counts.n_rows, counts.n_new_rows, newest)
        });
        found.set_item("counts", counts)?;
        found.set_item("picture", self.picture)?;
        Ok(found)
    }
}
