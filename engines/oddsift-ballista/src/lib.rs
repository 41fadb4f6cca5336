#![doc = include_str!("../README.md")]

mod address; // HOST:PORT of a scheduler, also as a URL
pub mod client; // sessions on a cluster, tables, results on shared storage
mod error; // Error
mod executor; // Executor: runs tasks
mod process; // what every process of a cluster has: stores and functions
mod scheduler; // Scheduler: plans jobs and hands out tasks
mod stores; // Stores: object stores by URL, made from the environment

pub use client::{local_session, publish, register_table, session, write_parquet};
pub use error::Error;
pub use executor::Executor;
pub use scheduler::Scheduler;
pub use stores::Stores;
pub use {
    ballista, ballista_core, ballista_executor, ballista_scheduler, datafusion, object_store,
    oddsift_datafusion,
};
