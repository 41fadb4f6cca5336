use oddsift_features::Recipe;

use crate::{Error, OutlierDetector};

/// What was learnt from events, whole: how a row becomes a vector, the forest, and what is typical.
/// Fitted once, it scores every new batch.
///
/// With the feature `serde` it is stored as
/// `{"format": "oddsift-outliers", "version": 1, "recipe": .., "typical": [{"low", "high"}, ..], "forest": ..}`,
/// the forest as [`oddsift_iforest`] documents it; one that is read back is untrusted and fully
/// checked.
///
/// ```
/// use ndarray::array;
/// use oddsift_features::{FeatureOptions, Recipe, Roles};
/// use oddsift_outliers::{OutlierDetector, OutlierModel};
///
/// let columns = ["bytes"];
/// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
/// let detector = OutlierDetector::params().fit(&array![[5.0], [6.0]])?;
/// let model = OutlierModel::new(recipe, detector)?;
/// assert_eq!(model.recipe().names(), ["bytes"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "crate::saved::Stored"))]
pub struct OutlierModel {
    recipe: Recipe,
    detector: OutlierDetector,
}

impl OutlierModel {
    /// The name of the stored format.
    pub const FORMAT: &str = "oddsift-outliers";
    /// The version of the stored format that is written, and the only one that is read.
    pub const VERSION: u64 = 1;

    /// Joins the parts.
    ///
    /// # Errors
    ///
    /// [`Error::Features`] if their numbers of features differ.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_features::{FeatureOptions, Recipe, Roles}};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// let columns = ["bytes"];
    /// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let detector = OutlierDetector::params().fit(&array![[5.0, 1.0]])?;
    /// assert!(OutlierModel::new(recipe, detector).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(recipe: Recipe, detector: OutlierDetector) -> Result<Self, Error> {
        let (found, expected) = (detector.forest().n_features(), recipe.names().len());
        if found == expected {
            Ok(Self { recipe, detector })
        } else {
            Err(Error::Features { found, expected })
        }
    }

    /// How a row becomes a vector; to be bound to the columns of a file before use.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_features::{FeatureOptions, Recipe, Roles}};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// # let columns = ["bytes"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// # let detector = OutlierDetector::params().fit(&array![[5.0]])?;
    /// let model = OutlierModel::new(recipe, detector)?;
    /// assert!(model.recipe().rebind(&["time", "bytes"], &Roles::default()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The forest and its reasons.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_features::{FeatureOptions, Recipe, Roles}};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// # let columns = ["bytes"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// # let detector = OutlierDetector::params().fit(&array![[5.0]])?;
    /// let model = OutlierModel::new(recipe, detector)?;
    /// assert_eq!(model.detector().forest().offset(), -0.5);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn detector(&self) -> &OutlierDetector {
        &self.detector
    }
}
