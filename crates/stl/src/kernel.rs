//! The loops that take the time, compiled for wider vectors where the machine has them.
//!
//! No loop fuses a multiplication with an addition, so that every machine gets the same bits.

use multiversion::multiversion;

use crate::tricube::Taps;

/// Outputs that are summed at the same time, in registers.
const BLOCK: usize = 16;

/// Lanes of a dot product, each with its own sum.
const LANES: usize = 8;

/// What marks an output that the fast sums cannot give: no weight in its window, or a slope that
/// they would lose digits of. Inputs are scaled, so that no sum is infinite by itself.
pub(crate) const UNDECIDED: f64 = f64::INFINITY;

/// Past this ratio of squared mean to variance a variance by moments has lost too many digits.
const POOR: f64 = 1e4;

/// `out[i] = Σ half[d] * (y[first + i - d * stride] + y[first + i + d * stride])` over all `d`.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn convolve(half: &[f64], stride: usize, y: &[f64], first: usize, out: &mut [f64]) {
    let mut at = first;
    let mut blocks = out.chunks_exact_mut(2 * BLOCK);
    for block in &mut blocks {
        block.copy_from_slice(&convolve_block::<{ 2 * BLOCK }>(half, stride, y, at));
        at += 2 * BLOCK;
    }
    for value in blocks.into_remainder() {
        *value = convolve_block::<1>(half, stride, y, at)[0];
        at += 1;
    }
}

#[inline(always)]
fn convolve_block<const N: usize>(half: &[f64], stride: usize, y: &[f64], at: usize) -> [f64; N] {
    let mut sums = [0.0; N];
    for (distance, &weight) in half.iter().enumerate() {
        let before = &y[at - distance * stride..][..N];
        let after = &y[at + distance * stride..][..N];
        for lane in 0..N {
            sums[lane] += weight * (before[lane] + after[lane]);
        }
    }
    sums
}

/// A weighted smoothing of evenly spaced values at full windows.
#[derive(Clone, Copy)]
pub(crate) struct Weighted<'a> {
    pub(crate) stride: usize,
    /// Weights of the points.
    pub(crate) weights: &'a [f64],
    /// Values of the points times their weights.
    pub(crate) products: &'a [f64],
}

/// Local means: `out[i]` is the weighted mean about point `first + i`, or [`UNDECIDED`].
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn convolve_level(half: &[f64], input: Weighted<'_>, first: usize, out: &mut [f64]) {
    let mut at = first;
    let mut blocks = out.chunks_exact_mut(BLOCK);
    for block in &mut blocks {
        block.copy_from_slice(&level_block::<BLOCK>(half, input, at));
        at += BLOCK;
    }
    for value in blocks.into_remainder() {
        *value = level_block::<1>(half, input, at)[0];
        at += 1;
    }
}

#[inline(always)]
fn level_block<const N: usize>(half: &[f64], input: Weighted<'_>, at: usize) -> [f64; N] {
    let (mut weights, mut products) = ([0.0; N], [0.0; N]);
    for (distance, &tap) in half.iter().enumerate() {
        let (before, after) = (at - distance * input.stride, at + distance * input.stride);
        let (w_before, w_after) = (&input.weights[before..][..N], &input.weights[after..][..N]);
        let (p_before, p_after) = (&input.products[before..][..N], &input.products[after..][..N]);
        for lane in 0..N {
            weights[lane] += tap * (w_before[lane] + w_after[lane]);
            products[lane] += tap * (p_before[lane] + p_after[lane]);
        }
    }
    std::array::from_fn(|lane| {
        if weights[lane] > 0.0 { products[lane] / weights[lane] } else { UNDECIDED }
    })
}

/// Local lines: as [`convolve_level`], with a slope where the variance of the positions is above
/// `least[i % stride]`, which is as long as the stride and a block.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn convolve_line(
    taps: &Taps,
    input: Weighted<'_>,
    least: &[f64],
    first: usize,
    out: &mut [f64],
) {
    let mut at = first;
    let mut blocks = out.chunks_exact_mut(LANES);
    for block in &mut blocks {
        let sums = line_block::<LANES>(taps, input, at);
        let least = &least[at % input.stride..][..LANES];
        for lane in 0..LANES {
            block[lane] = sums.estimate(lane, least[lane]);
        }
        at += LANES;
    }
    for value in blocks.into_remainder() {
        *value = line_block::<1>(taps, input, at).estimate(0, least[at % input.stride]);
        at += 1;
    }
}

/// How long the table of least variances must be.
pub(crate) const fn least_len(stride: usize) -> usize {
    stride + LANES
}

/// Moments of the weights and of the products about the point that is estimated.
struct Moments<const N: usize> {
    weights: [f64; N],
    weights_x: [f64; N],
    weights_xx: [f64; N],
    products: [f64; N],
    products_x: [f64; N],
}

impl<const N: usize> Moments<N> {
    const ZERO: Self = Self {
        weights: [0.0; N],
        weights_x: [0.0; N],
        weights_xx: [0.0; N],
        products: [0.0; N],
        products_x: [0.0; N],
    };

    /// The line's value at the point itself, where `x` is 0.
    #[inline(always)]
    fn estimate(&self, lane: usize, least: f64) -> f64 {
        let weight = self.weights[lane];
        let mean = self.weights_x[lane] / weight;
        let variance = self.weights_xx[lane] / weight - mean * mean;
        let level = self.products[lane] / weight;
        let slope = (self.products_x[lane] / weight - mean * level) / variance;
        let value = if variance > least { level - mean * slope } else { level };
        // Asked by the mean square: the variance itself may have lost every digit.
        let poor = variance * POOR < self.weights_xx[lane] / weight;
        if weight > 0.0 && !poor { value } else { UNDECIDED }
    }
}

