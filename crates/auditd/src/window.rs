use std::{collections::VecDeque, hash::BuildHasher, mem::size_of};

use hashbrown::{DefaultHashBuilder, HashTable};
use jiff::Timestamp;

use crate::{Event, event::Line, head::Head};

/// Events that are still open, in the order of their first records.
///
/// Each has a number, counted from the first one ever; the table finds it by node, time and serial.
#[derive(Debug, Default)]
pub(crate) struct Window {
    open: VecDeque<Open>,
    /// The number of the first in `open`.
    first: u64,
    table: HashTable<u64>,
    hasher: DefaultHashBuilder,
    /// The number of the event that took the last record: most lines follow their like.
    last: u64,
    bytes: usize,
    spare: Vec<Event>,
}

#[derive(Debug)]
struct Open {
    hash: u64,
    event: Event,
    bytes: usize,
    /// Its last record has come; the table has forgotten it.
    is_closed: bool,
}

/// Events whose buffers are kept for later ones.
const SPARES: usize = 64;
/// A buffer that has grown past this is not kept.
const SPARE_BYTES: usize = 1 << 14;

impl Window {
    /// Adds a record to its event, which may be a new one.
    #[inline]
    pub(crate) fn push(&mut self, text: &str, head: Head, line: u64) {
        let bytes = cost(text.len());
        self.bytes = self.bytes.saturating_add(bytes);
        let is_last = head.places.kind(text) == "EOE";
        let number = match self.find(text, &head) {
            Ok(number) => number,
            Err(hash) => self.begin(hash, &head, line),
        };
        let Some(open) = self.get_mut(number) else { return };
        open.bytes = open.bytes.saturating_add(bytes);
        open.event.push(text, &head);
        self.last = number;
        if is_last {
            self.close(number);
        }
    }

    /// How many events are open.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether the oldest event has its last record.
    pub(crate) fn is_front_closed(&self) -> bool {
        self.open.front().is_some_and(|open| open.is_closed)
    }

    /// Takes out the oldest event.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.forget(self.first);
        let open = self.open.pop_front()?;
        self.first = self.first.saturating_add(1);
        self.bytes = self.bytes.saturating_sub(open.bytes);
        Some(open.event)
    }

    /// Takes back an event whose buffers can be used again.
    pub(crate) fn recycle(&mut self, mut event: Event) {
        let is_small = event.text.capacity() <= SPARE_BYTES && event.lines.capacity() <= 256;
        if is_small && self.spare.len() < SPARES {
            event.text.clear();
            event.lines.clear();
            self.spare.push(event);
        }
    }

    /// The number of the record's event, or the hash of a new one.
    fn find(&self, text: &str, head: &Head) -> Result<u64, u64> {
        if self.get(self.last).is_some_and(|open| !open.is_closed && open.event.has(text, head)) {
            return Ok(self.last);
        }
        let hash = self.hasher.hash_one((head.places.node(text), head.time, head.serial));
        let is_it = |number: &u64| self.get(*number).is_some_and(|open| open.event.has(text, head));
        self.table.find(hash, is_it).copied().ok_or(hash)
    }

    fn begin(&mut self, hash: u64, head: &Head, first_line: u64) -> u64 {
        let number = self.first.saturating_add(self.open.len() as u64);
        let mut event = self.spare.pop().unwrap_or_else(Event::empty);
        (event.time, event.serial, event.first_line) = (head.time, head.serial, first_line);
        self.open.push_back(Open { hash, event, bytes: 0, is_closed: false });
        let (open, first) = (&self.open, self.first);
        let hash_of = |number: &u64| at(open, first, *number).map_or(0, |open| open.hash);
        self.table.insert_unique(hash, number, hash_of);
        number
    }

    fn close(&mut self, number: u64) {
        self.forget(number);
        if let Some(open) = self.get_mut(number) {
            open.is_closed = true;
        }
    }

    fn forget(&mut self, number: u64) {
        let Some(Open { hash, is_closed: false, .. }) = self.get(number) else { return };
        if let Ok(entry) = self.table.find_entry(*hash, |other| *other == number) {
            entry.remove();
        }
    }

    fn get(&self, number: u64) -> Option<&Open> {
        at(&self.open, self.first, number)
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Open> {
        let place = number.checked_sub(self.first)?;
        self.open.get_mut(usize::try_from(place).ok()?)
    }
}

fn at(open: &VecDeque<Open>, first: u64, number: u64) -> Option<&Open> {
    open.get(usize::try_from(number.checked_sub(first)?).ok()?)
}

impl Event {
    fn empty() -> Self {
        Self {
            time: Timestamp::UNIX_EPOCH,
            serial: 0,
            first_line: 0,
            text: String::new(),
            lines: Vec::new(),
        }
    }

    fn push(&mut self, text: &str, head: &Head) {
        let start = self.text.len();
        self.text.push_str(text);
        self.lines.push(Line { start, end: self.text.len(), places: head.places });
    }

    /// Whether a record belongs to this event.
    fn has(&self, text: &str, head: &Head) -> bool {
        self.serial == head.serial
            && self.time == head.time
            && self
                .lines
                .first()
                .is_some_and(|line| line.places.node(self.line(line)) == head.places.node(text))
    }
}

/// What a record takes.
fn cost(bytes: usize) -> usize {
    bytes.saturating_add(size_of::<Line>())
}
