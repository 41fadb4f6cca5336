#![doc = include_str!("../README.md")]

mod category; // programs and texts, compared by value
mod charset; // delimiters that are single characters
mod delimiters; // Delimiters: the compiled set of separating characters
mod envelope; // numbers that name a thing or a moment
mod error; // Error, ValueError, ValueErrorKind
mod field; // Field: a column of a row
mod header; // names of columns to their places
mod listing; // names in messages: quoted, cut short, nearest
mod measure; // Measure: what a step takes from its column
mod number; // a cell's text as a finite number
mod options; // FeatureOptions
mod process; // ProcessFeature, ProcessFeatures, ProcessScanner
mod recipe; // Recipe: from a row's columns to a feature vector
mod resolve; // names of features to the steps of a recipe
mod role; // Role: the part that a column plays
mod roles; // Roles: which columns of a file play which role
#[cfg(feature = "serde")]
mod saved; // a recipe as it is stored
mod scan; // TextScanner: all text features in one pass
mod schema; // Schema, SchemaChoice
mod schemas; // the known layouts as one table
mod session; // SessionRule
mod table; // one addition a byte for ASCII text
mod text; // one text, one number

// A module, since its functions carry the names of those on a single text.
pub mod columns;

pub use category::program_of;
pub use delimiters::Delimiters;
pub use envelope::is_envelope;
pub use error::{Error, ValueError, ValueErrorKind};
pub use field::Field;
pub use listing::{column_list, find_column};
pub use options::FeatureOptions;
pub use process::{
    ProcessFeature, ProcessFeatures, ProcessScanner, guess_path_separator, process_name,
};
pub use recipe::{Recipe, Scratch};
pub use role::Role;
pub use roles::{Roles, fills, find_time_column, time_columns};
pub use scan::{TextFeatures, TextParts, TextScanner};
pub use schema::{Schema, SchemaChoice};
pub use session::SessionRule;
pub use text::{char_ord_ratio, char_ord_score, crc32_hash, delim_count, delim_hash, token_count};
