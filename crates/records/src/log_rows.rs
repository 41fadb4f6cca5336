use std::{collections::HashMap, sync::Arc};

use crate::{
    Batch, Fault,
    batch::RowMark,
    buffer::Buffer,
    lines::Lines,
    reader::{MAX_COLUMNS, Stop, Tally},
};

/// What a format of lines makes of them: those with `#` are directives, the others records.
pub(crate) trait Dialect: Send {
    /// What the input is, in words.
    fn describe(&self) -> String;

    /// The fault of a record before any names of columns.
    fn no_names(&self) -> Fault;

    /// Takes a directive; the names of the columns where it is the one that has them.
    fn directive(&mut self, line: &[u8]) -> Result<Option<Vec<String>>, Fault>;

    /// Appends the fields of a record; a missing one is empty.
    fn split(&mut self, line: &[u8], fields: &mut Fields) -> Result<(), Fault>;
}

/// The fields of a record: their text, and where each ends in it.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    pub(crate) text: Vec<u8>,
    pub(crate) ends: Vec<usize>,
}

impl Fields {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Ends a field with what was appended to the text.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    pub(crate) fn field(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.text.get(start.unwrap_or_default()..end).unwrap_or_default()
    }
}

/// Records of logs that name their columns by directives, of which a joined log has several. Their
/// columns unite by name.
pub(crate) struct LogRows {
    lines: Lines,
    dialect: Box<dyn Dialect>,
    /// The names of all columns so far, and those of the batch in the making.
    names: Vec<String>,
    columns: Arc<[String]>,
    index: HashMap<String, usize>,
    /// Where each column is in a record of the current block; nowhere if the block has it not.
    places: Vec<Option<usize>>,
    n_fields: usize,
    fields: Fields,
    /// Text of the batch in the making.
    text: Vec<u8>,
}

impl LogRows {
    /// Reads up to the first names of columns.
    pub(crate) fn open(
        buffer: Buffer,
        dialect: impl Dialect + 'static,
        limit: usize,
        tally: &mut Tally<'_>,
    ) -> Result<(Self, Vec<String>), Stop> {
        let mut rows = Self {
            lines: Lines::new(buffer, limit),
            dialect: Box::new(dialect),
            names: Vec::new(),
            columns: Arc::new([]),
            index: HashMap::new(),
            places: Vec::new(),
            n_fields: 0,
            fields: Fields::default(),
            text: Vec::new(),
        };
        while rows.lines.advance()? && (rows.lines.text().is_empty() || rows.is_directive()) {
            if !rows.lines.text().is_empty() && rows.directive(tally)? {
                tally.format(rows.dialect.describe());
                let names = rows.names.clone();
                return Ok((rows, names));
            }
        }
        Err(rows.bad(rows.dialect.no_names()))
    }

    /// Fills the batch; it stays empty at the end of the input only. Where a directive brings new
    /// columns the batch ends, since all its records have the same.
    pub(crate) fn fill(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        self.text = batch.take_room();
        let filled = self.fill_records(batch, tally);
        if batch.is_empty() {
            self.widen(batch);
        }
        for index in batch.set_text(&mut self.text) {
            tally.replaced(batch.rows.get(index).map_or(0, |mark| mark.line));
        }
        filled
    }

    fn fill_records(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        while !batch.is_full_at(self.text.len()) {
            match self.lines.advance() {
                Ok(true) => {}
                Ok(false) => break,
                Err(stop) => {
                    tally.number();
                    tally.bad(stop)?;
                    continue;
                }
            }
            if self.lines.text().is_empty() {
                continue;
            }
            if !self.is_directive() {
                self.record(batch, tally)?;
            } else if self.directive(tally)? && !batch.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Gives an empty batch all columns so far.
    fn widen(&mut self, batch: &mut Batch) {
        if self.columns.len() != self.names.len() {
            self.columns = self.names.clone().into();
        }
        batch.widen(&self.columns);
    }

    fn is_directive(&self) -> bool {
        self.lines.text().starts_with(b"#")
    }

    fn bad(&self, fault: Fault) -> Stop {
        Stop::Bad { line: self.lines.number().max(1), column: None, fault }
    }

    /// Takes the line as a directive; whether there are new columns.
    fn directive(&mut self, tally: &mut Tally<'_>) -> Result<bool, Stop> {
        let names = match self.dialect.directive(self.lines.text()) {
            Ok(names) => names,
            Err(fault) => return Err(self.bad(fault)),
        };
        tally.format(self.dialect.describe());
        names.map_or(Ok(false), |names| self.begin_block(&names))
    }

    /// Unites the names with the columns; whether there are new ones.
    fn begin_block(&mut self, names: &[String]) -> Result<bool, Stop> {
        let n_before = self.names.len();
        let mut places = vec![None; n_before];
        for (at, name) in names.iter().enumerate() {
            let column = *self.index.entry(name.clone()).or_insert(self.names.len());
            if column == self.names.len() {
                self.names.push(name.clone());
                places.push(None);
            }
            match places.get_mut(column) {
                Some(place @ None) => *place = Some(at),
                _ => return Err(self.bad(Fault::DuplicateColumn { name: name.clone() })),
            }
        }
        if self.names.len() > MAX_COLUMNS {
            return Err(self.bad(Fault::TooManyColumns { limit: MAX_COLUMNS }));
        }
        (self.places, self.n_fields) = (places, names.len());
        Ok(self.names.len() > n_before)
    }

    fn record(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let row = tally.number();
        self.fields.clear();
        let split = self.dialect.split(self.lines.text(), &mut self.fields);
        if let Err(fault) = split.and_then(|()| self.check_count()) {
            return tally.bad(self.bad(fault));
        }
        if batch.is_empty() {
            self.widen(batch);
        }
        let start = self.text.len();
        batch.rows.push(RowMark { row, line: self.lines.number(), start });
        for place in &self.places {
            self.text.extend_from_slice(place.map_or(&[], |at| self.fields.field(at)));
            batch.ends.push(self.text.len().saturating_sub(start));
        }
        Ok(())
    }

    fn check_count(&self) -> Result<(), Fault> {
        let (expected, found) = (self.n_fields, self.fields.ends.len());
        if expected == found { Ok(()) } else { Err(Fault::FieldCount { expected, found }) }
    }
}
