//! How odd a remainder is.

use std::{fmt, str::FromStr};

use oddsift_ground::quantiles;

use crate::{Error, error::shown};

/// How the oddness of a remainder is measured, on the scale of the threshold.
///
/// Its text is `z`, `mad`, `tukey` (quartiles) or `ctukey` (deciles), as Kusto names the last two.
///
/// ```
/// use oddsift_timeseries::{Fences, Score};
///
/// assert_eq!(Score::default(), Score::Z);
/// assert_eq!("ctukey".parse::<Score>()?, Score::Tukey(Fences::Deciles));
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Score {
    /// Deviations from the mean, in population standard deviations. The default, msticpy's.
    #[default]
    Z,
    /// Deviations from the median: `0.6745 (x - median) / MAD`, where MAD is the median of their
    /// magnitudes. Spikes that make the standard deviation large, and so hide in a z-score, do not
    /// change it. After Iglewicz and Hoaglin, "How to detect and handle outliers" (1993), who
    /// flag beyond 3.5.
    ///
    /// Where the MAD is 0 but for rounding, more than half of the remainders being equal, the mean of
    /// the magnitudes takes its place, scaled as for a normal distribution: `0.7979 (x - median) / mean`.
    Mad,
    /// How far a remainder is outside of two quantiles, in distances between them; 0 inside. Tukey,
    /// "Exploratory Data Analysis" (1977), calls 1.5 outside and 3 far out. Where the quantiles are
    /// equal, their distance is that of a normal distribution with this mean deviation from the median.
    Tukey(Fences),
}

/// Between which quantiles a remainder is usual, as Kusto's `series_decompose_anomalies` has them.
///
/// ```
/// use oddsift_timeseries::{Fences, Score};
///
/// assert_eq!(Score::Tukey(Fences::Quartiles).to_string(), "tukey");
/// assert_eq!(Score::Tukey(Fences::Deciles).to_string(), "ctukey");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Fences {
    /// The 25th and the 75th percentile: Kusto's `tukey`.
    Quartiles,
    /// The 10th and the 90th percentile, and the score scaled so that 1.5 means what it means with
    /// quartiles: Kusto's `ctukey` and its default, with 1.5 as the threshold. The default.
    #[default]
    Deciles,
}

/// What the score within deciles is multiplied by.
///
/// Kusto's page "`series_outliers()`" gives the quantiles and the threshold; its author gives the rule,
/// that a normal distribution has 1.5 at the same place with either, and an example (Stack Overflow
/// question 75264555). This is the number behind that example's scores; exact normal quantiles would
/// give 2.7144.
const DECILES: f64 = 2.772_605_605_507_915;
/// The 75th percentile of the normal distribution.
const NORMAL_QUARTILE: f64 = 0.674_489_750_196_081_7;
/// The 90th percentile of the normal distribution.
const NORMAL_DECILE: f64 = 1.281_551_565_544_600_4;
/// The mean magnitude of a standard normal variable, the root of 2/pi.
const NORMAL_MEAN: f64 = 0.797_884_560_802_865_4;
/// What rounding leaves of a remainder that is nothing, as a part of the largest value.
const NOISE: f64 = 1e-12;

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Z => "z",
            Self::Mad => "mad",
            Self::Tukey(Fences::Quartiles) => "tukey",
            Self::Tukey(Fences::Deciles) => "ctukey",
        })
    }
}

impl FromStr for Score {
    type Err = Error;

    /// # Errors
    ///
    /// [`Error::ScoreName`] for another text.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "z" => Ok(Self::Z),
            "mad" => Ok(Self::Mad),
            "tukey" => Ok(Self::Tukey(Fences::Quartiles)),
            "ctukey" => Ok(Self::Tukey(Fences::Deciles)),
            _ => Err(Error::ScoreName(shown(name))),
        }
    }
}

impl Score {
    /// Returns the threshold that the books have for the score: 3.5 for robust deviations (Iglewicz and Hoaglin, 1993),
    /// else 3, which for fences is Tukey's "far out".
    ///
    /// ```
    /// use oddsift_timeseries::Score;
    ///
    /// assert_eq!((Score::Mad.usual_threshold(), Score::Z.usual_threshold()), (3.5, 3.0));
    /// ```
    #[must_use]
    pub fn usual_threshold(self) -> f64 {
        if self == Self::Mad { 3.5 } else { 3.0 }
    }

