//! The checks of trees that anybody may have written.

use std::fmt;

use crate::{
    Error,
    nodes::{LEAF, NONE, SLANTED, TreeNodes},
};

/// How deep a tree may be: a tree of this forest has at most 30 levels, and with no more than these
/// no score rounds to zero.
pub(crate) const MAX_DEPTH: usize = 512;

/// What is wrong with a node of a given tree.
///
/// ```
/// use oddsift_iforest::NodeFault;
///
/// let fault = NodeFault::Feature { feature: 2, n_features: 2 };
/// assert_eq!(fault.to_string(), "feature 2 is not one of 2, counted from 0, nor -1 for a leaf");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum NodeFault {
    /// There is no such feature.
    Feature {
        /// What the node names.
        feature: i32,
        /// Features of the forest.
        n_features: usize,
    },
    /// The threshold is NaN or infinite.
    Threshold(f64),
    /// There is no such node, or it is the root.
    Child {
        /// What the node names.
        child: i32,
        /// Nodes of the tree.
        n_nodes: usize,
    },
    /// Another node, or the same one, has this child already.
    SecondParent(i32),
    /// A leaf has a child.
    LeafWithChild(i32),
    /// The normal vector or the point has the wrong length or a value that is not finite, or there is
    /// one where the feature is not -2, or none where it is.
    Plane,
}

impl fmt::Display for NodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Feature { feature, n_features } => {
                write!(f, "feature {feature} is not one of {n_features}, counted from 0, nor -1 for a leaf")
            }
            Self::Threshold(threshold) => write!(f, "threshold {threshold} is not finite"),
            Self::Child { child, n_nodes } => {
                write!(f, "child {child} is not one of nodes 1 to {}", n_nodes.saturating_sub(1))
            }
            Self::SecondParent(child) => write!(f, "child {child} has a parent already"),
            Self::LeafWithChild(child) => {
                write!(f, "a leaf has no children, but this one has {child}; write -1")
            }
            Self::Plane => f.write_str(
                "normal and point need one finite number a feature where feature is -2, and must be null elsewhere",
            ),
        }
    }
}

/// Refuses what is no binary tree of rows with `n_features`, which scoring relies on.
pub(crate) fn tree(number: usize, tree: &TreeNodes, n_features: usize) -> Result<(), Error> {
    lengths(number, tree)?;
    for node in 0..tree.n_nodes() {
        let fault = |fault| Error::Node { tree: number, node, fault };
        split(tree, node, n_features).map_err(fault)?;
    }
    parents(number, tree)?;
    depth(number, tree)
}

fn lengths(number: usize, tree: &TreeNodes) -> Result<(), Error> {
    let n_nodes = tree.n_nodes();
    let lengths = [
        ("feature", n_nodes),
        ("threshold", tree.threshold.len()),
        ("left", tree.left.len()),
        ("right", tree.right.len()),
        ("n_samples", tree.n_samples.len()),
        // Of a plain tree these two are empty.
        ("normal", if tree.normal.is_empty() { n_nodes } else { tree.normal.len() }),
        (
            "point",
            if tree.normal.is_empty() && tree.point.is_empty() {
                n_nodes
            } else {
                tree.point.len()
            },
        ),
    ];
    let wrong = |&(_, n_values): &(&str, usize)| n_values != n_nodes || n_values == 0;
    match lengths.into_iter().find(wrong) {
        Some((array, n_values)) => {
            Err(Error::TreeLength { tree: number, array, n_values, n_nodes })
        }
        None => Ok(()),
    }
}

/// What a node says about its cut.
fn split(tree: &TreeNodes, node: usize, n_features: usize) -> Result<(), NodeFault> {
    let (feature, threshold) = (tree.feature[node], tree.threshold[node]);
    if !threshold.is_finite() {
        return Err(NodeFault::Threshold(threshold));
    }
    let is_vector = |vectors: &[Option<Box<[f64]>>]| match vectors.get(node) {
        Some(Some(vector)) => {
            vector.len() == n_features && vector.iter().all(|part| part.is_finite())
        }
        _ => false,
    };
    let is_none = |vectors: &[Option<Box<[f64]>>]| matches!(vectors.get(node), None | Some(None));
    if feature == SLANTED {
        let is_plane = is_vector(&tree.normal) && is_vector(&tree.point);
        return if is_plane { Ok(()) } else { Err(NodeFault::Plane) };
    }
    if !(is_none(&tree.normal) && is_none(&tree.point)) {
        return Err(NodeFault::Plane);
    }
    if feature == LEAF {
        let child = [tree.left[node], tree.right[node]].into_iter().find(|&child| child != NONE);
        return child.map_or(Ok(()), |child| Err(NodeFault::LeafWithChild(child)));
    }
    let exists = usize::try_from(feature).is_ok_and(|feature| feature < n_features);
    if exists { Ok(()) } else { Err(NodeFault::Feature { feature, n_features }) }
}

/// Every node but the root is to be the child of one.
fn parents(number: usize, tree: &TreeNodes) -> Result<(), Error> {
    let n_nodes = tree.n_nodes();
    let mut has_parent = vec![false; n_nodes];
    for node in (0..n_nodes).filter(|&node| tree.feature[node] != LEAF) {
        for child in [tree.left[node], tree.right[node]] {
            let fault = |fault| Error::Node { tree: number, node, fault };
            let place = usize::try_from(child).ok().filter(|&place| place > 0);
            let seen = place
                .and_then(|place| has_parent.get_mut(place))
                .ok_or_else(|| fault(NodeFault::Child { child, n_nodes }))?;
            if std::mem::replace(seen, true) || place == Some(node) {
                return Err(fault(NodeFault::SecondParent(child)));
            }
        }
    }
    Ok(())
}

/// Walks down from the root, where no node is met twice since each has one parent.
fn depth(number: usize, tree: &TreeNodes) -> Result<(), Error> {
    let mut n_reached = 0;
    let mut next = vec![(0, 0)];
    while let Some((node, depth)) = next.pop() {
        n_reached += 1;
        if depth > MAX_DEPTH {
            return Err(Error::Depth { tree: number });
        }
        if tree.feature[node] != LEAF {
            next.extend(
                [tree.right[node], tree.left[node]].map(|child| (child as usize, depth + 1)),
            );
        }
    }
    if n_reached == tree.n_nodes() {
        return Ok(());
    }
    Err(Error::Unreachable { tree: number, n_reached, n_nodes: tree.n_nodes() })
}
