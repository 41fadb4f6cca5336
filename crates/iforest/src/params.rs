//! The parameters, and the one place where they are checked.

use std::ops::ControlFlow;

use ndarray::ArrayRef2;
use oddsift_ground::Callback;

use crate::{
    Contamination, Draws, Error, IsolationForest, MaxFeatures, MaxSamples, Precision, Progress,
    draws, fit::Fit, plan::TOO_MANY, weights::Weights,
};

/// The parameters of an isolation forest, made by [`IsolationForest::params`].
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::{Contamination, IsolationForest};
///
/// let params = IsolationForest::params().n_trees(50).contamination(Contamination::Fraction(0.25)).seed(1);
/// let forest = params.fit(&array![[0.0, 0.0], [1.0, 0.5], [1.0, 1.0], [9.0, -4.0]])?;
/// assert_eq!(forest.predict(&array![[0.9, 0.7], [10.0, -5.0]])?, [1, -1]);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct IsolationForestParams {
    /// The number of trees.
    pub n_trees: usize,
    /// The number of rows of each tree.
    pub max_samples: MaxSamples,
    /// The number of features of each tree.
    pub max_features: MaxFeatures,
    /// The share of outliers, which sets the offset.
    pub contamination: Contamination,
    /// Whether rows are drawn with replacement.
    pub bootstrap: bool,
    /// The seed of all that is random.
    pub seed: u64,
    /// The width of numbers.
    pub precision: Precision,
    /// Whether cuts go at any angle.
    pub extended: bool,
    /// The number of features in which such a cut slants, less one; `None` is all.
    pub extension_level: Option<usize>,
}

impl Default for IsolationForestParams {
    fn default() -> Self {
        Self {
            n_trees: 100,
            max_samples: MaxSamples::Auto,
            max_features: MaxFeatures::All,
            contamination: Contamination::Auto,
            bootstrap: false,
            seed: 0,
            precision: Precision::F64,
            extended: false,
            extension_level: None,
        }
    }
}

impl IsolationForestParams {
    /// How many trees are grown, at least 1, default 100. More give steadier scores and cost in
    /// proportion.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().n_trees(7).fit(&array![[0.0]])?.n_trees(), 7);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "n_estimators")]
    #[doc(alias = "trees")]
    #[must_use]
    pub fn n_trees(mut self, n_trees: usize) -> Self {
        self.n_trees = n_trees;
        self
    }

