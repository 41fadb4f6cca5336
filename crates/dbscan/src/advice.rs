//! Which eps the curve of distances speaks for, and what speaks against one.

use std::fmt;

use crate::{Dbscan, Error, KDistances, weights};

/// From this share of noise on there is a warning.
const ALMOST_ALL_NOISE: f64 = 0.9;
/// From this share in one cluster on there is a warning.
const ALMOST_EVERYTHING: f64 = 0.95;

impl KDistances {
    /// The `eps` at the knee of the curve: up to there most rows are core, and from there on it takes
    /// ever larger distances to reach ever fewer rows.
    ///
    /// The knee is where the curve, scaled to a square, is farthest below the diagonal, which is the
    /// greatest of the local maxima that Kneedle looks at (V. Satopaa, J. Albrecht, D. Irwin and
    /// B. Raghavan, "Finding a 'kneedle' in a haystack", ICDCSW 2011). Distances count as they are and
    /// not by their logarithms, which would hide the knee of process events, and distances of 0
    /// are left out, since any number of repeated rows says nothing about how far the others are
    /// apart. `None` where nothing but zeros is left.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let x = array![[0.0], [0.0], [0.1], [0.3], [0.6], [7.0], [19.0]];
    /// let distances = Dbscan::params().min_samples(2).k_distances(&x, None)?;
    /// let eps = distances.propose_eps().expect("rows differ");
    /// let model = Dbscan::params().min_samples(2).eps(eps).fit(&x)?;
    /// assert_eq!((model.n_clusters(), model.n_noise()), (1, 2));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "knee")]
    #[doc(alias = "elbow")]
    pub fn propose_eps(&self) -> Option<f64> {
        let curve = &self.curve[self.curve.partition_point(|&(distance, _)| distance <= 0.0)..];
        let (first, last) = (curve.first()?.0, curve.last()?.0);
        let total: f64 = curve.iter().map(|&(_, weight)| weight).sum();
        let mut sum = 0.0;
        let mut best = (f64::NEG_INFINITY, last);
        for &(distance, weight) in curve {
            sum += weight;
            // Halved, as the width may overflow; one distance alone has no width at all.
            let height = (distance / 2.0 - first / 2.0) / (last / 2.0 - first / 2.0);
            let below = sum / total - if height.is_nan() { 0.0 } else { height };
            if below > best.0 {
                best = (below, distance);
            }
        }
        Some(best.1)
    }

    /// The proposed `eps`, and what is dubious about the clustering `model` of the same rows.
    ///
    /// `weights` are those of the rows, if they have some: shares are shares of their sum.
    ///
    /// # Errors
    ///
    /// [`Error::WeightsLength`] unless there is one weight a row of the model,
    /// [`Error::NonFiniteWeight`] for the first NaN or infinity among them.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::{Dbscan, Warning};
    ///
    /// let (params, x) = (Dbscan::params().eps(0.1).min_samples(2), array![[0.0], [1.0], [3.0]]);
    /// let advice = params.k_distances(&x, None)?.advise(&params.fit(&x)?, None)?;
    /// assert!(matches!(advice.warnings[0], Warning::EpsBelowResolution { .. }));
    /// assert_eq!(
    ///     advice.to_string(),
    ///     "eps 0.1 is below 1.0, the smallest distance of two different rows: only equal rows are neighbours\n\
    ///      100 % of the rows are noise: raise eps or lower min_samples\n\
    ///      the distances bend at eps 1.0"
    /// );
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn advise(&self, model: &Dbscan, weights: Option<&[f64]>) -> Result<Advice, Error> {
        let mut warnings = model.warnings(weights)?;
        // Rows that are all equal belong together at any eps.
        warnings.retain(|warning| self.n_points > 1 || !warning.is_of_one_cluster());
        let eps = model.parameters().eps;
        if let Some(resolution) = self.resolution.filter(|&resolution| eps < resolution) {
            warnings.insert(0, Warning::EpsBelowResolution { eps, resolution });
        }
        Ok(Advice { eps: self.propose_eps(), warnings })
    }
}

