use oddsift_records::Cell;
use oddsift_timespan::TimeSpan;

use super::Columns;
use crate::Periods;

impl Periods {
    /// Returns the columns of periods: start and end.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::Periods::columns().names(), ["start", "end"]);
    /// ```
    #[must_use]
    pub fn columns<'c>() -> Columns<'c, TimeSpan> {
        Columns::new()
            .with("start", |span: &TimeSpan| Cell::Time(span.start()))
            .with("end", |span| Cell::Time(span.end()))
    }
}
