use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use oddsift_datafusion::jobs::StackJob;
use oddsift_pipeline::StackParams;

use crate::events::{Events, Layout};
use crate::logs::wait;

const BY: [&str; 2] = ["ParentProcessName", "CommandLine"];

#[test]
fn rare_combinations_are_the_tools() {
    let events = Events::new(5000, 5);
    let mut params = StackParams::new(BY);
    params.mask = vec!["CommandLine".to_owned()];
    let counts = params.count(events.csv()).unwrap();
    let expected: Vec<String> = counts
        .rare()
        .iter()
        .map(|it| {
            let values: Vec<&str> = it.values().map(Option::unwrap_or_default).collect();
            format!("{} | {} | {}", values.join(" | "), it.count(), it.first_row())
        })
        .collect();
    assert!(expected.len() > 100);
    wait(async {
        for layout in Layout::ALL {
            let mut job = StackJob::new(BY);
            job.mask = vec!["CommandLine".to_owned()];
            let rare = job.run(&events.parquet(layout).await).await.unwrap();
            let mut lines = Vec::new();
            for batch in rare.collect().await.unwrap() {
                let text = |name: &str| {
                    cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap()
                };
                let columns = [BY[0], BY[1], "count", "first_row"].map(text);
                lines.extend((0..batch.num_rows()).map(|row| {
                    let cell = |column: &datafusion::arrow::array::ArrayRef| {
                        let texts = column.as_string::<i32>();
                        if texts.is_null(row) { String::new() } else { texts.value(row).to_owned() }
                    };
                    columns.each_ref().map(cell).join(" | ")
                }));
            }
            assert_eq!(lines, expected, "{layout:?}");
        }
    });
}
