//! What can be wrong with parameters or data.

use oddsift_ground::Stop;

use crate::Component;

/// Why a series could not be decomposed: a parameter out of range or a value that is no number.
///
/// ```
/// use oddsift_stl::{Error, Stl};
///
/// let error = Stl::params(1).fit(&[1.0, 2.0]).unwrap_err();
/// assert_eq!(error, Error::Period(1));
/// assert_eq!(error.to_string(), "period must be at least 2 values, got 1");
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is no degree.
    #[error("must be 0 or 1")]
    DegreeText,
    /// The period is 0 or 1.
    #[error("period must be at least 2 values, got {0}")]
    Period(usize),
    /// The seasonal window is even or below 3.
    #[error("the seasonal window must be odd and at least 3, got {0}")]
    SeasonalWindow(usize),
    /// The window of the trend or of the low-pass filter is even or not above the period.
    #[error(
        "the {component} window must be odd and above the period of {period}, got {window}; leave it out for the default"
    )]
    Window {
        /// Which window.
        component: Component,
        /// What it was to be.
        window: usize,
        /// What it must be above.
        period: usize,
    },
    /// A jump is zero.
    #[error("the {0} jump must be at least 1, got 0")]
    Jump(Component),
    /// There is no pass of the inner loop.
    #[error("inner_iter must be at least 1, got 0")]
    InnerIter,
    /// A value is infinite.
    #[error("value {index} is {value}; drop it or replace it by NaN, which is a missing value")]
    Infinite {
        /// Which value, counted from 0.
        index: usize,
        /// Which infinity.
        value: f64,
    },
    /// There is no period to decompose by.
    #[error("no period was given, pass at least one")]
    NoPeriods,
    /// A period was given twice.
    #[error("period {0} was given twice, pass each period once")]
    RepeatedPeriod(usize),
    /// There is not one seasonal window for each period.
    #[error("{n_windows} windows for {n_periods} periods, pass one window a period or none")]
    Windows {
        /// How many windows there are.
        n_windows: usize,
        /// How many periods there are.
        n_periods: usize,
    },
    /// There is no round over the periods.
    #[error("iterate must be at least 1, got 0")]
    Iterate,
    /// Every period is half the series or longer.
    #[error(
        "{n} values hold no two cycles and a value of the shortest period, which is {period}; it takes {}", 2 * period + 1
    )]
    TooShort {
        /// How many values there are.
        n: usize,
        /// The shortest period.
        period: usize,
    },
    /// The callback said to stop.
    #[error("the decomposition was cancelled, call it again for a result")]
    Cancelled,
}

impl From<Stop> for Error {
    /// Nothing else stops a fit: it has no limit.
    fn from(_: Stop) -> Self {
        Self::Cancelled
    }
}
