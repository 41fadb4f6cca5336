//! Memory that fits share.

use crate::{Settings, Smoothing, cycles::Cycles, loess::Loess};

/// Buffers and rows of weights that one fit leaves for the next: 8 to 10 numbers a value, and up to
/// 6 MiB of weights, which series of the same length and parameters have in common.
///
/// It changes no result. One for each thread saves making and releasing them for each of a thousand
/// short series.
///
/// ```
/// use oddsift_stl::{Stl, Workspace};
///
/// let mut workspace = Workspace::default();
/// let y: Vec<f64> = (0..96).map(|i| f64::from(i % 24)).collect();
/// let first = Stl::params(24).fit_in(&y, &mut workspace)?;
/// assert_eq!(Stl::params(24).fit_in(&y, &mut workspace)?, first);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Workspace {
    /// The series less trend or season, then the low pass.
    pub(crate) rest: Vec<f64>,
    /// `rest` times the weights.
    pub(crate) products: Vec<f64>,
    /// Smoothed subseries, a period longer at both ends.
    pub(crate) cycle: Vec<f64>,
    /// Moving averages.
    pub(crate) average: Vec<f64>,
    pub(crate) scaled: Vec<f64>,
    pub(crate) sorted: Vec<u64>,
    pub(crate) cycles: Option<Cycles>,
    pub(crate) trend: Option<Loess>,
    pub(crate) low_pass: Option<Loess>,
}

impl Workspace {
    /// Makes room for `n` values, and smoothers unless the last ones will do.
    pub(crate) fn prepare(&mut self, settings: &Settings, n: usize) {
        let Settings { period, seasonal, trend, low_pass, .. } = *settings;
        make_room(&mut self.rest, n);
        keep_loess(&mut self.trend, n, trend);
        if period >= n {
            return;
        }
        make_room(&mut self.cycle, n + 2 * period);
        make_room(&mut self.average, 2 * n + period + 3);
        keep_loess(&mut self.low_pass, n, low_pass);
        if !self.cycles.as_ref().is_some_and(|cycles| cycles.is_for(n, period, seasonal)) {
            self.cycles = Some(Cycles::new(n, period, seasonal));
        }
    }
}

/// Fresh zeros where there is too little: those of the system cost nothing until they are used.
pub(crate) fn make_room(buffer: &mut Vec<f64>, len: usize) {
    if buffer.capacity() < len {
        *buffer = vec![0.0; len];
    } else {
        buffer.resize(len, 0.0);
    }
}

fn keep_loess(kept: &mut Option<Loess>, n: usize, smoothing: Smoothing) {
    if !kept.as_ref().is_some_and(|loess| loess.is_for(n, smoothing)) {
        *kept = Some(Loess::new(n, smoothing));
    }
}
