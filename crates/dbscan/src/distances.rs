//! Distances themselves, where a fit only asks whether they are within eps.

use std::{cell::RefCell, collections::BinaryHeap};

use oddsift_ground::threads;

use crate::{
    Metric,
    measure::{Chebyshev, Euclidean, Manhattan, Measure, Minkowski, ScaledEuclidean},
    tree::{LANES, LEAF, Tree},
    weights::Weight,
};

/// Points that are measured in one go.
const GRAIN: usize = 256;

/// Distinct points with their weights, by position in a tree.
pub(crate) struct Distances<'a, W> {
    metric: Metric,
    points: &'a [f64],
    tree: Tree,
    weights: Vec<W>,
    threshold: W,
}

impl<'a, W: Weight> Distances<'a, W> {
    /// There must be a point.
    pub(crate) fn new(
        metric: Metric,
        points: &'a [f64],
        n_columns: usize,
        weights: &[W],
        threshold: W,
    ) -> Self {
        let tree = Tree::build(points, n_columns);
        let weights = tree.order.iter().map(|&point| weights[point as usize]).collect();
        Self { metric, points, tree, weights, threshold }
    }

    /// How far each of `points` must reach to enclose the threshold; infinity where nothing does.
    pub(crate) fn to_kth(&self, points: &[u32]) -> Vec<f64> {
        let mut found = vec![f64::INFINITY; points.len()];
        let mut total = W::default();
        self.weights.iter().for_each(|&weight| total += weight);
        if total < self.threshold {
            return found;
        }
        threads::for_each_chunk(&mut found, GRAIN, |i, found| {
            let heap = RefCell::default();
            for (slot, &point) in found.iter_mut().zip(&points[i * GRAIN..]) {
                let point = self.point(point as usize);
                *slot = distance(self.metric, &Kth { all: self, point, heap: &heap });
            }
        });
        found
    }

    /// The smallest distance of two points.
    pub(crate) fn smallest(&self) -> Option<f64> {
        let smallest = distance(self.metric, self);
        smallest.is_finite().then_some(smallest)
    }

    fn point(&self, point: usize) -> &'a [f64] {
        &self.points[point * self.tree.n_columns..][..self.tree.n_columns]
    }
}

/// Something that has a least sum for every measure, infinite if it has none.
trait Least {
    fn least<M: Measure>(&self, measure: M) -> f64;
}

/// The distance that belongs to the least sum, at any size: where sums of powers leave the normal
/// range, the largest difference, which is near the distance, is measured first and is the unit.
fn distance(metric: Metric, of: &impl Least) -> f64 {
    let eps = f64::INFINITY;
    match metric {
        Metric::Chebyshev => of.least(Chebyshev { eps }),
        Metric::Manhattan => of.least(Manhattan { eps }),
        Metric::Minkowski(p) if p <= 1.0 => of.least(Manhattan { eps }),
        Metric::Minkowski(p) if (p - 2.0).abs() > 0.0 => {
            let unit = of.least(Chebyshev { eps });
            if !unit.is_finite() {
                return unit;
            }
            unit * of.least(Minkowski::in_units(unit, p)).powf(1.0 / p)
        }
        Metric::Euclidean | Metric::Minkowski(_) => {
            let sum = of.least(Euclidean::unlimited());
            if Euclidean::holds(sum) {
                return root(sum);
            }
            let unit = of.least(Chebyshev { eps });
            if !unit.is_finite() {
                return unit;
            }
            let measure = ScaledEuclidean::new(unit);
            root(of.least(measure)) / measure.scale()
        }
    }
}

/// The least number whose square is not below `sum`.
fn root(sum: f64) -> f64 {
    if sum.is_infinite() {
        return sum;
    }
    let mut root = sum.sqrt();
    while root * root < sum {
        root = root.next_up();
    }
    while root > 0.0 && root.next_down() * root.next_down() >= sum {
        root = root.next_down();
    }
    root
}

