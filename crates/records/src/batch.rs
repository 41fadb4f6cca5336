use std::{borrow::Cow, sync::Arc};

use oddsift_timespan::Timestamp;

use crate::{
    Cell,
    record::{Field, FieldKind, Fields, Record, Typed, View, record},
};

/// Some thousand records in one text; it is filled again and again without new memory.
///
/// ```
/// use oddsift_records::{Batch, ReadOptions, Reader, Record};
///
/// let mut reader = Reader::new("a.csv", &b"name,note\nx,\n"[..], ReadOptions::new())?;
/// let mut batch = Batch::new();
/// while reader.next_batch(&mut batch)? {
///     for row in &batch {
///         assert_eq!((row.row(), row.line(), row.field(0), row.field(1)), (0, 2, Some("x"), None));
///     }
/// }
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub(crate) text: String,
    pub(crate) rows: Vec<RowMark>,
    /// Where the fields end, from the start of their row; `n_columns` a row.
    pub(crate) ends: Vec<usize>,
    /// One a field, or none at all: CSV.
    pub(crate) kinds: Vec<FieldKind>,
    /// One a field, or none at all: a source of text.
    typed: Vec<Typed>,
    /// Sparse rows: the fields that have a value, and where those of each row end. None at all where
    /// every row has a field a column.
    pub(crate) filled: Vec<Field>,
    pub(crate) filled_ends: Vec<usize>,
    columns: Arc<[String]>,
    pub(crate) n_columns: usize,
    name: Option<Arc<str>>,
    input_number: Option<u32>,
}

/// Where a row is: in the input and in the text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowMark {
    pub(crate) row: u64,
    pub(crate) line: u64,
    pub(crate) start: usize,
}

/// A record of a [`Batch`]; [`Record`] says what it offers.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a>(View<'a>);

/// The records of a [`Batch`] in input order, by [`Batch::iter`].
#[derive(Debug, Clone)]
pub struct BatchRows<'a> {
    batch: &'a Batch,
    next: usize,
}

record!(Row);

impl<'a> Row<'a> {
    /// As [`Record::field`], but the text lives as long as the batch.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\ny\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let column: Vec<&str> = batch.iter().filter_map(|row| row.text(0)).collect();
    /// assert_eq!(column, ["x", "y"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn text(&self, column: usize) -> Option<&'a str> {
        self.0.field(column)
    }

    /// Returns whether all fields are known to be text or missing, as in CSV.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut batch = Batch::new();
    /// Reader::new("a.csv", &b"a\n1\n"[..], ReadOptions::new())?.next_batch(&mut batch)?;
    /// assert!(batch.get(0).unwrap().is_all_text());
    /// Reader::new("a.ndjson", &b"{\"a\":1}\n"[..], ReadOptions::new())?.next_batch(&mut batch)?;
    /// assert!(!batch.get(0).unwrap().is_all_text());
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn is_all_text(&self) -> bool {
        self.0.is_all_text()
    }

    /// Returns a field as it is written: text, JSON as it came, or the number or time of a typed source.
    ///
    /// ```
    /// # use oddsift_records::{Batch, Cell, ReadOptions, Reader};
    /// let mut reader = Reader::new("a.csv", &b"a,b\nx,\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let row = batch.get(0).unwrap();
    /// assert_eq!((row.value(0), row.value(1)), (Cell::Text("x"), Cell::Missing));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn value(&self, column: usize) -> Cell<'a> {
        self.0.cell(column)
    }

    /// Returns the text of a field, that of a number or time of a typed source printed; `None` where it
    /// is missing.
    ///
    /// ```
    /// use oddsift_records::Batch;
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a", "b"].map(str::to_owned).into());
    /// batch.push(0, 1).int(443);
    /// let row = batch.get(0).unwrap();
    /// assert_eq!((row.to_text(0).as_deref(), row.to_text(1)), (Some("443"), None));
    /// ```
    #[inline]
    #[must_use]
    pub fn to_text(&self, column: usize) -> Option<Cow<'a, str>> {
        if let Some(text) = self.text(column) {
            return Some(Cow::Borrowed(text));
        }
        match self.value(column) {
            Cell::Missing => None,
            typed => {
                let text = typed.to_string();
                if text.is_empty() { None } else { Some(Cow::Owned(text)) }
            }
        }
    }
}

