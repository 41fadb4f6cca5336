use ndarray::{ArrayRef2, Axis};
use oddsift_iforest::IsolationForest;

use crate::{Error, Evidence, Outlier, OutlierParams, Outliers, Reason, Training};

/// An isolation forest that gives its reasons: it knows how the values of the rows it was fitted to are spread.
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
/// assert_eq!(first.reasons[0].text(&["commandlineLen"]), "commandlineLen 4120 (above 31: 1 row of 200)");
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OutlierDetector {
    forest: IsolationForest,
    training: Training,
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
    pub(crate) fn fitted(forest: IsolationForest, training: Training) -> Self {
        Self { forest, training }
    }

    /// Joins the parts.
    ///
    /// # Errors
    ///
    /// [`Error::StoredTraining`] if the counts are not of the forest's features, or contradict each
    /// other.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_iforest::IsolationForest, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().fit(&array![[1.0], [2.0]])?;
    /// let (forest, training) = (detector.forest().clone(), detector.training().clone());
    /// assert_eq!(OutlierDetector::new(forest, training.clone())?, detector);
    /// let other = IsolationForest::params().fit(&array![[1.0, 2.0]])?;
    /// assert!(OutlierDetector::new(other, training).is_err());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn new(forest: IsolationForest, training: Training) -> Result<Self, Error> {
        training.check(forest.n_features())?;
        Ok(Self { forest, training })
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

    /// What is known of the training rows: the counts of which reasons are made.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let detector = OutlierDetector::params().fit(&array![[1.0], [1.0]])?;
    /// assert_eq!(detector.training().n_rows(), 2);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn training(&self) -> &Training {
        &self.training
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

    /// Up to `n` reasons for each row of `x`: of the features that shorten its path, the one that does
    /// so most first, those whose value few training rows are near, or have together with another
    /// feature's. Where no value is rare, the least common one is the only reason.
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
        Ok(rows.map(|(row, parts)| self.reasons_of(&row.to_vec(), &parts.to_vec(), n)).collect())
    }

    fn reasons_of(&self, vector: &[f64], contributions: &[f64], n: usize) -> Vec<Reason> {
        let mut order: Vec<usize> =
            (0..vector.len()).filter(|it| contributions[*it] > 0.0).collect();
        order.sort_by(|a, b| contributions[*b].total_cmp(&contributions[*a]));
        let reason = |feature: usize, evidence| Reason {
            feature,
            contribution: contributions[feature],
            value: vector[feature],
            evidence,
            n_rows: self.training.n_rows(),
        };
        let mut reasons: Vec<Reason> = Vec::new();
        for &feature in order.iter().take_while(|_| n > 0) {
            let alone = self.training.alone(feature, vector[feature]);
            let evidence = alone.or_else(|| self.training.together(feature, vector));
            reasons.extend(evidence.map(|evidence| reason(feature, evidence)));
        }
        if reasons.is_empty() {
            let all = order.iter().take_while(|_| n > 0);
            let said =
                all.filter_map(|&it| Some(reason(it, self.training.anyhow(it, vector[it])?)));
            reasons.extend(said.min_by_key(|reason| reason.evidence.rows()));
        }
        without_repetition(&mut reasons);
        reasons.truncate(n);
        reasons
    }
}

/// Two values that are rare together are told once.
fn without_repetition(reasons: &mut Vec<Reason>) {
    let mut told: Vec<[usize; 2]> = Vec::new();
    reasons.retain(|reason| {
        let Evidence::With { feature, .. } = reason.evidence else { return true };
        let is_told = told.contains(&[feature, reason.feature]);
        told.push([reason.feature, feature]);
        !is_told
    });
}
