//! Data shared by the benchmarks.

pub mod points;
pub mod series;
pub mod text;
