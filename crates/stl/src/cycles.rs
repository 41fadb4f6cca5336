//! Smoothing of the cycle-subseries: Cleveland et al. (1990), section 3.3, step 2.

use oddsift_ground::Tally;

use crate::{
    Error, Smoothing,
    loess::{Grid, Input, Loess},
};

/// Smoothers for all cycle-subseries of a series: the first `n % period` have a point more.
///
/// The subseries stay where they are: point `i` of subseries `j` is `i * period + j`, so that
/// neighbours are smoothed at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Cycles {
    n: usize,
    period: usize,
    long: Loess,
    short: Loess,
    /// Least variances for a slope by subseries.
    least: Vec<f64>,
}

impl Cycles {
    /// For `n` values and a shorter period.
    pub(crate) fn new(n: usize, period: usize, smoothing: Smoothing) -> Self {
        let loess = |n| Loess::new(n, smoothing);
        let short = loess(n / period);
        let n_long = n % period;
        let long = if n_long > 0 { loess(n / period + 1) } else { short.clone() };
        let by_series = |j| if j < n_long { long.least() } else { short.least() };
        let least = (0..period).map(by_series).collect();
        Self { n, period, long, short, least }
    }

    pub(crate) fn with_floor(self, floor: f64) -> Self {
        let (long, short) = (self.long.with_floor(floor), self.short.with_floor(floor));
        Self { long, short, ..self }
    }

    pub(crate) fn is_for(&self, n: usize, period: usize, smoothing: Smoothing) -> bool {
        (self.n, self.period) == (n, period) && self.short.is_for(n / period, smoothing)
    }

    /// Smooths each subseries and extends it by a value at both ends: `out` begins a period before
    /// `input` and ends a period after it.
    pub(crate) fn smooth(
        &self,
        input: Input<'_>,
        out: &mut [f64],
        tally: &mut Tally<'_>,
    ) -> Result<(), Error> {
        let (period, n_long) = (self.period, self.n % self.period);
        if self.long.step() == 1 {
            self.long.interior(period, &self.least, input, out, tally)?;
        }
        for (loess, lanes) in [(&self.long, 0..n_long), (&self.short, n_long..period)] {
            if !lanes.is_empty() {
                loess.rows(&Grid { stride: period, lanes, origin: 0 }, input, out, tally)?;
            }
        }
        Ok(())
    }
}