impl Dbscan {
    /// What is dubious about the clustering, as far as labels alone tell.
    ///
    /// [`KDistances::advise`] tells more, and leaves [`Warning::OneCluster`] out where all rows are
    /// equal. Time `O(n_samples)`.
    ///
    /// # Errors
    ///
    /// As for [`KDistances::advise`].
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::{Dbscan, Warning};
    ///
    /// let model = Dbscan::params().eps(9.0).min_samples(2).fit(&array![[0.0], [1.0], [3.0]])?;
    /// assert_eq!(model.warnings(None)?, [Warning::OneCluster { cluster: 0, share: 1.0 }]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn warnings(&self, weights: Option<&[f64]>) -> Result<Vec<Warning>, Error> {
        if let Some(weights) = weights {
            weights::check(weights, self.labels().len())?;
        }
        let Shares { noise, cluster, largest } = Shares::of(self, weights);
        let almost_all_noise =
            (noise >= ALMOST_ALL_NOISE).then_some(Warning::AlmostAllNoise { share: noise });
        let one_cluster = (largest >= ALMOST_EVERYTHING)
            .then_some(Warning::OneCluster { cluster, share: largest });
        Ok([almost_all_noise, one_cluster].into_iter().flatten().collect())
    }
}

/// What [`KDistances::advise`] has to say; printed, one line for each warning and one for the
/// proposal.
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::Dbscan;
///
/// let (params, x) = (Dbscan::params().eps(9.0).min_samples(2), array![[0.0], [1.0], [3.0]]);
/// let advice = params.k_distances(&x, None)?.advise(&params.fit(&x)?, None)?;
/// assert_eq!((advice.eps, advice.warnings.len()), (Some(1.0), 1));
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Advice {
    /// That of [`KDistances::propose_eps`].
    pub eps: Option<f64>,
    /// What is dubious about the clustering, if anything.
    pub warnings: Vec<Warning>,
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.warnings.iter().try_for_each(|warning| writeln!(f, "{warning}"))?;
        match self.eps {
            Some(eps) => write!(f, "the distances bend at eps {eps:?}"),
            None => f.write_str("no distance speaks for an eps"),
        }
    }
}

/// Why a clustering may not be what was wanted.
///
/// ```
/// use oddsift_dbscan::Warning;
///
/// let warning = Warning::OneCluster { cluster: 0, share: 0.987 };
/// assert_eq!(warning.to_string(), "cluster 0 holds 98.7 % of the rows: unless they are all alike, lower eps");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Nine rows in ten or more are noise.
    AlmostAllNoise {
        /// The share of noise, 0 to 1.
        share: f64,
    },
    /// One cluster holds 19 rows in 20 or more, though not all rows are equal.
    OneCluster {
        /// The number of the cluster.
        cluster: u32,
        /// Its share of the rows, 0 to 1.
        share: f64,
    },
    /// No two different rows are within `eps`.
    EpsBelowResolution {
        /// That of the clustering.
        eps: f64,
        /// The smallest distance of two different rows.
        resolution: f64,
    },
}

impl Warning {
    /// Returns the fact, without what follows from it.
    ///
    /// ```
    /// use oddsift_dbscan::Warning;
    ///
    /// let warning = Warning::OneCluster { cluster: 0, share: 0.987 };
    /// assert_eq!(warning.share_text(), "cluster 0 holds 98.7 % of the rows");
    /// ```
    pub fn share_text(&self) -> String {
        match self {
            Self::AlmostAllNoise { share } => {
                format!("{} % of the rows are noise", percent(*share))
            }
            Self::OneCluster { cluster, share } => {
                format!("cluster {cluster} holds {} % of the rows", percent(*share))
            }
            Self::EpsBelowResolution { eps, resolution } => format!(
                "eps {eps:?} is below {resolution:?}, the smallest distance of two different rows"
            ),
        }
    }

    fn is_of_one_cluster(&self) -> bool {
        matches!(self, Self::OneCluster { .. })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let advice = match self {
            Self::AlmostAllNoise { .. } => "raise eps or lower min_samples",
            Self::OneCluster { .. } => "unless they are all alike, lower eps",
            Self::EpsBelowResolution { .. } => "only equal rows are neighbours",
        };
        write!(f, "{}: {advice}", self.share_text())
    }
}

