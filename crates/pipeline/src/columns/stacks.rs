use oddsift_outliers::Stacked;
use oddsift_records::Cell;

use super::{Columns, text_or_missing, time_or_missing};
use crate::{StackCounts, own_name};

impl StackCounts {
    /// Returns the columns of combinations: their values, count, first and last time, first row.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::StackParams::new(["Account"]).count(path)?;
    /// assert_eq!(found.columns().names()[..2], ["Account", "count"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> Columns<'_, Stacked<'_>> {
        let own = |name: &str| own_name(&self.params.by, name);
        let mut columns = Columns::new();
        for (place, name) in self.params.by.iter().enumerate() {
            columns = columns.with(name, move |it: &Stacked<'_>| {
                text_or_missing(it.values().nth(place).flatten())
            });
        }
        columns
            .with(own("count"), |it| Cell::UInt(it.count()))
            .with(own("first_time"), |it| time_or_missing(it.times().map(|times| times.0)))
            .with(own("last_time"), |it| time_or_missing(it.times().map(|times| times.1)))
            .with(own("first_row"), |it| Cell::UInt(it.first_row()))
    }
}
