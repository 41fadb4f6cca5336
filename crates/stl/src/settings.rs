//! What the parameters of a decomposition come to.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The degree of the polynomial that LOESS fits to a window.
///
/// ```
/// use oddsift_stl::{Degree, Stl};
///
/// let settings = Stl::params(12).seasonal_degree(Degree::Constant).settings()?;
/// assert_eq!(settings.seasonal.degree, Degree::Constant);
/// assert_eq!(settings.trend.degree, Degree::Linear);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Degree {
    /// A weighted mean: degree 0.
    Constant,
    /// A weighted line: degree 1, the default.
    #[default]
    Linear,
}

impl FromStr for Degree {
    type Err = Error;

    /// Reads `0` or `1`.
    ///
    /// # Errors
    ///
    /// [`Error::DegreeText`] for another text.
    ///
    /// ```
    /// assert_eq!("0".parse(), Ok(oddsift_stl::Degree::Constant));
    /// ```
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "0" => Ok(Self::Constant),
            "1" => Ok(Self::Linear),
            _ => Err(Error::DegreeText),
        }
    }
}

/// Which of the three smoothers a parameter belongs to.
///
/// ```
/// use oddsift_stl::{Component, Error, Stl};
///
/// let error = Stl::params(12).low_pass_jump(0).fit(&[1.0]).unwrap_err();
/// assert_eq!(error, Error::Jump(Component::LowPass));
/// assert_eq!(error.to_string(), "the low_pass jump must be at least 1, got 0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Component {
    /// The smoother of the cycle-subseries.
    Seasonal,
    /// The smoother of the trend.
    Trend,
    /// The smoother that takes the low frequencies out of the season.
    LowPass,
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Seasonal => "seasonal",
            Self::Trend => "trend",
            Self::LowPass => "low_pass",
        })
    }
}

/// One smoother: how wide, which polynomial, how many positions at a time.
///
/// ```
/// use oddsift_stl::{Degree, Stl};
///
/// let trend = Stl::params(24).settings()?.trend;
/// assert_eq!((trend.window, trend.degree, trend.jump), (47, Degree::Linear, 1));
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Smoothing {
    /// Points in a window, odd; for the season these are cycles.
    pub window: usize,
    /// What is fitted to them.
    pub degree: Degree,
    /// The fit is made every `jump` positions, and straight lines join them.
    pub jump: usize,
}

/// The parameters of a decomposition with every default filled in.
///
/// ```
/// use oddsift_stl::Stl;
///
/// let settings = Stl::params(24).robust(true).settings()?;
/// assert_eq!((settings.trend.window, settings.low_pass.window), (47, 25));
/// assert_eq!((settings.inner_iter, settings.outer_iter), (2, 15));
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Settings {
    /// Values in a cycle.
    pub period: usize,
    /// The smoother of the cycle-subseries.
    pub seasonal: Smoothing,
    /// The smoother of the trend.
    pub trend: Smoothing,
    /// The smoother that takes the low frequencies out of the season.
    pub low_pass: Smoothing,
    /// Passes of the inner loop in each pass of the outer one.
    pub inner_iter: usize,
    /// How often robustness weights are computed.
    pub outer_iter: usize,
}

impl Settings {
    /// Passes of the inner loop in all.
    pub(crate) fn n_passes(&self) -> usize {
        self.outer_iter.saturating_add(1).saturating_mul(self.inner_iter)
    }

    pub(crate) fn check(self) -> Result<Self, Error> {
        let Self { period, seasonal, trend, low_pass, .. } = self;
        if period < 2 {
            return Err(Error::Period(period));
        }
        if seasonal.window < 3 || seasonal.window.is_multiple_of(2) {
            return Err(Error::SeasonalWindow(seasonal.window));
        }
        for (component, Smoothing { window, .. }) in
            [(Component::Trend, trend), (Component::LowPass, low_pass)]
        {
            if window <= period || window.is_multiple_of(2) {
                return Err(Error::Window { component, window, period });
            }
        }
        for (component, Smoothing { jump, .. }) in [
            (Component::Seasonal, seasonal),
            (Component::Trend, trend),
            (Component::LowPass, low_pass),
        ] {
            if jump == 0 {
                return Err(Error::Jump(component));
            }
        }
        if self.inner_iter == 0 {
            return Err(Error::InnerIter);
        }
        Ok(self)
    }
}

/// The smallest odd number that is at least `1.5 period / (1 - 1.5 / seasonal)`: Cleveland et al.
/// (1990), section 4.5. Windows too small for it, which are errors, give no default.
pub(crate) fn default_trend(period: usize, seasonal: usize) -> usize {
    let least = 1.5 * period as f64 / (1.0 - 1.5 / seasonal as f64);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast saturates, and a negative number is of a seasonal window that is an error"
    )]
    let least = least.ceil() as usize;
    least | 1
}

/// The smallest odd number above the period.
pub(crate) fn default_low_pass(period: usize) -> usize {
    period.saturating_add(1) | 1
}
