//! Laws of series, scores, thresholds and periods.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use oddsift_timeseries::{
    Aggregate, Anomalies, Error, Fill, Period, Score, Season, Series, SeriesBuilder, Signs, Stl,
    Timestamp, Totals, extract_anomaly_periods, set_new_anomaly_threshold,
};
use proptest::{collection::vec, prelude::*};

fn at(second: i64) -> Timestamp {
    Timestamp::new(second, 0).unwrap()
}

fn seconds(n: i64) -> Period {
    Period::from(at(0).duration_until(at(n)))
}

/// A group, a second and a value.
type Event = (Option<&'static str>, i64, f64);

fn event() -> impl Strategy<Value = Event> {
    let group = prop::sample::select(vec![None, Some(""), Some("a"), Some("b")]);
    let value = prop_oneof![
        4 => -1e3..1e3_f64,
        1 => prop::sample::select(vec![0.0, -0.0, 0.1, 1e16, -1e16, 1e-300, f64::NAN]),
    ];
    (group, -500_i64..500, value)
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let all = ["count", "sum", "mean", "max", "distinct"];
    prop::sample::select(all.map(|name| name.parse().unwrap()).to_vec())
}

fn build(aggregate: Aggregate, events: &[Event]) -> SeriesBuilder {
    let mut builder = SeriesBuilder::new(seconds(60), aggregate).unwrap();
    for &(group, second, value) in events {
        let taken = if aggregate == Aggregate::Distinct {
            builder.add_text(group, at(second), Some(&value.to_string()))
        } else {
            builder.add(group, at(second), Some(value))
        };
        taken.unwrap();
    }
    builder
}

/// A fortnight of hours with a daily season and noise.
/// Seconds and values of rows.
type Rows = Vec<(i64, f64)>;

/// What a `GROUP BY` makes of the rows of a bucket.
fn totals(aggregate: Aggregate, rows: &[(i64, f64)]) -> Totals {
    let seconds = || rows.iter().map(|(second, _)| *second);
    let values = || rows.iter().map(|(_, value)| *value);
    let value = match aggregate {
        Aggregate::Max => values().fold(f64::MIN, f64::max),
        Aggregate::Distinct => values().map(f64::to_bits).collect::<BTreeSet<_>>().len() as f64,
        _ => values().sum(),
    };
    let (first, last) = (at(seconds().min().unwrap()), at(seconds().max().unwrap()));
    Totals { first, last, n_events: rows.len() as u64, value }
}

fn fortnight() -> impl Strategy<Value = Vec<f64>> {
    vec(-1.0..1.0_f64, 336).prop_map(|noise| {
        let season = |hour: usize| (hour % 24) as f64;
        noise.iter().enumerate().map(|(hour, noise)| season(hour) + noise).collect()
    })
}

fn hourly(values: &[f64]) -> Series {
    let points: Vec<_> =
        values.iter().zip(0..).map(|(&value, hour)| (at(3600 * hour), value)).collect();
    Series::from_points(&points, Fill::Missing).unwrap()
}

/// Text of all of a series' bits.
fn bits(series: &[Series]) -> Vec<String> {
    let of = |it: &Series| {
        let values: Vec<u64> = it.values().iter().map(|value| value.to_bits()).collect();
        format!("{:?} {:?} {values:?}", it.group(), it.times())
    };
    series.iter().map(of).collect()
}

proptest! {
    #[test]
    fn builders_merge_in_any_order(
        aggregate in aggregate(),
        parts in vec(vec(event(), 0..30), 3),
    ) {
        let all: Vec<Event> = parts.concat();
        let backwards: Vec<Event> = all.iter().rev().copied().collect();
        let whole = bits(&build(aggregate, &all).finish(Fill::Zero).unwrap());
        prop_assert_eq!(&bits(&build(aggregate, &backwards).finish(Fill::Zero).unwrap()), &whole);
        for [a, b, c] in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
            let [a, b, c] = [a, b, c].map(|part: usize| build(aggregate, &parts[part]));
            let (mut left, mut right) = (a.clone(), b.clone());
            left.merge(b).unwrap();
            left.merge(c.clone()).unwrap();
            right.merge(c).unwrap();
            right.merge(a).unwrap();
            prop_assert_eq!(&bits(&left.finish(Fill::Zero).unwrap()), &whole);
            prop_assert_eq!(&bits(&right.finish(Fill::Zero).unwrap()), &whole);
        }
    }

    /// Values are whole, so that their sums are in any order.
    #[test]
    fn totals_of_buckets_give_the_series_of_their_events(
        aggregate in aggregate(),
        events in vec((0_i64..900, -9_i32..9, proptest::bool::ANY), 1..80),
    ) {
        let mut builder = SeriesBuilder::new(seconds(60), aggregate).unwrap();
        let mut rows: BTreeMap<(Option<&str>, i64), Rows> = BTreeMap::new();
        for &(second, value, is_web) in &events {
            let group = is_web.then_some("web");
            let text = value.to_string();
            match aggregate {
                Aggregate::Distinct => builder.add_text(group, at(second), Some(&text)),
                _ => builder.add(group, at(second), Some(f64::from(value))),
            }.unwrap();
            rows.entry((group, second / 60)).or_default().push((second, f64::from(value)));
        }
        let mut counted = SeriesBuilder::new(seconds(60), aggregate).unwrap();
        for ((group, _), rows) in rows {
            counted.add_totals(group, &totals(aggregate, &rows)).unwrap();
        }
        let both = [builder, counted].map(|it| it.gather(Fill::Zero).unwrap());
        prop_assert_eq!(bits(&both[0].series), bits(&both[1].series));
        prop_assert_eq!(&both[0].changes, &both[1].changes);
        prop_assert_eq!(both[0].n_left_out, both[1].n_left_out);
    }

    #[test]
    fn counts_are_those_of_the_events(events in vec(event(), 1..60)) {
        let series = build(Aggregate::Count, &events).finish(Fill::Zero).unwrap();
        let mut expected: BTreeMap<(Option<&str>, i64), f64> = BTreeMap::new();
        for (group, second, _) in &events {
            *expected.entry((*group, second.div_euclid(60) * 60)).or_default() += 1.0;
        }
        let mut n_found = 0;
        for it in &series {
            for (time, &count) in it.times().iter().zip(it.values()) {
                let known = expected.get(&(it.group(), time.as_second())).copied();
                prop_assert!((known.unwrap_or(0.0) - count).abs() < 0.5);
                n_found += usize::from(known.is_some());
            }
        }
        prop_assert_eq!(n_found, expected.len());
    }

    #[test]
    fn order_of_points_does_not_matter(values in vec(-1e6..1e6_f64, 3..40), seed in any::<u64>()) {
        let points: Vec<_> = values.iter().zip(0..).map(|(&v, i)| (at(60 * i), v)).collect();
        let mut mixed = points.clone();
        let key = |time: &Timestamp| {
            (time.as_second().cast_unsigned() ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        };
        mixed.sort_by_key(|(time, _)| key(time));
        prop_assert_eq!(
            Series::from_points(&points, Fill::Error).unwrap(),
            Series::from_points(&mixed, Fill::Error).unwrap()
        );
    }

    #[test]
    fn gaps_are_named_or_filled(
        values in vec(1.0..9.0_f64, 12..60),
        dropped in prop::collection::btree_set(4_usize..50, 1..4),
    ) {
        let rows = || values.iter().enumerate().filter(|(row, _)| !dropped.contains(row));
        let time = |row| at(60 * i64::try_from(row).unwrap());
        let points: Vec<_> = rows().map(|(row, &value)| (time(row), value)).collect();
        let n_points = rows().next_back().unwrap().0 + 1;
        let gap = dropped.iter().any(|&row| row < n_points);
        let refused = Series::with_step(&points, seconds(60), Fill::Error);
        prop_assert_eq!(matches!(refused, Err(Error::Gap { .. })), gap);
        for fill in [Fill::Zero, Fill::Missing, Fill::Linear] {
            let series = Series::with_step(&points, seconds(60), fill).unwrap();
            prop_assert_eq!(series.len(), n_points);
            for (row, value) in rows() {
                prop_assert!((series.values()[row] - value).abs() < 1e-300);
            }
            for &row in dropped.range(..n_points) {
                let filled = series.values()[row];
                let right = match fill {
                    Fill::Zero => filled.abs() < 1e-300,
                    Fill::Linear => (1.0..9.0).contains(&filled),
                    _ => filled.is_nan(),
                };
                prop_assert!(right, "{} for {}", filled, fill);
            }
        }
    }

    #[test]
    fn a_flag_is_a_score_past_the_threshold(
        values in fortnight(),
        threshold in 0.0..4.0_f64,
        low in prop::option::of(0.0..4.0_f64),
        score in prop::sample::select(vec!["z", "mad", "tukey", "ctukey"]),
    ) {
        let params = Anomalies::params()
            .score(score.parse::<Score>().unwrap())
            .threshold(threshold)
            .threshold_low(low);
        let found = params.fit(&hourly(&values)).unwrap();
        let low = low.unwrap_or(threshold);
        for (row, &score) in found.score().iter().enumerate() {
            let flag = i8::from(score > threshold) - i8::from(score < -low);
            prop_assert_eq!(found.anomalies()[row], flag);
            let parts = found.baseline()[row] + found.residual()[row];
            prop_assert!((parts - values[row]).abs() < 1e-12);
        }
    }

    #[test]
    fn thresholds_are_monotone(
        scores in vec(-5.0..5.0_f64, 0..50),
        low in 0.0..4.0_f64,
        more in 0.0..2.0_f64,
    ) {
        let flags = |threshold| set_new_anomaly_threshold(&scores, threshold, None).unwrap();
        for (loose, strict) in flags(low).into_iter().zip(flags(low + more)) {
            prop_assert!(strict == 0 || strict == loose);
        }
    }

    #[test]
    fn scale_and_level_move_no_score(
        values in fortnight(),
        power in -30..30_i32,
        level in -99.0..99.0_f64,
    ) {
        let scores = |values: &[f64]| {
            Anomalies::params().fit(&hourly(values)).unwrap().score().to_vec()
        };
        let unit = 2.0_f64.powi(power);
        let moved: Vec<f64> = values.iter().map(|value| (value + level) * unit).collect();
        for (a, b) in scores(&values).into_iter().zip(scores(&moved)) {
            prop_assert!((a - b).abs() < 1e-9);
        }
    }

    #[test]
    fn missing_values_are_not_flagged(values in fortnight(), rows in vec(0_usize..336, 0..30)) {
        let mut values = values;
        for &row in &rows {
            values[row] = f64::NAN;
        }
        let found = Anomalies::params().threshold(0.0).fit(&hourly(&values)).unwrap();
        for (row, score) in found.score().iter().enumerate() {
            prop_assert_eq!(score.is_nan(), values[row].is_nan());
            prop_assert!(!score.is_nan() || found.anomalies()[row] == 0);
            prop_assert!(found.baseline()[row].is_finite());
        }
    }

    #[test]
    fn periods_are_apart_and_hold_every_flag(
        rows in vec((-1_000_000_i64..1_000_000, -1_i8..=1), 0..60),
        period in 1_i64..100_000,
        both in any::<bool>(),
    ) {
        let signs = if both { Signs::Both } else { Signs::Positive };
        let (times, flags): (Vec<Timestamp>, Vec<i8>) =
            rows.iter().map(|&(second, flag)| (at(second), flag)).unzip();
        let spans = extract_anomaly_periods(&times, &flags, &seconds(period).into(), signs).unwrap();
        prop_assert!(spans.windows(2).all(|pair| pair[0].end() < pair[1].start()));
        for (time, flag) in times.iter().zip(&flags) {
            if *flag == 1 || (both && *flag == -1) {
                prop_assert!(spans.iter().any(|span| span.contains(*time)));
            }
        }
        let touched = |span: &&oddsift_timeseries::TimeSpan| {
            times.iter().zip(&flags).any(|(time, flag)| *flag != 0 && span.contains(*time))
        };
        prop_assert_eq!(spans.iter().filter(touched).count(), spans.len());
    }

    #[test]
    fn nothing_panics(
        rows in vec((any::<i64>(), any::<i32>(), any::<u64>(), any::<i8>()), 0..40),
        season in prop_oneof![
            any::<usize>().prop_map(Season::Points),
            (0_usize..9).prop_map(Season::Points),
            any::<i64>().prop_map(|n| Season::Time(seconds(n % 1_000_000))),
            Just(Season::Auto),
        ],
        step in any::<i64>(),
        truncation in any::<bool>(),
    ) {
        let points: Vec<(Timestamp, f64)> = rows
            .iter()
            .filter_map(|&(s, n, bits, _)| {
                let time = Timestamp::new(s % 400_000_000_000, n % 1_000_000_000).ok()?;
                Some((time, f64::from_bits(bits)))
            })
            .collect();
        let step = seconds(step % 1_000_000);
        let params = Anomalies::params().period(season).truncation(truncation);
        for fill in [Fill::Error, Fill::Zero, Fill::Missing, Fill::Linear] {
            let series = [
                Series::from_points(&points, fill),
                Series::with_step(&points, step, fill),
                Ok(Series::as_given(&points)),
            ];
            let good = series.into_iter().flatten().filter(|it| it.len() < 1000);
            let _ = params.fit_groups(&good.collect::<Vec<_>>());
        }
        if let Ok(mut builder) = SeriesBuilder::new(step, Aggregate::Sum) {
            for &(time, value) in &points {
                let _ = builder.add(None, time, Some(value));
            }
            let _ = builder.finish(Fill::Error);
        }
        let (times, flags): (Vec<_>, Vec<_>) =
            points.iter().zip(&rows).map(|(point, row)| (point.0, row.3)).unzip();
        let _ = extract_anomaly_periods(&times, &flags, &step.into(), Signs::Both);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn straight_line_has_no_anomaly(
        n in 48_i64..600,
        level in -1e9..1e9_f64,
        slope in -1e3..1e3_f64,
    ) {
        let values: Vec<f64> = (0..n).map(|i| level + slope * i as f64).collect();
        for robust in [false, true] {
            let params = Anomalies::params().stl(Stl::params(24).robust(robust)).threshold(0.0);
            let found = params.fit(&hourly(&values)).unwrap();
            prop_assert!(found.anomalies().iter().all(|&flag| flag == 0));
        }
    }
}

#[test]
fn threads_and_order_of_groups_change_nothing() {
    let series: Vec<Series> = (0..40_u32)
        .map(|group| {
            let values: Vec<f64> =
                (0..96).map(|i| f64::from((i * i + group * i) % 23 + i % 24)).collect();
            hourly(&values).with_group(Some(format!("group {group}")))
        })
        .collect();
    let params = Anomalies::params().threshold(1.5);
    let alone: Vec<Anomalies> = series.iter().map(|it| params.fit(it).unwrap()).collect();
    for n_threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let found = pool.install(|| params.fit_groups(&series));
        assert_eq!(found.into_iter().map(Result::unwrap).collect::<Vec<_>>(), alone);
        let backwards: Vec<Series> = series.iter().rev().cloned().collect();
        let found = pool.install(|| params.fit_groups(&backwards));
        assert!(found.into_iter().rev().map(Result::unwrap).eq(alone.iter().cloned()));
    }
}
