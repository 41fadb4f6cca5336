use std::path::Path;

use super::make::{N_INTRUSION, N_SINGLE, Recipe, write_logs};
use super::measure::testing::{Found, Held, Log, Printed, find_pairs, rarities};

const N_PLANTED: usize = N_SINGLE + N_INTRUSION;

/// A small log from a seed, through the files.
fn log(folder: &Path) -> Log {
    write_logs(Recipe { n_rows: 2000, seed: 3 }, folder).unwrap();
    let pairs = find_pairs(&folder.join("hunt"), "hunt_").unwrap();
    assert_eq!(pairs.len(), 1);
    Log::read(&pairs[0]).unwrap()
}

fn sorted_by_label(log: &Log) -> Vec<usize> {
    let mut order: Vec<usize> = (0..log.len()).collect();
    order.sort_by_key(|&row| 2 - log.labels[row]);
    order
}

#[test]
fn a_perfect_order_finds_all_and_its_reverse_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    assert_eq!(log.n_planted(), N_PLANTED);
    let mut order = sorted_by_label(&log);
    let best = Found::of(&order, &log);
    assert_eq!((best.first_100, best.first_500, best.n_lines), (N_PLANTED, N_PLANTED, log.len()));
    order.reverse();
    let worst = Found::of(&order, &log);
    assert_eq!((worst.first_100, worst.first_500), (0, 0));
}

#[test]
fn a_row_that_is_printed_twice_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    let best = sorted_by_label(&log)[0];
    let found = Found::of(&[best; 100], &log);
    assert_eq!((found.first_100, found.distinct, found.n_lines), (1, 1, 100));
}

#[test]
fn a_finding_of_the_intrusion_holds_it_all() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    let planted: Vec<usize> = log.intrusion().collect();
    let finding = |row: usize| if planted.contains(&row) { 1 } else { row + 2 };
    let print = |rank: &dyn Fn(usize) -> usize| {
        let lines = (0..log.len()).map(|row| format!("{row},{},{}\n", finding(row), rank(row)));
        let text = format!("row,finding,rank\n{}", lines.collect::<String>());
        Held::of(&Printed::read(text.as_bytes()).unwrap(), &log).unwrap()
    };
    let first = print(&|row| finding(row));
    assert_eq!(first.of_first, [(N_INTRUSION, N_INTRUSION + 9), (N_INTRUSION, N_INTRUSION + 19)]);
    let last = print(&|row| log.len() * 2 - finding(row));
    assert_eq!(last.of_first, [(0, 10), (0, 20)]);
}

#[test]
fn baselines_print_each_distinct_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = log(folder.path());
    for (title, order) in rarities(&log) {
        let found = Found::of(&order, &log);
        assert_eq!((found.distinct, found.n_lines), (100, log.firsts.len()), "{title}");
        assert!(found.first_500 > 0, "{title}");
    }
}