#[inline(always)]
fn line_block<const N: usize>(taps: &Taps, input: Weighted<'_>, at: usize) -> Moments<N> {
    let mut sums = Moments::<N>::ZERO;
    let tables = taps.half.iter().zip(&taps.half_x).zip(&taps.half_xx).enumerate();
    for (distance, ((&tap, &tap_x), &tap_xx)) in tables {
        let (before, after) = (at - distance * input.stride, at + distance * input.stride);
        let (w_before, w_after) = (&input.weights[before..][..N], &input.weights[after..][..N]);
        let (p_before, p_after) = (&input.products[before..][..N], &input.products[after..][..N]);
        for lane in 0..N {
            let both = w_after[lane] + w_before[lane];
            sums.weights[lane] += tap * both;
            sums.weights_x[lane] += tap_x * (w_after[lane] - w_before[lane]);
            sums.weights_xx[lane] += tap_xx * both;
            sums.products[lane] += tap * (p_after[lane] + p_before[lane]);
            sums.products_x[lane] += tap_x * (p_after[lane] - p_before[lane]);
        }
    }
    sums
}

/// `Σ row[i] * y[i]`.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn dot(row: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; 2 * LANES];
    let (rows, ys) = (row.chunks_exact(2 * LANES), y.chunks_exact(2 * LANES));
    let rest: f64 = rows.remainder().iter().zip(ys.remainder()).map(|(w, y)| w * y).sum();
    for (row, y) in rows.zip(ys) {
        for lane in 0..2 * LANES {
            sums[lane] += row[lane] * y[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// A row of `out.len()` neighbouring outputs at the same weights:
/// `out[j] = Σ row[i] * y[i * stride + j]`.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn dot_lanes(row: &[f64], stride: usize, y: &[f64], out: &mut [f64]) {
    let mut at = 0;
    let mut blocks = out.chunks_exact_mut(LANES);
    for block in &mut blocks {
        block.copy_from_slice(&lanes_block::<LANES>(row, stride, &y[at..]));
        at += LANES;
    }
    for value in blocks.into_remainder() {
        *value = lanes_block::<1>(row, stride, &y[at..])[0];
        at += 1;
    }
}

#[inline(always)]
fn lanes_block<const N: usize>(row: &[f64], stride: usize, y: &[f64]) -> [f64; N] {
    let mut sums = [0.0; N];
    for (i, &weight) in row.iter().enumerate() {
        let y = &y[i * stride..][..N];
        for lane in 0..N {
            sums[lane] += weight * y[lane];
        }
    }
    sums
}

/// A weighted row of neighbouring outputs: as [`dot_lanes`], with `x` the position of the row's first
/// point from the point that is estimated.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn line_lanes(
    row: &[f64],
    x: f64,
    input: Weighted<'_>,
    first: usize,
    least: f64,
    out: &mut [f64],
) {
    let mut at = first;
    let mut blocks = out.chunks_exact_mut(LANES);
    for block in &mut blocks {
        let sums = line_lanes_block::<LANES>(row, x, input, at);
        for (lane, value) in block.iter_mut().enumerate() {
            *value = sums.estimate(lane, least);
        }
        at += LANES;
    }
    for value in blocks.into_remainder() {
        *value = line_lanes_block::<1>(row, x, input, at).estimate(0, least);
        at += 1;
    }
}

#[inline(always)]
fn line_lanes_block<const N: usize>(
    row: &[f64],
    x: f64,
    input: Weighted<'_>,
    first: usize,
) -> Moments<N> {
    let mut sums = Moments::<N>::ZERO;
    for (i, &tap) in row.iter().enumerate() {
        let at = first + i * input.stride;
        let (weights, products) = (&input.weights[at..][..N], &input.products[at..][..N]);
        let x = x + i as f64;
        for lane in 0..N {
            let (weight, product) = (tap * weights[lane], tap * products[lane]);
            sums.weights[lane] += weight;
            sums.weights_x[lane] += weight * x;
            sums.weights_xx[lane] += weight * x * x;
            sums.products[lane] += product;
            sums.products_x[lane] += product * x;
        }
    }
    sums
}

/// A weighted row with a single output, of points that are neighbours.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn line_row(row: &[f64], x: f64, input: Weighted<'_>, first: usize, least: f64) -> f64 {
    let (weights, products) = (&input.weights[first..], &input.products[first..]);
    let mut sums = Moments::<LANES>::ZERO;
    let whole = row.len() / LANES * LANES;
    let mut positions: [f64; LANES] = std::array::from_fn(|lane| x + lane as f64);
    for at in (0..whole).step_by(LANES) {
        let (row, w, p) = (&row[at..][..LANES], &weights[at..][..LANES], &products[at..][..LANES]);
        for lane in 0..LANES {
            let (weight, product) = (row[lane] * w[lane], row[lane] * p[lane]);
            sums.weights[lane] += weight;
            sums.weights_x[lane] += weight * positions[lane];
            sums.weights_xx[lane] += weight * positions[lane] * positions[lane];
            sums.products[lane] += product;
            sums.products_x[lane] += product * positions[lane];
            positions[lane] += LANES as f64;
        }
    }
    let rest = Weighted { stride: 1, weights, products };
    let rest = line_lanes_block::<1>(&row[whole..], x + whole as f64, rest, whole);
    let total = |lanes: [f64; LANES], rest: [f64; 1]| [lanes.iter().sum::<f64>() + rest[0]];
    Moments::<1> {
        weights: total(sums.weights, rest.weights),
        weights_x: total(sums.weights_x, rest.weights_x),
        weights_xx: total(sums.weights_xx, rest.weights_xx),
        products: total(sums.products, rest.products),
        products_x: total(sums.products_x, rest.products_x),
    }
    .estimate(0, least)
}
