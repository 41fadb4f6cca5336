use std::sync::Arc;

use csv_core::{ReadRecordResult as Step, ReaderBuilder};
use memchr::{memchr, memchr_iter, memchr2};

use crate::{
    Batch, Fault,
    batch::RowMark,
    reader::{Stop, Tally},
    repeats::Repeats,
};

/// Steps in which the room for the text of records grows.
const TEXT_STEP: usize = 64 << 10;

/// CSV records over the `csv` crate's own state machine, with their physical lines.
///
/// Bytes are given to it piece by piece, wherever they are cut: a record in the making is kept.
pub(crate) struct CsvParser {
    core: csv_core::Reader,
    /// The line on which the next byte stands.
    pub(crate) line: u64,
    /// Whether the byte before was a carriage return that ended a line: a line feed belongs to it.
    after_return: bool,
    /// Whether the state machine has seen bytes: it drops a byte order mark that comes first.
    is_begun: bool,
    /// The record whose end is yet to come.
    making: Option<Making>,
    /// A record past the limit whose end is yet to come; it is not kept.
    cut: Option<Making>,
    shape: Arc<CsvShape>,
    /// Unescaped text of the rows of the batch in the making; valid up to `used`, behind it that of the
    /// record in the making.
    text: Vec<u8>,
    used: usize,
    /// Ends of the record in the making, one place more than a right record needs.
    ends: Vec<usize>,
}

/// What all records of an input have in common.
#[derive(Debug, Default)]
pub(crate) struct CsvShape {
    pub(crate) delimiter: u8,
    /// The longest record.
    pub(crate) limit: usize,
    pub(crate) n_columns: usize,
    pub(crate) repeats: Repeats,
}

/// Where the bytes that were given have led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The batch is full.
    Full,
    /// All bytes are used.
    Wait,
    /// The input is at its end.
    End,
}

/// A record that was found: its text is behind `used`, its ends are in `ends`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) line: u64,
    pub(crate) n_fields: usize,
    pub(crate) n_bytes: usize,
}

/// What comes next.
pub(crate) enum Next {
    Record(Found),
    /// All bytes are used.
    Wait,
    /// The input is at its end.
    End,
}

/// A record in the making.
#[derive(Debug, Clone, Copy)]
struct Making {
    line: u64,
    /// Bytes of input, all fields so far, bytes of text.
    consumed: usize,
    n_fields: usize,
    n_bytes: usize,
    /// Where the last whole field ends: a quote that never closes opens behind it.
    last_end: usize,
}

/// A piece of the input, used from the front.
pub(crate) struct Piece<'b> {
    bytes: &'b [u8],
    /// Whether the input ends with it.
    is_last: bool,
    pub(crate) n_used: usize,
}

impl<'b> Piece<'b> {
    pub(crate) fn new(bytes: &'b [u8], is_last: bool) -> Self {
        Self { bytes, is_last, n_used: 0 }
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.bytes.get(self.n_used..).unwrap_or_default()
    }
}

