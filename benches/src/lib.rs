//! Data shared by the benchmarks.

pub mod audit_log;
pub mod points;
pub mod series;
pub mod text;
