use ndarray::{ArrayRef2, ArrayView2};
use oddsift_iforest::{IsolationForest, IsolationForestParams, percentile};
use oddsift_patterns::PatternTable;

use crate::{DrawnRows, Error, Reason, Typical};

/// An isolation forest that gives its reasons: it knows what is typical of the rows it was fitted to.
///
/// ```
/// use ndarray::Array2;
/// use oddsift_iforest::IsolationForest;
/// use oddsift_outliers::OutlierDetector;
///
/// // Lengths from 12 to 31 and one of 4120; the second column says nothing.
/// let mut x = Array2::from_shape_fn((200, 2), |(row, column)| if column == 0 { (12 + row % 20) as f64 } else { 1.0 });
/// x[[7, 0]] = 4120.0;
/// let detector = OutlierDetector::fit(&IsolationForest::params().seed(1), &x)?;
/// let scores = detector.forest().score_samples(&x)?;
/// let oddest = (0..200).min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap();
/// assert_eq!(oddest, 7);
///
/// let reasons = &detector.reasons(&x.slice(ndarray::s![7..8, ..]), 3)?[0];
/// assert_eq!(reasons.len(), 1);
/// assert_eq!(reasons[0].text("commandlineLen"), "commandlineLen 4120 (typical 12 to 31)");
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OutlierDetector {
    forest: IsolationForest,
    typical: Vec<Typical>,
}

impl OutlierDetector {
    /// Fits to the rows of `x`, an array of shape `(n_rows, n_features)`.
    ///
    /// Time is that of the forest, and `O(n_rows log n_rows)` a feature for what is typical.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::fit`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::fit(&IsolationForest::params(), &array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().n_features(), 1);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn fit(params: &IsolationForestParams, x: &ArrayRef2<f64>) -> Result<Self, Error> {
        let forest = params.fit(x)?;
        Ok(Self { forest, typical: Typical::of_columns(x, None) })
    }

    /// Fits to rows that were collapsed to `table` as they streamed by, with the samples drawn
    /// meanwhile: the same forest as that of the rows themselves. Every row counts as one, whatever
    /// its weight.
    ///
    /// Time is that of the forest, and `O(n log n)` a feature in the patterns for what is typical.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForestParams::fit`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest};
    /// use oddsift_outliers::{DrawnRows, OutlierDetector};
    /// use oddsift_patterns::{Observation, PatternTable};
    ///
    /// let params = IsolationForest::params().seed(7);
    /// let (mut table, mut drawn) = (PatternTable::new(1), DrawnRows::new(params.draws()?));
    /// for (row, value) in [1.0, 5.0, 1.0].into_iter().enumerate() {
    ///     let row = row as u64;
    ///     let pattern = table.add(&[value], &Observation::new(row))?;
    ///     drawn.take(row..row + 1, |_| Some(pattern));
    /// }
    /// let streamed = OutlierDetector::fit_patterns(&params, &table, &drawn)?;
    /// assert_eq!(streamed, OutlierDetector::fit(&params, &array![[1.0], [5.0], [1.0]])?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fit_patterns(
        params: &IsolationForestParams,
        table: &PatternTable,
        drawn: &DrawnRows,
    ) -> Result<Self, Error> {
        let shape = (table.len(), table.n_features());
        let x = ArrayView2::from_shape(shape, table.matrix()).map_err(|_| Error::NoRows)?;
        let counts: Vec<f64> = table.counts().iter().map(|count| *count as f64).collect();
        let mut forest = params.fit_drawn(&x, &drawn.samples())?;
        if let Some(share) = params.contamination_fraction() {
            let scores = forest.score_samples(&x)?;
            forest = forest.with_offset(percentile(&scores, Some(&counts), share))?;
        }
        Ok(Self { forest, typical: Typical::of_columns(&x, Some(&counts)) })
    }

    /// Joins the parts.
    ///
    /// # Errors
    ///
    /// [`Error::StoredTypical`] if there is not one range a feature, or a range ends before it starts.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::{OutlierDetector, Typical}};
    /// let forest = IsolationForest::params().fit(&array![[1.0], [2.0]])?;
    /// let typical = vec![Typical { low: 1.0, high: 2.0 }];
    /// assert!(OutlierDetector::new(forest.clone(), typical).is_ok());
    /// assert!(OutlierDetector::new(forest, Vec::new()).is_err());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn new(forest: IsolationForest, typical: Vec<Typical>) -> Result<Self, Error> {
        let (found, expected) = (typical.len(), forest.n_features());
        if found != expected {
            let fault = format!("{found} ranges for {expected} features");
            return Err(Error::StoredTypical { fault });
        }
        let is_range = |range: &Typical| {
            range.low.is_finite() && range.high.is_finite() && range.low <= range.high
        };
        if let Some(feature) = typical.iter().position(|range| !is_range(range)) {
            let fault = format!("the range of feature {feature} is no range");
            return Err(Error::StoredTypical { fault });
        }
        Ok(Self { forest, typical })
    }

    /// The forest.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::fit(&IsolationForest::params().n_trees(5), &array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().n_trees(), 5);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn forest(&self) -> &IsolationForest {
        &self.forest
    }

    /// The typical range of each feature.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::fit(&IsolationForest::params(), &array![[1.0], [1.0]])?;
    /// assert_eq!(detector.typical()[0].to_string(), "1");
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn typical(&self) -> &[Typical] {
        &self.typical
    }

    /// Up to `n` reasons for each row of `x`: the features that shorten its path, the one that does
    /// so most first. A feature that does not is no reason.
    ///
    /// Takes about as long as scoring the rows ten times, so it is for those that are shown.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForest::contributions`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0, 0.0], [1.0, 0.0], [1.0, 9.0]];
    /// let detector = OutlierDetector::fit(&IsolationForest::params(), &x)?;
    /// let reasons = detector.reasons(&x, 2)?;
    /// assert_eq!((reasons[2][0].feature, reasons[2][0].value), (1, 9.0));
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn reasons(&self, x: &ArrayRef2<f64>, n: usize) -> Result<Vec<Vec<Reason>>, Error> {
        let contributions = self.forest.contributions(x)?;
        let rows = x.rows().into_iter().zip(contributions.rows());
        let reasons = rows.map(|(row, contributions)| {
            let parts = row.iter().zip(contributions).zip(&self.typical).enumerate();
            let mut reasons: Vec<Reason> = parts
                .map(|(feature, ((&value, &contribution), &typical))| Reason {
                    feature,
                    contribution,
                    value,
                    typical,
                })
                .filter(|reason| reason.contribution > 0.0)
                .collect();
            reasons.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
            reasons.truncate(n);
            reasons
        });
        Ok(reasons.collect())
    }
}
