//! The parameters, and the one place where they are checked.

use std::ops::ControlFlow;

use oddsift_ground::{Callback, threads};

use crate::{
    AsSeries, Degree, Error, Progress, Settings, Smoothing, Stl, Workspace,
    decompose::{begin, decompose},
    settings::{default_low_pass, default_trend},
};

/// The parameters of STL, made by [`Stl::params`]; defaults are statsmodels'.
///
/// ```
/// use oddsift_stl::{Degree, Stl};
///
/// let y: Vec<f64> = (0..60).map(|i| f64::from(i % 12) + 0.1 * f64::from(i)).collect();
/// let params = Stl::params(12).seasonal(13).trend_degree(Degree::Constant).robust(true);
/// assert_eq!(params.fit(&y)?.trend().len(), 60);
/// # Ok::<(), oddsift_stl::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct StlParams {
    period: usize,
    seasonal: usize,
    trend: Option<usize>,
    low_pass: Option<usize>,
    seasonal_degree: Degree,
    trend_degree: Degree,
    low_pass_degree: Degree,
    seasonal_jump: usize,
    trend_jump: usize,
    low_pass_jump: usize,
    inner_iter: Option<usize>,
    outer_iter: Option<usize>,
    robust: bool,
}

impl StlParams {
    pub(crate) fn new(period: usize) -> Self {
        Self {
            period,
            seasonal: 7,
            trend: None,
            low_pass: None,
            seasonal_degree: Degree::Linear,
            trend_degree: Degree::Linear,
            low_pass_degree: Degree::Linear,
            seasonal_jump: 1,
            trend_jump: 1,
            low_pass_jump: 1,
            inner_iter: None,
            outer_iter: None,
            robust: false,
        }
    }

