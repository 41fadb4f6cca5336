use std::collections::{HashMap, HashSet};

use ndarray::ArrayRef2;
use oddsift_dbscan::{DbscanModel, Label};
use oddsift_features::Recipe;
use oddsift_patterns::PatternId;

use crate::nearest::{NearestCluster, nearest_clusters};
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
    groups: Vec<Vec<String>>,
    notes: Vec<ClusterNote>,
}

/// The size and template of a cluster, kept in a model.
///
/// ```
/// use oddsift_eventcluster::ClusterNote;
///
/// let note = ClusterNote { size: 71, template: Some("ping *".to_owned()) };
/// assert_eq!(note.size, 71);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ClusterNote {
    /// How many rows it had.
    pub size: u64,
    /// What they had in common.
    pub template: Option<String>,
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
        Self::with_groups(recipe, scaler, dbscan, Vec::new())
    }

    /// Joins the parts; `groups` has the values of the recipe's categories of each group of `dbscan`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and where the groups are not those of the recipe and of `dbscan`.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{ClusterModel, EventClusters};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// let columns = ["n", "host"];
    /// let wanted = ["n", "host.value"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &Roles::default(), &FeatureOptions::default())?;
    /// let found = EventClusters::params().categories(1).fit(&array![[1.0, 0.0], [1.0, 0.0]])?;
    /// let (scaler, dbscan) = (found.scaler().clone(), found.model().model().clone());
    /// let model = ClusterModel::with_groups(recipe, scaler, dbscan, vec![vec!["web".to_owned()]])?;
    /// assert_eq!(model.group_of(&["web"]), Some(0));
    /// assert_eq!(model.group_of(&["db"]), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_groups(
        recipe: Recipe,
        scaler: Scaler,
        dbscan: DbscanModel,
        groups: Vec<Vec<String>>,
    ) -> Result<Self, Error> {
        // Without a number there is one all the same, which is 0.
        let expected = recipe.names().len().max(usize::from(recipe.categories().len() > 0));
        let learnt = scaler.n_features().unwrap_or(expected);
        for (what, found) in [("scaler", learnt), ("dbscan", dbscan.n_features())] {
            if found != expected {
                return Err(Error::StoredModel { what, found, expected });
            }
        }
        check_groups(&recipe, &dbscan, &groups)?;
        Ok(Self { recipe, scaler, dbscan, groups, notes: Vec::new() })
    }

    /// Adds what is told of each cluster, by number.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{ClusterNote, dbcluster_events};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// let note = ClusterNote { size: 2, template: Some("ping *".to_owned()) };
    /// assert_eq!(model.with_notes(vec![note.clone()]).notes(), [note]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_notes(mut self, notes: Vec<ClusterNote>) -> Self {
        self.notes = notes;
        self
    }

    /// What is told of each cluster, by number; empty for a model that tells nothing.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// assert!(dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?.notes().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn notes(&self) -> &[ClusterNote] {
        &self.notes
    }

    /// The group of rows with these values of the recipe's categories; `None` where no core row has them.
    ///
    /// Time is linear in the groups; for many look-ups make a map of [`groups`](Self::groups).
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let model = dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// assert_eq!(model.group_of(&["a program"]), None); // it has no categories
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn group_of(&self, values: &[&str]) -> Option<u32> {
        let is_it =
            |group: &Vec<String>| group.iter().map(String::as_str).eq(values.iter().copied());
        self.groups.iter().position(is_it).and_then(|at| u32::try_from(at).ok())
    }

    /// The values of the recipe's categories of each group.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::dbcluster_events;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// assert!(dbcluster_events(&array![[1.0], [1.0]])?.model_with(recipe)?.groups().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn groups(&self) -> &[Vec<String>] {
        &self.groups
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

    /// As [`predict`](Self::predict), among the core points of each row's group, whose numbers are those
    /// of [`groups`](Self::groups); any other number is a group that was never seen.
    ///
    /// # Errors
    ///
    /// As [`predict`](Self::predict), and [`Error::Dbscan`] unless there is one group a row.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{ClusterModel, EventClusters};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["n", "host"];
    /// # let recipe = Recipe::resolve(&columns, &["n", "host.value"], &Roles::default(), &FeatureOptions::default())?;
    /// # let found = EventClusters::params().categories(1).fit(&array![[1.0, 0.0], [1.0, 0.0]])?;
    /// # let (scaler, dbscan) = (found.scaler().clone(), found.model().model().clone());
    /// let model = ClusterModel::with_groups(recipe, scaler, dbscan, vec![vec!["web".to_owned()]])?;
    /// let labels = model.predict_grouped(&array![[1.0], [1.0]], &[0, u32::MAX])?;
    /// assert_eq!((labels[0].to_i64(), labels[1].to_i64()), (0, -1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn predict_grouped(&self, x: &ArrayRef2<f64>, groups: &[u32]) -> Result<Vec<Label>, Error> {
        Ok(self.dbscan.predict_grouped(&self.scaler.transform(x)?, groups)?)
    }

    /// The cluster that is nearest to each row of `x`, at any distance; `groups` is empty for a model
    /// without categories.
    ///
    /// # Errors
    ///
    /// As [`predict_grouped`](Self::predict_grouped).
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::{EventClusters, Scaling};
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// # let columns = ["a"];
    /// # let recipe = Recipe::resolve(&columns, &columns, &Roles::default(), &FeatureOptions::default())?;
    /// let params = EventClusters::params().eps(0.5).scaling(Scaling::None);
    /// let model = params.fit(&array![[1.0], [1.0]])?.model_with(recipe)?;
    /// assert_eq!(model.nearest(&array![[3.0]], &[])?[0].unwrap().eps, 4.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nearest(
        &self,
        x: &ArrayRef2<f64>,
        groups: &[u32],
    ) -> Result<Vec<Option<NearestCluster>>, Error> {
        nearest_clusters(&self.dbscan, &self.scaler, &self.scaler.transform(x)?, groups)
    }
}

