//! Trees as perfect ones: every path has the same number of cuts, and the children of node `i` are
//! `2 i` and `2 i + 1`, so that rows walk down side by side without a branch.

use multiversion::multiversion;

use crate::{
    nodes::{Kind, TreeNodes},
    ranks::Ranks,
};

/// Rows that walk down together.
pub(crate) const ROWS: usize = 512;
/// Rows that take turns, so that none waits for memory.
const LANES: usize = 4;
/// Levels that are looked at for all rows at once.
const TOP: usize = 5;
/// Nodes of those levels, and place 0.
const N_TOP: usize = 1 << TOP;
/// The most levels that pay.
pub(crate) const MAX_LEVELS: usize = 12;

/// Ranks of one feature for each row of a block.
pub(crate) type Keys = [u16; ROWS];
/// The most features of a group of trees. A number of one byte is in no need of a check.
pub(crate) const MAX_COLUMNS: usize = 1 << u8::BITS;

/// A cut: which of the features of the group, and above which rank a row goes to `2 i + 1`.
#[derive(Debug, Clone, Copy)]
struct Cut {
    column: u8,
    rank: u16,
}

/// A feature that trees of a group split on.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) feature: usize,
    pub(crate) ranks: Ranks,
}

/// A tree whose every leaf is `n_levels` below the root.
#[derive(Debug, Clone)]
pub(crate) struct PerfectTree {
    /// Node `i` at place `i`; there is no node 0.
    cuts: Vec<Cut>,
    /// How long the path to each leaf is in the tree as it was.
    lengths: Vec<f64>,
}

impl PerfectTree {
    /// A leaf that is less deep than others gets cuts whose every leaf is as it was.
    pub(crate) fn new(
        tree: &TreeNodes,
        n_levels: usize,
        lengths: &[f64],
        columns: &[Column],
    ) -> Self {
        let n_levels = n_levels.max(TOP);
        let n_leaves = 1 << n_levels;
        let mut cuts = vec![Cut { column: 0, rank: u16::MAX >> 1 }; n_leaves];
        let mut leaf_lengths = vec![0.0; n_leaves];
        let mut next = vec![(0_usize, 1_usize)];
        while let Some((node, at)) = next.pop() {
            if let Kind::Split(feature) = tree.kind(node) {
                let column = columns.partition_point(|column| column.feature < feature);
                let [rank] = columns[column].ranks.ranks([tree.threshold[node]]);
                cuts[at] = Cut { column: column as u8, rank };
                next.push((tree.left[node] as usize, 2 * at));
                next.push((tree.right[node] as usize, 2 * at + 1));
            } else {
                let n_below = n_levels - at.ilog2() as usize;
                leaf_lengths[(at << n_below) - n_leaves..][..1 << n_below].fill(lengths[node]);
            }
        }
        Self { cuts, lengths: leaf_lengths }
    }

    /// Adds the path length of each row to its sum.
    pub(crate) fn add_lengths(&self, keys: &[Keys; MAX_COLUMNS], sums: &mut [f64; ROWS]) {
        match self.cuts.len() {
            32 => self.walk::<32>(keys, sums),
            64 => self.walk::<64>(keys, sums),
            128 => self.walk::<128>(keys, sums),
            256 => self.walk::<256>(keys, sums),
            512 => self.walk::<512>(keys, sums),
            1024 => self.walk::<1024>(keys, sums),
            2048 => self.walk::<2048>(keys, sums),
            _ => self.walk::<4096>(keys, sums),
        }
    }

    /// A number of leaves that the compiler knows spares it every check of a place.
    fn walk<const N_LEAVES: usize>(&self, keys: &[Keys; MAX_COLUMNS], sums: &mut [f64; ROWS]) {
        let (Some(cuts), Some(lengths)) =
            (self.cuts.first_chunk::<N_LEAVES>(), self.lengths.first_chunk::<N_LEAVES>())
        else {
            return;
        };
        let mut nodes = [0_u16; ROWS];
        if let Some(cuts) = cuts.first_chunk() {
            top(cuts, keys, &mut nodes);
        }
        let blocks = nodes.chunks_exact(LANES).zip(sums.chunks_exact_mut(LANES));
        for (block, (nodes, sums)) in blocks.enumerate() {
            let mut at = [0_usize; LANES];
            at.iter_mut().zip(nodes).for_each(|(at, &node)| *at = usize::from(node));
            for _ in TOP..N_LEAVES.ilog2() as usize {
                for (lane, at) in at.iter_mut().enumerate() {
                    let cut = cuts[*at & (N_LEAVES - 1)];
                    let key = keys[usize::from(cut.column)][(block * LANES + lane) % ROWS];
                    *at = *at + *at + usize::from(cut.rank < key);
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += lengths[at & (N_LEAVES - 1)];
            }
        }
    }
}

/// The first levels without a look-up: all their cuts for all rows, of which each row's are selected
/// by masks that the compiler keeps in vectors.
#[multiversion(targets("x86_64+avx2"))]
fn top(cuts: &[Cut; N_TOP], keys: &[Keys; MAX_COLUMNS], nodes: &mut [u16; ROWS]) {
    let mut tests = [(&keys[0], 0); N_TOP];
    for (test, cut) in tests.iter_mut().zip(cuts).skip(1) {
        *test = (&keys[usize::from(cut.column)], cut.rank as i16);
    }
    for (row, node) in nodes.iter_mut().enumerate() {
        // Masks are -1 or 0.
        let mask = |i: usize| -i16::from(tests[i].0[row] as i16 > tests[i].1);
        let select = |mask: i16, no: i16, yes: i16| (mask & yes) | (!mask & no);
        let first = mask(1);
        let second = select(first, mask(2), mask(3));
        let of_two = |i| select(second, mask(i), mask(i + 1));
        let third = select(first, of_two(4), of_two(6));
        let of_two = |i| select(third, mask(i), mask(i + 1));
        let of_four = |i| select(second, of_two(i), of_two(i + 2));
        let fourth = select(first, of_four(8), of_four(12));
        let of_two = |i| select(fourth, mask(i), mask(i + 1));
        let of_four = |i| select(third, of_two(i), of_two(i + 2));
        let of_eight = |i| select(second, of_four(i), of_four(i + 4));
        let fifth = select(first, of_eight(16), of_eight(24));
        *node = (32 - 16 * first - 8 * second - 4 * third - 2 * fourth - fifth) as u16;
    }
}