impl Batch {
    /// A batch without records.
    ///
    /// ```
    /// assert!(oddsift_records::Batch::new().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of records.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Batch::new().len(), 0);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no records.
    ///
    /// ```
    /// assert!(oddsift_records::Batch::default().is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The record at `index` of this batch.
    ///
    /// ```
    /// assert!(oddsift_records::Batch::new().get(0).is_none());
    /// ```
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        let mark = self.rows.get(index)?;
        Some(Row(View {
            row: mark.row,
            line: mark.line,
            n_fields: self.n_columns,
            text: self.text.get(mark.start..)?,
            fields: if self.filled_ends.is_empty() {
                self.dense(index)?
            } else {
                self.sparse(index)?
            },
        }))
    }

    #[inline]
    fn dense(&self, index: usize) -> Option<Fields<'_>> {
        let first = index.checked_mul(self.n_columns)?;
        let fields = first..first.checked_add(self.n_columns)?;
        Some(Fields::Dense {
            ends: self.ends.get(fields.clone())?,
            kinds: self.kinds.get(fields.clone()).unwrap_or_default(),
            typed: self.typed.get(fields).unwrap_or_default(),
        })
    }

    #[inline]
    fn sparse(&self, index: usize) -> Option<Fields<'_>> {
        let first = match index.checked_sub(1) {
            Some(before) => *self.filled_ends.get(before)?,
            None => 0,
        };
        let fields = first..*self.filled_ends.get(index)?;
        Some(Fields::Sparse(self.filled.get(fields)?))
    }

    /// The name of the input that the records are from, for messages; empty where none was given.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut reader = Reader::new("a.csv", &b"a\nx\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// assert_eq!(batch.name(), "a.csv");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The names of the columns, those of all records in it. Batches of one header share them.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut reader = Reader::new("a.csv", &b"user,host\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// assert_eq!(batch.columns()[..], ["user", "host"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> &Arc<[String]> {
        &self.columns
    }

    /// Which of several inputs it is of, from 0; none where there is one.
    ///
    /// ```
    /// let mut batch = oddsift_records::Batch::new();
    /// assert_eq!(batch.input_number(), None);
    /// batch.set_input_number(3);
    /// assert_eq!(batch.input_number(), Some(3));
    /// ```
    #[must_use]
    pub fn input_number(&self) -> Option<u32> {
        self.input_number
    }

    /// Says which of several inputs it is of, after [`begin`](Self::begin).
    ///
    /// ```
    /// let mut batch = oddsift_records::Batch::new();
    /// batch.set_input_number(0);
    /// assert_eq!(batch.input_number(), Some(0));
    /// ```
    pub fn set_input_number(&mut self, number: u32) {
        self.input_number = Some(number);
    }

    /// The bytes that its records take, about.
    ///
    /// ```
    /// # use oddsift_records::{Batch, ReadOptions, Reader};
    /// let mut batch = Batch::new();
    /// Reader::new("a.csv", &b"a,b\nxy,z\n"[..], ReadOptions::new())?.next_batch(&mut batch)?;
    /// assert!((3..200).contains(&batch.n_held()));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn n_held(&self) -> u64 {
        let n_fields = self.ends.len().saturating_add(self.filled.len()) as u64;
        let of_fields = n_fields.saturating_mul(16);
        (self.text.len() as u64)
            .saturating_add(of_fields)
            .saturating_add((self.rows.len() as u64).saturating_mul(32))
    }

    /// Begins a new batch of records with a field for each of `columns`; what it held is gone, its memory
    /// stays.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"flows.parquet".into(), &["a", "b", "c"].map(str::to_owned).into());
    /// batch.push(0, 1).text("10.0.0.7").int(443).float(1.5);
    /// batch.push(1, 2).missing().int(-1);
    /// let row = batch.get(0).unwrap();
    /// assert_eq!((row.cell(0), row.cell(1)), (Cell::Text("10.0.0.7"), Cell::Int(443)));
    /// assert_eq!(batch.get(1).unwrap().cell(2), Cell::Missing);
    /// ```
    pub fn begin(&mut self, name: &Arc<str>, columns: &Arc<[String]>) {
        self.input_number = None;
        self.clear(columns.len());
        self.set_columns(columns);
        if self.name.as_ref().is_none_or(|ours| !Arc::ptr_eq(ours, name)) {
            self.name = Some(Arc::clone(name));
        }
    }

    /// Adds a record, whose fields are then added one by one; those that are not are missing.
    ///
    /// `row` is its number in the input from 0, `line` where it begins: the physical line of a text,
    /// the number of the record from 1 elsewhere.
    ///
    /// ```
    /// use oddsift_records::{Batch, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a.bin".into(), &["a", "b"].map(str::to_owned).into());
    /// batch.push(7, 8).text("x");
    /// let row = batch.get(0).unwrap();
    /// assert_eq!((row.row(), row.line(), row.text(0), row.text(1)), (7, 8, Some("x"), None));
    /// ```
    pub fn push(&mut self, row: u64, line: u64) -> RowBuilder<'_> {
        let start = self.text.len();
        self.rows.push(RowMark { row, line, start });
        let n_left = self.n_columns;
        RowBuilder { batch: self, start, n_left }
    }

    /// Whether it is time to hand the batch over: about 4096 records, 1 MiB of text or a million
    /// fields.
    ///
    /// ```
    /// let mut batch = oddsift_records::Batch::new();
    /// batch.begin(&"a.bin".into(), &["a"].map(str::to_owned).into());
    /// (0..4096).for_each(|row| _ = batch.push(row, row));
    /// assert!(batch.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full_at(self.text.len())
    }

    /// The records in input order.
    ///
    /// ```
    /// assert_eq!(oddsift_records::Batch::new().iter().count(), 0);
    /// ```
    #[must_use]
    pub fn iter(&self) -> BatchRows<'_> {
        BatchRows { batch: self, next: 0 }
    }

    /// Gives the records of an empty batch these columns.
    pub(crate) fn widen(&mut self, columns: &Arc<[String]>) {
        self.n_columns = columns.len();
        if !Arc::ptr_eq(&self.columns, columns) {
            self.columns = Arc::clone(columns);
        }
    }

    /// Empties the batch; its memory stays.
    pub(crate) fn clear(&mut self, n_columns: usize) {
        self.text.clear();
        self.rows.clear();
        self.ends.clear();
        self.kinds.clear();
        self.typed.clear();
        self.filled.clear();
        self.filled_ends.clear();
        self.n_columns = n_columns;
    }

    /// Ends a sparse row, whose fields were put behind those of the row before; they may be in any order.
    pub(crate) fn end_sparse(&mut self, mark: RowMark) {
        let first = self.filled_ends.last().copied().unwrap_or_default();
        if let Some(fields) = self.filled.get_mut(first..)
            && !fields.is_sorted_by_key(|field| field.column)
        {
            fields.sort_unstable_by_key(|field| field.column);
        }
        self.filled_ends.push(self.filled.len());
        self.rows.push(mark);
    }

    /// Drops what was put for a sparse row that `text` bytes of the batch precede.
    pub(crate) fn undo_sparse(&mut self, text: usize) {
        self.text.truncate(text);
        self.filled.truncate(self.filled_ends.last().copied().unwrap_or_default());
    }

    /// Counts rows and lines from an earlier place.
    pub(crate) fn shift(&mut self, n_rows: u64, n_lines: u64) {
        for mark in &mut self.rows {
            mark.row = mark.row.saturating_add(n_rows);
            mark.line = mark.line.saturating_add(n_lines);
        }
    }

    /// Gives sparse rows the columns that came with them.
    pub(crate) fn set_columns(&mut self, columns: &Arc<[String]>) {
        self.n_columns = columns.len();
        if !Arc::ptr_eq(&self.columns, columns) {
            self.columns = Arc::clone(columns);
        }
    }

    /// Takes over the rows of another batch of the same input.
    pub(crate) fn take_rows(&mut self, other: Batch) {
        let name = self.name.take();
        *self = other;
        self.name = name;
    }

    /// Whether it is time to hand the batch over: about 4096 rows or 1 MiB, a bounded number of
    /// fields too, so that many empty columns take no more.
    pub(crate) fn is_full_at(&self, n_bytes: usize) -> bool {
        self.rows.len() >= 4096
            || n_bytes >= 1 << 20
            || self.ends.len().max(self.filled.len()) >= 1 << 20
    }

    /// Gives the room of the last text, filled with it, to whoever makes the next one.
    pub(crate) fn take_room(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text).into_bytes()
    }

    /// Takes over the text of all rows, and gives back the positions of rows that had to change.
    ///
    /// One check of the whole text covers every field, as long as all of them begin at a character.
    /// The text changes hands without a copy; [`take_room`](Self::take_room) gives the room back.
    pub(crate) fn set_text(&mut self, bytes: &mut Vec<u8>) -> Vec<usize> {
        match String::from_utf8(std::mem::take(bytes)) {
            Ok(text) if text.is_ascii() || self.fields_begin_at_characters(&text) => {
                self.text = text;
                Vec::new()
            }
            Ok(text) => self.repair(text.as_bytes()),
            Err(error) => self.repair(error.as_bytes()),
        }
    }

    fn fields_begin_at_characters(&self, text: &str) -> bool {
        let mut ends = self.ends.iter();
        self.rows.iter().all(|mark| {
            ends.by_ref()
                .take(self.n_columns)
                .all(|end| text.is_char_boundary(mark.start.saturating_add(*end)))
        })
    }

    /// Field by field, with U+FFFD for what is no UTF-8.
    fn repair(&mut self, bytes: &[u8]) -> Vec<usize> {
        let mut changed = Vec::new();
        let mut ends = self.ends.iter_mut();
        for (index, mark) in self.rows.iter_mut().enumerate() {
            let row = bytes.get(mark.start..).unwrap_or_default();
            mark.start = self.text.len();
            let (mut from, mut replaced) = (0, false);
            for end in ends.by_ref().take(self.n_columns) {
                let field = String::from_utf8_lossy(row.get(from..*end).unwrap_or_default());
                replaced |= matches!(field, Cow::Owned(_));
                self.text.push_str(&field);
                from = std::mem::replace(end, self.text.len().saturating_sub(mark.start));
            }
            if replaced {
                changed.push(index);
            }
        }
        changed
    }
}

