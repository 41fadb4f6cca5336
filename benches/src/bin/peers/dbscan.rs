//! DBSCAN: the crates, each behind one function, and the yardsticks.

use std::collections::HashMap;
use std::hint::black_box;

use anyhow::{Result, anyhow, bail};
use linfa::traits::Transformer;
use petal_clustering::Fit;
use petal_neighbors::distance::Euclidean;

use crate::data::Points;
use crate::memory::measured;
use crate::peer::{Done, Peer};
use crate::yardstick;

#[derive(Debug, Clone, Copy)]
struct Params {
    eps: f64,
    min_samples: usize,
}

/// A crate by its word; its labels are -1 for noise, and a yardstick has none.
pub(crate) fn peer(word: &str, points: Points, params: &[&str]) -> Result<Peer> {
    let &[eps, min_samples] = params else { bail!("DBSCAN takes `eps` and `min_samples`") };
    let params = Params { eps: eps.parse()?, min_samples: min_samples.parse()? };
    match word {
        "oddsift" => oddsift(points, params),
        "linfa" => linfa(points, params),
        "petal" => petal(points, params),
        "hash" => Ok(yardstick_of(points, yardstick::hash_rows)),
        "sum" => Ok(yardstick_of(points, yardstick::sum)),
        _ => bail!("DBSCAN has no peer `{word}`"),
    }
}

fn oddsift(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let x = points.into_array()?;
    let params = oddsift::dbscan::Dbscan::params().eps(eps).min_samples(min_samples);
    Ok(Peer::of_fit(move || {
        let (model, spent) = measured(|| params.fit(&x));
        Ok(Done::integers(spent, model?.labels().iter().map(|label| label.to_i64())))
    }))
}

fn linfa(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let shape = (points.n_rows(), points.n_columns);
    let x = ndarray16::Array2::from_shape_vec(shape, points.flat)?;
    Ok(Peer::of_fit(move || {
        let params = linfa_clustering::Dbscan::params(min_samples).tolerance(eps);
        let (labels, spent) = measured(|| params.transform(&x));
        let labels = labels.map_err(|error| anyhow!("linfa: {error}"))?;
        let number = |label: &Option<usize>| label.map_or(Ok(-1), i64::try_from);
        let labels = labels.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        Ok(Done::integers(spent, labels))
    }))
}

fn petal(points: Points, Params { eps, min_samples }: Params) -> Result<Peer> {
    let n_rows = points.n_rows();
    let x = points.into_array()?;
    Ok(Peer::of_fit(move || {
        let mut params = petal_clustering::Dbscan::new(eps, min_samples, Euclidean::default());
        let ((clusters, _), spent) = measured(|| params.fit(&x, None));
        Ok(Done::integers(spent, labels_of_members(n_rows, &clusters)?))
    }))
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
    Peer::of_fit(move || {
        let (_, spent) = measured(|| black_box(pass(black_box(&points))));
        Ok(Done::nothing(spent))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    const PARAMS: [&str; 2] = ["0.5", "2"];

    #[test]
    fn all_crates_cluster_two_blobs() {
        for word in ["oddsift", "linfa", "petal"] {
            let flat = (0..20).map(|i| f64::from(i) * 0.1 + f64::from(i / 10) * 50.0).collect();
            let points = Points { flat, n_columns: 1 };
            let done = peer(word, points, &PARAMS).unwrap().run("fit").unwrap();
            let expected: Vec<i64> = (0..20).map(|i| i / 10).collect();
            assert_eq!(
                done.result.unwrap(),
                Done::integers(done.spent, expected).result.unwrap(),
                "{word}"
            );
        }
    }

    #[test]
    fn yardsticks_have_no_labels() {
        for word in ["hash", "sum"] {
            let points = data::make("uniform:1", 100, 3).unwrap();
            let done = peer(word, points, &PARAMS).unwrap().run("fit").unwrap();
            assert!(done.result.is_none());
        }
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let points = || data::make("uniform:1", 100, 3).unwrap();
        assert!(peer("linf", points(), &PARAMS).is_err());
        assert!(peer("linfa", points(), &["0.5"]).is_err());
        assert!(peer("linfa", points(), &PARAMS).unwrap().run("score").is_err());
    }
}
