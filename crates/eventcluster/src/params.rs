use std::ops::ControlFlow;

use ndarray::{Array2, ArrayRef2, ArrayView2, s};
use oddsift_dbscan::{Dbscan, DbscanParams, KDistances, Metric, Progress};
use oddsift_ground::DistinctRows;
use oddsift_patterns::{PatternId, PatternTable};

use crate::{Error, EventClusters, Events, NoiseTimes, Scaler, Scaling};

/// How events are clustered: setters, then one of the `fit` functions.
///
/// | parameter | default | msticpy's name |
/// |---|---|---|
/// | [`eps`](Self::eps) | 0.01 | `max_cluster_distance` |
/// | [`min_samples`](Self::min_samples) | 2 | `min_cluster_samples` |
/// | [`metric`](Self::metric) | Euclidean | in `dbscan_params` |
/// | [`scaling`](Self::scaling) | [`Scaling::Unit`] | `normalize=True` |
/// | [`noise_times`](Self::noise_times) | [`NoiseTimes::Own`] | always shared |
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::{EventClusters, Scaling};
///
/// let x = array![[1.0, 10.0], [1.0, 10.0], [9.0, 1.0]];
/// let found = EventClusters::params().eps(0.5).scaling(Scaling::None).fit(&x)?;
/// assert_eq!((found.clusters().len(), found.n_noise_rows()), (1, 1));
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EventClusterParams {
    /// The distance, eps, the number of rows of a core sample, the limit of work.
    pub dbscan: DbscanParams,
    /// How features are scaled.
    pub scaling: Scaling,
    /// The times of a noise event.
    pub noise_times: NoiseTimes,
    /// How many of the last columns are categories, which are compared by value and not scaled.
    pub categories: usize,
}

impl Default for EventClusterParams {
    fn default() -> Self {
        Self {
            dbscan: Dbscan::params().eps(0.01).min_samples(2),
            scaling: Scaling::Unit,
            noise_times: NoiseTimes::Own,
            categories: 0,
        }
    }
}

impl EventClusterParams {
    /// Sets the radius of a neighbourhood, measured after scaling; positive and finite, default 0.01.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// assert!(EventClusters::params().eps(0.0).fit(&array![[1.0]]).is_err());
    /// ```
    #[must_use]
    #[doc(alias = "max_cluster_distance")]
    pub fn eps(mut self, eps: f64) -> Self {
        self.dbscan = self.dbscan.eps(eps);
        self
    }

    /// Sets how many rows within [`eps`](Self::eps), the row itself included, make it a core row; at
    /// least 1, default 2.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// let found = EventClusters::params().min_samples(1).fit(&array![[1.0]])?;
    /// assert_eq!(found.clusters().len(), 1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "min_cluster_samples")]
    pub fn min_samples(mut self, min_samples: usize) -> Self {
        self.dbscan = self.dbscan.min_samples(min_samples);
        self
    }

