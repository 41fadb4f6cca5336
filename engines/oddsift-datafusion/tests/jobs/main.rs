//! Jobs on an engine give what the tool gives on the same rows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster; // ClusterJob
mod events; // generated events as CSV and Parquet
mod outliers; // OutlierJob
mod stack; // StackJob
