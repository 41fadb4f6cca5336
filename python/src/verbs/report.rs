use oddsift::plot::ReportParams;
use pyo3::prelude::*;

use super::{cluster::SpaceArgs, found::rows_said, hunt::open_known, recipe::RecipeArgs};
use crate::error::error;
use crate::input::InputArgs;
use crate::picture::Look;

/// What `report` takes beside how rows are clustered.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ReportArgs<'py> {
    known: Option<Bound<'py, PyAny>>,
    seed: Option<u64>,
}

/// Makes an offline page about an input; returns it with what is to be warned of.
#[pyfunction]
pub(crate) fn report(
    py: Python<'_>,
    input: InputArgs,
    recipe: RecipeArgs,
    space: SpaceArgs,
    args: ReportArgs<'_>,
    look: Look,
) -> PyResult<(String, Vec<String>)> {
    let mut params = ReportParams::new();
    params.clusters = space.params(&recipe)?;
    params.known = args.known.as_ref().map(|known| open_known(known, &input)).transpose()?;
    params.seed = args.seed;
    let found = input.run(py, |input| params.find(input))?;
    let clusters = &found.clusters;
    let mut report = found.report();
    report.title = look.title().map(str::to_owned);
    report.features = look.features(clusters.features())?;
    report.label = clusters.label_column(look.label()).map_err(error)?;
    report.cut_off = look.cut_off();
    report.labels = oddsift::plot::Labels { title: None, ..look.labels() };
    let unranked = found.unranked.map(|reason| {
        let name = &clusters.read.name;
        format!(
            "{name}: the page does not say what to read first: {reason}; hunt(by=..) takes others"
        )
    });
    let mut warnings = rows_said(&clusters.read);
    warnings.extend(clusters.warnings.iter().map(ToString::to_string));
    warnings.extend(unranked);
    let page = py.detach(|| report.page().map(|page| page.to_html()));
    Ok((page.map_err(error)?, warnings))
}