/// A record in the making: its fields in the order of the columns, by [`Batch::push`].
///
/// Fields past the last column are left out.
#[derive(Debug)]
pub struct RowBuilder<'b> {
    batch: &'b mut Batch,
    start: usize,
    n_left: usize,
}

impl RowBuilder<'_> {
    #[inline]
    fn add(&mut self, text: &str, kind: FieldKind) -> &mut Self {
        if let Some(n_left) = self.n_left.checked_sub(1) {
            self.n_left = n_left;
            self.batch.text.push_str(text);
            self.batch.ends.push(self.batch.text.len().saturating_sub(self.start));
            self.batch.kinds.push(kind);
            if !self.batch.typed.is_empty() {
                self.batch.typed.push(Typed::Text);
            }
        }
        self
    }

    /// Adds a field that is no text. A batch of texts alone has no room for such.
    fn add_typed(&mut self, kind: FieldKind, typed: Typed) -> &mut Self {
        if self.n_left > 0 {
            self.batch.typed.resize(self.batch.ends.len(), Typed::Text);
            self.add("", kind);
            self.batch.typed.truncate(self.batch.ends.len().saturating_sub(1));
            self.batch.typed.push(typed);
        }
        self
    }

    /// Adds a field of text; an empty one is text, too, and not missing.
    ///
    /// ```
    /// # let mut batch = oddsift_records::Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).text("");
    /// assert_eq!(batch.get(0).unwrap().text(0), Some(""));
    /// ```
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.add(text, FieldKind::Text)
    }

    /// Adds a field of text, or a missing one.
    ///
    /// ```
    /// # let mut batch = oddsift_records::Batch::new();
    /// batch.begin(&"a".into(), &["a", "b"].map(str::to_owned).into());
    /// batch.push(0, 1).text_or_missing(None).text_or_missing(Some("x"));
    /// assert_eq!(batch.get(0).unwrap().text(1), Some("x"));
    /// ```
    pub fn text_or_missing(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.missing(),
        }
    }

    /// Adds the JSON of a number, an array or an object, to be printed as it is.
    ///
    /// ```
    /// use oddsift_records::{Batch, FieldKind, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).json("[1,2]", FieldKind::Nested);
    /// assert_eq!(batch.get(0).unwrap().kind(0), FieldKind::Nested);
    /// ```
    pub fn json(&mut self, text: &str, kind: FieldKind) -> &mut Self {
        self.add(text, kind)
    }

    /// Adds a whole number, which nobody prints to parse it again.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).int(4688);
    /// assert_eq!(batch.get(0).unwrap().cell(0), Cell::Int(4688));
    /// ```
    pub fn int(&mut self, number: i64) -> &mut Self {
        self.add_typed(FieldKind::Number, Typed::Int(number))
    }

    /// Adds a number; NaN is a missing value to all who read it.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).float(0.5);
    /// assert_eq!(batch.get(0).unwrap().cell(0), Cell::Float(0.5));
    /// ```
    pub fn float(&mut self, number: f64) -> &mut Self {
        self.add_typed(FieldKind::Number, Typed::Float(number))
    }

    /// Adds a time.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    /// use oddsift_timespan::Timestamp;
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).time(Timestamp::UNIX_EPOCH);
    /// assert_eq!(batch.get(0).unwrap().cell(0).to_string(), "1970-01-01T00:00:00Z");
    /// ```
    pub fn time(&mut self, time: Timestamp) -> &mut Self {
        self.add_typed(FieldKind::Time, Typed::Time(time))
    }

    /// Adds a time whose source does not name its zone, given as if it were in UTC.
    ///
    /// ```
    /// use oddsift_records::{Batch, Record};
    /// use oddsift_timespan::Timestamp;
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).naive_time(Timestamp::UNIX_EPOCH);
    /// assert_eq!(batch.get(0).unwrap().cell(0).to_string(), "1970-01-01T00:00:00");
    /// ```
    pub fn naive_time(&mut self, time: Timestamp) -> &mut Self {
        self.add_typed(FieldKind::Time, Typed::NaiveTime(time))
    }

    /// Adds true or false.
    ///
    /// ```
    /// # let mut batch = oddsift_records::Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).bool(true);
    /// assert_eq!(batch.get(0).unwrap().text(0), Some("true"));
    /// ```
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.add(if value { "true" } else { "false" }, FieldKind::Bool)
    }

    /// Adds a field without a value.
    ///
    /// ```
    /// # let mut batch = oddsift_records::Batch::new();
    /// batch.begin(&"a".into(), &["a", "b"].map(str::to_owned).into());
    /// batch.push(0, 1).missing().text("x");
    /// assert_eq!(batch.get(0).unwrap().text(0), None);
    /// ```
    pub fn missing(&mut self) -> &mut Self {
        self.add("", FieldKind::Missing)
    }
}

