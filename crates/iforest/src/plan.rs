//! What parameters come to with given data.

use crate::{Error, IsolationForestParams, MaxFeatures, MaxSamples, Precision};

/// More than this, and nodes could not be numbered.
pub(crate) const TOO_MANY: usize = 1 << 30;

/// What all trees of a forest have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) precision: Precision,
    pub(crate) n_features: usize,
    /// How many of the features a tree may split on.
    pub(crate) n_used: usize,
    /// How many features a slanted cut takes in; `None` for cuts along one axis.
    pub(crate) n_slanted: Option<usize>,
    pub(crate) max_depth: usize,
}

impl IsolationForestParams {
    /// Returns the number of rows in the sample of each tree, of `n_rows` rows.
    ///
    /// ```
    /// use oddsift_iforest::{IsolationForest, MaxSamples};
    ///
    /// let params = IsolationForest::params();
    /// assert_eq!((params.n_slots(1000), params.n_slots(99)), (256, 99));
    /// assert_eq!(params.max_samples(MaxSamples::Fraction(0.5)).n_slots(1000), 500);
    /// ```
    #[must_use]
    pub fn n_slots(&self, n_rows: usize) -> usize {
        match self.max_samples {
            MaxSamples::Auto => n_rows.min(256),
            MaxSamples::Count(count) => n_rows.min(count),
            MaxSamples::Fraction(share) => ((n_rows as f64 * share) as usize).max(1),
        }
    }

    /// The plan of trees that are grown from so many columns and rows.
    pub(crate) fn plan(&self, n_features: usize, max_samples: usize) -> Result<Plan, Error> {
        if max_samples > TOO_MANY {
            return Err(Error::TooMany(max_samples));
        }
        let n_used = self.n_used(n_features)?;
        let n_slanted = self.n_slanted(n_used)?;
        let max_depth = max_depth(max_samples);
        Ok(Plan {
            seed: self.seed,
            precision: self.precision,
            n_features,
            n_used,
            n_slanted,
            max_depth,
        })
    }

    fn n_used(&self, n_features: usize) -> Result<usize, Error> {
        match self.max_features {
            MaxFeatures::All => Ok(n_features),
            MaxFeatures::Sqrt => Ok(n_features.isqrt().max(1)),
            MaxFeatures::Fraction(share) => Ok(((n_features as f64 * share) as usize).max(1)),
            MaxFeatures::Count(max_features) if (1..=n_features).contains(&max_features) => {
                Ok(max_features)
            }
            MaxFeatures::Count(max_features) => {
                Err(Error::MaxFeatures { max_features, n_features })
            }
        }
    }

    fn n_slanted(&self, n_features: usize) -> Result<Option<usize>, Error> {
        match self.extension_level {
            _ if !self.extended => Ok(None),
            None => Ok(Some(n_features)),
            Some(level) if level < n_features => Ok(Some(level + 1)),
            Some(level) => Err(Error::ExtensionLevel { level, n_features }),
        }
    }
}

/// `ceil(log2(max_samples))`, where the average tree would end (Liu, Ting and Zhou, section 4), and at
/// least 1 as in scikit-learn.
fn max_depth(max_samples: usize) -> usize {
    max_samples.max(2).next_power_of_two().ilog2() as usize
}
