use ndarray::ArrayRef2;
use oddsift_dbscan::{DbscanModel, Label};
use oddsift_features::Recipe;

use crate::{Error, EventClusters, Scaler};

/// What was learnt from events, whole: how a row becomes a vector, how that is scaled, and the
/// clusters. Fitted once, it labels every new batch.
///
/// It holds the core points and nothing of the other rows. With the feature `serde` it is stored as
/// `{"format": "oddsift-cluster", "version": 1, "recipe": .., "scaler": .., "dbscan": ..}`; one that
/// is read back is untrusted and fully checked.
///
/// ```
/// use ndarray::array;
/// use oddsift_eventcluster::{EventClusters, Scaling};
/// use oddsift_features::{FeatureOptions, Recipe, Roles};
///
/// let columns = ["bytes"];
/// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
/// let found = EventClusters::params().eps(1.0).scaling(Scaling::None).fit(&array![[5.0], [6.0]])?;
/// let model = found.model_with(recipe)?;
/// let labels = model.predict(&array![[6.5], [9.0]])?;
/// assert_eq!((labels[0].to_i64(), labels[1].to_i64()), (0, -1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Stored", into = "Stored"))]
pub struct ClusterModel {
    recipe: Recipe,
    scaler: Scaler,
    dbscan: DbscanModel,
}

impl ClusterModel {
    /// The name of the stored format.
    pub const FORMAT: &str = "oddsift-cluster";
    /// The version of the stored format that is written, and the only one that is read.
    pub const VERSION: u64 = 1;

    /// Joins the parts.
    ///
    /// # Errors
    ///
    /// [`Error::StoredModel`] if their numbers of columns differ.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{ClusterModel, dbcluster_events};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// let found = dbcluster_events(&array![[1.0, 2.0], [1.0, 2.0]])?;
    /// let columns = ["a"];
    /// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// // One feature, but two columns were clustered.
    /// assert!(ClusterModel::new(recipe, found.scaler().clone(), found.model().model().clone()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(recipe: Recipe, scaler: Scaler, dbscan: DbscanModel) -> Result<Self, Error> {
        let expected = recipe.names().len();
        let learnt = scaler.n_features().unwrap_or(expected);
        for (what, found) in [("scaler", learnt), ("dbscan", dbscan.n_features())] {
            if found != expected {
                return Err(Error::StoredModel { what, found, expected });
            }
        }
        Ok(Self { recipe, scaler, dbscan })
    }

    /// How a row becomes a vector; to be bound to the columns of a file before use.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// assert_eq!(model.recipe().names(), ["a"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// The scaling.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{Scaling, dbcluster_events};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// assert_eq!(model.scaler().scaling(), Scaling::Unit);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn scaler(&self) -> &Scaler {
        &self.scaler
    }

    /// The clusters.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// assert_eq!(model.dbscan().n_features(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dbscan(&self) -> &DbscanModel {
        &self.dbscan
    }

    /// The cluster of each row of `x`, unscaled vectors of shape `(n_rows, n_features)`: that of the
    /// nearest core point within eps, ties to the lowest cluster, else noise.
    ///
    /// # Errors
    ///
    /// [`Error::NonFinite`], [`Error::Columns`] or [`Error::ScaleRange`] where the rows
    /// cannot be scaled, [`Error::Dbscan`] for another number of columns.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a", "b"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[3.0, 4.0], [3.0, 4.0]])?.model_with(recipe)?;
    /// assert_eq!(model.predict(&array![[6.0, 8.0]])?[0].to_i64(), 0); // scaled to the same row
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn predict(&self, x: &ArrayRef2<f64>) -> Result<Vec<Label>, Error> {
        Ok(self.dbscan.predict(&self.scaler.transform(x)?)?)
    }
}

impl EventClusters {
    /// The model that labels new rows, whose vectors `recipe` makes.
    ///
    /// # Errors
    ///
    /// [`Error::StoredModel`] if the recipe has not as many features as were clustered.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// let columns = ["a"];
    /// let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// assert!(dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn model_with(&self, recipe: Recipe) -> Result<ClusterModel, Error> {
        ClusterModel::new(recipe, self.scaler().clone(), self.model().model().clone())
    }
}

/// A model as it is stored, not yet checked as a whole.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u64,
    recipe: Recipe,
    scaler: Scaler,
    dbscan: DbscanModel,
}

#[cfg(feature = "serde")]
impl From<ClusterModel> for Stored {
    fn from(model: ClusterModel) -> Self {
        let ClusterModel { recipe, scaler, dbscan } = model;
        let format = ClusterModel::FORMAT.to_owned();
        Self { format, version: ClusterModel::VERSION, recipe, scaler, dbscan }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Stored> for ClusterModel {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        let Stored { format, version, recipe, scaler, dbscan } = stored;
        if format != Self::FORMAT || version != Self::VERSION {
            return Err(Error::Format { format, version });
        }
        Self::new(recipe, scaler, dbscan)
    }
}
