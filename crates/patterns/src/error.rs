use std::fmt;

/// Why a row, a merge or a saved table was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value of a row is NaN or an infinity.
    #[error("row {row} has a non-finite value in column {column}; drop the row or fill the value")]
    NonFinite {
        /// The row, as the caller numbers it.
        row: u64,
        /// The column, from 0.
        column: usize,
    },
    /// The weight of a row is NaN or an infinity.
    #[error("row {row} has a weight that is not finite; drop the row or give it another weight")]
    NonFiniteWeight {
        /// The row, as the caller numbers it.
        row: u64,
    },
    /// A row has not as many values as the table has features.
    #[error("row {row} has {found} values, the table has {expected} features; give one a feature")]
    Length {
        /// The row, as the caller numbers it.
        row: u64,
        /// Features of the table.
        expected: usize,
        /// Values of the row.
        found: usize,
    },
    /// An observation has not one value for each counted column.
    #[error(
        "row {row} has {found} values to count, the table counts {expected} columns; give one a column"
    )]
    DistinctLength {
        /// The row, as the caller numbers it.
        row: u64,
        /// Columns that the table counts.
        expected: usize,
        /// Values that the observation brought.
        found: usize,
    },
    /// There are as many patterns as a [`PatternId`](crate::PatternId) can tell apart.
    #[error("a table holds at most {limit} distinct patterns; round the features or leave one out")]
    TooManyPatterns {
        /// The most patterns of a table.
        limit: u32,
    },
    /// A counted column has as many distinct values as can be told apart.
    #[error(
        "counted column {column} has more than {limit} distinct values; count a coarser column"
    )]
    TooManyValues {
        /// The counted column, from 0.
        column: usize,
        /// The most distinct values of a column.
        limit: u32,
    },
    /// The rows of a table, or of both tables of a merge, cannot be counted in 64 bits.
    #[error("the rows of the table do not fit a 64-bit count; merge fewer tables")]
    TooManyRows,
    /// Two tables of different features or options cannot merge.
    #[error("tables differ in {option}: {ours} here, {theirs} there; make them alike")]
    Unlike {
        /// What differs: `features`, `templates` (1 is on) or `counted columns`.
        option: &'static str,
        /// The number in the table that was to grow.
        ours: usize,
        /// The number in the other table.
        theirs: usize,
    },
    /// A list of a saved table has not the length that the others imply.
    #[error(
        "saved field `{field}` has {found} entries, the others imply {expected}; save the table anew"
    )]
    SavedLength {
        /// Name of the field.
        field: &'static str,
        /// Entries that the other fields imply.
        expected: usize,
        /// Entries found.
        found: usize,
    },
    /// An entry of a saved table cannot be.
    #[error("saved field `{field}`, entry {position}: {fault}; save the table anew")]
    SavedEntry {
        /// Name of the field.
        field: &'static str,
        /// Position in the field, from 0.
        position: usize,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What is wrong with an entry of a saved table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A number is zero, or past what it may be.
    OutOfRange,
    /// The entry stands there before.
    Repeated,
    /// A value is NaN or an infinity.
    NonFinite,
    /// The last time is before the first.
    EndBeforeStart,
    /// A mask stands where no token can.
    NoToken,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "the number is out of range",
            Self::Repeated => "it stands there twice",
            Self::NonFinite => "the value is not finite",
            Self::EndBeforeStart => "the last time is before the first",
            Self::NoToken => "a mask stands where no token can",
        })
    }
}
