use oddsift_features::Recipe;
use oddsift_iforest::ForestModel;
use serde::de::IgnoredAny;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::{Error, OutlierDetector, OutlierModel, ProcessRarity, Training};

/// A model as it is stored, not yet checked as a whole.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stored {
    format: String,
    version: u64,
    recipe: Recipe,
    rarity: Option<ProcessRarity>,
    training: Training,
    forest: ForestModel,
    /// Who saved it, for others.
    #[serde(default, skip_serializing, rename = "origin")]
    _origin: IgnoredAny,
}

impl Serialize for OutlierModel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let forest = self.detector().forest().model().with_feature_names(&self.names());
        let stored = Stored {
            format: OutlierModel::FORMAT.to_owned(),
            version: OutlierModel::VERSION,
            recipe: self.recipe().clone(),
            rarity: self.rarity().map(|rarity| (**rarity).clone()),
            training: self.detector().training().clone(),
            forest: forest.map_err(S::Error::custom)?,
            _origin: IgnoredAny,
        };
        stored.serialize(serializer)
    }
}

impl TryFrom<Stored> for OutlierModel {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self, Error> {
        let Stored { format, version, recipe, rarity, training, forest, .. } = stored;
        if format != Self::FORMAT || version != Self::VERSION {
            return Err(Error::Format { format, version });
        }
        let detector = OutlierDetector::new(forest.into_forest(), training)?;
        match rarity {
            Some(rarity) => Self::of_processes(recipe, rarity.into(), detector),
            None => Self::new(recipe, detector),
        }
    }
}
