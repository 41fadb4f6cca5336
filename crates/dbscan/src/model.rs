//! What is left of a fit when its rows are gone: enough to label new ones.

use ndarray::ArrayRef2;

use oddsift_ground::threads;

use crate::{
    Dbscan, DbscanParams, Error, Label,
    clusters::{Clusters, NONE},
    distinct::Distinct,
    grouped::Nearest,
    measure::{self, Job, Measure},
    tree::Tree,
};

/// Points that are predicted in one go.
const GRAIN: usize = 512;

/// A fitted clustering without its rows: the parameters and the distinct core points with their
/// clusters, by which new rows are labelled.
///
/// The `eps` of a model is chosen before the fit, by [`DbscanParams::k_distances`] where none is known.
///
/// Memory: `8 * n_features + 4` bytes for each distinct core point. It can be saved with the feature
/// `serde`; what is read back is checked whole.
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::{Dbscan, Label};
///
/// let x = array![[0.0], [0.1], [0.2], [5.0], [5.1], [9.0]];
/// let model = Dbscan::params().eps(0.5).min_samples(2).fit(&x)?.into_model();
/// let labels = model.predict(&array![[0.4], [4.9], [9.0]])?;
/// assert_eq!(labels.iter().map(|label| label.to_i64()).collect::<Vec<_>>(), [0, 1, -1]);
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DbscanModel {
    pub(crate) params: DbscanParams,
    pub(crate) n_features: usize,
    pub(crate) n_clusters: usize,
    /// Row-major, in the order of their first rows.
    pub(crate) core_points: Vec<f64>,
    pub(crate) core_labels: Vec<Label>,
    /// Empty without groups.
    pub(crate) core_groups: Vec<u32>,
}

