#![doc = include_str!("../README.md")]

mod arguments; // what a function takes, and the message for what it does not
mod calls; // the arguments of a call: columns, and values that are the same for all rows
mod error; // Error
mod function; // RowFunction: what the engine asks of a function of a row, in one place
mod functions; // Functions: all of them, to be registered
mod hunt_lines; // the aggregate `hunt_lines`
pub mod jobs;
mod merging; // MergingFunction: functions of a group whose result is bytes that merge
mod models; // Models: saved models by path or URL, read once
mod numbers; // columns of numbers as vectors, row by row
mod output; // results as Parquet on the shared storage
mod pattern; // the aggregate `pattern`
mod process; // `process_features`
mod process_rarity; // `process_rarity`
mod rarity; // the aggregate `rarity_counts`
mod score; // `iforest_score` and `cluster_of`
mod series; // `stl_anomalies`
mod state; // states of templates and counts as bytes
mod template; // `template_text`: the text of a state
mod text; // functions of one text: scores, hashes, counts, masks
mod texts; // columns of text of each type
mod time_bucket; // `time_bucket`: the start of a bucket
mod times; // columns of times
mod value_hashes; // the aggregate `value_hashes`
mod vector_hash; // `vector_hash`: by which labels are joined back

pub use error::Error;
pub use functions::{Functions, configured, register};
pub use models::{MAX_MODEL_BYTES, Models};
pub use output::{create, publish, write_bytes, write_parquet};
pub use state::{
    lines_from_bytes, lines_to_bytes, rarity_from_bytes, rarity_to_bytes, template_from_bytes,
    template_to_bytes,
};
