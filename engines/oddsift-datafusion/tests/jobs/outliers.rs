use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, UInt64Type};
use oddsift_datafusion::jobs::OutlierJob;
use oddsift_pipeline::OutlierParams;

use crate::events::{Events, Layout};
use crate::logs::wait;

/// Row, score, count and reasons of a line.
type Line = (u64, u64, u64, String);

fn lines_of_file(events: &Events) -> Vec<Line> {
    let found = OutlierParams::new().find(events.csv()).unwrap();
    let line = |row: Result<oddsift_pipeline::OutlierRow<'_>, _>| {
        let row = row.unwrap();
        (row.row, row.score.to_bits(), row.count, row.reason_text)
    };
    found.rows().map(line).collect()
}

#[test]
fn lines_scores_counts_and_reasons_are_the_tools_whatever_the_layout() {
    let events = Events::new(5000, 11);
    let expected = lines_of_file(&events);
    assert!(expected.len() > 50);
    wait(async {
        for layout in Layout::ALL {
            let source = events.parquet(layout).await;
            let found = OutlierJob::new().run(&source).await.unwrap();
            let summary = found.lines().await.unwrap();
            let numbers = |name: &str| summary.column_by_name(name).unwrap().clone();
            let (rows, counts) = (numbers("oddsift.row"), numbers("count"));
            let (rows, counts) =
                (rows.as_primitive::<UInt64Type>(), counts.as_primitive::<UInt64Type>());
            let scores = numbers("score");
            let scores = scores.as_primitive::<Float64Type>();
            let reasons = cast(&numbers("reasons"), &DataType::Utf8).unwrap();
            let reasons = reasons.as_string::<i32>();
            let line = |at: usize| -> Line {
                let score = scores.value(at).to_bits();
                (rows.value(at), score, counts.value(at), reasons.value(at).to_owned())
            };
            assert_eq!(
                (0..summary.num_rows()).map(line).collect::<Vec<_>>(),
                expected,
                "{layout:?}"
            );
            assert_eq!(found.scores().await.unwrap().count().await.unwrap(), 5000);
            assert_eq!(numbers("row").as_ref(), numbers("oddsift.row").as_ref());
        }
    });
}
