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
}
