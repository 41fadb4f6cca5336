#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod error; // Error
mod format; // format_time
mod iso; // the strict ISO 8601 shapes, without allocation
mod parser; // TimeParser: format, zone, `parse`
mod span; // TimeSpan

pub use jiff::Timestamp;
pub use {
    error::Error,
    format::format_time,
    parser::{ParsedTime, TimeParser},
    span::TimeSpan,
};
