//! A flat k-d tree: arrays without pointers, full leaves, a bounding box for each node.

use std::ops::Range;

use oddsift_ground::{Tally, threads};

use crate::measure::Measure;

/// Points in a leaf; all leaves but the last are full.
pub(crate) const LEAF: usize = 32;
/// Points that are measured together.
pub(crate) const LANES: usize = 8;

/// Nodes stand in preorder, so that a search is a walk to the right that jumps over what it prunes:
/// no stack and no recursion.
pub(crate) struct Tree {
    pub(crate) n_columns: usize,
    /// The point at each position; leaf `l` has the positions `l * LEAF..`.
    pub(crate) order: Vec<u32>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) node_of_leaf: Vec<u32>,
    /// For each node the least and then the largest value of each column.
    boxes: Vec<f64>,
    /// Blocks of `LANES` points, column by column. What is missing in the last leaf is infinite, and
    /// so never inside.
    lanes: Vec<f64>,
}

/// The leaves `first..first + n_leaves`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Node {
    pub(crate) first: u32,
    pub(crate) n_leaves: u32,
}

impl Node {
    pub(crate) fn leaves(self) -> Range<usize> {
        self.first as usize..(self.first + self.n_leaves) as usize
    }

    /// Nodes of its subtree, itself included.
    pub(crate) fn n_nodes(self) -> usize {
        2 * self.n_leaves as usize - 1
    }
}

impl Tree {
    /// A tree over `points`, row-major; there must be at least one.
    pub(crate) fn build(points: &[f64], n_columns: usize) -> Self {
        let n_points = points.len() / n_columns;
        let n_leaves = n_points.div_ceil(LEAF);
        let mut order: Vec<u32> = (0..).take(n_points).collect();
        let mut nodes = vec![Node::default(); 2 * n_leaves - 1];
        let mut boxes = vec![0.0; nodes.len() * 2 * n_columns];
        let part = Part { first: 0, order: &mut order, nodes: &mut nodes, boxes: &mut boxes };
        part.split(points, n_columns);
        let lanes = lanes(points, n_columns, &order);
        let node_of_leaf =
            (0..).zip(&nodes).filter(|(_, node)| node.n_leaves == 1).map(|(at, _)| at).collect();
        Self { n_columns, order, nodes, node_of_leaf, boxes, lanes }
    }

    pub(crate) fn n_leaves(&self) -> usize {
        self.order.len().div_ceil(LEAF)
    }

    /// The positions of a leaf's points.
    pub(crate) fn positions(&self, leaf: usize) -> Range<usize> {
        leaf * LEAF..self.order.len().min((leaf + 1) * LEAF)
    }

    pub(crate) fn bounds(&self, node: usize) -> Bounds<'_> {
        let (low, high) =
            self.boxes[node * 2 * self.n_columns..][..2 * self.n_columns].split_at(self.n_columns);
        Bounds { low, high }
    }

    /// Visits the node at `at` and those to the right of it in the order of their leaves; where `enter`
    /// says no, what is below a node is left out.
    #[inline]
    pub(crate) fn walk(&self, mut at: usize, mut enter: impl FnMut(usize, Node) -> bool) {
        while let Some(&node) = self.nodes.get(at) {
            at += if enter(at, node) { 1 } else { node.n_nodes() };
        }
    }

    /// Whether any point is within reach of `point`.
    pub(crate) fn reaches<M: Measure>(
        &self,
        measure: M,
        point: &[f64],
        tally: &mut Tally<'_>,
    ) -> bool {
        let mut found = false;
        self.walk(0, |at, node| {
            if found
                || !tally.worked(1)
                || self.bounds(at).least(measure, Bounds::of(point)) > measure.outside_above()
            {
                return false;
            }
            if node.n_leaves == 1 {
                tally.worked(LEAF);
                let blocks = node.first as usize * (LEAF / LANES)
                    ..(node.first as usize + 1) * (LEAF / LANES);
                found = blocks.into_iter().any(|block| {
                    self.sums(measure, block, point).iter().any(|&sum| sum <= measure.limit())
                });
            }
            true
        });
        found
    }

    /// Copies the point at `position` to `point`.
    pub(crate) fn read(&self, position: usize, point: &mut [f64]) {
        let block = &self.lanes[position / LANES * LANES * self.n_columns..];
        for (value, column) in point.iter_mut().zip(block.chunks_exact(LANES)) {
            *value = column[position % LANES];
        }
    }

    /// The sums of `point` with the points from position `LANES * block` on.
    #[inline(always)]
    pub(crate) fn sums<M: Measure>(&self, measure: M, block: usize, point: &[f64]) -> [f64; LANES] {
        let mut sums = [0.0; LANES];
        let size = LANES * self.n_columns;
        for (column, value) in self.lanes[block * size..][..size].chunks_exact(LANES).zip(point) {
            for (sum, other) in sums.iter_mut().zip(column) {
                *sum = measure.add(*sum, other - value);
            }
        }
        sums
    }
}

