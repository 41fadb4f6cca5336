#![doc = include_str!("../README.md")]
#![allow(
    clippy::inline_always,
    reason = "the inner loops are only fast in one piece, compiled for the vectors of the caller"
)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "what is compared is exact"))]

mod algorithm; // Stl: the parts of a series
mod average; // moving averages
mod confirm; // whether a series repeats with a period
mod cycles; // smoothing of the cycle-subseries
mod decompose; // the inner and the outer loop
mod error; // Error
mod gaps; // missing values
mod kernel; // sums over windows, the only hot code
mod loess; // smoothing, by convolutions and rows
mod mstl; // Mstl: several seasons
mod nested; // periods within periods
mod one_cycle; // series no longer than the period
mod params; // StlParams: setters, `settings`, `fit`
mod periods; // PeriodSearch: what was found, or why nothing
mod robustness; // weights that outliers do not have
mod scale; // values of any size
mod search; // find_periods: which periods a series has
mod series; // AsSeries: slices, vectors, arrays
mod settings; // Settings: every default filled in
mod spectrum; // periodogram and autocorrelation
pub mod step; // the step of a fit
mod tricube; // weights in a window
mod windows; // which points a window holds, and their weights
mod workspace; // Workspace: memory for the next fit

pub use {
    algorithm::Stl,
    error::Error,
    mstl::{Mstl, MstlParams},
    oddsift_ground::{Progress, Step},
    params::StlParams,
    periods::{FoundPeriod, NoPeriod, PeriodSearch},
    search::find_periods,
    series::AsSeries,
    settings::{Component, Degree, Settings, Smoothing},
    workspace::Workspace,
};
