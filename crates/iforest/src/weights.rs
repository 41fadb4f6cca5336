//! Samples in which a row comes in proportion to its weight.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{Error, random::Random};

/// The rows that can be drawn and how their weights add up.
pub(crate) struct Weights {
    /// Those that have a weight; `None` where all have.
    rows: Option<Vec<usize>>,
    /// For each of the rows its weight and all before it, the largest weight being 1.
    up_to: Vec<f64>,
}

impl Weights {
    pub(crate) fn new(weights: &[f64], n_samples: usize) -> Result<Self, Error> {
        if weights.len() != n_samples {
            return Err(Error::WeightsLength { n_weights: weights.len(), n_samples });
        }
        let wrong = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
        if let Some(row) = weights.iter().position(wrong) {
            return Err(Error::Weight { row, weight: weights[row] });
        }
        // Divided, so that no sum overflows.
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let mut sum = 0.0;
        let add = |weight: &f64| {
            sum += weight / largest;
            sum
        };
        let up_to: Vec<f64> = weights.iter().filter(|weight| **weight > 0.0).map(add).collect();
        let rows = (up_to.len() < weights.len()).then(|| {
            let all = weights.iter().enumerate();
            all.filter(|(_, weight)| **weight > 0.0).map(|(row, _)| row).collect()
        });
        if up_to.is_empty() { Err(Error::NoWeight) } else { Ok(Self { rows, up_to }) }
    }

    /// How many rows have a weight above 0.
    pub(crate) fn n_rows(&self) -> usize {
        self.up_to.len()
    }

    /// The rows of one tree's sample, in the order of the slots.
    pub(crate) fn sample(
        &self,
        seed: u64,
        tree: usize,
        n_slots: usize,
        bootstrap: bool,
    ) -> Vec<usize> {
        let mut random = Random::for_sample(seed, tree);
        let places = if bootstrap {
            (0..n_slots).map(|_| self.place_of(random.unit() * self.total())).collect()
        } else {
            self.without_replacement(n_slots, &mut random)
        };
        match &self.rows {
            Some(rows) => places.into_iter().map(|place: usize| rows[place]).collect(),
            None => places,
        }
    }

    /// Algorithm A-ExpJ of Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Inf.
    /// Process. Lett. 2006, with the logarithms of its keys.
    fn without_replacement(&self, n_slots: usize, random: &mut Random) -> Vec<usize> {
        let mut places: Vec<usize> = (0..n_slots.min(self.up_to.len())).collect();
        if places.len() == self.up_to.len() {
            return places;
        }
        let key = |slot| Key { log: -random.exponential() / self.weight(slot), slot };
        let mut keys: BinaryHeap<Key> = places.iter().copied().map(key).collect();
        let mut last = n_slots - 1;
        while let Some(Key { log: least, slot }) = keys.pop() {
            // So much weight passes before a row enters in the place of the least key.
            let jump = random.exponential() / -least;
            last = self.place_of(self.up_to[last] + jump).max(last + 1);
            if last >= self.up_to.len() {
                break;
            }
            places[slot] = last;
            let weight = self.weight(last);
            let bound = libm::exp(least * weight);
            let log = libm::log(bound + (1.0 - bound) * (1.0 - random.unit())) / weight;
            keys.push(Key { log, slot });
        }
        places
    }

    fn total(&self) -> f64 {
        self.up_to.last().copied().unwrap_or_default()
    }

    fn weight(&self, place: usize) -> f64 {
        let before = if place == 0 { 0.0 } else { self.up_to[place - 1] };
        // A weight that its sum swallows is as small as the sum can tell.
        (self.up_to[place] - before).max(f64::EPSILON * before)
    }

    /// The first row up to which the weights add to more than `sum`; the number of rows if none.
    fn place_of(&self, sum: f64) -> usize {
        self.up_to.partition_point(|&up_to| up_to <= sum)
    }
}

/// A key's logarithm and whose it is; the least key is the greatest of the heap.
#[derive(PartialEq)]
struct Key {
    log: f64,
    slot: usize,
}

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        other.log.total_cmp(&self.log).then(other.slot.cmp(&self.slot))
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
