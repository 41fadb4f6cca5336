use std::{
    io::{self, Read},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use memchr::memrchr;

use crate::{
    BadRows, Batch, BytesRead, Error, Summary,
    buffer::read_some,
    csv_parser::{CsvParser, CsvShape, Piece},
    csv_rows::GivenRows,
    reader::{Stop, Tally},
};

/// The bytes that a thread takes in one go, and the rest of a line.
const BLOCK: usize = 512 << 10;

/// The rest of an input, for threads that parse at once.
///
/// A thread takes a block of bytes that ends with a line, parses it as if it began with a record, and learns then
/// from the block before whether it did: that one may have ended within a quoted field, as text with line breaks may
/// be cut. Then it goes on where that one was (speculative parsing: Ge, Li, Eilebrecht, Chandramouli and Kossmann,
/// "Speculative Distributed CSV Data Parsing for Big Data Analytics", SIGMOD 2019). Rows, lines and faults are those
/// of one thread, whatever the blocks.
///
/// ```
/// use oddsift_records::{Batch, BlockParser, ReadOptions, Reader, Rows};
///
/// let mut reader = Reader::new("a.csv", &b"n\n1\n2\n"[..], ReadOptions::new())?;
/// let shared = reader.share().unwrap();
/// let (mut parser, mut batch, mut n_rows) = (BlockParser::new(&shared), Batch::new(), 0);
/// while let Some(part) = shared.next_batch(&mut parser, &mut batch)? {
///     n_rows += batch.len();
///     assert!(part.fault.is_none());
/// }
/// reader.rejoin(shared);
/// assert_eq!((n_rows, reader.summary().rows()), (2, 2));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
pub struct SharedRows {
    name: Arc<str>,
    columns: Arc<[String]>,
    shape: Arc<CsvShape>,
    bad_rows: BadRows,
    progress: BytesRead,
    blocks: Mutex<Blocks>,
    chain: Mutex<Chain>,
    turn: Condvar,
}

/// One thread's part in [`SharedRows`]: a parser and room for a block.
pub struct BlockParser {
    parser: CsvParser,
    block: Block,
}

/// The end of a block whose rows are in the batch.
#[derive(Debug)]
#[non_exhaustive]
pub struct Part {
    /// The place of the block in the input, from 0.
    pub place: u64,
    /// The fault behind the rows of the batch, after which there are none.
    pub fault: Option<Error>,
}

/// The bytes of the input, from which threads take blocks in turn.
struct Blocks {
    source: Box<dyn Read + Send>,
    /// What was read behind the last block, and how much of it was used since.
    rest: Vec<u8>,
    n_used: usize,
    next: u64,
    is_at_end: bool,
    size: usize,
}

#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    /// The bytes that were read; behind them is room.
    n_bytes: usize,
    place: u64,
    /// Whether the input ends with it.
    is_last: bool,
}

/// The state that a block takes from the one before it.
struct Chain {
    /// The block whose turn it is.
    next: u64,
    line: u64,
    row: u64,
    /// The parser of the block before, where a record is in the making.
    making: Option<CsvParser>,
    /// After a fault there are no rows.
    is_stopped: bool,
    summary: Summary,
}

/// Where reading is to go on.
pub(crate) struct Resume {
    pub(crate) name: Arc<str>,
    pub(crate) columns: Arc<[String]>,
    pub(crate) rows: GivenRows,
    pub(crate) bad_rows: BadRows,
    pub(crate) progress: BytesRead,
    /// The number of the next row.
    pub(crate) row: u64,
    /// The bytes of a block, where they are chosen.
    pub(crate) block: Option<usize>,
}

