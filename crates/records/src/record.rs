use oddsift_timespan::Timestamp;

use crate::Cell;

/// One record: a row of a [`crate::Batch`] or of a [`crate::RowStore`].
///
/// ```
/// use oddsift_records::{Batch, ReadOptions, Reader, Record};
///
/// fn width(record: &impl Record) -> usize {
///     (0..record.n_fields()).filter_map(|column| record.field(column)).map(str::len).sum()
/// }
/// let mut reader = Reader::new("a.csv", &b"a,b\nxx,yyy\n"[..], ReadOptions::new())?;
/// let mut batch = Batch::new();
/// reader.next_batch(&mut batch)?;
/// assert_eq!(batch.iter().map(|row| width(&row)).sum::<usize>(), 5);
/// # Ok::<(), oddsift_records::Error>(())
/// ```
pub trait Record {
    /// The number of the record from 0, over all data records, bad ones included.
    fn row(&self) -> u64;
    /// The physical line of the record's first byte, from 1.
    fn line(&self) -> u64;
    /// The number of fields, which is that of the columns.
    fn n_fields(&self) -> usize;
    /// The text of a field.
    ///
    /// `None` is a missing value (an empty CSV field; a null or absent JSON value) or a column that
    /// is not there. A number is the text of the file, a nested value its JSON. A number or time of a
    /// source that is not text has none; [`cell`](Record::cell) gives it.
    fn field(&self, column: usize) -> Option<&str>;
    /// The first column, at or behind `from`, whose field has a value.
    ///
    /// A record of many columns that fills few costs by those, where the source keeps it so (JSON).
    ///
    /// ```
    /// use oddsift_records::{Batch, ReadOptions, Reader, Record};
    ///
    /// let mut reader = Reader::new("a.csv", &b"a,b,c\nx,,y\n"[..], ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let row = batch.get(0).unwrap();
    /// let filled: Vec<_> =
    ///     std::iter::successors(row.next_filled(0), |last| row.next_filled(last + 1)).collect();
    /// assert_eq!(filled, [0, 2]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    fn next_filled(&self, from: usize) -> Option<usize> {
        (from..self.n_fields()).find(|column| self.kind(*column) != FieldKind::Missing)
    }
    /// What a field is; [`FieldKind::Missing`] where it has no value.
    fn kind(&self, column: usize) -> FieldKind;
    /// A field as it is written: text as text, JSON as it came, numbers and times of typed sources.
    ///
    /// ```
    /// use oddsift_records::{Batch, Cell, ReadOptions, Reader, Record};
    ///
    /// let text = &b"{\"a\":1.50,\"b\":\"x\"}"[..];
    /// let mut reader = Reader::new("a.ndjson", text, ReadOptions::new())?;
    /// let mut batch = Batch::new();
    /// reader.next_batch(&mut batch)?;
    /// let row = batch.get(0).unwrap();
    /// assert_eq!((row.cell(0), row.cell(1)), (Cell::Json("1.50"), Cell::Text("x")));
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    fn cell(&self, column: usize) -> Cell<'_>;
}

/// What a field is. CSV knows text and missing only.
///
/// ```
/// use oddsift_records::{Batch, FieldKind, ReadOptions, Reader, Record};
///
/// let text = &b"{\"a\":1,\"b\":[[2]],\"c\":null}"[..];
/// let mut reader = Reader::new("a.ndjson", text, ReadOptions::new())?;
/// let mut batch = Batch::new();
/// reader.next_batch(&mut batch)?;
/// let kinds: Vec<_> = batch.iter().flat_map(|row| [0, 1, 2].map(|at| row.kind(at))).collect();
/// assert_eq!(kinds, [FieldKind::Number, FieldKind::Nested, FieldKind::Missing]);
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Text: a CSV field, a JSON string.
    Text,
    /// A number: of JSON, or of a source that has numbers, not their text.
    Number,
    /// JSON true or false.
    Bool,
    /// A JSON array of arrays or objects, or an object that is too deep in its record to be columns.
    Nested,
    /// A time of a source that has times, not their text.
    Time,
    /// Nothing: an empty CSV field, a JSON null, an absent key.
    Missing,
}

