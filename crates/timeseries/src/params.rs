//! The parameters, and the one place where they are checked.

use std::ops::ControlFlow;

use oddsift_stl::{Stl, StlParams, Workspace};
use oddsift_timespan::Timestamp;

use crate::{
    Anomalies, Error, Fill, Progress, Score, Season, Series, decompose::decompose, episodes,
    groups, season, threshold, truncation::truncate,
};

/// The parameters of anomaly detection, made by [`Anomalies::params`].
///
/// ```
/// use oddsift_timeseries::{Anomalies, Score, Season, Series, Stl, Timestamp};
///
/// let params = Anomalies::params()
///     .period(Season::Time("1D".parse()?))
///     .stl(Stl::params(24).robust(true))
///     .score(Score::Mad)
///     .threshold(3.5);
/// let at = |hour: i64| Timestamp::constant(3600 * hour, 0);
/// let points: Vec<(Timestamp, f64)> = (0..72).map(|hour| (at(hour), (hour % 24) as f64)).collect();
/// let found = params.fit(&Series::as_given(&points))?;
/// assert_eq!((found.periods(), found.anomalies()), ([24].as_slice(), [0; 72].as_slice()));
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct TsParams {
    /// After how long the series repeats.
    pub seasons: Vec<Season>,
    /// How it is taken apart.
    pub stl: StlParams,
    /// The windows of the seasons, where they are not found from the periods.
    pub windows: Option<Vec<usize>>,
    /// How unusual a remainder is.
    pub score: Score,
    /// The score above which a value is a spike.
    pub threshold: f64,
    /// The score below whose negative a value is a dip; `None` is the same.
    pub threshold_low: Option<f64>,
    /// Whether parts are cut to whole numbers first, as msticpy does.
    pub truncation: bool,
    /// Whether a flag stands for an episode, and not for a point.
    pub episodes: bool,
    /// Whether a period to be found must be there.
    pub must_find: bool,
}

impl Default for TsParams {
    fn default() -> Self {
        Self {
            seasons: vec![Season::Points(24)],
            stl: Stl::params(24),
            windows: None,
            score: Score::Z,
            threshold: 3.0,
            threshold_low: None,
            truncation: false,
            episodes: false,
            must_find: true,
        }
    }
}

