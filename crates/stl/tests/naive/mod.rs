//! STL written down as Cleveland et al. (1990) and the original program have it: every window by
//! itself, every point of it. Plain, slow, and what the fast way is held against.

use oddsift_stl::{Degree, Settings, Smoothing};

/// Trend, season and robustness weights.
pub(crate) struct Parts {
    pub(crate) trend: Vec<f64>,
    pub(crate) seasonal: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    /// The least width of the bisquare, infinite without one.
    pub(crate) narrowest: f64,
}

/// Decomposes a series that is longer than its period; NaN is missing.
pub(crate) fn stl(settings: &Settings, y: &[f64]) -> Parts {
    let (n, period) = (y.len(), settings.period);
    let present: Vec<f64> = y.iter().map(|y| f64::from(u8::from(!y.is_nan()))).collect();
    let (trend, seasonal) = (vec![0.0; n], vec![0.0; n]);
    let mut parts = Parts { trend, seasonal, weights: present, narrowest: f64::INFINITY };
    let (low, high) = range(y);
    let reach = if y.iter().any(|y| y.is_nan()) { high - low } else { f64::INFINITY };
    let keep = |values: &mut [f64], low: f64, high: f64| {
        // Of values that are all missing there is no range.
        for value in values.iter_mut().filter(|_| low <= high) {
            *value = value.clamp(low, high);
        }
    };
    for outer in 0..=settings.outer_iter {
        for _ in 0..settings.inner_iter {
            let rest: Vec<f64> = (0..n).map(|i| y[i] - parts.trend[i]).collect();
            let mut cycle = cycles(settings, &rest, &parts.weights);
            let (least, most) = range(&rest);
            let around = if reach.is_finite() { most - least } else { reach };
            keep(&mut cycle, least - around, most + around);
            let average = mean(&mean(&mean(&cycle, period), period), 3);
            let low_pass = loess(settings.low_pass, &average, &vec![1.0; n], false);
            parts.seasonal = (0..n).map(|i| cycle[period + i] - low_pass[i]).collect();
            keep(&mut parts.seasonal, -2.0 * reach, 2.0 * reach);
            let rest: Vec<f64> = (0..n).map(|i| y[i] - parts.seasonal[i]).collect();
            parts.trend = loess(settings.trend, &rest, &parts.weights, false);
            bridge(&mut parts.trend);
            widen(&mut parts.trend, &rest);
            keep(&mut parts.trend, low - reach, high + reach);
        }
        if outer < settings.outer_iter {
            bisquare(y, &mut parts);
        }
    }
    parts
}

/// The least and the largest of the values that are not missing.
pub(crate) fn range(y: &[f64]) -> (f64, f64) {
    let there = y.iter().filter(|y| !y.is_nan());
    there.fold((f64::MAX, f64::MIN), |(low, high), &y| (low.min(y), high.max(y)))
}

fn cycles(settings: &Settings, rest: &[f64], weights: &[f64]) -> Vec<f64> {
    let (n, period) = (rest.len(), settings.period);
    let mut out = vec![f64::NAN; n + 2 * period];
    for phase in 0..period {
        let of = |values: &[f64]| -> Vec<f64> {
            values.iter().skip(phase).step_by(period).copied().collect()
        };
        let mut smooth = loess(settings.seasonal, &of(rest), &of(weights), true);
        bridge(&mut smooth);
        for (cycle, value) in smooth.into_iter().enumerate() {
            out[cycle * period + phase] = value;
        }
    }
    bridge(&mut out);
    widen(&mut out, rest);
    out
}

fn mean(values: &[f64], len: usize) -> Vec<f64> {
    values.windows(len).map(|window| window.iter().sum::<f64>() / len as f64).collect()
}

/// One smoothed value for each, or two more where it is extended by one at both ends.
fn loess(smoothing: Smoothing, y: &[f64], weights: &[f64], extend: bool) -> Vec<f64> {
    let (n, window) = (y.len(), smoothing.window);
    let half = window.div_ceil(2);
    let bounds = |x: usize| match x {
        _ if window >= n => (1, n),
        x if x < half => (1, window),
        x if x > n - half => (n - window + 1, n),
        x => (x - half + 1, x + half - 1),
    };
    let at = |x: usize, bounds| estimate(smoothing, x, bounds, y, weights);
    let mut out = vec![f64::NAN; n + 2];
    let step = smoothing.jump.min(n.saturating_sub(1)).max(1);
    let mut last = 1;
    for x in (1..=n).step_by(step) {
        out[x] = if n < 2 { y[0] } else { at(x, bounds(x)).unwrap_or(y[x - 1]) };
        if x > 1 {
            line(&mut out, last, x);
        }
        last = x;
    }
    if last != n {
        out[n] = at(n, bounds(last)).unwrap_or(y[n - 1]);
        line(&mut out, last, n);
    }
    out[0] = at(0, (1, window.min(n))).unwrap_or(out[1]);
    out[n + 1] = at(n + 1, ((n + 1).saturating_sub(window).max(1), n)).unwrap_or(out[n]);
    if extend { out } else { out[1..=n].to_vec() }
}

