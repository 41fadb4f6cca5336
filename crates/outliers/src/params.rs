//! The parameters, and how detectors are fitted.

use ndarray::{ArrayRef2, ArrayView2};
use oddsift_iforest::{Contamination, IsolationForestParams, MaxFeatures, MaxSamples, percentile};
use oddsift_patterns::PatternTable;

use crate::{DrawnRows, Error, OutlierDetector, Sampling, Training};

/// The parameters of an [`OutlierDetector`], which are those of its forest: setters, then one of the
/// `fit` functions.
///
/// | parameter | default |
/// |---|---|
/// | [`n_trees`](Self::n_trees) | 100 |
/// | [`max_samples`](Self::max_samples) | up to 256 rows a tree |
/// | [`max_features`](Self::max_features) | all features |
/// | [`contamination`](Self::contamination) | `auto`: scores below -0.5 |
/// | [`extended`](Self::extended) | false |
/// | [`seed`](Self::seed) | 0 |
///
/// ```
/// use ndarray::array;
/// use oddsift_outliers::OutlierDetector;
///
/// let x = array![[1.0], [1.1], [0.9], [1.0], [8.0]];
/// let detector = OutlierDetector::params().n_trees(50).seed(1).fit(&x)?;
/// assert_eq!(detector.outliers(&x)?.rows()[0].row, 4);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OutlierParams {
    forest: IsolationForestParams,
}

