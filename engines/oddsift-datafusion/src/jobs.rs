//! Whole jobs on an engine: what the tool does with files, with tables of any size.
//!
//! Features, masks and counts are computed where the rows are, by `GROUP BY`; the small part, the distinct
//! patterns, comes to the process that asks and is bounded by [`Limits`]; labels are joined back by a hash of
//! the vector. A job takes a [`Source`], so a session of one process and one of many machines are the same to
//! it.

mod cluster; // ClusterJob
mod cluster_lines; // clusters and noise events as the tool prints them
mod counted; // what the engine counted, as the crates take it
mod hunt; // HuntJob
mod hunt_lines; // the lines of a hunt as columns
mod numbered; // rows by their numbers
mod outliers; // OutlierJob
mod scratch; // Scratch: small tables that are joined to the rows
mod series; // SeriesJob
mod series_points; // the points of series as columns
mod source; // Source: the rows, their numbers and roles; Limits
mod space; // features as SQL
mod stack; // StackJob

pub use cluster::{ClusterJob, Clustered};
pub use hunt::{HuntFound, HuntJob, hunt_rows};
pub use outliers::{OutlierJob, Outliers};
pub use scratch::Scratch;
pub use series::{SeriesFound, SeriesJob};
pub use source::{Limits, Source};
pub use stack::StackJob;