impl RowBuilder<'_> {
    /// Adds a field of another record, as it is there.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    ///
    /// let columns = ["a"].map(str::to_owned).into();
    /// let (mut from, mut to) = (Batch::new(), Batch::new());
    /// from.begin(&"a".into(), &columns);
    /// from.push(0, 1).int(443);
    /// to.begin(&"b".into(), &columns);
    /// to.push(7, 1).field(&from.get(0).unwrap(), 0);
    /// assert_eq!(to.get(0).unwrap().cell(0), Cell::Int(443));
    /// ```
    pub fn field(&mut self, record: &impl Record, column: usize) -> &mut Self {
        match record.cell(column) {
            Cell::Json(text) => self.json(text, record.kind(column)),
            cell => self.cell(cell),
        }
    }

    /// Adds a field of any kind; JSON is an array or object.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, Record};
    ///
    /// let mut batch = Batch::new();
    /// batch.begin(&"a".into(), &["a"].map(str::to_owned).into());
    /// batch.push(0, 1).cell(Cell::UInt(7));
    /// assert_eq!(batch.get(0).unwrap().cell(0), Cell::Int(7));
    /// ```
    pub fn cell(&mut self, cell: Cell<'_>) -> &mut Self {
        match cell {
            Cell::Missing => self.missing(),
            Cell::Text(text) => self.text(text),
            Cell::Json(text) => self.json(text, FieldKind::Nested),
            Cell::Int(number) => self.int(number),
            Cell::UInt(number) => match i64::try_from(number) {
                Ok(number) => self.int(number),
                Err(_) => self.json(&number.to_string(), FieldKind::Number),
            },
            Cell::Float(number) => self.float(number),
            Cell::Bool(value) => self.bool(value),
            Cell::Time(time) => self.time(time),
            Cell::NaiveTime(time) => self.naive_time(time),
        }
    }
}

