use std::collections::HashSet;

use csv_core::{ReadRecordResult as Step, ReaderBuilder};
use memchr::memchr_iter;

use crate::{
    Batch, Fault,
    batch::RowMark,
    buffer::Buffer,
    framing::Framing,
    reader::{MAX_COLUMNS, Stop, Tally},
    repeats::Repeats,
};

/// Steps in which the room for the text of records grows.
const TEXT_STEP: usize = 64 << 10;

/// CSV records over the `csv` crate's own state machine, with their physical lines.
pub(crate) struct CsvRows {
    core: csv_core::Reader,
    buffer: Buffer,
    /// The line on which the next byte stands.
    line: u64,
    /// Whether the byte before was a carriage return that ended a line: a line feed belongs to it.
    after_return: bool,
    limit: usize,
    /// A record past the limit whose end is yet to come.
    cut: Option<Making>,
    n_columns: usize,
    repeats: Repeats,
    /// Unescaped text of the rows of the batch in the making; valid up to `used`.
    text: Vec<u8>,
    used: usize,
    /// Ends of the record in the making, one place more than a right record needs.
    ends: Vec<usize>,
}

/// A record that was found: its text is behind `used`, its ends are in `ends`.
struct Found {
    line: u64,
    n_fields: usize,
    n_bytes: usize,
}

/// A record in the making.
#[derive(Clone, Copy)]
struct Making {
    line: u64,
    /// Bytes of input, all fields so far, bytes of text.
    consumed: usize,
    n_fields: usize,
    n_bytes: usize,
    /// Where the last whole field ends: a quote that never closes opens behind it.
    last_end: usize,
}

impl CsvRows {
    /// Reads the header.
    pub(crate) fn open(
        buffer: Buffer,
        framing: &Framing,
        limit: usize,
        tally: &mut Tally<'_>,
    ) -> Result<(Self, Vec<String>), Stop> {
        let mut rows = Self {
            core: ReaderBuilder::new().delimiter(framing.delimiter).build(),
            buffer,
            line: framing.header_line(),
            after_return: false,
            limit,
            cut: None,
            n_columns: 0,
            repeats: Repeats::default(),
            text: vec![0; TEXT_STEP],
            used: 0,
            ends: vec![0; MAX_COLUMNS.saturating_add(1)],
        };
        let header = rows.record().map_err(of_header)?.ok_or(Stop::Empty)?;
        let mut columns = rows.header(&header, tally)?;
        let text = rows.text.get(..header.n_bytes).unwrap_or_default();
        let ends = rows.ends.get(..header.n_fields).unwrap_or_default();
        rows.repeats = Repeats::new(text, ends, framing.delimiter, &framing.preamble);
        if framing.has_surplus {
            tally.unnamed(header.line, (columns.len() as u64).saturating_add(1));
            columns.push(name_of_surplus(&columns));
        }
        rows.n_columns = columns.len();
        rows.ends.truncate(columns.len().saturating_add(1));
        rows.ends.shrink_to_fit();
        Ok((rows, columns))
    }

    /// Fills the batch; it stays empty at the end of the input only.
    pub(crate) fn fill(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        self.used = 0;
        let filled = self.fill_records(batch, tally);
        self.text.truncate(self.used);
        for index in batch.set_text(&mut self.text) {
            tally.replaced(batch.rows.get(index).map_or(0, |mark| mark.line));
        }
        filled
    }

    fn fill_records(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) -> Result<(), Stop> {
        while !batch.is_full_at(self.used) {
            let found = match self.record() {
                Ok(Some(found)) => found,
                Ok(None) => break,
                Err(stop) => {
                    self.leave_out(stop, tally)?;
                    continue;
                }
            };
            if self.repeats.may_be(found.n_bytes) && self.is_repeat(&found) {
                tally.repeated(found.line);
                continue;
            }
            let row = tally.number();
            if found.n_fields == self.n_columns {
                batch.rows.push(RowMark { row, line: found.line, start: self.used });
                batch.ends.extend(self.ends.iter().take(self.n_columns));
                self.used = self.used.saturating_add(found.n_bytes);
            } else {
                tally.bad(self.wrong_count(&found))?;
            }
        }
        Ok(())
    }

