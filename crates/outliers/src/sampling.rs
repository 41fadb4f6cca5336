/// How much rows that repeat count when the samples of trees are drawn from distinct rows.
///
/// The larger the weight of repeats, the more a sample is like the log, and the longer the paths of what
/// is common. Where few events make most of a log and the features tell them apart, samples of rows hold
/// little else, and smaller weights leave room for the rest; where the features take all that is common
/// for alike, as [`ProcessRarity`](crate::ProcessRarity) does, rows are best.
///
/// ```
/// use oddsift_outliers::Sampling;
///
/// assert_eq!(Sampling::Root.weight(100), 10.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Sampling {
    /// By the number of rows, as if each row could be drawn.
    #[default]
    Rows,
    /// By its square root.
    Root,
    /// By its logarithm.
    Log,
    /// All alike.
    Distinct,
}

impl Sampling {
    /// Returns the weight of a distinct row that occurs `count` times.
    ///
    /// ```
    /// # use oddsift_outliers::Sampling;
    /// assert_eq!((Sampling::Rows.weight(7), Sampling::Log.weight(7)), (7.0, 3.0));
    /// assert_eq!(Sampling::Distinct.weight(7), 1.0);
    /// ```
    #[must_use]
    pub fn weight(self, count: u64) -> f64 {
        let count = count as f64;
        match self {
            Self::Rows => count,
            Self::Root => count.sqrt(),
            // The same on every platform.
            Self::Log => libm::log2(1.0 + count),
            Self::Distinct => 1.0,
        }
    }
}
