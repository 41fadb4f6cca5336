//! Laws of tables that travel.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use oddsift_hunt::{History, HuntParams, LineTable, Sighting};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::{lines_of, log, shuffled, table_of, told};

fn written(table: &LineTable) -> String {
    serde_json::to_string(table).unwrap()
}

fn read(json: &str) -> serde_json::Result<LineTable> {
    serde_json::from_str(json)
}

fn travelled(table: &LineTable) -> LineTable {
    read(&written(table)).unwrap()
}

fn rank(table: LineTable) -> String {
    told(&HuntParams::new().rank(table).unwrap())
}

proptest! {
    #[test]
    fn parts_that_travelled_give_the_ranking_of_the_whole(
        (log, order) in shuffled(log()),
        parts in vec(0_usize..4, 60),
    ) {
        let part = |n: usize| {
            let rows = order.iter().filter(|row| parts[**row] == n);
            travelled(&lines_of(rows.map(|row| (*row as u64, &log[*row]))).0)
        };
        let mut whole = part(3);
        for n in [1, 0, 2] {
            whole.merge(part(n)).unwrap();
        }
        prop_assert_eq!(written(&whole), written(&table_of(&log)));
        prop_assert_eq!(rank(travelled(&whole)), rank(table_of(&log)));
    }

    /// Few values, so that lines have more rows than are kept.
    #[test]
    fn what_is_read_is_what_was_written(rows in vec((0_u8..3, 0_u8..9, 0_u8..9), 0..90)) {
        let mut table = LineTable::new(["user"]).with_numbers(["bytes"]);
        for (row, (value, host, user)) in rows.iter().enumerate() {
            let (value, host, user) = (value.to_string(), host.to_string(), user.to_string());
            let values = [&*value, ""];
            let seen = Sighting::new(row as u64, &values);
            let seen = Sighting { host: Some(&host), user: Some(&user), ..seen };
            table.add(&seen).unwrap();
        }
        let before = table.clone();
        table.learn(&before).unwrap();
        let read = travelled(&table);
        prop_assert_eq!(written(&read), written(&table));
        prop_assert_eq!((read.n_rows(), read.n_known_rows()), (table.n_rows(), table.n_known_rows()));
        prop_assert_eq!(rank(read), rank(table));
    }

    #[test]
    fn damaged_bytes_never_panic(log in log(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = written(&table_of(&log)).into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(table) = serde_json::from_slice::<LineTable>(&bytes) {
            HuntParams::new().rank(table.clone()).unwrap();
            History::new(&table).unwrap();
        }
    }
}

/// Two lines of one column, `bob` once and `anna` on 17 hosts.
fn sample() -> Value {
    let mut table = LineTable::new(["user"]);
    for row in 0..18 {
        let host = format!("host-{row:02}");
        let time = oddsift_hunt::Timestamp::from_second(row).ok();
        let seen = Sighting::new(row.unsigned_abs(), if row == 3 { &["bob"] } else { &["anna"] });
        table.add(&Sighting { host: Some(&host), time, ..seen }).unwrap();
    }
    serde_json::to_value(&table).unwrap()
}

#[test]
fn what_is_damaged_is_named() {
    assert!(read(&sample().to_string()).is_ok());
    let faults = [
        ("/format", json!("oddsift-hunt"), "is not that of lines"),
        ("/version", json!(2), "is not that of lines"),
        ("/masks", json!("x"), "not those of this version"),
        ("/n_numbers", json!(2), "more than there are columns"),
        ("/of_processes", json!(true), "are not those of the values"),
        ("/columns", json!([]), "are not those of the values"),
        ("/values/0", json!(["anna", "anna"]), "values of the saved lines: entry 1 is there twice"),
        ("/values/0", json!(["anna", "bob", "eve"]), "entry 2 is in no line"),
        ("/hosts/0", json!(""), "hosts of the saved lines: entry 0 is empty"),
        ("/lines", json!([0]), "not as many as there are entries"),
        ("/lines", json!([0, 2]), "has a value that is not there"),
        ("/lines", json!([0, 0]), "is there twice"),
        ("/entries/1/count", json!(0), "entry 1 has no row"),
        ("/entries/1/count", json!(2), "does not have its first rows"),
        ("/entries/0/count", json!(u64::MAX), "rows; hunt in parts"),
        ("/entries/1/rows", json!([]), "does not have its first rows"),
        ("/entries/1/times", json!([[4, 0], [3, 0]]), "ends before it starts"),
        ("/entries/1/times", json!(null), "rows out of order or time"),
        ("/entries/0/rows/0/0", json!(9), "rows out of order or time"),
        ("/entries/1/rows/0/2", json!(18), "a text that is not there"),
        ("/entries/0/hosts", json!([17, 16]), "other hosts or users"),
        ("/entries/0/hosts", json!([18]), "other hosts or users"),
        (
            "/entries/1",
            json!({"count": 1, "times": null, "rows": [[3, null, null, null, null, null, null]], "users": [0]}),
            "other hosts or users",
        ),
        ("/entries/1/times", json!([[i64::MAX, 0], [i64::MAX, 0]]), "range"),
    ];
    for (place, value, message) in faults {
        let mut damaged = sample();
        *damaged.pointer_mut(place).unwrap() = value;
        let error = read(&damaged.to_string()).unwrap_err().to_string();
        assert!(error.contains(message), "{place}: {error}");
    }
}

#[test]
fn a_table_that_was_ranked_is_not_saved() {
    let mut table = LineTable::new(["user"]);
    table.add(&Sighting::new(0, &["anna"])).unwrap();
    let hunt = HuntParams::new().rank(table).unwrap();
    assert!(serde_json::to_string(hunt.table()).unwrap_err().to_string().contains("was ranked"));
}