    /// The window of the season, in cycles: how many of them make the shape of one. Odd, at least 3,
    /// default 7. A window of ten times the number of cycles and one makes a season that hardly changes.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// assert_eq!(Stl::params(24).seasonal(13).settings()?.seasonal.window, 13);
    /// assert_eq!(Stl::params(24).seasonal(8).settings(), Err(Error::SeasonalWindow(8)));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn seasonal(mut self, window: usize) -> Self {
        self.seasonal = window;
        self
    }

    /// The window of the trend, in values. Odd and above the period; `None`, the default, is the
    /// smallest odd number that is at least `1.5 period / (1 - 1.5 / seasonal)`.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// assert_eq!(Stl::params(24).settings()?.trend.window, 47);
    /// assert_eq!(Stl::params(24).trend(Some(97)).settings()?.trend.window, 97);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn trend(mut self, window: Option<usize>) -> Self {
        self.trend = window;
        self
    }

    /// The window of the low-pass filter, in values. Odd and above the period; `None`, the default,
    /// is the smallest such number.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// assert_eq!(Stl::params(24).settings()?.low_pass.window, 25);
    /// assert!(Stl::params(24).low_pass(Some(23)).settings().is_err());
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn low_pass(mut self, window: Option<usize>) -> Self {
        self.low_pass = window;
        self
    }

    /// What is fitted to a window of the season, default [`Degree::Linear`].
    ///
    /// ```
    /// # use oddsift_stl::{Degree, Error, Stl};
    /// let params = Stl::params(24).seasonal_degree(Degree::Constant);
    /// assert_eq!(params.settings()?.seasonal.degree, Degree::Constant);
    /// # Ok::<(), Error>(())
    /// ```
    #[doc(alias = "seasonal_deg")]
    #[must_use]
    pub fn seasonal_degree(mut self, degree: Degree) -> Self {
        self.seasonal_degree = degree;
        self
    }

    /// What is fitted to a window of the trend, default [`Degree::Linear`].
    ///
    /// ```
    /// # use oddsift_stl::{Degree, Error, Stl};
    /// let params = Stl::params(24).trend_degree(Degree::Constant);
    /// assert_eq!(params.settings()?.trend.degree, Degree::Constant);
    /// # Ok::<(), Error>(())
    /// ```
    #[doc(alias = "trend_deg")]
    #[must_use]
    pub fn trend_degree(mut self, degree: Degree) -> Self {
        self.trend_degree = degree;
        self
    }

    /// What is fitted to a window of the low-pass filter, default [`Degree::Linear`].
    ///
    /// ```
    /// # use oddsift_stl::{Degree, Error, Stl};
    /// let params = Stl::params(24).low_pass_degree(Degree::Constant);
    /// assert_eq!(params.settings()?.low_pass.degree, Degree::Constant);
    /// # Ok::<(), Error>(())
    /// ```
    #[doc(alias = "low_pass_deg")]
    #[must_use]
    pub fn low_pass_degree(mut self, degree: Degree) -> Self {
        self.low_pass_degree = degree;
        self
    }

    /// The season is fitted every `jump` cycles, with straight lines between; at least 1, default 1.
    ///
    /// ```
    /// # use oddsift_stl::{Component, Error, Stl};
    /// let params = Stl::params(24).seasonal_jump(0);
    /// assert_eq!(params.settings(), Err(Error::Jump(Component::Seasonal)));
    /// ```
    #[must_use]
    pub fn seasonal_jump(mut self, jump: usize) -> Self {
        self.seasonal_jump = jump;
        self
    }

    /// The trend is fitted every `jump` values, with straight lines between; at least 1, default 1.
    /// It saves time where the window is far wider than the series is long.
    ///
    /// ```
    /// # use oddsift_stl::{Component, Error, Stl};
    /// let params = Stl::params(24).trend_jump(0);
    /// assert_eq!(params.settings(), Err(Error::Jump(Component::Trend)));
    /// ```
    #[must_use]
    pub fn trend_jump(mut self, jump: usize) -> Self {
        self.trend_jump = jump;
        self
    }

    /// The low-pass filter is fitted every `jump` values, with straight lines between; at least 1,
    /// default 1.
    ///
    /// ```
    /// # use oddsift_stl::{Component, Error, Stl};
    /// let params = Stl::params(24).low_pass_jump(0);
    /// assert_eq!(params.settings(), Err(Error::Jump(Component::LowPass)));
    /// ```
    #[must_use]
    pub fn low_pass_jump(mut self, jump: usize) -> Self {
        self.low_pass_jump = jump;
        self
    }

    /// How often season and trend are made from each other before weights are computed again. At
    /// least 1; `None`, the default, is 5, or 2 if robust.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// assert_eq!(Stl::params(24).settings()?.inner_iter, 5);
    /// assert_eq!(Stl::params(24).robust(true).settings()?.inner_iter, 2);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn inner_iter(mut self, n: Option<usize>) -> Self {
        self.inner_iter = n;
        self
    }

    /// How often weights are computed that make outliers count less; `None`, the default, is 0, or 15
    /// if robust. Above 0 it does so even where `robust` is false.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// assert_eq!(Stl::params(24).settings()?.outer_iter, 0);
    /// assert_eq!(Stl::params(24).robust(true).settings()?.outer_iter, 15);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn outer_iter(mut self, n: Option<usize>) -> Self {
        self.outer_iter = n;
        self
    }

    /// Whether outliers count less, default false. It sets the defaults of
    /// [`inner_iter`](Self::inner_iter) and [`outer_iter`](Self::outer_iter) and nothing else.
    ///
    /// ```
    /// # use oddsift_stl::{Error, Stl};
    /// let mut y = vec![1.0; 48];
    /// y.iter_mut().enumerate().for_each(|(i, y)| *y += (i % 7) as f64 + 0.1 * (i % 5) as f64);
    /// y[20] = 99.0;
    /// let fit = Stl::params(7).robust(true).fit(&y)?;
    /// assert_eq!(fit.weights()[20], 0.0);
    /// assert!(fit.trend()[20] < 10.0);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn robust(mut self, robust: bool) -> Self {
        self.robust = robust;
        self
    }

    /// These parameters with every default filled in, if they are in range.
    ///
    /// # Errors
    ///
    /// [`Error::Period`] below 2, [`Error::SeasonalWindow`] or [`Error::Window`] for a window that is
    /// even or too small, [`Error::Jump`] and [`Error::InnerIter`] for 0.
    ///
    /// ```
    /// use oddsift_stl::Stl;
    ///
    /// let settings = Stl::params(168).settings()?;
    /// assert_eq!((settings.trend.window, settings.low_pass.window), (321, 169));
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn settings(&self) -> Result<Settings, Error> {
        let trend = self.trend.unwrap_or_else(|| default_trend(self.period, self.seasonal));
        let low_pass = self.low_pass.unwrap_or_else(|| default_low_pass(self.period));
        let smoothing = |window, degree, jump| Smoothing { window, degree, jump };
        let (inner_iter, outer_iter) = if self.robust { (2, 15) } else { (5, 0) };
        Settings {
            period: self.period,
            seasonal: smoothing(self.seasonal, self.seasonal_degree, self.seasonal_jump),
            trend: smoothing(trend, self.trend_degree, self.trend_jump),
            low_pass: smoothing(low_pass, self.low_pass_degree, self.low_pass_jump),
            inner_iter: self.inner_iter.unwrap_or(inner_iter),
            outer_iter: self.outer_iter.unwrap_or(outer_iter),
        }
        .check()
    }

    /// Decomposes a series of values at equal distances in time, `y[0]` first; NaN is a missing value.
    ///
    /// Any length will do, though a season says little below two whole periods. Time
    /// `O(n * (trend + low_pass + seasonal))` for each pass of the inner loop, with windows taken as no
    /// longer than the series; memory `O(n)`. After R. B. Cleveland and others,
    /// Journal of Official Statistics 6 (1990), section 3.
    ///
    /// # Errors
    ///
    /// Those of [`settings`](Self::settings), and [`Error::Infinite`] for the first infinity in `y`.
    ///
    /// ```
    /// use oddsift_stl::Stl;
    ///
    /// let y: Vec<f64> = (0..48).map(|i| 100.0 + f64::from(i) + f64::from(i % 12)).collect();
    /// let fit = Stl::params(12).fit(&y)?;
    /// let sum = fit.trend()[30] + fit.seasonal()[30] + fit.remainder()[30];
    /// assert!((sum - y[30]).abs() < 1e-12);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn fit(&self, y: &(impl AsSeries + ?Sized)) -> Result<Stl, Error> {
        self.fit_in(y, &mut Workspace::default())
    }

    /// As [`fit`](Self::fit), in memory that the next fit can use again.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit).
    ///
    /// ```
    /// use oddsift_stl::{Stl, Workspace};
    ///
    /// let mut workspace = Workspace::default();
    /// for scale in [1.0, 2.0, 3.0] {
    ///     let y: Vec<f64> = (0..48).map(|i| scale * f64::from(i % 12)).collect();
    ///     assert_eq!(Stl::params(12).fit_in(&y, &mut workspace)?, Stl::params(12).fit(&y)?);
    /// }
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn fit_in(
        &self,
        y: &(impl AsSeries + ?Sized),
        workspace: &mut Workspace,
    ) -> Result<Stl, Error> {
        self.run(&y.as_series(), workspace, None)
    }

    /// As [`fit_in`](Self::fit_in), and tells `progress` how far it is, which may stop it.
    ///
    /// `progress` is called at the beginning, after each pass of the inner loop, which is what it
    /// counts, and every few milliseconds of work. The result is the same.
    ///
    /// # Errors
    ///
    /// Those of [`fit`](Self::fit), and [`Error::Cancelled`] once `progress` returns
    /// `ControlFlow::Break(())`.
    ///
    /// ```
    /// use std::{
    ///     ops::ControlFlow,
    ///     sync::atomic::{AtomicU64, Ordering::Relaxed},
    /// };
    ///
    /// use oddsift_stl::{Stl, Workspace};
    ///
    /// let passes = AtomicU64::new(0);
    /// let y: Vec<f64> = (0..48).map(|i| f64::from(i % 12)).collect();
    /// Stl::params(12).fit_with(&y, &mut Workspace::default(), &|progress| {
    ///     passes.store(progress.done, Relaxed);
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(passes.into_inner(), 5);
    /// # Ok::<(), oddsift_stl::Error>(())
    /// ```
    pub fn fit_with(
        &self,
        y: &(impl AsSeries + ?Sized),
        workspace: &mut Workspace,
        progress: &(dyn Fn(Progress) -> ControlFlow<()> + Sync),
    ) -> Result<Stl, Error> {
        self.run(&y.as_series(), workspace, Some(progress))
    }

    /// Decomposes many series, each by itself, on as many threads as the caller's pool of `rayon` has
    /// (feature `parallel`), with a [`Workspace`] for each. Results come in the order of the series, and
    /// are those of [`fit`](Self::fit): a series with a fault has its own error.
    ///
    /// ```
    /// use oddsift_stl::Stl;
    ///
    /// let groups: Vec<Vec<f64>> = (0..10).map(|g| (0..48).map(|i| f64::from(g * i % 12)).collect()).collect();
    /// let fits = Stl::params(12).fit_all(&groups);
    /// assert_eq!(fits[3], Stl::params(12).fit(&groups[3]));
    /// ```
    pub fn fit_all<S: AsSeries + Sync>(&self, series: &[S]) -> Vec<Result<Stl, Error>> {
        let fit = |workspace: &mut Workspace, series: &S| self.fit_in(series, workspace);
        threads::map_with(series, Workspace::default, fit)
    }

    fn run(
        &self,
        y: &[f64],
        workspace: &mut Workspace,
        progress: Option<Callback<'_>>,
    ) -> Result<Stl, Error> {
        let settings = self.settings()?;
        check_values(y)?;
        let control = begin(progress, settings.n_passes())?;
        decompose(settings, y, workspace, &mut control.tally())
    }

    /// These parameters for another period, at least 2.
    ///
    /// ```
    /// # use oddsift_stl::Stl;
    /// assert_eq!(Stl::params(24).seasonal(9).period(168), Stl::params(168).seasonal(9));
    /// ```
    #[must_use]
    pub fn period(mut self, period: usize) -> Self {
        self.period = period;
        self
    }
}

