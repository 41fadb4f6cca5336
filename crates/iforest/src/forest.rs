//! The fitted forest, its accessors and what it says about rows.

use std::sync::OnceLock;

use ndarray::{Array2, ArrayRef2};
use oddsift_ground::Control;

use crate::{
    Error, ForestModel, IsolationForestParams, Precision, TreeNodes, average_path_length, check,
    plan::TOO_MANY, reasons, score::Scorer,
};

/// The offset of contamination `auto`.
const AUTO_OFFSET: f64 = -0.5;

/// A fitted or given isolation forest.
///
/// Memory: 24 bytes a node, some 500 nodes for each tree of 256 samples, and `8 * n_features` bytes
/// more for each cut of an extended forest; what makes scoring fast is made by the first call that
/// scores many rows, and takes about as much.
///
/// ```
/// use ndarray::array;
/// use oddsift_iforest::IsolationForest;
///
/// let x = array![[0.0, 0.0], [0.1, 0.0], [0.0, 0.1], [0.1, 0.1], [5.0, 5.0]];
/// let forest = IsolationForest::params().seed(42).fit(&x)?;
/// let odd = forest.contributions(&array![[0.05, 9.0]])?;
/// assert!(odd[[0, 1]] > odd[[0, 0]]);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct IsolationForest {
    params: Option<IsolationForestParams>,
    n_features: usize,
    max_samples: usize,
    offset: f64,
    precision: Precision,
    trees: Vec<TreeNodes>,
    /// Made from the rest when it is needed.
    scorer: OnceLock<Scorer>,
}

impl PartialEq for IsolationForest {
    fn eq(&self, other: &Self) -> bool {
        let parts = |it: &Self| (it.params, it.n_features, it.max_samples, it.offset, it.precision);
        parts(self) == parts(other) && self.trees == other.trees
    }
}

