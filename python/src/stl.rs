use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use oddsift::stl::{Mstl, Stl};
use pyo3::prelude::*;

use crate::job;
use crate::verbs::series::StlArgs;

type Part<'py> = Bound<'py, PyArray1<f64>>;

/// Takes a series, of shape `(n,)`, apart: season, trend, remainder and robustness weights of that shape.
#[pyfunction]
pub(crate) fn stl<'py>(
    py: Python<'py>,
    y: PyReadonlyArray1<'py, f64>,
    period: usize,
    args: StlArgs,
) -> PyResult<[Part<'py>; 4]> {
    let params = args.params(Stl::params(period))?;
    let y = y.as_array().to_vec();
    let found = job::run(py, None, |_| params.fit(&y))?;
    let parts = [found.seasonal(), found.trend(), found.remainder(), found.weights()];
    Ok(parts.map(|part| part.to_vec().into_pyarray(py)))
}

/// Takes a series of several seasons apart: the seasons, trend, remainder and robustness weights.
#[pyfunction]
pub(crate) fn mstl<'py>(
    py: Python<'py>,
    y: PyReadonlyArray1<'py, f64>,
    periods: Vec<usize>,
    windows: Vec<usize>,
    iterate: usize,
    args: StlArgs,
) -> PyResult<(Vec<Part<'py>>, [Part<'py>; 3])> {
    let stl = args.params(Stl::params(2))?;
    let params = Mstl::params(&periods).windows(&windows).iterate(iterate).stl(stl);
    let y = y.as_array().to_vec();
    let found = job::run(py, None, |_| params.fit(&y))?;
    let seasons = found.seasons().map(|(_, season)| season.to_vec().into_pyarray(py)).collect();
    let parts = [found.trend(), found.remainder(), found.weights()];
    Ok((seasons, parts.map(|part| part.to_vec().into_pyarray(py))))
}
