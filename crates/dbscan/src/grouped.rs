//! Rows of several groups, which are clustered each by itself: rows of different groups are never neighbours.

use std::ops::ControlFlow;

use ndarray::{Array2, ArrayRef2, ArrayView2, s};
use oddsift_ground::Control;

use crate::{
    Dbscan, DbscanModel, DbscanParams, Error, KDistances, Label, Progress, algorithm::Fitted,
    clusters::NONE, step, weights,
};

/// Whole weights up to here are summed without error, and fewer than [`FEW`] others with one below 1.
const LIGHT: f64 = 4_294_967_296.0;
/// More rows are not taken to be light.
const FEW: usize = 1 << 20;

/// All rows, those of a group beside each other and ascending.
fn sorted_by_group(groups: &[u32]) -> Result<Vec<u32>, Error> {
    let n_rows = u32::try_from(groups.len()).ok().filter(|&n| n < u32::MAX - 1);
    let n_rows = n_rows.ok_or(Error::TooManySamples(groups.len()))?;
    let mut rows: Vec<u32> = (0..n_rows).collect();
    rows.sort_by_key(|&row| groups[row as usize]);
    Ok(rows)
}

/// The rows of each group; groups are in the order of their first rows.
fn parts<'a>(sorted: &'a [u32], groups: &[u32]) -> Vec<&'a [u32]> {
    let group = |row: u32| groups[row as usize];
    let mut parts: Vec<&[u32]> = sorted.chunk_by(|&a, &b| group(a) == group(b)).collect();
    parts.sort_unstable_by_key(|part| part[0]);
    parts
}

/// Rows and their weights, of which parts are copied to room that is used again.
struct Gathered<'a> {
    x: &'a ArrayRef2<f64>,
    weights: Option<&'a [f64]>,
    values: Array2<f64>,
    part_weights: Vec<f64>,
}

impl<'a> Gathered<'a> {
    fn new(x: &'a ArrayRef2<f64>, weights: Option<&'a [f64]>) -> Self {
        Self { x, weights, values: Array2::zeros((0, x.ncols())), part_weights: Vec::new() }
    }

    fn gather(&mut self, rows: &[u32]) -> (ArrayView2<'_, f64>, Option<&[f64]>) {
        if self.values.nrows() < rows.len() {
            self.values = Array2::zeros((rows.len().next_power_of_two(), self.x.ncols()));
        }
        let mut values = self.values.slice_mut(s![..rows.len(), ..]);
        for (mut to, &row) in values.rows_mut().into_iter().zip(rows) {
            to.assign(&self.x.row(row as usize));
        }
        if let Some(weights) = self.weights {
            self.part_weights.clear();
            self.part_weights.extend(rows.iter().map(|&row| weights[row as usize]));
        }
        let weights = self.weights.is_some().then_some(self.part_weights.as_slice());
        (self.values.slice(s![..rows.len(), ..]), weights)
    }

    /// Whether all rows together weigh too little for one of them to be core.
    fn is_light(&self, rows: &[u32], min_samples: usize) -> bool {
        let weight = |&row: &u32| self.weights.map_or(1.0, |weights| weights[row as usize].abs());
        let most = min_samples.saturating_sub(1) as f64;
        rows.len() < FEW && rows.iter().map(weight).sum::<f64>() <= most.min(LIGHT)
    }

    fn check_finite(&self, rows: &[u32]) -> Result<(), Error> {
        for row in rows.iter().map(|&row| row as usize) {
            if let Some(column) = self.x.row(row).iter().position(|value| !value.is_finite()) {
                return Err(Error::NonFinite { row, column });
            }
        }
        Ok(())
    }
}

fn check_length(x: &ArrayRef2<f64>, groups: &[u32]) -> Result<(), Error> {
    if groups.len() == x.nrows() {
        return Ok(());
    }
    Err(Error::GroupsLength { n_groups: groups.len(), n_samples: x.nrows() })
}