impl CsvParser {
    /// Begins at a line; records have at most so many fields.
    pub(crate) fn new(shape: Arc<CsvShape>, line: u64, most_fields: usize) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(shape.delimiter).build(),
            line,
            after_return: false,
            is_begun: false,
            making: None,
            cut: None,
            shape,
            text: vec![0; TEXT_STEP],
            used: 0,
            ends: vec![0; most_fields.saturating_add(1)],
        }
    }

    /// Begins within an input, where a byte order mark is text.
    pub(crate) fn within(shape: Arc<CsvShape>) -> Self {
        let most_fields = shape.n_columns;
        let mut parser = Self::new(shape, 0, most_fields);
        // The state machine drops one that comes first; a blank line is nothing to it.
        parser.core.read_record(b"\n", &mut parser.text, &mut parser.ends);
        parser.is_begun = true;
        parser
    }

    /// Whether no record is in the making.
    pub(crate) fn is_between_records(&self) -> bool {
        self.making.is_none() && self.cut.is_none()
    }

    /// Counts lines from the beginning of an input, which has so many before those that were counted here.
    pub(crate) fn add_lines(&mut self, n_lines: u64) {
        self.line = self.line.saturating_add(n_lines);
        for making in [&mut self.making, &mut self.cut].into_iter().flatten() {
            making.line = making.line.saturating_add(n_lines);
        }
    }

    /// Counts lines from here, where a line begins.
    pub(crate) fn begin_block(&mut self) {
        (self.line, self.after_return) = (0, false);
    }

    /// Takes what is known once the header is read.
    pub(crate) fn take_shape(&mut self, shape: &Arc<CsvShape>) {
        self.ends.truncate(shape.n_columns.saturating_add(1));
        self.ends.shrink_to_fit();
        self.shape = Arc::clone(shape);
    }

    /// Adds records to the batch, until it is full or the piece is used up. After a fault, the records before it
    /// are in the batch.
    pub(crate) fn fill(
        &mut self,
        piece: &mut Piece<'_>,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
    ) -> Result<Filled, Stop> {
        while !batch.is_full_at(self.used) {
            if let Some(end) = self.add_record(piece, batch, tally)? {
                return Ok(end);
            }
        }
        Ok(Filled::Full)
    }

    /// Adds all records of the piece to the batch.
    pub(crate) fn fill_whole(
        &mut self,
        piece: &mut Piece<'_>,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
    ) -> Result<(), Stop> {
        while self.add_record(piece, batch, tally)?.is_none() {}
        Ok(())
    }

    /// Adds the next record to the batch, unless it is left out; gives why there is none.
    #[inline]
    fn add_record(
        &mut self,
        piece: &mut Piece<'_>,
        batch: &mut Batch,
        tally: &mut Tally<'_>,
    ) -> Result<Option<Filled>, Stop> {
        let found = match self.skip_cut(piece).and_then(|()| self.record(piece)) {
            Ok(Next::Record(found)) => found,
            Ok(Next::Wait) => return Ok(Some(Filled::Wait)),
            Ok(Next::End) => return Ok(Some(Filled::End)),
            Err(stop) => return self.leave_out(stop, tally).map(|()| None),
        };
        if self.shape.repeats.may_be(found.n_bytes) && self.is_repeat(&found) {
            tally.repeated(found.line);
            return Ok(None);
        }
        let row = tally.number();
        if found.n_fields == self.shape.n_columns {
            batch.rows.push(RowMark { row, line: found.line, start: self.used });
            batch.ends.extend(self.ends.iter().take(self.shape.n_columns));
            self.used = self.used.saturating_add(found.n_bytes);
        } else {
            tally.bad(self.wrong_count(&found))?;
        }
        Ok(None)
    }

    /// Gives the batch its text; that of the record in the making stays.
    pub(crate) fn end(&mut self, batch: &mut Batch, tally: &mut Tally<'_>) {
        let n_making = self.making.map_or(0, |making| making.n_bytes);
        let end = self.used.saturating_add(n_making);
        let making = self.text.get(self.used..end).unwrap_or_default().to_vec();
        self.text.truncate(self.used);
        for index in batch.set_text(&mut self.text) {
            tally.replaced(batch.rows.get(index).map_or(0, |mark| mark.line));
        }
        (self.text, self.used) = (making, 0);
    }

    /// Takes the room of the text that a batch got earlier, before the batch is emptied.
    pub(crate) fn reuse(&mut self, batch: &mut Batch) {
        if self.text.is_empty() {
            self.text = batch.take_room();
        }
    }

    #[cold]
    fn is_repeat(&self, found: &Found) -> bool {
        self.shape.repeats.has(self.found_text(found), self.found_ends(found))
    }

    pub(crate) fn found_text(&self, found: &Found) -> &[u8] {
        let text = self.text.get(self.used..).and_then(|text| text.get(..found.n_bytes));
        text.unwrap_or_default()
    }

    pub(crate) fn found_ends(&self, found: &Found) -> &[usize] {
        self.ends.get(..found.n_fields).unwrap_or_default()
    }

    fn wrong_count(&self, found: &Found) -> Stop {
        let (expected, found_fields) = (self.shape.n_columns, found.n_fields);
        let first_wrong = expected.min(found_fields).saturating_add(1) as u64;
        let fault = Fault::FieldCount { expected, found: found_fields };
        Stop::Bad { line: found.line, column: Some(first_wrong), fault }
    }

    /// The next record that is not a blank line.
    pub(crate) fn record(&mut self, piece: &mut Piece<'_>) -> Result<Next, Stop> {
        let mut making = if let Some(making) = self.making.take() {
            making
        } else {
            self.skip_blank_lines(piece);
            if piece.rest().is_empty() {
                return Ok(if piece.is_last { Next::End } else { Next::Wait });
            }
            if let Some(found) = self.plain_record(piece) {
                return Ok(Next::Record(found));
            }
            Making::at(self.line)
        };
        loop {
            if piece.rest().is_empty() {
                if piece.is_last {
                    return self.last_record(making);
                }
                self.making = Some(making);
                return Ok(Next::Wait);
            }
            let (done, n_read) = self.step(self.up_to_limit(piece.rest(), &making), &mut making);
            piece.n_used = piece.n_used.saturating_add(n_read);
            if making.consumed > self.shape.limit {
                return Err(self.too_long(making, done));
            }
            if done {
                return Ok(Next::Record(making.found()));
            }
        }
    }

    /// A record on one line without quotes, which is most of them; the state machine need not look at each byte.
    #[inline]
    fn plain_record(&mut self, piece: &mut Piece<'_>) -> Option<Found> {
        let rest = piece.rest();
        let end = memchr(b'\n', rest)?;
        let line = rest.get(..end)?;
        let record = line.strip_suffix(b"\r").unwrap_or(line);
        if !self.is_begun || end >= self.shape.limit || memchr2(b'"', b'\r', record).is_some() {
            return None;
        }
        let from = self.used;
        while self.text.len().saturating_sub(from) < record.len() {
            self.grow_text();
        }
        let room = self.text.get_mut(from..)?;
        let (mut n_fields, mut n_bytes, mut start) = (0_usize, 0_usize, 0_usize);
        let delimiters = memchr_iter(self.shape.delimiter, record);
        for at in delimiters.chain(std::iter::once(record.len())) {
            let field = record.get(start..at)?;
            let next = n_bytes.saturating_add(field.len());
            room.get_mut(n_bytes..next)?.copy_from_slice(field);
            *self.ends.get_mut(n_fields)? = next;
            (n_fields, n_bytes, start) = (n_fields.saturating_add(1), next, at.saturating_add(1));
        }
        let found = Found { line: self.line, n_fields, n_bytes };
        self.line = self.line.saturating_add(1);
        self.after_return = false;
        piece.n_used = piece.n_used.saturating_add(end).saturating_add(1);
        Some(found)
    }

    /// The record that the end of the input ends, unless a quote is open.
    fn last_record(&mut self, mut making: Making) -> Result<Next, Stop> {
        if self.ends_at_line_feed(&mut making) {
            return Ok(Next::Record(making.found()));
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
            match self.step(b"\n", making) {
                (true, _) => return true,
                (false, 0) => {}
                (false, _) => return false,
            }
        }
    }

    /// The record is not read to its end here: bad rows may be skipped.
    fn too_long(&mut self, making: Making, done: bool) -> Stop {
        self.cut = (!done).then_some(making);
        let fault = Fault::RecordTooLong { limit: self.shape.limit, in_quote: false };
        Stop::Bad { line: making.line, column: None, fault }
    }

    /// Leaves out a record past the limit without keeping it, where bad rows are left out.
    #[cold]
    fn leave_out(&mut self, stop: Stop, tally: &mut Tally<'_>) -> Result<(), Stop> {
        let Stop::Bad { fault: Fault::RecordTooLong { limit, .. }, .. } = stop else {
            return Err(stop);
        };
        tally.number();
        tally.bad(stop).map_err(|stop| self.in_quote(limit).unwrap_or(stop))
    }

    /// Goes on to the end of a record past the limit.
    fn skip_cut(&mut self, piece: &mut Piece<'_>) -> Result<(), Stop> {
        while let Some(cut) = self.cut {
            let mut making = Making::at(self.line);
            if piece.rest().is_empty() {
                if piece.is_last {
                    self.cut = None;
                    if !self.ends_at_line_feed(&mut making) {
                        let fault = Fault::UnterminatedQuote;
                        return Err(Stop::Bad { line: cut.line, column: None, fault });
                    }
                }
                return Ok(());
            }
            let (done, n_read) = self.step(self.up_to_limit(piece.rest(), &making), &mut making);
            piece.n_used = piece.n_used.saturating_add(n_read);
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

    /// One byte past the limit, however the bytes arrive: the message is the same then.
    #[inline]
    fn up_to_limit<'b>(&self, input: &'b [u8], making: &Making) -> &'b [u8] {
        let most = self.shape.limit.saturating_add(1).saturating_sub(making.consumed);
        input.get(..most).unwrap_or(input)
    }

    /// One call of the state machine; whether the record is done, and how many bytes were read.
    #[inline]
    fn step(&mut self, input: &[u8], making: &mut Making) -> (bool, usize) {
        let from = self.used.saturating_add(making.n_bytes);
        if from >= self.text.len() {
            self.grow_text();
        }
        // Once there are too many fields only their number matters, and the last end.
        let mut slot = making.n_fields;
        if slot >= self.ends.len() {
            slot = 0;
        }
        let room = self.text.get_mut(from..).unwrap_or_default();
        let ends = self.ends.get_mut(slot..).unwrap_or_default();
        let lines_before = self.core.line();
        let (step, n_read, n_written, n_ends) = self.core.read_record(input, room, ends);
        self.is_begun = true;
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
    pub(crate) fn skip_blank_lines(&mut self, piece: &mut Piece<'_>) {
        loop {
            match piece.rest().first() {
                Some(b'\n') => {
                    self.line = self.line.saturating_add(u64::from(!self.after_return));
                    self.after_return = false;
                }
                Some(b'\r') => {
                    self.line = self.line.saturating_add(1);
                    self.after_return = true;
                }
                _ => return,
            }
            piece.n_used = piece.n_used.saturating_add(1);
        }
    }
}

impl Making {
    fn at(line: u64) -> Self {
        Self { line, consumed: 0, n_fields: 0, n_bytes: 0, last_end: 0 }
    }

    fn found(&self) -> Found {
        Found { line: self.line, n_fields: self.n_fields, n_bytes: self.n_bytes }
    }
}
