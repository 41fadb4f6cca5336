//! LOESS over evenly spaced points: Cleveland et al. (1990), section 2, by structure.
//!
//! Interior windows all have the same weights, so without weights of the points the smoother is one
//! symmetric convolution, and with them a few. Only points nearer to an end than half a window have
//! rows of their own.

use std::ops::Range;

use oddsift_ground::Tally;

use crate::{
    Degree, Error, Smoothing,
    kernel::{self, Moments, UNDECIDED, Weighted},
    tricube::Taps,
    windows::{Span, Windows},
};

/// Outputs at a time, so that they are looked over while they are near.
const CHUNK: usize = 256;

/// What is smoothed.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    /// The values, NaN where they are missing, which takes weights.
    pub(crate) values: &'a [f64],
    /// Weights of the points with the products of weights and values, 0 where a value is missing.
    pub(crate) weighted: Option<(&'a [f64], &'a [f64])>,
}

impl<'a> Input<'a> {
    fn with_stride(&self, stride: usize) -> Option<Weighted<'a>> {
        self.weighted.map(|(weights, products)| Weighted { stride, weights, products })
    }
}

/// Series of the same length that lie interleaved: point `i` of series `j` is `i * stride + j`.
#[derive(Clone)]
pub(crate) struct Grid {
    pub(crate) stride: usize,
    pub(crate) lanes: Range<usize>,
    /// The position, counted from 1, that the first row of the output has; 0 where the output has
    /// a row more at both ends.
    pub(crate) origin: usize,
}

impl Grid {
    /// One series, smoothed in place.
    pub(crate) const SERIES: Self = Self { stride: 1, lanes: 0..1, origin: 1 };

    fn output(&self, x: usize) -> Range<usize> {
        let row = (x - self.origin) * self.stride;
        row + self.lanes.start..row + self.lanes.end
    }
}

/// A smoother for series of `n` points.
#[derive(Debug, Clone)]
pub(crate) struct Loess {
    windows: Windows,
    degree: Degree,
    jump: usize,
    taps: Taps,
    /// Smoothed values below it are NaN, before lines are drawn between them.
    floor: Option<f64>,
}

impl Loess {
    pub(crate) fn new(n: usize, smoothing: Smoothing) -> Self {
        let Smoothing { window, degree, jump } = smoothing;
        let taps = if window <= n { Taps::new((window - 1) / 2) } else { Taps::default() };
        let windows = Windows::new(n, window, degree, step(n, jump) == 1);
        Self { windows, degree, jump, taps, floor: None }
    }

    pub(crate) fn with_floor(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self
    }

    pub(crate) fn is_for(&self, n: usize, smoothing: Smoothing) -> bool {
        let Smoothing { window, degree, jump } = smoothing;
        (self.windows.n, self.windows.window, self.degree, self.jump) == (n, window, degree, jump)
    }

    /// From each position that is fitted to the next one.
    pub(crate) fn step(&self) -> usize {
        step(self.windows.n, self.jump)
    }

    /// The variance of the positions above which a line has a slope.
    pub(crate) fn least(&self) -> f64 {
        self.windows.least
    }

