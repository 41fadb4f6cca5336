//! The laws of the made events, checked on the text alone.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::*;

fn made(n_rows: u64, seed: u64, n_patterns: Option<u64>) -> (String, BTreeSet<usize>) {
    let (mut out, mut odd) = (Vec::new(), Vec::new());
    Events::new(n_rows, seed, n_patterns).unwrap().write(&mut out, &mut odd).unwrap();
    let odd = String::from_utf8(odd).unwrap();
    let odd = odd.lines().skip(1).map(|line| line.split_once(',').unwrap().0.parse().unwrap());
    (String::from_utf8(out).unwrap(), odd.collect())
}

type Triple = (u32, usize, bool);

/// (pathScore, commandlineTokensFull, isSystemSession) of every row.
fn vectors(csv: &str) -> Vec<Triple> {
    let delimiter = |c: &char| c.is_whitespace() || "-\\/.,\"'|&:;%$()".contains(*c);
    let vector = |fields: &csv::StringRecord| {
        let path = fields[4].chars().map(u32::from).sum();
        (path, fields[7].chars().filter(delimiter).count(), &fields[3] == "0x3e7")
    };
    records(csv).iter().map(vector).collect()
}

fn records(csv: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect()
}

#[test]
fn there_are_as_many_distinct_vectors_as_asked_for() {
    for (n_rows, n_patterns, wanted) in [
        (5000, None, 100),
        (5000, Some(1), 1),
        (5000, Some(5000), 5000),
        (3000, Some(7), 7),
        (1, None, 1),
    ] {
        let vectors = vectors(&made(n_rows, 9, n_patterns).0);
        assert_eq!(vectors.len() as u64, n_rows);
        assert_eq!(vectors.iter().collect::<HashSet<_>>().len(), wanted, "{n_rows} {n_patterns:?}");
    }
}

#[test]
fn odd_rows_stand_alone_and_apart() {
    let (csv, odd) = made(20_000, 4, None);
    let vectors = vectors(&csv);
    assert_eq!(odd.len(), 20);
    let ratio = |&(path, n, _): &Triple| n as f64 / f64::from(path);
    let mut counts: HashMap<Triple, usize> = HashMap::new();
    for vector in &vectors {
        *counts.entry(*vector).or_default() += 1;
    }
    for (row, vector) in vectors.iter().enumerate() {
        assert_eq!(odd.contains(&row), ratio(vector) >= 0.19, "row {row}: {vector:?}");
        assert!(!odd.contains(&row) || counts[vector] == 1, "row {row}: {vector:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let first = made(3000, 7, None);
    assert_eq!(first, made(3000, 7, None));
    assert_ne!(first, made(3000, 8, None));
}

#[test]
fn rows_of_one_pattern_differ_in_text() {
    let (csv, _) = made(4000, 5, Some(10));
    let commands: HashSet<String> =
        records(&csv).iter().map(|record| record[7].to_owned()).collect();
    assert!(commands.len() > 1000, "{}", commands.len());
}

#[test]
fn no_rows_are_a_header_alone() {
    let (csv, odd) = made(0, 1, None);
    assert_eq!(csv.as_bytes(), row::HEADER);
    assert!(odd.is_empty());
}

#[test]
fn counts_out_of_range_are_errors() {
    for (n_rows, n_patterns) in
        [(10, Some(11)), (10, Some(0)), (u64::MAX, None), (10_000_000, Some(MAX_PATTERNS + 1))]
    {
        assert!(Events::new(n_rows, 1, n_patterns).is_err(), "{n_rows} {n_patterns:?}");
    }
}
