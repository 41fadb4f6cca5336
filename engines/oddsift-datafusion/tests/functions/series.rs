use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::Float64Type;
use oddsift_timeseries::{Anomalies, Score, Season, Series, Timestamp, TsParams};
use proptest::prelude::*;

use crate::tables::{query, session, table, wait};

fn expected(values: &[Option<f64>], params: &TsParams) -> Anomalies {
    let times = (0..).map(|hour| Timestamp::from_second(3600 * hour).unwrap());
    let points: Vec<_> = times.zip(values.iter().map(|it| it.unwrap_or(f64::NAN))).collect();
    params.fit(&Series::as_given(&points)).unwrap()
}

fn check(found: &RecordBatch, expected: &Anomalies) {
    let points = found.column(0).as_list::<i32>().value(0);
    let points = points.as_struct();
    assert_eq!(points.len(), expected.values().len());
    let parts = [expected.trend(), expected.seasonal(), expected.residual(), expected.score()];
    for (column, part) in points.columns().iter().zip(parts) {
        let column = column.as_primitive::<Float64Type>();
        for (row, value) in part.iter().enumerate() {
            let known = column.is_valid(row).then(|| column.value(row).to_bits());
            assert_eq!(known, (!value.is_nan()).then_some(value.to_bits()));
        }
    }
    let flags = points.column_by_name("is_anomaly").unwrap().as_boolean();
    assert!(
        expected.anomalies().iter().enumerate().all(|(row, it)| flags.value(row) == (*it != 0))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn parts_are_those_of_the_crate_in_any_order_of_the_rows(
        noise in prop::collection::vec(prop::option::weighted(0.95, 0.0..10.0), 24..80),
        splits in prop::collection::vec(any::<usize>(), 0..4),
        shift in any::<usize>(),
    ) {
        let season = |hour: usize| if hour % 6 == 2 { 40.0 } else { 0.0 };
        let values: Vec<Option<f64>> = noise.iter().enumerate().map(|(hour, it)| it.map(|it| it + season(hour))).collect();
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.rotate_left(shift % values.len());
        let hours: ArrayRef = Arc::new(order.iter().map(|hour| Some(i64::try_from(*hour).unwrap())).collect::<Int64Array>());
        let column: ArrayRef = Arc::new(order.iter().map(|hour| values[*hour]).collect::<Float64Array>());
        let ctx = session(3);
        table(&ctx, vec![("hour", hours), ("x", column)], &splits);
        let sql = "SELECT stl_anomalies(array_agg(x ORDER BY hour), 6) FROM t";
        check(&wait(query(&ctx, sql)).unwrap(), &expected(&values, &Anomalies::params().period(Season::Points(6))));
        let sql = "SELECT stl_anomalies(array_agg(x ORDER BY hour), 6, 2.5, 'mad') FROM t";
        let params = Anomalies::params().period(Season::Points(6)).threshold(2.5).score(Score::Mad);
        check(&wait(query(&ctx, sql)).unwrap(), &expected(&values, &params));
    }
}

#[test]
fn a_series_that_is_missing_or_too_short_has_no_parts() {
    let sql = "SELECT stl_anomalies(x, 4) FROM (VALUES ([1, 2]), (NULL), ([1, 2, 3, 4, 1, 2, 3, 4])) AS t(x)";
    let found = wait(query(&session(1), sql)).unwrap();
    let found = found.column(0).as_list::<i32>();
    let lengths: Vec<Option<usize>> =
        found.iter().map(|list| list.map(|list| list.len())).collect();
    assert_eq!(lengths, [None, None, Some(8)]);
}
