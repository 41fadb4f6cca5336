//! The parameters, and the one place where they are checked.

use ndarray::ArrayRef2;

use crate::{Dbscan, Error, Metric, distinct::Distinct, weights};

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
    pub(crate) eps: f64,
    pub(crate) min_samples: usize,
    pub(crate) metric: Metric,
}

impl Default for DbscanParams {
    fn default() -> Self {
        Self { eps: 0.5, min_samples: 5, metric: Metric::Euclidean }
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

    /// Clusters the rows of `x`, an array of shape `(n_samples, n_features)`.
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
    /// infinity in `x`, [`Error::TooManySamples`] past 2^32 - 2 rows. A distance that overflows is
    /// no error: it is not within `eps`.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let x = array![[1.0, 1.0], [1.1, 1.0], [9.0, 9.0]];
    /// let model = Dbscan::params().eps(0.5).min_samples(2).fit(&x)?;
    /// let labels: Vec<i64> = model.labels().iter().map(|label| label.to_i64()).collect();
    /// assert_eq!(labels, [0, 0, -1]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn fit(&self, x: &ArrayRef2<f64>) -> Result<Dbscan, Error> {
        self.check()?;
        let distinct = Distinct::collapse(x)?;
        let counts = distinct.counts();
        Ok(Dbscan::run(*self, distinct, &counts, self.whole_threshold()))
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
        self.check()?;
        weights::check(weights, x.nrows())?;
        let distinct = Distinct::collapse(x)?;
        let unit = weights::Unit::of(weights)?;
        if unit.is_whole() {
            let sums: Vec<i64> = distinct.sums(weights, |weight| weight as i64);
            return Ok(Dbscan::run(*self, distinct, &sums, self.whole_threshold()));
        }
        let sums: Vec<i128> = distinct.sums(weights, |weight| unit.fixed(weight));
        Ok(Dbscan::run(*self, distinct, &sums, unit.fixed_threshold(self.min_samples)))
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
