//! A model as it is written, and the checks of what is read: anybody may have written that.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{
    Contamination, Error, ForestModel, IsolationForest, IsolationForestParams, MaxFeatures,
    MaxSamples, Precision, TreeNodes,
};

/// What the key `format` says.
const FORMAT: &str = "isolation-forest";
/// What the key `version` says.
const VERSION: u64 = 1;

/// The keys of a stored model. Lists grow with what is read and not with what a number claims.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved<Names, Trees> {
    format: Format,
    version: Version,
    n_features: usize,
    max_samples: u32,
    offset: f64,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    feature_names: Option<Names>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(default)]
    precision: Precision,
    /// How the forest was fitted, beside what other keys say; without it and a seed the forest cannot
    /// grow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Parameters>,
    trees: Trees,
}

fn none<T>() -> Option<T> {
    None
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    max_samples: MaxSamples,
    max_features: MaxFeatures,
    contamination: Contamination,
    bootstrap: bool,
    extended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extension_level: Option<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedTree<Integers, Floats, Counts, Vectors> {
    n_nodes: u64,
    feature: Integers,
    threshold: Floats,
    left: Integers,
    right: Integers,
    n_samples: Counts,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    normal: Option<Vectors>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    point: Option<Vectors>,
}

type ReadTree = SavedTree<Vec<i32>, Vec<f64>, Vec<u32>, Vec<Option<Box<[f64]>>>>;
type WrittenTree<'a> = SavedTree<&'a [i32], &'a [f64], &'a [u32], &'a [Option<Box<[f64]>>]>;

impl Serialize for ForestModel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let forest = self.forest();
        let saved = Saved {
            format: Format,
            version: Version,
            n_features: forest.n_features(),
            max_samples: forest.max_samples() as u32,
            offset: forest.offset(),
            feature_names: self.feature_names(),
            seed: forest.seed(),
            precision: forest.precision(),
            parameters: forest.parameters().map(Parameters::of),
            trees: forest.trees().iter().map(written).collect::<Vec<_>>(),
        };
        saved.serialize(serializer)
    }
}

fn written(tree: &TreeNodes) -> WrittenTree<'_> {
    SavedTree {
        n_nodes: tree.n_nodes() as u64,
        feature: &tree.feature,
        threshold: &tree.threshold,
        left: &tree.left,
        right: &tree.right,
        n_samples: &tree.n_samples,
        normal: Some(tree.normal.as_slice()).filter(|vectors| !vectors.is_empty()),
        point: Some(tree.point.as_slice()).filter(|vectors| !vectors.is_empty()),
    }
}

impl Parameters {
    fn of(params: IsolationForestParams) -> Self {
        Self {
            max_samples: params.max_samples,
            max_features: params.max_features,
            contamination: params.contamination,
            bootstrap: params.bootstrap,
            extended: params.extended,
            extension_level: params.extension_level,
        }
    }
}

impl<'de> Deserialize<'de> for ForestModel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let saved = Saved::<Vec<String>, Vec<ReadTree>>::deserialize(deserializer)?;
        saved.checked().map_err(D::Error::custom)
    }
}

impl Saved<Vec<String>, Vec<ReadTree>> {
    fn checked(self) -> Result<ForestModel, Error> {
        let params = self.params();
        if let Some(params) = params {
            params.check()?;
        }
        let trees = self.trees.into_iter().enumerate().map(|(number, tree)| tree.nodes(number));
        let trees = trees.collect::<Result<Vec<_>, Error>>()?;
        let forest = IsolationForest::from_trees(
            self.n_features,
            self.max_samples as usize,
            self.offset,
            self.precision,
            trees,
        )?;
        ForestModel::new(forest.with_params(params), self.feature_names)
    }

    fn params(&self) -> Option<IsolationForestParams> {
        let (seed, fitted) = (self.seed?, self.parameters.as_ref()?);
        Some(IsolationForestParams {
            n_trees: self.trees.len(),
            max_samples: fitted.max_samples,
            max_features: fitted.max_features,
            contamination: fitted.contamination,
            bootstrap: fitted.bootstrap,
            seed,
            precision: self.precision,
            extended: fitted.extended,
            extension_level: fitted.extension_level,
        })
    }
}

impl ReadTree {
    fn nodes(self, tree: usize) -> Result<TreeNodes, Error> {
        let n_values = self.feature.len();
        if self.n_nodes != n_values as u64 {
            return Err(Error::DeclaredNodes { tree, n_nodes: self.n_nodes, n_values });
        }
        Ok(TreeNodes {
            feature: self.feature,
            threshold: self.threshold,
            left: self.left,
            right: self.right,
            n_samples: self.n_samples,
            normal: self.normal.unwrap_or_default(),
            point: self.point.unwrap_or_default(),
        })
    }
}

struct Format;

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FORMAT.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let found = String::deserialize(deserializer)?;
        if found == FORMAT {
            return Ok(Self);
        }
        // Debug, so that no raw control character gets out.
        Err(D::Error::custom(format_args!("format {found:.40?} is not \"{FORMAT}\"")))
    }
}

struct Version;

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        VERSION.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            VERSION => Ok(Self),
            found => Err(D::Error::custom(format_args!(
                "version {found} of the format cannot be read, only version {VERSION}; save the model again or update"
            ))),
        }
    }
}
