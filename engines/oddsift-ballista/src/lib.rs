#![doc = include_str!("../README.md")]

pub use {
    ballista, ballista_core, ballista_executor, ballista_scheduler, datafusion, object_store,
    oddsift_datafusion,
};
