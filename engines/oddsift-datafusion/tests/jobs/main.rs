//! The jobs on an engine give what the tool gives for the same rows. One program, since each links the engine.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hunting; // `hunt`
mod logs; // generated events: as the tool reads them, and as tables
mod measuring; // `series`
