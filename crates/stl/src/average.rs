//! Moving averages, the first half of the low-pass filter.

use multiversion::multiversion;

/// Outputs between two fresh sums, at least: a running sum loses digits with its length.
const SEGMENT: usize = 512;

/// Running sums at a time: one alone waits for its own last addition.
const CHAINS: usize = 4;

/// `out[i]` is the mean of `x[i..i + len]`.
pub(crate) fn moving_average(x: &[f64], len: usize, out: &mut [f64]) {
    let segment = SEGMENT.max(4 * len);
    let mut at = 0;
    for part in out.chunks_mut(CHAINS * segment) {
        let n = part.len();
        if n == CHAINS * segment {
            chains(&x[at..at + n + len - 1], len, segment, part);
        } else {
            chain(&x[at..at + n + len - 1], len, part);
        }
        at += n;
    }
}

/// Consecutive segments side by side.
fn chains(x: &[f64], len: usize, segment: usize, out: &mut [f64]) {
    let share = 1.0 / len as f64;
    let x: [&[f64]; CHAINS] = std::array::from_fn(|i| &x[i * segment..][..segment + len - 1]);
    let mut sums = x.map(|x| x[..len].iter().sum::<f64>());
    let leaving = x.map(|x| &x[..segment - 1]);
    let entering = x.map(|x| &x[len..]);
    let mut parts = out.chunks_mut(segment);
    let out: [&mut [f64]; CHAINS] = std::array::from_fn(|_| parts.next().unwrap_or_default());
    for i in 0..segment - 1 {
        for c in 0..CHAINS {
            out[c][i] = sums[c] * share;
            sums[c] += entering[c][i] - leaving[c][i];
        }
    }
    for c in 0..CHAINS {
        out[c][segment - 1] = sums[c] * share;
    }
}

fn chain(x: &[f64], len: usize, out: &mut [f64]) {
    let share = 1.0 / len as f64;
    let mut sum: f64 = x[..len].iter().sum();
    let mut moves = x[len..].iter().zip(x);
    for out in out {
        *out = sum * share;
        if let Some((entering, leaving)) = moves.next() {
            sum += entering - leaving;
        }
    }
}

/// `out[i]` is the mean of three.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn average_of_three(x: &[f64], out: &mut [f64]) {
    let n = out.len();
    let (a, b, c) = (&x[..n], &x[1..=n], &x[2..n + 2]);
    for i in 0..n {
        out[i] = (a[i] + b[i] + c[i]) * (1.0 / 3.0);
    }
}
