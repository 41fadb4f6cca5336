#![doc = include_str!("../README.md")]

mod combination; // values, numbers and combinations of any table
mod error; // Error
mod findings; // trees to findings, findings to the order of lines
mod history; // History: what was seen before, saved and read back
mod hunt; // Hunt, Line, Finding: what came out
mod lens; // what tells the rarity of lines
mod occurrence; // the first rows of a line
mod params; // HuntParams: setters and `rank`
mod process; // ProcessEvent, ProcessTexts, ProcessLines
mod ranking; // Ranking: rows with their bits and trees
mod reason; // Reason: counts in words
#[cfg(feature = "serde")]
mod saved; // tables of lines as they travel
mod shape; // traits of command lines, and their words
mod shared; // SharedTable: filled by threads together
mod spread; // how much a process started
mod table; // LineTable, Sighting, LineId
mod texts; // distinct texts by number
mod trees; // rows to trees
mod views; // View: the rarity of each part of an event

pub use {
    combination::number_size,
    error::Error,
    history::History,
    hunt::{Finding, Hunt, Line, Placed, TreeRow},
    oddsift_patterns::Timestamp,
    params::HuntParams,
    process::{ProcessEvent, ProcessLines, ProcessTexts, process_number},
    reason::Reason,
    shared::{SharedId, SharedNames, SharedTable},
    table::{LineId, LineTable, Sighting},
    views::View,
};