impl TsParams {
    /// The period of the season, default 24 points.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Season, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let params = Anomalies::params().period(Season::Points(7));
    /// assert_eq!(params.fit(&series)?.periods(), [7]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn period(self, period: Season) -> Self {
        self.periods(&[period])
    }

    /// The periods of several seasons, which MSTL takes apart.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Season, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 400]);
    /// let params = Anomalies::params().periods(&[Season::Points(168), Season::Points(24)]);
    /// assert_eq!(params.fit(&series)?.periods(), [24, 168]);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn periods(mut self, periods: &[Season]) -> Self {
        self.seasons = periods.to_vec();
        self
    }

    /// How the series is decomposed: all of these parameters but the period. Default: those of
    /// statsmodels, with seasonal window 7.
    ///
    /// With several periods the seasonal window is that of [`windows`](Self::windows).
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Stl, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 72];
    /// points[30].1 = 9.0;
    /// let params = Anomalies::params().stl(Stl::params(24).robust(true));
    /// assert_eq!(params.fit(&Series::as_given(&points))?.weights()[30], 0.0);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn stl(mut self, stl: StlParams) -> Self {
        self.stl = stl;
        self
    }

    /// The seasonal windows of several periods, one a period in their order; default 11, 15, 19 and so
    /// on from the shortest. One period has the window of [`stl`](Self::stl).
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Season, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 400]);
    /// let params = Anomalies::params().periods(&[Season::Points(24), Season::Points(168)]);
    /// assert!(params.clone().windows(&[7, 9]).fit(&series).is_ok());
    /// assert!(params.windows(&[7]).fit(&series).is_err());
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn windows(mut self, windows: &[usize]) -> Self {
        self.windows = Some(windows.to_vec());
        self
    }

    /// How the oddness of a residual is measured, default [`Score::Z`].
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Score, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 72];
    /// points[30].1 = 9.0;
    /// let series = Series::as_given(&points);
    /// let by_z = Anomalies::params().fit(&series)?;
    /// let by_mad = Anomalies::params().score("mad".parse()?).fit(&series)?;
    /// assert!(by_mad.score()[30] > by_z.score()[30]); // a spike does not hide itself
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn score(mut self, score: Score) -> Self {
        self.score = score;
        self
    }

    /// Above this score a value is a spike, below its negative a dip; at least 0, default 3.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Error, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let error = Anomalies::params().threshold(-1.0).fit(&series).unwrap_err();
    /// assert!(matches!(error, Error::Threshold(_)));
    /// ```
    #[doc(alias = "score_threshold")]
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// Below the negative of this score a value is a dip, if it is another than that of spikes. At
    /// least 0.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 72];
    /// (points[30].1, points[40].1) = (9.0, -5.0);
    /// let (series, params) = (Series::as_given(&points), Anomalies::params().threshold(3.0));
    /// let flags = |low| params.clone().threshold_low(low).fit(&series).map(|it| it.anomalies().to_vec());
    /// assert_eq!((flags(None)?[30], flags(None)?[40]), (1, -1));
    /// assert_eq!((flags(Some(99.0))?[30], flags(Some(99.0))?[40]), (1, 0));
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn threshold_low(mut self, threshold_low: Option<f64>) -> Self {
        self.threshold_low = threshold_low;
        self
    }

    /// Whether columns are cut to whole numbers before anything is scored, as msticpy does; default
    /// no.
    ///
    /// Then a score is a z-score of whole residuals, and undefined where all are equal; only values
    /// above the threshold are flagged, 1 in a high season and -1 in a low one; one missing value makes
    /// all parts 0; any length will do; the points are decomposed as they stand
    /// ([`Series::as_given`]) and sorted by time after. Score and low threshold are not used.
    ///
    /// A whole number can differ from msticpy's by one where a part is a hair beside it: statsmodels
    /// adds in another order, so that 3 there can be 2.9999999999999996 here and the other way round.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.5); 48]);
    /// let found = Anomalies::params().truncation(true).fit(&series)?;
    /// assert!(found.values()[0] == 1.0 && found.score()[0].is_nan());
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn truncation(mut self, truncation: bool) -> Self {
        self.truncation = truncation;
        self
    }

    /// Whether a flag stands for an episode and not for a point; default no, as msticpy does.
    ///
    /// An episode is a run of points beyond the threshold. Its flag is at the first of its highest
    /// points. A run that is no higher than something within the longest period (and within a day, where
    /// that is longer) before its highest point belongs to the last one's episode; spikes and dips hide
    /// each other. Where no flag could be at any threshold the score is 0: at a point that is no higher
    /// than all of a period before it, or lower than the next one. Without effect with [`truncation`](Self::truncation).
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 96];
    /// (points[40].1, points[41].1) = (8.0, 9.0);
    /// let series = Series::as_given(&points);
    /// let every_point = Anomalies::params().fit(&series)?;
    /// assert!(every_point.anomalies()[40] == 1 && every_point.anomalies()[41] == 1);
    /// let episodes = Anomalies::params().episodes(true).fit(&series)?;
    /// assert!(episodes.anomalies()[40] == 0 && episodes.anomalies()[41] == 1);
    /// assert!(episodes.episode()[40] == episodes.episode()[41] && episodes.score()[40] == 0.0);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn episodes(mut self, episodes: bool) -> Self {
        self.episodes = episodes;
        self
    }

    /// Whether a period that is to be found ([`Season::Auto`]) must be there; default yes.
    ///
    /// If not, a series without one has no season: its values are held against their median.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Season, Series, Timestamp};
    /// let mut points = [(Timestamp::UNIX_EPOCH, 1.0); 30];
    /// points[7].1 = 9.0;
    /// let params = Anomalies::params().period(Season::Auto);
    /// assert!(params.clone().fit(&Series::as_given(&points)).is_err());
    /// let found = params.must_find(false).fit(&Series::as_given(&points))?;
    /// assert!(found.periods().is_empty() && found.anomalies()[7] == 1);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    #[must_use]
    pub fn must_find(mut self, must_find: bool) -> Self {
        self.must_find = must_find;
        self
    }

    /// Decomposes the series, scores what is left and flags it.
    ///
    /// Time and memory are those of [`StlParams::fit`], or with several periods of
    /// [`MstlParams::fit`](oddsift_stl::MstlParams::fit).
    ///
    /// # Errors
    ///
    /// [`Error::Threshold`]; [`Error::TooShort`] for fewer points than two whole periods, and one more
    /// with several; [`Error::NotWhole`] or [`Error::NoStep`] for a period of time that is no number of
    /// points; [`Error::Stl`] for a parameter of the decomposition or an infinite value.
    ///
    /// ```
    /// use oddsift_timeseries::{Anomalies, Error, Series, Timestamp};
    ///
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 40]);
    /// let error = Anomalies::params().fit(&series).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the series has 40 points, a period of 24 takes 48; give more points or a shorter period",
    /// );
    /// ```
    pub fn fit(&self, series: &Series) -> Result<Anomalies, Error> {
        self.fit_in(series, &mut Workspace::default())
    }

    /// As [`fit`](Self::fit), in memory that the next fit can use again.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit).
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp, Workspace};
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let mut workspace = Workspace::default();
    /// let params = Anomalies::params();
    /// assert_eq!(params.fit_in(&series, &mut workspace)?, params.fit(&series)?);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn fit_in(&self, series: &Series, workspace: &mut Workspace) -> Result<Anomalies, Error> {
        self.fit_with(series, workspace, &|_| ControlFlow::Continue(()))
    }

    /// As [`fit_in`](Self::fit_in), and tells `progress` how far the decomposition is, which may
    /// stop it.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), and [`Error::Cancelled`] once `progress` returns
    /// `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use oddsift_timeseries::{Anomalies, Error, Series, Timestamp, Workspace};
    ///
    /// let series = Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]);
    /// let stop = |_| ControlFlow::Break(());
    /// let found = Anomalies::params().fit_with(&series, &mut Workspace::default(), &stop);
    /// assert!(matches!(found, Err(Error::Cancelled)));
    /// ```
    pub fn fit_with(
        &self,
        series: &Series,
        workspace: &mut Workspace,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Anomalies, Error> {
        let low = threshold::check(self.threshold, self.threshold_low)?;
        let (periods, source) = season::in_points(&self.seasons, series, self.must_find)?;
        if !self.truncation {
            check_length(series.len(), &periods)?;
        }
        let mut found = decompose(self, series, &periods, workspace, progress)?;
        found.source = source;
        if self.truncation {
            return Ok(truncate(found, self.threshold));
        }
        let mut found = self.flag(found, low);
        if self.episodes {
            let reach = episodes::reach(series, &periods);
            episodes::join(&mut found, (low, self.threshold), reach);
        }
        Ok(found)
    }

    /// The remainders beyond which a point of this series is an anomaly, too low and too high;
    /// `None` where all remainders are alike.
    ///
    /// Time linear in the points. With [`truncation`](Self::truncation) nothing is too low, and that
    /// limit is `-inf`; of what is too high, points whose season is 0 are not flagged.
    ///
    /// ```
    /// use oddsift_timeseries::{Anomalies, Series, Timestamp};
    ///
    /// let mut points: Vec<(Timestamp, f64)> =
    ///     (0..72).map(|hour| (Timestamp::constant(3600 * hour, 0), (hour % 24) as f64)).collect();
    /// points[50].1 = 90.0;
    /// let params = Anomalies::params();
    /// let found = params.fit(&Series::as_given(&points))?;
    /// let (low, high) = params.limits(&found).unwrap();
    /// assert!(found.residual()[50] > high && found.residual()[49] > low);
    /// let (low, _) = params.truncation(true).limits(&found).unwrap();
    /// assert_eq!(low, f64::NEG_INFINITY);
    /// # Ok::<(), oddsift_timeseries::Error>(())
    /// ```
    pub fn limits(&self, found: &Anomalies) -> Option<(f64, f64)> {
        let low = threshold::check(self.threshold, self.threshold_low).ok()?;
        let (score, low) =
            if self.truncation { (Score::Z, f64::NEG_INFINITY) } else { (self.score, -low) };
        score.remainders(&found.residual, &found.values, (low, self.threshold))
    }

    /// The anomalies of many series, one result for each in order, on the threads of the caller's
    /// rayon pool. A series with a fault fails alone. Threads change no result.
    ///
    /// ```
    /// # use oddsift_timeseries::{Anomalies, Series, Timestamp};
    /// let flat = |n| Series::as_given(&vec![(Timestamp::UNIX_EPOCH, 1.0); n]);
    /// let found = Anomalies::params().fit_groups(&[flat(48), flat(47), flat(99)]);
    /// assert!(found[0].is_ok() && found[1].is_err() && found[2].is_ok());
    /// ```
    pub fn fit_groups(&self, series: &[Series]) -> Vec<Result<Anomalies, Error>> {
        self.fit_groups_with(series, &|_| ControlFlow::Continue(()))
    }

    /// As [`fit_groups`](Self::fit_groups), and tells `progress` at the beginning and after each
    /// series how many are done, which may stop those that are not: they are [`Error::Cancelled`].
    ///
    /// ```
    /// # use std::ops::ControlFlow;
    /// # use oddsift_timeseries::{Anomalies, Progress, Series, Timestamp};
    /// let series = vec![Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48]); 100];
    /// let stop_after_one = |progress: Progress| {
    ///     eprintln!("{}: {} of {}", progress.step, progress.done, progress.total);
    ///     if progress.done < 1 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    /// };
    /// let found = Anomalies::params().fit_groups_with(&series, &stop_after_one);
    /// assert!(found.iter().any(Result::is_ok) && found.iter().any(Result::is_err));
    /// ```
    pub fn fit_groups_with(
        &self,
        series: &[Series],
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Vec<Result<Anomalies, Error>> {
        groups::fit(self, series, progress)
    }

    fn flag(&self, mut found: Anomalies, low: f64) -> Anomalies {
        found.score = self.score.of(&found.residual, &found.values);
        let flag = |&score: &f64| match score {
            score if score > self.threshold => 1,
            score if score < -low => -1,
            _ => 0,
        };
        found.flags = found.score.iter().map(flag).collect();
        found
    }
}

/// Two whole periods; MSTL leaves out a period of half the series, so several take a point more.
fn check_length(n_points: usize, periods: &[usize]) -> Result<(), Error> {
    let Some(&period) = periods.iter().max() else { return Ok(()) };
    let needed = period.saturating_mul(2).saturating_add(usize::from(periods.len() > 1));
    if n_points < needed {
        return Err(Error::TooShort { n_points, period, needed });
    }
    Ok(())
}

/// The anomalies of points in any order with msticpy's defaults and correct results:
/// `ts_anomalies_stl` in one call.
///
/// Period 24 points, seasonal window 7, z-score, threshold 3. msticpy's own numbers come from
/// [`TsParams::truncation`].
///
/// # Errors
///
/// Those of [`Series::from_points`] with [`Fill::Error`] and of [`TsParams::fit`].
///
/// ```
/// use oddsift_timeseries::{Timestamp, ts_anomalies_stl};
///
/// let mut points: Vec<(Timestamp, f64)> =
///     (0..72).map(|hour| (Timestamp::constant(3600 * hour, 0), (hour % 24) as f64)).collect();
/// points[50].1 = -40.0;
/// assert_eq!(ts_anomalies_stl(&points)?.anomalies()[50], -1);
/// # Ok::<(), oddsift_timeseries::Error>(())
/// ```
#[doc(alias = "timeseries_anomalies_stl")]
pub fn ts_anomalies_stl(points: &[(Timestamp, f64)]) -> Result<Anomalies, Error> {
    Anomalies::params().fit(&Series::from_points(points, Fill::Error)?)
}
