//! The nearest points of a tree: near boxes first, so that far ones need not be looked into.

use crate::{
    clusters::NONE,
    measure::Measure,
    tree::{Bounds, LANES, LEAF, Tree},
};

/// More than a tree is deep: halves of 2^32 points come down to a leaf in 27 steps.
const DEPTH: usize = 32;

impl Tree {
    /// Visits the leaves that may hold a point whose sum is at most `reach`, near boxes first;
    /// `visit` says how far the search reaches from then on.
    #[inline(always)]
    pub(crate) fn approach<M: Measure>(
        &self,
        measure: M,
        point: &[f64],
        mut reach: f64,
        mut visit: impl FnMut(usize) -> f64,
    ) {
        let least = |at: usize| (self.bounds(at).least(measure, Bounds::of(point)), at);
        let mut later = [(0.0, 0); DEPTH];
        let (mut n_later, mut next) = (0, least(0));
        loop {
            if next.0 <= measure.above(reach) {
                let node = self.nodes[next.1];
                if node.n_leaves > 1 {
                    let left = next.1 + 1;
                    let (left, right) = (least(left), least(left + self.nodes[left].n_nodes()));
                    (next, later[n_later]) =
                        if right.0 < left.0 { (right, left) } else { (left, right) };
                    n_later += 1;
                    continue;
                }
                reach = visit(node.first as usize);
            }
            if n_later == 0 {
                return;
            }
            n_later -= 1;
            next = later[n_later];
        }
    }

    /// The label of the nearest point that is inside, the least of them where several are nearest;
    /// `NONE` without one. `labels` are by position.
    pub(crate) fn nearest_label<M: Measure>(
        &self,
        measure: M,
        point: &[f64],
        labels: &[u32],
    ) -> u32 {
        let mut best = (measure.limit(), NONE);
        self.approach(measure, point, best.0, |leaf| {
            for block in (leaf * LEAF..(leaf + 1) * LEAF).step_by(LANES) {
                let sums = self.sums(measure, block / LANES, point);
                if sums.iter().all(|&sum| sum > best.0) {
                    continue;
                }
                // The last leaf may have fewer points than sums, which are infinite then.
                for (&label, &sum) in labels[labels.len().min(block)..].iter().zip(&sums) {
                    if sum < best.0 || (sum <= best.0 && label < best.1) {
                        best = (sum, label);
                    }
                }
            }
            best.0
        });
        best.1
    }
}
