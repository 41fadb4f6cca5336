//! The inside test, once for each metric.
//!
//! Brute force, tree and grid all add up one pair's columns through [`Measure::add`], in column
//! order, and compare with [`Measure::limit`]. Bounds of boxes go through the same function: rounded
//! subtraction, absolute value, square, sum and maximum never decrease when their arguments grow, so
//! a box whose nearest point is outside holds no point that the test would find inside, and one
//! whose farthest corner is inside holds no point outside, at exactly `eps` too. Powers are not
//! rounded so well that this holds for them, and keep a margin.

use crate::Metric;

/// Sums of what columns differ by, and what sum is still within `eps`.
pub(crate) trait Measure: Copy + Send + Sync {
    /// `sum` after one more column.
    fn add(self, sum: f64, difference: f64) -> f64;

    /// The largest sum that is inside.
    fn limit(self) -> f64;

    /// A box whose lower bound is above this holds no point with a sum up to `sum`.
    #[inline(always)]
    fn above(self, sum: f64) -> f64 {
        sum
    }

    /// A box whose lower bound is above this holds no point inside.
    #[inline(always)]
    fn outside_above(self) -> f64 {
        self.above(self.limit())
    }

    /// A box whose upper bound is up to this holds only points inside.
    fn inside_up_to(self) -> f64 {
        self.limit()
    }

    /// `eps`, and how many times it holds the side of the largest cube in which all pairs are inside;
    /// `None` for a measure that a grid is not made for.
    fn eps_and_sides(self, n_columns: usize) -> Option<(f64, f64)> {
        let _ = n_columns;
        None
    }
}

/// Work that waits for a measure.
pub(crate) trait Job {
    type Output;

    fn run<M: Measure>(self, measure: M) -> Self::Output;
}

/// Runs `job` with the measure of a metric and an `eps` that were checked.
pub(crate) fn run<J: Job>(job: J, metric: Metric, eps: f64) -> J::Output {
    match metric {
        Metric::Chebyshev => job.run(Chebyshev { eps }),
        Metric::Manhattan => job.run(Manhattan { eps }),
        Metric::Minkowski(p) if p <= 1.0 => job.run(Manhattan { eps }),
        Metric::Minkowski(p) if (p - 2.0).abs() > 0.0 => job.run(Minkowski::new(eps, p)),
        Metric::Euclidean | Metric::Minkowski(_) => match Euclidean::new(eps) {
            Some(measure) => job.run(measure),
            None => job.run(ScaledEuclidean::new(eps)),
        },
    }
}

/// Runs `job` with the measure of a metric that was checked, by which all pairs are inside.
pub(crate) fn run_unlimited<J: Job>(job: J, metric: Metric) -> J::Output {
    let eps = f64::INFINITY;
    match metric {
        Metric::Chebyshev => job.run(Chebyshev { eps }),
        Metric::Manhattan => job.run(Manhattan { eps }),
        Metric::Minkowski(p) if p <= 1.0 => job.run(Manhattan { eps }),
        Metric::Minkowski(p) if (p - 2.0).abs() > 0.0 => {
            job.run(Minkowski { p, unit: 1.0, limit: eps })
        }
        Metric::Euclidean | Metric::Minkowski(_) => job.run(Euclidean::unlimited()),
    }
}

/// Squared differences against `eps` squared: a root would move pairs at exactly `eps`.
#[derive(Clone, Copy)]
pub(crate) struct Euclidean {
    eps: f64,
    limit: f64,
}

impl Euclidean {
    /// `None` where the square of `eps` or of what it is compared with would leave the normal range.
    pub(crate) fn new(eps: f64) -> Option<Self> {
        let limit = eps * eps;
        Self::holds(limit).then_some(Self { eps, limit })
    }

    /// Any sum is inside.
    pub(crate) fn unlimited() -> Self {
        Self { eps: f64::INFINITY, limit: f64::INFINITY }
    }

    /// Whether sums of this size have lost no digits.
    pub(crate) fn holds(sum: f64) -> bool {
        (1e-240..1e240).contains(&sum)
    }
}

impl Measure for Euclidean {
    #[inline(always)]
    fn add(self, sum: f64, difference: f64) -> f64 {
        sum + difference * difference
    }

    #[inline(always)]
    fn limit(self) -> f64 {
        self.limit
    }

    fn eps_and_sides(self, n_columns: usize) -> Option<(f64, f64)> {
        Some((self.eps, (n_columns as f64).sqrt()))
    }
}

/// As [`Euclidean`], with differences first scaled by a power of two, for an extreme `eps`.
///
/// That is exact but for differences that are far beyond `eps` (they overflow, and are outside) or
/// vanish beside it.
#[derive(Clone, Copy)]
pub(crate) struct ScaledEuclidean {
    scale: f64,
    limit: f64,
}

impl ScaledEuclidean {
    pub(crate) fn new(eps: f64) -> Self {
        let scale = if eps < 1.0 { 2.0_f64.powi(600) } else { 2.0_f64.powi(-600) };
        let eps = eps * scale;
        Self { scale, limit: eps * eps }
    }

    pub(crate) fn scale(self) -> f64 {
        self.scale
    }
}

