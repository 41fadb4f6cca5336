use std::collections::HashMap;

use ndarray::{Array2, Axis};
use oddsift_dbscan::{Advice, Dbscan, KDistances, Label, Warning};
use oddsift_patterns::{PatternId, PatternTable};

use crate::nearest::{NearestCluster, nearest_clusters};
use crate::params::Space;
use crate::rows::{Times, join_times};
use crate::{Cluster, Error, EventClusterParams, EventRow, NoiseRow, NoiseTimes, Scaler};

/// Clustered events: the rows to look at, the fitted model and the scaled matrix.
///
/// Made by [`EventClusters::params`] and one of its `fit` functions. Works on distinct patterns, in
/// the order of their first rows: pattern `i` is row `i` of [`scaled`](Self::scaled) and sample `i`
/// of the [`model`](Self::model).
#[derive(Debug, Clone, PartialEq)]
pub struct EventClusters {
    table: PatternTable,
    scaler: Scaler,
    matrix: Array2<f64>,
    groups: Vec<u32>,
    model: Dbscan,
    clusters: Vec<Cluster>,
    noise_times: NoiseTimes,
    rows: Option<Vec<NoiseRow>>,
}

impl EventClusters {
    /// The parameters, at their defaults.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// let found = EventClusters::params().eps(0.1).fit(&array![[1.0], [1.0]])?;
    /// assert_eq!(found.model().eps(), 0.1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> EventClusterParams {
        EventClusterParams::default()
    }

    pub(crate) fn new(
        table: PatternTable,
        space: Space,
        model: Dbscan,
        noise_times: NoiseTimes,
    ) -> Self {
        let clusters = Vec::with_capacity(model.n_clusters());
        let Space { scaler, matrix, groups } = space;
        let mut found =
            Self { table, scaler, matrix, groups, model, clusters, noise_times, rows: None };
        found.summarise();
        found
    }

    /// Folds each pattern into its cluster. The first core row numbers the clusters, and a border
    /// row can come before it, so clusters are looked up and not appended in order.
    fn summarise(&mut self) {
        let mut by_label: HashMap<Label, Cluster> = HashMap::new();
        for pattern in self.table.ids() {
            let label = self.pattern_label(pattern);
            if label.is_noise() {
                continue;
            }
            let first_row = self.table.first_row(pattern);
            let cluster = by_label.entry(label).or_insert_with(|| Cluster::new(label, first_row));
            cluster.take(&self.table, pattern);
        }
        self.clusters = by_label.into_values().collect();
        self.clusters.sort_by_key(Cluster::label);
    }

    pub(crate) fn keep_rows(&mut self, rows: Vec<NoiseRow>) {
        self.rows = Some(rows);
    }

    /// The clusters, by number.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.clusters().len(), 1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The fitted model over the distinct patterns.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.model().labels().len(), 1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn model(&self) -> &Dbscan {
        &self.model
    }

    /// The fitted scaling.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaling, dbcluster_events};
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.scaler().scaling(), Scaling::Unit);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    /// The group of each pattern: patterns of different groups differ in a category. A group has the
    /// number of its first pattern; empty where nothing is a [category](EventClusterParams::categories).
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// let x = array![[5.0, 0.0], [6.0, 0.0], [5.0, 1.0]];
    /// assert_eq!(EventClusters::params().categories(1).fit(&x)?.groups(), [0, 0, 2]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// Each noise pattern with the cluster that is nearest to it; `None` where no cluster has its
    /// categories, and nothing at all without a cluster. In the order of first rows; time that of a prediction.
    ///
    /// # Errors
    ///
    /// None for patterns that were fitted.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Scaling};
    /// let x = array![[5.0, 0.0], [5.0, 0.0], [7.0, 0.0], [5.0, 1.0]];
    /// let params = EventClusters::params().scaling(Scaling::None).eps(0.5).categories(1);
    /// let found = params.fit(&x)?;
    /// let eps: Vec<Option<f64>> = found.nearest()?.iter().map(|(_, it)| it.map(|it| it.eps)).collect();
    /// assert_eq!(eps, [Some(4.0), None]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn nearest(&self) -> Result<Vec<(PatternId, Option<NearestCluster>)>, Error> {
        if self.clusters.is_empty() {
            return Ok(Vec::new());
        }
        let noise: Vec<PatternId> = self.noise_patterns().collect();
        let places: Vec<usize> = noise.iter().map(|pattern| pattern.index()).collect();
        let rows = self.matrix.select(Axis(0), &places);
        let groups = places.iter().filter_map(|place| self.groups.get(*place).copied());
        let groups: Vec<u32> = groups.collect();
        let found = nearest_clusters(self.model.model(), &self.scaler, &rows, &groups)?;
        Ok(noise.into_iter().zip(found).collect())
    }

    /// The scaled matrix that was clustered, of shape `(n_patterns, n_features)`, without
    /// categories.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[3.0, 4.0]])?.scaled(), &array![[0.6, 0.8]]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn scaled(&self) -> &Array2<f64> {
        &self.matrix
    }

    /// The distinct patterns, in the order of their first rows.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.patterns().n_rows(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn patterns(&self) -> &PatternTable {
        &self.table
    }

    /// The label of a pattern, which is that of each of its rows.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let found = dbcluster_events(&array![[1.0], [1.0]])?;
    /// let pattern = found.patterns().ids().next().unwrap();
    /// assert_eq!(found.pattern_label(pattern).to_i64(), 0);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn pattern_label(&self, pattern: PatternId) -> Label {
        self.model.labels().get(pattern.index()).copied().unwrap_or(Label::NOISE)
    }

    /// What is dubious about these clusters, in words, and the `eps` that `distances` propose.
    ///
    /// # Errors
    ///
    /// [`Error::Dbscan`] for distances that are not of these events.
    ///
    /// ```
    /// # use oddsift_eventcluster::{EventClusters, PatternTable, Scaling};
    /// # use oddsift_patterns::Observation;
    /// let mut table = PatternTable::new(1);
    /// for (row, x) in [0.0, 1.0, 2.0, 3.0, 4.0].into_iter().enumerate() {
    ///     table.add(&[x], &Observation::new(row as u64))?;
    /// }
    /// let params = EventClusters::params().eps(0.1).scaling(Scaling::None);
    /// let distances = params.k_distances(&table)?;
    /// let advice = params.fit_patterns(table)?.advise(&distances)?;
    /// assert!(!advice.warnings.is_empty()); // all is noise
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn advise(&self, distances: &KDistances) -> Result<Advice, Error> {
        Ok(distances.advise(&self.model, Some(&self.table.weights()))?)
    }

    /// What is dubious about these clusters, as far as can be told without their distances.
    ///
    /// # Errors
    ///
    /// [`Error::Dbscan`] for weights that have no sum.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let found = dbcluster_events(&array![[1.0, 0.0], [0.0, 1.0]])?;
    /// assert_eq!(found.warnings()?[0].to_string(), "100 % of the rows are noise: raise eps or lower min_samples");
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn warnings(&self) -> Result<Vec<Warning>, Error> {
        let mut warnings = self.model.warnings(Some(&self.table.weights()))?;
        let mut rows = self.matrix.rows().into_iter();
        let first = rows.next();
        // Rows that are all equal, once they are scaled, belong together at any eps.
        if rows.all(|row| Some(row) == first) {
            warnings.retain(|warning| !matches!(warning, Warning::OneCluster { .. }));
        }
        Ok(warnings)
    }

    /// How many rows are noise.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// assert_eq!(dbcluster_events(&array![[1.0], [1.0]])?.n_noise_rows(), 0);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn n_noise_rows(&self) -> u64 {
        self.noise_patterns().map(|pattern| self.table.count(pattern)).sum()
    }

    /// The patterns that are noise, in the order of their first rows.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let found = dbcluster_events(&array![[1.0, 0.0], [0.0, 1.0]])?;
    /// assert_eq!(found.noise_patterns().count(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn noise_patterns(&self) -> impl Iterator<Item = PatternId> {
        self.table.ids().filter(|pattern| self.pattern_label(*pattern).is_noise())
    }

    /// A label for every row; `None` when fitted on patterns, whose rows are not known.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let labels = dbcluster_events(&array![[1.0], [1.0]])?.labels().unwrap();
    /// assert_eq!(labels.len(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn labels(&self) -> Option<Vec<Label>> {
        let rows = self.rows.as_ref()?;
        Some(rows.iter().map(|row| self.pattern_label(row.pattern)).collect())
    }

    /// The scaled matrix by row, of shape `(n_rows, n_features)`: msticpy's `x_norm`. `None` when
    /// fitted on patterns.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let x_norm = dbcluster_events(&array![[3.0, 4.0], [3.0, 4.0]])?.x_norm().unwrap();
    /// assert_eq!(x_norm, array![[0.6, 0.8], [0.6, 0.8]]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn x_norm(&self) -> Option<Array2<f64>> {
        let rows = self.rows.as_ref()?;
        let patterns: Vec<usize> = rows.iter().map(|row| row.pattern.index()).collect();
        Some(self.matrix.select(Axis(0), &patterns))
    }

    /// The rows to look at: each noise row in input order, then each cluster's exemplar by number.
    /// `None` when fitted on patterns: there, [`rows_with`](Self::rows_with).
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// let found = dbcluster_events(&array![[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])?;
    /// let rows: Vec<u64> = found.rows().unwrap().iter().map(|row| row.row).collect();
    /// assert_eq!(rows, [1, 0]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn rows(&self) -> Option<Vec<EventRow>> {
        Some(self.rows_with(self.rows.clone()?))
    }

    /// As [`rows`](Self::rows), for who fitted on patterns and kept the rows that may be noise;
    /// rows among them that are not noise are left out.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{NoiseRow, dbcluster_events};
    /// let found = dbcluster_events(&array![[1.0, 1.0], [0.0, 1.0]])?;
    /// let kept = |row, pattern| NoiseRow { row, pattern, time: None };
    /// let rows = found.noise_patterns().map(|p| kept(found.patterns().first_row(p), p)).collect();
    /// assert_eq!(found.rows_with(rows).len(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn rows_with(&self, mut rows: Vec<NoiseRow>) -> Vec<EventRow> {
        rows.retain(|row| self.pattern_label(row.pattern).is_noise());
        rows.sort_by_key(|row| row.row);
        let shared = self.shared_noise_times();
        let noise = rows.iter().map(|row| self.noise_row(row, shared));
        noise.chain(self.clusters.iter().map(Cluster::row)).collect()
    }

    /// As [`rows_with`](Self::rows_with), one by one, for who keeps the rows in the order of the input.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{NoiseRow, dbcluster_events};
    /// let found = dbcluster_events(&array![[1.0, 1.0], [0.0, 1.0]])?;
    /// let kept = |row, pattern| NoiseRow { row, pattern, time: None };
    /// let rows: Vec<_> = found.noise_patterns().map(|p| kept(found.patterns().first_row(p), p)).collect();
    /// assert!(found.each_row(rows.iter().copied()).eq(found.rows_with(rows.clone())));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn each_row<'a>(
        &'a self,
        rows: impl Iterator<Item = NoiseRow> + Clone + 'a,
    ) -> impl ExactSizeIterator<Item = EventRow> + 'a {
        let noise = rows.filter(|row| self.pattern_label(row.pattern).is_noise());
        let n_rows = noise.clone().count() + self.clusters.len();
        let shared = self.shared_noise_times();
        let noise = noise.map(move |row| self.noise_row(&row, shared));
        Counted { left: n_rows, rows: noise.chain(self.clusters.iter().map(Cluster::row)) }
    }

    fn noise_row(&self, row: &NoiseRow, shared: Option<Times>) -> EventRow {
        EventRow {
            row: row.row,
            pattern: row.pattern,
            label: Label::NOISE,
            size: 1,
            weight: self.table.row_weight(row.pattern),
            times: match self.noise_times {
                NoiseTimes::Own => row.time.map(|time| (time, time)),
                NoiseTimes::Shared => shared,
            },
        }
    }

    fn shared_noise_times(&self) -> Option<Times> {
        self.noise_patterns()
            .fold(None, |times, pattern| join_times(times, self.table.times(pattern)))
    }

    /// How many distinct values each counted column has in each cluster, by cluster number; see
    /// [`PatternTable::with_distinct`].
    ///
    /// ```
    /// use oddsift_eventcluster::{EventClusters, PatternTable};
    /// use oddsift_patterns::Observation;
    ///
    /// let mut table = PatternTable::new(1).with_distinct(1);
    /// for (row, host) in ["a", "b", "a"].into_iter().enumerate() {
    ///     let distinct = &[Some(host)];
    ///     table.add(&[1.0], &Observation { distinct, ..Observation::new(row as u64) })?;
    /// }
    /// let found = EventClusters::params().fit_patterns(table)?;
    /// assert_eq!(found.distinct_by_cluster(), [[2]]);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn distinct_by_cluster(&self) -> Vec<Vec<u64>> {
        // One group more, which takes the noise and is dropped.
        let noise = self.clusters.len();
        let group = |pattern| {
            let cluster = self.pattern_label(pattern).cluster();
            cluster.unwrap_or_else(|| u32::try_from(noise).unwrap_or(u32::MAX))
        };
        let groups: Vec<u32> = self.table.ids().map(group).collect();
        let mut counts = self.table.distinct_by_group(&groups, noise + 1);
        counts.truncate(noise);
        counts
    }
}

/// Rows whose number was counted before.
struct Counted<I> {
    left: usize,
    rows: I,
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.saturating_sub(1);
        self.rows.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<I: Iterator> ExactSizeIterator for Counted<I> {}
