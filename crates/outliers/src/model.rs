use std::sync::Arc;

use oddsift_features::Recipe;

use crate::reason::{counted, number};
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
        let Some(rarity) = &self.rarity else { return reason.text(&self.names()) };
        let total = rarity.n_rows();
        match reason.evidence {
            Evidence::With { feature, value, rows } => {
                let [own, other] =
                    [(reason.feature, reason.value), (feature, value)].map(|it| part(rarity, it));
                // The number is of all rows with such counts, whatever their program.
                let have = if rows <= 1 { "has" } else { "have" };
                format!("{} of {total} {have} {own} and {other}", counted(rows))
            }
            Evidence::Above { .. } | Evidence::Between { .. } if reason.value > 0.0 => {
                let rows = counted(rarity.count(reason.value));
                match reason.feature {
                    0 => format!("the program: {rows} of {total}"),
                    1 => format!("the program by this parent: {rows} of {total}"),
                    _ => reason.text(&ProcessRarity::NAMES),
                }
            }
            _ => reason.text(&ProcessRarity::NAMES),
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

/// A feature of a process event and its value, in words.
fn part(rarity: &ProcessRarity, (feature, value): (usize, f64)) -> String {
    let what = match feature {
        0 => "program",
        1 => "parent and program",
        _ => {
            let name = ProcessRarity::NAMES.get(feature).copied().unwrap_or_default();
            return format!("{name} {}", number(value));
        }
    };
    if value > 0.0 {
        format!("a {what} of {}", counted(rarity.count(value)))
    } else {
        format!("a common {what}")
    }
}