/// The sum up to which the neighbourhood of one point weighs enough.
struct Kth<'a, W> {
    all: &'a Distances<'a, W>,
    point: &'a [f64],
    heap: &'a RefCell<BinaryHeap<(u64, W)>>,
}

impl<W: Weight> Least for Kth<'_, W> {
    fn least<M: Measure>(&self, measure: M) -> f64 {
        let (tree, threshold) = (&self.all.tree, self.all.threshold);
        let heap = &mut *self.heap.borrow_mut();
        heap.clear();
        let (mut total, mut reach) = (W::default(), f64::INFINITY);
        tree.approach(measure, self.point, reach, |leaf| {
            for block in (leaf * LEAF..(leaf + 1) * LEAF).step_by(LANES) {
                let sums = tree.sums(measure, block / LANES, self.point);
                if sums.iter().all(|&sum| sum >= reach) {
                    continue;
                }
                let weights = &self.all.weights[self.all.weights.len().min(block)..];
                for (&weight, &sum) in weights.iter().zip(&sums) {
                    if sum >= reach {
                        continue;
                    }
                    // Bits of numbers that are not negative have the order of the numbers.
                    heap.push((sum.to_bits(), weight));
                    total += weight;
                    while let Some(&(_, farthest)) = heap.peek()
                        && total - farthest >= threshold
                    {
                        total = total - farthest;
                        heap.pop();
                    }
                    if total >= threshold {
                        reach = heap.peek().map_or(reach, |top| f64::from_bits(top.0));
                    }
                }
            }
            reach
        });
        reach
    }
}

/// The least sum of two different points.
impl<W: Weight> Least for Distances<'_, W> {
    fn least<M: Measure>(&self, measure: M) -> f64 {
        let n = self.tree.order.len();
        let parts = threads::map(n.div_ceil(GRAIN), |i| {
            let mut point = vec![0.0; self.tree.n_columns];
            let mut reach = f64::INFINITY;
            for position in i * GRAIN..n.min((i + 1) * GRAIN) {
                self.tree.read(position, &mut point);
                reach = self.least_from(measure, position, &point, reach);
            }
            reach
        });
        parts.into_iter().fold(f64::INFINITY, f64::min)
    }
}

impl<W: Weight> Distances<'_, W> {
    /// The least sum of a point with those after it, if it is below `reach`.
    fn least_from<M: Measure>(
        &self,
        measure: M,
        position: usize,
        point: &[f64],
        mut reach: f64,
    ) -> f64 {
        self.tree.approach(measure, point, reach, |leaf| {
            if leaf >= position / LEAF {
                for block in (leaf * LEAF..(leaf + 1) * LEAF).step_by(LANES) {
                    let sums = self.tree.sums(measure, block / LANES, point);
                    let later = (block..).zip(sums).filter(|other| other.0 > position);
                    reach =
                        later.fold(reach, |least, (_, sum)| if sum < least { sum } else { least });
                }
            }
            reach
        });
        reach
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_the_least_number_whose_square_is_enough() {
        let mut sum = 1e-300;
        while sum < 1e300 {
            let root = root(sum);
            assert!(root * root >= sum && root.next_down() * root.next_down() < sum);
            sum *= 1.037;
        }
        assert_eq!(root(0.0), 0.0);
        assert_eq!(root(f64::INFINITY), f64::INFINITY);
    }

    #[test]
    fn weights_are_added_from_near_to_far() {
        let points: Vec<f64> = (0..100).map(f64::from).collect();
        let weights: Vec<i64> = (0..100).map(|i| i % 3).collect();
        let distances = Distances::new(Metric::Euclidean, &points, 1, &weights, 10);
        // 5 weighs 2, 4 and 7 weigh 1 each, 2 and 8 weigh 2, 1 and 10 weigh 1.
        assert_eq!(distances.to_kth(&[5]), [5.0]);
        assert_eq!(distances.smallest(), Some(1.0));
    }
}