    /// Sets how distances are measured, default [`Metric::Euclidean`].
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Metric, Scaling};
    /// let (x, params) = (array![[0.0, 0.0], [1.0, 1.0]], EventClusters::params().eps(1.0).scaling(Scaling::None));
    /// assert_eq!(params.fit(&x)?.n_noise_rows(), 2);
    /// assert_eq!(params.metric(Metric::Chebyshev).fit(&x)?.n_noise_rows(), 0);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.dbscan = self.dbscan.metric(metric);
        self
    }

    /// Sets how features are scaled before, default [`Scaling::Unit`].
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Scaling};
    /// let (x, params) = (array![[1.0, 2.0], [10.0, 20.0]], EventClusters::params());
    /// assert_eq!(params.fit(&x)?.n_noise_rows(), 0); // divided by their norms the rows are one
    /// assert_eq!(params.scaling(Scaling::None).fit(&x)?.n_noise_rows(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    #[doc(alias = "normalize")]
    pub fn scaling(mut self, scaling: Scaling) -> Self {
        self.scaling = scaling;
        self
    }

    /// Sets how much DBSCAN may do before it stops with an error; `None`, the default, is no limit.
    /// The unit is that of [`DbscanParams::work_limit`].
    ///
    /// ```
    /// # use ndarray::Array2;
    /// # use oddsift_eventcluster::{EventClusters, Scaling};
    /// let x = Array2::from_shape_fn((3000, 1), |(row, _)| row as f64);
    /// let params = EventClusters::params().scaling(Scaling::None).eps(2000.0).min_samples(3500);
    /// let error = params.work_limit(Some(100_000)).fit(&x).unwrap_err();
    /// assert!(error.to_string().contains("the work limit of 100000 is used up"));
    /// assert_eq!(params.work_limit(None).fit(&x)?.n_noise_rows(), 3000);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn work_limit(mut self, limit: Option<u64>) -> Self {
        self.dbscan = self.dbscan.work_limit(limit);
        self
    }

    /// Sets whose first and last time a noise row shows, default [`NoiseTimes::Own`].
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Events, NoiseTimes};
    /// # use oddsift_patterns::Timestamp;
    /// let (x, at) = (array![[1.0, 0.0], [0.0, 1.0]], |second| Timestamp::constant(second, 0));
    /// let times = [Some(at(10)), Some(at(20))];
    /// let events = Events::new(&x).times(&times)?;
    /// let found = EventClusters::params().fit_events(&events)?;
    /// assert_eq!(found.rows().unwrap()[1].times, Some((at(20), at(20))));
    /// let as_msticpy = EventClusters::params().noise_times(NoiseTimes::Shared).fit_events(&events)?;
    /// assert_eq!(as_msticpy.rows().unwrap()[1].times, Some((at(10), at(20))));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn noise_times(mut self, noise_times: NoiseTimes) -> Self {
        self.noise_times = noise_times;
        self
    }

    /// Sets how many of the last columns are categories, default 0: rows that differ in one of them are
    /// never neighbours, whatever the scaling and eps. A category is a number for each value; which one
    /// does not matter.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Scaling};
    /// let x = array![[5.0, 0.0], [5.0, 0.0], [5.0, 1.0]]; // a length, and which program
    /// let params = EventClusters::params().scaling(Scaling::Standard).eps(1e6);
    /// assert_eq!(params.fit(&x)?.n_noise_rows(), 0);
    /// assert_eq!(params.categories(1).fit(&x)?.n_noise_rows(), 1);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[must_use]
    pub fn categories(mut self, categories: usize) -> Self {
        self.categories = categories;
        self
    }

    /// Clusters the rows of `x`, an array of shape `(n_rows, n_features)` or a view of one; numbers of
    /// single precision are converted by `x.mapv(f64::from)`.
    ///
    /// Time and memory are those of DBSCAN on the distinct rows, and four bytes a row.
    ///
    /// # Errors
    ///
    /// [`Error::NoRows`] without rows, [`Error::Patterns`] for a NaN or an infinity,
    /// [`Error::Dbscan`] for a parameter out of range, [`Error::ScaleRange`] where scaling leaves
    /// the range of `f64`.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// let found = EventClusters::params().fit(&array![[1.0, 2.0], [2.0, 4.0]])?;
    /// assert_eq!(found.clusters()[0].size(), 2);
    ///
    /// // By the second and third column.
    /// let table = array![[7.0, 1.0, 2.0], [9.0, 1.0, 2.0]];
    /// let found = EventClusters::params().fit(&table.slice(ndarray::s![.., 1..]))?;
    /// assert_eq!(found.clusters()[0].size(), 2);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn fit(&self, x: &ArrayRef2<f64>) -> Result<EventClusters, Error> {
        self.fit_events(&Events::new(x))
    }

    /// Clusters events: as [`fit`](Self::fit), at the same cost, with times, texts and weights.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Events};
    /// let x = array![[1.0], [5.0]];
    /// let events = Events::new(&x).weights(&[2.0, 1.0])?;
    /// let found = EventClusters::params().scaling("none".parse()?).fit_events(&events)?;
    /// assert_eq!(found.labels().unwrap()[1].to_i64(), -1); // weight 1 is under min_samples 2
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn fit_events(&self, events: &Events<'_>) -> Result<EventClusters, Error> {
        let (mut table, mut row_patterns) = events.collapse()?;
        let moved = table.sort_by_first_row();
        for pattern in &mut row_patterns {
            *pattern = moved.get(pattern.index()).copied().unwrap_or(*pattern);
        }
        let noise_row = |(row, pattern): (usize, &PatternId)| crate::NoiseRow {
            row: row as u64,
            pattern: *pattern,
            time: events.time(row),
        };
        let go_on = |_| ControlFlow::Continue(());
        let mut found = self.fit_sorted(table, &go_on)?;
        found.keep_rows(row_patterns.iter().enumerate().map(noise_row).collect());
        Ok(found)
    }

    /// Clusters rows that were collapsed before: by chunks, by threads, by another machine.
    ///
    /// The table is put in the order of first rows: whoever holds ids of its patterns calls
    /// [`PatternTable::sort_by_first_row`] before, and renames them.
    ///
    /// The result is that of the rows themselves with their weights, but without a label for each
    /// row. Time and memory are those of DBSCAN on the patterns.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    ///
    /// ```
    /// use oddsift_eventcluster::{EventClusters, PatternTable};
    /// use oddsift_patterns::Observation;
    ///
    /// let mut table = PatternTable::new(2);
    /// for row in 0..3 {
    ///     table.add(&[1.0, 7.0], &Observation::new(row))?;
    /// }
    /// let found = EventClusters::params().fit_patterns(table)?;
    /// assert_eq!(found.clusters()[0].size(), 3);
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn fit_patterns(&self, table: PatternTable) -> Result<EventClusters, Error> {
        self.fit_patterns_with(table, &|_| ControlFlow::Continue(()))
    }

    /// As [`fit_patterns`](Self::fit_patterns), and tells `progress` how far DBSCAN is, which may
    /// stop it: see [`DbscanParams::fit_with`].
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit), and [`Error::Dbscan`] once `progress` returns `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use oddsift_eventcluster::{EventClusters, PatternTable};
    /// use oddsift_patterns::Observation;
    ///
    /// let mut table = PatternTable::new(1);
    /// table.add(&[1.0], &Observation::default())?;
    /// let stop = |_| ControlFlow::Break(());
    /// assert!(EventClusters::params().fit_patterns_with(table, &stop).is_err());
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    pub fn fit_patterns_with(
        &self,
        mut table: PatternTable,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<EventClusters, Error> {
        table.sort_by_first_row();
        self.fit_sorted(table, progress)
    }

    /// The distance of each row to its `min_samples`-th nearest, itself counted, after scaling: the
    /// curve that proposes an `eps`.
    ///
    /// Time and memory are those of [`DbscanParams::k_distances`] on the patterns.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit), and [`Error::Dbscan`] for a negative weight.
    ///
    /// ```
    /// # use oddsift_eventcluster::{EventClusters, PatternTable, Scaling};
    /// # use oddsift_patterns::Observation;
    /// let mut table = PatternTable::new(1);
    /// for (row, x) in [0.0, 0.1, 0.2, 9.0].into_iter().enumerate() {
    ///     table.add(&[x], &Observation::new(row as u64))?;
    /// }
    /// let distances = EventClusters::params().scaling(Scaling::None).k_distances(&table)?;
    /// assert_eq!(distances.curve().last(), Some(&(8.8, 1.0)));
    /// # Ok::<(), oddsift_eventcluster::Error>(())
    /// ```
    #[doc(alias = "propose_eps")]
    pub fn k_distances(&self, table: &PatternTable) -> Result<KDistances, Error> {
        let space = Space::of(table, self)?;
        let weights = weights_of(table);
        Ok(match space.groups.as_slice() {
            [] => self.dbscan.k_distances(&space.matrix, weights.as_deref())?,
            groups => self.dbscan.k_distances_grouped(&space.matrix, groups, weights.as_deref())?,
        })
    }

    fn fit_sorted(
        &self,
        table: PatternTable,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<EventClusters, Error> {
        let space = Space::of(&table, self)?;
        let matrix = &space.matrix;
        let weights = weights_of(&table);
        let model = match space.groups.as_slice() {
            [] => self.dbscan.fit_with(matrix, weights.as_deref(), progress)?,
            groups => self.dbscan.fit_grouped(matrix, groups, weights.as_deref(), progress)?,
        };
        drop(weights);
        Ok(EventClusters::new(table, space, model, self.noise_times))
    }
}

