use std::io::Write;
use std::path::PathBuf;

use oddsift::records::{Error, Output};
use pyo3::prelude::*;

use crate::error::error;

/// Writes a text to a file, whole or not at all.
#[pyfunction]
pub(crate) fn write_whole(py: Python<'_>, path: PathBuf, text: &str) -> PyResult<()> {
    let write = || {
        let mut output = Output::file(&path, &[])?;
        output.write_all(text.as_bytes()).map_err(Error::Write)?;
        output.finish()
    };
    py.detach(write).map_err(error)
}
