use ndarray::{Array2, ArrayView2};
use oddsift_iforest::IsolationForestParams;
use oddsift_outliers::OutlierModel;
use oddsift_patterns::PatternId;

use crate::outliers::{fit_forest, reasons};
use crate::{Clusters, Error};

/// The most unusual patterns of clustered rows, by an isolation forest of the same features.
#[derive(Debug)]
#[non_exhaustive]
pub struct PatternOutliers {
    /// The forest.
    pub model: OutlierModel,
    /// The patterns, the most unusual first, and of equals those seen first.
    pub patterns: Vec<PatternId>,
    /// The score of each.
    pub scores: Vec<f64>,
    /// The reasons of each, the strongest first.
    pub reasons: Vec<Vec<String>>,
    /// The vector of each, a row for each pattern.
    pub vectors: Array2<f64>,
}

impl Clusters {
    /// Fits a forest to the rows that were clustered, and finds the `n` most unusual patterns.
    ///
    /// `None` where rows are weighted or a feature is a category, neither of which a forest can take. Labels
    /// must have been kept.
    ///
    /// # Errors
    ///
    /// For parameters of the forest that are out of range.
    ///
    /// ```
    /// use oddsift_iforest::IsolationForest;
    /// use oddsift_pipeline::{ClusterParams, KeepRows};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = ClusterParams::new();
    /// (params.keep, params.numbers_alone) = (KeepRows::All, true);
    /// let found = params.fit(path)?;
    /// let unusual = found.outliers(IsolationForest::params(), 30, 3)?.unwrap();
    /// assert_eq!(unusual.patterns.len(), 30);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn outliers(
        &self,
        params: IsolationForestParams,
        n: usize,
        n_reasons: usize,
    ) -> Result<Option<PatternOutliers>, Error> {
        if self.params.weight.is_some() || self.categories().next().is_some() {
            return Ok(None);
        }
        let table = self.events.patterns();
        let model = fit_forest(params, table, &self.ingested, self.ingested.recipe.clone())?;
        let x = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix())?;
        let scores = model.detector().forest().score_samples(&x)?;
        let score = |id: &PatternId| scores.get(id.index()).copied().unwrap_or(0.0);
        let mut patterns: Vec<PatternId> = table.ids().collect();
        patterns.sort_by(|a, b| {
            let first_row = |id: &PatternId| table.first_row(*id);
            score(a).total_cmp(&score(b)).then(first_row(a).cmp(&first_row(b)))
        });
        patterns.truncate(n);
        let vectors: Vec<f64> = patterns.iter().flat_map(|id| table.values(*id)).copied().collect();
        Ok(Some(PatternOutliers {
            scores: patterns.iter().map(score).collect(),
            reasons: reasons(&model, &vectors, n_reasons, &self.read.name)?
                .iter()
                .map(|reasons| reasons.iter().map(|reason| model.text(reason)).collect())
                .collect(),
            vectors: Array2::from_shape_vec((patterns.len(), table.n_features()), vectors)?,
            patterns,
            model,
        }))
    }
}