/// A box, closed.
#[derive(Clone, Copy)]
pub(crate) struct Bounds<'a> {
    pub(crate) low: &'a [f64],
    pub(crate) high: &'a [f64],
}

impl<'a> Bounds<'a> {
    /// The box of one point.
    pub(crate) fn of(point: &'a [f64]) -> Self {
        Self { low: point, high: point }
    }

    /// No pair of points of the two boxes has a smaller sum.
    #[inline(always)]
    pub(crate) fn least<M: Measure>(self, measure: M, other: Bounds<'_>) -> f64 {
        let mut sum = 0.0;
        for ((low, high), (other_low, other_high)) in self.columns().zip(other.columns()) {
            sum = measure.add(sum, larger(larger(low - other_high, other_low - high), 0.0));
        }
        sum
    }

    /// No pair of points of the two boxes has a larger sum.
    #[inline(always)]
    pub(crate) fn most<M: Measure>(self, measure: M, other: Bounds<'_>) -> f64 {
        let mut sum = 0.0;
        for ((low, high), (other_low, other_high)) in self.columns().zip(other.columns()) {
            sum = measure.add(sum, larger(high - other_low, other_high - low));
        }
        sum
    }

    #[inline(always)]
    fn columns(self) -> impl Iterator<Item = (f64, f64)> {
        self.low.iter().copied().zip(self.high.iter().copied())
    }
}

/// One instruction, unlike `f64::max`, which minds NaN.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// A subtree that is being built, with its part of each array.
struct Part<'a> {
    first: u32,
    order: &'a mut [u32],
    nodes: &'a mut [Node],
    boxes: &'a mut [f64],
}

impl Part<'_> {
    /// Splits at the median of the widest column, down to leaves. It calls itself no deeper than the
    /// logarithm of the number of points, as halves differ by at most a leaf.
    fn split(self, points: &[f64], n_columns: usize) {
        let n_leaves = self.order.len().div_ceil(LEAF);
        let (bounds, boxes) = self.boxes.split_at_mut(2 * n_columns);
        let widest = enclose(points, n_columns, self.order, bounds);
        self.nodes[0] = Node { first: self.first, n_leaves: n_leaves as u32 };
        if n_leaves == 1 {
            return;
        }
        let left_leaves = n_leaves.div_ceil(2);
        let middle = left_leaves * LEAF;
        part_at(points, n_columns, self.order, widest, middle);
        let (left_order, right_order) = self.order.split_at_mut(middle);
        let (left_nodes, right_nodes) = self.nodes[1..].split_at_mut(2 * left_leaves - 1);
        let (left_boxes, right_boxes) = boxes.split_at_mut(left_nodes.len() * 2 * n_columns);
        let left =
            Part { first: self.first, order: left_order, nodes: left_nodes, boxes: left_boxes };
        let first = self.first + left_leaves as u32;
        let right = Part { first, order: right_order, nodes: right_nodes, boxes: right_boxes };
        threads::join(
            n_leaves > 64,
            || left.split(points, n_columns),
            || right.split(points, n_columns),
        );
    }
}

