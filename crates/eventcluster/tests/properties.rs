//! Laws of clustering events, on small tied data where borders are common.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::{Array2, Axis};
use oddsift_eventcluster::{Cluster, EventClusters, Events, Scaling};
use oddsift_patterns::{Observation, PatternTable};
use proptest::prelude::*;

fn rows() -> impl Strategy<Value = Array2<f64>> {
    prop::collection::vec((0..6_i32, -3..4_i32), 1..60).prop_map(|points| {
        let values = points.iter().flat_map(|(a, b)| [f64::from(*a), f64::from(*b)]).collect();
        Array2::from_shape_vec((points.len(), 2), values).unwrap()
    })
}

fn scalings() -> impl Strategy<Value = Scaling> {
    prop::sample::select(vec![
        Scaling::None,
        Scaling::Unit,
        Scaling::Standard,
        Scaling::Robust,
        Scaling::MinMax,
    ])
}

fn table_of(x: &Array2<f64>, weights: &[f64], rows: impl Iterator<Item = usize>) -> PatternTable {
    let mut table = PatternTable::new(x.ncols());
    for row in rows {
        let observation = Observation { weight: weights[row], ..Observation::new(row as u64) };
        table.add(x.row(row).as_slice().unwrap(), &observation).unwrap();
    }
    table
}

proptest! {
    #[test]
    fn every_row_is_noise_or_in_a_cluster_once(x in rows(), scaling in scalings()) {
        let found = EventClusters::params().eps(0.5).scaling(scaling).fit(&x).unwrap();
        let clustered: u64 = found.clusters().iter().map(Cluster::size).sum();
        prop_assert_eq!(clustered + found.n_noise_rows(), x.nrows() as u64);
        let shown = found.rows().unwrap();
        let noise = shown.iter().filter(|row| !row.is_clustered()).count() as u64;
        prop_assert_eq!(noise, found.n_noise_rows());
        prop_assert_eq!(shown.iter().map(|row| row.size).sum::<u64>(), x.nrows() as u64);
    }

    #[test]
    fn chunks_merged_in_any_order_give_the_same_clusters(
        x in rows(), scaling in scalings(), chunks in 1..5_usize, backwards in any::<bool>(),
        weights in prop::collection::vec(prop::sample::select(vec![1.0, 1.0, 0.1, 2.5]), 60),
    ) {
        let params = EventClusters::params().eps(0.7).scaling(scaling);
        let weights = &weights[..x.nrows()];
        let whole = params.fit_events(&Events::new(&x).weights(weights).unwrap()).unwrap();
        let mut parts: Vec<PatternTable> = (0..chunks)
            .map(|chunk| table_of(&x, weights, (0..x.nrows()).filter(|row| row % chunks == chunk)))
            .collect();
        if backwards {
            parts.reverse();
        }
        let mut merged = PatternTable::new(2);
        for part in parts {
            merged.merge(part).unwrap();
        }
        let merged = params.fit_patterns(merged).unwrap();
        prop_assert_eq!(whole.clusters(), merged.clusters());
        prop_assert_eq!(whole.scaled(), merged.scaled());
        prop_assert_eq!(whole.n_noise_rows(), merged.n_noise_rows());
    }

    #[test]
    fn exemplar_is_the_first_row_of_its_cluster(x in rows()) {
        let found = EventClusters::params().eps(1.0).scaling(Scaling::None).fit(&x).unwrap();
        let labels = found.labels().unwrap();
        for cluster in found.clusters() {
            let first = labels.iter().position(|label| *label == cluster.label()).unwrap();
            prop_assert_eq!(cluster.exemplar(), first as u64);
        }
    }

    #[test]
    fn noise_row_has_its_own_weight_to_the_bit(
        x in rows(), weights in prop::collection::vec(prop::sample::select(vec![0.1, 0.7, 1.0]), 60),
    ) {
        let weights = &weights[..x.nrows()];
        let params = EventClusters::params().eps(0.5).min_samples(4).scaling(Scaling::None);
        let found = params.fit_events(&Events::new(&x).weights(weights).unwrap()).unwrap();
        for row in found.rows().unwrap().iter().filter(|row| !row.is_clustered()) {
            let own = weights[usize::try_from(row.row).unwrap()];
            prop_assert_eq!(row.weight.to_bits(), own.to_bits());
        }
    }

    #[test]
    fn whole_weights_equal_repeated_rows(
        x in rows(), weights in prop::collection::vec(1..4_u32, 60), min_samples in 1..6_usize,
    ) {
        let params = EventClusters::params().eps(1.0).min_samples(min_samples).scaling(Scaling::None);
        let weights: Vec<f64> = weights.iter().take(x.nrows()).map(|w| f64::from(*w)).collect();
        let weighted =
            params.fit_events(&Events::new(&x).weights(&weights).unwrap()).unwrap().labels().unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 3")]
        let times: Vec<usize> =
            weights.iter().enumerate().flat_map(|(row, w)| vec![row; *w as usize]).collect();
        let repeated = params.fit(&x.select(Axis(0), &times)).unwrap().labels().unwrap();
        for (label, row) in repeated.iter().zip(times) {
            prop_assert_eq!(*label, weighted[row]);
        }
    }
}
