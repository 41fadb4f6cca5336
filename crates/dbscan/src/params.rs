//! The parameters, and the one place where they are checked.

use std::ops::ControlFlow;

use ndarray::ArrayRef2;
use oddsift_ground::{Callback, Control};

use crate::{Dbscan, Error, Metric, Progress, distinct::Distinct, weights};

/// The parameters of DBSCAN, made by [`Dbscan::params`].
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::{Dbscan, Metric};
///
/// let params = Dbscan::params().eps(1.5).min_samples(2).metric(Metric::Manhattan);
/// let model = params.fit(&array![[0.0, 0.0], [1.0, 0.5], [1.0, 1.0]])?;
/// assert_eq!(model.n_clusters(), 1);
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DbscanParams {
    /// The largest distance of neighbours.
    pub eps: f64,
    /// The number of rows within `eps`, the row itself included, that make a core sample.
    pub min_samples: usize,
    /// The distance.
    pub metric: Metric,
    /// The most work of a fit, counted in distances and nodes of the tree; `None` is no limit.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub work_limit: Option<u64>,
}

impl Default for DbscanParams {
    fn default() -> Self {
        Self { eps: 0.5, min_samples: 5, metric: Metric::Euclidean, work_limit: None }
    }
}

impl DbscanParams {
    /// The largest distance, in the unit of the data, at which two samples are neighbours; a pair at
    /// exactly `eps` is. Positive and finite, default 0.5.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [2.0]];
    /// assert_eq!(Dbscan::params().eps(2.0).min_samples(2).fit(&x)?.n_clusters(), 1);
    /// assert_eq!(Dbscan::params().eps(1.9).min_samples(2).fit(&x)?.n_clusters(), 0);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "max_cluster_distance")]
    #[must_use]
    pub fn eps(mut self, eps: f64) -> Self {
        self.eps = eps;
        self
    }

    /// How many samples (or how much weight) a neighbourhood holds at least for its centre to be a
    /// core sample; the sample itself counts. At least 1, default 5.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [0.1], [0.2]];
    /// assert_eq!(Dbscan::params().min_samples(3).fit(&x)?.n_clusters(), 1);
    /// assert_eq!(Dbscan::params().min_samples(4).fit(&x)?.n_clusters(), 0);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "min_cluster_samples")]
    #[must_use]
    pub fn min_samples(mut self, min_samples: usize) -> Self {
        self.min_samples = min_samples;
        self
    }

    /// How distances are measured, default [`Metric::Euclidean`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::{Dbscan, Metric}};
    /// let x = array![[0.0, 0.0], [1.0, 1.0]];
    /// let params = Dbscan::params().eps(1.0).min_samples(2);
    /// assert_eq!(params.fit(&x)?.n_clusters(), 0);
    /// assert_eq!(params.metric(Metric::Chebyshev).fit(&x)?.n_clusters(), 1);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// How much work a fit may be before it stops with [`Error::WorkLimit`], default `None` for any.
    ///
    /// The unit is one pair of points that is measured or one box that is looked at: some 100 million
    /// a second and core. Reading and sorting the rows does not count. A limit that is not used
    /// up changes nothing. Counting neighbours is the same work on every run; linking is less
    /// where other threads were first, by chance. A thread asks every 16384 units, so that a little
    /// more than the limit may be done.
    ///
    /// ```
    /// # use {ndarray::Array2, oddsift_dbscan::{Dbscan, Error}};
    /// let x = Array2::from_shape_fn((3000, 1), |(row, _)| row as f64);
    /// let params = Dbscan::params().eps(2000.0).min_samples(3500).work_limit(Some(100_000));
    /// assert!(matches!(params.fit(&x), Err(Error::WorkLimit { .. })));
    /// assert_eq!(params.work_limit(None).fit(&x)?.n_noise(), 3000);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[must_use]
    pub fn work_limit(mut self, work_limit: Option<u64>) -> Self {
        self.work_limit = work_limit;
        self
    }

