#![doc = include_str!("../README.md")]

mod canonical; // merging tables, and the one order of their patterns
mod cut; // beginning and end of a template, where short texts have no room for both
mod distinct; // distinct values of a column, per pattern
mod error; // Error, Fault
mod masked; // masked texts: one key for texts that differ in what varies
mod observation; // Observation, Aggregate, PatternId
mod saved; // serde: a table out, and back in as untrusted input
mod skeleton; // literal text with masks in it: matched and joined
mod state; // TemplateState: what is known of the texts so far
mod table; // PatternTable
mod template; // Template: the state's answer, printed and matched
mod time_spans; // first and last times of patterns, packed
mod token; // delimiters, masks and the lattice of tokens

pub use oddsift_timespan::Timestamp;
pub use {
    error::{Error, Fault},
    masked::{MASKS, mask_into, masked},
    observation::{Aggregate, Observation, PatternId},
    state::TemplateState,
    table::{PatternColumns, PatternTable},
    template::{Part, Template},
    time_spans::TimeSpans,
    token::Mask,
};
