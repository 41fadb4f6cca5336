#![doc = include_str!("../README.md")]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod args; // SpanArgs: a span from its parts
mod bins; // Bins: days, weeks and lengths of time, as pandas cuts them
mod decimal; // the numbers in a period's text
mod epoch; // numbers that count from an epoch
mod error; // Error
mod format; // format_time
mod forms; // dates of portals, mail, web servers and people
mod iso; // the strict ISO 8601 shapes, without allocation
mod kql; // kql_filter, kql_between, kql_identifier, kql_string
mod merge; // merge, merge_within
mod parser; // TimeParser: format, zone, `parse`
mod period; // Period: arithmetic with times
mod period_text; // the text of a period, read and printed
mod query; // what the query languages share: bounds, conditions
mod resolve; // ResolvedSpan: msticpy's rules
mod span; // TimeSpan
mod spl; // spl_filter
mod sql; // sql_filter

pub use jiff::{SignedDuration, Timestamp};
pub use {
    args::SpanArgs,
    bins::Bins,
    error::Error,
    format::format_time,
    kql::{kql_between, kql_filter, kql_identifier, kql_string},
    merge::{merge, merge_within},
    parser::{ParsedTime, TimeParser},
    period::Period,
    resolve::ResolvedSpan,
    span::TimeSpan,
    spl::spl_filter,
    sql::sql_filter,
};