fn line(out: &mut [f64], left: usize, right: usize) {
    let delta = (out[right] - out[left]) / (right - left) as f64;
    for x in left + 1..right {
        out[x] = out[left] + delta * (x - left) as f64;
    }
}

/// `None` where nothing has weight, NaN where a twentieth of the weight or less is of values.
#[allow(clippy::many_single_char_names, reason = "those of the paper")]
fn estimate(
    smoothing: Smoothing,
    x: usize,
    (left, right): (usize, usize),
    y: &[f64],
    weights: &[f64],
) -> Option<f64> {
    let (n, x) = (y.len() as f64, x as f64);
    let mut h = (x - left as f64).max(right as f64 - x);
    if smoothing.window > y.len() {
        h += ((smoothing.window - y.len()) / 2) as f64;
    }
    let tricube = |j: usize| {
        let r = (j as f64 - x).abs();
        if r > 0.999 * h {
            0.0
        } else if r <= 0.001 * h {
            1.0
        } else {
            (1.0 - (r / h).powi(3)).powi(3)
        }
    };
    let there = |j: &usize| !y[j - 1].is_nan();
    let all: f64 = (left..=right).map(tricube).sum();
    if (left..=right).filter(there).map(tricube).sum::<f64>() < 0.05 * all {
        return Some(f64::NAN);
    }
    let weight = |j: usize| tricube(j) * weights[j - 1];
    let total: f64 = (left..=right).filter(there).map(weight).sum();
    if total <= 0.0 {
        return None;
    }
    let share = |j: usize| weight(j) / total;
    let mean: f64 = (left..=right).filter(there).map(|j| share(j) * j as f64).sum();
    let off = |j: usize| j as f64 - mean;
    let variance: f64 = (left..=right).filter(there).map(|j| share(j) * off(j) * off(j)).sum();
    let has_slope = smoothing.degree == Degree::Linear && variance.sqrt() > 0.001 * (n - 1.0);
    let slope = if has_slope { (x - mean) / variance } else { 0.0 };
    Some((left..=right).filter(there).map(|j| share(j) * (1.0 + slope * off(j)) * y[j - 1]).sum())
}

fn bridge(values: &mut [f64]) {
    let there: Vec<usize> = (0..values.len()).filter(|&i| !values[i].is_nan()).collect();
    let (Some(&first), Some(&last)) = (there.first(), there.last()) else { return };
    for pair in there.windows(2) {
        line(values, pair[0], pair[1]);
    }
    let (start, end) = (values[first], values[last]);
    values[..first].fill(start);
    values[last..].fill(end);
}

fn widen(smoothed: &mut [f64], values: &[f64]) {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if smoothed.iter().all(|value| value.is_nan()) {
        smoothed.fill(present.iter().sum::<f64>() / present.len() as f64);
    }
}

fn bisquare(y: &[f64], parts: &mut Parts) {
    let rest: Vec<f64> =
        (0..y.len()).map(|i| (y[i] - parts.trend[i] - parts.seasonal[i]).abs()).collect();
    let mut sorted: Vec<f64> = rest.iter().copied().filter(|r| !r.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let h = if n == 0 { 0.0 } else { 3.0 * (sorted[n / 2] + sorted[n - n / 2 - 1]) };
    let weight = |r: f64| {
        if r.is_nan() {
            0.0
        } else if h == 0.0 || r <= 0.001 * h {
            1.0
        } else if r <= 0.999 * h {
            (1.0 - (r / h).powi(2)).powi(2)
        } else {
            0.0
        }
    };
    parts.weights = rest.into_iter().map(weight).collect();
    parts.narrowest = parts.narrowest.min(h);
}

/// Numbers from 0 to 1, the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn uniform(&mut self) -> f64 {
        // Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().max(f64::MIN_POSITIVE).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// A season, a trend, noise and now and then an outlier.
pub(crate) fn series(n: usize, period: usize, seed: u64) -> Vec<f64> {
    let mut random = Random(seed);
    let shape: Vec<f64> = (0..period).map(|_| 5.0 * random.normal()).collect();
    (0..n)
        .map(|i| {
            let outlier = if random.uniform() < 0.02 { 40.0 * random.normal() } else { 0.0 };
            100.0 + 0.02 * i as f64 + shape[i % period] + random.normal() + outlier
        })
        .collect()
}

/// The largest difference of two series over the largest magnitude of a third.
pub(crate) fn largest_difference(a: &[f64], b: &[f64], scale: &[f64]) -> f64 {
    let scale = scale.iter().filter(|s| !s.is_nan()).fold(0.0_f64, |most, s| most.max(s.abs()));
    let differ = |(a, b): (&f64, &f64)| if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() };
    let largest = a
        .iter()
        .zip(b)
        .map(differ)
        .fold(0.0, |most: f64, d| if d.is_nan() { f64::INFINITY } else { most.max(d) });
    if scale > 0.0 { largest / scale } else { largest }
}
