use std::{collections::HashSet, io::Read, sync::Arc};

use crate::{
    Batch, Fault,
    buffer::Buffer,
    csv_parser::{CsvParser, CsvShape, Filled, Found, Next, Piece},
    framing::Framing,
    reader::{MAX_COLUMNS, Stop, Tally},
    repeats::Repeats,
};

/// CSV records, read and parsed by one thread.
pub(crate) struct CsvRows {
    buffer: Buffer,
    is_at_end: bool,
    parser: CsvParser,
    shape: Arc<CsvShape>,
}

/// The rows that are yet to be read.
pub(crate) struct GivenRows {
    pub(crate) shape: Arc<CsvShape>,
    /// The line on which they begin.
    pub(crate) line: u64,
    /// What was read of them, and what is to be read.
    pub(crate) rest: Vec<u8>,
    pub(crate) source: Box<dyn Read + Send>,
}

impl CsvRows {
    /// Reads the header.
    pub(crate) fn open(
        buffer: Buffer,
        framing: &Framing,
        limit: usize,
        tally: &mut Tally<'_>,
    ) -> Result<(Self, Vec<String>), Stop> {
        let delimiter = framing.delimiter;
        let shape = Arc::new(CsvShape { delimiter, limit, ..CsvShape::default() });
        let parser = CsvParser::new(Arc::clone(&shape), framing.header_line(), MAX_COLUMNS);
        let mut rows = Self { buffer, is_at_end: false, parser, shape };
        let header = rows.first_record().map_err(of_header)?.ok_or(Stop::Empty)?;
        let mut columns = rows.header(&header, tally)?;
        let (text, ends) = (rows.parser.found_text(&header), rows.parser.found_ends(&header));
        let repeats = Repeats::new(text, ends, delimiter, &framing.preamble);
        if framing.has_surplus {
            tally.unnamed(header.line, (columns.len() as u64).saturating_add(1));
            columns.push(name_of_surplus(&columns));
        }
        let n_columns = columns.len();
        rows.shape = Arc::new(CsvShape { delimiter, limit, n_columns, repeats });
        rows.parser.take_shape(&rows.shape);
        Ok((rows, columns))
    }

    /// Fills the batch; it stays empty at the end of the input only.
    pub(crate) fn fill(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let filled = self.fill_records(batch, tally);
        self.parser.end(batch, tally);
        filled
    }

    fn fill_records(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        loop {
            let mut piece = Piece::new(self.buffer.window(), self.is_at_end);
            let filled = self.parser.fill(&mut piece, batch, tally);
            let n_used = piece.n_used;
            self.buffer.consume(n_used);
            match filled? {
                Filled::Full | Filled::End => return Ok(()),
                Filled::Wait => self.is_at_end = !self.buffer.refill()?,
            }
        }
    }

    fn first_record(&mut self) -> Result<Option<Found>, Stop> {
        loop {
            let mut piece = Piece::new(self.buffer.window(), self.is_at_end);
            let found = self.parser.record(&mut piece);
            let n_used = piece.n_used;
            self.buffer.consume(n_used);
            match found? {
                Next::Record(found) => return Ok(Some(found)),
                Next::End => return Ok(None),
                Next::Wait => self.is_at_end = !self.buffer.refill()?,
            }
        }
    }

    fn header(&self, header: &Found, tally: &mut Tally<'_>) -> Result<Vec<String>, Stop> {
        let bad = |column: usize, fault| Stop::Bad {
            line: header.line,
            column: Some(column as u64),
            fault,
        };
        if header.n_fields > MAX_COLUMNS {
            return Err(bad(MAX_COLUMNS, Fault::TooManyColumns { limit: MAX_COLUMNS }));
        }
        let (mut columns, mut seen) = (Vec::new(), HashSet::new());
        let mut from = 0;
        let text = self.parser.found_text(header);
        for (position, end) in (1..).zip(self.parser.found_ends(header)) {
            let bytes = text.get(from..*end).unwrap_or_default();
            from = *end;
            let name = String::from_utf8_lossy(bytes).into_owned();
            if std::str::from_utf8(bytes).is_err() {
                tally.replaced(header.line);
            }
            if name.is_empty() {
                tally.unnamed(header.line, position as u64);
            } else if !seen.insert(name.clone()) {
                return Err(bad(position, Fault::DuplicateColumn { name }));
            }
            columns.push(name);
        }
        Ok(columns)
    }

    /// Gives away the rows that are yet to be read, unless one is in the making.
    pub(crate) fn give_away(&mut self) -> Option<GivenRows> {
        if !self.parser.is_between_records() {
            return None;
        }
        // A line feed may be left of the line before.
        loop {
            let mut piece = Piece::new(self.buffer.window(), false);
            self.parser.skip_blank_lines(&mut piece);
            let n_used = piece.n_used;
            self.buffer.consume(n_used);
            // What cannot be read will be told by whoever reads on.
            if !self.buffer.window().is_empty() || !self.buffer.refill().is_ok_and(|more| more) {
                break;
            }
        }
        let (rest, source) = self.buffer.take();
        Some(GivenRows { shape: Arc::clone(&self.shape), line: self.parser.line, rest, source })
    }

    /// Takes the room of the text that a batch got earlier, before the batch is emptied.
    pub(crate) fn reuse(&mut self, batch: &mut Batch) {
        self.parser.reuse(batch);
    }
}

/// The fault of a header past the limit, which cannot be skipped.
fn of_header(stop: Stop) -> Stop {
    match stop {
        Stop::Bad { line, column, fault: Fault::RecordTooLong { limit, .. } } => {
            Stop::Bad { line, column, fault: Fault::HeaderTooLong { limit } }
        }
        stop => stop,
    }
}

/// A name for the field behind the last that the header names.
fn name_of_surplus(columns: &[String]) -> String {
    let name = format!("column {}", columns.len().saturating_add(1));
    let others = (2..).map(|nth: usize| format!("{name} ({nth})"));
    let mut names = std::iter::once(name.clone()).chain(others);
    names.find(|name| !columns.contains(name)).unwrap_or(name)
}
