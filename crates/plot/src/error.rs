/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Rows have another number of values than the forest has features.
    #[error(
        "the rows have {found} columns, the forest has {expected} features; give those that it was fitted to"
    )]
    Columns {
        /// What the forest has.
        expected: usize,
        /// What the rows have.
        found: usize,
    },
    /// There is not one weight for each row, or not one text for each outlier.
    #[error("there are {found} {what} for {expected} rows; give one for each")]
    Length {
        /// What there is too much or too little of.
        what: &'static str,
        /// How many rows there are.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The forest cannot score the rows.
    #[error(transparent)]
    Forest(#[from] oddsift_iforest::Error),
    /// The results of a job could not be taken.
    #[cfg(feature = "pipeline")]
    #[error(transparent)]
    Job(#[from] oddsift_pipeline::Error),
}
