#![doc = include_str!("../README.md")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is cut off is upper halves, and fractions of places that are not below 0"
)]
#![allow(
    clippy::inline_always,
    reason = "counting, hashing and asking whether to go on are a few instructions of hot loops of other crates"
)]

mod progress; // Progress, Step, Control, Tally, Stop: how far a computation is, what ends it
#[cfg(feature = "quantiles")]
mod quantile; // quantiles, Weighted: quantiles by ndarray-stats, of weighted values too
mod rows; // DistinctRows, hash_row: rows that repeat, by hash
pub mod threads; // loops that use more than one core where they may
mod unseen; // is_unseen: characters that can deceive

pub use progress::{Callback, Control, Progress, Step, Stop, Tally};
#[cfg(feature = "quantiles")]
pub use quantile::{Weighted, quantiles};
pub use rows::{DistinctRows, Mark, hash_row};
pub use unseen::is_unseen;
