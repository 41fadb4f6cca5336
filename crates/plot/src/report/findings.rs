//! The findings of a report, by one call.

use oddsift_pipeline::{
    ClusterParams, Clusters, Error, HuntParams, Hunted, Input, KeepRows, Known, Lacking,
    OutlierParams, Outliers,
};

use super::Report;

/// Parameters of the findings of a report.
///
/// ```
/// use oddsift_plot::ReportParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ReportParams::new().find(path)?;
/// let html = found.report().page().unwrap().to_html();
/// assert!(html.contains("What to read first") && html.contains("Like no other"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ReportParams {
    /// The clustering. [`find`](Self::find) keeps their rows and counts times whatever it says.
    pub clusters: ClusterParams,
    /// The seed of the forest; its default by default.
    pub seed: Option<u64>,
    /// A history whose lines are left out of what is to be read first.
    pub known: Option<Known>,
}

/// The findings of a report about an input.
#[derive(Debug)]
#[non_exhaustive]
pub struct Findings {
    /// The clusters.
    pub clusters: Clusters,
    /// The most unusual rows; `None` where rows are weighted or clustered by named categories, which have no
    /// order.
    pub outliers: Option<Outliers>,
    /// The lines to read first; `None` where rows are weighted or hold nothing that could be ranked.
    pub hunted: Option<Hunted>,
    /// The reason why the page does not say what to read first, where that is dubious.
    pub unranked: Option<&'static str>,
}

impl Default for ReportParams {
    fn default() -> Self {
        Self { clusters: ClusterParams::new(), seed: None, known: None }
    }
}

impl ReportParams {
    /// Defaults of each part.
    ///
    /// ```
    /// assert!(oddsift_plot::ReportParams::new().known.is_none());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads an input, several times, and finds what a report tells.
    ///
    /// # Errors
    ///
    /// For rows that cannot be read, or clustered.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_plot::ReportParams::new().find(path)?;
    /// assert!(found.unranked.is_none() && found.outliers.is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn find(self, input: impl Into<Input>) -> Result<Findings, Error> {
        let input = input.into().twice()?;
        let mut params = self.clusters;
        (params.keep, params.count_times) = (KeepRows::All, true);
        let clusters = params.fit(&input)?;
        let outliers = outlier_params(&params, self.seed, &clusters);
        let outliers = outliers.map(|params| params.find(&input)).transpose()?;
        let (hunted, unranked) = if params.weight.is_some() {
            (None, None) // a hunt would count a weighted row as one
        } else {
            let mut hunt = HuntParams::new();
            hunt.time_column.clone_from(&params.time_column);
            hunt.known = self.known;
            rank(&hunt, &input)?
        };
        Ok(Findings { clusters, outliers, hunted, unranked })
    }
}

impl Findings {
    /// Returns the report, with all defaults.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_plot::ReportParams::new().find(path)?;
    /// assert!(found.report().hunted.is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        let mut report = Report::new(&self.clusters, self.outliers.as_ref());
        report.hunted = self.hunted.as_ref();
        report
    }
}

/// The parameters of outliers; none among weighted rows, each of which a forest takes as one, and not by
/// categories, which have no order.
fn outlier_params(
    params: &ClusterParams,
    seed: Option<u64>,
    found: &Clusters,
) -> Option<OutlierParams> {
    let names_category = !params.features.names.is_empty() && found.categories().next().is_some();
    if params.weight.is_some() || names_category {
        return None;
    }
    let mut outliers = OutlierParams::new().top(Report::MOST_OUTLIERS);
    outliers.features.clone_from(&params.features);
    outliers.forest.seed = seed.unwrap_or(outliers.forest.seed);
    (outliers.n_reasons, outliers.keep_patterns) = (Report::REASONS, true);
    Some(outliers)
}

/// Ranks what to read first, or gives why nothing can be ranked.
fn rank(
    params: &HuntParams,
    input: &Input,
) -> Result<(Option<Hunted>, Option<&'static str>), Error> {
    match params.rank(input) {
        Ok(found) => Ok((Some(found), None)),
        Err(Error::NothingToTake { what: Lacking::Category, .. }) => {
            Ok((None, Some("no column holds values that repeat or numbers")))
        }
        Err(Error::AllSkipped { .. }) => Ok((None, Some("no row starts a program"))),
        Err(error) => Err(error),
    }
}
