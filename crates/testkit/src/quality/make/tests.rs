use std::collections::HashMap;
use std::fs;

use super::schedule::Mark;
use super::*;

const SMALL: Recipe = Recipe { n_rows: 3000, seed: 7 };

fn count(rows: &[Row], label: u8) -> usize {
    rows.iter().filter(|row| row.mark.label() == label).count()
}

#[test]
fn same_seed_gives_the_same_rows_and_another_others() {
    assert_eq!(SMALL.log(), SMALL.log());
    assert_eq!(SMALL.history(), SMALL.history());
    assert_ne!(SMALL.log(), Recipe { seed: 8, ..SMALL }.log());
}

#[test]
fn same_seed_gives_the_same_bytes() {
    let bytes = || {
        let folder = tempfile::tempdir().unwrap();
        write_logs(SMALL, folder.path()).unwrap();
        let names = ["hunt_made_7.csv.gz", "hunt_made_7.labels.csv.gz", "history_made_7.csv.gz"];
        names.map(|name| fs::read(folder.path().join("hunt").join(name)).unwrap())
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn every_planted_row_is_there() {
    let log = SMALL.log();
    assert_eq!((count(&log, 2), count(&log, 1)), (N_SINGLE + N_INTRUSION, 100));
    assert!(count(&log, 0) >= 2800);
    let of_intrusion = log.iter().filter(|row| row.mark == Mark::Attack("intrusion")).count();
    assert_eq!(of_intrusion, N_INTRUSION);
    let history = SMALL.history();
    assert_eq!((count(&history, 2), count(&history, 1)), (0, 100));
}

#[test]
fn every_parent_ran_before_on_the_same_host() {
    for rows in [SMALL.log(), SMALL.history()] {
        let starts: HashMap<(&str, u32), &Row> =
            rows.iter().map(|row| ((row.host.as_str(), row.pid), row)).collect();
        assert_eq!(starts.len(), rows.len(), "an id is used once");
        for row in rows.iter().filter(|row| row.parent_pid != 4) {
            let parent = starts[&(row.host.as_str(), row.parent_pid)];
            assert!(parent.time < row.time && parent.path == row.parent_path, "{row:?}");
        }
    }
}

#[test]
fn the_intrusion_is_one_tree() {
    let log = SMALL.log();
    let planted: Vec<&Row> =
        log.iter().filter(|row| row.mark == Mark::Attack("intrusion")).collect();
    let is_root = |row: &&&Row| !planted.iter().any(|it| it.pid == row.parent_pid);
    assert_eq!(planted.iter().filter(is_root).count(), 1);
    assert!(planted.iter().all(|row| row.host == planted[0].host && row.user == planted[0].user));
}