impl SharedRows {
    pub(crate) fn new(resume: Resume) -> Self {
        let Resume { name, columns, rows, bad_rows, progress, row, block } = resume;
        let GivenRows { shape, line, rest, source } = rows;
        let size = block.unwrap_or(BLOCK).max(1);
        let (summary, making) = (Summary::default(), None);
        Self {
            name,
            columns,
            shape,
            bad_rows,
            progress,
            blocks: Mutex::new(Blocks { source, rest, n_used: 0, next: 0, is_at_end: false, size }),
            chain: Mutex::new(Chain { next: 0, line, row, making, is_stopped: false, summary }),
            turn: Condvar::new(),
        }
    }

    /// Returns what was met in the blocks.
    pub(crate) fn into_summary(self) -> Summary {
        self.chain.into_inner().unwrap_or_else(PoisonError::into_inner).summary
    }

    /// Returns the number of bytes of the input that were read, for a bar of progress.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.progress.bytes()
    }

    /// Returns the size of the input, where it is known.
    #[must_use]
    pub fn n_bytes(&self) -> Option<u64> {
        self.progress.total()
    }

    /// Takes the next block, and fills `batch` with its rows, which may be none; `None` at the end of the input.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read on.
    pub fn next_batch(
        &self,
        by: &mut BlockParser,
        batch: &mut Batch,
    ) -> Result<Option<Part>, Error> {
        let taken = lock(&self.blocks).take(&mut by.block);
        let place = match taken {
            Ok(true) => by.block.place,
            Ok(false) => return Ok(None),
            Err(source) => {
                let name = Arc::clone(&self.name);
                return Err(Error::Read { name, source });
            }
        };
        let mut turn = Turn { shared: self, is_over: false };
        by.parser.begin_block();
        let mut parsed = self.parse(by, batch);
        let mut chain = self.wait_for(place);
        if chain.is_stopped {
            batch.begin(&self.name, &self.columns);
            turn.end(chain);
            return Ok(Some(Part { place, fault: None }));
        }
        let mut first_line = chain.line;
        if let Some(making) = chain.making.take() {
            // The block began within a record: what was parsed of it means nothing.
            by.parser = making;
            parsed = self.parse(by, batch);
            first_line = 0;
        }
        let fault = chain.join(first_line, parsed, batch);
        by.parser.add_lines(first_line);
        chain.line = by.parser.line;
        if !by.parser.is_between_records() {
            let next = CsvParser::within(Arc::clone(&self.shape));
            chain.making = Some(mem::replace(&mut by.parser, next));
        }
        turn.end(chain);
        Ok(Some(Part { place, fault: fault.map(|stop| stop.at(&self.name)) }))
    }

    fn parse(&self, by: &mut BlockParser, batch: &mut Batch) -> Parsed {
        let BlockParser { parser, block } = by;
        parser.reuse(batch);
        batch.begin(&self.name, &self.columns);
        let (mut summary, mut n_rows) = (Summary::default(), 0);
        let mut tally = Tally::new(&mut summary, &mut n_rows, self.bad_rows);
        let bytes = block.bytes.get(..block.n_bytes).unwrap_or_default();
        let mut piece = Piece::new(bytes, block.is_last);
        let filled = parser.fill_whole(&mut piece, batch, &mut tally);
        parser.end(batch, &mut tally);
        summary.rows = batch.len() as u64;
        Parsed { stop: filled.err(), summary, n_rows }
    }

    /// Waits until the block before is done.
    fn wait_for(&self, place: u64) -> MutexGuard<'_, Chain> {
        let is_early = |chain: &mut Chain| chain.next != place && !chain.is_stopped;
        let chain = self.turn.wait_while(lock(&self.chain), is_early);
        chain.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Chain {
    /// Numbers the rows of a block from the beginning of the input, and its lines by the line on which it begins.
    fn join(&mut self, first_line: u64, parsed: Parsed, batch: &mut Batch) -> Option<Stop> {
        let Parsed { stop, mut summary, n_rows } = parsed;
        batch.shift(self.row, first_line);
        summary.shift(first_line);
        self.row = self.row.saturating_add(n_rows);
        self.summary.add(&summary);
        self.is_stopped = stop.is_some();
        stop.map(|stop| stop.below(first_line))
    }
}

