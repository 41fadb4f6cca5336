use crate::{ClusterModel, Scaling};

/// Why events could not be clustered.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sample holds NaN or an infinity.
    #[error(
        "row {row} has a value in column {column} that is not finite; leave the row out or replace the value"
    )]
    NonFinite {
        /// The row of the matrix.
        row: usize,
        /// The column of the matrix.
        column: usize,
    },
    /// A matrix has another number of columns than was fitted.
    #[error(
        "the matrix has {found} columns, and {expected} were fitted; pass the same in the same order"
    )]
    Columns {
        /// How many were fitted.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A side column (times, texts, weights, counts, names) has another length than the matrix.
    #[error("{what}: {found} values for {expected}; give one each")]
    Length {
        /// What was given.
        what: &'static str,
        /// How many are needed.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A column that is not there.
    #[error("no column {name}; there are {}", .columns.join(", "))]
    UnknownColumn {
        /// The name or index that was asked for.
        name: String,
        /// The columns that there are.
        columns: Vec<String>,
    },
    /// A scaled value left the range of `f64`.
    #[error(
        "column {column} leaves the range of f64 under scaling {scaling}; divide it first, or use scaling none"
    )]
    ScaleRange {
        /// The column of the matrix.
        column: usize,
        /// The scaling.
        scaling: Scaling,
    },
    /// A scaling that does not exist.
    #[error("unknown scaling {0:?}; use unit, none, standard, robust or minmax")]
    UnknownScaling(String),
    /// A stored scaler cannot be one.
    #[error("the scaler: {fault}; save the model anew")]
    StoredScaler {
        /// What is wrong.
        fault: &'static str,
    },
    /// A stored model's parts do not belong together.
    #[error("{what}: {found}, but there are {expected} features; save the model anew")]
    StoredModel {
        /// The part.
        what: &'static str,
        /// How many columns it has.
        found: usize,
        /// How many features there are.
        expected: usize,
    },
    /// A model of another kind or a later version.
    #[error(
        "format {format:?} version {version}; this reads {} version {}",
        ClusterModel::FORMAT,
        ClusterModel::VERSION
    )]
    Format {
        /// The format's name.
        format: String,
        /// Its version.
        version: u64,
    },
    /// No events were given.
    #[error("there are no rows to cluster; give at least one")]
    NoRows,
    /// DBSCAN refused its parameters or input.
    #[error(transparent)]
    Dbscan(#[from] oddsift_dbscan::Error),
    /// The rows could not be collapsed to patterns.
    #[error(transparent)]
    Patterns(#[from] oddsift_patterns::Error),
}