impl DbscanParams {
    /// Clusters the rows of `x` within groups: rows whose group differs are never neighbours, however
    /// near they are. Such are categories, which are equal or not and have no distance.
    ///
    /// Labels are those of [`fit_weighted`](Self::fit_weighted) on each group by itself, numbered over
    /// all groups in the order of their first core rows; so it does not matter which number stands for
    /// which group. `progress` is as for [`fit_with`](Self::fit_with), and is told of each group that weighs
    /// enough for a core row.
    ///
    /// # Errors
    ///
    /// Those of [`fit_with`](Self::fit_with), and [`Error::GroupsLength`] unless there is one group a row.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let params = Dbscan::params().eps(1.0).min_samples(2);
    /// let go_on = |_| ControlFlow::Continue(());
    /// let x = array![[0.0], [0.0], [0.1], [0.0]];
    /// let model = params.fit_grouped(&x, &[7, 3, 7, 5], None, &go_on)?;
    /// let labels: Vec<i64> = model.labels().iter().map(|label| label.to_i64()).collect();
    /// assert_eq!(labels, [0, -1, 0, -1]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn fit_grouped(
        &self,
        x: &ArrayRef2<f64>,
        groups: &[u32],
        weights: Option<&[f64]>,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Dbscan, Error> {
        self.check()?;
        check_length(x, groups)?;
        if let Some(weights) = weights {
            weights::check(weights, x.nrows())?;
        }
        if x.ncols() == 0 {
            return Err(Error::NoColumns);
        }
        let control = Control::new(Some(progress)).work_limit(self.work_limit);
        control.begin(step::COLLAPSE, x.nrows())?;
        let sorted = sorted_by_group(groups)?;
        let (mut joined, mut gathered) = (Joined::new(x.nrows()), Gathered::new(x, weights));
        for rows in parts(&sorted, groups) {
            if gathered.is_light(rows, self.min_samples) {
                gathered.check_finite(rows)?;
                continue;
            }
            let (x, weights) = gathered.gather(rows);
            let fitted = self.run_with(&x, weights, &control);
            let fitted = fitted.map_err(|error| in_row(error, rows))?;
            joined.take(&fitted, rows, groups[rows[0] as usize]);
        }
        Ok(joined.finish(*self, x.ncols()))
    }

    /// Measures as [`k_distances`](Self::k_distances), within groups.
    ///
    /// # Errors
    ///
    /// Those of [`k_distances`](Self::k_distances), and [`Error::GroupsLength`] unless there is one group a
    /// row.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_dbscan::Dbscan;
    ///
    /// let (params, x) = (Dbscan::params().min_samples(2), array![[0.0], [9.0], [0.5], [1.0]]);
    /// let distances = params.k_distances_grouped(&x, &[0, 1, 0, 1], None)?;
    /// assert_eq!(distances.curve(), [(0.5, 2.0), (8.0, 2.0)]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn k_distances_grouped(
        &self,
        x: &ArrayRef2<f64>,
        groups: &[u32],
        weights: Option<&[f64]>,
    ) -> Result<KDistances, Error> {
        self.check_without_eps()?;
        check_length(x, groups)?;
        if let Some(weights) = weights {
            weights::check(weights, x.nrows())?;
        }
        let sorted = sorted_by_group(groups)?;
        let mut gathered = Gathered::new(x, weights);
        let parts = parts(&sorted, groups).into_iter().map(|rows| {
            let (x, weights) = gathered.gather(rows);
            self.k_distances(&x, weights).map_err(|error| in_row(error, rows))
        });
        KDistances::joined(parts)
    }
}

/// An error that names a row of a part, as one of the whole.
fn in_row(error: Error, rows: &[u32]) -> Error {
    let whole = |row: usize| rows.get(row).map_or(row, |&row| row as usize);
    match error {
        Error::NonFinite { row, column } => Error::NonFinite { row: whole(row), column },
        Error::NonFiniteWeight { row } => Error::NonFiniteWeight { row: whole(row) },
        Error::NegativeWeight { row } => Error::NegativeWeight { row: whole(row) },
        other => other,
    }
}

/// The clusters of all groups, as they are joined.
struct Joined {
    labels: Vec<u32>,
    core: Vec<bool>,
    /// The first core row of each cluster, by provisional number.
    first_core: Vec<usize>,
    points: Vec<f64>,
    point_labels: Vec<u32>,
    point_groups: Vec<u32>,
}

impl Joined {
    fn new(n_rows: usize) -> Self {
        Self {
            labels: vec![NONE; n_rows],
            core: vec![false; n_rows],
            first_core: Vec::new(),
            points: Vec::new(),
            point_labels: Vec::new(),
            point_groups: Vec::new(),
        }
    }

    /// Takes in a group, whose clusters get the next numbers for now.
    fn take(&mut self, fitted: &Dbscan, rows: &[u32], group: u32) {
        let offset = self.first_core.len();
        let number = |label: Label| label.cluster().map_or(NONE, |at| at + offset as u32);
        self.first_core.resize(offset + fitted.n_clusters(), usize::MAX);
        let rows = rows.iter().map(|&row| row as usize);
        for (at, (row, &label)) in rows.zip(fitted.labels()).enumerate() {
            self.labels[row] = number(label);
            self.core[row] = fitted.is_core(at);
            if self.core[row] {
                let first = &mut self.first_core[self.labels[row] as usize];
                *first = row.min(*first);
            }
        }
        for (point, label) in fitted.model().core_points() {
            self.points.extend(point);
            self.point_labels.push(number(label));
            self.point_groups.push(group);
        }
    }

