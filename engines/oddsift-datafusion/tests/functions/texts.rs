use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, StructArray, UInt64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type, UInt32Type, UInt64Type};
use oddsift_features::{
    Delimiters, FeatureOptions, ProcessFeature, ProcessScanner, char_ord_score, crc32_hash,
    delim_count, delim_hash, token_count,
};
use oddsift_patterns::masked;
use proptest::prelude::*;

use crate::tables::{query, session, table, text_column, text_types, wait};

fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof![
        any::<String>(),
        r"[a-zA-Z0-9 \\/:.,;|&(){}'<>=-]{0,60}",
        r"C:\\Users\\[a-z]{1,8}\\[a-z0-9]{1,12}\.exe -p [0-9]{1,5}",
    ];
    prop::collection::vec(prop::option::weighted(0.9, text), 1..40)
}

fn numbered(rows: usize) -> Arc<UInt64Array> {
    Arc::new((0..rows as u64).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn functions_of_a_text_are_those_of_the_crates(texts in texts(), splits in prop::collection::vec(any::<usize>(), 0..3)) {
        for of_type in text_types() {
            let ctx = session(3);
            let columns = vec![("row", numbered(texts.len()) as _), ("x", text_column(&texts, &of_type))];
            table(&ctx, columns, &splits);
            let sql = r"SELECT char_ord_score(x) a, char_ord_score(x, 10) b, crc32_hash(x) c, delim_count(x) d,
                delim_count(x, '[ab]') e, delim_hash(x) f, token_count(x) g, token_count(x, '::') h, mask(x) i
                FROM t ORDER BY row";
            let found = wait(query(&ctx, sql)).unwrap();
            let (default, ab) = (Delimiters::default(), Delimiters::new("[ab]").unwrap());
            for (row, text) in texts.iter().enumerate() {
                let Some(text) = text else {
                    prop_assert!(found.columns().iter().all(|column| column.is_null(row)));
                    continue;
                };
                let int = |at: usize| found.column(at).as_primitive::<Int64Type>().value(row);
                let hash = |at: usize| found.column(at).as_primitive::<UInt32Type>().value(row);
                let count = |at: usize| found.column(at).as_primitive::<UInt64Type>().value(row);
                prop_assert_eq!(int(0), char_ord_score(text, 1.0).unwrap());
                prop_assert_eq!(int(1), char_ord_score(text, 10.0).unwrap());
                prop_assert_eq!(hash(2), crc32_hash(text));
                prop_assert_eq!(count(3), delim_count(text, &default));
                prop_assert_eq!(count(4), delim_count(text, &ab));
                prop_assert_eq!(hash(5), delim_hash(text, &default));
                prop_assert_eq!(count(6), token_count(text, " ").unwrap());
                prop_assert_eq!(count(7), token_count(text, "::").unwrap());
                prop_assert_eq!(found.column(8).as_string::<i64>().value(row), masked(text));
            }
        }
    }

    #[test]
    fn process_features_are_those_of_the_crate(paths in texts(), others in texts(), sessions in texts()) {
        let n = paths.len().min(others.len()).min(sessions.len());
        let scanner = ProcessScanner::new(&FeatureOptions::default()).unwrap();
        for of_type in text_types() {
            let ctx = session(2);
            let column = |texts: &[Option<String>]| text_column(&texts[..n], &of_type);
            let columns = vec![("row", numbered(n) as _), ("p", column(&paths)), ("c", column(&others)), ("s", column(&sessions))];
            table(&ctx, columns, &[n / 2]);
            let found = wait(query(&ctx, "SELECT process_features(p, c, s) f FROM t ORDER BY row")).unwrap();
            let found: &StructArray = found.column(0).as_struct();
            for row in 0..n {
                let expected = scanner.scan(paths[row].as_deref(), others[row].as_deref(), sessions[row].as_deref());
                let name = found.column_by_name("processName").unwrap();
                prop_assert_eq!(name.as_string::<i64>().value(row), expected.process_name);
                for feature in ProcessFeature::ALL {
                    let Some(number) = expected.number(feature) else { continue };
                    let column = found.column_by_name(feature.name()).unwrap();
                    let column = cast(column, &DataType::Float64).unwrap();
                    let value = column.as_primitive::<Float64Type>().value(row);
                    prop_assert_eq!(value.to_bits(), number.to_bits(), "{}", feature);
                }
            }
        }
    }
}

#[test]
fn missing_texts_of_a_process_are_empty_ones() {
    let sql = "SELECT process_features(NULL, NULL, NULL) = process_features('', '', '')";
    let found = wait(query(&session(1), sql)).unwrap();
    assert!(found.column(0).as_boolean().value(0));
}

#[test]
fn the_separator_of_paths_can_be_given() {
    let sql = "SELECT process_features('/usr/bin/ssh', '', '', '/')['processName']";
    let found = wait(query(&session(1), sql)).unwrap();
    assert_eq!(found.column(0).as_string::<i64>().value(0), "ssh");
}

#[test]
fn a_struct_is_evaluated_once_for_all_its_fields() {
    let ctx = session(1);
    let column = |text: &str| text_column(&[Some(text.to_owned())], &DataType::Utf8);
    table(&ctx, vec![("p", column("a")), ("c", column("b"))], &[]);
    let sql = "EXPLAIN SELECT process_features(p, c, NULL)['pathScore'], \
               process_features(p, c, NULL)['commandlineLen'] FROM t";
    let found = wait(query(&ctx, sql)).unwrap();
    let plan = found.column(1).as_string::<i32>();
    let last = plan.value(plan.len() - 1);
    // The names of the columns have the call in them, too, with the name of the table.
    assert_eq!(last.matches("process_features(p@").count(), 1, "{last}");
}

#[test]
fn vectors_have_equal_hashes_where_they_are_equal() {
    let sql = "SELECT vector_hash(0.0, 'a') = vector_hash(-0.0, 'a'), vector_hash(1, 2) = vector_hash(1.0, 2.0), \
               vector_hash(1, 2) = vector_hash(2, 1), vector_hash('ab', 'c') = vector_hash('a', 'bc'), \
               vector_hash(NULL, 1) = vector_hash(0, 1), vector_hash(arrow_cast('a', 'LargeUtf8')) = vector_hash('a')";
    let found = wait(query(&session(1), sql)).unwrap();
    let equal: Vec<bool> =
        found.columns().iter().map(|column| column.as_boolean().value(0)).collect();
    assert_eq!(equal, [true, true, false, false, false, true]);
}

#[test]
fn labels_join_back_by_the_hash_of_a_vector() {
    let ctx = session(3);
    let texts: Vec<Option<String>> = (0..40).map(|row| Some(format!("{}", row % 7))).collect();
    table(&ctx, vec![("x", text_column(&texts, &DataType::Utf8))], &[11, 23]);
    let sql = "SELECT count(*), count(DISTINCT labels.label) FROM (SELECT vector_hash(x, 1) h, x FROM t) AS rows \
               JOIN (SELECT vector_hash(x, 1) h, min(x) label FROM t GROUP BY h) AS labels ON rows.h = labels.h \
               WHERE rows.x = labels.label";
    let found = wait(query(&ctx, sql)).unwrap();
    let counts: Vec<i64> =
        found.columns().iter().map(|column| column.as_primitive::<Int64Type>().value(0)).collect();
    assert_eq!(counts, [40, 7]);
}
