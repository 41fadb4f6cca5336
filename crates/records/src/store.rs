use std::fmt::Write;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::{
    Cell,
    record::{FieldKind, Fields, PackedField, Record, View, record},
};

/// Whole records kept by their number, until they are printed.
///
/// All texts lie in one: a record takes its bytes, 8 a field that has a value and about fifty more. A store
/// is for the records of one input, since their numbers tell them apart; it has room for 2^32 of them.
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
    fields: Vec<PackedField>,
    slots: Vec<Slot>,
    /// The places of records among the slots, by their numbers.
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// Where a record lies.
#[derive(Debug, Clone, Copy)]
struct Slot {
    row: u64,
    line: u64,
    text: usize,
    first_field: usize,
    n_filled: u32,
    n_fields: u32,
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
        let Ok(place) = u32::try_from(self.slots.len()) else { return };
        let row = record.row();
        if self.slot(row).is_some() {
            return;
        }
        let (text, first_field) = (self.text.len(), self.fields.len());
        let mut next = record.next_filled(0);
        while let Some(column) = next {
            let start = self.text.len();
            let kind = self.push_field(record, column);
            // A number without a text is NaN, which is missing.
            if kind != FieldKind::Number || start < self.text.len() {
                self.fields.push(PackedField::new(as_place(column), kind, self.place(text)));
            }
            next = record.next_filled(column.saturating_add(1));
        }
        let n_filled = as_place(self.fields.len().saturating_sub(first_field));
        let (line, n_fields) = (record.line(), as_place(record.n_fields()));
        self.slots.push(Slot { row, line, text, first_field, n_filled, n_fields });
        let Self { slots, places, hasher, .. } = self;
        let hash =
            |place: &u32| hasher.hash_one(slots.get(*place as usize).map_or(0, |slot| slot.row));
        places.insert_unique(hasher.hash_one(row), place, hash);
    }

    fn slot(&self, row: u64) -> Option<&Slot> {
        let slot = |place: &u32| self.slots.get(*place as usize);
        let is_it = |place: &u32| slot(place).is_some_and(|slot| slot.row == row);
        slot(self.places.find(self.hasher.hash_one(row), is_it)?)
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
        self.record(self.slot(row)?)
    }

    fn record(&self, slot: &Slot) -> Option<StoredRow<'_>> {
        let fields = slot.first_field..slot.first_field.checked_add(slot.n_filled as usize)?;
        Some(StoredRow(View {
            row: slot.row,
            line: slot.line,
            n_fields: slot.n_fields as usize,
            text: self.text.get(slot.text..)?,
            fields: Fields::Packed(self.fields.get(fields)?),
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
        for record in other.slots.iter().filter_map(|slot| other.record(slot)) {
            self.insert(&record);
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
        for slot in self.slots.iter().filter(|slot| is_wanted(slot.row)) {
            if let Some(record) = self.record(slot) {
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
