/// Why a row is unusual: one feature, how much of the row's score it is responsible for, and what is
/// true of its value among the training rows.
///
/// ```
/// use oddsift_outliers::{Evidence, Reason};
///
/// let evidence = Evidence::Above { bound: 310.0, rows: 1 };
/// let reason = Reason { feature: 0, contribution: 2.5, value: 4120.0, evidence, n_rows: 200 };
/// assert_eq!(reason.text(&["commandlineLen"]), "commandlineLen 4120 (above 310: 1 row of 200)");
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
    /// How few training rows are like it.
    pub evidence: Evidence,
    /// The number of training rows.
    pub n_rows: u64,
}

/// How many training rows are where a value is. The row itself counts if it was trained on.
///
/// ```
/// use oddsift_outliers::Evidence;
///
/// assert_eq!(Evidence::Between { low: 9108.0, high: 12225.0, rows: 1 }.rows(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// So many have a value above the next lower one that is known.
    Above {
        /// That value, which is below the row's.
        bound: f64,
        /// The rows.
        rows: u64,
    },
    /// So many have a value below the next higher one that is known.
    Below {
        /// That value, which is above the row's.
        bound: f64,
        /// The rows.
        rows: u64,
    },
    /// So many have a value between the two that are next to it.
    Between {
        /// The next lower value.
        low: f64,
        /// The next higher value.
        high: f64,
        /// The rows.
        rows: u64,
    },
    /// So many have this value together with that of another feature; either is more common.
    With {
        /// The other feature.
        feature: usize,
        /// Its value.
        value: f64,
        /// The rows.
        rows: u64,
    },
}

impl Evidence {
    /// Returns the number of rows.
    ///
    /// ```
    /// # use oddsift_outliers::Evidence;
    /// assert_eq!(Evidence::Below { bound: 3.0, rows: 2 }.rows(), 2);
    /// ```
    pub fn rows(&self) -> u64 {
        match *self {
            Self::Above { rows, .. }
            | Self::Below { rows, .. }
            | Self::Between { rows, .. }
            | Self::With { rows, .. } => rows,
        }
    }
}

impl Reason {
    /// Returns it in words: the feature's name, the value, and how many training rows are where it is.
    /// `names` are those of all features.
    ///
    /// ```
    /// # use oddsift_outliers::{Evidence, Reason};
    /// let evidence = Evidence::With { feature: 1, value: 2.0, rows: 1 };
    /// let reason = Reason { feature: 0, contribution: 0.1, value: 5.0, evidence, n_rows: 363 };
    /// let names = ["commandlineLen", "commandlineTokensFull"];
    /// assert_eq!(reason.text(&names), "commandlineLen 5 with commandlineTokensFull 2 (1 row of 363)");
    /// ```
    pub fn text<S: AsRef<str>>(&self, names: &[S]) -> String {
        let name = |feature: usize| names.get(feature).map_or("", AsRef::as_ref);
        let (own, value) = (name(self.feature), number(self.value));
        let rows = format!("{} of {}", counted(self.evidence.rows()), self.n_rows);
        match self.evidence {
            Evidence::Above { bound, .. } => {
                format!("{own} {value} (above {}: {rows})", number(bound))
            }
            Evidence::Below { bound, .. } => {
                format!("{own} {value} (below {}: {rows})", number(bound))
            }
            Evidence::Between { low, high, .. } => {
                format!("{own} {value} (between {} and {}: {rows})", number(low), number(high))
            }
            Evidence::With { feature, value: other, .. } => {
                format!("{own} {value} with {} {} ({rows})", name(feature), number(other))
            }
        }
    }
}

/// So many rows, in words.
pub(crate) fn counted(rows: u64) -> String {
    match rows {
        0 => "no row".to_owned(),
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

/// A number as a person reads it: whole ones in full, others to six digits.
pub(crate) fn number(value: f64) -> String {
    /// Whole numbers below are exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        // Zero has no sign for people.
        return format!("{:.0}", value + 0.0);
    }
    let rounded = format!("{value:.5e}").parse().unwrap_or(value);
    if (1e-4..1e15).contains(&f64::abs(rounded)) {
        rounded.to_string()
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_a_wall_of_digits() {
        for (value, text) in [
            (4120.0, "4120"),
            (-0.0, "0"),
            (0.123_456_789, "0.123457"),
            (1e300, "1e300"),
            (1234.5, "1234.5"),
            (2.5e-7, "2.5e-7"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
