use oddsift::pipeline::{ArrowBuilder, copy_rows};
use pyo3::prelude::*;

use super::found::Found;
use crate::frame::Frame;
use crate::input::InputArgs;

/// Reads rows as they are.
#[pyfunction]
pub(crate) fn read(py: Python<'_>, input: InputArgs) -> PyResult<Found> {
    input.run(py, |input| {
        let (builder, read) = copy_rows(&input, |columns| Ok(ArrowBuilder::new(columns)))?;
        Ok(Found::new(Frame::finish(builder)?, &read))
    })
}
