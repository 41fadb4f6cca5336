use oddsift::pipeline::{Clusters, Distances, Outliers, SeriesFit};
use oddsift::plot::{
    DistancePlot, Figure, Labels, OutlierPicture, SeriesPlot, cluster_figure, outlier_figure,
};
use pyo3::prelude::*;

use crate::error::{error, parameter_error};
use crate::value::unknown;

/// A result that can be drawn.
#[pyclass(frozen, module = "oddsift._oddsift")]
#[derive(Debug)]
pub(crate) struct Picture(Subject);

/// What is drawn.
#[derive(Debug)]
pub(crate) enum Subject {
    /// Clusters and noise over two features.
    Clusters(Box<Clusters>),
    /// How odd a forest finds places and rows.
    Outliers {
        found: Box<Outliers>,
        /// Whether they are a number of the most unusual, not those below a score.
        is_selection: bool,
    },
    /// Values, what was expected, and anomalies.
    Series(Box<SeriesFit>),
    /// Distances to the k-th neighbour.
    Distances(Box<Distances>),
}

/// How a picture is to look.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Look {
    title: Option<String>,
    xlabel: Option<String>,
    ylabel: Option<String>,
    features: Vec<String>,
    label: Option<String>,
    cut_off: Option<u64>,
}

impl Look {
    pub(crate) fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    pub(crate) fn cut_off(&self) -> Option<u64> {
        self.cut_off
    }

    pub(crate) fn label(&self) -> Option<&str> {
        self.label.as_deref()
    }

    pub(crate) fn labels(&self) -> Labels<'_> {
        let (x, y) = (self.xlabel.as_deref(), self.ylabel.as_deref());
        Labels { title: self.title(), x, y }
    }

    /// The places of the two features on the axes, if they are named.
    pub(crate) fn features(&self, known: &[String]) -> PyResult<Option<(usize, usize)>> {
        let place = |name: &String| {
            let found = known.iter().position(|feature| feature == name);
            found.ok_or_else(|| unknown("features", name, &known.join(", ")))
        };
        match self.features.as_slice() {
            [] => Ok(None),
            [x, y] if x != y => Ok(Some((place(x)?, place(y)?))),
            _ => Err(parameter_error("features", "a picture takes two of them")),
        }
    }

    /// Refuses what this picture has not.
    fn need_none(&self, of: &str) -> PyResult<()> {
        let given = [
            ("features", !self.features.is_empty()),
            ("label", self.label.is_some()),
            ("cut_off", self.cut_off.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((name, _)) => Err(parameter_error(name, format!("a picture of {of} has none"))),
            None => Ok(()),
        }
    }
}

#[pymethods]
impl Picture {
    /// Draws it: as SVG, and as an offline page.
    fn draw(&self, py: Python<'_>, look: Look) -> PyResult<(String, String)> {
        py.detach(|| {
            let figure = self.0.figure(&look)?;
            Ok((figure.to_svg(), figure.to_html()))
        })
    }
}

impl From<Subject> for Picture {
    fn from(subject: Subject) -> Self {
        Self(subject)
    }
}

impl Subject {
    fn figure(&self, look: &Look) -> PyResult<Figure> {
        match self {
            Self::Clusters(found) => {
                let features = look.features(found.features())?;
                let label = found.label_column(look.label()).map_err(error)?;
                Ok(cluster_figure(found, features, label, look.cut_off, look.labels()))
            }
            Self::Outliers { found, is_selection } => outliers(found, *is_selection, look),
            Self::Series(found) => {
                look.need_none("series")?;
                Ok(series(found, look))
            }
            Self::Distances(found) => {
                look.need_none("distances")?;
                Ok(DistancePlot::new(&found.distances).labels(look.labels()).figure())
            }
        }
    }
}

fn outliers(found: &Outliers, is_selection: bool, look: &Look) -> PyResult<Figure> {
    if look.cut_off.is_some() {
        return Err(parameter_error("cut_off", "a picture of outliers has none"));
    }
    let picture = OutlierPicture {
        features: look.features(&found.fitted.model.names())?,
        label: found.label_column(look.label()).map_err(error)?,
        n_outliers: if is_selection { found.len() as u64 } else { found.n_outliers() },
        is_selection,
        labels: look.labels(),
    };
    outlier_figure(found, &picture).map_err(error)
}

fn series(found: &SeriesFit, look: &Look) -> Figure {
    let time = format!("{} (UTC)", found.columns.time);
    let Labels { title, x, y } = look.labels();
    let labels = Labels { title, x: x.or(Some(&time)), y: y.or(Some(&found.columns.value)) };
    SeriesPlot::new(&found.params.anomalies, &found.series).labels(labels).figure()
}
