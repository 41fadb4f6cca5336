//! Several inputs are the one that they are parts of.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use oddsift_pipeline::{ClusterParams, Input, KeepRows};
use proptest::prelude::*;

/// Rows of three columns, some of them bad.
fn rows() -> impl Strategy<Value = Vec<String>> {
    let row = (0..4_u32, 0..3_u32, prop::bool::weighted(0.1)).prop_map(|(a, b, is_bad)| {
        if is_bad { format!("{a},{b}") } else { format!("{a},{b},x{a}") }
    });
    prop::collection::vec(row, 4..80)
}

/// The labels of all rows that were taken, and how many were left out.
fn labels(input: Input) -> (Vec<(u64, i64)>, u64) {
    let mut params = ClusterParams::new();
    params.features.names = vec!["a".to_owned(), "b".to_owned()];
    params.keep = KeepRows::Labels;
    let found = params.fit(input).unwrap();
    let mut labels: Vec<(u64, i64)> =
        found.labels().map(|(row, label, _)| (row, label.to_i64())).collect();
    labels.sort_unstable();
    (labels, found.read.n_left_out())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn parts_of_a_file_are_the_file(rows in rows(), cut in 0.0..1.0_f64, threads in 1..5_usize) {
        prop_assume!(rows.iter().any(|row| row.matches(',').count() == 2));
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, rows: &[String]| {
            let path = folder.path().join(name);
            fs::write(&path, format!("a,b,text\n{}\n", rows.join("\n"))).unwrap();
            path
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share")]
        let at = (rows.len() as f64 * cut) as usize;
        let (first, second) = rows.split_at(at);
        let read = |mut input: Input| {
            input.bad_rows = oddsift_records::BadRows::Skip;
            input.threads = Some(threads);
            labels(input)
        };
        let whole = read(Input::file(write("whole.csv", &rows)));
        let parts = [write("1.csv", first), write("2.csv", second)];
        prop_assert_eq!(read(Input::files(parts).unwrap()), whole);
    }
}
