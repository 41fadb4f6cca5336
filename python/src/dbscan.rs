use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use oddsift::dbscan::Dbscan;
use pyo3::prelude::*;

use crate::job;
use crate::value::Value;

/// Labels (-1 is noise) and the core samples, in ascending order.
type Clusters<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>);

/// Clusters the rows of `x`, an array of shape `(n_samples, n_features)`, which is not copied.
#[pyfunction]
pub(crate) fn dbscan<'py>(
    py: Python<'py>,
    x: PyReadonlyArray2<'py, f64>,
    weights: Option<PyReadonlyArray1<'py, f64>>,
    eps: f64,
    min_samples: usize,
    metric: Value,
) -> PyResult<Clusters<'py>> {
    let params = Dbscan::params().eps(eps).min_samples(min_samples).metric(metric.parse("metric")?);
    let x = x.as_array();
    let weights = weights.map(|weights| weights.as_array().to_vec());
    let model = job::run(py, None, |watch| {
        params.fit_with(&x, weights.as_deref(), &|progress| watch.tell(progress))
    })?;
    let labels: Vec<i64> = model.labels().iter().map(|label| label.to_i64()).collect();
    let cores = model.core_samples().iter().map(|row| i64::try_from(*row).unwrap_or(i64::MAX));
    let cores: Vec<i64> = cores.collect();
    Ok((labels.into_pyarray(py), cores.into_pyarray(py)))
}