    /// Smooths one series of `n` points.
    pub(crate) fn smooth(
        &self,
        input: Input<'_>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        if self.step() == 1 {
            self.interior(1, &[self.windows.least], input, out, tally)?;
        }
        self.rows(&Grid::SERIES, input, out, tally)
    }

    /// All full windows of interleaved series together, of which some may have a point more.
    pub(crate) fn interior(
        &self,
        stride: usize,
        least: &[f64],
        input: Input<'_>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        if self.windows.window > self.windows.n {
            return Ok(());
        }
        let margin = self.windows.half() * stride;
        let end = input.values.len().saturating_sub(margin).max(margin);
        let shift = out.len() - input.values.len();
        let out = &mut out[margin + shift / 2..end + shift / 2];
        for (index, out) in out.chunks_mut(CHUNK).enumerate() {
            tally.spend(out.len() * self.taps.half.len())?;
            self.full_windows(stride, least, input, margin + index * CHUNK, out);
        }
        Ok(())
    }

    /// Full windows whose centres are neighbours, from `first` on.
    fn full_windows(
        &self,
        stride: usize,
        least: &[f64],
        input: Input<'_>,
        first: usize,
        out: &mut [f64],
    ) {
        let Some(weighted) = input.with_stride(stride) else {
            return kernel::convolve(&self.taps.shares, stride, input.values, first, out);
        };
        let reach = self.taps.reach() as f64;
        // No weights can spread positions farther than their reach.
        if least.iter().any(|least| reach * reach > *least) {
            self.full_lines(weighted, least, first, out);
        } else {
            let mut sums = [0.0; CHUNK];
            let (sums, half) = (&mut sums[..out.len()], &self.taps.half);
            kernel::convolve(half, stride, weighted.weights, first, sums);
            kernel::convolve(half, stride, weighted.products, first, out);
            kernel::levels(sums, out);
        }
        self.decide(weighted, least, input.values, first, out);
    }

    fn full_lines(&self, input: Weighted<'_>, least: &[f64], first: usize, out: &mut [f64]) {
        let Weighted { stride, weights, products } = input;
        let Taps { half, half_x, half_xx, .. } = &self.taps;
        let mut sums = [[0.0; CHUNK]; 6];
        let sums = sums.each_mut().map(|sums| &mut sums[..out.len()]);
        let [weight, weights_x, weights_xx, product, products_x, bounds] = sums;
        kernel::convolve(half, stride, weights, first, weight);
        kernel::convolve_odd(half_x, stride, weights, first, weights_x);
        kernel::convolve(half_xx, stride, weights, first, weights_xx);
        kernel::convolve(half, stride, products, first, product);
        kernel::convolve_odd(half_x, stride, products, first, products_x);
        for (bound, at) in bounds.iter_mut().zip(first..) {
            *bound = least[at % stride];
        }
        let (weights, products) = (weight, product);
        let moments = Moments { weights, weights_x, weights_xx, products, products_x };
        kernel::lines(&moments, bounds, out);
    }

    /// What the sums could not give is found point by point, or is the value itself.
    fn decide(
        &self,
        input: Weighted<'_>,
        least: &[f64],
        values: &[f64],
        first: usize,
        out: &mut [f64],
    ) {
        let (mut row, reach) = (Vec::new(), self.taps.reach());
        for (at, value) in (first..).zip(out) {
            if *value != UNDECIDED {
                continue;
            }
            if row.is_empty() {
                row = self.taps.row();
            }
            let (start, least) = (at - reach * input.stride, least[at % input.stride]);
            *value = careful(&row, -(reach as f64), input, start, least).unwrap_or(values[at]);
        }
    }

    /// Rows that are no full windows, or all that the jump does not pass over.
    pub(crate) fn rows(
        &self,
        grid: &Grid,
        input: Input<'_>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        let (windows, mut row) = (&self.windows, Vec::new());
        match windows.n {
            0 => return Ok(()),
            1 => out[grid.output(1)].copy_from_slice(&input.values[grid.lanes.clone()]),
            _ if self.step() > 1 => self.jumps(grid, input, &mut row, out, tally)?,
            _ => {
                for x in windows.edges() {
                    self.row(x, windows.span(x), grid, input, &mut row, out, tally)?;
                }
            }
        }
        if grid.origin == 0 {
            for x in [0, windows.n + 1] {
                self.row(x, windows.span(x), grid, input, &mut row, out, tally)?;
            }
        }
        Ok(())
    }

    /// Every `step`-th row and the last, with straight lines between them.
    fn jumps(
        &self,
        grid: &Grid,
        input: Input<'_>,
        row: &mut Vec<f64>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        let (windows, step, mut last) = (&self.windows, self.step(), 1);
        for x in (1..=windows.n).step_by(step) {
            self.row(x, windows.span(x), grid, input, row, out, tally)?;
            if x > 1 {
                join(grid, last, x, out);
            }
            last = x;
        }
        if last < windows.n {
            // The window stays where it was, as in the original program.
            let span = windows.span_from(windows.span(last).first, windows.n);
            self.row(windows.n, span, grid, input, row, out, tally)?;
            join(grid, last, windows.n, out);
        }
        Ok(())
    }

    /// The row of position `x`, which is the value there where nothing has weight, or NaN.
    #[allow(clippy::too_many_arguments, reason = "what, where from, where to")]
    fn row(
        &self,
        x: usize,
        span: Span,
        grid: &Grid,
        input: Input<'_>,
        row: &mut Vec<f64>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        tally.spend(self.windows.row_len() * grid.lanes.len())?;
        let out = &mut out[grid.output(x)];
        let Some(weighted) = input.with_stride(grid.stride) else {
            self.plain_row(x, span, grid, input.values, row, out);
            if let Some(floor) = self.floor {
                out.iter_mut().filter(|value| **value < floor).for_each(|value| *value = f64::NAN);
            }
            return Ok(());
        };
        let row = self.windows.raw_row(x, span, row);
        let (from, least) = (span.from(x), self.windows.least);
        let first = span.first * grid.stride + grid.lanes.start;
        if grid.stride == 1 {
            out[0] = kernel::line_row(row, from, weighted, first, least);
        } else {
            kernel::line_lanes(row, from, weighted, first, least, out);
        }
        for (lane, value) in out.iter_mut().enumerate().filter(|(_, value)| **value == UNDECIDED) {
            let careful = careful(row, from, weighted, first + lane, least);
            // Beyond an end there is no value: there its neighbour's is put later.
            let at = x.checked_sub(1).filter(|&point| point < self.windows.n);
            let own = at.map(|point| input.values[point * grid.stride + grid.lanes.start + lane]);
            *value = careful.or(own).unwrap_or(f64::NAN);
        }
        Ok(())
    }

    fn plain_row(
        &self,
        x: usize,
        span: Span,
        grid: &Grid,
        values: &[f64],
        row: &mut Vec<f64>,
        out: &mut [f64],
    ) {
        if self.windows.is_interior(x) && span.first + self.windows.half() + 1 == x {
            let centre = (x - 1) * grid.stride + grid.lanes.start;
            return kernel::convolve(&self.taps.shares, grid.stride, values, centre, out);
        }
        let row = self.windows.row(x, span, row);
        let values = &values[span.first * grid.stride + grid.lanes.start..];
        if grid.stride == 1 {
            out[0] = kernel::dot(row, &values[..row.len()]);
        } else {
            kernel::dot_lanes(row, grid.stride, values, out);
        }
    }
}

