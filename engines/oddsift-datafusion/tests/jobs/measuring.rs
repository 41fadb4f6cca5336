use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
use datafusion::prelude::SessionContext;
use oddsift_datafusion::jobs::{SeriesFound, SeriesJob, Source};
use oddsift_datafusion::{Error, register};
use oddsift_pipeline::{
    Aggregate, Fill, Season, SeriesFit, SeriesParams, SeriesPoint, SeriesValue, TsParams,
};

use crate::logs::{LAYOUTS, Log, wait};

/// What a run of the tool asks for.
fn jobs() -> Vec<(&'static str, SeriesParams)> {
    let of = |value: SeriesValue, change: fn(&mut SeriesParams)| {
        let mut params = SeriesParams::new();
        params.value = value;
        params.anomalies = TsParams::default().period(Season::Usual);
        change(&mut params);
        params
    };
    let bytes = || SeriesValue::Column("bytes".to_owned());
    let accounts = SeriesValue::Distinct("Account".to_owned());
    vec![
        ("count", of(SeriesValue::Count, |_| {})),
        ("count by host", of(SeriesValue::Count, |it| it.by = Some("Computer".to_owned()))),
        ("count of weeks", of(SeriesValue::Count, |it| it.bucket = "1W".parse().ok())),
        ("sum", of(bytes(), |it| it.bucket = "10min".parse().ok())),
        (
            "mean",
            of(bytes(), |it| (it.aggregate, it.fill) = (Some(Aggregate::Mean), Some(Fill::Linear))),
        ),
        (
            "max by host",
            of(bytes(), |it| {
                (it.aggregate, it.by) = (Some(Aggregate::Max), Some("Computer".to_owned()));
            }),
        ),
        ("distinct", of(accounts, |_| {})),
        (
            "strict, period 24",
            of(SeriesValue::Count, |it| {
                it.strict = true;
                it.anomalies = TsParams::default().period(Season::Points(24)).episodes(true);
            }),
        ),
    ]
}

/// All of a point, to the last bit.
fn bits(point: &SeriesPoint<'_>) -> String {
    let parts = [
        point.value,
        point.residual,
        point.trend,
        point.seasonal,
        point.weight,
        point.baseline,
        point.score,
    ];
    let parts = parts.map(f64::to_bits);
    format!("{:?} {} {parts:x?} {} {}", point.group, point.time, point.flag, point.episode)
}

fn check(what: &str, found: &SeriesFound, expected: &SeriesFit) {
    let both =
        [&found.fit, expected].map(|fit| fit.points().map(|it| bits(&it)).collect::<Vec<_>>());
    assert_eq!(both[0], both[1], "{what}");
    assert_eq!(found.fit.columns, expected.columns, "{what}");
    assert_eq!(found.fit.changes, expected.changes, "{what}");
    assert_eq!(found.fit.left_out.n_groups, expected.left_out.n_groups, "{what}");
    assert_eq!(found.n_without_time, 0, "{what}");
}

/// The columns hold what the points hold.
fn check_columns(found: &SeriesFound) {
    let batch = found.points().unwrap();
    let column = |name: &str| batch.column_by_name(name).unwrap();
    let times = column("TimeCreatedUtc").as_primitive::<TimestampMicrosecondType>();
    let scores = column("score").as_primitive::<Float64Type>();
    let flags = column("anomalies").as_primitive::<Int64Type>();
    assert_eq!(batch.num_rows(), found.fit.points().count());
    for (row, point) in found.fit.points().enumerate() {
        assert_eq!(times.value(row), point.time.as_microsecond());
        assert_eq!(scores.is_null(row), point.score.is_nan());
        assert!(point.score.is_nan() || scores.value(row).to_bits() == point.score.to_bits());
        assert_eq!(flags.value(row), i64::from(point.flag));
    }
}

