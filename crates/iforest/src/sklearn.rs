//! scikit-learn's trees.

use serde::Deserialize;

use crate::{Error, ForestModel, IsolationForest, Precision, TreeNodes, nodes::LEAF};

/// A forest of scikit-learn, exported as JSON; the crate's documentation has the export in Python.
///
/// The keys are `n_features`, `max_samples_`, `offset_`, `n_estimators` and `trees`, a list of objects
/// with `features`, `feature`, `threshold`, `children_left`, `children_right` and `n_node_samples`.
/// Each tree's `features` say which columns its own features are. Nothing is checked before it
/// becomes a [`ForestModel`].
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{ForestModel, SklearnForest};
///
/// let text = r#"{"n_features": 2, "max_samples_": 2, "offset_": -0.5, "n_estimators": 1, "trees": [
///     {"features": [1], "feature": [0, -2, -2], "threshold": [0.5, -2.0, -2.0],
///      "children_left": [1, -1, -1], "children_right": [2, -1, -1], "n_node_samples": [2, 1, 1]}]}"#;
/// let exported: SklearnForest = serde_json::from_str(text).expect("the layout is right");
/// let model = ForestModel::try_from(exported)?;
/// assert_eq!(model.forest().trees()[0].feature, [1, -1, -1]);
/// assert_eq!(model.forest().score_samples(&array![[0.0, 0.0]])?, [-0.5]);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct SklearnForest {
    n_features: usize,
    max_samples_: u32,
    offset_: f64,
    n_estimators: u64,
    trees: Vec<SklearnTree>,
    #[serde(default)]
    feature_names: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct SklearnTree {
    features: Vec<i32>,
    feature: Vec<i32>,
    threshold: Vec<f64>,
    children_left: Vec<i32>,
    children_right: Vec<i32>,
    n_node_samples: Vec<u32>,
}

impl TryFrom<SklearnForest> for ForestModel {
    type Error = Error;

    /// Checks every tree as [`IsolationForest::from_trees`] does. Rows are scored in single precision,
    /// as scikit-learn does.
    fn try_from(exported: SklearnForest) -> Result<Self, Error> {
        let (n_trees, n_estimators) = (exported.trees.len(), exported.n_estimators);
        if n_estimators != n_trees as u64 {
            return Err(Error::DeclaredTrees { n_estimators, n_trees });
        }
        let forest = IsolationForest::from_trees(
            exported.n_features,
            exported.max_samples_ as usize,
            exported.offset_,
            Precision::F32,
            exported.trees.into_iter().map(SklearnTree::nodes).collect(),
        )?;
        Self::new(forest, exported.feature_names)
    }
}

impl SklearnTree {
    fn nodes(self) -> TreeNodes {
        let column = |(at, &feature)| self.column(feature, self.children_left.get(at).copied());
        let feature = self.feature.iter().enumerate().map(column).collect();
        TreeNodes {
            feature,
            threshold: self.threshold,
            left: self.children_left,
            right: self.children_right,
            n_samples: self.n_node_samples,
            normal: Vec::new(),
            point: Vec::new(),
        }
    }

    /// The column of a node's feature. One that the tree does not have becomes a number that the
    /// check of the trees refuses.
    fn column(&self, feature: i32, left: Option<i32>) -> i32 {
        if left.is_none_or(|left| left < 0) {
            return LEAF;
        }
        let column = usize::try_from(feature).ok().and_then(|at| self.features.get(at));
        column.copied().filter(|&column| column >= 0).unwrap_or(i32::MAX)
    }
}