    /// The scores of the remainders of a series; NaN where one is missing, all 0 if they differ by no
    /// more than rounding makes of the largest of the `values`.
    pub(crate) fn of(self, remainder: &[f64], values: &[f64]) -> Vec<f64> {
        match self.yardstick(remainder, values) {
            Some(yardstick) => remainder.iter().map(|x| yardstick.score(*x)).collect(),
            None => remainder.iter().map(|&x| if x.is_nan() { x } else { 0.0 }).collect(),
        }
    }

    /// The remainders that have these scores, one at most 0 and one at least 0; `None` where no
    /// remainder has one other than 0.
    pub(crate) fn remainders(
        self,
        remainder: &[f64],
        values: &[f64],
        (low, high): (f64, f64),
    ) -> Option<(f64, f64)> {
        let yardstick = self.yardstick(remainder, values)?;
        let Yardstick { unit, spread, .. } = yardstick;
        let at = |usual: f64, score: f64| (usual + score * spread) * unit;
        Some((at(yardstick.low, low), at(yardstick.high, high)))
    }

    fn yardstick(self, remainder: &[f64], values: &[f64]) -> Option<Yardstick> {
        let noise = NOISE * magnitude(values);
        let unit = power_of_two(magnitude(remainder));
        let present: Vec<f64> =
            remainder.iter().filter(|x| !x.is_nan()).map(|x| x / unit).collect();
        let first = present.first().copied()?;
        if present.iter().all(|x| (x - first).abs() * unit <= noise) {
            return None;
        }
        let (low, high, spread) = match self {
            Self::Z => {
                let (mean, deviation) = moments(&present);
                (mean, mean, deviation)
            }
            Self::Mad => {
                let (middle, spread) = middle_and_spread(&present, noise / unit)?;
                (middle, middle, spread)
            }
            Self::Tukey(fences) => fences.of(&present, noise / unit)?,
        };
        Some(Yardstick { unit, low, high, spread })
    }
}

/// What remainders are held against: from `low` to `high`, in `unit`s, they score 0.
#[derive(Debug, Clone, Copy)]
struct Yardstick {
    unit: f64,
    low: f64,
    high: f64,
    /// What a score of 1 is outside of them.
    spread: f64,
}

impl Yardstick {
    fn score(self, remainder: f64) -> f64 {
        let x = remainder / self.unit;
        (x - x.max(self.low).min(self.high)) / self.spread
    }
}

impl Fences {
    /// The two quantiles, and what a score of 1 is outside of them.
    fn of(self, present: &[f64], noise: f64) -> Option<(f64, f64, f64)> {
        let (q, normal, scale) = match self {
            Self::Quartiles => (0.25, NORMAL_QUARTILE, 1.0),
            Self::Deciles => (0.1, NORMAL_DECILE, DECILES),
        };
        let [low, high] = quantiles(present, [q, 1.0 - q])?;
        // Between the same two numbers rounding may put one a hair past the other.
        let high = high.max(low);
        let distance = match high - low {
            distance if distance > noise => distance,
            _ => 2.0 * normal * mean_deviation(present, low) / NORMAL_MEAN,
        };
        Some((low, high, distance / scale))
    }
}

/// The largest magnitude of what is not missing.
fn magnitude(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most: f64, value| most.max(value.abs()))
}

/// The power of two at or below a magnitude: numbers are divided by it exactly, and then their squares
/// do not overflow.
fn power_of_two(magnitude: f64) -> f64 {
    const EXPONENT: u64 = 0x7ff << 52;
    f64::from_bits(magnitude.to_bits() & EXPONENT).max(f64::MIN_POSITIVE)
}

/// The mean and the population standard deviation, in two passes.
pub(crate) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, (squares / n).sqrt())
}

/// The median, and the standard deviation of a normal distribution with this MAD.
fn middle_and_spread(values: &[f64], noise: f64) -> Option<(f64, f64)> {
    let [middle] = quantiles(values, [0.5])?;
    let deviations: Vec<f64> = values.iter().map(|x| (x - middle).abs()).collect();
    let [mad] = quantiles(&deviations, [0.5])?;
    let spread = match mad {
        mad if mad > noise => mad / NORMAL_QUARTILE,
        _ => mean_deviation(values, middle) / NORMAL_MEAN,
    };
    Some((middle, spread))
}

