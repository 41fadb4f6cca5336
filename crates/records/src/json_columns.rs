use std::{collections::HashMap, sync::Arc};

use crate::reader::MAX_COLUMNS;

/// The most bytes that the names of all columns may have.
const MAX_NAME_BYTES: usize = 16 << 20;

/// The columns by name, in the order in which they first came. They grow, up to a bound.
#[derive(Default)]
pub(crate) struct Columns {
    names: Vec<String>,
    index: HashMap<String, u32>,
    n_bytes: usize,
    /// The column that came behind each column last time; behind no column, the first.
    ///
    /// Objects of a log mostly have their keys in one order, or in a few.
    after: Vec<u32>,
    /// The column that came last in this record, plus one.
    last: usize,
    /// The record in which each column came last.
    seen: Vec<u64>,
    record: u64,
    /// The names as batches share them.
    shared: Arc<[String]>,
}

impl Columns {
    /// Begins a record: no column is taken.
    pub(crate) fn begin_record(&mut self) {
        self.record = self.record.saturating_add(1);
        self.last = 0;
    }

    /// The column of that name, a new one where there is none; none past the bound.
    pub(crate) fn find(&mut self, name: &str) -> Option<u32> {
        let guess = self.after.get(self.last).copied().unwrap_or_default();
        let found = match self.names.get(guess as usize) {
            Some(known) if known == name => guess,
            _ => {
                let found = self.index.get(name).copied().or_else(|| self.add(name))?;
                self.expect(found);
                found
            }
        };
        self.last = (found as usize).saturating_add(1);
        Some(found)
    }

    /// Takes a column for this record; false if it is taken.
    pub(crate) fn take(&mut self, column: u32) -> bool {
        let Some(seen) = self.seen.get_mut(column as usize) else { return false };
        std::mem::replace(seen, self.record) != self.record
    }

    fn expect(&mut self, next: u32) {
        if self.after.len() <= self.last {
            self.after.resize(self.last.saturating_add(1), 0);
        }
        if let Some(after) = self.after.get_mut(self.last) {
            *after = next;
        }
    }

    /// Adds a column.
    fn add(&mut self, name: &str) -> Option<u32> {
        let n_bytes = self.n_bytes.saturating_add(name.len());
        if self.names.len() >= MAX_COLUMNS || n_bytes > MAX_NAME_BYTES {
            return None;
        }
        let column = u32::try_from(self.names.len()).ok()?;
        self.index.insert(name.to_owned(), column);
        self.names.push(name.to_owned());
        self.seen.push(0);
        self.n_bytes = n_bytes;
        Some(column)
    }

    /// Adds those of the names that are not there yet.
    pub(crate) fn expect_all(&mut self, names: &[String]) {
        for name in names {
            if !self.index.contains_key(name) {
                self.add(name);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Drops the columns of a record that is none after all.
    pub(crate) fn truncate(&mut self, n_columns: usize) {
        while self.names.len() > n_columns {
            let Some(name) = self.names.pop() else { return };
            self.n_bytes = self.n_bytes.saturating_sub(name.len());
            self.index.remove(&name);
            self.seen.pop();
        }
    }

    /// The names for a batch; copied only where there are more than last time.
    pub(crate) fn shared(&mut self) -> &Arc<[String]> {
        if self.shared.len() != self.names.len() {
            self.shared = self.names.as_slice().into();
        }
        &self.shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stop_at_the_bound_and_the_known_ones_are_found() {
        let mut columns = Columns::default();
        columns.begin_record();
        for number in 0..MAX_COLUMNS {
            assert!(columns.find(&number.to_string()).is_some());
        }
        assert_eq!((columns.find("one more"), columns.find("7")), (None, Some(7)));
        assert!(columns.take(7) && !columns.take(7));
    }

    #[test]
    fn long_names_are_bounded_together() {
        let mut columns = Columns::default();
        let name = "n".repeat(MAX_NAME_BYTES / 2);
        assert!(columns.find(&name).is_some() && columns.find(&(name.clone() + "a")).is_none());
        columns.truncate(0);
        assert!(columns.find(&(name + "b")).is_some());
    }

    #[test]
    fn dropped_columns_are_found_by_no_guess() {
        let mut columns = Columns::default();
        columns.begin_record();
        assert_eq!((columns.find("a"), columns.find("b")), (Some(0), Some(1)));
        columns.truncate(1);
        columns.begin_record();
        assert_eq!((columns.find("a"), columns.find("c")), (Some(0), Some(1)));
        assert_eq!(columns.shared()[..], ["a", "c"]);
    }
}
