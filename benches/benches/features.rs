//! Text features in bytes a second, beside a copy of the same bytes.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oddsift::features::{
    Delimiters, FeatureOptions, Recipe, Roles, SchemaChoice, Scratch, TextParts, TextScanner,
    char_ord_score, columns, crc32_hash, delim_count, delim_hash, token_count,
};
use oddsift_benches::text;

const N_LINES: usize = 100_000;

fn functions(c: &mut Criterion) {
    let lines = text::command_lines(N_LINES);
    let n_bytes = lines.iter().map(String::len).sum::<usize>();
    let mut group = c.benchmark_group("features");
    group.throughput(Throughput::Bytes(n_bytes as u64));
    group.bench_function("memcpy", |b| {
        let mut copy = vec![0; n_bytes];
        b.iter(|| {
            let mut rest = copy.as_mut_slice();
            for line in &lines {
                let (target, after) = rest.split_at_mut(line.len());
                target.copy_from_slice(line.as_bytes());
                rest = after;
            }
            black_box(copy.as_mut_slice());
        });
    });
    let mut each = |name: &str, number: &dyn Fn(&str) -> u64| {
        group.bench_function(name, |b| {
            b.iter(|| lines.iter().map(|line| number(line)).fold(0, u64::wrapping_add));
        });
    };

    let set = Delimiters::default();
    each("char_ord_score", &|line| char_ord_score(line, 1.0).map_or(0, i64::cast_unsigned));
    each("crc32_hash", &|line| crc32_hash(line).into());
    each("delim_count", &|line| delim_count(line, &set));
    each("delim_hash", &|line| delim_hash(line, &set).into());
    each("token_count", &|line| token_count(line, " ").unwrap_or(0));
    let words = Delimiters::new(r"\s+").expect("a valid pattern");
    each("delim_hash-regex", &|line| delim_hash(line, &words).into());
    let scanner = TextScanner::default();
    each("one-pass", &|line| black_box(scanner.scan(line)).ord_sum);
    let counts = TextParts::CHARS.and(TextParts::TOKENS).and(TextParts::DELIMS);
    each("one-pass-counts", &|line| black_box(scanner.scan_parts(line, counts)).ord_sum);
    each("one-pass-sum", &|line| scanner.scan_parts(line, TextParts::CHARS).ord_sum);
    group.finish();
}

fn whole(c: &mut Criterion) {
    let lines = text::command_lines(N_LINES);
    let n_bytes = lines.iter().map(String::len).sum::<usize>();
    let mut group = c.benchmark_group("features");
    group.throughput(Throughput::Bytes(n_bytes as u64));
    let set = Delimiters::default();
    group.bench_function("column-delim_hash", |b| {
        b.iter(|| columns::delim_hash(lines.iter().map(|line| Some(line.as_str())), &set));
    });

    let paths = text::paths(N_LINES);
    let names = ["NewProcessName", "CommandLine", "SubjectLogonId"];
    let wanted = ["pathScore", "commandlineTokensFull", "isSystemSession"];
    let roles = Roles::resolve(&names, SchemaChoice::Auto, &[]).expect("all roles are there");
    let recipe = Recipe::resolve(&names, &wanted, &roles, &FeatureOptions::default())
        .expect("all features can be computed");
    let n_path_bytes = paths.iter().map(String::len).sum::<usize>();
    group.throughput(Throughput::Bytes((n_bytes + n_path_bytes) as u64));
    group.bench_function("recipe-3", |b| {
        let (mut scratch, mut out) = (Scratch::default(), [0.0; 3]);
        b.iter(|| {
            for (path, line) in paths.iter().zip(&lines) {
                let row = [path.as_str(), line.as_str(), "0x3e7"];
                let done = recipe.evaluate(|i| Some(row[i]), &mut scratch, &mut out);
                black_box((&mut out, done.is_ok()));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, functions, whole);
criterion_main!(benches);