/// Per cent with one digit, rounded down so that 100 means all.
fn percent(share: f64) -> f64 {
    (share * 1000.0).floor() / 10.0
}

/// How rows are shared out.
struct Shares {
    noise: f64,
    cluster: u32,
    largest: f64,
}

impl Shares {
    fn of(model: &Dbscan, weights: Option<&[f64]>) -> Self {
        let (mut sizes, mut noise) = (vec![0.0; model.n_clusters()], 0.0);
        for (row, label) in model.labels().iter().enumerate() {
            let size = label.cluster().map_or(&mut noise, |cluster| &mut sizes[cluster as usize]);
            *size += weights.map_or(1.0, |weights| weights[row]);
        }
        let total = noise + sizes.iter().sum::<f64>();
        let (mut cluster, mut largest) = (0, 0.0);
        for (number, &size) in (0..).zip(&sizes) {
            if size > largest {
                (cluster, largest) = (number, size);
            }
        }
        // Weights may sum to 0 or less, of which there are no shares.
        let share = |part: f64| if total > 0.0 { part / total } else { 0.0 };
        Self { noise: share(noise), cluster, largest: share(largest) }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::DbscanParams;

    fn warnings(params: DbscanParams, x: &Array2<f64>, weights: Option<&[f64]>) -> Vec<Warning> {
        let model = params.fit(x).unwrap();
        params.k_distances(x, weights).unwrap().advise(&model, weights).unwrap().warnings
    }

    #[test]
    fn one_distance_is_the_proposal() {
        let x = Array2::from_shape_fn((9, 1), |(row, _)| row as f64 / 4.0);
        let distances = Dbscan::params().min_samples(2).k_distances(&x, None).unwrap();
        assert_eq!(distances.propose_eps(), Some(0.25));
    }

    #[test]
    fn repeated_rows_do_not_move_the_knee() {
        let few: Vec<f64> = (0..50).map(|i| f64::from(i * i * i)).collect();
        let many: Vec<f64> = few.iter().copied().chain(vec![-5.0; 100_000]).collect();
        let eps = |values: Vec<f64>| {
            let x = Array2::from_shape_vec((values.len(), 1), values).unwrap();
            Dbscan::params().min_samples(2).k_distances(&x, None).unwrap().propose_eps()
        };
        assert_eq!(eps(few), eps(many));
    }

    #[test]
    fn widths_that_overflow_have_a_knee() {
        let x = array![[0.0], [1e308], [-1.7e308], [1.0]];
        let distances = Dbscan::params().min_samples(2).k_distances(&x, None).unwrap();
        assert_eq!(distances.propose_eps(), Some(1.0));
    }

    #[test]
    fn shares_are_those_of_the_weights() {
        let (params, x) = (Dbscan::params().eps(1.0).min_samples(2), array![[0.0], [0.5], [9.0]]);
        assert_eq!(warnings(params, &x, None), []);
        assert_eq!(
            warnings(params, &x, Some(&[0.0, 0.5, 19.5])),
            [Warning::AlmostAllNoise { share: 0.975 }]
        );
        assert_eq!(
            warnings(params, &x, Some(&[9.0, 10.0, 1.0])),
            [Warning::OneCluster { cluster: 0, share: 0.95 }]
        );
        assert_eq!(warnings(params, &x, Some(&[0.0; 3])), []);
    }

    #[test]
    fn equal_rows_in_one_cluster_are_no_fault() {
        assert_eq!(warnings(Dbscan::params(), &Array2::zeros((9, 2)), None), []);
        assert_eq!(warnings(Dbscan::params(), &Array2::zeros((0, 2)), None), []);
    }

    #[test]
    fn weights_of_another_length_are_refused() {
        let (params, x) = (Dbscan::params(), array![[0.0], [1.0]]);
        let distances = params.k_distances(&x, None).unwrap();
        let error = distances.advise(&params.fit(&x).unwrap(), Some(&[1.0]));
        assert_eq!(error, Err(Error::WeightsLength { n_weights: 1, n_samples: 2 }));
    }
}