fn mean_deviation(values: &[f64], middle: f64) -> f64 {
    values.iter().map(|x| (x - middle).abs()).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f64], expected: &[f64], tolerance: f64) -> bool {
        found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
    }

    /// The series whose scores by `series_outliers` are published.
    const SERIES: [f64; 16] =
        [-3.0, 2.4, 15.0, 3.9, 5.0, 6.0, 4.5, 5.2, 3.0, 4.0, 5.0, 16.0, 7.0, 5.0, 5.0, 4.0];

    #[test]
    fn deciles_score_as_kusto() {
        let mut expected = [0.0; 16];
        expected[0] = -1.904_078_548_360_857;
        expected[1] = -0.100_214_660_440_045_19;
        expected[2] = 1.336_195_472_533_934_7;
        expected[11] = 1.670_244_340_667_418_6;
        let found = Score::Tukey(Fences::Deciles).of(&SERIES, &SERIES);
        assert!(near(&found, &expected, 1e-14), "{found:?}");
    }

    #[test]
    fn quartiles_are_tukeys_fences() {
        let remainder = [0.0, 1.0, 2.0, 3.0, 4.0, 10.0, -5.0];
        // Quartiles 0.5 and 3.5.
        let expected = [-0.5 / 3.0, 0.0, 0.0, 0.0, 0.5 / 3.0, 6.5 / 3.0, -5.5 / 3.0];
        let found = Score::Tukey(Fences::Quartiles).of(&remainder, &remainder);
        assert!(near(&found, &expected, 1e-15), "{found:?}");
    }

    #[test]
    fn remainders_of_scores_have_those_scores() {
        for score in ["z", "mad", "tukey", "ctukey"] {
            let score: Score = score.parse().unwrap();
            let (low, high) = score.remainders(&SERIES, &SERIES, (-1.5, 2.0)).unwrap();
            let yardstick = score.yardstick(&SERIES, &SERIES).unwrap();
            assert!(near(&[yardstick.score(low), yardstick.score(high)], &[-1.5, 2.0], 1e-14));
        }
        assert_eq!(Score::Z.remainders(&[1.0; 9], &[1.0; 9], (-3.0, 3.0)), None);
    }

    #[test]
    fn z_is_by_the_population() {
        let found = Score::Z.of(&[1.0, 3.0, f64::NAN], &[9.0]);
        assert_eq!(found[..2], [-1.0, 1.0]);
        assert!(found[2].is_nan());
    }

    #[test]
    fn mad_sees_what_the_deviation_hides() {
        let mut remainder: Vec<f64> = (0..20).map(|i| f64::from(i % 5) - 2.0).collect();
        remainder.extend([60.0, 60.0]);
        let last = |score: Score| score.of(&remainder, &remainder)[21];
        assert!(last(Score::Z) < 3.5 && last(Score::Mad) > 20.0);
    }

    #[test]
    fn spread_of_nothing_is_that_of_the_mean_deviation() {
        let mut remainder = [0.0; 40];
        remainder[7] = 8.0;
        let of = |score: Score| score.of(&remainder, &remainder);
        let mad = of(Score::Mad);
        assert!((mad[7] - NORMAL_MEAN * 40.0).abs() < 1e-12 && mad[8] == 0.0);
        for fences in [Fences::Quartiles, Fences::Deciles] {
            let found = of(Score::Tukey(fences));
            assert!(found[7] > 3.0 && found[8] == 0.0, "{found:?}");
        }
    }

    #[test]
    fn rounding_is_no_spread() {
        let mut remainder: Vec<f64> = (0..40).map(|i| 1e-16 * f64::from(i % 7)).collect();
        remainder[7] = 8.0;
        for score in ["mad", "tukey", "ctukey"] {
            let found = score.parse::<Score>().unwrap().of(&remainder, &[8.0]);
            assert!(found[7] > 3.0 && found[8..].iter().all(|x| x.abs() < 1e-12), "{found:?}");
        }
    }

    #[test]
    fn rounding_is_no_anomaly() {
        let mut remainder = [0.0; 50];
        remainder[9] = 1e-14;
        for score in [Score::Z, Score::Mad, Score::default()] {
            assert_eq!(score.of(&remainder, &[1.0]), [0.0; 50]);
            assert_eq!(score.of(&[5.0; 50], &[9.0]), [0.0; 50]);
            assert_eq!(score.of(&[], &[]), [0.0; 0]);
        }
    }

    #[test]
    fn extremes_stay_finite() {
        for unit in [f64::MAX, 5e-324] {
            let remainder = [unit, -unit, 0.0, 0.0, unit, 0.0];
            for score in ["z", "mad", "tukey", "ctukey"] {
                let found = score.parse::<Score>().unwrap().of(&remainder, &[unit]);
                assert!(found.iter().all(|x| x.is_finite()), "{score} {found:?}");
            }
        }
    }
}
