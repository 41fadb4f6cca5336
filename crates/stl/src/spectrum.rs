//! Periodogram and autocorrelation by the fast Fourier transform.

use std::f64::consts::{LN_2, PI};

use realfft::{RealFftPlanner, num_complex::Complex};

/// Neighbours on either side that a frequency is compared with, at least and at most.
const NEIGHBOURS: (usize, usize) = (16, 128);

/// With fewer neighbours than this nothing stands out of them.
const LEAST_NEIGHBOURS: usize = 16;

/// Frequencies about a peak that belong to it: the taper spreads it to both sides.
const PEAK_WIDTH: usize = 2;

/// How many series without a period have a peak by chance: one in so many.
const ONE_IN: f64 = 2000.0;

/// By what uncertain neighbours raise the bar: many, and each of few.
const CAUTION: (f64, f64) = (2.0, 24.0);

/// A frequency that stands out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peak {
    /// Cycles in the series.
    cycles: usize,
    n: usize,
    /// Cycles a value.
    pub(crate) frequency: f64,
    /// Of the series itself.
    pub(crate) power: f64,
}

impl Peak {
    fn period(&self, cycles: f64) -> f64 {
        self.n as f64 / cycles
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a period is positive and below the length of the series"
    )]
    pub(crate) fn nominal(&self) -> usize {
        self.period(self.cycles as f64).round() as usize
    }

    /// The shortest whole period that may have this peak.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a period is positive and below the length of the series"
    )]
    pub(crate) fn shortest(&self) -> usize {
        (self.period(self.cycles as f64 + 0.75).floor() as usize).max(2)
    }

    /// The longest whole period that may have this peak.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a period is positive and below the length of the series"
    )]
    pub(crate) fn longest(&self) -> usize {
        self.period(self.cycles as f64 - 0.75).ceil() as usize
    }
}

/// Frequencies that stand out of their neighbours, at three cycles or more.
///
/// Of the differences, since those of a random walk are noise and those of a trend a constant; tapered
/// (Hann), since the ends do not meet.
pub(crate) fn peaks(values: &[f64]) -> Vec<Peak> {
    let n = values.len() - 1;
    let mean = (values[n] - values[0]) / n as f64;
    let taper = |i: usize| (PI * (i as f64 + 0.5) / n as f64).sin().powi(2);
    let differences =
        values.windows(2).enumerate().map(|(i, pair)| (pair[1] - pair[0] - mean) * taper(i));
    let power: Vec<f64> = transform(differences.collect()).iter().map(Complex::norm_sqr).collect();
    let by_chance = (power.len() as f64 * ONE_IN).ln();
    let is_peak = |&k: &usize| {
        power[k] >= power[k - 1]
            && power.get(k + 1).is_none_or(|next| power[k] >= *next)
            && power[k] > by_chance * background(&power, k)
    };
    (3..power.len())
        .filter(is_peak)
        .map(|cycles| {
            let frequency = cycles as f64 / n as f64;
            // What differences do to a wave of this frequency, undone.
            let gain = 2.0 * (PI * frequency).sin();
            Peak { cycles, n, frequency, power: power[cycles] / (gain * gain) }
        })
        .collect()
}

/// The mean power about a frequency, by the median of its neighbours without its harmonics, and more
/// where they are few.
fn background(power: &[f64], k: usize) -> f64 {
    let reach = (k / 4).clamp(NEIGHBOURS.0, NEIGHBOURS.1) + PEAK_WIDTH;
    let first = k.saturating_sub(reach).max(1);
    let last = (k + reach + (first + reach - k)).min(power.len() - 1);
    let is_apart = |&at: &usize| at.abs_diff(k) > PEAK_WIDTH;
    let is_harmonic = |at: usize| k > 6 && at.abs_diff(k) % k <= 1;
    let mut neighbours: Vec<f64> = (first..=last)
        .filter(is_apart)
        .filter(|&at| !is_harmonic(at))
        .map(|at| power[at])
        .collect();
    if neighbours.len() < LEAST_NEIGHBOURS {
        return f64::INFINITY;
    }
    let middle = neighbours.len() / 2;
    let caution = CAUTION.0 + CAUTION.1 / neighbours.len() as f64;
    caution * *neighbours.select_nth_unstable_by(middle, f64::total_cmp).1 / LN_2
}

/// How a series correlates with itself.
#[derive(Debug)]
pub(crate) struct Autocorrelation {
    /// Sums of products at a lag, over that at lag 0.
    sums: Vec<f64>,
}

impl Autocorrelation {
    /// Of a series about its mean; zeros for a series of zeros.
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n.max(1) as f64;
        // As long again, so that the end does not meet the start.
        let mut padded: Vec<f64> = values.iter().map(|value| value - mean).collect();
        padded.resize((2 * n).next_power_of_two(), 0.0);
        let len = padded.len();
        let mut spectrum = transform(padded);
        for value in &mut spectrum {
            *value = Complex::new(value.norm_sqr(), 0.0);
        }
        let inverse = RealFftPlanner::<f64>::new().plan_fft_inverse(len);
        let mut sums = inverse.make_output_vec();
        // The lengths are the planner's own and the ends are real, which is all that could be wrong.
        if inverse.process(&mut spectrum, &mut sums).is_err() || sums[0] <= 0.0 {
            return Self { sums: vec![0.0; n] };
        }
        let total = sums[0];
        Self { sums: sums[..n].iter().map(|sum| sum / total).collect() }
    }

    /// At a lag below the length, by as many pairs as there are.
    pub(crate) fn at(&self, lag: usize) -> f64 {
        let n = self.sums.len();
        self.sums[lag] * n as f64 / (n - lag) as f64
    }

    /// The share of the variance that the mean cycle explains beyond chance: what all whole cycles
    /// between two values have in common.
    pub(crate) fn share(&self, period: usize) -> f64 {
        let n = self.sums.len();
        let sum: f64 = (period..n).step_by(period).map(|lag| self.sums[lag]).sum();
        let of_cycle = period as f64 / n as f64;
        2.0 * of_cycle * sum / (1.0 - of_cycle)
    }

    /// By how much values near each other make chance shares larger: Bartlett's formula over lags up
    /// to each.
    pub(crate) fn redundancies(&self) -> Vec<f64> {
        let mut sum = 1.0;
        let squares = self.sums.iter().enumerate().map(|(lag, r)| {
            sum += if lag > 0 { 2.0 * r * r } else { 0.0 };
            sum
        });
        squares.collect()
    }
}

fn transform(mut values: Vec<f64>) -> Vec<Complex<f64>> {
    let forward = RealFftPlanner::<f64>::new().plan_fft_forward(values.len());
    let mut spectrum = forward.make_output_vec();
    match forward.process(&mut values, &mut spectrum) {
        Ok(()) => spectrum,
        Err(_) => Vec::new(),
    }
}
