//! Data shared by the benchmarks.

pub mod text;
