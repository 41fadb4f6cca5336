//! What came out.

use oddsift_timespan::Timestamp;

use crate::TsParams;

/// A series with its parts, its scores and its flags: one of each for each time.
///
/// `trend + seasonal` is the baseline, and the residual what the value has beyond it. About 75 bytes a
/// point.
///
/// ```
/// use oddsift_timeseries::{Anomalies, Fill, Series, Timestamp};
///
/// let mut points: Vec<(Timestamp, f64)> = (0..96)
///     .map(|hour| (Timestamp::constant(3600 * hour, 0), 50.0 + (hour % 24 / 8) as f64))
///     .collect();
/// points[40].1 += 30.0;
/// let found = Anomalies::params().fit(&Series::from_points(&points, Fill::Error)?)?;
/// let spikes: Vec<usize> = (0..96).filter(|&row| found.anomalies()[row] == 1).collect();
/// assert_eq!(spikes, [40]);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Anomalies {
    pub(crate) group: Option<String>,
    pub(crate) periods: Vec<usize>,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) values: Vec<f64>,
    pub(crate) residual: Vec<f64>,
    pub(crate) trend: Vec<f64>,
    pub(crate) seasonal: Vec<f64>,
    pub(crate) weights: Vec<f64>,
    pub(crate) baseline: Vec<f64>,
    pub(crate) score: Vec<f64>,
    #[cfg_attr(feature = "serde", serde(rename = "anomalies"))]
    pub(crate) flags: Vec<i8>,
}

impl Anomalies {
    /// Parameters with msticpy's defaults: period 24 points, seasonal window 7, z-score, threshold 3.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Season};
    /// let params = Anomalies::params();
    /// assert_eq!(params, params.clone().period(Season::Points(24)).threshold(3.0));
    /// ```
    #[must_use]
    pub fn params() -> TsParams {
        TsParams::default()
    }

    /// The group of the series.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]).with_group(Some("dc01".into()));
    /// assert_eq!(Anomalies::params().fit(&series)?.group(), Some("dc01"));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The periods that the series was decomposed by, in points.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.periods(), [24]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn periods(&self) -> &[usize] {
        &self.periods
    }

    /// The times, in order.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.times(), series.times());
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// The values, NaN where one is missing.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.values(), [1.0; 48]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// What a value has beyond the baseline, NaN where it is missing.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert!(Anomalies::params().fit(&series)?.residual()[7].abs() < 1e-9);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[doc(alias = "remainder")]
    pub fn residual(&self) -> &[f64] {
        &self.residual
    }

    /// What changes slowly.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert!((Anomalies::params().fit(&series)?.trend()[7] - 1.0).abs() < 1e-9);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn trend(&self) -> &[f64] {
        &self.trend
    }

    /// What comes back every period; with several periods the sum of their seasons.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert!(Anomalies::params().fit(&series)?.seasonal()[7].abs() < 1e-9);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn seasonal(&self) -> &[f64] {
        &self.seasonal
    }

    /// Robustness weights from 0 to 1, all 1 unless the decomposition is robust; 0 for missing values.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.weights(), [1.0; 48]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// What was to be expected: trend and season.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let found = Anomalies::params().fit(&series)?;
    /// assert_eq!(found.baseline()[7], found.seasonal()[7] + found.trend()[7]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn baseline(&self) -> &[f64] {
        &self.baseline
    }

    /// How odd the residual is, below 0 for a dip; NaN where it is undefined, for missing values.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.score(), [0.0; 48]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn score(&self) -> &[f64] {
        &self.score
    }

    /// The flags: 1 for a spike, -1 for a dip, else 0.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// assert_eq!(Anomalies::params().fit(&series)?.anomalies(), [0; 48]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn anomalies(&self) -> &[i8] {
        &self.flags
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::{Series, Timestamp};

    #[test]
    fn serialised_columns_have_the_names_of_a_table() {
        let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
        let found = serde_json::to_value(Anomalies::params().fit(&series).unwrap()).unwrap();
        let expected = [
            "anomalies",
            "baseline",
            "group",
            "periods",
            "residual",
            "score",
            "seasonal",
            "times",
            "trend",
            "values",
            "weights",
        ];
        assert!(found.as_object().unwrap().keys().eq(expected));
    }

    #[test]
    fn serialised_parameters_read_back() {
        let params = Anomalies::params().period("1D".parse().unwrap()).threshold_low(Some(2.0));
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<TsParams>(&text).unwrap(), params);
    }
}
