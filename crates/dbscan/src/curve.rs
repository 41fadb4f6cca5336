//! How far it is to the neighbour that makes a row core: the curve that eps is chosen by.

use ndarray::ArrayRef2;

use crate::{
    DbscanParams, Error, distances::Distances, distinct::Distinct, weights, weights::Weight,
};

/// More points than these are not all measured.
const MANY: usize = 200_000;
/// How many of them are.
const SAMPLE: usize = 50_000;

/// The distance of each row to its `min_samples`-th nearest, itself and equal rows included: the
/// smallest `eps` at which the row is a core sample. Made by [`DbscanParams::k_distances`].
///
/// This is the sorted k-dist graph of Ester, Kriegel, Sander and Xu, KDD-96, section 4.2.
///
/// ```
/// use ndarray::array;
/// use oddsift_dbscan::Dbscan;
///
/// let x = array![[0.0], [0.0], [0.25], [1.0], [9.0]];
/// let distances = Dbscan::params().min_samples(2).k_distances(&x, None)?;
/// assert_eq!(distances.curve(), [(0.0, 2.0), (0.25, 1.0), (0.75, 1.0), (8.0, 1.0)]);
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KDistances {
    pub(crate) curve: Vec<(f64, f64)>,
    pub(crate) resolution: Option<f64>,
    pub(crate) n_points: usize,
    n_measured: usize,
}

impl KDistances {
    /// The distances, ascending and each once, with how many rows have it (or how much they weigh).
    ///
    /// Rows without a `min_samples`-th neighbour, or with one so far away that the distance
    /// overflows, are left out, and so are rows without weight.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [1.0]];
    /// assert_eq!(Dbscan::params().min_samples(2).k_distances(&x, None)?.curve(), [(1.0, 2.0)]);
    /// assert_eq!(Dbscan::params().min_samples(3).k_distances(&x, None)?.curve(), []);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn curve(&self) -> &[(f64, f64)] {
        &self.curve
    }

    /// The smallest distance of two different rows: below it `eps` tells all of them apart. `None`
    /// where all rows are equal.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [0.0], [4.0], [4.5]];
    /// assert_eq!(Dbscan::params().k_distances(&x, None)?.resolution(), Some(0.5));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn resolution(&self) -> Option<f64> {
        self.resolution
    }

    /// How many different rows there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let x = array![[0.0], [0.0], [4.0]];
    /// assert_eq!(Dbscan::params().k_distances(&x, None)?.n_points(), 2);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_points(&self) -> usize {
        self.n_points
    }

    /// How many different rows were measured, against all others.
    ///
    /// That is all of them up to 200 000 which are not core by their own weight. Of more, 50 000
    /// are drawn, always the same ones, and count for those that were not; every distance is exact.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let distances = Dbscan::params().k_distances(&array![[0.0], [4.0]], None)?;
    /// assert_eq!(distances.n_measured(), distances.n_points());
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn n_measured(&self) -> usize {
        self.n_measured
    }

    /// The curve of rows that were measured in parts.
    pub(crate) fn joined(
        parts: impl IntoIterator<Item = Result<Self, Error>>,
    ) -> Result<Self, Error> {
        let mut all = Self { curve: Vec::new(), resolution: None, n_points: 0, n_measured: 0 };
        for part in parts {
            let part = part?;
            let resolutions = [all.resolution, part.resolution].into_iter().flatten();
            all.resolution = resolutions.min_by(f64::total_cmp);
            all.n_points += part.n_points;
            all.n_measured += part.n_measured;
            all.curve.extend(part.curve);
        }
        all.curve = ascending(all.curve);
        Ok(all)
    }

    fn measure<W: Weight>(
        params: &DbscanParams,
        rows: &Distinct,
        heavy: &[f64],
        sums: &[W],
        threshold: W,
    ) -> Self {
        let n_points = rows.n_points();
        let light = |&point: &u32| sums[point as usize] < threshold && heavy[point as usize] > 0.0;
        let open: Vec<u32> = (0..n_points as u32).filter(light).collect();
        let drawn = if open.len() > MANY { draw(&open, SAMPLE) } else { open.clone() };
        let n_measured = n_points - open.len() + drawn.len();
        let weigh = |points: &[u32]| points.iter().map(|&p| heavy[p as usize]).sum::<f64>();
        let stands_for = if drawn.len() < open.len() { weigh(&open) / weigh(&drawn) } else { 1.0 };
        let zero: f64 = heavy.iter().zip(sums).filter(|p| *p.1 >= threshold).map(|p| p.0).sum();
        let distances = (n_points > 0)
            .then(|| Distances::new(params.metric, &rows.points, rows.n_columns, sums, threshold));
        let mut pairs = vec![(0.0, zero)];
        if let Some(distances) = &distances {
            let found = distances.to_kth(&drawn);
            let weights = drawn.iter().map(|&point| heavy[point as usize] * stands_for);
            pairs.extend(found.into_iter().zip(weights));
        }
        let resolution = distances.and_then(|distances| distances.smallest());
        Self { curve: ascending(pairs), resolution, n_points, n_measured }
    }
}

