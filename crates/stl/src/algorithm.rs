//! The decomposition and its accessors.

use ndarray::{ArrayView1, aview1};

use crate::{Settings, StlParams};

/// A series in parts: `trend + seasonal + remainder` is the series.
///
/// All parts have its length and its unit; each is there as a slice and as an array. Where a value is missing, trend and season are what the
/// smoothers have there and the remainder is NaN; the weight is 0.
///
/// ```
/// use oddsift_stl::Stl;
///
/// let mut y: Vec<f64> = (0..72).map(|i| 10.0 + f64::from(i % 24) + 0.01 * f64::from(i * i % 7)).collect();
/// y[40] += 50.0;
/// let fit = Stl::params(24).robust(true).fit(&y)?;
/// assert!(fit.remainder()[40] > 40.0);
/// assert_eq!(fit.weights()[40], 0.0);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Stl {
    pub(crate) settings: Settings,
    pub(crate) trend: Vec<f64>,
    pub(crate) seasonal: Vec<f64>,
    pub(crate) remainder: Vec<f64>,
    pub(crate) weights: Vec<f64>,
}

impl Stl {
    /// Parameters with their defaults, for cycles of `period` values, at least 2.
    ///
    /// Seasonal window 7, trend and low-pass windows by the period, lines, no jumps, not robust.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let y: Vec<f64> = (0..48).map(|i| f64::from(i % 24)).collect();
    /// assert_eq!(Stl::params(24).fit(&y)?.seasonal().len(), 48);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    #[must_use]
    pub fn params(period: usize) -> StlParams {
        StlParams::new(period)
    }

    /// The parameters of the fit, with every default filled in.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// assert_eq!(Stl::params(24).fit(&[1.0; 50])?.settings().trend.window, 47);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    #[doc(alias = "config")]
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// What changes slowly: one value for each of the series, in its unit.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let y: Vec<f64> = (0..48).map(f64::from).collect();
    /// assert!((Stl::params(12).fit(&y)?.trend()[20] - 20.0).abs() < 1e-12);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn trend(&self) -> &[f64] {
        &self.trend
    }

    /// What comes back every period, about zero: one value for each of the series, in its unit.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let y: Vec<f64> = (0..48).map(|i| f64::from(i % 2)).collect();
    /// assert!((Stl::params(2).fit(&y)?.seasonal()[20] + 0.5).abs() < 1e-12);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn seasonal(&self) -> &[f64] {
        &self.seasonal
    }

    /// What is left: `y - seasonal - trend`, NaN where the value is missing.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let fit = Stl::params(2).fit(&[1.0, 3.0, 1.0, f64::NAN, 1.0, 3.0])?;
    /// assert!(fit.remainder()[3].is_nan() && fit.remainder()[2].abs() < 1.0);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    #[doc(alias = "resid")]
    #[doc(alias = "residual")]
    pub fn remainder(&self) -> &[f64] {
        &self.remainder
    }

    /// Robustness weights from 0 (an outlier, or missing) to 1; all 1 where `outer_iter` is 0 and
    /// nothing is missing.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let fit = Stl::params(2).fit(&[1.0, 3.0, 1.0, f64::NAN, 1.0])?;
    /// assert_eq!(fit.weights(), [1.0, 1.0, 1.0, 0.0, 1.0]);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The [`trend`](Self::trend) as an array.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let y = ndarray::Array1::linspace(0.0, 47.0, 48);
    /// let fit = Stl::params(12).fit(&y)?;
    /// let level = &y - &fit.trend_array();
    /// assert!(level.iter().all(|value| value.abs() < 1e-9));
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn trend_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.trend)
    }

    /// The [season](Self::seasonal) as an array.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let fit = Stl::params(12).fit(&[1.0; 48])?;
    /// assert!(fit.seasonal_array().sum().abs() < 1e-9);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn seasonal_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.seasonal)
    }

    /// The [`remainder`](Self::remainder) as an array.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// let y = ndarray::Array1::from_elem(48, 3.0);
    /// let fit = Stl::params(12).fit(&y)?;
    /// let sum = &fit.trend_array() + &fit.seasonal_array() + &fit.remainder_array();
    /// assert!((sum - y).iter().all(|rest| rest.abs() < 1e-12));
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn remainder_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.remainder)
    }

    /// The robustness [`weights`](Self::weights) as an array.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// assert_eq!(Stl::params(12).fit(&[1.0; 48])?.weights_array().sum(), 48.0);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn weights_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.weights)
    }
}
