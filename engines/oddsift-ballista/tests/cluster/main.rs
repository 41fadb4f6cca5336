//! A scheduler and two executors, as processes on loopback, give what one session gives, or fail with a message.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod events; // generated process events, as CSV and as Parquet
mod faults; // processes killed, files gone, disks full
mod fixture; // the processes, which end with the test
mod lacking; // processes without the functions
mod plans; // plans as bytes
mod same; // the rows of one session
mod tool;
mod verbs; // the command line
