use oddsift_records::Cell;

use super::{Columns, text_or_missing};
use crate::{LabelledRow, LabelledRows};

impl LabelledRows {
    /// Returns the columns of [`rows`](Self::rows): the number of a row, and [`COLUMNS`](Self::COLUMNS).
    ///
    /// ```
    /// use oddsift_pipeline::LabelledRows;
    ///
    /// let columns = LabelledRows::columns();
    /// assert_eq!(columns.names()[1..], LabelledRows::COLUMNS);
    /// ```
    #[must_use]
    pub fn columns<'c, 'r>() -> Columns<'c, LabelledRow<'r>> {
        Columns::new()
            .with("row", |row: &LabelledRow<'_>| Cell::UInt(row.row))
            .with("ClusterId", |row| Cell::Int(row.label.to_i64()))
            .with_nearest(str::to_owned, |row: &LabelledRow<'_>| row.nearest)
            .with("Reason", |row| text_or_missing(row.reason.as_deref()))
    }
}
