//! Path lengths of many rows, summed over the trees.

use std::collections::BTreeMap;

use ndarray::{ArrayRef2, ArrayView2, s};
use oddsift_ground::{Control, threads};

use crate::{
    Error, Precision, TreeNodes, average_path_length,
    distinct::Distinct,
    finite,
    perfect::{Column, Keys, MAX_COLUMNS, MAX_LEVELS, PerfectTree, ROWS},
    ranks::{MAX_THRESHOLDS, Ranks},
};

/// Rows that are worth a task of their own.
const PART: usize = 8 * ROWS;

/// Values that are searched for side by side.
const SEARCHES: usize = 8;

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
    columns: Vec<Column>,
    trees: Vec<PerfectTree>,
}

/// The rows of a block and what is known about them.
struct Block {
    n_features: usize,
    /// Row-major.
    values: Vec<f64>,
    /// For each column of a group.
    keys: Vec<Keys>,
    sums: [f64; ROWS],
}

impl Scorer {
    /// For path lengths as their difference from `usual`.
    pub(crate) fn new(trees: &[TreeNodes], n_features: usize, usual: f64) -> Self {
        let mut parts = Vec::new();
        let mut first = 0;
        while first < trees.len() {
            if let Some(group) = Group::of_first(&trees[first..], usual) {
                first += group.trees.len();
                parts.push(Part::Ranked(group));
            } else {
                parts.push(Part::Plain(first, path_lengths(&trees[first], usual).0));
                first += 1;
            }
        }
        Self { n_features, parts }
    }

    /// The sum of the path lengths of each row, each less the usual one, added in the order of the trees.
    pub(crate) fn path_sums(
        &self,
        trees: &[TreeNodes],
        precision: Precision,
        x: &ArrayRef2<f64>,
        control: &Control<'_>,
    ) -> Result<Vec<f64>, Error> {
        let n_columns = x.ncols();
        let distinct = match x.as_slice() {
            Some(values) => Distinct::collapse(values, n_columns, |values, first_row| {
                control.check()?;
                finite::check(precision, values, n_columns, |at| first_row + at)
            })?,
            None => None,
        };
        let Some(Distinct { points, point_of_row }) = distinct else {
            return self.sums_of_all(trees, precision, x, control);
        };
        let n_points = points.len() / n_columns;
        let points = ArrayView2::from_shape((n_points, n_columns), &points);
        let Ok(points) = points else { return self.sums_of_all(trees, precision, x, control) };
        let sums = self.sums_of_all(trees, precision, &points, control)?;
        Ok(point_of_row.into_iter().map(|point| sums[point as usize]).collect())
    }

    fn sums_of_all(
        &self,
        trees: &[TreeNodes],
        precision: Precision,
        x: &ArrayRef2<f64>,
        control: &Control<'_>,
    ) -> Result<Vec<f64>, Error> {
        let mut sums = vec![0.0; x.nrows()];
        let parts = threads::map_chunks(&mut sums, PART, |i, sums| {
            control.check()?;
            let mut block = Block::new(self.n_features);
            for (sums, first_row) in sums.chunks_mut(ROWS).zip((i * PART..).step_by(ROWS)) {
                block.read(precision, x, first_row, sums.len())?;
                self.add(trees, &mut block);
                sums.copy_from_slice(&block.sums[..sums.len()]);
            }
            control.advance(sums.len())?;
            Ok(())
        });
        parts.into_iter().collect::<Result<(), Error>>()?;
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
        // What is not used of it is never touched, and so takes no memory.
        let keys = vec![[0; ROWS]; MAX_COLUMNS];
        Self { n_features, values: Vec::new(), keys, sums: [0.0; ROWS] }
    }

    /// Takes `n_rows` rows, as the precision has them.
    fn read(
        &mut self,
        precision: Precision,
        x: &ArrayRef2<f64>,
        first_row: usize,
        n_rows: usize,
    ) -> Result<(), Error> {
        let part = x.slice(s![first_row..first_row + n_rows, ..]);
        let part = part.as_standard_layout();
        let values = part.as_slice().unwrap_or_default();
        self.values.clear();
        self.values.extend(values.iter().map(|&value| precision.round(value)));
        finite::check(Precision::F64, &self.values, part.ncols(), |at| first_row + at)
    }
}

