//! Several seasons at once.

use std::ops::ControlFlow;

use ndarray::{ArrayView1, aview1};
use oddsift_ground::{Callback, Tally};

use crate::{
    AsSeries, Error, Progress, Settings, Stl, StlParams, Workspace,
    decompose::{begin, decompose as stl},
    gaps::Bounds,
    params::check_values,
    scale::Scale,
};

/// The parameters of MSTL, made by [`Mstl::params`]; defaults are statsmodels'.
///
/// ```
/// use oddsift_stl::{Mstl, Stl};
///
/// let y: Vec<f64> = (0..200).map(|i| f64::from(i % 6) + f64::from(i % 30)).collect();
/// let params = Mstl::params(&[6, 30]).windows(&[9, 13]).stl(Stl::params(6).robust(true));
/// assert_eq!(params.fit(&y)?.periods(), [6, 30]);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct MstlParams {
    periods: Vec<usize>,
    windows: Option<Vec<usize>>,
    iterate: usize,
    stl: StlParams,
}

impl MstlParams {
    /// The seasonal windows, in cycles, one for each period in the order in which they were given.
    /// Without them 11 for the shortest period and 4 more for each that follows.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// let params = Mstl::params(&[4, 12]);
    /// assert_eq!(params.fit(&[1.0; 60])?.windows(), [11, 15]);
    /// assert_eq!(params.windows(&[9, 7]).fit(&[1.0; 60])?.windows(), [9, 7]);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn windows(mut self, windows: &[usize]) -> Self {
        self.windows = Some(windows.to_vec());
        self
    }

    /// How often each season is made again from what the others leave; at least 1, default 2. With
    /// one period once is all there is.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[4, 12]).iterate(0).fit(&[1.0; 60]), Err(Error::Iterate));
    /// ```
    #[must_use]
    pub fn iterate(mut self, iterate: usize) -> Self {
        self.iterate = iterate;
        self
    }

    /// What each decomposition takes besides period and seasonal window, which are not taken from
    /// `params`. A window of the trend or of the low-pass filter is for all periods.
    ///
    /// ```
    /// # use oddsift_stl::{Degree, Error, Mstl, Stl};
    /// let constant = Stl::params(4).seasonal_degree(Degree::Constant);
    /// assert!(Mstl::params(&[4, 12]).stl(constant).fit(&[1.0; 60])?.trend()[0] > 0.99);
    /// # Ok::<(), Error>(())
    /// ```
    #[doc(alias = "stl_kwargs")]
    #[must_use]
    pub fn stl(mut self, params: StlParams) -> Self {
        self.stl = params;
        self
    }

    /// Decomposes a series of values at equal distances in time; NaN is a missing value.
    ///
    /// The season of the shortest period comes first. Periods of half the series or longer are left
    /// out, as [`Mstl::periods`] tells, with as many of the last windows. Time and memory are those of
    /// `iterate` times one [`StlParams::fit`] for each period. After Bandara, Hyndman and Bergmeir,
    /// "MSTL: A seasonal-trend decomposition algorithm for time series with multiple seasonal
    /// patterns", arXiv 2107.13462, section 2.
    ///
    /// # Errors
    ///
    /// Those of [`StlParams::fit`], [`Error::NoPeriods`], [`Error::RepeatedPeriod`],
    /// [`Error::Windows`] unless there is one window a period, [`Error::Iterate`] for 0 and
    /// [`Error::TooShort`] where no period is left.
    ///
    /// ```
    /// use oddsift_stl::Mstl;
    ///
    /// let y: Vec<f64> = (0..200).map(|i| f64::from(i % 6) + 2.0 * f64::from(i % 30)).collect();
    /// let fit = Mstl::params(&[30, 6]).fit(&y)?;
    /// assert_eq!(fit.periods(), [6, 30]);
    /// let sum = fit.trend()[9] + fit.seasonal(6).unwrap()[9] + fit.seasonal(30).unwrap()[9];
    /// assert!((sum + fit.remainder()[9] - y[9]).abs() < 1e-12);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn fit(&self, y: &(impl AsSeries + ?Sized)) -> Result<Mstl, Error> {
        self.fit_in(y, &mut Workspace::default())
    }

    /// As [`fit`](Self::fit), in memory that the next fit can use again.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit).
    ///
    /// ```
    /// use oddsift_stl::{Mstl, Workspace};
    ///
    /// let y: Vec<f64> = (0..99).map(|i| f64::from(i % 7)).collect();
    /// let params = Mstl::params(&[7, 21]);
    /// assert_eq!(params.fit_in(&y, &mut Workspace::default())?, params.fit(&y)?);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn fit_in(
        &self,
        y: &(impl AsSeries + ?Sized),
        workspace: &mut Workspace,
    ) -> Result<Mstl, Error> {
        self.run(&y.as_series(), workspace, None)
    }

    /// As [`fit_in`](Self::fit_in), and tells `progress` how far it is, which may stop it.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), and [`Error::Cancelled`] once `progress` returns
    /// `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use oddsift_stl::{Error, Mstl, Workspace};
    ///
    /// let stop = |_| ControlFlow::Break(());
    /// let fit = Mstl::params(&[7]).fit_with(&[1.0; 50], &mut Workspace::default(), &stop);
    /// assert_eq!(fit.unwrap_err(), Error::Cancelled);
    /// ```
    pub fn fit_with(
        &self,
        y: &(impl AsSeries + ?Sized),
        workspace: &mut Workspace,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Mstl, Error> {
        self.run(&y.as_series(), workspace, Some(progress))
    }

    fn run(
        &self,
        y: &[f64],
        workspace: &mut Workspace,
        progress: Option<Callback<'_>>,
    ) -> Result<Mstl, Error> {
        let parts = self.parts(y.len())?;
        check_values(y)?;
        let rounds = if parts.len() == 1 { 1 } else { self.iterate };
        let passes = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.n_passes()));
        let control = begin(progress, passes.saturating_mul(rounds))?;
        let (scale, mut scaled) = (Scale::of(y), Vec::new());
        let y = scale.apply(y, &mut scaled);
        let mut fit = decompose(&parts, rounds, y, workspace, &mut control.tally())?;
        for part in fit.seasonal.iter_mut().chain([&mut fit.trend, &mut fit.remainder]) {
            scale.undo(part);
        }
        Ok(fit)
    }

    /// The decompositions of a round, shortest period first.
    fn parts(&self, n: usize) -> Result<Vec<Settings>, Error> {
        if self.iterate == 0 {
            return Err(Error::Iterate);
        }
        let n_periods = self.periods.len();
        let mut windows: Vec<usize> = match &self.windows {
            Some(windows) => windows.clone(),
            None => (1..=n_periods).map(|i| 7 + 4 * i).collect(),
        };
        if windows.len() != n_periods {
            return Err(Error::Windows { n_windows: windows.len(), n_periods });
        }
        let mut periods = self.periods.clone();
        if self.windows.is_some() {
            let mut pairs: Vec<(usize, usize)> = periods.into_iter().zip(windows).collect();
            pairs.sort_unstable();
            (periods, windows) = pairs.into_iter().unzip();
        } else {
            periods.sort_unstable();
        }
        if let Some(pair) = periods.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Error::RepeatedPeriod(pair[0]));
        }
        let shortest = *periods.first().ok_or(Error::NoPeriods)?;
        let all = periods
            .iter()
            .zip(&windows)
            .map(|(&period, &window)| self.stl.period(period).seasonal(window).settings());
        let all = all.collect::<Result<Vec<Settings>, Error>>()?;
        let kept: Vec<Settings> =
            all.into_iter().filter(|part| part.period < n.div_ceil(2)).collect();
        if kept.is_empty() { Err(Error::TooShort { n, period: shortest }) } else { Ok(kept) }
    }
}

