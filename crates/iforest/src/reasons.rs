//! How much of a shortened path each feature is responsible for.

use ndarray::{Array2, ArrayRef2};

use crate::{Error, Precision, TreeNodes, average_path_length, finite, nodes::Kind};

/// The mean contributions over the trees, one row for each row of `x`.
pub(crate) fn contributions(
    trees: &[TreeNodes],
    precision: Precision,
    x: &ArrayRef2<f64>,
) -> Result<Array2<f64>, Error> {
    let mut result = Array2::zeros(x.dim());
    for ((row, values), mut sums) in x.outer_iter().enumerate().zip(result.outer_iter_mut()) {
        let values: Vec<f64> = values.iter().map(|&value| precision.round(value)).collect();
        finite::check(Precision::F64, &values, values.len(), |_| row)?;
        let mut row_sums = vec![0.0; values.len()];
        for tree in trees {
            add_tree(tree, &values, &mut row_sums);
        }
        for (to, sum) in sums.iter_mut().zip(row_sums) {
            *to = sum / trees.len() as f64;
        }
    }
    Ok(result)
}

/// Telescopes down the path: what each cut was expected to leave, less what it left.
fn add_tree(tree: &TreeNodes, row: &[f64], sums: &mut [f64]) {
    let expected = |node: usize| average_path_length(tree.n_samples[node] as usize);
    let mut node = 0;
    while let Some(child) = tree.child(node, row) {
        let shortened = expected(node) - (1.0 + expected(child));
        match tree.kind(node) {
            Kind::Split(feature) => sums[feature] += shortened,
            Kind::Slanted(normal) => {
                let point = tree.point[node].as_deref().unwrap_or_default();
                share_out(shortened, normal, point, row, sums);
            }
            Kind::Leaf => {}
        }
        node = child;
    }
}

/// In proportion to how far each feature takes the row from the plane; evenly among the features of
/// the cut where all are on it.
fn share_out(shortened: f64, normal: &[f64], point: &[f64], row: &[f64], sums: &mut [f64]) {
    let parts = || normal.iter().zip(point.iter().zip(row)).map(|(n, (p, x))| (n * (x - p)).abs());
    let total: f64 = parts().sum();
    let n_parts = normal.iter().filter(|part| **part != 0.0).count().max(1) as f64;
    for ((sum, part), &normal) in sums.iter_mut().zip(parts()).zip(normal) {
        let even = f64::from(u8::from(normal != 0.0)) / n_parts;
        *sum += shortened * if total > 0.0 && total.is_finite() { part / total } else { even };
    }
}
