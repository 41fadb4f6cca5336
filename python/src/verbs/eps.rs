use oddsift::pipeline::Distances;
use pyo3::prelude::*;

use super::{cluster::SpaceArgs, found::Found, recipe::RecipeArgs};
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::picture::Subject;

/// The distances to the k-th neighbour, and the one that their knee proposes.
#[pyfunction]
pub(crate) fn eps(
    py: Python<'_>,
    input: InputArgs,
    recipe: RecipeArgs,
    space: SpaceArgs,
) -> PyResult<Found> {
    let params = space.params(&recipe)?;
    input.run(py, |input| {
        let found = params.distances(&input)?;
        let frame = Frame::of(&Distances::columns(), found.curve().map(Ok))?;
        let proposed = match &found.proposal {
            Some(proposal) => format!("eps {:?} gives {}", proposal.eps, proposal.summary()),
            None => "no eps proposed: the distances have no knee".to_owned(),
        };
        let what = format!("{}; {proposed}", found.intake.text());
        let mut result = Found::new(frame, &found.read).note(&found.read, found.n_rows, &what);
        if let Some(proposal) = &found.proposal {
            result.warnings.extend(proposal.warnings.iter().map(ToString::to_string));
            result.eps = Some(proposal.eps);
        }
        Ok(result.drawn(Subject::Distances(Box::new(found))))
    })
}
