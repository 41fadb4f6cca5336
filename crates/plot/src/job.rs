//! Pictures of whole jobs, by the results of `oddsift-pipeline`.

use ndarray::Array2;
use oddsift_patterns::PatternId;
use oddsift_pipeline::{Clusters, Outliers};

use crate::{ClusterPlot, Error, Figure, Labels, OutlierPlot};

/// Clusters of fewer rows are set apart, where nothing else is asked for.
const CUT_OFF: u64 = 3;

/// Draws the clusters of an input, with the text of a column beside them.
///
/// `features` are the two on the axes, by their places; `label` is the column of the text; clusters of
/// fewer rows than `cut_off`, 3 by default, are set apart.
///
/// ```
/// use oddsift_pipeline::ClusterParams;
/// use oddsift_plot::{Labels, cluster_figure};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ClusterParams::new().fit(path)?;
/// let figure = cluster_figure(&found, None, found.label_column(None)?, None, Labels::default());
/// assert!(figure.to_svg().starts_with("<svg"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[must_use]
pub fn cluster_figure(
    found: &Clusters,
    features: Option<(usize, usize)>,
    label: Option<usize>,
    cut_off: Option<u64>,
    labels: Labels<'_>,
) -> Figure {
    let text = |pattern: PatternId| found.first_text(pattern, label?);
    let clustering = &found.params.clustering;
    let (scaling, min_samples) = (clustering.scaling, clustering.dbscan.min_samples);
    ClusterPlot::new(&found.events, found.features())
        .features(features)
        .texts(&text)
        .cut_off(cut_off.unwrap_or(CUT_OFF))
        .note(Some(&format!("{scaling} scaling, min-samples {min_samples}")))
        .labels(labels)
        .figure()
}

/// What a picture of outliers shows.
#[derive(Debug, Clone, Default)]
pub struct OutlierPicture<'a> {
    /// The two features on the axes, by their places.
    pub features: Option<(usize, usize)>,
    /// The column whose text is beside the points.
    pub label: Option<usize>,
    /// The number of outliers, of which not all may be drawn.
    pub n_outliers: u64,
    /// Whether they are a number of the most unusual rows, and not those below a score.
    pub is_selection: bool,
    /// Title and axes.
    pub labels: Labels<'a>,
}

impl OutlierPicture<'_> {
    /// The most rows that are drawn.
    pub const MOST_ROWS: usize = 2000;
}

/// Draws outliers among the patterns that their forest was fitted to, which must have been kept
/// ([`keep_patterns`](oddsift_pipeline::OutlierParams::keep_patterns)).
///
/// # Errors
///
/// [`Error`] for features that cannot be drawn.
///
/// ```
/// use oddsift_pipeline::OutlierParams;
/// use oddsift_plot::{OutlierPicture, outlier_figure};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let mut params = OutlierParams::new().top(5);
/// params.keep_patterns = true;
/// let found = params.find(path)?;
/// let picture = OutlierPicture { is_selection: true, n_outliers: 5, ..OutlierPicture::default() };
/// let figure = outlier_figure(&found, &picture).unwrap();
/// assert!(figure.to_svg().starts_with("<svg"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
pub fn outlier_figure(found: &Outliers, picture: &OutlierPicture<'_>) -> Result<Figure, Error> {
    let model = &found.fitted.model;
    let names = &model.names();
    let (mut vectors, mut texts) = (Vec::new(), Vec::new());
    for row in found.rows().take(OutlierPicture::MOST_ROWS) {
        let row = row?;
        let text = picture.label.and_then(|column| row.record?.text(column)).unwrap_or("");
        // A line break of the data is none of ours.
        let text = text.replace(['\n', '\r'], " ");
        let reasons = row.reasons.join("\n");
        texts.push(format!("{text}\nrow {}, score {:.3}\n{reasons}", row.row, row.score));
        vectors.extend(row.values);
    }
    let vectors = Array2::from_shape_vec((texts.len(), names.len()), vectors);
    let vectors = vectors.map_err(oddsift_pipeline::Error::from)?;
    let nothing = Array2::zeros((0, names.len()));
    let (usual, weights) = found.fitted.patterns().unwrap_or((nothing.view(), Vec::new()));
    OutlierPlot::new(model.detector(), names)
        .training(&usual, Some(&weights))
        .outliers(&vectors, &texts)
        .counts(picture.n_outliers, found.n_rows())
        .selection(picture.is_selection)
        .features(picture.features)
        .labels(picture.labels)
        .figure()
}
