#![doc = include_str!("../README.md")]
#![allow(
    clippy::inline_always,
    reason = "counting and asking whether to go on is a few instructions of hot loops of other crates"
)]

mod progress; // Progress, Step, Control, Tally, Stop: how far a computation is, what ends it
pub mod threads; // loops that use more than one core where they may

pub use progress::{Callback, Control, Progress, Step, Stop, Tally};
