//! Which row enters whose sample, known before any data is.

use crate::random::{Random, SlotRandom};

/// No row is numbered so.
const NEVER: u64 = u64::MAX;

/// The draws of all trees' samples from a stream of rows, made by
/// [`IsolationForestParams::draws`](crate::IsolationForestParams::draws).
///
/// A sample is a reservoir: a row that enters takes the place of the one that was in its slot. Who
/// enters where depends on the seed and on row numbers alone, so that a reader of a stream can ask
/// which of the rows to come matter, in steps of any size, and keep those. After Kim-Hung Li,
/// "Reservoir-sampling algorithms of time complexity O(n(1 + log(N/n)))", ACM Trans. Math. Softw.
/// 1994, algorithm L; with bootstrap every slot is a reservoir of one row. 100 trees of 256 samples
/// meet some 350 thousand draws in 100 million rows.
///
/// ```
/// use ndarray::{Array2, Axis};
/// use oddsift_iforest::{IsolationForest, MaxSamples};
///
/// let x = Array2::from_shape_fn((1000, 2), |(row, column)| ((row * 7919 + column) % 1009) as f64);
/// let params = IsolationForest::params().n_trees(10).max_samples(MaxSamples::Count(32));
/// let mut draws = params.draws()?;
/// let mut samples = vec![Vec::new(); 10];
/// for end in [1, 300, 1000] {
///     draws.until(end, |draw| {
///         let sample: &mut Vec<usize> = &mut samples[draw.tree];
///         // Slots fill in order.
///         if draw.slot == sample.len() {
///             sample.push(0);
///         }
///         sample[draw.slot] = draw.row as usize;
///     });
/// }
/// assert_eq!(params.fit_drawn(&x, &samples)?.trees(), params.fit(&x)?.trees());
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Draws {
    seed: u64,
    n_slots: usize,
    reservoirs: Reservoirs,
    end: u64,
}

/// A row that enters the sample of a tree.
///
/// ```
/// use oddsift_iforest::{Draw, IsolationForest};
///
/// let mut first = None;
/// IsolationForest::params().draws()?.until(1, |draw| first = first.or(Some(draw)));
/// assert_eq!(first, Some(Draw { tree: 0, slot: 0, row: 0 }));
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The tree, counted from 0.
    pub tree: usize,
    /// The place in the tree's sample, counted from 0: the row that is in it leaves.
    pub slot: usize,
    /// The row, counted from 0.
    pub row: u64,
}

#[derive(Debug, Clone)]
enum Reservoirs {
    /// One a tree.
    Distinct(Vec<Reservoir>),
    /// One a slot, for each tree; made when the first row comes.
    Bootstrap(Vec<Vec<SlotReservoir>>),
}

impl Draws {
    pub(crate) fn new(seed: u64, n_trees: usize, n_slots: usize, bootstrap: bool) -> Self {
        let reservoirs = if bootstrap {
            Reservoirs::Bootstrap(vec![Vec::new(); n_trees])
        } else {
            let reservoir = |tree| Reservoir::new(seed, tree, n_slots);
            Reservoirs::Distinct((0..n_trees).map(reservoir).collect())
        };
        Self { seed, n_slots, reservoirs, end: 0 }
    }

    /// Calls `visit` for every row that enters a sample, from the end of the last call on and before
    /// row `end`.
    ///
    /// Tree after tree, and in each slot with rows ascending: the last one is in the sample. An `end`
    /// before that of the last call visits nothing.
    ///
    /// ```
    /// use oddsift_iforest::{IsolationForest, MaxSamples};
    ///
    /// let mut draws = IsolationForest::params().n_trees(1).max_samples(MaxSamples::Count(2)).draws()?;
    /// let mut entered = Vec::new();
    /// draws.until(2, |draw| entered.push((draw.slot, draw.row)));
    /// draws.until(2, |_| unreachable!("rows 0 and 1 were visited"));
    /// assert_eq!(entered, [(0, 0), (1, 1)]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn until(&mut self, end: u64, mut visit: impl FnMut(Draw)) {
        if end <= self.end {
            return;
        }
        match &mut self.reservoirs {
            Reservoirs::Distinct(trees) => {
                for (tree, reservoir) in trees.iter_mut().enumerate() {
                    reservoir.until(end, |slot, row| visit(Draw { tree, slot, row }));
                }
            }
            Reservoirs::Bootstrap(trees) => {
                for (tree, slots) in trees.iter_mut().enumerate() {
                    // Every slot from the first row on: a slot that came later would want rows that
                    // have gone by.
                    add_slots(slots, self.seed, tree, self.n_slots);
                    for (slot, reservoir) in slots.iter_mut().enumerate() {
                        reservoir.until(end, |row| visit(Draw { tree, slot, row }));
                    }
                }
            }
        }
        self.end = end;
    }

    /// How many slots a sample of the rows so far has: `max_samples`, or one a row if there are
    /// fewer. Slots from that number on do not exist.
    ///
    /// ```
    /// use oddsift_iforest::IsolationForest;
    ///
    /// let mut draws = IsolationForest::params().draws()?;
    /// draws.until(100, |draw| assert!(draw.slot < 100));
    /// assert_eq!(draws.n_slots(), 100);
    /// draws.until(1000, |_| ());
    /// assert_eq!(draws.n_slots(), 256);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn n_slots(&self) -> usize {
        n_slots(self.n_slots, self.end)
    }
}