impl OutlierParams {
    /// Sets all parameters of the forest at once, those too that have no setter here.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::{IsolationForest, OutlierDetector, Precision}};
    /// let forest = IsolationForest::params().precision(Precision::F32);
    /// let detector = OutlierDetector::params().forest(forest).fit(&array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().precision(), Precision::F32);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn forest(mut self, forest: IsolationForestParams) -> Self {
        self.forest = forest;
        self
    }

    /// Sets the number of trees, at least 1, default 100.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().n_trees(5).fit(&array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().n_trees(), 5);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[doc(alias = "n_estimators")]
    #[doc(alias = "trees")]
    #[must_use]
    pub fn n_trees(mut self, n_trees: usize) -> Self {
        self.forest = self.forest.n_trees(n_trees);
        self
    }

    /// Sets the number of rows that each tree is grown from, default [`MaxSamples::Auto`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::{MaxSamples, OutlierDetector}};
    /// let params = OutlierDetector::params().max_samples(MaxSamples::Count(2));
    /// assert_eq!(params.fit(&array![[1.0], [2.0], [3.0]])?.forest().max_samples(), 2);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn max_samples(mut self, max_samples: MaxSamples) -> Self {
        self.forest = self.forest.max_samples(max_samples);
        self
    }

    /// Sets the number of features that a tree may split on, default [`MaxFeatures::All`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::{MaxFeatures, OutlierDetector}};
    /// let params = OutlierDetector::params().max_features(MaxFeatures::Count(3));
    /// assert!(params.fit(&array![[1.0, 2.0]]).is_err()); // there are only two
    /// ```
    #[must_use]
    pub fn max_features(mut self, max_features: MaxFeatures) -> Self {
        self.forest = self.forest.max_features(max_features);
        self
    }

    /// Sets the share of outliers to expect, default [`Contamination::Auto`]: all that score below
    /// -0.5. A fraction costs the scoring of all training rows.
    ///
    /// ```
    /// # use {ndarray::Array2, oddsift_outliers::{Contamination, OutlierDetector}};
    /// let x = Array2::from_shape_fn((100, 1), |(row, _)| (row * row) as f64);
    /// let params = OutlierDetector::params().contamination(Contamination::Fraction(0.05));
    /// assert_eq!(params.fit(&x)?.outliers(&x)?.len(), 5);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn contamination(mut self, contamination: Contamination) -> Self {
        self.forest = self.forest.contamination(contamination);
        self
    }

    /// Sets whether the trees cut at a slant, default false; see
    /// [`IsolationForestParams::extended`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let (params, x) = (OutlierDetector::params(), array![[1.0, 5.0], [2.0, 9.0], [8.0, 7.0]]);
    /// assert_ne!(params.extended(true).fit(&x)?, params.fit(&x)?);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn extended(mut self, extended: bool) -> Self {
        self.forest = self.forest.extended(extended);
        self
    }

    /// Sets where random numbers begin, default 0. The same seed, rows and parameters give the same
    /// detector.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let (params, x) = (OutlierDetector::params(), array![[1.0], [2.0], [8.0]]);
    /// assert_eq!(params.seed(7).fit(&x)?, params.seed(7).fit(&x)?);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[doc(alias = "random_state")]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.forest = self.forest.seed(seed);
        self
    }

    /// Fits to the rows of `x`, an array of shape `(n_rows, n_features)` or a view of one; numbers of
    /// single precision are converted by `x.mapv(f64::from)`.
    ///
    /// Time is that of the forest, and `O(n_rows log n_rows)` a feature for what reasons need to know.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::fit`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0, 7.0], [2.0, 7.0]];
    /// let detector = OutlierDetector::params().fit(&x.slice(ndarray::s![.., ..1]))?;
    /// assert_eq!(detector.forest().n_features(), 1);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn fit(&self, x: &ArrayRef2<f64>) -> Result<OutlierDetector, Error> {
        let forest = self.forest.fit(x)?;
        Ok(OutlierDetector::fitted(forest, Training::new(x, None)))
    }

    /// The samples of a stream, nothing drawn yet: what [`fit_patterns`](Self::fit_patterns) takes
    /// once the rows have streamed by.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::draws`]: for a parameter out of range, and for a
    /// share of rows whose number is not known yet.
    ///
    /// ```
    /// # use oddsift_outliers::{MaxSamples, OutlierDetector};
    /// let params = OutlierDetector::params();
    /// assert!(params.drawn_rows()?.samples().is_empty());
    /// assert!(params.max_samples(MaxSamples::Fraction(0.5)).drawn_rows().is_err());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn drawn_rows(&self) -> Result<DrawnRows, Error> {
        Ok(DrawnRows::new(self.forest.draws()?))
    }

    /// Fits to rows that were collapsed to `table` as they streamed by, with the samples drawn
    /// meanwhile: the same forest as that of the rows themselves. Every row counts as one, whatever
    /// its weight.
    ///
    /// Time is that of the forest, and `O(n log n)` a feature in the patterns for what reasons need.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::fit`].
    ///
    /// ```
    /// # use ndarray::array;
    /// use oddsift_outliers::{Observation, OutlierDetector, PatternTable};
    ///
    /// let params = OutlierDetector::params().seed(7);
    /// let (mut table, mut drawn) = (PatternTable::new(1), params.drawn_rows()?);
    /// for (row, value) in [1.0, 5.0, 1.0].into_iter().enumerate() {
    ///     let row = row as u64;
    ///     let pattern = table.add(&[value], &Observation::new(row))?;
    ///     drawn.take(row..row + 1, |_| Some(pattern));
    /// }
    /// let streamed = params.fit_patterns(&table, &drawn)?;
    /// assert_eq!(streamed, params.fit(&array![[1.0], [5.0], [1.0]])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit_patterns(
        &self,
        table: &PatternTable,
        drawn: &DrawnRows,
    ) -> Result<OutlierDetector, Error> {
        let shape = (table.len(), table.n_features());
        let x = ArrayView2::from_shape(shape, table.matrix()).map_err(|_| Error::NoRows)?;
        let counts: Vec<f64> = table.counts().iter().map(|count| *count as f64).collect();
        let mut forest = self.forest.fit_drawn(&x, &drawn.samples())?;
        if let Some(share) = self.forest.contamination_fraction() {
            let scores = forest.score_samples(&x)?;
            forest = forest.with_offset(percentile(&scores, Some(&counts), share))?;
        }
        Ok(OutlierDetector::fitted(forest, Training::new(&x, Some(table.counts()))))
    }

    /// Fits to distinct rows, each of which stands for so many rows as `counts` says, with samples drawn
    /// by `sampling`, with replacement. A share in [`max_samples`](Self::max_samples) is one of the
    /// distinct rows; the offset of a share of outliers is of all rows.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::fit_weighted`].
    ///
    /// ```
    /// # use ndarray::Array2;
    /// use oddsift_outliers::{OutlierDetector, Sampling};
    ///
    /// let x = Array2::from_shape_fn((40, 1), |(row, _)| if row < 39 { row as f64 } else { 90.0 });
    /// let detector = OutlierDetector::params().fit_counted(&x, &[500; 40], Sampling::Root)?;
    /// assert_eq!(detector.top(&x, 1)?.rows()[0].row, 39);
    /// assert_eq!(detector.training().n_rows(), 20_000);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn fit_counted(
        &self,
        x: &ArrayRef2<f64>,
        counts: &[u64],
        sampling: Sampling,
    ) -> Result<OutlierDetector, Error> {
        let weights: Vec<f64> = counts.iter().map(|count| sampling.weight(*count)).collect();
        // With replacement: a sample that holds each of few distinct rows once has no repeats.
        let mut forest = self.forest.bootstrap(true).fit_weighted(x, &weights)?;
        drop(weights);
        if let Some(share) = self.forest.contamination_fraction() {
            let counts: Vec<f64> = counts.iter().map(|count| *count as f64).collect();
            let scores = forest.score_samples(x)?;
            forest = forest.with_offset(percentile(&scores, Some(&counts), share))?;
        }
        Ok(OutlierDetector::fitted(forest, Training::new(x, Some(counts))))
    }
}
