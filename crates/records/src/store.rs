use std::fmt::Write;

use hashbrown::HashMap;

use crate::{
    Cell,
    record::{Field, FieldKind, Fields, Record, View, record},
};

/// Whole records kept by their number, until they are printed.
///
/// All texts lie in one: a record takes its bytes, 16 a field that has a value and about a hundred more. A store
/// is for the records of one input, since their numbers tell them apart.
///
/// ```
/// use oddsift_records::{Batch, ReadOptions, Reader, Record, RowStore};
///
/// let mut reader = Reader::new("a.csv", &b"a,b\nx,1\ny,2\n"[..], ReadOptions::new())?;
/// let mut batch = Batch::new();
/// let mut store = RowStore::new();
/// while reader.next_batch(&mut batch)? {
///     batch.iter().filter(|row| row.field(0) == Some("y")).for_each(|row| store.insert(&row));
/// }
/// assert_eq!(store.get(1).and_then(|row| row.text(1)), Some("2"));
/// assert!(store.get(0).is_none());
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RowStore {
    text: String,
    fields: Vec<Field>,
    slots: HashMap<u64, Slot>,
}

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
struct Slot {
    line: u64,
    text: usize,
    first_field: usize,
    n_filled: usize,
    n_fields: usize,
}

/// A record of a [`RowStore`].
#[derive(Debug, Clone, Copy)]
pub struct StoredRow<'a>(View<'a>);

record!(StoredRow);

impl<'a> StoredRow<'a> {
    /// As [`Record::field`], but the text lives as long as the store.
    ///
    /// ```
    /// assert!(oddsift_records::RowStore::new().get(0).and_then(|row| row.text(0)).is_none());
    /// ```
    #[must_use]
    pub fn text(&self, column: usize) -> Option<&'a str> {
        self.0.field(column)
    }

    /// Returns a field as it is written.
    ///
    /// ```
    /// # use oddsift_records::{Batch, Cell, ReadOptions, Reader, RowStore};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let mut store = RowStore::new();
    /// batch.iter().for_each(|row| store.insert(&row));
    /// assert_eq!(store.get(0).unwrap().value(0), Cell::Text("x"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn value(&self, column: usize) -> Cell<'a> {
        self.0.cell(column)
    }
}

impl RowStore {
    /// A store without records.
    ///
    /// ```
    /// assert!(oddsift_records::RowStore::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a copy of the record, its numbers and times as text; one of the same number that is there already stays.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader, RowStore};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let mut store = RowStore::new();
    /// batch.iter().chain(batch.iter()).for_each(|row| store.insert(&row));
    /// assert_eq!(store.len(), 1);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn insert(&mut self, record: &impl Record) {
        if self.slots.contains_key(&record.row()) {
            return;
        }
        let (text, first_field) = (self.text.len(), self.fields.len());
        let mut next = record.next_filled(0);
        while let Some(column) = next {
            let start = self.place(text);
            let kind = self.push_field(record, column);
            let end = self.place(text);
            // A number without a text is NaN, which is missing.
            if kind != FieldKind::Number || start < end {
                self.fields.push(Field { column: as_place(column), start, end, kind });
            }
            next = record.next_filled(column.saturating_add(1));
        }
        let n_filled = self.fields.len().saturating_sub(first_field);
        let (line, n_fields) = (record.line(), record.n_fields());
        self.slots.insert(record.row(), Slot { line, text, first_field, n_filled, n_fields });
    }

    /// The end of the text, from the start of the record there.
    fn place(&self, start: usize) -> u32 {
        as_place(self.text.len().saturating_sub(start))
    }

    fn push_field(&mut self, record: &impl Record, column: usize) -> FieldKind {
        match record.cell(column) {
            Cell::Text(text) | Cell::Json(text) => self.text.push_str(text),
            Cell::Missing => {}
            // Writing to a string cannot fail.
            typed => _ = write!(self.text, "{typed}"),
        }
        match record.kind(column) {
            FieldKind::Time => FieldKind::Text,
            kind => kind,
        }
    }

    /// The record of that number.
    ///
    /// ```
    /// assert!(oddsift_records::RowStore::new().get(3).is_none());
    /// ```
    #[must_use]
    pub fn get(&self, row: u64) -> Option<StoredRow<'_>> {
        let slot = self.slots.get(&row)?;
        let fields = slot.first_field..slot.first_field.checked_add(slot.n_filled)?;
        Some(StoredRow(View {
            row,
            line: slot.line,
            n_fields: slot.n_fields,
            text: self.text.get(slot.text..)?,
            fields: Fields::Sparse(self.fields.get(fields)?),
        }))
    }

    /// Adds the records of another store, in any order.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader, RowStore};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\ny\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let (mut store, mut other) = (RowStore::new(), RowStore::new());
    /// store.insert(&batch.get(1).unwrap());
    /// other.insert(&batch.get(0).unwrap());
    /// store.merge(&other);
    /// assert_eq!(store.get(0).and_then(|row| row.text(0)), Some("x"));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn merge(&mut self, other: &RowStore) {
        for row in other.slots.keys() {
            if let Some(record) = other.get(*row) {
                self.insert(&record);
            }
        }
    }

    /// Keeps the records whose numbers are wanted and gives the memory of the others back.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader, RowStore};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\ny\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let mut store = RowStore::new();
    /// batch.iter().for_each(|row| store.insert(&row));
    /// store.retain(|row| row > 0);
    /// assert!(store.get(0).is_none() && store.get(1).is_some());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn retain(&mut self, mut is_wanted: impl FnMut(u64) -> bool) {
        let mut kept = RowStore::new();
        for row in self.slots.keys().filter(|row| is_wanted(**row)) {
            if let Some(record) = self.get(*row) {
                kept.insert(&record);
            }
        }
        *self = kept;
    }

    /// The number of records.
    ///
    /// ```
    /// assert_eq!(oddsift_records::RowStore::new().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no records.
    ///
    /// ```
    /// assert!(oddsift_records::RowStore::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

/// A place in a record, which is far shorter than four GiB.
fn as_place(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