/// The rows of one tree's sample of `n_slots` among `n_rows`, in the order of the slots.
pub(crate) fn sample(
    seed: u64,
    tree: usize,
    n_slots: usize,
    bootstrap: bool,
    n_rows: usize,
) -> Vec<usize> {
    if bootstrap {
        let slots = (0..n_slots).map(|slot| {
            let mut last = 0;
            SlotReservoir::new(seed, tree, slot).until(n_rows as u64, |row| last = row);
            last as usize
        });
        return slots.collect();
    }
    let mut rows = vec![0; n_slots];
    Reservoir::new(seed, tree, n_slots).until(n_rows as u64, |slot, row| rows[slot] = row as usize);
    rows
}

fn n_slots(max_samples: usize, n_rows: u64) -> usize {
    usize::try_from(n_rows).unwrap_or(usize::MAX).min(max_samples)
}

fn add_slots(slots: &mut Vec<SlotReservoir>, seed: u64, tree: usize, n_slots: usize) {
    let new = slots.len()..n_slots;
    slots.extend(new.map(|slot| SlotReservoir::new(seed, tree, slot)));
}

/// Li's algorithm L.
#[derive(Debug, Clone)]
struct Reservoir {
    random: Random,
    n_slots: usize,
    per_slot: f64,
    /// The row that enters next.
    next: u64,
    /// The largest of `n_slots` uniform numbers that the rows so far could have as keys.
    w: f64,
}

impl Reservoir {
    fn new(seed: u64, tree: usize, n_slots: usize) -> Self {
        let (random, per_slot) = (Random::for_sample(seed, tree), 1.0 / n_slots as f64);
        Self { random, n_slots, per_slot, next: 0, w: 1.0 }
    }

    fn until(&mut self, end: u64, mut enter: impl FnMut(usize, u64)) {
        while self.next < end {
            let row = self.next;
            if row < self.n_slots as u64 {
                enter(row as usize, row);
                self.next += 1;
                if self.next < self.n_slots as u64 {
                    continue;
                }
            } else {
                enter(self.random.below(self.n_slots), row);
                self.next += 1;
            }
            self.skip();
        }
    }

    /// Passes over the rows that do not enter.
    #[inline(always)]
    fn skip(&mut self) {
        self.w *= exp_minus(self.random.exponential() * self.per_slot);
        // A quotient past all numbers of rows, or one by 0, becomes the largest of them.
        let skipped = skipped(self.random.exponential(), self.w) as u64;
        self.next = self.next.saturating_add(skipped);
    }
}

/// `exp(-y)`, by its Padé approximant where that has eight digits, which is nearly always.
#[inline(always)]
fn exp_minus(y: f64) -> f64 {
    if y > 0.1 {
        return libm::exp(-y);
    }
    let (even, odd) = (12.0 + y * y, 6.0 * y);
    (even - odd) / (even + odd)
}

/// How many rows pass until one has a key below `w`, given an exponential number: that number by
/// `-ln(1 - w)`, of which the Padé approximant has eight digits for all but the first rows.
#[inline(always)]
fn skipped(exponential: f64, w: f64) -> f64 {
    if w > 0.1 {
        return exponential / -libm::log1p(-w);
    }
    let numerator = w * (60.0 - w * (60.0 - w * 11.0));
    let denominator = 60.0 - w * (90.0 - w * (36.0 - w * 3.0));
    exponential * denominator / numerator
}

/// A reservoir of one row: row `i` enters with probability `1 / (i + 1)`.
#[derive(Debug, Clone)]
struct SlotReservoir {
    random: SlotRandom,
    next: u64,
}

impl SlotReservoir {
    fn new(seed: u64, tree: usize, slot: usize) -> Self {
        Self { random: SlotRandom::new(seed, tree, slot), next: 0 }
    }

    fn until(&mut self, end: u64, mut enter: impl FnMut(u64)) {
        while self.next < end {
            enter(self.next);
            let n_seen = self.next + 1;
            // No row before `n_seen / u` enters, with probability `u` for each bound.
            let bound = (n_seen as f64 / self.random.unit()) as u64;
            self.next = bound.clamp(n_seen, NEVER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn approximants_have_eight_digits() {
        for i in 1..1000 {
            let (y, w) = (f64::from(i) * 2e-4, f64::from(i) * 1e-3);
            assert!((exp_minus(y) / libm::exp(-y) - 1.0).abs() < 2e-8);
            assert!((skipped(1.0, w) * -libm::log1p(-w) - 1.0).abs() < 1e-8);
        }
        assert_eq!((skipped(1.0, 0.0), skipped(1.0, 1.0)), (f64::INFINITY, 0.0));
    }

    #[test]
    fn every_row_is_drawn_with_the_same_probability() {
        for bootstrap in [false, true] {
            let mut counts = [0_u32; 40];
            for tree in 0..8000 {
                for row in sample(1, tree, 10, bootstrap, 40) {
                    counts[row] += 1;
                }
            }
            // 2000 each; the deviation is below 45.
            assert!(counts.iter().all(|count| (1800..2200).contains(count)), "{counts:?}");
        }
    }

    #[test]
    fn a_hundred_million_rows_need_few_draws() {
        for bootstrap in [false, true] {
            let mut n_draws = 0;
            Draws::new(0, 100, 256, bootstrap).until(100_000_000, |_| n_draws += 1);
            assert!((300_000..600_000).contains(&n_draws), "{n_draws}");
        }
    }

    #[test]
    fn more_rows_than_can_be_numbered_end() {
        for bootstrap in [false, true] {
            let mut last = 0;
            Draws::new(0, 2, 3, bootstrap).until(u64::MAX, |draw| last = last.max(draw.row));
            assert!(last > 1 << 50);
        }
    }
}
