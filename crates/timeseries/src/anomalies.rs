//! What came out.

use oddsift_timespan::{Period, TimeSpan, Timestamp};

use crate::{Error, Signs, TsParams, extract_anomaly_periods, set_new_anomaly_threshold};

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
/// let spikes: Vec<usize> = found.flagged().filter(|it| it.flag == 1).map(|it| it.row).collect();
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

    /// The periods that the series was decomposed by, in points; the spans of time that hold anomalies
    /// are [`anomaly_periods`](Self::anomaly_periods).
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

    /// The anomalies: what is flagged, in order of time.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 96];
    /// points[40].1 = 0.0;
    /// let found = Anomalies::params().fit(&Series::as_given(&points))?;
    /// let dip = found.flagged().find(|anomaly| anomaly.flag == -1).unwrap();
    /// assert_eq!((dip.row, dip.value), (40, 0.0));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn flagged(&self) -> impl Iterator<Item = Anomaly> {
        let flagged = self.flags.iter().enumerate().filter(|(_, flag)| **flag != 0);
        flagged.map(|(row, flag)| Anomaly {
            row,
            time: self.times[row],
            value: self.values[row],
            baseline: self.baseline[row],
            score: self.score[row],
            flag: *flag,
        })
    }

    /// The spans of time around anomalies, near ones joined: [`extract_anomaly_periods`] of the times
    /// and flags. `merge` is the length of the bins that are joined, such as an hour.
    ///
    /// # Errors
    ///
    /// [`Error::Time`] for a `merge` that is zero or negative, or a span that leaves the years 1 to
    /// 9999.
    ///
    /// ```
    /// use oddsift_timeseries::{Anomalies, Fill, Series, Signs, Timestamp};
    ///
    /// let mut points: Vec<(Timestamp, f64)> =
    ///     (0..96).map(|hour| (Timestamp::constant(3600 * hour, 0), (hour % 24 / 8) as f64)).collect();
    /// points[40].1 += 30.0;
    /// let found = Anomalies::params().fit(&Series::from_points(&points, Fill::Error)?)?;
    /// let spans = found.anomaly_periods("1h".parse()?, Signs::Positive)?;
    /// assert_eq!(spans[0].to_string(), "1970-01-02T15:00:00Z/1970-01-02T17:00:00Z");
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[doc(alias = "extract_anomaly_periods")]
    #[doc(alias = "find_anomaly_periods")]
    pub fn anomaly_periods(&self, merge: Period, signs: Signs) -> Result<Vec<TimeSpan>, Error> {
        extract_anomaly_periods(&self.times, &self.flags, merge, signs)
    }

    /// The same series with flags by other thresholds, as [`set_new_anomaly_threshold`] sets them.
    ///
    /// # Errors
    ///
    /// [`Error::Threshold`] for a threshold that is negative, NaN or infinite.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 96];
    /// points[40].1 = 0.0;
    /// let found = Anomalies::params().fit(&Series::as_given(&points))?;
    /// assert!(found.flagged().count() > 0);
    /// assert_eq!(found.with_threshold(99.0, None)?.flagged().count(), 0);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[doc(alias = "set_new_anomaly_threshold")]
    pub fn with_threshold(self, threshold: f64, threshold_low: Option<f64>) -> Result<Self, Error> {
        let flags = set_new_anomaly_threshold(&self.score, threshold, threshold_low)?;
        Ok(Self { flags, ..self })
    }
}

/// A time that is flagged, with what is known of it; see [`Anomalies::flagged`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anomaly {
    /// The position in the series, from 0.
    pub row: usize,
    /// The time.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
    /// The expected value: trend and season.
    pub baseline: f64,
    /// The score of what the value has beyond the baseline, below 0 for a dip.
    pub score: f64,
    /// 1 for a spike, -1 for a dip.
    pub flag: i8,
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
        // A feature of serde_json, which another crate may turn on, decides their order.
        let mut names: Vec<&String> = found.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, expected);
    }

    #[test]
    fn serialised_parameters_read_back() {
        let params = Anomalies::params().period("1D".parse().unwrap()).threshold_low(Some(2.0));
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<TsParams>(&text).unwrap(), params);
    }
}
