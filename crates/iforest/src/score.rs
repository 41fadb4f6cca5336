//! Path lengths of many rows, summed over the trees.

use ndarray::ArrayRef2;

use crate::{
    Error, Precision, TreeNodes, average_path_length,
    grow::check_row,
    perfect::{Keys, MAX_LEVELS, PerfectTree, ROWS},
    progress::Control,
    ranks::{MAX_THRESHOLDS, Ranks},
    threads,
};

/// What makes scoring fast: trees side by side whose cuts are ranks, and others as they are.
#[derive(Debug, Clone)]
pub(crate) struct Scorer {
    n_features: usize,
    /// In the order of the trees.
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Ranked(Group),
    /// The tree of that number, with the path length of each of its nodes.
    Plain(usize, Vec<f64>),
}

/// Trees in a row with few enough thresholds to rank them.
#[derive(Debug, Clone)]
struct Group {
    ranks: Vec<Ranks>,
    trees: Vec<PerfectTree>,
}

/// The rows of a block and what is known about them.
struct Block {
    /// Row-major.
    values: Vec<f64>,
    keys: Vec<Keys>,
    sums: [f64; ROWS],
}

impl Scorer {
    pub(crate) fn new(trees: &[TreeNodes], n_features: usize) -> Self {
        let mut parts = Vec::new();
        let mut first = 0;
        while first < trees.len() {
            let n_ranked = n_ranked(&trees[first..], n_features);
            if n_ranked == 0 {
                parts.push(Part::Plain(first, path_lengths(&trees[first]).0));
                first += 1;
            } else {
                parts.push(Part::Ranked(Group::new(&trees[first..first + n_ranked], n_features)));
                first += n_ranked;
            }
        }
        Self { n_features, parts }
    }

    /// The sum of the path lengths of each row, added in the order of the trees.
    pub(crate) fn path_sums(
        &self,
        trees: &[TreeNodes],
        precision: Precision,
        x: &ArrayRef2<f64>,
        control: &Control<'_>,
    ) -> Result<Vec<f64>, Error> {
        let mut sums = vec![0.0; x.nrows()];
        let size = 8 * ROWS;
        let parts = threads::map_chunks(&mut sums, size, |i, sums| {
            control.check()?;
            let mut block = Block::new(self.n_features);
            for (sums, first_row) in sums.chunks_mut(ROWS).zip((i * size..).step_by(ROWS)) {
                block.read(precision, x, first_row, sums.len())?;
                self.add(trees, &mut block);
                sums.copy_from_slice(&block.sums[..sums.len()]);
            }
            control.did(sums.len());
            Ok(())
        });
        parts.into_iter().collect::<Result<(), Error>>()?;
        control.check()?;
        Ok(sums)
    }

    fn add(&self, trees: &[TreeNodes], block: &mut Block) {
        block.sums.fill(0.0);
        for part in &self.parts {
            match part {
                Part::Ranked(group) => group.add(block),
                Part::Plain(number, lengths) => {
                    let rows = block.values.chunks_exact(self.n_features);
                    for (sum, row) in block.sums.iter_mut().zip(rows) {
                        *sum += lengths[leaf(&trees[*number], row)];
                    }
                }
            }
        }
    }
}

impl Block {
    fn new(n_features: usize) -> Self {
        Self { values: Vec::new(), keys: vec![[0; ROWS]; n_features], sums: [0.0; ROWS] }
    }

    /// Takes `n_rows` rows, as the precision has them.
    fn read(
        &mut self,
        precision: Precision,
        x: &ArrayRef2<f64>,
        first_row: usize,
        n_rows: usize,
    ) -> Result<(), Error> {
        self.values.clear();
        for row in first_row..first_row + n_rows {
            let values = x.row(row);
            check_row(precision, row, values.iter())?;
            self.values.extend(values.iter().map(|&value| precision.round(value)));
        }
        Ok(())
    }
}

impl Group {
    fn new(trees: &[TreeNodes], n_features: usize) -> Self {
        let mut thresholds = vec![Vec::new(); n_features];
        for tree in trees {
            for (&feature, &threshold) in tree.feature.iter().zip(&tree.threshold) {
                if let Ok(feature) = usize::try_from(feature) {
                    thresholds[feature].push(threshold);
                }
            }
        }
        let ranks: Vec<Ranks> = thresholds.into_iter().map(Ranks::new).collect();
        let perfect = |tree: &TreeNodes| {
            let (lengths, n_levels) = path_lengths(tree);
            PerfectTree::new(tree, n_levels, &lengths, &ranks)
        };
        let trees = trees.iter().map(perfect).collect();
        Self { ranks, trees }
    }

    fn add(&self, block: &mut Block) {
        let n_features = self.ranks.len();
        for (feature, (ranks, keys)) in self.ranks.iter().zip(&mut block.keys).enumerate() {
            let column = block.values.iter().skip(feature).step_by(n_features);
            for (key, &value) in keys.iter_mut().zip(column) {
                *key = ranks.rank(value);
            }
        }
        for tree in &self.trees {
            tree.add_lengths(&block.keys, &mut block.sums);
        }
    }
}

/// How many of the first trees can be one group.
fn n_ranked(trees: &[TreeNodes], n_features: usize) -> usize {
    let mut counts = vec![0_usize; n_features];
    let fits = |tree: &&TreeNodes| {
        let mut fits = n_features <= usize::from(u16::MAX) && is_ranked(tree);
        for feature in tree.feature.iter().filter_map(|&feature| usize::try_from(feature).ok()) {
            counts[feature] += 1;
            fits &= counts[feature] <= MAX_THRESHOLDS;
        }
        fits
    };
    trees.iter().take_while(fits).count()
}

fn is_ranked(tree: &TreeNodes) -> bool {
    let (_, n_levels) = path_lengths(tree);
    tree.normal.is_empty() && n_levels <= MAX_LEVELS && 1 << n_levels <= 64 + 4 * tree.n_nodes()
}

fn leaf(tree: &TreeNodes, row: &[f64]) -> usize {
    let mut node = 0;
    while let Some(child) = tree.child(node, row) {
        node = child;
    }
    node
}

/// For each node its depth and `c(n)` of its samples; and how many levels there are below the root.
fn path_lengths(tree: &TreeNodes) -> (Vec<f64>, usize) {
    let (mut lengths, mut n_levels) = (vec![0.0; tree.n_nodes()], 0);
    let mut next = vec![(0, 0)];
    while let Some((node, depth)) = next.pop() {
        lengths[node] = depth as f64 + average_path_length(tree.n_samples[node] as usize);
        n_levels = n_levels.max(depth);
        let children = [tree.left[node], tree.right[node]];
        next.extend(children.iter().filter(|child| **child > 0).map(|&c| (c as usize, depth + 1)));
    }
    (lengths, n_levels)
}
