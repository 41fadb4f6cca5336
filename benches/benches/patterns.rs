//! Rows collapsed to patterns: adding known and new rows, templates, merging.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use oddsift::patterns::{Observation, PatternTable};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const N_ROWS: usize = 100_000;
const N_PATTERNS: usize = 2_000;

struct Rows {
    patterns: Vec<usize>,
    values: Vec<[f64; 3]>,
    texts: Vec<String>,
}

impl Rows {
    /// 2 % distinct; the texts of a pattern have about 120 bytes and differ in a number, a GUID and
    /// a host.
    fn new() -> Self {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(42);
        let patterns: Vec<usize> =
            (0..N_ROWS).map(|_| random.random_range(0..N_PATTERNS)).collect();
        let values = patterns.iter().map(|&p| [p as f64, (p % 7) as f64, 1.0 / (p + 1) as f64]);
        let texts = patterns.iter().map(|&p| {
            let (number, host) = (random.random::<u32>(), random.random_range(0..50));
            format!(
                r"C:\Windows\System32\agent{p}.exe -hostname web{host} -n {number} -tmp:C:\Windows\Temp\{number:08x}-12ab-4bed-9430-7ac01d91c273\rollback"
            )
        });
        Self { values: values.collect(), texts: texts.collect(), patterns }
    }

    fn add(&self, mut table: PatternTable, texts: impl Fn(usize) -> Option<usize>) -> PatternTable {
        for (row, values) in self.values.iter().enumerate() {
            let text = texts(row).map(|i| self.texts[i].as_str());
            let seen = Observation { row: row as u64, text, ..Observation::default() };
            table.add(values, &seen).expect("the rows are finite");
        }
        table
    }
}

fn patterns(c: &mut Criterion) {
    let rows = Rows::new();
    // For each row the first row of its pattern: the same text for the whole pattern.
    let mut first = vec![None; N_PATTERNS];
    let first_of = |(row, &pattern): (usize, &usize)| *first[pattern].get_or_insert(row);
    let same: Vec<usize> = rows.patterns.iter().enumerate().map(first_of).collect();
    let plain = || PatternTable::new(3);
    let with_templates = || PatternTable::new(3).with_templates(true);

    let mut group = c.benchmark_group("patterns");
    group.throughput(Throughput::Elements(N_ROWS as u64));
    group.bench_function(BenchmarkId::new("add", N_ROWS), |b| {
        b.iter(|| rows.add(black_box(plain()), |_| None));
    });
    group.bench_function(BenchmarkId::new("add-template-same-text", N_ROWS), |b| {
        b.iter(|| rows.add(black_box(with_templates()), |i| Some(same[i])));
    });
    group.bench_function(BenchmarkId::new("add-template", N_ROWS), |b| {
        b.iter(|| rows.add(black_box(with_templates()), Some));
    });
    let (a, b) = (rows.add(with_templates(), Some), rows.add(with_templates(), Some));
    group.throughput(Throughput::Elements(N_PATTERNS as u64));
    group.bench_function(BenchmarkId::new("merge", N_PATTERNS), |bench| {
        let two = || (a.clone(), b.clone());
        bench.iter_batched(two, |(mut a, b)| a.merge(b), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, patterns);
criterion_main!(benches);
