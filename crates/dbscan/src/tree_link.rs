//! Links between core points by the tree: boxes that hold one component only are not looked into
//! again, as in the dual-tree algorithm of March, Ram and Gray, KDD 2010.

use oddsift_ground::threads;

use crate::{
    clusters::{Counted, NONE},
    components::Components,
    measure::Measure,
    tree::{Bounds, LANES, LEAF},
    tree_search::TreeSearch,
    weights::Weight,
};

/// How often the pass that links looks anew which boxes hold one cluster only.
const ROUNDS: usize = 16;
/// Instead of a position: the core points of a box are in several components.
const MIXED: u32 = NONE - 1;

impl<M: Measure, W: Weight> TreeSearch<'_, M, W> {
    /// Joins all core points within reach of each other.
    pub(crate) fn link(&self, counted: &Counted) -> Components {
        let core = &counted.core;
        let components = Components::new(core.len());
        self.link_met(counted, &components);
        let n = self.tree.n_leaves();
        let size = n.div_ceil(ROUNDS);
        for start in (0..n).step_by(size) {
            let of_box = self.components_of_boxes(core, &components);
            threads::for_each(size.min(n - start), |i| {
                self.link_leaf(start + i, core, &components, &of_box);
            });
        }
        components
    }

    /// What is known already: neighbours that were met, and boxes no wider than eps.
    fn link_met(&self, counted: &Counted, components: &Components) {
        let core = &counted.core;
        for part in &counted.neighbors {
            part.for_each(|position, neighbors| {
                if core[position as usize] {
                    let others =
                        neighbors.unwrap_or_default().iter().filter(|&&other| core[other as usize]);
                    others.for_each(|&other| components.join(position, other));
                }
            });
        }
        self.for_each_close_box(|leaves| {
            let mut cores = leaves
                .flat_map(|leaf| self.tree.positions(leaf))
                .filter(|&position| core[position]);
            if let Some(first) = cores.next() {
                cores.for_each(|other| components.join(first as u32, other as u32));
            }
        });
    }

    /// For each node a core position if all its core points are known to be in one component,
    /// `MIXED` if not, `NONE` if there are none.
    fn components_of_boxes(&self, core: &[bool], components: &Components) -> Vec<u32> {
        let mut of_box = vec![NONE; self.tree.nodes.len()];
        let merge = |a: u32, b: u32| match (a, b) {
            (NONE, other) | (other, NONE) => other,
            (MIXED, _) | (_, MIXED) => MIXED,
            (a, b) => {
                if components.same(a, b) {
                    a
                } else {
                    MIXED
                }
            }
        };
        for (at, node) in self.tree.nodes.iter().enumerate().rev() {
            of_box[at] = if node.n_leaves == 1 {
                let cores =
                    self.tree.positions(node.first as usize).filter(|&position| core[position]);
                cores.map(|position| position as u32).fold(NONE, merge)
            } else {
                let left = at + 1;
                merge(of_box[left], of_box[left + self.tree.nodes[left].n_nodes()])
            };
        }
        of_box
    }

    /// Joins the core points of a leaf with those within reach in itself and in later leaves.
    fn link_leaf(&self, leaf: usize, core: &[bool], components: &Components, of_box: &[u32]) {
        let own = self.tree.node_of_leaf[leaf] as usize;
        if of_box[own] == NONE {
            return;
        }
        let mut tally = self.control.tally();
        tally.did(self.tree.positions(leaf).len());
        let one = |at: usize| (of_box[at] < MIXED).then_some(of_box[at]);
        let mut point = vec![0.0; self.tree.n_columns];
        self.tree.walk(0, |at, node| {
            let known = one(own).zip(one(at)).is_some_and(|(a, b)| components.same(a, b));
            if !tally.worked(1) || node.leaves().end <= leaf || of_box[at] == NONE || known {
                return false;
            }
            if self.tree.bounds(own).least(self.measure, self.tree.bounds(at))
                > self.measure.outside_above()
            {
                return false;
            }
            if node.n_leaves == 1 {
                for position in self.tree.positions(leaf).filter(|&position| core[position]) {
                    if one(at).is_some_and(|other| components.same(other, position as u32)) {
                        continue;
                    }
                    self.tree.read(position, &mut point);
                    if self.tree.bounds(at).least(self.measure, Bounds::of(&point))
                        <= self.measure.outside_above()
                    {
                        tally.worked(LEAF);
                        self.link_point(position, &point, node.first as usize, core, components);
                    }
                }
            }
            true
        });
    }

    fn link_point(
        &self,
        position: usize,
        point: &[f64],
        leaf: usize,
        core: &[bool],
        components: &Components,
    ) {
        for block in (leaf * LEAF..(leaf + 1) * LEAF).step_by(LANES) {
            let sums = self.tree.sums(self.measure, block / LANES, point);
            for (other, &sum) in (block..).zip(&sums) {
                if sum <= self.measure.limit() && core[other] {
                    components.join(position as u32, other as u32);
                }
            }
        }
    }
}