impl Group {
    /// As many of the first trees as can be one group; `None` if the first cannot be in any.
    fn of_first(trees: &[TreeNodes], usual: f64) -> Option<Self> {
        let mut thresholds = BTreeMap::new();
        let n_trees = trees.iter().take_while(|tree| add_thresholds(tree, &mut thresholds)).count();
        let column = |(feature, thresholds)| Column { feature, ranks: Ranks::new(thresholds) };
        let columns: Vec<Column> = thresholds.into_iter().map(column).collect();
        let perfect = |tree: &TreeNodes| {
            let (lengths, n_levels) = path_lengths(tree, usual);
            PerfectTree::new(tree, n_levels, &lengths, &columns)
        };
        let trees: Vec<PerfectTree> = trees[..n_trees].iter().map(perfect).collect();
        (n_trees > 0).then_some(Self { columns, trees })
    }

    fn add(&self, block: &mut Block) {
        for (column, keys) in self.columns.iter().zip(&mut block.keys) {
            let values = block.values.chunks(SEARCHES * block.n_features);
            for (keys, values) in keys.chunks_exact_mut(SEARCHES).zip(values) {
                let mut of_column = [0.0; SEARCHES];
                let values = values.iter().skip(column.feature).step_by(block.n_features);
                of_column.iter_mut().zip(values).for_each(|(to, &value)| *to = value);
                keys.copy_from_slice(&column.ranks.ranks(of_column));
            }
        }
        if let Some(keys) = block.keys.first_chunk() {
            for tree in &self.trees {
                tree.add_lengths(keys, &mut block.sums);
            }
        }
    }
}

/// Adds a tree's thresholds to those of its features, unless they become too many to rank or the tree
/// is none that can be made perfect.
fn add_thresholds(tree: &TreeNodes, all: &mut BTreeMap<usize, Vec<f64>>) -> bool {
    if !can_be_perfect(tree) {
        return false;
    }
    let cuts = || tree.feature.iter().zip(&tree.threshold).filter(|(feature, _)| **feature >= 0);
    let mut counts = BTreeMap::<usize, usize>::new();
    cuts().for_each(|(&feature, _)| *counts.entry(feature as usize).or_default() += 1);
    let n_new = counts.keys().filter(|feature| !all.contains_key(feature)).count();
    let n_of = |feature| all.get(feature).map_or(0, Vec::len);
    if all.len() + n_new > MAX_COLUMNS
        || counts.iter().any(|(feature, n)| n_of(feature) + n > MAX_THRESHOLDS)
    {
        return false;
    }
    for (&feature, &threshold) in cuts() {
        all.entry(feature as usize).or_default().push(threshold);
    }
    true
}

/// Whether a perfect tree takes little memory: always where a tree grew from 256 samples, since a tree
/// that is none parts a group, and ranks are made anew after it.
fn can_be_perfect(tree: &TreeNodes) -> bool {
    let (_, n_levels) = path_lengths(tree, 0.0);
    tree.normal.is_empty() && n_levels <= MAX_LEVELS && 1 << n_levels <= 256 + 4 * tree.n_nodes()
}

fn leaf(tree: &TreeNodes, row: &[f64]) -> usize {
    let mut node = 0;
    while let Some(child) = tree.child(node, row) {
        node = child;
    }
    node
}

/// For each node its depth and `c(n)` of its samples, less the usual length; and how many levels there are below the root.
fn path_lengths(tree: &TreeNodes, usual: f64) -> (Vec<f64>, usize) {
    let (mut lengths, mut n_levels) = (vec![0.0; tree.n_nodes()], 0);
    let mut next = vec![(0, 0)];
    while let Some((node, depth)) = next.pop() {
        let rest = average_path_length(tree.n_samples[node] as usize);
        lengths[node] = depth as f64 + (rest - usual);
        n_levels = n_levels.max(depth);
        let children = [tree.left[node], tree.right[node]];
        next.extend(children.iter().filter(|child| **child > 0).map(|&c| (c as usize, depth + 1)));
    }
    (lengths, n_levels)
}
