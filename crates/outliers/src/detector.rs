use ndarray::{ArrayRef2, Axis};
use oddsift_iforest::IsolationForest;

use crate::{Error, Outlier, OutlierParams, Outliers, Reason, Typical};

/// An isolation forest that gives its reasons: it knows what is typical of the rows it was fitted to.
///
/// ```
/// use ndarray::Array2;
/// use oddsift_outliers::OutlierDetector;
///
/// // Lengths from 12 to 31 and one of 4120; the second column says nothing.
/// let mut x = Array2::from_shape_fn((200, 2), |(row, column)| if column == 0 { (12 + row % 20) as f64 } else { 1.0 });
/// x[[7, 0]] = 4120.0;
/// let detector = OutlierDetector::params().seed(1).fit(&x)?;
///
/// let found = detector.top(&x, 1)?;
/// let first = &found.rows()[0];
/// assert_eq!((first.row, first.reasons.len()), (7, 1));
/// assert_eq!(first.reasons[0].text("commandlineLen"), "commandlineLen 4120 (typical 12 to 31)");
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OutlierDetector {
    forest: IsolationForest,
    typical: Vec<Typical>,
}

impl OutlierDetector {
    /// The parameters, at their defaults.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().n_trees(20).fit(&array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().n_trees(), 20);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[must_use]
    pub fn params() -> OutlierParams {
        OutlierParams::default()
    }

    /// A detector that was fitted, and needs no check.
    pub(crate) fn fitted(forest: IsolationForest, typical: Vec<Typical>) -> Self {
        Self { forest, typical }
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
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().n_trees(5).fit(&array![[1.0], [2.0]])?;
    /// assert_eq!(detector.forest().n_trees(), 5);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn forest(&self) -> &IsolationForest {
        &self.forest
    }

    /// The typical range of each feature.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().fit(&array![[1.0], [1.0]])?;
    /// assert_eq!(detector.typical()[0].to_string(), "1");
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn typical(&self) -> &[Typical] {
        &self.typical
    }

    /// The outliers among the rows of `x`, of shape `(n_rows, n_features)`, each with its reasons: the
    /// rows whose score is below the forest's offset, lowest score first.
    ///
    /// Time is that of scoring the rows, and of the [reasons](Self::reasons) of those found.
    ///
    /// # Errors
    ///
    /// [`Error::Forest`] as [`IsolationForest::score_samples`].
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0, 5.0], [1.1, 5.2], [0.9, 5.1], [1.0, 4.9], [9.0, 5.0]];
    /// let found = OutlierDetector::params().fit(&x)?.outliers(&x)?;
    /// for outlier in &found {
    ///     println!("row {}: {:.3}, feature {}", outlier.row, outlier.score, outlier.reasons[0].feature);
    /// }
    /// assert_eq!((found.rows()[0].row, found.rows()[0].reasons[0].feature), (4, 0));
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    #[doc(alias = "predict")]
    pub fn outliers(&self, x: &ArrayRef2<f64>) -> Result<Outliers, Error> {
        let scores = self.forest.score_samples(x)?;
        let n = scores.iter().filter(|score| **score - self.forest.offset() < 0.0).count();
        self.first(x, &scores, n)
    }

    /// The `n` rows of `x` with the lowest scores, outliers or not, each with its reasons; lowest score
    /// first, then in row order.
    ///
    /// # Errors
    ///
    /// As [`outliers`](Self::outliers).
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0], [1.0], [1.0]];
    /// let detector = OutlierDetector::params().fit(&x)?;
    /// assert!(detector.outliers(&x)?.is_empty());
    /// assert_eq!(detector.top(&x, 2)?.rows()[1].row, 1);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn top(&self, x: &ArrayRef2<f64>, n: usize) -> Result<Outliers, Error> {
        self.first(x, &self.forest.score_samples(x)?, n)
    }

    /// The rows of the `n` lowest scores.
    fn first(&self, x: &ArrayRef2<f64>, scores: &[f64], n: usize) -> Result<Outliers, Error> {
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        order.truncate(n);
        let vectors = x.select(Axis(0), &order);
        let reasons = self.reasons(&vectors, usize::MAX)?;
        let outlier = |(row, reasons): (usize, Vec<Reason>)| Outlier {
            row,
            score: scores[row],
            decision: scores[row] - self.forest.offset(),
            reasons,
        };
        let rows = order.into_iter().zip(reasons).map(outlier).collect();
        Ok(Outliers::new(rows, vectors))
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
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0, 0.0], [1.0, 0.0], [1.0, 9.0]];
    /// let detector = OutlierDetector::params().fit(&x)?;
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