fn decompose(
    parts: &[Settings],
    rounds: usize,
    y: &[f64],
    workspace: &mut Workspace,
    tally: &mut Tally<'_>,
) -> Result<Mstl, Error> {
    let mut seasonal = vec![vec![0.0; y.len()]; parts.len()];
    let mut rest = y.to_vec();
    // Each season is made of what the others leave, and would grow by theirs from round to round.
    let bounds = Bounds::of_gaps(y);
    let mut last = None;
    for _ in 0..rounds {
        for (part, season) in parts.iter().zip(&mut seasonal) {
            rest.iter_mut().zip(&*season).for_each(|(rest, season)| *rest += season);
            let fit = stl(*part, &rest, workspace, tally)?;
            season.copy_from_slice(&fit.seasonal);
            bounds.keep_season(season);
            rest.iter_mut().zip(&*season).for_each(|(rest, season)| *rest -= season);
            last = Some(fit);
        }
    }
    let (mut trend, weights) = last.map(|fit: Stl| (fit.trend, fit.weights)).unwrap_or_default();
    bounds.keep_near(&mut trend);
    let remainder = rest.iter().zip(&trend).map(|(rest, trend)| rest - trend).collect();
    let periods = parts.iter().map(|part| part.period).collect();
    let windows = parts.iter().map(|part| part.seasonal.window).collect();
    Ok(Mstl { periods, windows, trend, seasonal, remainder, weights })
}

