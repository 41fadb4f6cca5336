use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, UInt64Array};
use oddsift_datafusion::{rarity_from_bytes, rarity_to_bytes};
use oddsift_outliers::{ProcessLine, ProcessRarity};
use proptest::prelude::*;

use crate::tables::{query, session, table, text_column, text_types, wait};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_gives_the_counts_of_the_rows(
        rows in prop::collection::vec((prop::option::of(r"[ab]\.exe"), r"[cd]{1,2}", r"[a-c0-9 /-]{0,12}", 0..5_u64), 1..40),
        splits in prop::collection::vec(any::<usize>(), 0..5),
    ) {
        let (mut expected, mut line) = (ProcessRarity::new().unwrap(), ProcessLine::default());
        for (path, parent, command_line, count) in &rows {
            line.set(path.as_deref().unwrap_or_default(), parent, command_line);
            expected.add(&line, *count).unwrap();
        }
        let paths: Vec<_> = rows.iter().map(|row| row.0.clone()).collect();
        let parents: Vec<_> = rows.iter().map(|row| Some(row.1.clone())).collect();
        let command_lines: Vec<_> = rows.iter().map(|row| Some(row.2.clone())).collect();
        let counts: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.3)).collect::<UInt64Array>());
        for of_type in text_types() {
            let ctx = session(3);
            let columns = vec![
                ("path", text_column(&paths, &of_type)),
                ("parent", text_column(&parents, &of_type)),
                ("line", text_column(&command_lines, &of_type)),
                ("n", Arc::clone(&counts)),
            ];
            table(&ctx, columns, &splits);
            let found = wait(query(&ctx, "SELECT rarity_counts(path, parent, line, n) FROM t")).unwrap();
            let bytes = found.column(0).as_binary::<i64>().value(0);
            prop_assert_eq!(&rarity_from_bytes(bytes).unwrap(), &expected);
            // Equal counts have equal bytes, however they were split.
            prop_assert_eq!(bytes, rarity_to_bytes(&expected).unwrap());
        }
    }
}

#[test]
fn a_row_counts_once_without_a_count() {
    let sql = "SELECT rarity_counts(x, NULL, 'a') FROM (VALUES ('a'), ('b')) AS t(x)";
    let found = wait(query(&session(2), sql)).unwrap();
    let rarity = rarity_from_bytes(found.column(0).as_binary::<i64>().value(0)).unwrap();
    assert_eq!(rarity.n_rows(), 2);
}
