//! What is proposed for real process events, of which half are repeated.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking")]

use std::path::Path;

use ndarray::Array2;
use oddsift_dbscan::Dbscan;

/// Path score, number of tokens and whether it is a system session, scaled to length 1.
fn process_scores() -> Array2<f64> {
    let file = "../../testdata/golden/dbscan/process_scores_tiny_eps_X.csv";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut reader = csv::Reader::from_path(path).unwrap();
    let n_columns = reader.headers().unwrap().len();
    let rows = reader.records().map(|record| record.unwrap());
    let values: Vec<f64> =
        rows.flat_map(|row| row.iter().map(|v| v.parse().unwrap()).collect::<Vec<_>>()).collect();
    Array2::from_shape_vec((values.len() / n_columns, n_columns), values).unwrap()
}

#[test]
fn the_proposed_eps_leaves_a_list_worth_reading() {
    let (params, x) = (Dbscan::params().min_samples(2), process_scores());
    let distances = params.k_distances(&x, None).unwrap();
    let eps = distances.propose_eps().unwrap();
    assert!((1e-4..1e-3).contains(&eps), "{eps}");
    let model = params.eps(eps).fit(&x).unwrap();
    println!("eps {eps}: {} noise rows, {} clusters", model.n_noise(), model.n_clusters());
    let noise = model.n_noise() as f64 / x.nrows() as f64;
    assert!((0.02..0.3).contains(&noise), "{noise}");
    assert!(model.n_clusters() >= 12, "{}", model.n_clusters());
    assert_eq!(distances.advise(&model, None).unwrap().warnings, []);
}

#[test]
fn an_eps_far_off_is_warned_of() {
    let (params, x) = (Dbscan::params().min_samples(2), process_scores());
    let distances = params.k_distances(&x, None).unwrap();
    for eps in [1e-9, 0.5] {
        let advice = distances.advise(&params.eps(eps).fit(&x).unwrap(), None).unwrap();
        println!("{advice}");
        assert_eq!(advice.warnings.len(), 1);
    }
}
