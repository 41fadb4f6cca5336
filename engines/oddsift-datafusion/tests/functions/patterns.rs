use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, StructArray, TimestampMicrosecondArray, UInt64Array,
};
use datafusion::arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType, UInt64Type};
use datafusion::prelude::SessionContext;
use oddsift_datafusion::template_from_bytes;
use oddsift_patterns::{Observation, PatternTable, TemplateState, Timestamp};
use proptest::prelude::*;

use crate::tables::{query, session, table, text_column, text_types, wait};

#[derive(Debug, Clone)]
struct Event {
    key: i64,
    time: Option<i64>,
    text: Option<String>,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let text = prop_oneof![
        r"net user [a-z]{1,4} /add",
        r"ping -n [0-9]{1,3} 10\.0\.0\.[0-9]",
        r"[a-c /]{0,8}",
        any::<String>(),
    ];
    let time = prop::option::weighted(0.9, -1_000_000_000_000_i64..1_000_000_000_000);
    let event = (0..4_i64, time, prop::option::weighted(0.9, text))
        .prop_map(|(key, time, text)| Event { key, time, text });
    prop::collection::vec(event, 1..60)
}

fn register(ctx: &SessionContext, events: &[Event], of_type: &DataType, splits: &[usize]) {
    let texts: Vec<_> = events.iter().map(|event| event.text.clone()).collect();
    let times: TimestampMicrosecondArray = events.iter().map(|event| event.time).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("row", Arc::new((0..events.len() as u64).collect::<UInt64Array>())),
        ("key", Arc::new(events.iter().map(|event| Some(event.key)).collect::<Int64Array>())),
        ("time", Arc::new(times.with_timezone("UTC"))),
        ("text", text_column(&texts, of_type)),
    ];
    table(ctx, columns, splits);
}

/// Count, first row, times and template by key.
type Known = (u64, u64, Option<(i64, i64)>, Option<TemplateState>);

fn expected(events: &[Event]) -> BTreeMap<i64, Known> {
    let mut table = PatternTable::new(1).with_templates(true);
    for (row, event) in events.iter().enumerate() {
        let time = event.time.map(|time| Timestamp::from_microsecond(time).unwrap());
        let text = event.text.as_deref();
        let seen = Observation { time, text, ..Observation::new(row as u64) };
        table.add(&[event.key as f64], &seen).unwrap();
    }
    let keys: BTreeMap<u64, i64> =
        events.iter().map(|event| ((event.key as f64).to_bits(), event.key)).collect();
    let known = |id| {
        let times = table.times(id).map(|it| (it.0.as_microsecond(), it.1.as_microsecond()));
        let key = keys[&table.values(id)[0].to_bits()];
        (key, (table.count(id), table.first_row(id), times, table.template(id).cloned()))
    };
    table.ids().map(known).collect()
}

fn known(found: &StructArray, row: usize) -> Known {
    let column = |name| found.column_by_name(name).unwrap();
    let number = |name| column(name).as_primitive::<UInt64Type>().value(row);
    let time = |name| {
        let times = column(name).as_primitive::<TimestampMicrosecondType>();
        times.is_valid(row).then(|| times.value(row))
    };
    let states = column("template_state").as_binary::<i64>();
    let state = states.is_valid(row).then(|| template_from_bytes(states.value(row)).unwrap());
    (number("count"), number("first_row"), time("first_time").zip(time("last_time")), state)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_split_gives_the_patterns_of_the_rows(
        events in events(),
        splits in prop::collection::vec(any::<usize>(), 0..5),
        n_partitions in 1..5_usize,
    ) {
        for of_type in text_types() {
            let ctx = session(n_partitions);
            register(&ctx, &events, &of_type, &splits);
            let found = wait(query(&ctx, "SELECT key, pattern(row, time, text) p FROM t GROUP BY key")).unwrap();
            let keys = found.column(0).as_primitive::<Int64Type>();
            let patterns = found.column(1).as_struct();
            let found: BTreeMap<i64, Known> =
                (0..found.num_rows()).map(|row| (keys.value(row), known(patterns, row))).collect();
            prop_assert_eq!(&found, &expected(&events));
        }
    }

    #[test]
    fn without_groups_all_rows_are_one_pattern(events in events(), splits in prop::collection::vec(any::<usize>(), 0..5)) {
        let one: Vec<Event> = events.into_iter().map(|event| Event { key: 0, ..event }).collect();
        let ctx = session(3);
        register(&ctx, &one, &DataType::Utf8View, &splits);
        let found = wait(query(&ctx, "SELECT pattern(row, time, text) p FROM t")).unwrap();
        prop_assert_eq!(&known(found.column(0).as_struct(), 0), &expected(&one)[&0]);
    }

    #[test]
    fn a_filter_leaves_rows_out(events in events()) {
        let ctx = session(2);
        register(&ctx, &events, &DataType::Utf8, &[events.len() / 2]);
        let sql = "SELECT (pattern(row, time, text) FILTER (WHERE key = 1))['count'], count(*) FILTER (WHERE key = 1) FROM t";
        let found = wait(query(&ctx, sql)).unwrap();
        let n = found.column(0).as_primitive::<UInt64Type>().value(0);
        prop_assert_eq!(i64::try_from(n).unwrap(), found.column(1).as_primitive::<Int64Type>().value(0));
    }
}

#[test]
fn many_distinct_rows_skip_the_first_grouping() {
    let ctx = session(2);
    // The engine gives the first grouping up when it does not make rows fewer.
    for setting in ["probe_rows_threshold = 8", "probe_ratio_threshold = 0.1"] {
        let sql = format!("SET datafusion.execution.skip_partial_aggregation_{setting}");
        wait(query(&ctx, &sql)).unwrap();
    }
    let events: Vec<Event> = (0..200)
        .map(|key| Event { key: key % 150, time: Some(key), text: Some(format!("kill {key}")) })
        .collect();
    register(&ctx, &events, &DataType::Utf8, &[100]);
    let sql = "SELECT key, pattern(row, time, text) p FROM t GROUP BY key ORDER BY key";
    let found = wait(query(&ctx, sql)).unwrap();
    let patterns = found.column(1).as_struct();
    let found: Vec<Known> = (0..found.num_rows()).map(|row| known(patterns, row)).collect();
    assert_eq!(found, expected(&events).into_values().collect::<Vec<_>>());
}

#[test]
fn a_template_is_printed_as_the_tool_prints_it() {
    let sql = "SELECT template_text(pattern(x, NULL, y)['template_state']) \
               FROM (VALUES (1, 'kill 17'), (2, 'kill 4711'), (3, NULL)) AS t(x, y)";
    let found = wait(query(&session(2), sql)).unwrap();
    assert_eq!(found.column(0).as_string::<i64>().value(0), "kill <num>");
}

#[test]
fn no_rows_are_a_pattern_of_none() {
    let sql = "SELECT pattern(x, NULL, 'a') FROM (VALUES (1)) AS t(x) WHERE x > 1";
    let found = wait(query(&session(2), sql)).unwrap();
    let found = found.column(0).as_struct();
    assert_eq!(found.column(0).as_primitive::<UInt64Type>().value(0), 0);
    assert!(found.columns()[1..].iter().all(|column| column.is_null(0)));
}
