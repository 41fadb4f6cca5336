//! The crates, each behind one function, and the yardsticks.

use std::collections::HashMap;
use std::hint::black_box;

use anyhow::{Result, anyhow, bail};
use linfa::traits::Transformer;
use petal_clustering::Fit;
use petal_neighbors::distance::Euclidean;

use crate::data::Points;
use crate::memory::{Spent, measured};
use crate::yardstick;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Params {
    pub(crate) eps: f64,
    pub(crate) min_samples: usize,
}

/// What came of a fit; noise is -1, and a yardstick has no labels.
pub(crate) struct Fitted {
    pub(crate) spent: Spent,
    pub(crate) labels: Vec<i64>,
}

/// A crate with its copy of the points.
pub(crate) struct Peer {
    pub(crate) fit: Box<dyn FnMut() -> Result<Fitted> + Send>,
}

pub(crate) fn named(name: &str, points: Points, params: Params) -> Result<Peer> {
    match name {
        "oddsift" => oddsift(points, params),
        "linfa" => linfa(points, params),
        "petal" => petal(points, params),
        "hash" => Ok(yardstick_of(points, yardstick::hash_rows)),
        "sum" => Ok(yardstick_of(points, yardstick::sum)),
        _ => bail!("there is no peer `{name}`"),
    }
}

fn oddsift(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let x = points.into_array()?;
    let params = oddsift::dbscan::Dbscan::params().eps(eps).min_samples(min_samples);
    let fit = move || {
        let (model, spent) = measured(|| params.fit(&x));
        let labels = model?.labels().iter().map(|label| label.to_i64()).collect();
        Ok(Fitted { spent, labels })
    };
    Ok(Peer { fit: Box::new(fit) })
}

fn linfa(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let shape = (points.n_rows(), points.n_columns);
    let x = ndarray16::Array2::from_shape_vec(shape, points.flat)?;
    let fit = move || {
        let params = linfa_clustering::Dbscan::params(min_samples).tolerance(eps);
        let (labels, spent) = measured(|| params.transform(&x));
        let number = |label: &Option<usize>| label.map_or(Ok(-1), i64::try_from);
        let labels = labels.map_err(|error| anyhow!("linfa: {error}"))?;
        Ok(Fitted { spent, labels: labels.iter().map(number).collect::<Result<_, _>>()? })
    };
    Ok(Peer { fit: Box::new(fit) })
}

fn petal(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let n_rows = points.n_rows();
    let x = points.into_array()?;
    let fit = move || {
        let mut params = petal_clustering::Dbscan::new(eps, min_samples, Euclidean::default());
        let ((clusters, _), spent) = measured(|| params.fit(&x, None));
        Ok(Fitted { spent, labels: labels_of_members(n_rows, &clusters)? })
    };
    Ok(Peer { fit: Box::new(fit) })
}

fn labels_of_members(n_rows: usize, clusters: &HashMap<usize, Vec<usize>>) -> Result<Vec<i64>> {
    let mut labels = vec![-1; n_rows];
    for (&cluster, members) in clusters {
        let cluster = i64::try_from(cluster)?;
        for &row in members {
            labels[row] = cluster;
        }
    }
    Ok(labels)
}

fn yardstick_of<T>(points: Points, pass: impl Fn(&Points) -> T + Send + 'static) -> Peer {
    let fit = move || {
        let (_, spent) = measured(|| black_box(pass(black_box(&points))));
        Ok(Fitted { spent, labels: Vec::new() })
    };
    Peer { fit: Box::new(fit) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    #[test]
    fn all_crates_cluster_two_blobs() {
        for name in ["oddsift", "linfa", "petal"] {
            let flat = (0..20).map(|i| f64::from(i) * 0.1 + f64::from(i / 10) * 50.0).collect();
            let points = Points { flat, n_columns: 1 };
            let mut peer = named(name, points, Params { eps: 0.5, min_samples: 2 }).unwrap();
            let labels = (peer.fit)().unwrap().labels;
            let expected: Vec<i64> = (0..20).map(|i| i / 10).collect();
            assert_eq!(labels, expected, "{name}");
        }
    }

    #[test]
    fn yardsticks_have_no_labels() {
        for name in ["hash", "sum"] {
            let points = data::make("uniform:1", 100, 3).unwrap();
            let mut peer = named(name, points, Params { eps: 0.5, min_samples: 2 }).unwrap();
            assert!((peer.fit)().unwrap().labels.is_empty());
        }
    }
}
