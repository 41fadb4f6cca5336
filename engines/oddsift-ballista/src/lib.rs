#![doc = include_str!("../README.md")]

mod address; // HOST:PORT of a scheduler, also as a URL
pub mod client; // sessions on a cluster, tables, results on shared storage
mod error; // Error
mod executor; // Executor: runs tasks
mod process; // what every process of a cluster has: stores and functions
mod scheduler; // Scheduler: plans jobs and hands out tasks
mod stores; // Stores: object stores by URL, made from the environment
pub mod tool; // the commands

pub use client::{local_session, register_table, session};
pub use error::Error;
pub use executor::Executor;
pub use oddsift_datafusion::{publish, write_parquet};
pub use scheduler::Scheduler;
pub use stores::Stores;
pub use {
    ballista, ballista_core, ballista_executor, ballista_scheduler, datafusion, object_store,
    oddsift_datafusion,
};
