//! Trees as perfect ones: every path has the same number of cuts, and the children of node `i` are
//! `2 i` and `2 i + 1`, so that rows walk down side by side without a branch.

use crate::{
    nodes::{Kind, TreeNodes},
    ranks::Ranks,
};

/// Rows that walk down together.
pub(crate) const ROWS: usize = 512;
/// Rows that take turns, so that none waits for memory.
const LANES: usize = 8;
/// Levels that are looked at for all rows at once.
const TOP: usize = 3;
/// The most levels that pay.
pub(crate) const MAX_LEVELS: usize = 12;

/// Ranks of one feature for each row of a block.
pub(crate) type Keys = [i16; ROWS];

/// A cut: which feature, and above which rank a row goes to `2 i + 1`.
#[derive(Debug, Clone, Copy)]
struct Cut {
    feature: u16,
    rank: i16,
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
    pub(crate) fn new(tree: &TreeNodes, n_levels: usize, lengths: &[f64], ranks: &[Ranks]) -> Self {
        let n_levels = n_levels.max(TOP);
        let n_leaves = 1 << n_levels;
        let mut cuts = vec![Cut { feature: 0, rank: i16::MAX }; n_leaves];
        let mut leaf_lengths = vec![0.0; n_leaves];
        let mut next = vec![(0_usize, 1_usize)];
        while let Some((node, at)) = next.pop() {
            if let Kind::Split(feature) = tree.kind(node) {
                let rank = ranks[feature].rank(tree.threshold[node]);
                cuts[at] = Cut { feature: feature as u16, rank };
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
    pub(crate) fn add_lengths(&self, keys: &[Keys], sums: &mut [f64; ROWS]) {
        match self.cuts.len() {
            8 => self.walk::<8>(keys, sums),
            16 => self.walk::<16>(keys, sums),
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
    fn walk<const N_LEAVES: usize>(&self, keys: &[Keys], sums: &mut [f64; ROWS]) {
        let (Some(cuts), Some(lengths)) =
            (self.cuts.first_chunk::<N_LEAVES>(), self.lengths.first_chunk::<N_LEAVES>())
        else {
            return;
        };
        let mut nodes = [0_u16; ROWS];
        if !top(cuts, keys, &mut nodes) {
            return;
        }
        let blocks = nodes.chunks_exact(LANES).zip(sums.chunks_exact_mut(LANES));
        for (block, (nodes, sums)) in blocks.enumerate() {
            let mut at = [0_usize; LANES];
            at.iter_mut().zip(nodes).for_each(|(at, &node)| *at = usize::from(node));
            for _ in TOP..N_LEAVES.ilog2() as usize {
                for (lane, at) in at.iter_mut().enumerate() {
                    let cut = cuts[*at & (N_LEAVES - 1)];
                    let key = keys[usize::from(cut.feature)][(block * LANES + lane) % ROWS];
                    *at = 2 * *at + usize::from(key > cut.rank);
                }
            }
            for (sum, at) in sums.iter_mut().zip(at) {
                *sum += lengths[at & (N_LEAVES - 1)];
            }
        }
    }
}

/// The first three levels without a look-up: all their cuts for all rows, of which each row's are
/// selected by masks that the compiler keeps in vectors.
fn top<const N: usize>(cuts: &[Cut; N], keys: &[Keys], nodes: &mut [u16; ROWS]) -> bool {
    let cut = |i: usize| {
        let cut = cuts.get(i)?;
        Some((keys.get(usize::from(cut.feature))?, cut.rank))
    };
    let (Some(c1), Some(c2), Some(c3), Some(c4), Some(c5), Some(c6), Some(c7)) =
        (cut(1), cut(2), cut(3), cut(4), cut(5), cut(6), cut(7))
    else {
        return false;
    };
    for (row, node) in nodes.iter_mut().enumerate() {
        let mask = |(keys, rank): (&Keys, i16)| -i16::from(keys[row] > rank);
        let select = |mask: i16, no: i16, yes: i16| (mask & yes) | (!mask & no);
        let first = mask(c1);
        let second = select(first, mask(c2), mask(c3));
        let left = select(second, mask(c4), mask(c5));
        let right = select(second, mask(c6), mask(c7));
        let third = select(first, left, right);
        // Masks are -1 or 0.
        *node = (8 - 4 * first - 2 * second - third).cast_unsigned();
    }
    true
}
