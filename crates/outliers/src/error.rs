use crate::OutlierModel;

/// Why outliers could not be found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A row of a stack has not one value a column.
    #[error("{found} values for {expected} stacked columns; give one a column")]
    StackColumns {
        /// Columns of the stack.
        expected: usize,
        /// Values of the row.
        found: usize,
    },
    /// A stack holds as many combinations, or a combination as many bytes, as it can count.
    #[error("a stack holds up to 2^32 - 1 combinations of up to 4 GiB; stack fewer columns")]
    StackFull,
    /// A column has not one value a row.
    #[error("column {column} has {found} values, the first has {expected}; give one a row")]
    ColumnLength {
        /// The column, from 0.
        column: usize,
        /// Values of the first column.
        expected: usize,
        /// Values of this one.
        found: usize,
    },
    /// There are no rows to fit to.
    #[error("there are no rows to fit to; give at least one")]
    NoRows,
    /// The forest refused its parameters or input.
    #[error(transparent)]
    Forest(#[from] oddsift_iforest::Error),
    /// The counts of process events refused.
    #[error(transparent)]
    Rarity(#[from] oddsift_rarity::Error),
    /// Stored counts of process events are of other views or masks than these.
    #[error("rarity: other counts than this version makes; save the model anew")]
    StoredRarity,
    /// Stored counts of the training rows contradict each other, or are not of the forest.
    #[error("training: {fault}; save the model anew")]
    StoredTraining {
        /// What is wrong.
        fault: String,
    },
    /// Recipe and forest do not belong together.
    #[error("forest: {found} features, but the recipe makes {expected}; save the model anew")]
    Features {
        /// Features of the forest.
        found: usize,
        /// Features of the recipe.
        expected: usize,
    },
    /// A model of another kind or a later version.
    #[error(
        "format {format:?} version {version}; this reads {} version {}",
        OutlierModel::FORMAT,
        OutlierModel::VERSION
    )]
    Format {
        /// The format's name.
        format: String,
        /// Its version.
        version: u64,
    },
}
