use std::collections::HashMap;

use ndarray::{ArrayView2, Axis};
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use oddsift::iforest::{
    Contamination, Error, ForestModel, IsolationForest, IsolationForestParams, MaxSamples,
    TreeNodes, percentile,
};
use pyo3::prelude::*;

use crate::error::error;
use crate::job;
use crate::value::Value;
use crate::verbs::outliers::{contamination, max_features, max_samples};

/// What a forest is fitted with.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ForestArgs {
    n_trees: usize,
    max_samples: Value,
    max_features: Value,
    contamination: Value,
    bootstrap: bool,
    seed: u64,
    extended: bool,
}

impl ForestArgs {
    fn params(&self) -> PyResult<IsolationForestParams> {
        Ok(IsolationForest::params()
            .n_trees(self.n_trees)
            .max_samples(max_samples(&self.max_samples)?)
            .max_features(max_features(&self.max_features)?)
            .bootstrap(self.bootstrap)
            .seed(self.seed)
            .extended(self.extended))
    }
}

/// A fitted isolation forest.
#[pyclass(frozen, module = "oddsift._oddsift")]
#[derive(Debug)]
pub(crate) struct Forest(IsolationForest);

#[pymethods]
impl Forest {
    /// Grows a forest from the rows of `x`, of shape `(n_samples, n_features)`, which is not copied.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        x: PyReadonlyArray2<'_, f64>,
        weights: Option<PyReadonlyArray1<'_, f64>>,
        args: ForestArgs,
    ) -> PyResult<Self> {
        let (params, contamination) = (args.params()?, contamination(&args.contamination)?);
        let x = x.as_array();
        let weights = weights.map(|weights| weights.as_array().to_vec());
        job::run(py, None, |watch| {
            let progress = |progress| watch.tell(progress);
            if !is_share(contamination) {
                let params = params.contamination(contamination);
                return params.fit_with(&x, weights.as_deref(), &progress);
            }
            let forest = params.fit_with(&x, weights.as_deref(), &progress)?;
            with_offset(forest, contamination, x, weights.as_deref())
        })
        .map(Self)
    }

    /// Returns the same forest with `n_trees` trees, those that it has and more, grown from `x`.
    fn grow(
        &self,
        py: Python<'_>,
        n_trees: usize,
        x: PyReadonlyArray2<'_, f64>,
        share: Value,
    ) -> PyResult<Self> {
        let (x, share) = (x.as_array(), contamination(&share)?);
        job::run(py, None, |_| with_offset(self.0.grow(n_trees, &x)?, share, x, None)).map(Self)
    }

    /// Returns the score of each row, of shape `(n_samples,)`: in [-1, 0), lower is more unusual.
    fn score_samples<'py>(
        &self,
        py: Python<'py>,
        x: PyReadonlyArray2<'py, f64>,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let x = x.as_array();
        let scores = job::run(py, None, |_| score_distinct(&self.0, x))?;
        Ok(scores.into_pyarray(py))
    }

    /// The score below which a row is an outlier.
    #[getter]
    fn offset(&self) -> f64 {
        self.0.offset()
    }

    /// The number of rows that each tree was grown from.
    #[getter]
    fn max_samples(&self) -> usize {
        self.0.max_samples()
    }

    /// Returns the number of nodes of each tree.
    fn n_nodes(&self) -> Vec<usize> {
        self.0.trees().iter().map(TreeNodes::n_nodes).collect()
    }

    /// Returns the rows that each tree was grown from, of `n_rows` that weigh the same; `None` where the
    /// forest does not know how it was grown.
    fn samples<'py>(&self, py: Python<'py>, n_rows: u64) -> Option<Vec<Bound<'py, PyArray1<i64>>>> {
        let samples = py.detach(|| samples(&self.0, n_rows))?;
        Some(samples.into_iter().map(|sample| sample.into_pyarray(py)).collect())
    }

    /// Returns the forest as JSON.
    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0.model()).map_err(error)
    }

    /// Reads a forest from JSON, which is checked as if a stranger wrote it.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Self> {
        let model: ForestModel = serde_json::from_str(json).map_err(error)?;
        Ok(Self(model.into_forest()))
    }
}

impl Forest {
    /// The forest itself.
    pub(crate) fn inner(&self) -> &IsolationForest {
        &self.0
    }
}

/// Tells whether it is a share of the rows that a fit takes.
fn is_share(contamination: Contamination) -> bool {
    matches!(contamination, Contamination::Fraction(share) if share > 0.0 && share <= 0.5)
}

/// Sets the offset by the scores of the rows that a forest was grown from, as a fit does, but by those of distinct
/// rows.
fn with_offset(
    forest: IsolationForest,
    contamination: Contamination,
    x: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
) -> Result<IsolationForest, Error> {
    let Contamination::Fraction(share) = contamination else { return Ok(forest) };
    let scores = score_distinct(&forest, x)?;
    forest.with_offset(percentile(&scores, weights, share))
}

/// The score of each row. Rows of events repeat, and equal rows have one score.
fn score_distinct(forest: &IsolationForest, x: ArrayView2<'_, f64>) -> Result<Vec<f64>, Error> {
    let mut places: HashMap<Vec<u64>, usize> = HashMap::new();
    let mut distinct = Vec::new();
    let mut bits = Vec::with_capacity(x.ncols());
    let mut of_row = Vec::with_capacity(x.nrows());
    for (row, values) in x.rows().into_iter().enumerate() {
        bits.clear();
        bits.extend(values.iter().map(|value| value.to_bits()));
        let place = places.get(&bits).copied().unwrap_or_else(|| {
            places.insert(bits.clone(), distinct.len());
            distinct.push(row);
            distinct.len() - 1
        });
        of_row.push(place);
        if distinct.len() > x.nrows() / 2 {
            return forest.score_samples(&x); // there is little to be saved
        }
    }
    let Ok(scores) = forest.score_samples(&x.select(Axis(0), &distinct)) else {
        return forest.score_samples(&x); // its error names the row
    };
    Ok(of_row.into_iter().filter_map(|place| scores.get(place).copied()).collect())
}

/// The rows of each tree's sample, drawn again.
fn samples(forest: &IsolationForest, n_rows: u64) -> Option<Vec<Vec<i64>>> {
    let params = forest.parameters()?.max_samples(MaxSamples::Count(forest.max_samples()));
    let mut draws = params.draws().ok()?;
    let mut samples = vec![vec![0; forest.max_samples()]; forest.n_trees()];
    draws.until(n_rows, |draw| {
        let slot = samples.get_mut(draw.tree).and_then(|sample| sample.get_mut(draw.slot));
        if let Some(slot) = slot {
            *slot = i64::try_from(draw.row).unwrap_or(i64::MAX);
        }
    });
    Some(samples)
}
