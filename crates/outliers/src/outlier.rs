use ndarray::Array2;

use crate::Reason;

/// A row that stands out, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlier {
    /// The row of the matrix.
    pub row: usize,
    /// Its anomaly score, from -1 to 0; the lower, the more anomalous.
    pub score: f64,
    /// The score less the forest's offset: below 0 for an outlier.
    #[doc(alias = "decision_function")]
    pub decision: f64,
    /// The features that isolate it, the one that does so most first.
    pub reasons: Vec<Reason>,
}

/// Rows that stand out, lowest score first: what
/// [`OutlierDetector::outliers`](crate::OutlierDetector::outliers) and
/// [`OutlierDetector::top`](crate::OutlierDetector::top) give.
///
/// ```
/// use ndarray::Array2;
/// use oddsift_outliers::OutlierDetector;
///
/// let names = ["commandlineLen", "isSystemSession"];
/// let mut x = Array2::from_shape_fn((100, 2), |(row, column)| if column == 0 { (20 + row % 5) as f64 } else { 1.0 });
/// x[[4, 0]] = 640.0;
/// let found = OutlierDetector::params().fit(&x)?.outliers(&x)?;
/// let first = &found.rows()[0];
/// assert!(first.row == 4 && first.decision < 0.0);
/// let reasons: Vec<String> = first.reasons.iter().map(|it| it.text(&names)).collect();
/// assert_eq!(reasons, ["commandlineLen 640 (above 24: 1 row of 100)"]);
/// # Ok::<(), oddsift_outliers::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Outliers {
    rows: Vec<Outlier>,
    vectors: Array2<f64>,
}

impl Outliers {
    pub(crate) fn new(rows: Vec<Outlier>, vectors: Array2<f64>) -> Self {
        Self { rows, vectors }
    }

    /// The rows, lowest score first.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// # let x = array![[1.0], [2.0], [3.0], [90.0]];
    /// let found = OutlierDetector::params().fit(&x)?.top(&x, 3)?;
    /// assert!(found.rows().is_sorted_by(|a, b| a.score <= b.score));
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn rows(&self) -> &[Outlier] {
        &self.rows
    }

    /// The vectors of the rows in the same order, of shape `(n_outliers, n_features)`.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// # let x = array![[1.0], [2.0], [3.0], [90.0]];
    /// let found = OutlierDetector::params().fit(&x)?.top(&x, 1)?;
    /// assert_eq!(found.vectors(), &array![[90.0]]);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn vectors(&self) -> &Array2<f64> {
        &self.vectors
    }

    /// The number of rows.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// # let x = array![[1.0], [2.0], [3.0], [90.0]];
    /// assert_eq!(OutlierDetector::params().fit(&x)?.top(&x, 2)?.len(), 2);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if no row stands out.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// let x = array![[1.0], [1.0]];
    /// assert!(OutlierDetector::params().fit(&x)?.outliers(&x)?.is_empty());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, lowest score first.
    ///
    /// ```
    /// # use {ndarray::array, oddsift_outliers::OutlierDetector};
    /// # let x = array![[1.0], [2.0], [3.0], [90.0]];
    /// let found = OutlierDetector::params().fit(&x)?.top(&x, 1)?;
    /// assert_eq!(found.iter().map(|outlier| outlier.row).collect::<Vec<_>>(), [3]);
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, Outlier> {
        self.rows.iter()
    }
}

impl<'a> IntoIterator for &'a Outliers {
    type Item = &'a Outlier;
    type IntoIter = std::slice::Iter<'a, Outlier>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
