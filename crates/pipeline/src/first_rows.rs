//! Rows that are to be shown, read once more.

use std::collections::HashMap;

use oddsift_records::{Record, RowStore};

use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::{Error, Input};

/// Reads rows by their numbers; their first values must be what they were.
pub(crate) fn read_rows(
    head: Head,
    rows: &RowPlan,
    input: &Input,
    wanted: &HashMap<u64, &[f64]>,
) -> Result<RowStore, Error> {
    let mut feed = Feed::new(head, input);
    let name = feed.name();
    let state = || (RowRoom::default(), RowStore::new());
    let parts = feed.for_each(state, |(room, store), _, batch| {
        rows.follow(batch, room)?;
        for row in batch {
            let Some(values) = wanted.get(&row.row()) else { continue };
            let is_taken = matches!(rows.take(row, room)?, Taken::Row { .. });
            if is_taken && room.values.get(..values.len()) == Some(*values) {
                store.insert(&row);
            }
        }
        Ok(())
    })?;
    let mut store = RowStore::new();
    for (_, part) in &parts {
        store.merge(part);
    }
    if store.len() == wanted.len() { Ok(store) } else { Err(Error::Changed { name }) }
}
