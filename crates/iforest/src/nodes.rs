//! One tree as arrays.

/// [`TreeNodes::feature`] of a leaf.
pub(crate) const LEAF: i32 = -1;
/// [`TreeNodes::feature`] of a node that cuts at a slant.
pub(crate) const SLANTED: i32 = -2;
/// [`TreeNodes::left`] and [`TreeNodes::right`] of a leaf.
pub(crate) const NONE: i32 = -1;

/// The nodes of one tree, one place an array for each; node 0 is the root.
///
/// This is how trees are given to [`IsolationForest::from_trees`](crate::IsolationForest::from_trees),
/// which checks them.
///
/// ```
/// use oddsift_iforest::TreeNodes;
///
/// // Values of feature 0 up to 0.5 on the left, where 3 of 8 samples are.
/// let tree = TreeNodes {
///     feature: vec![0, -1, -1],
///     threshold: vec![0.5, 0.0, 0.0],
///     left: vec![1, -1, -1],
///     right: vec![2, -1, -1],
///     n_samples: vec![8, 3, 5],
///     normal: vec![],
///     point: vec![],
/// };
/// assert_eq!(tree.n_nodes(), 3);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TreeNodes {
    /// The feature that a node splits on, -1 at a leaf, -2 where [`normal`](Self::normal) says how it
    /// splits.
    pub feature: Vec<i32>,
    /// A row goes left when its value, or its product with the normal vector, is at most this. Any
    /// finite number at a leaf.
    pub threshold: Vec<f64>,
    /// The node on the left, -1 at a leaf.
    pub left: Vec<i32>,
    /// The node on the right, -1 at a leaf.
    pub right: Vec<i32>,
    /// How many training samples reached the node.
    pub n_samples: Vec<u32>,
    /// For each node of an extended tree its normal vector, one number a feature, `None` where the node
    /// has none. Empty for a plain tree.
    pub normal: Vec<Option<Box<[f64]>>>,
    /// For each node with a normal vector a point on its plane, which contributions are measured from;
    /// the threshold is the product of both. Empty for a plain tree.
    pub point: Vec<Option<Box<[f64]>>>,
}

/// Where a row goes at a node.
pub(crate) enum Kind<'a> {
    Leaf,
    Split(usize),
    Slanted(&'a [f64]),
}

impl TreeNodes {
    /// How many nodes there are.
    ///
    /// ```
    /// assert_eq!(oddsift_iforest::TreeNodes::default().n_nodes(), 0);
    /// ```
    pub fn n_nodes(&self) -> usize {
        self.feature.len()
    }

    /// Adds a leaf and returns its number.
    pub(crate) fn push_leaf(&mut self, n_samples: usize) -> usize {
        self.feature.push(LEAF);
        self.threshold.push(0.0);
        self.left.push(NONE);
        self.right.push(NONE);
        self.n_samples.push(n_samples as u32);
        self.n_nodes() - 1
    }

    pub(crate) fn kind(&self, node: usize) -> Kind<'_> {
        match self.feature[node] {
            LEAF => Kind::Leaf,
            SLANTED => Kind::Slanted(self.normal[node].as_deref().unwrap_or_default()),
            feature => Kind::Split(feature as usize),
        }
    }

    /// Where `row` goes from `node`; `None` at a leaf.
    #[inline]
    pub(crate) fn child(&self, node: usize, row: &[f64]) -> Option<usize> {
        let value = match self.kind(node) {
            Kind::Leaf => return None,
            Kind::Split(feature) => row[feature],
            Kind::Slanted(normal) => dot(normal, row),
        };
        let child = if value <= self.threshold[node] { self.left[node] } else { self.right[node] };
        Some(child as usize)
    }
}

/// In the order of the features, so that it is the same wherever it is computed.
#[inline]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + a * b)
}