    /// How many rows each tree is grown from, default [`MaxSamples::Auto`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{IsolationForest, MaxSamples}};
    /// let params = IsolationForest::params().max_samples(MaxSamples::Count(2));
    /// assert_eq!(params.fit(&array![[0.0], [1.0], [2.0]])?.max_samples(), 2);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn max_samples(mut self, max_samples: MaxSamples) -> Self {
        self.max_samples = max_samples;
        self
    }

    /// How many features a tree may split on, default [`MaxFeatures::All`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{Error, IsolationForest, MaxFeatures}};
    /// let params = IsolationForest::params().max_features(MaxFeatures::Count(3));
    /// let error = params.fit(&array![[0.0, 1.0]]).unwrap_err();
    /// assert_eq!(error, Error::MaxFeatures { max_features: 3, n_features: 2 });
    /// ```
    #[must_use]
    pub fn max_features(mut self, max_features: MaxFeatures) -> Self {
        self.max_features = max_features;
        self
    }

    /// Below which score a row is an outlier, default [`Contamination::Auto`]. A fraction costs the
    /// scoring of all training rows.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{Contamination, Error, IsolationForest}};
    /// let params = IsolationForest::params().contamination(Contamination::Fraction(0.51));
    /// assert_eq!(params.fit(&array![[0.0]]).unwrap_err(), Error::Contamination(0.51));
    /// ```
    #[must_use]
    pub fn contamination(mut self, contamination: Contamination) -> Self {
        self.contamination = contamination;
        self
    }

    /// Whether a tree's sample may hold a row more than once, default `false`. A row that was drawn
    /// twice counts as two.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().bootstrap(true).fit(&array![[0.0], [1.0], [2.0]])?;
    /// assert!(forest.trees().iter().any(|tree| tree.n_nodes() == 1 || tree.n_nodes() == 3));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn bootstrap(mut self, bootstrap: bool) -> Self {
        self.bootstrap = bootstrap;
        self
    }

    /// Where random numbers begin, default 0. The same seed, rows and parameters give the same
    /// forest to the bit, on every platform and with any number of threads; tree number `k` does not
    /// depend on how many trees there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let (params, x) = (IsolationForest::params(), array![[0.0], [1.0], [5.0]]);
    /// assert_eq!(params.seed(3).fit(&x)?, params.seed(3).fit(&x)?);
    /// assert_ne!(params.seed(3).fit(&x)?.trees(), params.seed(4).fit(&x)?.trees());
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "random_state")]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How exactly values are compared, default [`Precision::F64`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{Error, IsolationForest, Precision}};
    /// let params = IsolationForest::params().precision(Precision::F32);
    /// // Past the range of single precision.
    /// let error = params.fit(&array![[0.0], [1e39]]).unwrap_err();
    /// assert_eq!(error, Error::NonFinite { row: 1, column: 0 });
    /// ```
    #[must_use]
    pub fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// Whether nodes cut at a slant, through all features at a time, default `false`.
    ///
    /// Cuts along the axes leave regions beside and between clusters that score as if they were part
    /// of one; slanted cuts do not, and cost `n_features` times as much. A feature that is constant
    /// in a node has no part in its cut. After Hariri, Carrasco Kind and Brunner, "Extended isolation
    /// forest", IEEE Trans. Knowl. Data Eng. 2019, section 3, with one change: a normal vector is
    /// drawn in units of the node's box, so that features need not be on one scale.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let x = array![[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]];
    /// let forest = IsolationForest::params().extended(true).fit(&x)?;
    /// assert_eq!(forest.trees()[0].feature[0], -2);
    /// assert_eq!(forest.trees()[0].normal[0].as_ref().map(|normal| normal.len()), Some(2));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn extended(mut self, extended: bool) -> Self {
        self.extended = extended;
        self
    }

    /// In how many features more than one a slanted cut varies, default `None` for all. Level 0 cuts
    /// along one axis. Without [`extended`](Self::extended) it has no effect.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let params = IsolationForest::params().extended(true).extension_level(Some(0));
    /// let forest = params.fit(&array![[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]])?;
    /// let normal = forest.trees()[0].normal[0].as_ref().expect("the root is a cut");
    /// assert_eq!(normal.iter().filter(|part| **part != 0.0).count(), 1);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn extension_level(mut self, extension_level: Option<usize>) -> Self {
        self.extension_level = extension_level;
        self
    }

    /// Grows a forest from the rows of `x`, an array of shape `(n_samples, n_features)` or a view of
    /// one; numbers of single precision are converted by `x.mapv(f64::from)`.
    ///
    /// Each tree draws [`max_samples`](Self::max_samples) rows and cuts them, at a random place of a
    /// random feature that is not constant, until they are single or `ceil(log2(max_samples))` cuts
    /// deep. Only rows that are drawn are read, so that time and memory hardly grow with
    /// `n_samples`; a contamination that is a fraction reads and scores them all. After Liu, Ting and
    /// Zhou, "Isolation forest", ICDM 2008, algorithms 1 and 2.
    ///
    /// # Errors
    ///
    /// [`Error::NTrees`], [`Error::MaxSamples`], [`Error::MaxSamplesFraction`],
    /// [`Error::MaxFeatures`], [`Error::MaxFeaturesFraction`], [`Error::Contamination`] or
    /// [`Error::ExtensionLevel`] for a parameter out of range, [`Error::NoRows`] and
    /// [`Error::NoColumns`] for nothing to learn from, [`Error::NonFinite`] for a NaN or an infinity
    /// in a row that is read, [`Error::TooMany`] past 2^30 rows in a sample.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_iforest::IsolationForest;
    ///
    /// let x = array![[0.0, 0.0], [0.1, 0.0], [0.0, 0.1], [0.1, 0.1], [5.0, 5.0]];
    /// let forest = IsolationForest::params().seed(42).fit(&x)?;
    /// let scores = forest.score_samples(&x)?;
    /// assert!((0..4).all(|row| scores[4] < scores[row]));
    ///
    /// // From the second column alone.
    /// let forest = IsolationForest::params().fit(&x.slice(ndarray::s![.., 1..]))?;
    /// assert_eq!(forest.n_features(), 1);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn fit(&self, x: &ArrayRef2<f64>) -> Result<IsolationForest, Error> {
        self.run(x, None, None)
    }

    /// Grows a forest from the rows of `x`, which are drawn in proportion to their weights.
    ///
    /// A row of weight 0 is never drawn, and without [`bootstrap`](Self::bootstrap) none is drawn
    /// twice for one tree; `max_samples` is of the rows with a weight above 0. The offset of a
    /// contamination that is a fraction is the [`percentile`](crate::percentile) with these weights.
    /// Drawing is algorithm A-ExpJ of Efraimidis and Spirakis, Inf. Process. Lett. 2006, in
    /// `O(n_samples)` once and `O(max_samples log(n_samples)²)` a tree. scikit-learn's
    /// `sample_weight` changes what is drawn with bootstrap only.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), [`Error::WeightsLength`] unless there is one weight a row,
    /// [`Error::Weight`] for one that is negative or not finite, [`Error::NoWeight`] if none is
    /// above 0.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_iforest::IsolationForest;
    ///
    /// let x = array![[0.0], [1.0], [7.0]];
    /// let forest = IsolationForest::params().fit_weighted(&x, &[2.0, 1.0, 0.0])?;
    /// assert_eq!(forest.max_samples(), 2);
    /// assert!(forest.trees().iter().all(|tree| tree.threshold[0] < 1.0));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "sample_weight")]
    pub fn fit_weighted(
        &self,
        x: &ArrayRef2<f64>,
        weights: &[f64],
    ) -> Result<IsolationForest, Error> {
        self.run(x, Some(weights), None)
    }

    /// As [`fit`](Self::fit), or with `weights` as [`fit_weighted`](Self::fit_weighted), and tells
    /// `progress` how far it is, which may stop it.
    ///
    /// `progress` is called at the beginning of each [`step`](crate::step) and after every tree or
    /// some thousand rows, from the threads that do the work, maybe from several at a time. The result
    /// is the same.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit) and [`fit_weighted`](Self::fit_weighted), and
    /// [`Error::Cancelled`] once `progress` returns `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use ndarray::array;
    /// use oddsift_iforest::{Error, IsolationForest};
    ///
    /// let (params, x) = (IsolationForest::params(), array![[0.0], [9.0]]);
    /// let forest = params.fit_with(&x, Some(&[1.0, 0.5]), &|_| ControlFlow::Continue(()))?;
    /// assert_eq!(forest, params.fit_weighted(&x, &[1.0, 0.5])?);
    /// let stop = params.fit_with(&x, None, &|_| ControlFlow::Break(()));
    /// assert_eq!(stop, Err(Error::Cancelled));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn fit_with(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<IsolationForest, Error> {
        self.run(x, weights, Some(progress))
    }

    /// The draws that [`fit`](Self::fit) would make, for a stream of rows whose number is not known
    /// yet; see [`Draws`].
    ///
    /// # Errors
    ///
    /// [`Error::NTrees`], [`Error::MaxSamples`] and [`Error::MaxSamplesFraction`] for a parameter out
    /// of range, [`Error::MaxSamplesOfStream`] for any share of the rows.
    ///
    /// ```
    /// # use oddsift_iforest::{Error, IsolationForest, MaxSamples};
    /// let params = IsolationForest::params().max_samples(MaxSamples::Fraction(0.5));
    /// assert_eq!(params.draws().map(|_| ()), Err(Error::MaxSamplesOfStream(0.5)));
    /// ```
    pub fn draws(&self) -> Result<Draws, Error> {
        self.check()?;
        let n_slots = match self.max_samples {
            MaxSamples::Fraction(fraction) => return Err(Error::MaxSamplesOfStream(fraction)),
            _ => self.n_slots(usize::MAX),
        };
        Ok(Draws::new(self.seed, self.n_trees, n_slots, self.bootstrap))
    }

    /// The contamination where it is a fraction.
    ///
    /// ```
    /// # use oddsift_iforest::{Contamination, IsolationForest};
    /// assert_eq!(IsolationForest::params().contamination_fraction(), None);
    /// let params = IsolationForest::params().contamination(Contamination::Fraction(0.1));
    /// assert_eq!(params.contamination_fraction(), Some(0.1));
    /// ```
    pub fn contamination_fraction(&self) -> Option<f64> {
        match self.contamination {
            Contamination::Auto => None,
            Contamination::Fraction(fraction) => Some(fraction),
        }
    }

    /// Grows a forest whose tree `k` has the sample `samples[k]`, numbers of rows of `x`, in the
    /// order of slots.
    ///
    /// This is for rows that were drawn by [`Draws`] from a stream, and for `x` with each distinct
    /// row once: a number may come any number of times. `max_samples` is the length of the longest
    /// sample, whatever the parameter says. The offset stays -0.5, since `x` need not be the rows
    /// that it is taken from; see [`IsolationForest::with_offset`] and
    /// [`percentile`](crate::percentile). Otherwise the forest is that of [`fit`](Self::fit) on the
    /// rows of the stream, to the bit.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), [`Error::DrawnLists`] unless there is one list a tree,
    /// [`Error::DrawnRow`] for an empty list or a row past the end of `x`.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_iforest::{Error, IsolationForest};
    ///
    /// let params = IsolationForest::params().n_trees(2);
    /// let forest = params.fit_drawn(&array![[0.0], [1.0]], &[vec![0, 0, 1], vec![0, 0, 1]])?;
    /// assert_eq!(forest.trees(), params.fit(&array![[0.0], [0.0], [1.0]])?.trees());
    /// let error = params.fit_drawn(&array![[0.0]], &[vec![0], vec![1]]).unwrap_err();
    /// assert_eq!(error, Error::DrawnRow { tree: 1, n_samples: 1 });
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn fit_drawn(
        &self,
        x: &ArrayRef2<f64>,
        samples: &[Vec<usize>],
    ) -> Result<IsolationForest, Error> {
        self.check()?;
        if samples.len() != self.n_trees {
            return Err(Error::DrawnLists { n_lists: samples.len(), n_trees: self.n_trees });
        }
        check_shape(x)?;
        let wrong = |rows: &Vec<usize>| rows.is_empty() || rows.iter().any(|&row| row >= x.nrows());
        if let Some(tree) = samples.iter().position(wrong) {
            return Err(Error::DrawnRow { tree, n_samples: x.nrows() });
        }
        let max_samples = samples.iter().map(Vec::len).max().unwrap_or_default();
        let plan = self.plan(x.ncols(), max_samples)?;
        let fit = Fit { x, plan, callback: None };
        let trees = fit.trees(0, self.n_trees, |tree| samples[tree].clone())?;
        Ok(IsolationForest::grown(*self, x.ncols(), max_samples, trees))
    }

    fn run(
        &self,
        x: &ArrayRef2<f64>,
        weights: Option<&[f64]>,
        callback: Option<Callback<'_>>,
    ) -> Result<IsolationForest, Error> {
        self.check()?;
        check_shape(x)?;
        let drawn = weights.map(|weights| Weights::new(weights, x.nrows())).transpose()?;
        let n_slots = self.n_slots(drawn.as_ref().map_or(x.nrows(), Weights::n_rows));
        let fit = Fit { x, plan: self.plan(x.ncols(), n_slots)?, callback };
        let trees = fit.trees(0, self.n_trees, |tree| match &drawn {
            Some(weights) => weights.sample(self.seed, tree, n_slots, self.bootstrap),
            None => draws::sample(self.seed, tree, n_slots, self.bootstrap, x.nrows()),
        })?;
        let forest = IsolationForest::grown(*self, x.ncols(), n_slots, trees);
        let forest = fit.offset(forest, self.contamination, weights)?;
        // More trees would have to know the weights.
        Ok(if weights.is_some() { forest.without_parameters() } else { forest })
    }

    /// As many trees as `n_trees` says, the first of which are those of `forest`.
    pub(crate) fn grow(
        &self,
        forest: &IsolationForest,
        x: &ArrayRef2<f64>,
    ) -> Result<IsolationForest, Error> {
        check_shape(x)?;
        forest.check_columns(x)?;
        let (from, max_samples) = (forest.n_trees(), forest.max_samples());
        let fit = Fit { x, plan: self.plan(x.ncols(), max_samples)?, callback: None };
        let n_slots = max_samples.min(x.nrows());
        let more = fit.trees(from, self.n_trees, |tree| {
            draws::sample(self.seed, tree, n_slots, self.bootstrap, x.nrows())
        })?;
        let trees = forest.trees().iter().cloned().chain(more).collect();
        let forest = IsolationForest::grown(*self, x.ncols(), max_samples, trees);
        fit.offset(forest, self.contamination, None)
    }

    /// What does not depend on the data.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.n_trees == 0 {
            return Err(Error::NTrees);
        }
        if self.n_trees > MOST_TREES {
            return Err(Error::TooManyTrees { n_trees: self.n_trees, most: MOST_TREES });
        }
        match self.max_samples {
            MaxSamples::Count(0) => return Err(Error::MaxSamples),
            MaxSamples::Fraction(share) if !(share > 0.0 && share <= 1.0) => {
                return Err(Error::MaxSamplesFraction(share));
            }
            _ => {}
        }
        match self.max_features {
            MaxFeatures::Fraction(share) if !(share > 0.0 && share <= 1.0) => {
                return Err(Error::MaxFeaturesFraction(share));
            }
            _ => {}
        }
        match self.contamination {
            Contamination::Fraction(share) if !(share > 0.0 && share <= 0.5) => {
                Err(Error::Contamination(share))
            }
            _ => Ok(()),
        }
    }
}

/// More would only take memory: scores hardly change beyond some hundred trees.
const MOST_TREES: usize = 65_536;

fn check_shape(x: &ArrayRef2<f64>) -> Result<(), Error> {
    match x.dim() {
        (_, 0) => Err(Error::NoColumns),
        (0, _) => Err(Error::NoRows),
        (_, n_columns) if n_columns > TOO_MANY => Err(Error::TooMany(n_columns)),
        _ => Ok(()),
    }
}
