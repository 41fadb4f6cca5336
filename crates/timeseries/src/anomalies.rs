//! What came out.

use oddsift_timespan::{Bins, TimeSpan, Timestamp};

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
    pub(crate) episode: Vec<u32>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) source: PeriodSource,
}

/// Where the periods of a decomposition come from.
///
/// ```
/// use oddsift_timeseries::{Anomalies, PeriodSource, Series, Timestamp};
///
/// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
/// assert_eq!(Anomalies::params().fit(&series)?.period_source(), PeriodSource::Given);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum PeriodSource {
    /// They were given.
    #[default]
    Given,
    /// One at least was found, and none is a guess.
    Found,
    /// None was found, and the usual one of 24 points was taken.
    Usual,
    /// None was found, and there is no season.
    Nothing,
}

/// How often other points at the same place of the season were as far out as one that is flagged; see
/// [`Anomalies::frequency`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Frequency {
    /// How many of them were as high, or for a dip as low.
    pub n_as_far: usize,
    /// How many there are, missing ones left out.
    pub n_others: usize,
    /// The period, in points; 0 without season, where all other points are counted.
    pub period: usize,
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

    /// The number of the episode that each point is in, from 1; 0 for none. All 0 unless
    /// [`TsParams::episodes`] asks for them.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 96];
    /// points[40].1 = 0.0;
    /// let found = Anomalies::params().episodes(true).fit(&Series::as_given(&points))?;
    /// assert!(found.episode()[40] > 0 && found.episode()[60] == 0);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn episode(&self) -> &[u32] {
        &self.episode
    }

    /// Where the [`periods`](Self::periods) come from.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, PeriodSource, Season, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let found = Anomalies::params().period(Season::Usual).fit(&series)?;
    /// assert_eq!((found.period_source(), found.periods()), (PeriodSource::Usual, [24].as_slice()));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn period_source(&self) -> PeriodSource {
        self.source
    }

    /// How often other points at the same place of the shortest season were as far out as the point at
    /// `row`: as high where it is above the baseline, as low where it is below. Time linear in the
    /// points over the period.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points: Vec<(Timestamp, f64)> =
    ///     (0..240).map(|hour| (Timestamp::constant(3600 * hour, 0), (hour % 24) as f64)).collect();
    /// (points[30].1, points[54].1) = (90.0, 95.0);
    /// let found = Anomalies::params().fit(&Series::as_given(&points))?;
    /// let frequency = found.frequency(30);
    /// assert_eq!((frequency.n_as_far, frequency.n_others, frequency.period), (1, 9, 24));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn frequency(&self, row: usize) -> Frequency {
        let period = self.periods.iter().copied().min().unwrap_or_default();
        let (value, is_spike) = match (self.values.get(row), self.residual.get(row)) {
            (Some(value), Some(residual)) => (*value, *residual >= 0.0),
            _ => (f64::NAN, true),
        };
        let first = if period == 0 { 0 } else { row % period };
        let others = (first..self.values.len()).step_by(period.max(1));
        let others = others.filter(|at| *at != row).map(|at| self.values[at]);
        let others = others.filter(|other| !other.is_nan());
        let is_as_far = |other: f64| if is_spike { other >= value } else { other <= value };
        let count = |(n_as_far, n): (usize, usize), other| {
            (n_as_far + usize::from(is_as_far(other)), n + 1)
        };
        let (n_as_far, n_others) = others.fold((0, 0), count);
        Frequency { n_as_far, n_others, period }
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
    /// and flags. `merge` is how the times are put in bins, such as hours.
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
    /// let spans = found.anomaly_periods(&"1h".parse()?, Signs::Positive)?;
    /// assert_eq!(spans[0].to_string(), "1970-01-02T15:00:00Z/1970-01-02T17:00:00Z");
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[doc(alias = "extract_anomaly_periods")]
    #[doc(alias = "find_anomaly_periods")]
    pub fn anomaly_periods(&self, merge: &Bins, signs: Signs) -> Result<Vec<TimeSpan>, Error> {
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
            "episode",
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
