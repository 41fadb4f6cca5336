//! DBSCAN's three passes over the tree: core points, links between them, border points.

use crate::{
    components::Components,
    measure::Measure,
    threads,
    tree::{Bounds, LANES, LEAF, Tree},
    weights::Weight,
};

/// The tree with what is known about the point at each position.
pub(crate) struct Search<'a, M, W> {
    pub(crate) measure: M,
    pub(crate) tree: &'a Tree,
    /// By position, 0 where the last leaf has no point.
    weights: Vec<W>,
    threshold: W,
    /// No weight is negative: a sum that has reached the threshold stays there.
    rising: bool,
}

impl<'a, M: Measure, W: Weight> Search<'a, M, W> {
    pub(crate) fn new(measure: M, tree: &'a Tree, weights: &[W], threshold: W) -> Self {
        let mut by_position = vec![W::default(); tree.n_leaves() * LEAF];
        by_position
            .iter_mut()
            .zip(&tree.order)
            .for_each(|(slot, &point)| *slot = weights[point as usize]);
        let rising = weights.iter().all(|&weight| weight >= W::default());
        Self { measure, tree, weights: by_position, threshold, rising }
    }

    /// For each position whether its point is core.
    pub(crate) fn core(&self) -> Vec<bool> {
        let mut core = vec![false; self.tree.order.len()];
        threads::for_each_chunk(&mut core, LEAF, |leaf, core| self.core_of_leaf(leaf, core));
        core
    }

    fn core_of_leaf(&self, leaf: usize, core: &mut [bool]) {
        let mut point = vec![0.0; self.tree.n_columns];
        for (position, core) in self.tree.positions(leaf).zip(core) {
            self.tree.read(position, &mut point);
            *core = self.is_core(&point);
        }
    }

    fn is_core(&self, point: &[f64]) -> bool {
        let mut sum = W::default();
        self.visit(point, |position, _| {
            sum += self.weights[position];
            self.rising && sum >= self.threshold
        });
        sum >= self.threshold
    }

    /// Joins all pairs of core points within reach.
    pub(crate) fn join(&self, core: &[bool], components: &Components) {
        threads::for_each(self.tree.n_leaves(), |leaf| {
            let mut point = vec![0.0; self.tree.n_columns];
            for position in self.tree.positions(leaf).filter(|&position| core[position]) {
                self.tree.read(position, &mut point);
                self.visit(&point, |other, _| {
                    if other < position && core[other] {
                        components.join(position as u32, other as u32);
                    }
                    false
                });
            }
        });
    }

    /// The least of `label` over the core points within reach of the one at `position`.
    pub(crate) fn least_label(
        &self,
        position: usize,
        core: &[bool],
        label: impl Fn(usize) -> u32,
    ) -> u32 {
        let mut point = vec![0.0; self.tree.n_columns];
        self.tree.read(position, &mut point);
        let mut least = u32::MAX;
        self.visit(&point, |other, _| {
            if core[other] {
                least = least.min(label(other));
            }
            false
        });
        least
    }

    /// Calls `stop` with each position within reach until it says so.
    fn visit(&self, point: &[f64], mut stop: impl FnMut(usize, f64) -> bool) {
        let mut at = 0;
        while let Some(&node) = self.tree.nodes.get(at) {
            if self.tree.bounds(at).least(self.measure, Bounds::of(point))
                > self.measure.outside_above()
            {
                at += node.n_nodes();
                continue;
            }
            at += 1;
            if node.n_leaves > 1 {
                continue;
            }
            for block in (node.first as usize * LEAF..).step_by(LANES).take(LEAF / LANES) {
                let sums = self.tree.sums(self.measure, block / LANES, point);
                for (lane, &sum) in sums.iter().enumerate() {
                    if sum <= self.measure.limit() && stop(block + lane, sum) {
                        return;
                    }
                }
            }
        }
    }
}