/// A series in parts with a season for each period: trend, seasons and remainder sum to the series.
///
/// ```
/// use oddsift_stl::Mstl;
///
/// let hour = |i: u32| f64::from(i % 24) + 5.0 * f64::from(u8::from(i % 168 > 119));
/// let y: Vec<f64> = (0..840).map(hour).collect();
/// let fit = Mstl::params(&[24, 168]).fit(&y)?;
/// assert_eq!(fit.seasons().count(), 2);
/// assert!(fit.remainder().iter().all(|rest| rest.abs() < 1.0));
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mstl {
    periods: Vec<usize>,
    windows: Vec<usize>,
    trend: Vec<f64>,
    seasonal: Vec<Vec<f64>>,
    remainder: Vec<f64>,
    weights: Vec<f64>,
}

impl Mstl {
    /// Parameters with their defaults, for these periods, in any order, each at least 2.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[12, 12]).fit(&[1.0; 90]), Err(Error::RepeatedPeriod(12)));
    /// assert_eq!(Mstl::params(&[]).fit(&[1.0; 90]), Err(Error::NoPeriods));
    /// ```
    #[must_use]
    pub fn params(periods: &[usize]) -> MstlParams {
        MstlParams { periods: periods.to_vec(), windows: None, iterate: 2, stl: StlParams::new(2) }
    }

    /// The periods that were decomposed by, shortest first: those below half the series.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[40, 7]).fit(&[1.0; 60])?.periods(), [7]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn periods(&self) -> &[usize] {
        &self.periods
    }

    /// The seasonal windows of these periods, in cycles.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[4, 12]).fit(&[1.0; 60])?.windows(), [11, 15]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn windows(&self) -> &[usize] {
        &self.windows
    }

    /// What changes slowly: one value for each of the series, in its unit.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert!((Mstl::params(&[4, 12]).fit(&[3.0; 60])?.trend()[9] - 3.0).abs() < 1e-12);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn trend(&self) -> &[f64] {
        &self.trend
    }

    /// The season of one period, `None` for a period that was not decomposed by.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// let fit = Mstl::params(&[4, 12]).fit(&[3.0; 60])?;
    /// assert!(fit.seasonal(12).is_some() && fit.seasonal(24).is_none());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn seasonal(&self, period: usize) -> Option<&[f64]> {
        self.seasons().find_map(|(it, season)| (it == period).then_some(season))
    }

    /// All seasons with their periods, shortest first.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// let fit = Mstl::params(&[4, 12]).fit(&[3.0; 60])?;
    /// assert!(fit.seasons().all(|(period, season)| period < 13 && season.len() == 60));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn seasons(&self) -> impl Iterator<Item = (usize, &[f64])> {
        self.periods.iter().copied().zip(self.seasonal.iter().map(Vec::as_slice))
    }

    /// What is left: the series without seasons and trend, NaN where the value is missing.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert!(Mstl::params(&[4, 12]).fit(&[3.0; 60])?.remainder()[9].abs() < 1e-12);
    /// # Ok::<(), Error>(())
    /// ```
    #[doc(alias = "resid")]
    pub fn remainder(&self) -> &[f64] {
        &self.remainder
    }

    /// The robustness weights of the last decomposition, that of the longest period.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[4, 12]).fit(&[3.0; 60])?.weights(), [1.0; 60]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The [`trend`](Self::trend) as an array.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[4, 12]).fit(&[3.0; 60])?.trend_array().len(), 60);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn trend_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.trend)
    }

    /// The season of one [period](Self::seasonal) as an array.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// let fit = Mstl::params(&[4, 12]).fit(&[3.0; 60])?;
    /// assert!(fit.seasonal_array(12).is_some() && fit.seasonal_array(24).is_none());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn seasonal_array(&self, period: usize) -> Option<ArrayView1<'_, f64>> {
        self.seasonal(period).map(aview1)
    }

    /// The [`remainder`](Self::remainder) as an array.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert!(Mstl::params(&[4, 12]).fit(&[3.0; 60])?.remainder_array().sum().abs() < 1e-9);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn remainder_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.remainder)
    }

    /// The robustness [`weights`](Self::weights) as an array.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Mstl};
    /// assert_eq!(Mstl::params(&[4, 12]).fit(&[3.0; 60])?.weights_array().sum(), 60.0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn weights_array(&self) -> ArrayView1<'_, f64> {
        aview1(&self.weights)
    }
}
