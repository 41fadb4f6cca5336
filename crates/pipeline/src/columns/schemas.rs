use std::sync::Arc;

use oddsift_features::{Role, Schema};
use oddsift_records::Cell;

use super::Columns;

/// Returns the columns of a row for each known layout: its name, what it is, the column of each role, and
/// where the layout is documented.
///
/// ```
/// let columns = oddsift_pipeline::schema_columns();
/// assert_eq!(columns.names()[..2], ["schema", "about"]);
/// ```
#[must_use]
pub fn schema_columns<'c>() -> Columns<'c, Arc<Schema>> {
    let mut columns = Columns::new()
        .with("schema", |it: &Arc<Schema>| Cell::Text(&it.name))
        .with("about", |it| Cell::Text(&it.about));
    for role in Role::ALL {
        columns = columns.with(role.name(), move |it: &Arc<Schema>| {
            it.columns_of(role).first().map_or(Cell::Missing, |name| Cell::Text(name))
        });
    }
    columns.with("source", |it| Cell::Text(&it.source))
}
