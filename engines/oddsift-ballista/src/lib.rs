#![doc = include_str!("../README.md")]

pub use oddsift_datafusion::{self as functions, Functions};
pub use {ballista, ballista_core, ballista_executor, ballista_scheduler, datafusion};
