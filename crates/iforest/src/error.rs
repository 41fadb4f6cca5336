//! What can be wrong with parameters, data or trees.

use oddsift_ground::Stop;

use crate::check::{MAX_DEPTH, NodeFault};

/// Why a forest could not be made or could not score: a parameter out of range, data without an
/// order, or trees that are none.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{Error, IsolationForest};
///
/// let error = IsolationForest::params().n_trees(0).fit(&array![[1.0]]).unwrap_err();
/// assert_eq!(error, Error::NTrees);
/// assert_eq!(error.to_string(), "n_trees must be at least 1, got 0");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are to be no trees.
    #[error("n_trees must be at least 1, got 0")]
    NTrees,
    /// There are to be more trees than a forest holds.
    #[error("n_trees must be at most {most}, got {n_trees}")]
    TooManyTrees {
        /// How many were asked for.
        n_trees: usize,
        /// How many there may be.
        most: usize,
    },
    /// A text that is no value of a parameter.
    #[error("must be {0}")]
    Text(&'static str),
    /// `max_samples` is 0.
    #[error("max_samples must be at least 1, got 0")]
    MaxSamples,
    /// `max_samples` is a share that is not above 0 and at most 1.
    #[error("max_samples must be a share above 0 and at most 1, or a whole number, got {0}")]
    MaxSamplesFraction(f64),
    /// `max_samples` is a share where the number of rows is not known.
    #[error(
        "max_samples as a share ({0}) needs the number of rows, which a stream does not tell; pass a whole number"
    )]
    MaxSamplesOfStream(f64),
    /// `max_features` is 0 or more than there are.
    #[error("max_features must be 1 to {n_features}, the number of features, got {max_features}")]
    MaxFeatures {
        /// What was asked for.
        max_features: usize,
        /// The features that there are.
        n_features: usize,
    },
    /// `max_features` is a share that is not above 0 and at most 1.
    #[error("max_features must be a share above 0 and at most 1, or a whole number, got {0}")]
    MaxFeaturesFraction(f64),
    /// `contamination` is not above 0 and at most 0.5.
    #[error("contamination must be auto or a share above 0 and at most 0.5, got {0}")]
    Contamination(f64),
    /// A slanted cut is to vary in more features than there are.
    #[error(
        "the extension level must be below {n_features}, the number of features that a tree uses, got {level}"
    )]
    ExtensionLevel {
        /// What was asked for.
        level: usize,
        /// The features that a tree uses.
        n_features: usize,
    },
    /// The offset is NaN or infinite.
    #[error("the offset must be finite, got {0}")]
    Offset(f64),
    /// There is nothing to learn from.
    #[error("there are no samples, pass at least one row")]
    NoRows,
    /// The samples have no columns.
    #[error("the samples have no columns, pass at least one feature")]
    NoColumns,
    /// There are more rows in a sample, or more columns, than nodes can name.
    #[error("{0} rows in a sample or columns are more than 1073741824, pass fewer")]
    TooMany(usize),
    /// A value is NaN, infinite or, in single precision, past its range.
    #[error(
        "sample {row} has a NaN, an infinity or a number past the precision in column {column}, drop the sample or fill the value"
    )]
    NonFinite {
        /// The sample, counted from 0.
        row: usize,
        /// The feature, counted from 0.
        column: usize,
    },
    /// There is not one weight for each sample.
    #[error("{n_weights} weights for {n_samples} samples, pass one weight a sample")]
    WeightsLength {
        /// How many weights there are.
        n_weights: usize,
        /// How many samples there are.
        n_samples: usize,
    },
    /// A weight is negative, NaN or infinite.
    #[error("the weight of sample {row} is {weight}, pass a finite weight of at least 0")]
    Weight {
        /// The sample, counted from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// No weight is above 0.
    #[error("no sample has a weight above 0, pass at least one")]
    NoWeight,
    /// There is not one list of drawn rows for each tree.
    #[error("{n_lists} lists of drawn rows for {n_trees} trees, pass one list a tree")]
    DrawnLists {
        /// How many lists there are.
        n_lists: usize,
        /// How many trees there are to be.
        n_trees: usize,
    },
    /// A list of drawn rows is empty or names a row that does not exist.
    #[error(
        "the drawn rows of tree {tree} are none or name a row past the {n_samples} that there are"
    )]
    DrawnRow {
        /// The tree, counted from 0.
        tree: usize,
        /// How many samples there are.
        n_samples: usize,
    },
    /// A forest that was made from trees is to grow.
    #[error(
        "this forest was made from given trees or fitted with weights, and cannot grow; fit a new one"
    )]
    NoParameters,
    /// A forest is to grow to fewer trees than it has.
    #[error("the forest has {n_trees} trees, more than the {asked} asked for; ask for more")]
    Shrink {
        /// Trees of the forest.
        n_trees: usize,
        /// Trees that were asked for.
        asked: usize,
    },
    /// The callback of `fit_with` said to stop.
    #[error("fitting was cancelled, call it again for a result")]
    Cancelled,
    /// Samples to score have not the columns of those that were fitted.
    #[error(
        "the samples have {n_columns} columns, the model {n_features}; pass the same features in the same order"
    )]
    Columns {
        /// Columns of the samples.
        n_columns: usize,
        /// Features of the forest.
        n_features: usize,
    },
    /// There is not one name for each feature.
    #[error("{n_names} feature names for {n_features} features, pass one name a feature")]
    FeatureNames {
        /// How many names there are.
        n_names: usize,
        /// How many features there are.
        n_features: usize,
    },
    /// The arrays of a given tree are empty or differ in length.
    #[error(
        "tree {tree}: {array} has {n_values} values for {n_nodes} nodes; every array needs one a node, and there is at least one node"
    )]
    TreeLength {
        /// The tree, counted from 0.
        tree: usize,
        /// The array that differs.
        array: &'static str,
        /// Its length.
        n_values: usize,
        /// Nodes of the tree.
        n_nodes: usize,
    },
    /// A stored tree has not as many nodes as it says.
    #[error(
        "tree {tree}: n_nodes is {n_nodes}, but feature has {n_values} values; save the model again"
    )]
    DeclaredNodes {
        /// The tree, counted from 0.
        tree: usize,
        /// What it says.
        n_nodes: u64,
        /// What it has.
        n_values: usize,
    },
    /// An exported forest has not as many trees as it says.
    #[error(
        "n_estimators is {n_estimators}, but there are {n_trees} trees; export the forest again"
    )]
    DeclaredTrees {
        /// What it says.
        n_estimators: u64,
        /// What it has.
        n_trees: usize,
    },
    /// A node of a given tree cannot be one.
    #[error("tree {tree}: node {node}: {fault}")]
    Node {
        /// The tree, counted from 0.
        tree: usize,
        /// The node, counted from 0.
        node: usize,
        /// What is wrong.
        fault: NodeFault,
    },
    /// Nodes of a given tree cannot be reached from its root.
    #[error(
        "tree {tree}: {n_reached} of {n_nodes} nodes can be reached from node 0; give each node one parent, and the root none"
    )]
    Unreachable {
        /// The tree, counted from 0.
        tree: usize,
        /// Nodes that can be reached.
        n_reached: usize,
        /// Nodes of the tree.
        n_nodes: usize,
    },
    /// A given tree is deeper than any that can be scored.
    #[error("tree {tree} is deeper than {MAX_DEPTH} levels; grow it with a depth limit")]
    Depth {
        /// The tree, counted from 0.
        tree: usize,
    },
}

impl From<Stop> for Error {
    /// Nothing else stops a fit: it has no limit.
    fn from(_: Stop) -> Self {
        Self::Cancelled
    }
}