/// The patterns as DBSCAN takes them.
pub(crate) struct Space {
    /// The scaling, fitted to the rows of the patterns.
    pub(crate) scaler: Scaler,
    /// The patterns, scaled, without their categories.
    pub(crate) matrix: Array2<f64>,
    /// The group of each pattern, by its categories; empty without such.
    pub(crate) groups: Vec<u32>,
}

impl Space {
    fn of(table: &PatternTable, params: &EventClusterParams) -> Result<Self, Error> {
        if table.is_empty() {
            return Err(Error::NoRows);
        }
        let shape = (table.len(), table.n_features());
        let features = ArrayView2::from_shape(shape, table.matrix()).map_err(|_| Error::NoRows)?;
        let n_numbers = shape.1.saturating_sub(params.categories);
        if n_numbers == 0 {
            // Categories alone: equal ones are as near as can be.
            let scaler = Scaler::fit(Scaling::None, &Array2::zeros((shape.0, 1)), table.counts())?;
            let (matrix, groups) = (Array2::zeros((shape.0, 1)), groups_of(table, 0));
            return Ok(Self { scaler, matrix, groups });
        }
        let numbers = features.slice(s![.., ..n_numbers]);
        let scaler = Scaler::fit(params.scaling, &numbers, table.counts())?;
        let matrix = scaler.transform(&numbers)?;
        let is_grouped = params.categories > 0;
        let groups = if is_grouped { groups_of(table, n_numbers) } else { Vec::new() };
        Ok(Self { scaler, matrix, groups })
    }
}

