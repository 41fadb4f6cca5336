//! Values as their ranks among the thresholds of a feature: two bytes each that compare as the values
//! do.

use std::hint::select_unpredictable;

/// The most thresholds of a feature, so that ranks compare in the same way as signed
/// numbers, for which there are vector instructions, and as unsigned ones.
pub(crate) const MAX_THRESHOLDS: usize = i16::MAX as usize;

/// Thresholds crowd where most values are: with so many a bucket holds few even there.
const BUCKETS_PER_THRESHOLD: usize = 8;

/// The distinct thresholds of one feature in a group of trees.
///
/// The rank of a value is how many thresholds are below it. A value is at most a threshold
/// exactly if its rank is at most that of the threshold.
#[derive(Debug, Clone)]
pub(crate) struct Ranks {
    /// Ascending, and infinite after the last, so that a search finds something wherever it looks.
    padded: Vec<f64>,
    /// For each bucket the first threshold that is in it or a later one.
    starts: Vec<u16>,
    low: f64,
    buckets_per_unit: f64,
    /// A power of two above the number of thresholds in any bucket.
    reach: usize,
}

impl Ranks {
    pub(crate) fn new(mut thresholds: Vec<f64>) -> Self {
        thresholds.sort_unstable_by(f64::total_cmp);
        // Both zeros are one threshold.
        thresholds.dedup();
        let (low, high) = match thresholds[..] {
            [first, .., last] => (first, last),
            _ => (0.0, 0.0),
        };
        let n_buckets = (BUCKETS_PER_THRESHOLD * thresholds.len()).next_power_of_two();
        // Where the difference overflows or is nothing there is one bucket.
        let buckets_per_unit = Some((n_buckets as f64) / (high - low))
            .filter(|unit| unit.is_finite())
            .unwrap_or_default();
        let mut ranks = Self {
            padded: thresholds,
            starts: vec![0; n_buckets],
            low,
            buckets_per_unit,
            reach: 1,
        };
        ranks.fill();
        ranks
    }

    fn fill(&mut self) {
        let mut counts = vec![0_usize; self.starts.len()];
        for &threshold in &self.padded {
            counts[self.bucket(threshold)] += 1;
        }
        let mut start = 0;
        for (to, count) in self.starts.iter_mut().zip(&counts) {
            *to = start as u16;
            start += count;
        }
        let most = counts.iter().copied().max().unwrap_or_default();
        self.reach = (most + 1).next_power_of_two();
        self.padded.extend(std::iter::repeat_n(f64::INFINITY, self.reach));
    }

    /// Never less for a larger value.
    #[inline(always)]
    fn bucket(&self, value: f64) -> usize {
        let bucket = ((value - self.low) * self.buckets_per_unit) as u32 as usize;
        bucket.min(self.starts.len() - 1)
    }

    /// The ranks of values that are not NaN, side by side, so that no search waits for another.
    #[inline(always)]
    pub(crate) fn ranks<const N: usize>(&self, values: [f64; N]) -> [u16; N] {
        let mut n_below = values.map(|value| usize::from(self.starts[self.bucket(value)]));
        let mut step = self.reach / 2;
        // Thresholds of later buckets are not below the value, so that it does no harm to look at them.
        while step > 0 {
            for (n_below, value) in n_below.iter_mut().zip(values) {
                let is_below = self.padded[*n_below + step - 1] < value;
                *n_below += select_unpredictable(is_below, step, 0);
            }
            step /= 2;
        }
        n_below.map(|n_below| n_below as u16)
    }
}