    #[cold]
    fn is_repeat(&self, found: &Found) -> bool {
        let text = self.text.get(self.used..).and_then(|text| text.get(..found.n_bytes));
        let ends = self.ends.get(..found.n_fields);
        self.repeats.has(text.unwrap_or_default(), ends.unwrap_or_default())
    }

    fn wrong_count(&self, found: &Found) -> Stop {
        let (expected, found_fields) = (self.n_columns, found.n_fields);
        let first_wrong = expected.min(found_fields).saturating_add(1) as u64;
        let fault = Fault::FieldCount { expected, found: found_fields };
        Stop::Bad { line: found.line, column: Some(first_wrong), fault }
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
        for (position, end) in (1..).zip(self.ends.iter().take(header.n_fields)) {
            let bytes = self.text.get(from..*end).unwrap_or_default();
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

    /// The next record that is not a blank line; none at the end of the input.
    fn record(&mut self) -> Result<Option<Found>, Stop> {
        self.skip_blank_lines()?;
        let mut making = Making::at(self.line);
        loop {
            if self.buffer.window().is_empty() && !self.buffer.refill()? {
                return self.last_record(making);
            }
            let (done, n_read) = self.step(None, &mut making);
            self.buffer.consume(n_read);
            if making.consumed > self.limit {
                return Err(self.too_long(making, done));
            }
            if done {
                return Ok(Some(making.found()));
            }
        }
    }

    /// The record that the end of the input ends, unless a quote is open.
    fn last_record(&mut self, mut making: Making) -> Result<Option<Found>, Stop> {
        if making.consumed == 0 {
            return Ok(None);
        }
        if self.ends_at_line_feed(&mut making) {
            return Ok(Some(making.found()));
        }
        Err(self.open_quote(&making, Fault::UnterminatedQuote))
    }

    /// The place where the quoted field in the making begins.
    fn open_quote(&self, making: &Making, fault: Fault) -> Stop {
        let before = self.text.get(self.used..).and_then(|text| text.get(..making.last_end));
        let n_lines = memchr_iter(b'\n', before.unwrap_or_default()).count() as u64;
        let column = (making.n_fields as u64).saturating_add(1);
        Stop::Bad { line: making.line.saturating_add(n_lines), column: Some(column), fault }
    }

    /// Whether a line feed ends the record, which it does anywhere but in a quoted field.
    fn ends_at_line_feed(&mut self, making: &mut Making) -> bool {
        loop {
            match self.step(Some(b"\n"), making) {
                (true, _) => return true,
                (false, 0) => {}
                (false, _) => return false,
            }
        }
    }

    /// The record is not read to its end here: bad rows may be skipped.
    fn too_long(&mut self, making: Making, done: bool) -> Stop {
        self.cut = (!done).then_some(making);
        let fault = Fault::RecordTooLong { limit: self.limit, in_quote: false };
        Stop::Bad { line: making.line, column: None, fault }
    }

    /// Leaves out a record past the limit without keeping it, where bad rows are left out.
    #[cold]
    fn leave_out(&mut self, stop: Stop, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let Stop::Bad { line, fault: Fault::RecordTooLong { limit, .. }, .. } = stop else {
            return Err(stop);
        };
        tally.number();
        if let Err(stop) = tally.bad(stop) {
            return Err(self.in_quote(limit).unwrap_or(stop));
        }
        while self.cut.is_some() {
            let mut making = Making::at(self.line);
            if self.buffer.window().is_empty() && !self.buffer.refill()? {
                self.cut = None;
                if self.ends_at_line_feed(&mut making) {
                    break;
                }
                return Err(Stop::Bad { line, column: None, fault: Fault::UnterminatedQuote });
            }
            let (done, n_read) = self.step(None, &mut making);
            self.buffer.consume(n_read);
            self.cut = self.cut.filter(|_| !done);
        }
        Ok(())
    }

    /// The place of the quote in which a record past the limit was cut; none if it was in no quote.
    fn in_quote(&mut self, limit: usize) -> Option<Stop> {
        let making = self.cut.take()?;
        if self.ends_at_line_feed(&mut { making }) {
            return None;
        }
        Some(self.open_quote(&making, Fault::RecordTooLong { limit, in_quote: true }))
    }

    /// One call of the state machine over `input`, or over the window; whether the record is done,
    /// and how many bytes were read.
    #[inline]
    fn step(&mut self, input: Option<&[u8]>, making: &mut Making) -> (bool, usize) {
        let from = self.used.saturating_add(making.n_bytes);
        if from >= self.text.len() {
            self.grow_text();
        }
        // Once there are too many fields only their number matters, and the last end.
        let mut slot = making.n_fields;
        if slot >= self.ends.len() {
            slot = 0;
        }
        let input = input.unwrap_or_else(|| {
            // One byte past the limit, however the bytes arrive: the message is the same then.
            let most = self.limit.saturating_add(1).saturating_sub(making.consumed);
            let window = self.buffer.window();
            window.get(..most).unwrap_or(window)
        });
        let room = self.text.get_mut(from..).unwrap_or_default();
        let ends = self.ends.get_mut(slot..).unwrap_or_default();
        let lines_before = self.core.line();
        let (step, n_read, n_written, n_ends) = self.core.read_record(input, room, ends);
        let n_lines = self.core.line().saturating_sub(lines_before);
        let done = matches!(step, Step::Record);
        let last = n_read.checked_sub(1).and_then(|last| input.get(last));
        self.after_return = done && last == Some(&b'\r');
        self.line = self.line.saturating_add(n_lines).saturating_add(u64::from(self.after_return));
        making.consumed = making.consumed.saturating_add(n_read);
        making.n_fields = making.n_fields.saturating_add(n_ends);
        making.n_bytes = making.n_bytes.saturating_add(n_written);
        if let Some(end) = n_ends.checked_sub(1).and_then(|last| ends.get(last)) {
            making.last_end = *end;
        }
        (done, n_read)
    }

    /// Takes the room of the text that a batch got earlier, before the batch is emptied.
    pub(crate) fn reuse(&mut self, batch: &mut Batch) {
        if self.text.is_empty() {
            self.text = batch.take_room();
        }
    }

    /// Makes room for more text. Room that a batch gave back is taken up by steps, since all of it is
    /// filled with zeros.
    #[cold]
    fn grow_text(&mut self) {
        let length = self.text.len();
        if length == self.text.capacity() {
            self.text.reserve(length.max(TEXT_STEP));
        }
        self.text.resize(self.text.capacity().min(length.saturating_add(TEXT_STEP)), 0);
    }

    /// Lines end with a line feed, a carriage return, or both.
    fn skip_blank_lines(&mut self) -> Result<(), Stop> {
        loop {
            match self.buffer.window().first().copied() {
                Some(b'\n') => {
                    self.line = self.line.saturating_add(u64::from(!self.after_return));
                    self.after_return = false;
                }
                Some(b'\r') => {
                    self.line = self.line.saturating_add(1);
                    self.after_return = true;
                }
                None if self.buffer.refill()? => continue,
                _ => return Ok(()),
            }
            self.buffer.consume(1);
        }
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

impl Making {
    fn at(line: u64) -> Self {
        Self { line, consumed: 0, n_fields: 0, n_bytes: 0, last_end: 0 }
    }

    fn found(&self) -> Found {
        Found { line: self.line, n_fields: self.n_fields, n_bytes: self.n_bytes }
    }
}