    /// Clusters the rows of `x`, an array of shape `(n_samples, n_features)` or a view of one; numbers
    /// of single precision are converted by `x.mapv(f64::from)`.
    ///
    /// One label per row, in row order; an `x` without rows has no labels. Equal rows are one
    /// weighted point inside, so time and memory grow with the *distinct* rows and four bytes a row:
    /// memory `O(n_samples)` in every case, time `O(n_samples log n_samples)` where the
    /// neighbourhoods are small and `O(n_samples²)` at worst. The result depends neither on the
    /// number of threads nor on the layout of `x`. After Ester, Kriegel, Sander and Xu, KDD-96,
    /// section 4.1.
    ///
    /// # Errors
    ///
    /// [`Error::Eps`], [`Error::MinSamples`] or [`Error::MinkowskiP`] for a parameter out of range,
    /// [`Error::NoColumns`] for samples without features, [`Error::NonFinite`] for the first NaN or
    /// infinity in `x`, [`Error::TooManySamples`] past 2^32 - 2 rows, [`Error::WorkLimit`] where
    /// there is one. A distance that overflows is no error: it is not within `eps`.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let x = array![[1.0, 1.0], [1.1, 1.0], [9.0, 9.0]];
    /// let model = Dbscan::params().eps(0.5).min_samples(2).fit(&x)?;
    /// let labels: Vec<i64> = model.labels().iter().map(|label| label.to_i64()).collect();
    /// assert_eq!(labels, [0, 0, -1]);
    ///
    /// // By the second column alone.
    /// let model = Dbscan::params().eps(0.5).min_samples(2).fit(&x.slice(ndarray::s![.., 1..]))?;
    /// assert_eq!(model.n_clusters(), 1);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn fit(&self, x: &ArrayRef2<f64>) -> Result<Dbscan, Error> {
        self.run(x, None, None)
    }

    /// Clusters the rows of `x`, each of which counts as much as its weight.
    ///
    /// A sample is core when the weights within `eps`, its own included, sum to at least
    /// `min_samples`. Weights may be zero, negative or fractions; a whole weight is as good as that
    /// many equal rows. Sums are exact and rounded to `f64` once, so the order of the rows cannot
    /// tip them: every weight is taken to at least 64 binary places, and to
    /// `126 - log2(sum of magnitudes)` places in general. Costs are those of [`fit`](Self::fit),
    /// except that a negative weight takes away the shortcuts.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), [`Error::WeightsLength`] unless there is one weight a row,
    /// [`Error::NonFiniteWeight`] for the first NaN or infinity among them and
    /// [`Error::WeightsRange`] where their magnitudes sum to 2^62 or more.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let model = Dbscan::params().min_samples(6).fit_weighted(&array![[0.0], [1.0]], &[6.0, 5.0])?;
    /// assert_eq!(model.core_samples(), [0]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "sample_weight")]
    pub fn fit_weighted(&self, x: &ArrayRef2<f64>, weights: &[f64]) -> Result<Dbscan, Error> {
        self.run(x, Some(weights), None)
    }

    /// As [`fit`](Self::fit), or with `weights` as [`fit_weighted`](Self::fit_weighted), and tells
    /// `progress` how far it is, which may stop it.
    ///
    /// `progress` is called at the beginning of each [`step`](crate::step) and every few milliseconds
    /// of work, from the threads that do the work, maybe from several at a time. The result is the
    /// same.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit) and [`fit_weighted`](Self::fit_weighted), and
    /// [`Error::Cancelled`] once `progress` returns `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use ndarray::array;
    /// use oddsift_dbscan::{Dbscan, Error, step};
    ///
    /// let (params, x) = (Dbscan::params().min_samples(1), array![[0.0], [9.0]]);
    /// let model = params.fit_with(&x, Some(&[1.0, 0.5]), &|_| ControlFlow::Continue(()))?;
    /// assert_eq!(model.n_clusters(), 1);
    /// let stop_at_links = |progress: oddsift_dbscan::Progress| match progress.step {
    ///     step::LINK => ControlFlow::Break(()),
    ///     _ => ControlFlow::Continue(()),
    /// };
    /// assert_eq!(params.fit_with(&x, None, &stop_at_links), Err(Error::Cancelled));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn fit_with(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Dbscan, Error> {
        self.run(x, weights, Some(progress))
    }

    fn run(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
        progress: Option<Callback<'_>>,
    ) -> Result<Dbscan, Error> {
        self.check()?;
        if let Some(weights) = weights {
            weights::check(weights, x.nrows())?;
        }
        self.run_with(x, weights, &Control::new(progress).work_limit(self.work_limit))
    }

    /// Parameters and weights were checked.
    pub(crate) fn run_with(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
        control: &Control<'_>,
    ) -> Result<Dbscan, Error> {
        let distinct = Distinct::collapse_with(x, control)?;
        let Some(weights) = weights else {
            let counts = distinct.counts();
            return Dbscan::run(*self, distinct, &counts, self.whole_threshold(), control);
        };
        let unit = weights::Unit::of(weights)?;
        if unit.is_whole() {
            let sums: Vec<i64> = distinct.sums(weights, |weight| weight as i64);
            return Dbscan::run(*self, distinct, &sums, self.whole_threshold(), control);
        }
        let sums: Vec<i128> = distinct.sums(weights, |weight| unit.fixed(weight));
        Dbscan::run(*self, distinct, &sums, unit.fixed_threshold(self.min_samples), control)
    }

    pub(crate) fn whole_threshold(&self) -> i64 {
        i64::try_from(self.min_samples).unwrap_or(i64::MAX)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if !(self.eps.is_finite() && self.eps > 0.0) {
            return Err(Error::Eps(self.eps));
        }
        self.check_without_eps()
    }

    pub(crate) fn check_without_eps(&self) -> Result<(), Error> {
        if self.min_samples == 0 {
            return Err(Error::MinSamples);
        }
        self.metric.check()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn eps_must_be_positive_and_finite() {
        for eps in [0.0, -0.0, -1.0, f64::NEG_INFINITY, f64::INFINITY] {
            assert_eq!(Dbscan::params().eps(eps).fit(&array![[1.0]]).unwrap_err(), Error::Eps(eps));
        }
        let error = Dbscan::params().eps(f64::NAN).fit(&array![[1.0]]).unwrap_err();
        assert!(matches!(error, Error::Eps(eps) if eps.is_nan()));
    }

    #[test]
    fn min_samples_must_be_positive() {
        assert_eq!(
            Dbscan::params().min_samples(0).fit(&array![[1.0]]).unwrap_err(),
            Error::MinSamples
        );
    }

    #[test]
    fn minkowski_exponent_must_be_at_least_one() {
        let params = Dbscan::params().metric(Metric::Minkowski(0.5));
        assert_eq!(params.fit(&array![[1.0]]).unwrap_err(), Error::MinkowskiP(0.5));
    }

    #[test]
    fn parameters_are_checked_before_data() {
        let x = array![[f64::NAN]];
        assert_eq!(Dbscan::params().eps(-1.0).fit(&x).unwrap_err(), Error::Eps(-1.0));
        assert_eq!(Dbscan::params().eps(-1.0).fit_weighted(&x, &[]).unwrap_err(), Error::Eps(-1.0));
    }

    #[test]
    fn samples_without_columns_are_an_error() {
        let error = Dbscan::params().fit(&Array2::zeros((3, 0))).unwrap_err();
        assert_eq!(error, Error::NoColumns);
    }

    #[test]
    fn min_samples_past_every_sum_makes_no_core() {
        let params = Dbscan::params().min_samples(usize::MAX);
        assert_eq!(params.fit(&array![[1.0]]).unwrap().n_clusters(), 0);
        assert_eq!(params.fit_weighted(&array![[1.0]], &[0.5]).unwrap().n_clusters(), 0);
        assert_eq!(params.fit_weighted(&array![[1.0]], &[1e9]).unwrap().n_clusters(), 0);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_parameters_read_back() {
        let params = Dbscan::params().eps(0.25).min_samples(7).metric(Metric::Minkowski(3.0));
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<DbscanParams>(&text).unwrap(), params);
    }
}