impl Measure for ScaledEuclidean {
    #[inline(always)]
    fn add(self, sum: f64, difference: f64) -> f64 {
        let difference = difference * self.scale;
        sum + difference * difference
    }

    #[inline(always)]
    fn limit(self) -> f64 {
        self.limit
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Manhattan {
    pub(crate) eps: f64,
}

impl Measure for Manhattan {
    #[inline(always)]
    fn add(self, sum: f64, difference: f64) -> f64 {
        sum + difference.abs()
    }

    #[inline(always)]
    fn limit(self) -> f64 {
        self.eps
    }

    fn eps_and_sides(self, n_columns: usize) -> Option<(f64, f64)> {
        Some((self.eps, n_columns as f64))
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Chebyshev {
    pub(crate) eps: f64,
}

impl Measure for Chebyshev {
    #[inline(always)]
    fn add(self, sum: f64, difference: f64) -> f64 {
        let difference = difference.abs();
        if difference > sum { difference } else { sum }
    }

    #[inline(always)]
    fn limit(self) -> f64 {
        self.eps
    }

    fn eps_and_sides(self, _: usize) -> Option<(f64, f64)> {
        Some((self.eps, 1.0))
    }
}

/// Powers of differences against the power of `eps`, both divided by `eps` first where that power
/// would leave the normal range.
#[derive(Clone, Copy)]
pub(crate) struct Minkowski {
    p: f64,
    unit: f64,
    limit: f64,
}

impl Minkowski {
    /// More than a power and a sum of a million columns can be off by.
    const MARGIN: f64 = 1e-9;

    pub(crate) fn new(eps: f64, p: f64) -> Self {
        let limit = eps.powf(p);
        if (1e-240..1e240).contains(&limit) {
            Self { p, unit: 1.0, limit }
        } else {
            Self::in_units(eps, p)
        }
    }

    pub(crate) fn in_units(unit: f64, p: f64) -> Self {
        Self { p, unit, limit: 1.0 }
    }
}

impl Measure for Minkowski {
    #[inline(always)]
    fn add(self, sum: f64, difference: f64) -> f64 {
        sum + (difference.abs() / self.unit).powf(self.p)
    }

    #[inline(always)]
    fn limit(self) -> f64 {
        self.limit
    }

    #[inline(always)]
    fn above(self, sum: f64) -> f64 {
        // Powers below the normal range are off by more than any share of them.
        sum * (1.0 + Self::MARGIN) + f64::MIN_POSITIVE
    }

    fn inside_up_to(self) -> f64 {
        self.limit * (1.0 - Self::MARGIN)
    }
}

/// The sum of one pair, for few points; the tree and the grid add many at a time.
#[cfg(test)]
pub(crate) fn inside<M: Measure>(measure: M, a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| measure.add(sum, a - b)) <= measure.limit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_at_exactly_eps_is_inside() {
        assert!(inside(Euclidean::new(5.0).unwrap(), &[0.0, 0.0], &[3.0, 4.0]));
        assert!(inside(Manhattan { eps: 7.0 }, &[0.0, 0.0], &[3.0, -4.0]));
        assert!(inside(Chebyshev { eps: 4.0 }, &[0.0, 0.0], &[3.0, -4.0]));
        assert!(inside(Minkowski::new(6.0, 3.0), &[0.0; 3], &[3.0, 4.0, -5.0]));
    }

    #[test]
    fn extreme_eps_is_scaled_and_right() {
        assert!(Euclidean::new(1e-17).is_some());
        for eps in [5e-324, 1e-300, 1e-200, 1e200, 1e300, f64::MAX] {
            assert!(Euclidean::new(eps).is_none());
            let measure = ScaledEuclidean::new(eps);
            assert!(inside(measure, &[0.0], &[eps]));
            assert!(eps == f64::MAX || !inside(measure, &[0.0], &[2.0 * eps]));
            assert!(eps < 1e-323 || inside(measure, &[0.0, 0.0], &[0.6 * eps, 0.6 * eps]));
            assert!(eps < 1e-323 || !inside(measure, &[0.0, 0.0], &[0.8 * eps, 0.8 * eps]));
        }
    }

    #[test]
    fn a_difference_that_overflows_is_outside() {
        let (a, b) = ([f64::MAX], [-f64::MAX]);
        assert!(!inside(Euclidean::new(1.0).unwrap(), &a, &b));
        assert!(!inside(ScaledEuclidean::new(f64::MAX), &a, &b));
        assert!(!inside(ScaledEuclidean::new(5e-324), &a, &b));
        assert!(!inside(Manhattan { eps: f64::MAX }, &a, &b));
        assert!(!inside(Chebyshev { eps: f64::MAX }, &a, &b));
        assert!(!inside(Minkowski::new(f64::MAX, 3.0), &a, &b));
    }

    #[test]
    fn large_exponents_come_near_the_largest_difference() {
        for eps in [1e-3, 1.5, 1e3] {
            let measure = Minkowski::new(eps, 1e6);
            assert!(inside(measure, &[0.0, 0.0], &[eps, 0.9 * eps]));
            assert!(!inside(measure, &[0.0, 0.0], &[1.001 * eps, 0.0]));
        }
    }
}
