#![doc = include_str!("../README.md")]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "results are exact by contract"))]

mod contexts; // counts of one kind for each context
mod counts; // Counts: rows by value
mod error; // Error
mod given; // GivenCounts: values given another
mod given_words; // GivenWordCounts: words given another value
mod model; // Rarity: named views of a row
mod params; // RarityParams: views, `build`
#[cfg(feature = "serde")]
mod saved; // counts and models as they are written, and the checks of what is read
mod surprisal; // the estimator
mod tail; // TailCounts: numbers by category, upper tail
mod view; // View, Seen
mod words; // WordCounts: rows by word

pub use {
    counts::Counts,
    error::Error,
    given::GivenCounts,
    given_words::GivenWordCounts,
    model::Rarity,
    params::RarityParams,
    surprisal::surprisal,
    tail::TailCounts,
    view::{Seen, View},
    words::WordCounts,
};
