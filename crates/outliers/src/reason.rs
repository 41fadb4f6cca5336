use crate::{Typical, typical::number};

/// Why a row is odd: one feature, and how much of the row's oddness it is responsible for.
///
/// ```
/// use oddsift_outliers::{Reason, Typical};
///
/// let typical = Typical { low: 12.0, high: 310.0 };
/// let reason = Reason { feature: 0, contribution: 2.5, value: 4120.0, typical };
/// assert_eq!(reason.text("commandlineLen"), "commandlineLen 4120 (typical 12 to 310)");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    /// The feature, as a column of the matrix.
    pub feature: usize,
    /// By how many edges it shortens the row's mean path: the row's contributions, those that are
    /// not listed included, sum to the length that an average row's path is longer.
    pub contribution: f64,
    /// The row's value.
    pub value: f64,
    /// What most training rows have.
    pub typical: Typical,
}

impl Reason {
    /// In words: the feature's name, the value, the typical range.
    ///
    /// ```
    /// # use oddsift_outliers::{Reason, Typical};
    /// let typical = Typical { low: 0.0, high: 0.0 };
    /// let reason = Reason { feature: 2, contribution: 0.1, value: 1.0, typical };
    /// assert_eq!(reason.text("isSystemSession"), "isSystemSession 1 (typical 0)");
    /// ```
    pub fn text(&self, name: &str) -> String {
        format!("{name} {} (typical {})", number(self.value), self.typical)
    }
}
