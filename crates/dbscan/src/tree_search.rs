//! Core and border points by the tree: leaf against leaf, whole boxes at once where they allow it.

use std::ops::Range;

use oddsift_ground::{Control, Tally, threads};

use crate::{
    clusters::{Counted, NONE, number},
    components::Components,
    measure::Measure,
    neighbors::{MOST, Neighbors},
    tree::{Bounds, LANES, LEAF, Tree},
    weights::Weight,
};

/// Leaves that are counted in one go.
const LEAVES: usize = 16;

/// The tree with what is known about the point at each position.
pub(crate) struct TreeSearch<'a, M, W> {
    pub(crate) measure: M,
    pub(crate) tree: &'a Tree,
    /// By position, 0 where the last leaf has no point.
    weights: Vec<W>,
    /// The weight before each leaf, and in all.
    sums: Vec<W>,
    threshold: W,
    /// No weight is negative: a sum that has reached the threshold stays there.
    rising: bool,
    pub(crate) control: &'a Control<'a>,
}

impl<'a, M: Measure, W: Weight> TreeSearch<'a, M, W> {
    pub(crate) fn new(
        measure: M,
        tree: &'a Tree,
        weights: &[W],
        threshold: W,
        rising: bool,
        control: &'a Control<'a>,
    ) -> Self {
        let mut by_position = vec![W::default(); tree.n_leaves() * LEAF];
        by_position
            .iter_mut()
            .zip(&tree.order)
            .for_each(|(slot, &point)| *slot = weights[point as usize]);
        let mut sum = W::default();
        let mut sums = vec![sum];
        for leaf in by_position.chunks_exact(LEAF) {
            for &weight in leaf {
                sum += weight;
            }
            sums.push(sum);
        }
        Self { measure, tree, weights: by_position, sums, threshold, rising, control }
    }

    pub(crate) fn count(&self) -> Counted {
        let n = self.tree.n_leaves();
        let dense = self.dense_leaves();
        let parts = threads::map(n.div_ceil(LEAVES), |i| {
            let mut near = Near::new(self.tree.n_columns);
            let mut tally = self.control.tally();
            for (leaf, &dense) in dense.iter().enumerate().skip(i * LEAVES).take(LEAVES) {
                if !tally.did(self.tree.positions(leaf).len()) {
                    break;
                }
                if dense {
                    near.core.extend(self.tree.positions(leaf).map(|_| true));
                } else {
                    self.count_leaf(leaf, &mut near, &mut tally);
                }
            }
            (near.core, near.neighbors)
        });
        Counted::gather(parts)
    }

    /// Leaves in a box that is no wider than eps and weighs enough: all their points are core.
    fn dense_leaves(&self) -> Vec<bool> {
        let mut dense = vec![false; self.tree.n_leaves()];
        if self.rising {
            self.for_each_close_box(|leaves| {
                if self.sums[leaves.end] - self.sums[leaves.start] >= self.threshold {
                    dense[leaves].fill(true);
                }
            });
        }
        dense
    }

    /// Calls `visit` with the leaves of each of the largest boxes in which all pairs are inside.
    pub(crate) fn for_each_close_box(&self, mut visit: impl FnMut(Range<usize>)) {
        self.tree.walk(0, |at, node| {
            let bounds = self.tree.bounds(at);
            let close = bounds.most(self.measure, bounds) <= self.measure.inside_up_to();
            if close {
                visit(node.leaves());
            }
            !close
        });
    }

    fn count_leaf(&self, leaf: usize, near: &mut Near<W>, tally: &mut Tally<'_>) {
        self.find_near(leaf, near, tally);
        for position in self.tree.positions(leaf) {
            let is_core = if self.rising && near.whole_sum >= self.threshold {
                true
            } else {
                self.is_core(position, near, tally)
            };
            near.core.push(is_core);
            near.met.retain(|&other| other as usize != position);
            near.neighbors.keep(position as u32, &near.met, position..position + 1);
        }
    }