/// A record as both `Row` and `StoredRow` see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) row: u64,
    pub(crate) line: u64,
    pub(crate) n_fields: usize,
    pub(crate) text: &'a str,
    pub(crate) fields: Fields<'a>,
}

/// The fields of a record, whose texts lie in one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fields<'a> {
    /// One for each column.
    Dense {
        /// Where each field ends in the text.
        ends: &'a [usize],
        /// Empty means CSV: text, or missing where the field is empty.
        kinds: &'a [FieldKind],
        /// Empty where all fields are text.
        typed: &'a [Typed],
    },
    /// Those that have a value, by column: a record then costs by its own fields, however many columns
    /// the others bring.
    Sparse(&'a [Field]),
    /// As [`Fields::Sparse`], of a record that is kept: the columns, and where the text of each ends.
    Kept { filled: &'a [FilledColumn], ends: &'a [u32] },
}

/// A field that has a value, and its place in the text of its record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) column: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: FieldKind,
}

/// A field of a source that has numbers and times, not their text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Typed {
    /// Its text is in the batch.
    Text,
    Int(i64),
    Float(f64),
    Time(Timestamp),
    NaiveTime(Timestamp),
}

/// A column that a record fills, and with what, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FilledColumn(u32);

impl FilledColumn {
    /// All kinds, each at its own number.
    const KINDS: [FieldKind; 6] = [
        FieldKind::Text,
        FieldKind::Number,
        FieldKind::Bool,
        FieldKind::Nested,
        FieldKind::Time,
        FieldKind::Missing,
    ];
    const BITS: u32 = 3;

    /// A column past 2^29, which no record has, is one with all others.
    pub(crate) fn new(column: u32, kind: FieldKind) -> Self {
        let column = column.min(u32::MAX >> Self::BITS);
        Self(column << Self::BITS | kind as u32)
    }
}

/// A field that knows its column.
trait InColumn: Sized {
    fn column(&self) -> usize;
    fn kind(&self) -> FieldKind;
}

impl InColumn for Field {
    #[inline]
    fn column(&self) -> usize {
        self.column as usize
    }

    #[inline]
    fn kind(&self) -> FieldKind {
        self.kind
    }
}

impl InColumn for FilledColumn {
    #[inline]
    fn column(&self) -> usize {
        (self.0 >> Self::BITS) as usize
    }

    #[inline]
    fn kind(&self) -> FieldKind {
        let at = self.0 & ((1 << Self::BITS) - 1);
        Self::KINDS.get(at as usize).copied().unwrap_or(FieldKind::Missing)
    }
}

