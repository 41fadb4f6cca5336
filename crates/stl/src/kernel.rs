//! The loops that take the time, compiled for wider vectors where the machine has them.
//!
//! No loop fuses a multiplication with an addition, so that every machine gets the same bits.

use multiversion::multiversion;

/// Outputs that are summed at the same time, in registers.
const BLOCK: usize = 32;

/// Lanes of a dot product, each with its own sum.
const LANES: usize = 8;

/// What marks an output that the fast sums cannot give: no weight in its window, or a slope that
/// they would lose digits of. Inputs are scaled, so that no sum is infinite by itself.
pub(crate) const UNDECIDED: f64 = f64::INFINITY;

/// Past this ratio of squared mean to variance a variance by moments has lost too many digits.
const POOR: f64 = 1e4;

/// `out[i] = Σ half[d] * (y[first + i + d * stride] + y[first + i - d * stride])` over all `d`.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn convolve(half: &[f64], stride: usize, y: &[f64], first: usize, out: &mut [f64]) {
    convolve_by(|after, before| after + before, half, stride, y, first, out);
}

/// As [`convolve`], of differences: for weights that have another sign on the other side.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn convolve_odd(half: &[f64], stride: usize, y: &[f64], first: usize, out: &mut [f64]) {
    convolve_by(|after, before| after - before, half, stride, y, first, out);
}

#[inline(always)]
fn convolve_by(
    pair: impl Fn(f64, f64) -> f64 + Copy,
    half: &[f64],
    stride: usize,
    y: &[f64],
    first: usize,
    out: &mut [f64],
) {
    let mut at = first;
    let mut blocks = out.chunks_exact_mut(BLOCK);
    for block in &mut blocks {
        block.copy_from_slice(&convolve_block::<BLOCK>(pair, half, stride, y, at));
        at += BLOCK;
    }
    for value in blocks.into_remainder() {
        *value = convolve_block::<1>(pair, half, stride, y, at)[0];
        at += 1;
    }
}

#[inline(always)]
fn convolve_block<const N: usize>(
    pair: impl Fn(f64, f64) -> f64 + Copy,
    half: &[f64],
    stride: usize,
    y: &[f64],
    at: usize,
) -> [f64; N] {
    let mut sums = [0.0; N];
    for (distance, &weight) in half.iter().enumerate() {
        let before = &y[at - distance * stride..][..N];
        let after = &y[at + distance * stride..][..N];
        for lane in 0..N {
            sums[lane] += weight * pair(after[lane], before[lane]);
        }
    }
    sums
}

/// Values with weights.
#[derive(Clone, Copy)]
pub(crate) struct Weighted<'a> {
    pub(crate) stride: usize,
    /// Weights of the points.
    pub(crate) weights: &'a [f64],
    /// Values of the points times their weights.
    pub(crate) products: &'a [f64],
}

/// Weighted means: sums of products over sums of weights, in place, or [`UNDECIDED`].
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn levels(weights: &[f64], products: &mut [f64]) {
    for (product, weight) in products.iter_mut().zip(weights) {
        *product = if *weight > 0.0 { *product / weight } else { UNDECIDED };
    }
}

/// Sums over windows, of weights and products, times positions from the centre and their squares.
#[derive(Default)]
pub(crate) struct Moments<T> {
    pub(crate) weights: T,
    pub(crate) weights_x: T,
    pub(crate) weights_xx: T,
    pub(crate) products: T,
    pub(crate) products_x: T,
}

/// Lines at their centres, with a slope where the variance of the positions is above `least`, or
/// [`UNDECIDED`].
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn lines(moments: &Moments<&mut [f64]>, least: &[f64], out: &mut [f64]) {
    let n = out.len();
    let (weights, least) = (&moments.weights[..n], &least[..n]);
    let (weights_x, weights_xx) = (&moments.weights_x[..n], &moments.weights_xx[..n]);
    let (products, products_x) = (&moments.products[..n], &moments.products_x[..n]);
    for i in 0..n {
        let moments = Moments {
            weights: weights[i],
            weights_x: weights_x[i],
            weights_xx: weights_xx[i],
            products: products[i],
            products_x: products_x[i],
        };
        out[i] = line(&moments, least[i]);
    }
}

#[inline(always)]
fn line(moments: &Moments<f64>, least: f64) -> f64 {
    let weight = moments.weights;
    let mean = moments.weights_x / weight;
    let mean_square = moments.weights_xx / weight;
    let variance = mean_square - mean * mean;
    let level = moments.products / weight;
    let slope = (moments.products_x / weight - mean * level) / variance;
    let value = if variance > least { level - mean * slope } else { level };
    // Asked by the mean square: the variance itself may have lost every digit.
    let is_poor = variance * POOR < mean_square;
    if weight > 0.0 && !is_poor { value } else { UNDECIDED }
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
    for (lane, value) in out.iter_mut().enumerate() {
        let mut sums = Moments::default();
        for (i, &tap) in row.iter().enumerate() {
            let at = first + lane + i * input.stride;
            add(&mut sums, x + i as f64, tap * input.weights[at], tap * input.products[at]);
        }
        *value = line(&sums, least);
    }
}

#[inline(always)]
fn add(sums: &mut Moments<f64>, x: f64, weight: f64, product: f64) {
    sums.weights += weight;
    sums.weights_x += weight * x;
    sums.weights_xx += weight * x * x;
    sums.products += product;
    sums.products_x += product * x;
}

/// A weighted row with a single output, of points that are neighbours.
#[multiversion(targets("x86_64+avx2"))]
pub(crate) fn line_row(row: &[f64], x: f64, input: Weighted<'_>, first: usize, least: f64) -> f64 {
    let (weights, products) = (&input.weights[first..], &input.products[first..]);
    let mut lanes = Moments::<[f64; LANES]>::default();
    let whole = row.len() / LANES * LANES;
    let mut positions: [f64; LANES] = std::array::from_fn(|lane| x + lane as f64);
    for at in (0..whole).step_by(LANES) {
        let row = &row[at..][..LANES];
        let weights = times(row, &weights[at..]);
        let products = times(row, &products[at..]);
        let weights_x = times(&positions, &weights);
        accumulate(&mut lanes.weights, weights);
        accumulate(&mut lanes.weights_x, weights_x);
        accumulate(&mut lanes.weights_xx, times(&positions, &weights_x));
        accumulate(&mut lanes.products, products);
        accumulate(&mut lanes.products_x, times(&positions, &products));
        accumulate(&mut positions, [LANES as f64; LANES]);
    }
    let mut sums = Moments {
        weights: lanes.weights.iter().sum(),
        weights_x: lanes.weights_x.iter().sum(),
        weights_xx: lanes.weights_xx.iter().sum(),
        products: lanes.products.iter().sum(),
        products_x: lanes.products_x.iter().sum(),
    };
    for i in whole..row.len() {
        add(&mut sums, x + i as f64, row[i] * weights[i], row[i] * products[i]);
    }
    line(&sums, least)
}

#[inline(always)]
fn times(a: &[f64], b: &[f64]) -> [f64; LANES] {
    let (a, b) = (&a[..LANES], &b[..LANES]);
    std::array::from_fn(|lane| a[lane] * b[lane])
}

#[inline(always)]
fn accumulate(sums: &mut [f64; LANES], values: [f64; LANES]) {
    for lane in 0..LANES {
        sums[lane] += values[lane];
    }
}
