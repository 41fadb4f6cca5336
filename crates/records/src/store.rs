use std::fmt::Write;
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::{
    Cell,
    record::{FieldKind, Fields, FilledColumn, Record, View, record},
};

/// Whole records kept by their number, until they are printed.
///
/// All texts lie in one: a record takes its bytes, 4 a field that has a value and about fifty more; records
/// whose values are in the same columns name these once. A store is for the records of one input, since
/// their numbers tell them apart; it has room for 2^32 of them.
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
    /// Where fields end, from the start of their record.
    ends: Vec<u32>,
    slots: Vec<Slot>,
    /// The shape of each record.
    shape_of: Vec<u32>,
    shapes: Shapes,
    /// Room for the shape of the next record.
    filled: Vec<FilledColumn>,
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
    first_end: usize,
}

/// The columns that records fill: most records of an input fill the same.
#[derive(Debug, Clone, Default)]
struct Shapes {
    all: Vec<Shape>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shape {
    n_fields: u32,
    filled: Box<[FilledColumn]>,
}

impl Shapes {
    fn get(&self, number: u32) -> Option<&Shape> {
        self.all.get(number as usize)
    }

    /// The number of a shape, which is new if it was not there.
    fn number(&mut self, n_fields: u32, filled: &[FilledColumn]) -> u32 {
        let is_it = |number: &u32| {
            self.get(*number).is_some_and(|it| it.n_fields == n_fields && *it.filled == *filled)
        };
        let hash = self.hasher.hash_one((n_fields, filled));
        if let Some(number) = self.numbers.find(hash, is_it) {
            return *number;
        }
        // There are no more shapes than records.
        let number = as_place(self.all.len());
        self.all.push(Shape { n_fields, filled: filled.into() });
        let Self { all, numbers, hasher } = self;
        let hash_of = |number: &u32| {
            let shape = all.get(*number as usize);
            hasher.hash_one(shape.map_or((0, [].as_slice()), |it| (it.n_fields, &it.filled)))
        };
        numbers.insert_unique(hash, number, hash_of);
        number
    }
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
        if self.place_of(row).is_some() {
            return;
        }
        let (text, first_end) = (self.text.len(), self.ends.len());
        let mut filled = std::mem::take(&mut self.filled);
        filled.clear();
        let mut next = record.next_filled(0);
        while let Some(column) = next {
            let start = self.text.len();
            let kind = self.push_field(record, column);
            // A number without a text is NaN, which is missing.
            if kind != FieldKind::Number || start < self.text.len() {
                filled.push(FilledColumn::new(as_place(column), kind));
                self.ends.push(self.place(text));
            }
            next = record.next_filled(column.saturating_add(1));
        }
        self.shape_of.push(self.shapes.number(as_place(record.n_fields()), &filled));
        self.filled = filled;
        self.slots.push(Slot { row, line: record.line(), text, first_end });
        let Self { slots, places, hasher, .. } = self;
        let hash =
            |place: &u32| hasher.hash_one(slots.get(*place as usize).map_or(0, |slot| slot.row));
        places.insert_unique(hasher.hash_one(row), place, hash);
    }

    fn place_of(&self, row: u64) -> Option<usize> {
        let is_it =
            |place: &u32| self.slots.get(*place as usize).is_some_and(|slot| slot.row == row);
        self.places.find(self.hasher.hash_one(row), is_it).map(|place| *place as usize)
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
        self.record(self.place_of(row)?)
    }

    fn record(&self, place: usize) -> Option<StoredRow<'_>> {
        let slot = self.slots.get(place)?;
        let shape = self.shapes.get(*self.shape_of.get(place)?)?;
        let ends = slot.first_end..slot.first_end.checked_add(shape.filled.len())?;
        Some(StoredRow(View {
            row: slot.row,
            line: slot.line,
            n_fields: shape.n_fields as usize,
            text: self.text.get(slot.text..)?,
            fields: Fields::Kept { filled: &shape.filled, ends: self.ends.get(ends)? },
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
        for record in (0..other.len()).filter_map(|place| other.record(place)) {
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
        for record in (0..self.len()).filter_map(|place| self.record(place)) {
            if is_wanted(record.row()) {
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