/// Each group that a core point is of has a value for each category, and no two are the same.
fn check_groups(
    recipe: &Recipe,
    dbscan: &DbscanModel,
    groups: &[Vec<String>],
) -> Result<(), Error> {
    let expected = recipe.categories().len();
    let wrong = groups.iter().find(|group| group.len() != expected);
    if let Some(found) = wrong.map(Vec::len) {
        return Err(Error::StoredModel { what: "values of categories", found, expected });
    }
    let named = |group: &u32| (*group as usize) < groups.len();
    let of_points = dbscan.core_groups();
    let is_lacking = expected > 0 && of_points.len() != dbscan.n_core_points();
    if is_lacking || !of_points.iter().all(named) {
        let found = of_points.len();
        return Err(Error::StoredModel { what: "groups", found, expected: dbscan.n_core_points() });
    }
    let distinct: HashSet<&Vec<String>> = groups.iter().collect();
    if distinct.len() != groups.len() {
        let (found, expected) = (distinct.len(), groups.len());
        return Err(Error::StoredModel { what: "distinct groups", found, expected });
    }
    Ok(())
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
        self.model_of_groups(recipe, |_| Vec::new())
    }

    /// As [`model_with`](Self::model_with), where `values` gives the values of the recipe's categories of a
    /// pattern.
    ///
    /// # Errors
    ///
    /// As [`model_with`](Self::model_with), also where there are not as many values as categories.
    ///
    /// ```
    /// # use ndarray::array;
    /// # use oddsift_eventcluster::EventClusters;
    /// # use oddsift_features::{FeatureOptions, Recipe, Roles};
    /// let columns = ["n", "host"];
    /// let wanted = ["n", "host.value"];
    /// let recipe = Recipe::resolve(&columns, &wanted, &Roles::default(), &FeatureOptions::default())?;
    /// let found = EventClusters::params().categories(1).fit(&array![[1.0, 0.0], [1.0, 0.0]])?;
    /// let model = found.model_of_groups(recipe, |_| vec!["web".to_owned()])?;
    /// assert_eq!(model.groups(), [["web"]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn model_of_groups(
        &self,
        recipe: Recipe,
        values: impl Fn(PatternId) -> Vec<String>,
    ) -> Result<ClusterModel, Error> {
        let dbscan = self.model().model().clone();
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        for group in dbscan.core_groups() {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            numbers.entry(*group).or_insert(next);
        }
        let mut groups = vec![Vec::new(); numbers.len()];
        for pattern in self.patterns().ids() {
            // A group has the number of its first pattern.
            let number = u32::try_from(pattern.index()).ok().and_then(|first| numbers.get(&first));
            if let Some(slot) = number.and_then(|number| groups.get_mut(*number as usize)) {
                *slot = values(pattern);
            }
        }
        let number_of = |group: u32| numbers.get(&group).copied().unwrap_or(u32::MAX);
        let dbscan = dbscan.renumbered(number_of);
        ClusterModel::with_groups(recipe, self.scaler().clone(), dbscan, groups)
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
    /// Values of categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    clusters: Vec<ClusterNote>,
    /// Who saved it, for others.
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: serde::de::IgnoredAny,
}

#[cfg(feature = "serde")]
impl From<ClusterModel> for Stored {
    fn from(model: ClusterModel) -> Self {
        let ClusterModel { recipe, scaler, dbscan, groups, notes } = model;
        let format = ClusterModel::FORMAT.to_owned();
        let (version, clusters) = (ClusterModel::VERSION, notes);
        Self {
            format,
            version,
            recipe,
            scaler,
            dbscan,
            groups,
            clusters,
            _origin: serde::de::IgnoredAny,
        }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Stored> for ClusterModel {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        let Stored { format, version, recipe, scaler, dbscan, groups, clusters, .. } = stored;
        if format != Self::FORMAT || version != Self::VERSION {
            return Err(Error::Format { format, version });
        }
        Ok(Self::with_groups(recipe, scaler, dbscan, groups)?.with_notes(clusters))
    }
}
