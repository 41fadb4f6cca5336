//! Isolation forests: fits, scores in both precisions, rows that repeat, slanted cuts and reasons.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ndarray::{Array2, s};
use oddsift::iforest::{IsolationForest, Precision};
use oddsift_benches::points;

fn cases() -> [(&'static str, Array2<f64>); 4] {
    [
        ("events-3d", points::events(100_000)),
        ("blobs-3d", points::blobs(100_000, 3, 20)),
        ("blobs-8d", points::blobs(100_000, 8, 20)),
        ("blobs-32d", points::blobs(20_000, 32, 20)),
    ]
}

fn fit(c: &mut Criterion) {
    let mut group = c.benchmark_group("iforest");
    group.sample_size(20);
    for (name, x) in &cases() {
        let id = BenchmarkId::new(format!("fit-{name}"), x.nrows());
        group
            .bench_with_input(id, x, |b, x| b.iter(|| IsolationForest::params().fit(black_box(x))));
    }
    group.finish();
}

fn score(c: &mut Criterion) {
    let mut group = c.benchmark_group("iforest");
    group.sample_size(10);
    for (name, x) in &cases() {
        for precision in [Precision::F32, Precision::F64] {
            let params = IsolationForest::params().precision(precision);
            let forest = params.fit(x).expect("rows are finite");
            let id = BenchmarkId::new(format!("score-{name}-{precision:?}"), x.nrows());
            group.bench_with_input(id, x, |b, x| b.iter(|| forest.score_samples(black_box(x))));
        }
        let few = x.slice(s![..10_000, ..]).to_owned();
        let params = IsolationForest::params().extended(true);
        let extended = params.fit(x).expect("rows are finite");
        let id = BenchmarkId::new(format!("score-extended-{name}"), few.nrows());
        group.bench_with_input(id, &few, |b, x| b.iter(|| extended.score_samples(black_box(x))));
    }
    group.finish();
}

fn reasons(c: &mut Criterion) {
    let x = points::blobs(1000, 8, 20);
    let forest = IsolationForest::params().fit(&x).expect("rows are finite");
    c.bench_with_input(BenchmarkId::new("iforest/contributions-8d", x.nrows()), &x, |b, x| {
        b.iter(|| forest.contributions(black_box(x)));
    });
}

criterion_group!(benches, fit, score, reasons);
criterion_main!(benches);