/// A jump passes over no more than the series.
fn step(n: usize, jump: usize) -> usize {
    jump.min(n.saturating_sub(1)).max(1)
}

/// A weighted row as the definition has it, the mean first; `None` where nothing has weight.
fn careful(row: &[f64], from: f64, input: Weighted<'_>, first: usize, least: f64) -> Option<f64> {
    let points = || {
        row.iter().enumerate().map(|(i, tap)| {
            let at = first + i * input.stride;
            (from + i as f64, tap * input.weights[at], tap * input.products[at])
        })
    };
    let total: f64 = points().map(|(_, weight, _)| weight).sum();
    if total <= 0.0 {
        return None;
    }
    let mean = points().map(|(x, weight, _)| weight / total * x).sum::<f64>();
    let variance: f64 = points().map(|(x, w, _)| w / total * (x - mean) * (x - mean)).sum();
    let slope = if variance > least { -mean / variance } else { 0.0 };
    Some(points().map(|(x, _, product)| product / total * (1.0 + slope * (x - mean))).sum())
}

/// A straight line between two rows of the output.
fn join(grid: &Grid, left: usize, right: usize, out: &mut [f64]) {
    let steps = (right - left) as f64;
    for (from, to) in grid.output(left).zip(grid.output(right)) {
        let delta = (out[to] - out[from]) / steps;
        for step in 1..right - left {
            out[from + step * grid.stride] = out[from] + delta * step as f64;
        }
    }
}
