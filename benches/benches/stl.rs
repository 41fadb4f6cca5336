//! STL by length, period and robustness, many short series, several seasons, and finding periods.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use oddsift::stl::{Mstl, Stl, Workspace, find_periods};

/// A trend, a season, and changes that no period explains.
fn series(n: usize, period: usize) -> Vec<f64> {
    let value = |i: usize| {
        let chance = (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 1000;
        100.0 + (i % period) as f64 + 0.001 * i as f64 + 0.01 * chance as f64
    };
    (0..n).map(value).collect()
}

fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("stl");
    group.sample_size(10);
    for (n, period, robust) in [
        (1_000, 24, false),
        (10_000, 24, false),
        (100_000, 24, false),
        (1_000_000, 24, false),
        (100_000, 168, false),
        (100_000, 24, true),
        (10_000, 168, true),
    ] {
        let y = series(n, period);
        let params = Stl::params(period).robust(robust);
        let name = format!("period-{period}{}", if robust { "-robust" } else { "" });
        group.bench_with_input(BenchmarkId::new(name, n), &y, |b, y| {
            b.iter(|| params.fit(black_box(y)));
        });
    }
    let groups: Vec<Vec<f64>> =
        (0..1000).map(|start| series(720 + start, 24)[start..].to_vec()).collect();
    let params = Stl::params(24);
    group.bench_function(BenchmarkId::new("groups-of-720", 1000), |b| {
        let mut workspace = Workspace::default();
        b.iter(|| {
            for y in &groups {
                drop(black_box(params.fit_in(y, &mut workspace)));
            }
        });
    });
    group.bench_function(BenchmarkId::new("groups-of-720-threads", 1000), |b| {
        b.iter(|| params.fit_all(black_box(&groups)));
    });
    group.finish();
}

fn beside(c: &mut Criterion) {
    let mut group = c.benchmark_group("stl");
    group.sample_size(10);
    let y = series(10_000, 168);
    group.bench_with_input(BenchmarkId::new("mstl-24-168", y.len()), &y, |b, y| {
        b.iter(|| Mstl::params(&[24, 168]).fit(black_box(y)));
    });
    group.bench_with_input(BenchmarkId::new("find-periods", y.len()), &y, |b, y| {
        b.iter(|| find_periods(black_box(y)));
    });
    group.finish();
}

criterion_group!(benches, fit, beside);
criterion_main!(benches);
