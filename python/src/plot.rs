use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use oddsift::eventcluster::{EventClusters, Scaling};
use oddsift::outliers::OutlierDetector;
use oddsift::plot::{ClusterPlot, Figure, Labels, OutlierPlot};
use pyo3::prelude::*;

use crate::error::parameter_error;
use crate::forest::Forest;
use crate::job;
use crate::value::Value;

/// A picture as a page by itself, and as SVG.
type Drawn = (String, String);

fn drawn(py: Python<'_>, figure: &Figure) -> Drawn {
    py.detach(|| (figure.to_html(), figure.to_svg()))
}

/// What a picture of clusters shows.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ClusterPlotArgs {
    eps: f64,
    min_samples: usize,
    metric: Value,
    names: Vec<String>,
    features: (usize, usize),
    texts: Option<Vec<Option<String>>>,
    cut_off: u64,
    xlabel: Option<String>,
    ylabel: Option<String>,
}

/// Draws clusters of the rows of `x`, of shape `(n_rows, n_features)`, which must have these labels.
#[pyfunction]
pub(crate) fn plot_clusters(
    py: Python<'_>,
    x: PyReadonlyArray2<'_, f64>,
    labels: PyReadonlyArray1<'_, i64>,
    args: ClusterPlotArgs,
) -> PyResult<Drawn> {
    let params = EventClusters::params().scaling(Scaling::None).eps(args.eps);
    let params = params.min_samples(args.min_samples).metric(args.metric.parse("metric")?);
    let x = x.as_array();
    let found = job::run(py, None, |_| params.fit(&x))?;
    let ours = found.labels().unwrap_or_default();
    if !ours.iter().map(|label| label.to_i64()).eq(labels.as_array().iter().copied()) {
        let what = "its labels are not those of the rows; give the rows that it was fitted to";
        return Err(parameter_error("db_cluster", what));
    }
    let text = |pattern| {
        let row = usize::try_from(found.patterns().first_row(pattern)).ok()?;
        args.texts.as_ref()?.get(row)?.as_deref()
    };
    let axes = Labels { title: None, x: args.xlabel.as_deref(), y: args.ylabel.as_deref() };
    let plot = ClusterPlot::new(&found, &args.names).features(Some(args.features)).texts(&text);
    Ok(drawn(py, &plot.cut_off(args.cut_off).labels(axes).figure()))
}

/// What a picture of outliers shows.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct OutlierPlotArgs {
    /// The number of rows that the outliers are among.
    n_rows: u64,
    names: Vec<String>,
    features: Option<(usize, usize)>,
    title: String,
}

/// Draws how unusual a forest finds each place, with the rows `x` that it was fitted to and the outliers `odd`, the
/// most unusual first,.
#[pyfunction]
pub(crate) fn plot_outliers(
    py: Python<'_>,
    forest: PyRef<'_, Forest>,
    x: PyReadonlyArray2<'_, f64>,
    odd: PyReadonlyArray2<'_, f64>,
    args: OutlierPlotArgs,
) -> PyResult<Drawn> {
    let (x, odd, forest) = (x.as_array(), odd.as_array(), forest.inner());
    let figure = job::run(py, None, |_| {
        // The picture takes a forest with what is known of its rows, which a fit, however small, finds.
        let known = OutlierDetector::params().n_trees(1).fit(&x).map_err(|it| it.to_string())?;
        let detector = OutlierDetector::new(forest.clone(), known.training().clone());
        let detector = detector.map_err(|it| it.to_string())?;
        let labels = Labels { title: Some(&args.title), ..Labels::default() };
        let plot = OutlierPlot::new(&detector, &args.names).training(&x, None).outliers(&odd, &[]);
        let plot =
            plot.counts(odd.nrows() as u64, args.n_rows).features(args.features).labels(labels);
        plot.figure().map_err(|it| it.to_string())
    })?;
    Ok(drawn(py, &figure))
}
