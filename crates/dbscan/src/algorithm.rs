//! The model and the steps from points to labels.

use ndarray::ArrayRef2;
use oddsift_ground::{Control, threads};

use crate::{
    DbscanModel, DbscanParams, Error, Label,
    clusters::{Clusters, Task},
    core_rows::CoreRows,
    distinct::Distinct,
    measure,
    weights::Weight,
};

/// A fitted clustering: a label for each sample, which samples are core, and what it takes to label
/// new ones.
///
/// Memory: 4 bytes and a bit for each sample, and `8 * n_features + 4` bytes for each *distinct* core
/// sample, of which [`predict`](Self::predict) makes use.
///
/// Clusters are numbered from 0 in the order of their first core sample; a border sample, which is
/// within `eps` of a core sample without being one, has the lowest label among those core samples.
/// These are scikit-learn's labels.
///
/// Where no `eps` is known, [`DbscanParams::k_distances`] measures the data and
/// [`KDistances::propose_eps`](crate::KDistances::propose_eps) proposes one.
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::Dbscan;
///
/// let x = array![[10.0], [10.0], [0.0], [0.0], [10.0], [5.0]];
/// let model = Dbscan::params().eps(1.0).min_samples(2).fit(&x)?;
/// let labels: Vec<String> = model.labels().iter().map(ToString::to_string).collect();
/// assert_eq!(labels, ["0", "0", "1", "1", "0", "-1"]);
/// assert_eq!((model.n_clusters(), model.n_noise()), (2, 1));
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dbscan {
    params: DbscanParams,
    labels: Vec<Label>,
    core: CoreRows,
    n_noise: usize,
    model: DbscanModel,
}

/// The parts of a clustering that was not made in one go.
pub(crate) struct Fitted<'a> {
    pub(crate) params: DbscanParams,
    pub(crate) labels: Vec<Label>,
    pub(crate) core: &'a [bool],
    pub(crate) model: DbscanModel,
}

impl Dbscan {
    pub(crate) fn of_parts(fitted: Fitted<'_>) -> Self {
        let Fitted { params, labels, core, model } = fitted;
        let rows: Vec<u32> = (0..labels.len() as u32).collect();
        let n_noise = labels.iter().filter(|label| label.is_noise()).count();
        Self { params, core: CoreRows::new(&rows, core), labels, n_noise, model }
    }

    /// Parameters with their defaults: `eps` 0.5, `min_samples` 5, Euclidean distance.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let model = Dbscan::params().eps(2.0).min_samples(2).fit(&array![[0.0], [1.0]])?;
    /// assert_eq!(model.n_clusters(), 1);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> DbscanParams {
        DbscanParams::default()
    }

    /// The largest distance at which two samples were neighbours.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// assert_eq!(Dbscan::params().eps(0.1).fit(&array![[0.0]])?.eps(), 0.1);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn eps(&self) -> f64 {
        self.parameters().eps
    }

    /// The parameters of the fit.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let params = Dbscan::params().eps(2.0);
    /// assert_eq!(params.fit(&array![[0.0]])?.parameters(), params);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn parameters(&self) -> DbscanParams {
        self.params
    }

    /// One label per row, in row order; empty for a matrix without rows.
    ///
    /// ```
    /// # use {ndarray::{Array2, array}, oddsift_dbscan::{Dbscan, Label}};
    /// let params = Dbscan::params().min_samples(2);
    /// assert_eq!(params.fit(&array![[0.0]])?.labels(), [Label::NOISE]);
    /// assert_eq!(params.fit(&Array2::zeros((0, 3)))?.labels(), []);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "labels_")]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// The rows of the core samples, ascending. The list, 8 bytes each, is made by the first call.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [2.0], [3.0], [4.0]];
    /// let model = Dbscan::params().eps(1.0).min_samples(3).fit(&x)?;
    /// assert_eq!(model.core_samples(), [2]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "core_sample_indices_")]
    pub fn core_samples(&self) -> &[usize] {
        self.core.rows()
    }

    /// Whether `row` is a core sample; false for a row that does not exist.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let model = Dbscan::params().min_samples(1).fit(&array![[0.0]])?;
    /// assert!(model.is_core(0) && !model.is_core(1));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn is_core(&self, row: usize) -> bool {
        self.core.contains(row)
    }

    /// How many clusters there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// assert_eq!(Dbscan::params().min_samples(1).fit(&array![[0.0], [9.0]])?.n_clusters(), 2);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_clusters(&self) -> usize {
        self.model.n_clusters()
    }

    /// How many rows are noise.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// assert_eq!(Dbscan::params().min_samples(2).fit(&array![[0.0], [9.0]])?.n_noise(), 2);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_noise(&self) -> usize {
        self.n_noise
    }

    /// The cluster of each row of `x`, of shape `(n_new_samples, n_features)`, as
    /// [`DbscanModel::predict`] has it.
    ///
    /// # Errors
    ///
    /// Those of [`DbscanModel::predict`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::{Dbscan, Label}};
    /// let model = Dbscan::params().min_samples(2).fit(&array![[0.0], [0.1], [5.0], [5.1]])?;
    /// let labels = model.predict(&array![[4.8], [2.0]])?;
    /// assert_eq!((labels[0].cluster(), labels[1]), (Some(1), Label::NOISE));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn predict(&self, x: &ArrayRef2<f64>) -> Result<Vec<Label>, Error> {
        self.model.predict(x)
    }

    /// What it takes to label new rows, without the labels of the rows that were clustered.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let fitted = Dbscan::params().min_samples(1).fit(&array![[0.0], [0.0], [9.0]])?;
    /// assert_eq!(fitted.model().n_core_points(), 2);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn model(&self) -> &DbscanModel {
        &self.model
    }

    /// As [`model`](Self::model), to keep it and let go of the rest.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let model = Dbscan::params().min_samples(1).fit(&array![[0.0]])?.into_model();
    /// assert!(!model.predict(&array![[0.4]])?[0].is_noise());
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[must_use]
    pub fn into_model(self) -> DbscanModel {
        self.model
    }

    pub(crate) fn run<W: Weight>(
        params: DbscanParams,
        rows: Distinct,
        weights: &[W],
        threshold: W,
        control: &Control<'_>,
    ) -> Result<Self, Error> {
        let task =
            Task { rows: &rows, weights, threshold, min_samples: params.min_samples, control };
        let clusters = measure::run(task, params.metric, params.eps)?;
        Ok(Self::from_clusters(params, rows, &clusters))
    }

    fn from_clusters(params: DbscanParams, rows: Distinct, clusters: &Clusters) -> Self {
        let Distinct { n_columns, points, mut point_of_row } = rows;
        let core = CoreRows::new(&point_of_row, &clusters.core);
        // In place: fresh memory costs more than the labels do.
        threads::for_each_chunk(&mut point_of_row, threads::GRAIN, |_, points| {
            for point in points {
                *point = clusters.labels[*point as usize];
            }
        });
        let labels: Vec<Label> = point_of_row.into_iter().map(Label::new).collect();
        let n_noise = labels.iter().filter(|label| label.is_noise()).count();
        let model = DbscanModel::keep(params, n_columns, points, clusters);
        Self { params, labels, core, n_noise, model }
    }
}
