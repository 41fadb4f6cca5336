use oddsift::pipeline::{ArrowBuilder, FeatureParams};
use pyo3::prelude::*;

use super::{found::Found, recipe::RecipeArgs};
use crate::frame::Frame;
use crate::input::InputArgs;

/// Adds features to rows.
#[pyfunction]
pub(crate) fn features(
    py: Python<'_>,
    input: InputArgs,
    recipe: RecipeArgs,
    text: Vec<String>,
) -> PyResult<Found> {
    let mut params = FeatureParams::new();
    params.options = recipe.choice()?.options;
    params.text = text;
    input.run(py, |input| {
        let rows = params.open(input.settled()?)?;
        let names: Vec<String> = rows.columns().iter().map(|column| column.name.clone()).collect();
        let mut builder = ArrowBuilder::new(&names);
        let written = rows.write(&mut builder)?;
        let what = format!("{} features added", written.n_added);
        let result = Found::new(Frame::finish(builder)?, &written.read);
        Ok(result.note(&written.read, written.n_rows, &what))
    })
}
