use ndarray::Array2;
use oddsift_iforest::*;
use std::time::Instant;
fn main() {
    let arg = std::env::args().nth(1).unwrap_or_default();
    let mut s = 1u64;
    let mut next = move || {
        s ^= s << 13;
        s ^= s >> 7;
        s ^= s << 17;
        (s >> 11) as f64 / (1u64 << 53) as f64
    };
    for d in [3usize, 8, 32] {
        let n = 1_000_000;
        let centers: Vec<f64> = (0..20 * d).map(|_| next() * 100.0).collect();
        let mut x = Array2::zeros((n, d));
        for mut row in x.outer_iter_mut() {
            let c = (next() * 20.0) as usize;
            let noise = next() < 0.05;
            for j in 0..d {
                row[j] = if noise {
                    next() * 100.0
                } else {
                    centers[c * d + j] + (next() + next() + next() + next() - 2.0) * 1.7
                };
            }
        }
        for precision in [Precision::F32, Precision::F64] {
            let params = IsolationForest::params().precision(precision);
            let mut best = f64::MAX;
            for _ in 0..5 {
                let t = Instant::now();
                let f = params.fit(&x).unwrap();
                best = best.min(t.elapsed().as_secs_f64());
                std::hint::black_box(f);
            }
            let small = x.slice(ndarray::s![..100_000, ..]).to_owned();
            let mut best_small = f64::MAX;
            for _ in 0..5 {
                let t = Instant::now();
                let f = params.fit(&small).unwrap();
                best_small = best_small.min(t.elapsed().as_secs_f64());
                std::hint::black_box(f);
            }
            let f = params.fit(&x).unwrap();
            let mut score = f64::MAX;
            let reps = if arg == "1" { 1 } else { 3 };
            let mut sum = 0.0;
            for _ in 0..reps {
                let t = Instant::now();
                let v = f.score_samples(&x).unwrap();
                score = score.min(t.elapsed().as_secs_f64());
                sum = v.iter().sum::<f64>();
            }
            println!(
                "d {d} {precision:?}: fit 1M {:.2} ms, 100k {:.2} ms, score {:.3} s  ({sum})",
                best * 1e3,
                best_small * 1e3,
                score
            );
        }
    }
}