    fn finish(self, params: DbscanParams, n_features: usize) -> Dbscan {
        let mut order: Vec<usize> = (0..self.first_core.len()).collect();
        order.sort_unstable_by_key(|&cluster| self.first_core[cluster]);
        let mut number = vec![NONE; order.len()];
        for (new, &old) in (0..).zip(&order) {
            number[old] = new;
        }
        let label = |old: u32| Label::new(number.get(old as usize).copied().unwrap_or(NONE));
        let model = DbscanModel {
            params: params.work_limit(None),
            n_features,
            n_clusters: order.len(),
            core_points: self.points,
            core_labels: self.point_labels.into_iter().map(label).collect(),
            core_groups: self.point_groups,
        };
        let labels = self.labels.into_iter().map(label).collect();
        Dbscan::of_parts(Fitted { params, labels, core: &self.core, model })
    }
}

impl DbscanModel {
    /// The group of each core point, in the order of [`core_points`](Self::core_points); empty unless the
    /// fit had [groups](DbscanParams::fit_grouped).
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let go_on = |_| ControlFlow::Continue(());
    /// let params = Dbscan::params().min_samples(1);
    /// let model = params.fit_grouped(&array![[0.0], [0.0]], &[4, 2], None, &go_on)?.into_model();
    /// assert_eq!(model.core_groups(), [4, 2]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn core_groups(&self) -> &[u32] {
        &self.core_groups
    }

    /// Gives groups other numbers; `number_of` must keep different ones apart.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let go_on = |_| ControlFlow::Continue(());
    /// let params = Dbscan::params().min_samples(1);
    /// let model = params.fit_grouped(&array![[0.0]], &[4], None, &go_on)?.into_model();
    /// assert_eq!(model.renumbered(|_| 0).core_groups(), [0]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    #[must_use]
    pub fn renumbered(mut self, number_of: impl Fn(u32) -> u32) -> Self {
        self.core_groups.iter_mut().for_each(|group| *group = number_of(*group));
        self
    }

    /// The cluster of each row of `x` among the core samples of its group, as
    /// [`predict`](Self::predict) has it; noise in a group that no core sample is of.
    ///
    /// # Errors
    ///
    /// Those of [`predict`](Self::predict), and [`Error::GroupsLength`] unless there is one group a row.
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let go_on = |_| ControlFlow::Continue(());
    /// let params = Dbscan::params().min_samples(1);
    /// let model = params.fit_grouped(&array![[0.0], [9.0]], &[4, 2], None, &go_on)?.into_model();
    /// let labels = model.predict_grouped(&array![[0.0], [0.0], [0.0]], &[4, 2, 77])?;
    /// assert_eq!(labels.iter().map(|label| label.to_i64()).collect::<Vec<_>>(), [0, -1, -1]);
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn predict_grouped(&self, x: &ArrayRef2<f64>, groups: &[u32]) -> Result<Vec<Label>, Error> {
        check_length(x, groups)?;
        self.check_columns(x)?;
        let mut labels = vec![Label::NOISE; x.nrows()];
        let mut gathered = Gathered::new(x, None);
        self.for_each_group(groups, |part, rows| {
            let predicted = part.predict(&gathered.gather(rows).0);
            let predicted = predicted.map_err(|error| in_row(error, rows))?;
            rows.iter().zip(predicted).for_each(|(&row, label)| labels[row as usize] = label);
            Ok(())
        })?;
        Ok(labels)
    }

    /// The nearest core sample of each row of `x` at any distance, of its group where the fit had groups;
    /// `None` where there is none. `groups` is empty for a fit without.
    ///
    /// # Errors
    ///
    /// Those of [`predict_grouped`](Self::predict_grouped).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_dbscan::Dbscan};
    /// let params = Dbscan::params().eps(1.0).min_samples(2);
    /// let model = params.fit(&array![[0.0], [0.5], [9.0]])?.into_model();
    /// let nearest = model.nearest(&array![[9.0]], &[])?[0].unwrap();
    /// assert_eq!((nearest.label.cluster(), nearest.point, nearest.distance), (Some(0), 1, 8.5));
    /// # Ok::<(), oddsift_dbscan::Error>(())
    /// ```
    pub fn nearest(
        &self,
        x: &ArrayRef2<f64>,
        groups: &[u32],
    ) -> Result<Vec<Option<Nearest>>, Error> {
        self.check_columns(x)?;
        if self.core_groups.is_empty() {
            return self.nearest_of_all(x);
        }
        check_length(x, groups)?;
        let mut found = vec![None; x.nrows()];
        let mut gathered = Gathered::new(x, None);
        self.for_each_group(groups, |part, rows| {
            let nearest = part.nearest_of_all(&gathered.gather(rows).0)?;
            for (&row, nearest) in rows.iter().zip(nearest) {
                let whole =
                    |it: Nearest| Nearest { point: part.core_groups[it.point] as usize, ..it };
                found[row as usize] = nearest.map(whole);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Calls `work` for each group that has both core points, as a model of its own, and rows. In that model
    /// `core_groups` holds the places of the points in this one.
    fn for_each_group(
        &self,
        groups: &[u32],
        mut work: impl FnMut(&Self, &[u32]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let points = sorted_by_group(&self.core_groups)?;
        let sorted = sorted_by_group(groups)?;
        let mut part = self.without_points();
        for rows in parts(&sorted, groups) {
            let points = self.points_of(&points, groups[rows[0] as usize]);
            if !points.is_empty() {
                part.take_points(self, points);
                work(&part, rows)?;
            }
        }
        Ok(())
    }

    /// Those of the points, which are sorted by group, that are of a group.
    fn points_of<'a>(&self, sorted: &'a [u32], group: u32) -> &'a [u32] {
        let group_of = |&point: &u32| self.core_groups[point as usize];
        let later = &sorted[sorted.partition_point(|point| group_of(point) < group)..];
        &later[..later.partition_point(|point| group_of(point) == group)]
    }

    fn without_points(&self) -> Self {
        Self { core_points: Vec::new(), core_labels: Vec::new(), core_groups: Vec::new(), ..*self }
    }

    /// Takes points of another model in place of its own.
    fn take_points(&mut self, whole: &Self, points: &[u32]) {
        self.core_points.clear();
        self.core_labels.clear();
        self.core_groups.clear();
        self.core_groups.extend_from_slice(points);
        for point in points.iter().map(|&point| point as usize) {
            let values = &whole.core_points[point * self.n_features..][..self.n_features];
            self.core_points.extend_from_slice(values);
            self.core_labels.push(whole.core_labels[point]);
        }
    }
}

/// The core sample that is nearest to a row.
///
/// ```
/// # use {ndarray::array, oddsift_dbscan::Dbscan};
/// let model = Dbscan::params().min_samples(1).fit(&array![[0.0]])?.into_model();
/// assert_eq!(model.nearest(&array![[3.0]], &[])?[0].unwrap().distance, 3.0);
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Nearest {
    /// Its place among the [core points](DbscanModel::core_points).
    pub point: usize,
    /// Its cluster.
    pub label: Label,
    /// How far it is.
    pub distance: f64,
}

impl Nearest {
    pub(crate) fn new(point: usize, label: Label, distance: f64) -> Self {
        Self { point, label, distance }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn go_on(_: Progress) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn clusters_are_numbered_over_all_groups_by_their_first_core_rows() {
        let x = array![[5.0], [0.0], [5.0], [0.0], [9.0], [0.0], [0.0]];
        let params = Dbscan::params().eps(1.0).min_samples(2);
        for groups in [[0, 9, 0, 9, 9, 3, 3], [7, 2, 7, 2, 2, 1, 1]] {
            let found = params.fit_grouped(&x, &groups, None, &go_on).unwrap();
            let labels: Vec<i64> = found.labels().iter().map(|label| label.to_i64()).collect();
            assert_eq!(labels, [0, 1, 0, 1, -1, 2, 2]);
            assert_eq!((found.n_clusters(), found.n_noise()), (3, 1));
            assert_eq!(found.core_samples(), [0, 1, 2, 3, 5, 6]);
            assert_eq!(found.model().predict_grouped(&x, &groups).unwrap(), found.labels());
        }
    }

    #[test]
    fn faults_name_the_row_of_the_whole() {
        let params = Dbscan::params();
        let x: Array2<f64> = array![[0.0], [0.0], [f64::NAN]];
        let error = params.fit_grouped(&x, &[1, 0, 0], None, &go_on).unwrap_err();
        assert_eq!(error, Error::NonFinite { row: 2, column: 0 });
        let error = params.fit_grouped(&x, &[1], None, &go_on).unwrap_err();
        assert_eq!(error, Error::GroupsLength { n_groups: 1, n_samples: 3 });
    }

    #[test]
    fn nearest_is_of_the_same_group() {
        let params = Dbscan::params().eps(1.0).min_samples(1);
        let x = array![[0.0, 0.0], [3.0, 4.0], [8.0, 0.0]];
        let model = params.fit_grouped(&x, &[0, 1, 0], None, &go_on).unwrap().into_model();
        let found = model.nearest(&array![[3.0, 4.0], [0.0, 0.0], [0.0, 0.0]], &[0, 1, 5]).unwrap();
        let found: Vec<_> =
            found.iter().map(|it| it.map(|it| (it.label.to_i64(), it.distance))).collect();
        assert_eq!(found, [Some((0, 5.0)), Some((1, 5.0)), None]);
    }
}