impl Drop for RowBuilder<'_> {
    /// Every record has as many fields as there are columns.
    fn drop(&mut self) {
        let end = self.batch.text.len().saturating_sub(self.start);
        for _ in 0..self.n_left {
            self.batch.ends.push(end);
            self.batch.kinds.push(FieldKind::Missing);
            if !self.batch.typed.is_empty() {
                self.batch.typed.push(Typed::Text);
            }
        }
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = Row<'a>;
    type IntoIter = BatchRows<'a>;

    fn into_iter(self) -> BatchRows<'a> {
        self.iter()
    }
}

impl<'a> Iterator for BatchRows<'a> {
    type Item = Row<'a>;

    #[inline]
    fn next(&mut self) -> Option<Row<'a>> {
        let row = self.batch.get(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.batch.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

impl ExactSizeIterator for BatchRows<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(n_columns: usize, rows: &[&[&[u8]]]) -> (Batch, Vec<u8>) {
        let mut batch = Batch { n_columns, ..Batch::new() };
        let mut bytes = Vec::new();
        for (row, fields) in (0..).zip(rows) {
            let start = bytes.len();
            batch.rows.push(RowMark { row, line: row, start });
            for field in *fields {
                bytes.extend_from_slice(field);
                batch.ends.push(bytes.len().saturating_sub(start));
            }
        }
        (batch, bytes)
    }

    #[test]
    fn character_cut_in_two_by_a_field_end_is_replaced() {
        let (mut batch, mut bytes) = batch(2, &[&[b"x", b"y"], &[b"\xc3", b"\xa9"]]);
        assert_eq!(batch.set_text(&mut bytes), [1]);
        let row = batch.get(1).unwrap();
        assert_eq!((row.text(0), row.text(1)), (Some("\u{fffd}"), Some("\u{fffd}")));
        assert_eq!(batch.get(0).unwrap().text(1), Some("y"));
    }

    #[test]
    fn valid_text_is_not_changed() {
        let (mut batch, mut bytes) = batch(2, &[&["é".as_bytes(), b""], &[b"", "漢".as_bytes()]]);
        assert!(batch.set_text(&mut bytes).is_empty());
        let row = batch.get(1).unwrap();
        assert_eq!((row.text(0), row.text(1), row.text(2)), (None, Some("漢"), None));
    }
}