impl DbscanModel {
    /// The parameters of the fit, without its work limit.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let params = Dbscan::params().eps(2.0);
    /// assert_eq!(params.fit(&array![[0.0]])?.model().parameters(), params);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn parameters(&self) -> DbscanParams {
        self.params
    }

    /// How many columns rows must have.
    ///
    /// ```
    /// # use {ndarray::Array2, oddsift_dbscan::Dbscan};
    /// assert_eq!(Dbscan::params().fit(&Array2::zeros((1, 3)))?.model().n_features(), 3);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many clusters there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let fitted = Dbscan::params().min_samples(1).fit(&array![[0.0], [9.0]])?;
    /// assert_eq!(fitted.model().n_clusters(), 2);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// How many *distinct* core samples there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let fitted = Dbscan::params().min_samples(2).fit(&array![[0.0], [0.0], [9.0]])?;
    /// assert_eq!(fitted.model().n_core_points(), 1);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_core_points(&self) -> usize {
        self.core_labels.len()
    }

    /// The distinct core samples, in the order of their first rows, each with its cluster.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let fitted = Dbscan::params().min_samples(2).fit(&array![[9.0], [0.5], [0.5]])?;
    /// let (point, label) = fitted.model().core_points().next().unwrap();
    /// assert_eq!((point, label.cluster()), ([0.5].as_slice(), Some(0)));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn core_points(&self) -> impl ExactSizeIterator<Item = (&[f64], Label)> {
        self.core_points.chunks_exact(self.n_features).zip(self.core_labels.iter().copied())
    }

    /// The cluster of each row of `x`, an array of shape `(n_new_samples, n_features)`: that of the
    /// nearest core sample within `eps`, the lowest where several are nearest, and
    /// [`Label::NOISE`] without one.
    ///
    /// Of the rows that were fitted, core and noise samples get their own label; a border sample may
    /// get another one, since there the *lowest* cluster within reach counts. Distances are those of
    /// the fit to the last bit. Equal rows are looked up once; time
    /// `O((n_core_points + n_new_samples) log n_core_points)` where few core samples are near, and
    /// the result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for another number of columns than that of the fit, [`Error::NonFinite`]
    /// for the first NaN or infinity in `x`, [`Error::TooManySamples`] past 2^32 - 2 rows.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let model = Dbscan::params().eps(1.0).min_samples(1).fit(&array![[0.0], [2.0]])?.into_model();
    /// let labels: Vec<i64> =
    ///     model.predict(&array![[1.0], [1.1], [3.5]])?.iter().map(|label| label.to_i64()).collect();
    /// assert_eq!(labels, [0, 1, -1]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn predict(&self, x: &ArrayRef2<f64>) -> Result<Vec<Label>, Error> {
        self.check_columns(x)?;
        let rows = Distinct::collapse(x)?;
        if self.core_labels.is_empty() {
            return Ok(vec![Label::NOISE; x.nrows()]);
        }
        let prediction = Prediction { model: self, rows: &rows };
        let labels = measure::run(prediction, self.params.metric, self.params.eps);
        Ok(rows.point_of_row.iter().map(|&point| Label::new(labels[point as usize])).collect())
    }

    pub(crate) fn check_columns(&self, x: &ArrayRef2<f64>) -> Result<(), Error> {
        if x.ncols() == self.n_features {
            return Ok(());
        }
        Err(Error::Columns { n_columns: x.ncols(), n_features: self.n_features })
    }

    /// The nearest core point of each row at any distance, whatever its group.
    pub(crate) fn nearest_of_all(&self, x: &ArrayRef2<f64>) -> Result<Vec<Option<Nearest>>, Error> {
        let rows = Distinct::collapse(x)?;
        if self.core_labels.is_empty() {
            return Ok(vec![None; x.nrows()]);
        }
        let search = Nearness { model: self, rows: &rows };
        let found = measure::run_unlimited(search, self.params.metric);
        let of_row = |&point: &u32| {
            let (place, distance) = found[point as usize];
            (place != NONE).then(|| {
                let place = place as usize;
                Nearest::new(place, self.core_labels[place], distance)
            })
        };
        Ok(rows.point_of_row.iter().map(of_row).collect())
    }

    /// Keeps those of `points` that are core.
    pub(crate) fn keep(
        params: DbscanParams,
        n_features: usize,
        mut points: Vec<f64>,
        clusters: &Clusters,
    ) -> Self {
        let mut core_labels =
            Vec::with_capacity(clusters.core.iter().filter(|core| **core).count());
        let mut start = 0;
        for run in clusters.core.chunk_by(|a, b| a == b) {
            let end = start + run.len();
            if run[0] {
                let to = core_labels.len() * n_features;
                points.copy_within(start * n_features..end * n_features, to);
                core_labels
                    .extend(clusters.labels[start..end].iter().map(|&label| Label::new(label)));
            }
            start = end;
        }
        points.truncate(core_labels.len() * n_features);
        points.shrink_to_fit();
        let params = params.work_limit(None);
        let (n_clusters, core_groups) = (clusters.n, Vec::new());
        Self { params, n_features, n_clusters, core_points: points, core_labels, core_groups }
    }
}

impl From<Dbscan> for DbscanModel {
    fn from(fitted: Dbscan) -> Self {
        fitted.into_model()
    }
}

/// Points that wait for the labels of the core points near them.
struct Prediction<'a> {
    model: &'a DbscanModel,
    rows: &'a Distinct,
}

impl Job for Prediction<'_> {
    type Output = Vec<u32>;

    fn run<M: Measure>(self, measure: M) -> Vec<u32> {
        let (model, n_columns) = (self.model, self.model.n_features);
        let tree = Tree::build(&model.core_points, n_columns);
        let label = |&point: &u32| model.core_labels[point as usize].cluster().unwrap_or(NONE);
        let by_position: Vec<u32> = tree.order.iter().map(label).collect();
        let mut labels = vec![NONE; self.rows.n_points()];
        threads::for_each_chunk(&mut labels, GRAIN, |i, labels| {
            let points = self.rows.points[i * GRAIN * n_columns..].chunks_exact(n_columns);
            for (label, point) in labels.iter_mut().zip(points) {
                *label = tree.nearest_label(measure, point, &by_position);
            }
        });
        labels
    }
}

/// Points that wait for the core points nearest to them.
struct Nearness<'a> {
    model: &'a DbscanModel,
    rows: &'a Distinct,
}

