use oddsift::pipeline::StackParams;
use pyo3::prelude::*;

use super::found::Found;
use crate::frame::Frame;
use crate::input::InputArgs;

/// What `stack` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct StackArgs {
    by: Vec<String>,
    mask: Vec<String>,
    max_count: u64,
    time_column: Option<String>,
}

/// Counts combinations of values; the rare ones come first.
#[pyfunction]
pub(crate) fn stack(py: Python<'_>, input: InputArgs, args: StackArgs) -> PyResult<Found> {
    let mut params = StackParams::new(&args.by);
    params.mask = args.mask;
    params.max_count = args.max_count;
    params.time_column = args.time_column;
    input.run(py, |input| {
        let found = params.count(&input)?;
        let rare = found.rare();
        let (n_all, n_rare, most) = (found.stack.len(), rare.len(), params.max_count);
        let what = format!("{n_all} combinations, {n_rare} of them in at most {most} rows");
        let frame = Frame::of(&found.columns(), rare.into_iter().map(Ok))?;
        Ok(Found::new(frame, &found.read).note(&found.read, found.read.input.rows(), &what))
    })
}
