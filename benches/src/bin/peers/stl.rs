//! STL: the crates, each behind one function.
//!
//! A result is trend, seasonal and remainder, each with the series one after another.

use anyhow::{Result, anyhow, bail};
use oddsift::stl::{Stl, StlParams};
use rayon::prelude::*;
use stlrs::StlResult;

use crate::data::Points;
use crate::memory::measured;
use crate::peer::{Done, Peer};

#[derive(Debug, Clone, Copy)]
struct Params {
    seasonal: usize,
    period: usize,
    inner: usize,
    outer: usize,
}

/// A crate by its word.
pub(crate) fn peer(word: &str, points: &Points, params: &[&str]) -> Result<Peer> {
    let &[seasonal, period, inner, outer] = params else {
        bail!("STL takes its seasonal window, period, inner and outer iterations")
    };
    let [seasonal, period] = [seasonal.parse()?, period.parse()?];
    let params = Params { seasonal, period, inner: inner.parse()?, outer: outer.parse()? };
    let all: Vec<Vec<f64>> = (0..points.n_columns).map(|column| points.column(column)).collect();
    match word {
        "oddsift" => Ok(oddsift(all, params)),
        "stlrs" => stlrs(all, params),
        _ => bail!("STL has no peer `{word}`"),
    }
}

impl Params {
    /// Ours has statsmodels' rules for the windows of the trend and of the low-pass filter.
    fn ours(self) -> StlParams {
        let Self { seasonal, period, inner, outer } = self;
        Stl::params(period).seasonal(seasonal).inner_iter(Some(inner)).outer_iter(Some(outer))
    }
}

fn oddsift(all: Vec<Vec<f64>>, params: Params) -> Peer {
    let params = params.ours();
    Peer::of_fit(move || {
        let (fits, spent) = measured(|| each(&all, |y| params.fit(y)));
        let fits = fits.into_iter().collect::<Result<Vec<_>, _>>()?;
        let parts = [Stl::trend, Stl::seasonal, Stl::remainder];
        let values = parts.iter().flat_map(|part| fits.iter().flat_map(part));
        Ok(Done::values(spent, values.copied()))
    })
}

fn stlrs(all: Vec<Vec<f64>>, params: Params) -> Result<Peer> {
    let windows = params.ours().settings()?;
    let Params { seasonal, period, inner, outer } = params;
    let mut params = stlrs::params();
    params.seasonal_length(seasonal).trend_length(windows.trend.window);
    params.low_pass_length(windows.low_pass.window);
    params.seasonal_degree(1).trend_degree(1).low_pass_degree(1);
    params.seasonal_jump(1).trend_jump(1).low_pass_jump(1);
    params.inner_loops(inner).outer_loops(outer).robust(outer > 0);
    Ok(Peer::of_fit(move || {
        let (fits, spent) = measured(|| each(&all, |y| params.fit(y, period)));
        let fits = fits.into_iter().collect::<Result<Vec<_>, _>>();
        let fits = fits.map_err(|error| anyhow!("stlrs: {error}"))?;
        let parts = [StlResult::trend, StlResult::seasonal, StlResult::remainder];
        let values = parts.iter().flat_map(|part| fits.iter().flat_map(part));
        Ok(Done::values(spent, values.copied()))
    }))
}

/// Fits to many series on all threads of the pool.
fn each<T: Send>(all: &[Vec<f64>], fit: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
    all.par_iter().map(|y| fit(y)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    const N_ROWS: usize = 240;

    /// Trend, seasonal and remainder of two series.
    fn parts(word: &str, outer: &str) -> Vec<f64> {
        let points = data::make("series", N_ROWS, 2).unwrap();
        let done = peer(word, &points, &["7", "24", "2", outer]).unwrap().run("fit").unwrap();
        done.result.unwrap().into_iter().map(f64::from_le_bytes).collect()
    }

    #[test]
    fn parts_come_one_after_another() {
        let points = data::make("series", N_ROWS, 2).unwrap();
        let parts = parts("oddsift", "0");
        assert_eq!(parts.len(), 3 * 2 * N_ROWS);
        for (series, row) in [(0, 17), (1, 200)] {
            let sum: f64 = (0..3).map(|part| parts[(2 * part + series) * N_ROWS + row]).sum();
            assert!((sum - points.column(series)[row]).abs() < 1e-9);
        }
    }

    #[test]
    fn all_crates_find_the_same_parts() {
        for outer in ["0", "15"] {
            let (ours, theirs) = (parts("oddsift", outer), parts("stlrs", outer));
            let differ = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-9;
            assert!(!ours.iter().zip(&theirs).any(differ), "outer {outer}");
        }
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        let points = data::make("series", N_ROWS, 1).unwrap();
        assert!(peer("stl", &points, &["7", "24", "2", "0"]).is_err());
        assert!(peer("stlrs", &points, &["7", "24"]).is_err());
    }
}
