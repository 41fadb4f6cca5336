//! LOESS over evenly spaced points: Cleveland et al. (1990), section 2, by structure.
//!
//! Interior windows all have the same weights, so without weights of the points the smoother is one
//! symmetric convolution, and with them a few. Only points nearer to an end than half a window have
//! rows of their own.

use std::ops::Range;

use crate::{
    Degree, Error,
    kernel::{self, Moments, UNDECIDED, Weighted},
    progress::Control,
    tricube::{Taps, tricube},
};

/// Rows of weights are kept between passes up to this many values, 2 MiB.
const KEPT: usize = 1 << 18;

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

/// The points that a window holds.
#[derive(Clone, Copy)]
struct Span {
    first: usize,
    reach: f64,
}

/// A smoother for series of `n` points.
#[derive(Debug, Clone)]
pub(crate) struct Loess {
    n: usize,
    window: usize,
    degree: Degree,
    jump: usize,
    taps: Taps,
    /// The variance of the positions above which a line has a slope.
    least: f64,
    /// Final weights of the rows near the ends, one after the other; empty if they are too many.
    kept: Vec<f64>,
    /// The same before the points' own weights.
    kept_raw: Vec<f64>,
    /// Smoothed values below it are NaN, before lines are drawn between them.
    floor: Option<f64>,
}

impl Loess {
    pub(crate) fn new(n: usize, window: usize, degree: Degree, jump: usize) -> Self {
        let taps = if window <= n { Taps::new((window - 1) / 2) } else { Taps::default() };
        let spread = 0.001 * (n as f64 - 1.0);
        let least = spread * spread;
        let mut loess = Self {
            n,
            window,
            degree,
            jump,
            taps,
            least,
            kept: Vec::new(),
            kept_raw: Vec::new(),
            floor: None,
        };
        loess.keep_rows();
        loess
    }

    pub(crate) fn with_floor(mut self, floor: f64) -> Self {
        self.floor = Some(floor);
        self
    }

    pub(crate) fn is_for(&self, n: usize, window: usize, degree: Degree, jump: usize) -> bool {
        (self.n, self.window, self.degree, self.jump) == (n, window, degree, jump)
    }

    /// Points on either side of the centre of a full window.
    pub(crate) fn half(&self) -> usize {
        (self.window - 1) / 2
    }

    pub(crate) fn step(&self) -> usize {
        self.jump.min(self.n.saturating_sub(1)).max(1)
    }

    /// The variance of the positions above which a line has a slope; infinite for a constant.
    pub(crate) fn least(&self) -> f64 {
        match self.degree {
            Degree::Constant => f64::INFINITY,
            Degree::Linear => self.least,
        }
    }

    /// How many points every window has.
    fn row_len(&self) -> usize {
        self.window.min(self.n)
    }

    fn is_interior(&self, x: usize) -> bool {
        self.window <= self.n && self.half() < x && x <= self.n - self.half()
    }

    /// The window of position `x`, counted from 1.
    fn span(&self, x: usize) -> Span {
        let last_first = self.n - self.row_len();
        let first = x.saturating_sub(self.half() + 1).min(last_first);
        let (left, right) = (x.abs_diff(first + 1), x.abs_diff(first + self.row_len()));
        let beyond = self.window.saturating_sub(self.n) / 2;
        Span { first, reach: left.max(right) as f64 + beyond as f64 }
    }

    /// Smooths one series of `n` points.
    pub(crate) fn smooth(
        &self,
        input: Input<'_>,
        out: &mut [f64],
        control: &Control<'_>,
    ) -> Result<(), Error> {
        if self.step() == 1 {
            self.interior(1, &[self.least()], input, out, control)?;
        }
        self.rows(&Grid::SERIES, input, out, control)
    }