/// The weights of the patterns; `None` where each weighs 1, as where no row is like another.
fn weights_of(table: &PatternTable) -> Option<Vec<f64>> {
    let is_plain = table.ids().all(|id| table.weight(id).to_bits() == 1.0_f64.to_bits());
    (!is_plain).then(|| table.weights())
}

/// The group of each pattern, by its values from column `first` on: the first pattern of the group.
fn groups_of(table: &PatternTable, first: usize) -> Vec<u32> {
    let mut known = DistinctRows::new(table.n_features().saturating_sub(first));
    let mut first_patterns = Vec::new();
    let group = |pattern: PatternId| {
        let values = table.values(pattern).get(first..).unwrap_or_default();
        // There are no more groups than patterns.
        let group = known.find_or_insert(values).unwrap_or_default() as usize;
        if group == first_patterns.len() {
            first_patterns.push(u32::try_from(pattern.index()).unwrap_or(u32::MAX));
        }
        first_patterns.get(group).copied().unwrap_or_default()
    };
    table.ids().map(group).collect()
}

/// Clusters the rows of `x` with msticpy's defaults; `dbcluster_events` in one call.
///
/// # Errors
///
/// As [`EventClusterParams::fit`].
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::dbcluster_events;
///
/// let found = dbcluster_events(&array![[2.0, 1.0], [2.0, 1.0], [1.0, 9.0]])?;
/// assert_eq!(found.n_noise_rows(), 1);
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
pub fn dbcluster_events(x: &ArrayRef2<f64>) -> Result<EventClusters, Error> {
    EventClusterParams::default().fit(x)
}
