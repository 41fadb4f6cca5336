//! Which points a window holds and what weights they have, one row for each position.

use crate::{Degree, tricube::tricube};

/// Rows of weights are kept between passes up to this many values, 2 MiB.
const KEPT: usize = 1 << 18;

/// The points that a window holds.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    pub(crate) first: usize,
    reach: f64,
}

impl Span {
    /// Where the first point is, seen from the position that is estimated.
    pub(crate) fn from(&self, x: usize) -> f64 {
        self.first as f64 + 1.0 - x as f64
    }
}

/// The windows of a series of `n` points, whose positions are counted from 1.
#[derive(Debug, Clone)]
pub(crate) struct Windows {
    pub(crate) n: usize,
    pub(crate) window: usize,
    /// The variance of the positions above which a line has a slope; infinite for a constant.
    pub(crate) least: f64,
    /// Final weights of the rows near the ends, one after the other; empty if they are too many.
    kept: Vec<f64>,
    /// The same before the points' own weights.
    kept_raw: Vec<f64>,
}

impl Windows {
    /// Keeps the rows near the ends if `keep` says that there are others, and if they are not too many.
    pub(crate) fn new(n: usize, window: usize, degree: Degree, keep: bool) -> Self {
        let spread = 0.001 * (n as f64 - 1.0);
        let least = if degree == Degree::Linear { spread * spread } else { f64::INFINITY };
        let mut windows = Self { n, window, least, kept: Vec::new(), kept_raw: Vec::new() };
        if keep && n > 1 {
            windows.keep_rows();
        }
        windows
    }

    /// Points on either side of the centre of a full window.
    pub(crate) fn half(&self) -> usize {
        (self.window - 1) / 2
    }

    /// How many points every window has.
    pub(crate) fn row_len(&self) -> usize {
        self.window.min(self.n)
    }

    /// Whether the window has its position in the middle.
    pub(crate) fn is_interior(&self, x: usize) -> bool {
        self.window <= self.n && self.half() < x && x <= self.n - self.half()
    }

    /// The positions of all other windows.
    pub(crate) fn edges(&self) -> impl Iterator<Item = usize> + use<> {
        let (left, right) = if self.window <= self.n {
            (self.half(), self.n - self.half())
        } else {
            (self.n, self.n)
        };
        (1..=left).chain(right + 1..=self.n)
    }

    /// The window of a position, or of the one beyond either end.
    pub(crate) fn span(&self, x: usize) -> Span {
        let last = self.n - self.row_len();
        self.span_from(x.saturating_sub(self.half() + 1).min(last), x)
    }

    /// The window that begins at a point, for a position that need not be its own.
    pub(crate) fn span_from(&self, first: usize, x: usize) -> Span {
        let (left, right) = (x.abs_diff(first + 1), x.abs_diff(first + self.row_len()));
        let beyond = self.window.saturating_sub(self.n) / 2;
        Span { first, reach: left.max(right) as f64 + beyond as f64 }
    }

    /// The weights of a window before the points' own: those kept, or made in `row`.
    pub(crate) fn raw_row<'a>(&'a self, x: usize, span: Span, row: &'a mut Vec<f64>) -> &'a [f64] {
        if let Some(kept) = self.kept_row(&self.kept_raw, x) {
            return kept;
        }
        self.make_raw_row(x, span, row);
        row
    }

    /// What the values of a window are multiplied with, where they have no weights of their own.
    pub(crate) fn row<'a>(&'a self, x: usize, span: Span, row: &'a mut Vec<f64>) -> &'a [f64] {
        if let Some(kept) = self.kept_row(&self.kept, x) {
            return kept;
        }
        self.make_raw_row(x, span, row);
        self.finish_row(x, span, row);
        row
    }

    fn make_raw_row(&self, x: usize, span: Span, row: &mut Vec<f64>) {
        let from = span.from(x);
        row.clear();
        row.extend((0..self.row_len()).map(|i| tricube((from + i as f64).abs(), span.reach)));
    }

    fn finish_row(&self, x: usize, span: Span, row: &mut [f64]) {
        let total: f64 = row.iter().sum();
        for weight in &mut *row {
            *weight /= total;
        }
        let from = span.from(x);
        let mean: f64 = row.iter().enumerate().map(|(i, w)| w * (from + i as f64)).sum();
        let off = |i: usize| from + i as f64 - mean;
        let variance: f64 = row.iter().enumerate().map(|(i, w)| w * off(i) * off(i)).sum();
        if variance > self.least {
            let slope = -mean / variance;
            for (i, weight) in row.iter_mut().enumerate() {
                *weight *= 1.0 + slope * off(i);
            }
        }
    }

    fn keep_rows(&mut self) {
        let n_rows = self.edges().count() + 2;
        if n_rows.saturating_mul(self.row_len()) > KEPT {
            return;
        }
        let (mut row, len) = (Vec::new(), n_rows * self.row_len());
        let (mut kept, mut kept_raw) = (Vec::with_capacity(len), Vec::with_capacity(len));
        for x in std::iter::once(0).chain(self.edges()).chain([self.n + 1]) {
            let span = self.span(x);
            self.make_raw_row(x, span, &mut row);
            kept_raw.extend_from_slice(&row);
            self.finish_row(x, span, &mut row);
            kept.extend_from_slice(&row);
        }
        (self.kept, self.kept_raw) = (kept, kept_raw);
    }

    /// The row of a position near an end.
    fn kept_row<'a>(&self, kept: &'a [f64], x: usize) -> Option<&'a [f64]> {
        if kept.is_empty() || self.is_interior(x) {
            return None;
        }
        let n_interior = self.n.saturating_sub(2 * self.half());
        let skipped = if self.window <= self.n && x > self.half() { n_interior } else { 0 };
        let index = x - skipped;
        kept.get(index * self.row_len()..(index + 1) * self.row_len())
    }
}