    /// All full windows of interleaved series together, of which some may have a point more.
    pub(crate) fn interior(
        &self,
        stride: usize,
        least: &[f64],
        input: Input<'_>,
        out: &mut [f64],
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let margin = self.half() * stride;
        let end = input.values.len().saturating_sub(margin);
        if self.window > self.n || end <= margin {
            return Ok(());
        }
        let shift = out.len() - input.values.len();
        let out = &mut out[margin + shift / 2..end + shift / 2];
        for (index, out) in out.chunks_mut(CHUNK).enumerate() {
            control.spend(out.len() * self.taps.half.len())?;
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
        for (at, value) in (first..).zip(out) {
            if *value == UNDECIDED {
                let least = least[at % stride];
                *value = self.careful_centre(weighted, at, least).unwrap_or(input.values[at]);
            }
        }
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

    /// Rows that are no full windows, or all that the jump does not pass over.
    pub(crate) fn rows(
        &self,
        grid: &Grid,
        input: Input<'_>,
        out: &mut [f64],
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let mut row = Vec::new();
        if self.n == 0 {
            return Ok(());
        }
        if self.n < 2 {
            for lane in grid.lanes.clone() {
                out[(1 - grid.origin) * grid.stride + lane] = input.values[lane];
            }
        } else if self.step() == 1 {
            for x in (1..=self.n).filter(|&x| !self.is_interior(x)) {
                self.row(x, self.span(x), grid, input, &mut row, out, control)?;
            }
        } else {
            self.jumps(grid, input, &mut row, out, control)?;
        }
        if grid.origin == 0 {
            self.row(0, self.span(0), grid, input, &mut row, out, control)?;
            self.row(self.n + 1, self.span(self.n + 1), grid, input, &mut row, out, control)?;
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
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let step = self.step();
        let mut last = 1;
        for x in (1..=self.n).step_by(step) {
            self.row(x, self.span(x), grid, input, row, out, control)?;
            if x > 1 {
                join(grid, x - step, x, out);
            }
            last = x;
        }
        if last < self.n {
            // The window stays where it was, as in the original program.
            let span = self.span(last);
            let span = Span { reach: self.reach_from(self.n, span.first), ..span };
            self.row(self.n, span, grid, input, row, out, control)?;
            join(grid, last, self.n, out);
        }
        Ok(())
    }

    fn reach_from(&self, x: usize, first: usize) -> f64 {
        let (left, right) = (x.abs_diff(first + 1), x.abs_diff(first + self.row_len()));
        left.max(right) as f64 + (self.window.saturating_sub(self.n) / 2) as f64
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
        control: &Control<'_>,
    ) -> Result<(), Error> {
        control.spend(self.row_len() * grid.lanes.len())?;
        let target = grid.output(x);
        let Some(weighted) = input.with_stride(grid.stride) else {
            let out = &mut out[target];
            self.plain_row(x, span, grid, input.values, row, out);
            if let Some(floor) = self.floor {
                out.iter_mut().filter(|value| **value < floor).for_each(|value| *value = f64::NAN);
            }
            return Ok(());
        };
        let row = if let Some(kept) = self.kept_row(&self.kept_raw, x) {
            kept
        } else {
            self.raw_row(x, span, row);
            &row[..]
        };
        let from = span.first as f64 + 1.0 - x as f64;
        let first = span.first * grid.stride + grid.lanes.start;
        if grid.stride == 1 {
            out[target.start] = kernel::line_row(row, from, weighted, first, self.least());
        } else {
            let out = &mut out[target.clone()];
            kernel::line_lanes(row, from, weighted, first, self.least(), out);
        }
        for (lane, at) in target.enumerate() {
            if out[at] == UNDECIDED {
                let careful = careful(row, from, weighted, first + lane, self.least());
                // The row beyond an end has no value of its own: its neighbour's is put there later.
                let is_value = (1..=self.n).contains(&x);
                let value = if is_value {
                    input.values[(x - 1) * grid.stride + grid.lanes.start + lane]
                } else {
                    f64::NAN
                };
                out[at] = careful.unwrap_or(value);
            }
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
        if self.is_interior(x) && span.first + self.half() + 1 == x {
            let centre = (x - 1) * grid.stride + grid.lanes.start;
            return kernel::convolve(&self.taps.shares, grid.stride, values, centre, out);
        }
        let row = if let Some(kept) = self.kept_row(&self.kept, x) {
            kept
        } else {
            self.raw_row(x, span, row);
            self.finish_row(x, span, row);
            &row[..]
        };
        let values = &values[span.first * grid.stride + grid.lanes.start..];
        if grid.stride == 1 {
            out[0] = kernel::dot(row, &values[..row.len()]);
        } else {
            kernel::dot_lanes(row, grid.stride, values, out);
        }
    }

    /// The weights of a window, before the points' own.
    fn raw_row(&self, x: usize, span: Span, row: &mut Vec<f64>) {
        row.clear();
        let from = span.first as f64 + 1.0 - x as f64;
        row.extend((0..self.row_len()).map(|i| tricube((from + i as f64).abs(), span.reach)));
    }

    /// What the values of a window are multiplied with, where they have no weights of their own.
    fn finish_row(&self, x: usize, span: Span, row: &mut [f64]) {
        let total: f64 = row.iter().sum();
        for weight in &mut *row {
            *weight /= total;
        }
        let from = span.first as f64 + 1.0 - x as f64;
        let mean: f64 = row.iter().enumerate().map(|(i, w)| w * (from + i as f64)).sum();
        let off = |i: usize| from + i as f64 - mean;
        let variance: f64 = row.iter().enumerate().map(|(i, w)| w * off(i) * off(i)).sum();
        if variance > self.least() {
            let slope = -mean / variance;
            row.iter_mut().enumerate().for_each(|(i, weight)| *weight *= 1.0 + slope * off(i));
        }
    }

    fn keep_rows(&mut self) {
        let n_rows = if self.window > self.n { self.n + 2 } else { 2 * self.half() + 2 };
        if self.step() > 1 || self.n < 2 || n_rows.saturating_mul(self.row_len()) > KEPT {
            return;
        }
        let (mut row, len) = (Vec::new(), n_rows * self.row_len());
        let (mut kept, mut kept_raw) = (Vec::with_capacity(len), Vec::with_capacity(len));
        for x in (0..=self.n + 1).filter(|&x| !self.is_interior(x)) {
            let span = self.span(x);
            self.raw_row(x, span, &mut row);
            kept_raw.extend_from_slice(&row);
            self.finish_row(x, span, &mut row);
            kept.extend_from_slice(&row);
        }
        (self.kept, self.kept_raw) = (kept, kept_raw);
    }

    fn kept_row<'a>(&self, kept: &'a [f64], x: usize) -> Option<&'a [f64]> {
        if kept.is_empty() {
            return None;
        }
        // Rows of a jump are never kept, so that all others are near an end.
        let interior = (self.n + 1).saturating_sub(2 * self.half() + 1);
        let skipped = if self.window <= self.n && x > self.half() { interior } else { 0 };
        let index = x - skipped;
        kept.get(index * self.row_len()..(index + 1) * self.row_len())
    }

    fn careful_centre(&self, input: Weighted<'_>, at: usize, least: f64) -> Option<f64> {
        let half = &self.taps.half;
        let reach = self.taps.reach();
        let row: Vec<f64> = (0..=2 * reach)
            .map(|i| if i == reach { 1.0 } else { half[i.abs_diff(reach)] })
            .collect();
        careful(&row, -(reach as f64), input, at - reach * input.stride, least)
    }
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
