//! What a search for periods finds.

use std::fmt;

/// A period that was found.
///
/// ```
/// use oddsift_stl::find_periods;
///
/// let y: Vec<f64> = (0..120).map(|i| f64::from(i % 12)).collect();
/// let found = find_periods(&y)?.periods()[0];
/// assert_eq!(found.period, 12);
/// assert!(found.strength > 0.9 && found.autocorrelation > 0.9);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FoundPeriod {
    /// Values in a cycle.
    pub period: usize,
    /// The share, from 0 to 1, of the variance about the moving average that the mean cycle explains.
    pub strength: f64,
    /// How values a period apart correlate, once the moving average and the periods that were found
    /// before are taken away.
    pub autocorrelation: f64,
}

/// Why no period was found.
///
/// ```
/// use oddsift_stl::{NoPeriod, find_periods};
///
/// assert_eq!(find_periods(&[5.0; 100])?.none_found(), Some(NoPeriod::Constant));
/// assert_eq!(NoPeriod::Constant.to_string(), "the values are all the same or on a straight line");
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum NoPeriod {
    /// There are too few values.
    TooShort {
        /// Values that are not missing.
        n: usize,
        /// How many it takes.
        least: usize,
    },
    /// All values are the same or on a straight line.
    Constant,
    /// No frequency stands out.
    NoPeak,
    /// A frequency stands out, but the series does not repeat at its period.
    NotRepeated {
        /// The period of the strongest such frequency.
        period: usize,
    },
}

impl fmt::Display for NoPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { n, least } => {
                write!(f, "{n} values are too few to find a period in, it takes {least}")
            }
            Self::Constant => write!(f, "the values are all the same or on a straight line"),
            Self::NoPeak => write!(f, "no frequency stands out of its neighbours"),
            Self::NotRepeated { period } => {
                write!(f, "a frequency stands out, but values {period} apart are not alike")
            }
        }
    }
}

/// The periods of a series, or why there is none; made by [`find_periods`](crate::find_periods).
///
/// ```
/// use oddsift_stl::find_periods;
///
/// let y: Vec<f64> = (0..120).map(|i| f64::from(i % 12)).collect();
/// let search = find_periods(&y)?;
/// assert_eq!(search.strongest().map(|found| found.period), Some(12));
/// assert_eq!(search.none_found(), None);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PeriodSearch {
    pub(crate) periods: Vec<FoundPeriod>,
    pub(crate) none_found: Option<NoPeriod>,
}

impl PeriodSearch {
    /// What was found, strongest first.
    ///
    /// ```
    /// # use oddsift_stl::find_periods;
    /// assert!(find_periods(&[1.0; 50])?.periods().is_empty());
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn periods(&self) -> &[FoundPeriod] {
        &self.periods
    }

    /// The period that explains most of the variance.
    ///
    /// ```
    /// # use oddsift_stl::find_periods;
    /// assert_eq!(find_periods(&[1.0; 50])?.strongest(), None);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn strongest(&self) -> Option<FoundPeriod> {
        self.periods.first().copied()
    }

    /// Why there is none, `None` where there is one.
    ///
    /// ```
    /// # use oddsift_stl::{NoPeriod, find_periods};
    /// let too_short = NoPeriod::TooShort { n: 2, least: 24 };
    /// assert_eq!(find_periods(&[1.0, 2.0])?.none_found(), Some(too_short));
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn none_found(&self) -> Option<NoPeriod> {
        self.none_found
    }
}