impl<'a> View<'a> {
    #[inline]
    pub(crate) fn field(&self, column: usize) -> Option<&'a str> {
        // The way of most files stays short where it is used.
        let Fields::Dense { ends, kinds, .. } = self.fields else {
            return self.sparse_field(column);
        };
        let end = *ends.get(column)?;
        let start = match column.checked_sub(1) {
            Some(before) => *ends.get(before)?,
            None => 0,
        };
        let text = self.text.get(start..end)?;
        match kinds.get(column) {
            Some(FieldKind::Missing | FieldKind::Time) => None,
            // A number without a text is a typed one.
            None | Some(FieldKind::Number) if text.is_empty() => None,
            _ => Some(text),
        }
    }

    /// Whether all fields are text or missing, as in CSV.
    #[inline]
    pub(crate) fn is_all_text(&self) -> bool {
        matches!(self.fields, Fields::Dense { kinds: [], .. })
    }

    #[inline(never)]
    fn sparse_field(&self, column: usize) -> Option<&'a str> {
        let (start, end) = match self.fields {
            Fields::Dense { .. } => return None,
            Fields::Sparse(fields) => {
                let field = fields.get(self.find(fields, column).ok()?)?;
                (field.start, field.end)
            }
            Fields::Kept { filled, ends } => {
                let at = self.find(filled, column).ok()?;
                let before = at.checked_sub(1).and_then(|before| ends.get(before));
                (before.copied().unwrap_or_default(), *ends.get(at)?)
            }
        };
        self.text.get(start as usize..end as usize)
    }

    /// Where the field of a column is among those that have a value, or would be.
    #[inline]
    fn find<F: InColumn>(&self, fields: &[F], column: usize) -> Result<usize, usize> {
        // No column is there twice: its field stands at its number, or before it by the number of
        // columns that have no value at most.
        let n_missing = self.n_fields.saturating_sub(fields.len());
        let (low, high) = (column.saturating_sub(n_missing), column.saturating_add(1));
        let part = fields.get(low..high.min(fields.len())).unwrap_or_default();
        match part.binary_search_by_key(&column, InColumn::column) {
            Ok(at) => Ok(low.saturating_add(at)),
            Err(at) => Err(low.saturating_add(at).min(fields.len())),
        }
    }

    /// The first field that has a value at or behind a column.
    fn next_of<F: InColumn>(&self, fields: &[F], from: usize) -> Option<usize> {
        let (Ok(at) | Err(at)) = self.find(fields, from);
        fields.get(at).map(InColumn::column)
    }

    #[inline]
    fn kind_of<F: InColumn>(&self, fields: &[F], column: usize) -> Option<FieldKind> {
        Some(fields.get(self.find(fields, column).ok()?)?.kind())
    }

    pub(crate) fn next_filled(&self, from: usize) -> Option<usize> {
        match self.fields {
            Fields::Dense { .. } => {
                (from..self.n_fields).find(|at| self.kind(*at) != FieldKind::Missing)
            }
            Fields::Sparse(fields) => self.next_of(fields, from),
            Fields::Kept { filled, .. } => self.next_of(filled, from),
        }
    }

    #[inline]
    pub(crate) fn cell(&self, column: usize) -> Cell<'a> {
        let kind = match self.fields {
            Fields::Dense { kinds, typed, .. } => match typed.get(column) {
                Some(Typed::Int(number)) => return Cell::Int(*number),
                Some(Typed::Float(number)) => return Cell::Float(*number),
                Some(Typed::Time(time)) => return Cell::Time(*time),
                Some(Typed::NaiveTime(time)) => return Cell::NaiveTime(*time),
                Some(Typed::Text) | None => kinds.get(column).copied(),
            },
            Fields::Sparse(fields) => self.kind_of(fields, column),
            Fields::Kept { filled, .. } => self.kind_of(filled, column),
        };
        match (self.field(column), kind) {
            (None, _) => Cell::Missing,
            (Some(text), None | Some(FieldKind::Text)) => Cell::Text(text),
            (Some(text), Some(_)) => Cell::Json(text),
        }
    }

    #[inline]
    pub(crate) fn kind(&self, column: usize) -> FieldKind {
        match self.fields {
            Fields::Dense { kinds, .. } => match kinds.get(column) {
                Some(kind) => *kind,
                None if self.field(column).is_some() => FieldKind::Text,
                None => FieldKind::Missing,
            },
            Fields::Sparse(fields) => self.kind_of(fields, column).unwrap_or(FieldKind::Missing),
            Fields::Kept { filled, .. } => {
                self.kind_of(filled, column).unwrap_or(FieldKind::Missing)
            }
        }
    }
}

/// Both public rows are a `View` under another name.
macro_rules! record {
    ($name:ident) => {
        impl Record for $name<'_> {
            fn row(&self) -> u64 {
                self.0.row
            }

            fn line(&self) -> u64 {
                self.0.line
            }

            fn n_fields(&self) -> usize {
                self.0.n_fields
            }

            #[inline]
            fn field(&self, column: usize) -> Option<&str> {
                self.0.field(column)
            }

            fn next_filled(&self, from: usize) -> Option<usize> {
                self.0.next_filled(from)
            }

            #[inline]
            fn kind(&self, column: usize) -> FieldKind {
                self.0.kind(column)
            }

            #[inline]
            fn cell(&self, column: usize) -> $crate::Cell<'_> {
                self.0.cell(column)
            }
        }
    };
}
pub(crate) use record;
