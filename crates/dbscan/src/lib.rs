#![doc = include_str!("../README.md")]
#![allow(
    clippy::cast_possible_truncation,
    reason = "collapsing refuses more rows than fit in u32, and all that is counted after it are points, positions, cells and nodes"
)]
#![allow(
    clippy::inline_always,
    reason = "the inside test is a few instructions of a loop that is only fast in one piece"
)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "results are exact by contract"))]

mod advice; // Advice, Warning: which eps, and what speaks against one
mod algorithm; // Dbscan: the model, its accessors, `run`
mod clusters; // from weighted points to numbered clusters
mod components; // which core points hang together
mod core_rows; // which rows are core
mod curve; // KDistances: how far rows are from being core
mod distances; // distances themselves, by the tree
mod distinct; // equal rows collapse to weighted points
mod error; // Error
mod grid; // cells of neighbours, for up to three columns
mod grid_search; // core points, links and border points by the grid
mod grouped; // rows of several groups, each clustered by itself
mod label; // Label
mod measure; // the inside test, once for each metric
mod metric; // Metric
mod model; // DbscanModel: labels for new rows
mod nearest; // the nearest points of a tree
mod neighbors; // neighbours that were met on the way
mod params; // DbscanParams: setters, `check`, `fit`
#[cfg(feature = "serde")]
mod saved; // a model as it is written, and the checks of what is read
mod sort; // keys of cells in order
pub mod step; // the steps of a fit
mod tree; // a flat k-d tree
mod tree_link; // links between core points by the tree
mod tree_search; // core points and border points by the tree
mod unique; // rows that mostly differ, collapsed by sorting
mod weights; // sums that do not depend on their order

pub use {
    advice::{Advice, Warning},
    algorithm::Dbscan,
    curve::KDistances,
    error::Error,
    grouped::Nearest,
    label::Label,
    metric::Metric,
    model::DbscanModel,
    oddsift_ground::{Progress, Step},
    params::DbscanParams,
};