    /// The leaves around one, nearest first, apart from those wholly inside for all of its points.
    fn find_near(&self, leaf: usize, near: &mut Near<W>, tally: &mut Tally<'_>) {
        near.clear();
        let bounds = self.tree.bounds(self.tree.node_of_leaf[leaf] as usize);
        self.tree.walk(0, |at, node| {
            let other = self.tree.bounds(at);
            let least = bounds.least(self.measure, other);
            if !tally.worked(1) || least > self.measure.outside_above() {
                return false;
            }
            if bounds.most(self.measure, other) <= self.measure.inside_up_to() {
                near.whole_sum += self.sums[node.leaves().end] - self.sums[node.leaves().start];
                near.whole.push(node.leaves());
                return false;
            }
            if node.n_leaves == 1 {
                near.leaves.push((least, node.first.abs_diff(leaf as u32), at as u32));
            }
            true
        });
        near.leaves.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }

    fn is_core(&self, position: usize, near: &mut Near<W>, tally: &mut Tally<'_>) -> bool {
        near.met.clear();
        self.tree.read(position, &mut near.point);
        let mut sum = near.whole_sum;
        let point = Bounds::of(&near.point);
        for &(_, _, at) in &near.leaves {
            if !tally.worked(1) {
                return false;
            }
            if self.tree.bounds(at as usize).least(self.measure, point)
                > self.measure.outside_above()
            {
                continue;
            }
            tally.worked(LEAF);
            let first = self.tree.nodes[at as usize].first as usize * LEAF;
            for block in (first..first + LEAF).step_by(LANES) {
                let sums = self.tree.sums(self.measure, block / LANES, &near.point);
                if sums.iter().all(|&sum| sum > self.measure.limit()) {
                    continue;
                }
                for (other, &distance) in (block..).zip(&sums) {
                    if distance <= self.measure.limit() {
                        sum += self.weights[other];
                        near.met.push(other as u32);
                    }
                }
            }
            if self.rising && sum >= self.threshold {
                return true;
            }
        }
        let is_core = sum >= self.threshold;
        if !is_core {
            let whole =
                near.whole.iter().cloned().flatten().flat_map(|leaf| self.tree.positions(leaf));
            // Of more than are kept it only counts that they are more; the point itself is among them.
            near.met.extend(whole.map(|position| position as u32).take(MOST + 2));
        }
        is_core
    }

    /// The label of each core position, `NONE` for others, and how many clusters there are.
    pub(crate) fn core_labels(&self, core: &[bool], points: &Components) -> (Vec<u32>, usize) {
        // A point that is not core is a set of its own, without a first core point and so no cluster.
        number(
            points,
            core.len(),
            |position| if core[position] { self.tree.order[position] } else { NONE },
        )
    }

    /// The least label of core points within reach of a position.
    pub(crate) fn least_label(
        &self,
        position: usize,
        core: &[bool],
        labels: &[u32],
        tally: &mut Tally<'_>,
    ) -> u32 {
        let mut point = vec![0.0; self.tree.n_columns];
        self.tree.read(position, &mut point);
        let mut least = NONE;
        self.tree.walk(0, |at, node| {
            if !tally.worked(1)
                || self.tree.bounds(at).least(self.measure, Bounds::of(&point))
                    > self.measure.outside_above()
            {
                return false;
            }
            if node.n_leaves == 1 {
                tally.worked(LEAF);
                let first = node.first as usize * LEAF;
                for block in (first..first + LEAF).step_by(LANES) {
                    let sums = self.tree.sums(self.measure, block / LANES, &point);
                    for (other, &sum) in (block..).zip(&sums) {
                        if sum <= self.measure.limit() && core[other] {
                            least = least.min(labels[other]);
                        }
                    }
                }
            }
            true
        });
        least
    }
}

/// What surrounds one leaf, and what was found out about several of them.
struct Near<W> {
    core: Vec<bool>,
    neighbors: Neighbors,
    /// Leaves that hold only neighbours of every point of the leaf, and their weight.
    whole: Vec<Range<usize>>,
    whole_sum: W,
    /// Other leaves within reach: the least distance, how far they are in the order, their node.
    leaves: Vec<(f64, u32, u32)>,
    /// Neighbours met by one point.
    met: Vec<u32>,
    point: Vec<f64>,
}

impl<W: Weight> Near<W> {
    fn new(n_columns: usize) -> Self {
        Self {
            core: Vec::with_capacity(LEAVES * LEAF),
            neighbors: Neighbors::default(),
            whole: Vec::new(),
            whole_sum: W::default(),
            leaves: Vec::new(),
            met: Vec::new(),
            point: vec![0.0; n_columns],
        }
    }

    fn clear(&mut self) {
        self.whole.clear();
        self.whole_sum = W::default();
        self.leaves.clear();
        self.met.clear();
    }
}
