//! Data shared by the benchmarks.
