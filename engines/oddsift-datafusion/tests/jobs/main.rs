//! Jobs on an engine give what the tool gives on the same rows. One program, since each links the engine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cluster; // ClusterJob
mod events; // generated events as CSV and Parquet
mod hunting; // HuntJob
mod logs; // generated events: as the tool reads them, and as tables
mod measuring; // SeriesJob
mod outliers; // OutlierJob
mod stack; // StackJob
