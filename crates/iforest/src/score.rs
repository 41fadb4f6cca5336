//! Path lengths of many rows, summed over the trees.

use ndarray::ArrayRef2;

use crate::{
    Error, Precision, TreeNodes, average_path_length, grow::check_row, progress::Control, threads,
};

/// Rows that are scored in one go.
const BLOCK: usize = 512;

/// What is known about the trees once and for all.
#[derive(Debug, Clone)]
pub(crate) struct Scorer {
    /// For each node of each tree how long a path that ends there is.
    lengths: Vec<Vec<f64>>,
}

impl Scorer {
    pub(crate) fn new(trees: &[TreeNodes], _n_features: usize) -> Self {
        Self { lengths: trees.iter().map(path_lengths).collect() }
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
        let blocks = threads::map_chunks(&mut sums, BLOCK, |i, sums| {
            control.check()?;
            let mut values = Vec::new();
            for (sum, row) in sums.iter_mut().zip(i * BLOCK..) {
                let from = x.row(row);
                check_row(precision, row, from.iter())?;
                values.clear();
                values.extend(from.iter().map(|&value| precision.round(value)));
                for (tree, lengths) in trees.iter().zip(&self.lengths) {
                    let mut node = 0;
                    while let Some(child) = tree.child(node, &values) {
                        node = child;
                    }
                    *sum += lengths[node];
                }
            }
            control.did(sums.len());
            Ok(())
        });
        blocks.into_iter().collect::<Result<(), Error>>()?;
        control.check()?;
        Ok(sums)
    }
}

/// For each node its depth and `c(n)` of its samples.
fn path_lengths(tree: &TreeNodes) -> Vec<f64> {
    let mut lengths = vec![0.0; tree.n_nodes()];
    let mut next = vec![(0, 0.0)];
    while let Some((node, depth)) = next.pop() {
        lengths[node] = depth + average_path_length(tree.n_samples[node] as usize);
        let children = [tree.left[node], tree.right[node]];
        next.extend(
            children.iter().filter(|child| **child > 0).map(|&c| (c as usize, depth + 1.0)),
        );
    }
    lengths
}