#[test]
fn series_are_those_of_the_tool_however_the_rows_lie() {
    wait(async {
        let log = Log::new(6000, 7).await;
        let jobs = jobs();
        let expected: Vec<_> =
            jobs.iter().map(|(_, params)| params.fit(log.path()).unwrap()).collect();
        assert!(expected.iter().any(|fit| fit.n_flagged() > 0));
        for (layout, n_files, n_partitions) in LAYOUTS {
            let ctx = log.session(layout, n_files, n_partitions).await;
            let source = Source::table(&ctx, "events", "row").await.unwrap();
            for ((what, params), expected) in jobs.iter().zip(&expected) {
                let found = SeriesJob::new(params.clone()).run(&source).await.unwrap();
                check(&format!("{what}, {layout:?}"), &found, expected);
                check_columns(&found);
            }
        }
    });
}

#[test]
fn a_part_of_the_time_is_that_of_the_tool() {
    wait(async {
        let log = Log::new(3000, 11).await;
        let mut params = SeriesParams::new();
        params.value = SeriesValue::Count;
        params.anomalies = TsParams::default().period(Season::Usual);
        let whole = params.fit(log.path()).unwrap();
        let times = whole.series[0].times();
        (params.since, params.until) = (Some(times[5]), Some(times[times.len() - 5]));
        let ctx = log.session(LAYOUTS[2].0, 3, 2).await;
        let source = Source::table(&ctx, "events", "row").await.unwrap();
        let found = SeriesJob::new(params.clone()).run(&source).await.unwrap();
        check("since and until", &found, &params.fit(log.path()).unwrap());
    });
}

async fn refused(rows: &str, change: impl FnOnce(&mut SeriesJob)) -> String {
    let ctx = SessionContext::new();
    register(&ctx).unwrap();
    let source = Source::query(&ctx, rows, "row").await.unwrap();
    let mut params = SeriesParams::new();
    params.value = SeriesValue::Count;
    let mut job = SeriesJob::new(params);
    change(&mut job);
    let error: Error = job.run(&source).await.unwrap_err();
    error.to_string()
}

#[test]
fn what_cannot_be_done_is_said() {
    wait(async {
        let rows = "SELECT value AS row, to_timestamp(value * 4000) AS \"TimeGenerated\", 'x' AS word FROM generate_series(0, 99)";
        let few = |job: &mut SeriesJob| job.limits.max_patterns = 10;
        assert!(refused(rows, few).await.contains("more than 10 buckets"));
        let no_column = |job: &mut SeriesJob| job.params.by = Some("host".to_owned());
        assert!(refused(rows, no_column).await.contains("no column `host`"));
        let word = |job: &mut SeriesJob| {
            job.params.value = SeriesValue::Column("word".to_owned());
            job.params.bucket = "1h".parse().ok();
        };
        assert!(refused(rows, word).await.contains("'x'"));
        let points = |job: &mut SeriesJob| job.params.value = SeriesValue::Column("row".to_owned());
        assert!(refused(rows, points).await.contains("joins rows in buckets"));
        assert!(refused("SELECT 0 AS row", |_| {}).await.contains("no column of times"));
        let none = "SELECT 0 AS row, CAST(NULL AS TIMESTAMP) AS \"TimeGenerated\"";
        assert!(!refused(none, |_| {}).await.is_empty());
    });
}

#[test]
fn rows_without_a_time_are_counted() {
    wait(async {
        let ctx = SessionContext::new();
        register(&ctx).unwrap();
        let rows = "SELECT value AS row, CASE WHEN value < 90 THEN to_timestamp(value * 3600) END AS \"TimeGenerated\" FROM generate_series(0, 99)";
        let source = Source::query(&ctx, rows, "row").await.unwrap();
        let mut params = SeriesParams::new();
        params.value = SeriesValue::Count;
        let found = SeriesJob::new(params).run(&source).await.unwrap();
        assert_eq!((found.n_without_time, found.fit.series[0].values().len()), (10, 90));
    });
}
