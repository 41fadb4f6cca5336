use std::sync::Arc;

use oddsift_features::Recipe;

use crate::{Error, Evidence, OutlierDetector, ProcessRarity, Reason};

/// What was learnt from events, whole: how a row becomes a vector, the forest, and the counts of
/// which reasons are made.
/// Fitted once, it scores every new batch.
///
/// With the feature `serde` it is stored as
/// `{"format": "oddsift-outliers", "version": 2, "recipe": .., "rarity": .., "training": {"n_rows", "spreads", "pairs"}, "forest": ..}`,
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
    rarity: Option<Arc<ProcessRarity>>,
    detector: OutlierDetector,
}

impl OutlierModel {
    /// The name of the stored format.
    pub const FORMAT: &str = "oddsift-outliers";
    /// The version of the stored format that is written, and the only one that is read.
    pub const VERSION: u64 = 2;

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
            Ok(Self { recipe, rarity: None, detector })
        } else {
            Err(Error::Features { found, expected })
        }
    }

    /// Joins the parts of a model whose features are the rarity of the parts of process events. The
    /// recipe says where their texts are and which of them must be there; its values are not used.
    ///
    /// # Errors
    ///
    /// [`Error::Features`] unless the forest has as many features as [`ProcessRarity::NAMES`].
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use ndarray::array;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel, ProcessRarity};
    /// let columns = ["CommandLine"];
    /// let recipe = Recipe::resolve(&columns, &["CommandLine.len"], &Roles::default(), &FeatureOptions::default())?;
    /// let detector = OutlierDetector::params().fit(&array![[5.0, 6.0, 1.0, 2.0]])?;
    /// let model = OutlierModel::of_processes(recipe, Arc::new(ProcessRarity::new()?), detector)?;
    /// assert_eq!(model.names(), ProcessRarity::NAMES);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_processes(
        recipe: Recipe,
        rarity: Arc<ProcessRarity>,
        detector: OutlierDetector,
    ) -> Result<Self, Error> {
        let (found, expected) = (detector.forest().n_features(), ProcessRarity::NAMES.len());
        if found == expected {
            Ok(Self { recipe, rarity: Some(rarity), detector })
        } else {
            Err(Error::Features { found, expected })
        }
    }

    /// Returns the counts of process events, if the features are made of them.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// # let columns = ["bytes"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = OutlierModel::new(recipe, OutlierDetector::params().fit(&array![[5.0]])?)?;
    /// assert!(model.rarity().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rarity(&self) -> Option<&Arc<ProcessRarity>> {
        self.rarity.as_ref()
    }

    /// Returns the names of the features, in the order of the forest's.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// # let columns = ["bytes"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = OutlierModel::new(recipe, OutlierDetector::params().fit(&array![[5.0]])?)?;
    /// assert_eq!(model.names(), ["bytes"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn names(&self) -> Vec<String> {
        match &self.rarity {
            Some(_) => ProcessRarity::NAMES.map(str::to_owned).to_vec(),
            None => self.recipe.names().to_vec(),
        }
    }

    /// Returns a reason in words. Bits of a program that is rare are the rows that it has.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # use oddsift_outliers::{OutlierDetector, OutlierModel};
    /// # let columns = ["bytes"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let x = array![[5.0], [5.0], [9.0]];
    /// let model = OutlierModel::new(recipe, OutlierDetector::params().fit(&x)?)?;
    /// let reasons = model.detector().reasons(&x, 1)?;
    /// assert_eq!(model.text(&reasons[2][0]), "bytes 9 (above 5: 1 row of 3)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn text(&self, reason: &Reason) -> String {
        let is_rare = matches!(reason.evidence, Evidence::Above { .. } | Evidence::Between { .. });
        let what = ["the program", "the program by this parent"].get(reason.feature);
        match (&self.rarity, what) {
            (Some(rarity), Some(what)) if is_rare => {
                let rows = match rarity.count(reason.value) {
                    0 => "no row".to_owned(),
                    1 => "1 row".to_owned(),
                    rows => format!("{rows} rows"),
                };
                format!("{what}: {rows} of {}", rarity.n_rows())
            }
            _ => reason.text(&self.names()),
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
