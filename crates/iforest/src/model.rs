//! A forest with the names of its features.

use crate::{Error, IsolationForest};

/// A forest as it is stored: with the names of its features, if they are known.
///
/// With the feature `serde` it is written as one JSON object, whose keys are those of the crate's
/// documentation, and read back as untrusted input: sizes, indices, one parent each, no cycle, depth
/// and finite thresholds are checked, and memory grows with what is read and not with what a number
/// claims. What is written, read and written again is the same to the byte.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{ForestModel, IsolationForest};
///
/// let forest = IsolationForest::params().fit(&array![[0.0, 3.0], [1.0, 4.0]])?;
/// let model = forest.into_model().with_feature_names(&["pathScore", "isSystemSession"])?;
/// # #[cfg(feature = "serde")]
/// # {
/// let text = serde_json::to_string(&model).expect("a forest holds finite numbers");
/// let read: ForestModel = serde_json::from_str(&text).expect("it was just written");
/// assert_eq!(read, model);
/// # }
/// # assert!(model.feature_names().is_some());
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ForestModel {
    forest: IsolationForest,
    feature_names: Option<Vec<String>>,
}

impl ForestModel {
    /// The name of the stored format.
    pub const FORMAT: &str = "isolation-forest";
    /// The version of the stored format that is written, and the only one that is read.
    pub const VERSION: u64 = 1;

    /// A forest and the names of its features, in the order of columns.
    ///
    /// # Errors
    ///
    /// [`Error::FeatureNames`] unless there is one name a feature.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{Error, ForestModel, IsolationForest}};
    /// let forest = IsolationForest::params().fit(&array![[0.0]])?;
    /// let error = ForestModel::new(forest, Some(vec![])).unwrap_err();
    /// assert_eq!(error, Error::FeatureNames { n_names: 0, n_features: 1 });
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn new(forest: IsolationForest, feature_names: Option<Vec<String>>) -> Result<Self, Error> {
        match &feature_names {
            Some(names) if names.len() != forest.n_features() => {
                Err(Error::FeatureNames { n_names: names.len(), n_features: forest.n_features() })
            }
            _ => Ok(Self { forest, feature_names }),
        }
    }

    /// A forest whose features have no names.
    pub(crate) fn unnamed(forest: IsolationForest) -> Self {
        Self { forest, feature_names: None }
    }

    /// The same forest with the names of its features, in the order of columns.
    ///
    /// # Errors
    ///
    /// [`Error::FeatureNames`] unless there is one name a feature.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let model = IsolationForest::params().fit(&array![[0.0, 3.0]])?.into_model();
    /// let model = model.with_feature_names(&["pathScore", "isSystemSession"])?;
    /// assert_eq!(model.feature_names().unwrap()[0], "pathScore");
    /// assert!(model.with_feature_names(&["pathScore"]).is_err());
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn with_feature_names<S: AsRef<str>>(self, names: &[S]) -> Result<Self, Error> {
        let names = names.iter().map(|name| name.as_ref().to_owned()).collect();
        Self::new(self.forest, Some(names))
    }

    /// The forest.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{ForestModel, IsolationForest}};
    /// let forest = IsolationForest::params().fit(&array![[0.0]])?;
    /// assert_eq!(ForestModel::new(forest.clone(), None)?.forest(), &forest);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn forest(&self) -> &IsolationForest {
        &self.forest
    }

    /// The forest without the names.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{ForestModel, IsolationForest}};
    /// let forest = IsolationForest::params().fit(&array![[0.0]])?;
    /// assert_eq!(ForestModel::new(forest.clone(), None)?.into_forest(), forest);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn into_forest(self) -> IsolationForest {
        self.forest
    }

    /// The names of the features in the order of columns, if they are known.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{ForestModel, IsolationForest}};
    /// let forest = IsolationForest::params().fit(&array![[0.0]])?;
    /// assert_eq!(ForestModel::new(forest, None)?.feature_names(), None);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn feature_names(&self) -> Option<&[String]> {
        self.feature_names.as_deref()
    }
}
