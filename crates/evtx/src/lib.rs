#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod columns; // Columns: names and their places
mod error; // Error
mod events; // Events: the events of a chunk, flat
mod evtx_rows; // EvtxRows
mod flatten; // an event's JSON to fields
mod log; // Log: the chunks of a file, checked

pub use {
    error::Error,
    evtx_rows::{EvtxRows, is_evtx},
};
