//! The functions in SQL give what the crates give, bit for bit. One program, since each links the engine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod messages; // what a call with wrong arguments says
mod models; // `iforest_score` and `cluster_of`
mod patterns; // `pattern`: any split of the rows, any order
mod rarities; // `rarity_counts`: likewise
mod series; // `stl_anomalies`
mod tables; // sessions and tables for the others
mod texts; // functions of a text, and of process events
