//! A series in parts, by STL or MSTL.

use oddsift_ground::{Callback, quantiles};
use oddsift_stl::{Mstl, Workspace};

use crate::{Anomalies, Error, PeriodSource, Series, TsParams};

/// The parts of a series, without scores and flags.
pub(crate) fn decompose(
    params: &TsParams,
    series: &Series,
    periods: &[usize],
    workspace: &mut Workspace,
    progress: Callback<'_>,
) -> Result<Anomalies, Error> {
    match *periods {
        [] => Ok(level(series)),
        [period] => one(params, series, period, workspace, progress),
        _ => several(params, series, periods, workspace, progress),
    }
}

fn one(
    params: &TsParams,
    series: &Series,
    period: usize,
    workspace: &mut Workspace,
    progress: Callback<'_>,
) -> Result<Anomalies, Error> {
    let fit = params.stl.period(period).fit_with(series.values(), workspace, progress)?;
    let parts = [fit.trend(), fit.seasonal(), fit.remainder(), fit.weights()];
    Ok(join(series, vec![period], parts.map(<[f64]>::to_vec)))
}

fn several(
    params: &TsParams,
    series: &Series,
    periods: &[usize],
    workspace: &mut Workspace,
    progress: Callback<'_>,
) -> Result<Anomalies, Error> {
    let mstl = Mstl::params(periods).stl(params.stl);
    let mstl = match &params.windows {
        Some(windows) => mstl.windows(windows),
        None => mstl,
    };
    let fit = mstl.fit_with(series.values(), workspace, progress)?;
    let mut seasonal = vec![0.0; series.len()];
    for (_, season) in fit.seasons() {
        for (sum, part) in seasonal.iter_mut().zip(season) {
            *sum += part;
        }
    }
    let [trend, residual, weights] =
        [fit.trend(), fit.remainder(), fit.weights()].map(<[f64]>::to_vec);
    Ok(join(series, fit.periods().to_vec(), [trend, seasonal, residual, weights]))
}

/// Without a season a value is held against the median of all.
fn level(series: &Series) -> Anomalies {
    let present: Vec<f64> = series.values().iter().copied().filter(|v| !v.is_nan()).collect();
    let median = quantiles(&present, [0.5]).map_or(f64::NAN, |[median]| median);
    let weight = |value: &f64| if value.is_nan() { 0.0 } else { 1.0 };
    let trend = vec![median; series.len()];
    let residual = series.values().iter().map(|value| value - median).collect();
    let weights = series.values().iter().map(weight).collect();
    join(series, Vec::new(), [trend, vec![0.0; series.len()], residual, weights])
}

fn join(series: &Series, periods: Vec<usize>, parts: [Vec<f64>; 4]) -> Anomalies {
    let [trend, seasonal, residual, weights] = parts;
    Anomalies {
        group: series.group().map(str::to_owned),
        periods,
        times: series.times().to_vec(),
        values: series.values().to_vec(),
        baseline: seasonal.iter().zip(&trend).map(|(season, trend)| season + trend).collect(),
        residual,
        trend,
        seasonal,
        weights,
        score: Vec::new(),
        flags: Vec::new(),
        episode: vec![0; series.len()],
        source: PeriodSource::Given,
    }
}