pub(crate) fn check_values(y: &[f64]) -> Result<(), Error> {
    match y.iter().position(|value| value.is_infinite()) {
        Some(index) => Err(Error::Infinite { index, value: y[index] }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Component;

    #[test]
    fn windows_must_be_odd_and_above_the_period() {
        for seasonal in [0, 1, 2, 8] {
            let error = Stl::params(12).seasonal(seasonal).fit(&[]).unwrap_err();
            assert_eq!(error, Error::SeasonalWindow(seasonal));
        }
        for window in [0, 1, 11, 12, 14] {
            let (period, component) = (12, Component::Trend);
            let error = Stl::params(12).trend(Some(window)).fit(&[]).unwrap_err();
            assert_eq!(error, Error::Window { component, window, period });
            let component = Component::LowPass;
            let error = Stl::params(12).low_pass(Some(window)).fit(&[]).unwrap_err();
            assert_eq!(error, Error::Window { component, window, period });
        }
    }

    #[test]
    fn nothing_overflows() {
        assert!(Stl::params(usize::MAX).settings().is_err());
        for period in [usize::MAX - 2, usize::MAX / 2, 1 << 53] {
            let params = Stl::params(period).inner_iter(Some(1)).outer_iter(Some(1));
            assert!(params.fit(&[1.0, f64::NAN, 3.0]).is_ok_and(|fit| fit.trend().len() == 3));
        }
        let params = Stl::params(2).seasonal(usize::MAX).trend(Some(usize::MAX));
        assert!(params.low_pass(Some(usize::MAX)).trend_jump(usize::MAX).fit(&[1.0; 9]).is_ok());
    }

    #[test]
    fn infinities_are_named() {
        let error = Stl::params(2).fit(&[1.0, f64::NAN, f64::NEG_INFINITY]).unwrap_err();
        assert_eq!(error, Error::Infinite { index: 2, value: f64::NEG_INFINITY });
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialised_parameters_read_back() {
        let params = Stl::params(24).trend(Some(49)).seasonal_degree(Degree::Constant).robust(true);
        let text = serde_json::to_string(&params).unwrap();
        assert_eq!(serde_json::from_str::<StlParams>(&text).unwrap(), params);
    }
}