/// The findings of a block, with lines and rows counted from its beginning.
struct Parsed {
    stop: Option<Stop>,
    summary: Summary,
    n_rows: u64,
}

/// The turn of a block: others wait until it ends, or is given up by a panic.
struct Turn<'s> {
    shared: &'s SharedRows,
    is_over: bool,
}

impl Turn<'_> {
    fn end(&mut self, mut chain: MutexGuard<'_, Chain>) {
        chain.next = chain.next.saturating_add(1);
        drop(chain);
        self.is_over = true;
        self.shared.turn.notify_all();
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            lock(&self.shared.chain).is_stopped = true;
            self.shared.turn.notify_all();
        }
    }
}

impl BlockParser {
    /// Makes a thread's part.
    #[must_use]
    pub fn new(shared: &SharedRows) -> Self {
        Self { parser: CsvParser::within(Arc::clone(&shared.shape)), block: Block::default() }
    }
}

impl Blocks {
    /// Reads the next block; false at the end of the input.
    fn take(&mut self, block: &mut Block) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        block.begin(self.size);
        let end = loop {
            if block.n_bytes >= self.size
                && let Some(end) = block.end_of_lines()
            {
                break end;
            }
            if !self.read_into(block)? {
                self.is_at_end = true;
                break block.n_bytes;
            }
        };
        self.put_back(block, end);
        (block.place, block.is_last) = (self.next, self.is_at_end);
        self.next = self.next.saturating_add(1);
        Ok(true)
    }

    /// Adds more bytes to the block; false at the end of the input.
    fn read_into(&mut self, block: &mut Block) -> io::Result<bool> {
        let room = block.room();
        let rest = self.rest.get(self.n_used..).unwrap_or_default();
        let n_read = if rest.is_empty() {
            read_some(&mut self.source, room)?
        } else {
            let n_bytes = read_some(&mut { rest }, room)?;
            self.n_used = self.n_used.saturating_add(n_bytes);
            n_bytes
        };
        block.n_bytes = block.n_bytes.saturating_add(n_read);
        Ok(n_read > 0)
    }

    /// Puts back what is behind the end of a block.
    fn put_back(&mut self, block: &mut Block, end: usize) {
        let behind = block.bytes.get(end..block.n_bytes).unwrap_or_default();
        if self.rest.get(..self.n_used).is_some_and(|used| used.ends_with(behind)) {
            self.n_used = self.n_used.saturating_sub(behind.len());
        } else {
            self.rest.clear();
            self.rest.extend_from_slice(behind);
            self.n_used = 0;
        }
        block.n_bytes = end;
    }
}

impl Block {
    fn begin(&mut self, size: usize) {
        self.n_bytes = 0;
        if self.bytes.len() < size {
            self.bytes.resize(size, 0);
        }
    }

    /// Where more bytes go. There is always room: a carriage return at the end does not tell whether it ends a
    /// line.
    fn room(&mut self) -> &mut [u8] {
        if self.n_bytes == self.bytes.len() {
            self.bytes.resize(self.bytes.len().saturating_add(1), 0);
        }
        self.bytes.get_mut(self.n_bytes..).unwrap_or_default()
    }

    /// The end of the last line, or where there is none the end of what was read, which cuts a record. It is
    /// never between a carriage return and a line feed.
    fn end_of_lines(&self) -> Option<usize> {
        let bytes = self.bytes.get(..self.n_bytes)?;
        let behind = |at: usize| at.saturating_add(1);
        if let Some(at) = memrchr(b'\n', bytes) {
            return Some(behind(at));
        }
        let settled = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let end = memrchr(b'\r', settled).map_or(settled.len(), behind);
        (end > 0).then_some(end)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for SharedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (name, columns) = (&self.name, &self.columns);
        f.debug_struct("SharedRows")
            .field("name", name)
            .field("columns", columns)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BlockParser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockParser").finish_non_exhaustive()
    }
}
