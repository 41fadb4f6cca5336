#![doc = include_str!("../README.md")]

mod common; // remove_common_items
mod error; // Error
mod stack; // Stack: combinations counted

pub use {
    common::{MAX_COUNT, remove_common_items},
    error::Error,
    stack::{Stack, Stacked},
};
