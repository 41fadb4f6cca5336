#![doc = include_str!("../README.md")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "samples and features are at most 2^30, which fit refuses to pass, and given nodes are checked"
)]
#![allow(
    clippy::inline_always,
    reason = "ranking, hashing and drawing are a few instructions of loops that are only fast in one piece"
)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "results are exact by contract"))]

mod check; // NodeFault; whether given nodes are trees
mod distinct; // rows that repeat are scored once
mod draws; // Draws, Draw: which row enters whose sample
mod error; // Error
mod finite; // the check that values can be compared
mod fit; // from drawn rows to a forest with its offset
mod forest; // IsolationForest: accessors, scores
mod grow; // a tree grows
mod model; // ForestModel: a forest with the names of its features
mod nodes; // TreeNodes: a tree as arrays
mod oblique; // cuts at a slant
mod options; // MaxSamples, MaxFeatures, Contamination, Precision
mod params; // IsolationForestParams: setters, `check`, `fit`
mod path_length; // average_path_length
mod percentile; // percentile
mod perfect; // trees whose every path is as long
mod plan; // Plan: what parameters come to with given data
mod random; // one stream a tree
mod ranks; // values as their ranks among thresholds
mod reasons; // contributions of features
#[cfg(feature = "serde")]
mod saved; // a model as it is written, and the checks of what is read
mod score; // path lengths of many rows
#[cfg(feature = "serde")]
mod sklearn; // SklearnForest: scikit-learn's trees
pub mod step; // the steps of a fit
mod weights; // rows drawn in proportion to weights

#[cfg(feature = "serde")]
pub use sklearn::SklearnForest;
pub use {
    check::NodeFault,
    draws::{Draw, Draws},
    error::Error,
    forest::IsolationForest,
    model::ForestModel,
    nodes::TreeNodes,
    oddsift_ground::{Progress, Step},
    options::{Contamination, MaxFeatures, MaxSamples, Precision},
    params::IsolationForestParams,
    path_length::average_path_length,
    percentile::percentile,
};
