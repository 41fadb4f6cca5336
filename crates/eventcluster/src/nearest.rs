use ndarray::Array2;
use oddsift_dbscan::{DbscanModel, Label};

use crate::{Error, Scaler};

/// The cluster that is nearest to a row which is near none, and what keeps them apart.
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::{EventClusters, Scaling};
///
/// let params = EventClusters::params().eps(0.5).scaling(Scaling::None);
/// let found = params.fit(&array![[3.0, 1.0], [3.0, 1.0], [9.0, 1.0]])?;
/// let nearest = found.nearest()?;
/// let nearest = nearest.last().unwrap().1.as_ref().unwrap();
/// assert_eq!((nearest.label.cluster(), nearest.eps), (Some(0), 12.0));
/// assert_eq!((nearest.feature, nearest.there), (0, Some(3.0)));
/// # Ok::<(), oddsift_eventcluster::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct NearestCluster {
    /// The cluster.
    pub label: Label,
    /// How far its nearest core row is, in eps: at 1 the row would belong to it.
    pub eps: f64,
    /// The feature in which they differ most, after scaling, by its place.
    pub feature: usize,
    /// What the core row has of it; `None` under unit scaling, which keeps no values.
    pub there: Option<f64>,
}

/// For each row of `points` the nearest cluster of its group, if there is one.
pub(crate) fn nearest_clusters(
    dbscan: &DbscanModel,
    scaler: &Scaler,
    points: &Array2<f64>,
    groups: &[u32],
) -> Result<Vec<Option<NearestCluster>>, Error> {
    let found = dbscan.nearest(points, groups)?;
    let eps = dbscan.parameters().eps;
    let cores: Vec<&[f64]> = dbscan.core_points().map(|(point, _)| point).collect();
    let told = found.into_iter().zip(points.rows()).map(|(nearest, row)| {
        let nearest = nearest?;
        let core = cores.get(nearest.point)?;
        let differences = row.iter().zip(*core).map(|(a, b)| (a - b).abs());
        let (feature, _) = differences.enumerate().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let there = scaler.unscaled(feature, *core.get(feature)?);
        Some(NearestCluster { label: nearest.label, eps: nearest.distance / eps, feature, there })
    });
    Ok(told.collect())
}