impl IsolationForest {
    /// Parameters with their defaults: 100 trees of up to 256 samples, all features, contamination
    /// `auto`, seed 0, double precision.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0]])?;
    /// assert_eq!((forest.n_trees(), forest.offset()), (100, -0.5));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> IsolationForestParams {
        IsolationForestParams::default()
    }

    /// A forest of given trees, which may come from anywhere: every node is checked.
    ///
    /// `max_samples` is how many rows each tree was grown from, at least 1; with 1 every score is
    /// -0.5. A tree may have 512 levels. Time and memory `O(nodes)`.
    ///
    /// # Errors
    ///
    /// [`Error::NoColumns`], [`Error::MaxSamples`], [`Error::Offset`], [`Error::NTrees`] or
    /// [`Error::TooMany`] for numbers that no forest has, [`Error::TreeLength`], [`Error::Node`],
    /// [`Error::Unreachable`] or [`Error::Depth`] for what is no tree.
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_iforest::{IsolationForest, Precision, TreeNodes};
    ///
    /// let tree = TreeNodes {
    ///     feature: vec![0, -1, -1],
    ///     threshold: vec![0.5, 0.0, 0.0],
    ///     left: vec![1, -1, -1],
    ///     right: vec![2, -1, -1],
    ///     n_samples: vec![2, 1, 1],
    ///     normal: vec![],
    ///     point: vec![],
    /// };
    /// let forest = IsolationForest::from_trees(1, 2, -0.5, Precision::F64, vec![tree])?;
    /// assert_eq!(forest.score_samples(&array![[0.3]])?, [-0.5]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn from_trees(
        n_features: usize,
        max_samples: usize,
        offset: f64,
        precision: Precision,
        trees: Vec<TreeNodes>,
    ) -> Result<Self, Error> {
        if n_features == 0 {
            return Err(Error::NoColumns);
        }
        if max_samples == 0 {
            return Err(Error::MaxSamples);
        }
        if let Some(number) = [n_features, max_samples].into_iter().find(|n| *n > TOO_MANY) {
            return Err(Error::TooMany(number));
        }
        if !offset.is_finite() {
            return Err(Error::Offset(offset));
        }
        if trees.is_empty() {
            return Err(Error::NTrees);
        }
        for (number, tree) in trees.iter().enumerate() {
            check::tree(number, tree, n_features)?;
        }
        let scorer = OnceLock::new();
        Ok(Self { params: None, n_features, max_samples, offset, precision, trees, scorer })
    }

    /// A forest that was grown, and needs no check.
    pub(crate) fn grown(
        params: IsolationForestParams,
        n_features: usize,
        max_samples: usize,
        trees: Vec<TreeNodes>,
    ) -> Self {
        let (offset, precision, scorer) = (AUTO_OFFSET, params.precision, OnceLock::new());
        let params = Some(params);
        Self { params, n_features, max_samples, offset, precision, trees, scorer }
    }

    /// The same forest, which cannot grow.
    pub(crate) fn without_parameters(self) -> Self {
        Self { params: None, ..self }
    }

    #[cfg(feature = "serde")]
    pub(crate) fn with_params(mut self, params: Option<IsolationForestParams>) -> Self {
        self.params = params;
        self
    }

    /// The same forest with `n_trees` trees: those that it has and more, grown from `x`.
    ///
    /// From the rows that it was fitted on this gives, to the bit, what a fit of `n_trees` trees
    /// would. Trees that are there are not grown again.
    ///
    /// # Errors
    ///
    /// [`Error::NoParameters`] for a forest of given trees or one fitted with weights,
    /// [`Error::Shrink`] for fewer trees than it has, [`Error::Columns`] for other features, and those
    /// of [`fit`](IsolationForestParams::fit).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let (params, x) = (IsolationForest::params(), array![[0.0], [1.0], [5.0]]);
    /// let grown = params.n_trees(10).fit(&x)?.grow(25, &x)?;
    /// assert_eq!(grown, params.n_trees(25).fit(&x)?);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "warm_start")]
    pub fn grow(&self, n_trees: usize, x: &ArrayRef2<f64>) -> Result<Self, Error> {
        let params = self.params.ok_or(Error::NoParameters)?;
        if n_trees < self.n_trees() {
            return Err(Error::Shrink { n_trees: self.n_trees(), asked: n_trees });
        }
        params.n_trees(n_trees).grow(self, x)
    }

    /// The anomaly score of each row of `x`, of shape `(n_samples, n_features)`: at least -1 and below
    /// 0, lower is odder, and -0.5 for a path of the usual length.
    ///
    /// It is `-2^(-mean path length / c(max_samples))`, as scikit-learn's (Liu, Ting and Zhou, ICDM
    /// 2008, equation 2, with the sign turned). A row's score depends neither on the rows beside it
    /// nor on the number of threads. Time `O(n_trees log2(max_samples))` for each row that differs
    /// from the others; memory some 16 bytes a row beside the result.
    ///
    /// # Errors
    ///
    /// [`Error::Columns`] for other features than the forest's, [`Error::NonFinite`] for the first
    /// NaN, infinity or, in single precision, number past its range.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [0.1], [0.2], [9.0]])?;
    /// let scores = forest.score_samples(&array![[0.1], [8.0]])?;
    /// assert!(scores[1] < scores[0]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn score_samples(&self, x: &ArrayRef2<f64>) -> Result<Vec<f64>, Error> {
        self.scores(x, &Control::new(None))
    }

    pub(crate) fn scores(
        &self,
        x: &ArrayRef2<f64>,
        control: &Control<'_>,
    ) -> Result<Vec<f64>, Error> {
        let mut values = self.sums(x, control)?;
        let usual = average_path_length(self.max_samples);
        let unit = self.trees.len() as f64 * usual;
        for value in &mut values {
            // Of one sample nothing can be told apart.
            let exponent = if usual == 0.0 { 1.0 } else { 1.0 + *value / unit };
            *value = (-libm::exp2(-exponent)).max(-1.0);
        }
        Ok(values)
    }

    /// How many edges long the path of each row is, as the mean over the trees, with `c(n)` for what
    /// a leaf of `n` samples was spared.
    ///
    /// # Errors
    ///
    /// Those of [`score_samples`](Self::score_samples).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0]])?;
    /// assert_eq!(forest.path_lengths(&array![[0.5]])?, [1.0]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn path_lengths(&self, x: &ArrayRef2<f64>) -> Result<Vec<f64>, Error> {
        let mut values = self.sums(x, &Control::new(None))?;
        let usual = average_path_length(self.max_samples);
        for value in &mut values {
            *value = usual + *value / self.trees.len() as f64;
        }
        Ok(values)
    }

    /// The score less the [`offset`](Self::offset): below 0 for an outlier.
    ///
    /// # Errors
    ///
    /// Those of [`score_samples`](Self::score_samples).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let x = array![[0.0], [1.0], [9.0]];
    /// let forest = IsolationForest::params().fit(&x)?;
    /// assert_eq!(forest.decision_function(&x)?[0], forest.score_samples(&x)?[0] + 0.5);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn decision_function(&self, x: &ArrayRef2<f64>) -> Result<Vec<f64>, Error> {
        let mut values = self.score_samples(x)?;
        for value in &mut values {
            *value -= self.offset;
        }
        Ok(values)
    }

    /// For each row -1 for an outlier, whose score is below the [`offset`](Self::offset), and 1 for
    /// any other; a row at the offset is none.
    ///
    /// # Errors
    ///
    /// Those of [`score_samples`](Self::score_samples).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// // Of equal rows none is odd.
    /// let x = array![[3.0], [3.0], [3.0]];
    /// assert_eq!(IsolationForest::params().fit(&x)?.predict(&x)?, [1, 1, 1]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn predict(&self, x: &ArrayRef2<f64>) -> Result<Vec<i8>, Error> {
        let decisions = self.decision_function(x)?;
        Ok(decisions.into_iter().map(|decision| if decision < 0.0 { -1 } else { 1 }).collect())
    }

    /// Why a row is odd: by how many edges each feature shortens its path, an array of the shape of
    /// `x`.
    ///
    /// A cut takes a row from a node of `n` samples, from where `c(n)` more edges were to be expected,
    /// to one of `m` samples, where it is one edge and `c(m)`: the difference, `c(n) - 1 - c(m)`, goes
    /// to the feature of the cut, and at a slanted cut to its features in proportion to how far each
    /// takes the row from the plane: `|normal * (row - point)|`. The mean over the trees is returned.
    /// A row's contributions sum, but for rounding, to the mean `c(n)` of the roots, which is
    /// `c(max_samples)` unless trees were given, less its [path length](Self::path_lengths): positive
    /// for an odd row. Time `O(n_trees depth)` a row, times `n_features` for slanted cuts.
    ///
    /// # Errors
    ///
    /// Those of [`score_samples`](Self::score_samples).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{IsolationForest, average_path_length}};
    /// let x = array![[0.0, 3.0], [0.1, 1.0], [0.2, 2.0], [9.0, 2.0]];
    /// let forest = IsolationForest::params().fit(&x)?;
    /// let reasons = forest.contributions(&x)?;
    /// assert!(reasons[[3, 0]] > reasons[[3, 1]]);
    /// let total = average_path_length(4) - forest.path_lengths(&x)?[3];
    /// assert!((reasons.row(3).sum() - total).abs() < 1e-12);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn contributions(&self, x: &ArrayRef2<f64>) -> Result<Array2<f64>, Error> {
        self.check_columns(x)?;
        reasons::contributions(&self.trees, self.precision, x)
    }

    /// For each row the sum of its path lengths, each less the usual one: sums of rows that are as usual
    /// are 0, whatever the number of trees, and the score of equal rows is -0.5 to the bit.
    fn sums(&self, x: &ArrayRef2<f64>, control: &Control<'_>) -> Result<Vec<f64>, Error> {
        self.check_columns(x)?;
        let usual = average_path_length(self.max_samples);
        let scorer = self.scorer.get_or_init(|| Scorer::new(&self.trees, self.n_features, usual));
        scorer.path_sums(&self.trees, self.precision, x, control)
    }

    pub(crate) fn check_columns(&self, x: &ArrayRef2<f64>) -> Result<(), Error> {
        let (n_columns, n_features) = (x.ncols(), self.n_features);
        if n_columns == n_features { Ok(()) } else { Err(Error::Columns { n_columns, n_features }) }
    }

    /// The same forest with another offset, such as a [`percentile`](crate::percentile) of scores.
    ///
    /// # Errors
    ///
    /// [`Error::Offset`] for one that is not finite.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0]])?.with_offset(-0.6)?;
    /// assert_eq!(forest.predict(&array![[7.0]])?, [1]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn with_offset(mut self, offset: f64) -> Result<Self, Error> {
        if !offset.is_finite() {
            return Err(Error::Offset(offset));
        }
        self.offset = offset;
        Ok(self)
    }

    /// A copy of the forest as it is saved and loaded; without a copy
    /// [`into_model`](Self::into_model).
    ///
    /// ```
    /// use ndarray::array;
    /// use oddsift_iforest::{ForestModel, IsolationForest};
    ///
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0], [9.0]])?;
    /// # #[cfg(feature = "serde")]
    /// # {
    /// let saved = serde_json::to_string(&forest.model()).expect("a forest holds finite numbers");
    /// let loaded: ForestModel = serde_json::from_str(&saved).expect("it was just saved");
    /// assert_eq!(loaded.forest(), &forest);
    /// # }
    /// # let _: ForestModel = forest.model();
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "save")]
    #[must_use]
    pub fn model(&self) -> ForestModel {
        self.clone().into_model()
    }

    /// The forest as it is saved and loaded, without the names of its features.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0]])?;
    /// assert_eq!(forest.model(), forest.into_model());
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[must_use]
    pub fn into_model(self) -> ForestModel {
        ForestModel::unnamed(self)
    }

    /// How many features a row has.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().fit(&array![[0.0, 1.0]])?.n_features(), 2);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "n_features_in_")]
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// How many trees there are.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().fit(&array![[0.0]])?.n_trees(), 100);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "n_estimators")]
    #[doc(alias = "trees")]
    pub fn n_trees(&self) -> usize {
        self.trees.len()
    }

    /// How many rows each tree was grown from: fewer than were asked for where there were fewer.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().fit(&array![[0.0], [1.0]])?.max_samples(), 2);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "max_samples_")]
    pub fn max_samples(&self) -> usize {
        self.max_samples
    }

    /// The score below which a row is an outlier: -0.5 for contamination `auto`.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().fit(&array![[0.0]])?.offset(), -0.5);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "offset_")]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// How exactly values are compared.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::{IsolationForest, Precision}};
    /// assert_eq!(IsolationForest::params().fit(&array![[0.0]])?.precision(), Precision::F64);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The seed of the fit; `None` for given trees.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// assert_eq!(IsolationForest::params().seed(7).fit(&array![[0.0]])?.seed(), Some(7));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn seed(&self) -> Option<u64> {
        self.params.map(|params| params.seed)
    }

    /// The parameters of the fit; `None` for given trees and for a fit with weights.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let params = IsolationForest::params().n_trees(3);
    /// assert_eq!(params.fit(&array![[0.0]])?.parameters(), Some(params));
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    pub fn parameters(&self) -> Option<IsolationForestParams> {
        self.params
    }

    /// The trees.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// let forest = IsolationForest::params().fit(&array![[0.0], [1.0]])?;
    /// assert_eq!(forest.trees()[0].n_samples, [2, 1, 1]);
    /// # Ok::<(), oddsift_iforest::Error>(())
    /// ```
    #[doc(alias = "estimators_")]
    pub fn trees(&self) -> &[TreeNodes] {
        &self.trees
    }
}
