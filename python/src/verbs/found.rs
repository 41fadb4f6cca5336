use numpy::{IntoPyArray, PyArray1};
use oddsift::pipeline::ReadSummary;
use pyo3::prelude::*;

use crate::frame::Frame;

/// A result, and what is said beside it.
pub(crate) struct Found {
    pub(crate) frame: Frame,
    /// What was taken and found, in sentences.
    pub(crate) notes: Vec<String>,
    /// What was left out, and what is dubious.
    pub(crate) warnings: Vec<String>,
    /// The label of each row.
    pub(crate) labels: Option<Vec<i64>>,
}

impl Found {
    /// A result without notes.
    pub(crate) fn new(frame: Frame, read: &ReadSummary) -> Self {
        let warnings = read.losses().into_iter().chain(read.time_warning()).collect();
        Self { frame, notes: Vec::new(), warnings, labels: None }
    }

    /// Adds a sentence about the input.
    pub(crate) fn note(mut self, read: &ReadSummary, n_rows: u64, what: &str) -> Self {
        self.notes.push(format!("{}: {what}; {}", read.name, read.rows_text(n_rows)));
        self
    }
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
        Ok(found)
    }
}
