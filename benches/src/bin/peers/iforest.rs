//! The isolation forest: the crates, each behind one function. Scores are lower for odder rows.

use anyhow::{Context, Result, anyhow, bail};
use extended_isolation_forest::{Forest, ForestOptions};
use ndarray::Array2;
use oddsift::iforest::{IsolationForest, IsolationForestParams, MaxSamples, Precision};

use crate::data::Points;
use crate::memory::measured;
use crate::peer::{Done, Peer};

#[derive(Debug, Clone, Copy)]
struct Params {
    n_trees: usize,
    max_samples: usize,
}

/// A crate by its word; its result are scores.
pub(crate) fn peer(word: &str, points: Points, params: &[&str]) -> Result<Peer> {
    let &[n_trees, max_samples] = params else { bail!("a forest takes its trees and samples") };
    let params = Params { n_trees: n_trees.parse()?, max_samples: max_samples.parse()? };
    let ours = params.ours();
    match word {
        "oddsift-f32" => oddsift(points, ours.precision(Precision::F32)),
        "oddsift-f64" => oddsift(points, ours),
        "oddsift-extended" => oddsift(points, ours.extended(true)),
        "eif" => match points.n_columns {
            3 => Ok(eif::<3>(&points, params)),
            8 => Ok(eif::<8>(&points, params)),
            32 => Ok(eif::<32>(&points, params)),
            other => bail!("extended-isolation-forest is not compiled for {other} columns"),
        },
        _ => bail!("the isolation forest has no peer `{word}`"),
    }
}

impl Params {
    fn ours(self) -> IsolationForestParams {
        let max_samples = MaxSamples::Count(self.max_samples);
        IsolationForest::params().n_trees(self.n_trees).max_samples(max_samples).seed(1)
    }
}

fn oddsift(points: Points, params: IsolationForestParams) -> Result<Peer> {
    let fit = move |x: &Array2<f64>| Ok(params.fit(x)?);
    Ok(forest(points.into_array()?, fit, |forest, x| Ok(forest.score_samples(x)?)))
}

/// With hyperplanes at any angle, as ours has them.
fn eif<const N: usize>(points: &Points, Params { n_trees, max_samples }: Params) -> Peer {
    let options = ForestOptions {
        n_trees,
        sample_size: max_samples,
        max_tree_depth: None,
        extension_level: N - 1,
    };
    let fit = move |rows: &Vec<[f64; N]>| {
        let forest = Forest::from_slice(rows, &options);
        forest.map_err(|error| anyhow!("extended-isolation-forest: {error}"))
    };
    let rows = points.flat.as_chunks().0.to_vec();
    forest(rows, fit, |forest, rows| Ok(rows.iter().map(|row| -forest.score(row)).collect()))
}

/// A forest that is grown, and then scores what it was grown from.
fn forest<X: Send + 'static, F: Send + 'static>(
    x: X,
    fit: impl Fn(&X) -> Result<F> + Send + 'static,
    score: impl Fn(&F, &X) -> Result<Vec<f64>> + Send + 'static,
) -> Peer {
    let mut forest = None;
    Peer::new(move |step| match step {
        "fit" => {
            let (fitted, spent) = measured(|| fit(&x));
            forest = Some(fitted?);
            Ok(Done::nothing(spent))
        }
        "score" => {
            let forest = forest.as_ref().context("scores are asked for before a fit")?;
            let (scores, spent) = measured(|| score(forest, &x));
            Ok(Done::values(spent, scores?))
        }
        _ => bail!("there is no step `{step}`; there are `fit` and `score`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    #[test]
    fn all_crates_find_the_odd_one() {
        for word in ["oddsift-f32", "oddsift-f64", "oddsift-extended", "eif"] {
            let mut points = data::make("uniform:1", 500, 3).unwrap();
            points.flat[33 * 3..34 * 3].fill(40.0);
            let mut peer = peer(word, points, &["50", "256"]).unwrap();
            assert!(peer.run("score").is_err(), "{word}");
            assert!(peer.run("fit").unwrap().result.is_none(), "{word}");
            let scores = peer.run("score").unwrap().result.unwrap();
            let scores: Vec<f64> = scores.into_iter().map(f64::from_le_bytes).collect();
            let lowest = (0..500).min_by(|&a, &b| scores[a].total_cmp(&scores[b]));
            assert_eq!((lowest, scores.len()), (Some(33), 500), "{word}");
            assert!(scores.iter().all(|score| (-1.0..0.0).contains(score)), "{word}");
        }
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let points = |n_columns| data::make("normal", 500, n_columns).unwrap();
        assert!(peer("eif", points(4), &["50", "64"]).is_err());
        assert!(peer("oddsift", points(3), &["50", "64"]).is_err());
        assert!(peer("eif", points(3), &["50"]).is_err());
    }
}