/// Writes the box of the points in `order` to `bounds`; the column in which it is widest.
fn enclose(points: &[f64], n_columns: usize, order: &[u32], bounds: &mut [f64]) -> usize {
    let (low, high) = bounds.split_at_mut(n_columns);
    low.fill(f64::INFINITY);
    high.fill(f64::NEG_INFINITY);
    for &point in order {
        let point = &points[point as usize * n_columns..][..n_columns];
        for ((low, high), &value) in low.iter_mut().zip(high.iter_mut()).zip(point) {
            *low = if value < *low { value } else { *low };
            *high = if value > *high { value } else { *high };
        }
    }
    let widths = low.iter().zip(high.iter()).map(|(low, high)| high - low);
    widths.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(column, _)| column)
}

/// Reorders so that the `middle` least of `order` in `column` come first.
fn part_at(points: &[f64], n_columns: usize, order: &mut [u32], column: usize, middle: usize) {
    let value = |point: u32| points[point as usize * n_columns + column];
    // The values move along with the points: comparing through the points would miss the cache.
    let mut keyed: Vec<(f64, u32)> = order.iter().map(|&point| (value(point), point)).collect();
    keyed.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
    order.iter_mut().zip(keyed).for_each(|(slot, (_, point))| *slot = point);
}

fn lanes(points: &[f64], n_columns: usize, order: &[u32]) -> Vec<f64> {
    let mut lanes = vec![f64::INFINITY; order.len().div_ceil(LEAF) * LEAF * n_columns];
    for (block, members) in lanes.chunks_exact_mut(LANES * n_columns).zip(order.chunks(LANES)) {
        for (lane, &point) in members.iter().enumerate() {
            for column in 0..n_columns {
                block[column * LANES + lane] = points[point as usize * n_columns + column];
            }
        }
    }
    lanes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Manhattan;

    fn points() -> Vec<f64> {
        (0..1000)
            .flat_map(|i| [f64::from(i * 37 % 101), f64::from(i * 53 % 97), f64::from(i % 7)])
            .collect()
    }

    #[test]
    fn every_point_has_one_position_and_reads_back() {
        let points = points();
        let tree = Tree::build(&points, 3);
        let mut seen = vec![false; 1000];
        for (position, &point) in tree.order.iter().enumerate() {
            let mut read = [0.0; 3];
            tree.read(position, &mut read);
            assert_eq!(read, points[point as usize * 3..][..3]);
            assert!(!std::mem::replace(&mut seen[point as usize], true));
        }
    }

    #[test]
    fn boxes_hold_their_points_and_their_parts() {
        let points = points();
        let tree = Tree::build(&points, 3);
        assert_eq!(tree.nodes[0].n_nodes(), tree.nodes.len());
        for (i, node) in tree.nodes.iter().enumerate() {
            let bounds = tree.bounds(i);
            for leaf in node.first..node.first + node.n_leaves {
                for position in tree.positions(leaf as usize) {
                    let point = &points[tree.order[position] as usize * 3..][..3];
                    assert!(
                        (0..3).all(|c| bounds.low[c] <= point[c] && point[c] <= bounds.high[c])
                    );
                }
            }
        }
    }

    #[test]
    fn bounds_of_boxes_hold_for_their_points() {
        let measure = Manhattan { eps: 1.0 };
        let (a, b) = (
            Bounds { low: &[0.0, 0.0], high: &[1.0, 2.0] },
            Bounds { low: &[3.0, 1.0], high: &[4.0, 5.0] },
        );
        assert_eq!((a.least(measure, b), a.most(measure, b)), (2.0, 9.0));
        assert_eq!((b.least(measure, a), b.most(measure, a)), (2.0, 9.0));
        assert_eq!((a.least(measure, a), a.most(measure, a)), (0.0, 3.0));
    }

    #[test]
    fn columns_whose_width_overflows_are_split() {
        let points: Vec<f64> = (0..100).map(|i| f64::MAX * f64::from(i - 50) / 50.0).collect();
        assert_eq!(Tree::build(&points, 1).n_leaves(), 4);
    }
}
