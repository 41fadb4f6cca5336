//! DBSCAN over events, blobs, noise and one dense cloud, what its models predict, distances to
//! choose eps by, and a radius query by a general k-d tree.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kdtree::{KdTree, distance::squared_euclidean};
use ndarray::Array2;
use oddsift::dbscan::Dbscan;
use oddsift_benches::points;

/// Name, rows, `eps`, `min_samples`.
type Case = (&'static str, Array2<f64>, f64, usize);

fn fit(c: &mut Criterion) {
    let cases: [Case; 10] = [
        ("events-3d", points::events(100_000), 1e-4, 2),
        ("events-3d", points::events(1_000_000), 1e-4, 2),
        ("blobs-2d", points::blobs(100_000, 2, 100), 0.3, 10),
        ("blobs-2d", points::blobs(1_000_000, 2, 100), 0.1, 10),
        ("blobs-8d", points::blobs(50_000, 8, 20), 2.0, 10),
        ("blobs-8d", points::blobs(200_000, 8, 20), 1.6, 10),
        ("blobs-16d", points::blobs(20_000, 16, 10), 3.6, 10),
        ("noise-3d", points::uniform(100_000, 3, 1.0), 0.02, 5),
        ("dense-3d", points::uniform(20_000, 3, 0.5), 1.0, 5),
        ("dense-3d", points::uniform(100_000, 3, 0.5), 1.0, 5),
    ];
    let mut group = c.benchmark_group("dbscan");
    group.sample_size(10);
    for (name, x, eps, min_samples) in &cases {
        let params = Dbscan::params().eps(*eps).min_samples(*min_samples);
        group.bench_with_input(BenchmarkId::new(*name, x.nrows()), x, |b, x| {
            b.iter(|| params.fit(black_box(x)));
        });
    }
    group.finish();
}

/// Rows that were not fitted, and the curve that eps is read from.
fn after_and_before(c: &mut Criterion) {
    let cases: [Case; 3] = [
        ("events-3d", points::events(1_000_000), 1e-4, 2),
        ("blobs-2d", points::blobs(100_000, 2, 100), 0.3, 10),
        ("blobs-8d", points::blobs(50_000, 8, 20), 2.0, 10),
    ];
    let mut group = c.benchmark_group("dbscan");
    group.sample_size(10);
    for (name, x, eps, min_samples) in &cases {
        let params = Dbscan::params().eps(*eps).min_samples(*min_samples);
        let model = params.fit(x).expect("rows are finite");
        let new = x + eps / 2.0;
        group.bench_with_input(
            BenchmarkId::new(format!("predict-{name}"), x.nrows()),
            &new,
            |b, x| b.iter(|| model.predict(black_box(x))),
        );
        group.bench_with_input(
            BenchmarkId::new(format!("distances-{name}"), x.nrows()),
            x,
            |b, x| b.iter(|| params.k_distances(black_box(x), None)),
        );
    }
    group.finish();
}

/// What a search by point over a pointer tree costs: the counting pass alone.
fn contender(c: &mut Criterion) {
    let x = points::blobs(20_000, 2, 100);
    let mut group = c.benchmark_group("kdtree");
    group.sample_size(10);
    group.bench_with_input(BenchmarkId::new("count-2d", x.nrows()), &x, |b, x| {
        b.iter(|| {
            let mut tree = KdTree::new(2);
            for row in x.rows() {
                tree.add([row[0], row[1]], ()).expect("rows are finite");
            }
            let within = |row: ndarray::ArrayView1<'_, f64>| {
                tree.within(&[row[0], row[1]], 0.09, &squared_euclidean)
            };
            x.rows()
                .into_iter()
                .filter(|&row| within(row).is_ok_and(|near| near.len() >= 10))
                .count()
        });
    });
    group.finish();
}

criterion_group!(benches, fit, after_and_before, contender);
criterion_main!(benches);