impl DbscanParams {
    /// Measures how far each row of `x`, of shape `(n_samples, n_features)`, is from its
    /// `min_samples`-th nearest, itself and equal rows included. `eps` does not matter.
    ///
    /// With `weights`, one for each row and none of them negative, a row counts as often as its
    /// weight says. At Euclidean, Manhattan and Chebyshev distance a row is core at an `eps` if and
    /// only if its distance is at most that, to the last bit; at Minkowski distance powers are
    /// rounded. Time `O(n log n)` in the number of distinct rows for a small `min_samples`, memory
    /// `O(n)`; the result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// Those of [`fit_weighted`](Self::fit_weighted) except for `eps`, and
    /// [`Error::NegativeWeight`].
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let (params, x) = (Dbscan::params().min_samples(3), array![[0.0], [1.0], [5.0]]);
    /// let curve = params.k_distances(&x, Some(&[2.0, 1.0, 7.0]))?.curve().to_vec();
    /// assert_eq!(curve, [(0.0, 7.0), (1.0, 3.0)]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[doc(alias = "k_dist")]
    #[doc(alias = "kneighbors")]
    #[doc(alias = "eps")]
    pub fn k_distances(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
    ) -> Result<KDistances, Error> {
        self.check_without_eps()?;
        let Some(weights) = weights else {
            let rows = Distinct::collapse(x)?;
            let counts = rows.counts();
            let heavy: Vec<f64> = counts.iter().map(|&count| count as f64).collect();
            return Ok(KDistances::measure(self, &rows, &heavy, &counts, self.whole_threshold()));
        };
        weights::check(weights, x.nrows())?;
        if let Some(row) = weights.iter().position(|&weight| weight < 0.0) {
            return Err(Error::NegativeWeight { row });
        }
        let rows = Distinct::collapse(x)?;
        let unit = weights::Unit::of(weights)?;
        let sums = rows.sums(weights, |weight| unit.fixed(weight));
        let mut heavy = vec![0.0; rows.n_points()];
        for (&point, weight) in rows.point_of_row.iter().zip(weights) {
            heavy[point as usize] += weight;
        }
        let threshold = unit.fixed_threshold(self.min_samples);
        Ok(KDistances::measure(self, &rows, &heavy, &sums, threshold))
    }
}

/// `n` of `items`, each as likely as the others, in their order; always the same ones.
fn draw(items: &[u32], n: usize) -> Vec<u32> {
    let mut drawn = Vec::with_capacity(n);
    let mut state = 0_u64;
    for (&item, left) in items.iter().zip((1..=items.len()).rev()) {
        // One in `left / wanted`: Knuth's algorithm S over the numbers of SplitMix64.
        let wanted = (n - drawn.len()) as u64;
        if (u128::from(random(&mut state)) * left as u128) >> 64 < u128::from(wanted) {
            drawn.push(item);
        }
    }
    drawn
}

fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// In order, equal distances as one, without those that are infinite or have no weight.
fn ascending(mut pairs: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    pairs.retain(|&(distance, weight)| distance.is_finite() && weight > 0.0);
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    pairs.dedup_by(|next, kept| {
        let equal = next.0 <= kept.0;
        kept.1 += if equal { next.1 } else { 0.0 };
        equal
    });
    pairs
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;
    use crate::{Dbscan, Metric};

    #[test]
    fn a_sample_has_its_size_and_leaves_no_part_out() {
        let items: Vec<u32> = (0..100_000).collect();
        let drawn = draw(&items, 1000);
        assert_eq!((drawn.len(), draw(&items, 1000)), (1000, drawn.clone()));
        for part in 0..10 {
            let n = drawn.iter().filter(|&&item| item / 10_000 == part).count();
            assert!((70..130).contains(&n), "{n} in part {part}");
        }
        assert_eq!(draw(&items[..10], 10), items[..10]);
    }

    #[test]
    fn weights_must_not_be_negative() {
        let error = Dbscan::params().k_distances(&array![[0.0], [1.0]], Some(&[1.0, -1.0]));
        assert_eq!(error, Err(Error::NegativeWeight { row: 1 }));
    }

    #[test]
    fn eps_does_not_matter_and_the_rest_is_checked() {
        let params = Dbscan::params().eps(-1.0).min_samples(1);
        assert_eq!(params.k_distances(&array![[1.0]], None).unwrap().curve(), [(0.0, 1.0)]);
        let error = params.min_samples(0).k_distances(&array![[1.0]], None);
        assert_eq!(error, Err(Error::MinSamples));
        assert!(params.k_distances(&array![[f64::NAN]], None).is_err());
        assert!(params.k_distances(&Array2::zeros((1, 0)), None).is_err());
    }

    #[test]
    fn no_rows_have_no_curve() {
        let distances = Dbscan::params().k_distances(&Array2::zeros((0, 2)), None).unwrap();
        assert_eq!((distances.curve(), distances.resolution()), ([].as_slice(), None));
        assert_eq!(distances.propose_eps(), None);
    }

    #[test]
    fn distances_of_any_size_are_measured() {
        for metric in
            [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Minkowski(50.0)]
        {
            let params = Dbscan::params().min_samples(2).metric(metric);
            for size in [1e-310, 1e-200, 1.0, 1e200] {
                let x = array![[0.0, 0.0], [3.0 * size, 0.0], [1e300, 1e300]];
                let distances = params.k_distances(&x, None).unwrap();
                let (distance, weight) = distances.curve()[0];
                assert!((distance / (3.0 * size) - 1.0).abs() < 1e-12, "{metric} {size}");
                assert_eq!((weight, distances.resolution()), (2.0, Some(distance)));
            }
            let far = array![[f64::MAX], [-f64::MAX]];
            assert_eq!(params.k_distances(&far, None).unwrap().curve(), []);
        }
    }

    #[test]
    fn of_many_points_some_stand_for_all() {
        let x = Array2::from_shape_fn(
            (MANY + 10, 1),
            |(row, _)| {
                if row < 10 { 0.5 } else { row as f64 }
            },
        );
        let distances = Dbscan::params().min_samples(2).k_distances(&x, None).unwrap();
        assert_eq!((distances.n_points(), distances.n_measured()), (MANY + 1, MANY + 1));
        let x = Array2::from_shape_fn(
            (MANY + 11, 1),
            |(row, _)| {
                if row < 10 { 0.5 } else { row as f64 }
            },
        );
        let distances = Dbscan::params().min_samples(2).k_distances(&x, None).unwrap();
        assert_eq!((distances.n_points(), distances.n_measured()), (MANY + 2, SAMPLE + 1));
        let [(0.0, 10.0), (1.0, weight)] = *distances.curve() else { panic!("{distances:?}") };
        assert!((weight - (MANY + 1) as f64).abs() < 1e-6);
    }
}