impl Job for Nearness<'_> {
    type Output = Vec<(u32, f64)>;

    fn run<M: Measure>(self, measure: M) -> Vec<(u32, f64)> {
        let (model, n_columns) = (self.model, self.model.n_features);
        let tree = Tree::build(&model.core_points, n_columns);
        let mut found = vec![(NONE, f64::INFINITY); self.rows.n_points()];
        threads::for_each_chunk(&mut found, GRAIN, |i, found| {
            let points = self.rows.points[i * GRAIN * n_columns..].chunks_exact(n_columns);
            for (found, point) in found.iter_mut().zip(points) {
                // Of several that are nearest the first counts.
                let place = tree.nearest_label(measure, point, &tree.order);
                if place != NONE {
                    let core = &model.core_points[place as usize * n_columns..][..n_columns];
                    *found = (place, model.params.metric.distance(core, point));
                }
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::Metric;

    fn numbers(labels: &[Label]) -> Vec<i64> {
        labels.iter().map(|label| label.to_i64()).collect()
    }

    #[test]
    fn core_points_are_kept_once_and_others_not() {
        let x = array![[9.0, 9.0], [0.0, 1.0], [0.0, 1.0], [-0.0, 1.1], [5.0, 5.0], [5.0, 5.0]];
        let model = Dbscan::params().eps(0.5).min_samples(2).fit(&x).unwrap().into_model();
        assert_eq!(model.core_points, [0.0, 1.0, 0.0, 1.1, 5.0, 5.0]);
        assert_eq!(numbers(&model.core_labels), [0, 0, 1]);
        assert_eq!((model.n_core_points(), model.n_clusters(), model.n_features()), (3, 2, 2));
    }

    #[test]
    fn the_nearest_core_sample_decides_and_the_lowest_cluster_at_a_tie() {
        let x = array![[4.0], [4.0], [0.0], [0.0]];
        let model = Dbscan::params().eps(2.0).min_samples(2).fit(&x).unwrap();
        let labels = model.predict(&array![[2.0], [1.9], [2.1], [6.0], [6.1], [-2.0]]).unwrap();
        assert_eq!(numbers(&labels), [0, 1, 0, 0, -1, 1]);
    }

    #[test]
    fn a_border_row_may_go_elsewhere_than_in_the_fit() {
        let x = array![[-3.0], [-2.5], [-2.0], [-1.5], [0.2], [1.5], [2.5], [3.0], [3.5]];
        let fitted = Dbscan::params().eps(2.0).min_samples(5).fit(&x).unwrap();
        assert_eq!(fitted.core_samples(), [3, 5]);
        assert_eq!(fitted.labels()[4].cluster(), Some(0));
        assert_eq!(fitted.predict(&x).unwrap()[4].cluster(), Some(1));
    }

    #[test]
    fn without_core_points_all_is_noise_but_columns_and_values_are_checked() {
        let model = Dbscan::params().min_samples(9).fit(&array![[0.0, 0.0]]).unwrap();
        assert_eq!(model.predict(&array![[0.0, 0.0]]).unwrap(), [Label::NOISE]);
        assert_eq!(model.predict(&Array2::zeros((0, 2))).unwrap(), []);
        assert_eq!(
            model.predict(&Array2::zeros((0, 3))),
            Err(Error::Columns { n_columns: 3, n_features: 2 })
        );
        assert_eq!(
            model.predict(&array![[0.0, 1.0], [0.0, f64::NAN]]),
            Err(Error::NonFinite { row: 1, column: 1 })
        );
    }

    #[test]
    fn extreme_eps_and_values_are_predicted() {
        for eps in [5e-324, 1e-300, 1e300, f64::MAX] {
            for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Minkowski(3.0)] {
                let params = Dbscan::params().eps(eps).min_samples(1).metric(metric);
                let model = params.fit(&array![[f64::MAX], [-f64::MAX], [0.0]]).unwrap();
                assert_eq!(model.predict(&array![[eps], [0.0]]).unwrap()[1], model.labels()[2]);
            }
        }
    }
}
