use std::{collections::VecDeque, hash::BuildHasher, mem::size_of};

use hashbrown::{DefaultHashBuilder, HashTable};
use jiff::Timestamp;

use crate::{
    Event,
    event::Line,
    given::Given,
    head::Head,
    kind::is_single,
    store::{Chain, Store},
};

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
    /// The greatest time and serial so far: what is greater is in no event yet.
    newest: Option<(Timestamp, u64)>,
    store: Store,
    given: Given,
    spares: Vec<(String, Vec<Line>)>,
}

/// An event whose lines are in the window's store.
#[derive(Debug)]
struct Open {
    hash: u64,
    time: Timestamp,
    serial: u64,
    first_line: u64,
    lines: Chain,
    /// Its last record has come; the table has forgotten it.
    is_closed: bool,
    /// All its records have come, unless the log mixes events in an odd way.
    is_complete: bool,
}

/// Buffers that are kept for later events.
const SPARES: usize = 8;
/// What has grown past this is not kept.
const SPARE_BYTES: usize = 1 << 14;

impl Window {
    /// Adds a record to its event, which may be a new one; tells whether that is the rest of one
    /// that was given out already.
    #[inline]
    pub(crate) fn push(&mut self, line: &str, head: &Head, number: u64) -> bool {
        let kind = head.places.kind(line);
        let mut is_rest = false;
        self.last = match self.find(line, head) {
            Ok(found) => found,
            Err(hash) => {
                is_rest = self.given.contains(hash);
                self.begin(hash, head, number, is_single(kind))
            }
        };
        if let Some(open) = get_mut(&mut self.open, self.first, self.last) {
            self.store.push(&mut open.lines, line, head.places);
            open.is_complete |= kind == "PROCTITLE";
        }
        if kind == "EOE" {
            self.close(self.last);
        }
        is_rest
    }

    /// How many events are open.
    pub(crate) fn len(&self) -> usize {
        self.open.len()
    }

    /// How many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.store.n_held()
    }

    /// Whether the oldest event has its last record.
    pub(crate) fn is_front_closed(&self) -> bool {
        self.open.front().is_some_and(|open| open.is_closed)
    }

    /// Whether the oldest event seems to have all its records.
    pub(crate) fn is_front_complete(&self) -> bool {
        self.open.front().is_some_and(|open| open.is_complete)
    }

    /// Takes out the oldest event, with a text of its own.
    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.forget(self.first);
        let Open { time, serial, first_line, lines: chain, .. } = self.open.pop_front()?;
        self.first = self.first.saturating_add(1);
        let (mut text, mut lines) = self.spares.pop().unwrap_or_default();
        for line in self.store.lines(chain) {
            let start = text.len();
            text.push_str(self.store.text(line));
            lines.push(Line { start, end: text.len(), places: line.places });
        }
        // Whatever is open began after what was the oldest.
        self.store.drop_until(self.open.front().and_then(|open| open.lines));
        Some(Event { time, serial, first_line, text, lines })
    }

    /// Takes back an event whose buffers can be used again.
    pub(crate) fn recycle(&mut self, event: Event) {
        let Event { mut text, mut lines, .. } = event;
        let line_bytes = lines.capacity().saturating_mul(size_of::<Line>());
        let bytes = text.capacity().saturating_add(line_bytes);
        if bytes <= SPARE_BYTES && self.spares.len() < SPARES {
            text.clear();
            lines.clear();
            self.spares.push((text, lines));
        }
    }

    /// The number of the record's event, or the hash of a new one.
    #[inline]
    fn find(&mut self, line: &str, head: &Head) -> Result<u64, u64> {
        let is_it = |number: u64| self.get(number).is_some_and(|open| self.has(open, line, head));
        if self.get(self.last).is_some_and(|open| !open.is_closed) && is_it(self.last) {
            return Ok(self.last);
        }
        let hash = self.hasher.hash_one((head.places.node(line), head.time, head.serial));
        let stamp = Some((head.time, head.serial));
        if stamp > self.newest {
            self.newest = stamp;
            return Err(hash);
        }
        self.table.find(hash, |number| is_it(*number)).copied().ok_or(hash)
    }

    /// Whether a record belongs to an event.
    fn has(&self, open: &Open, line: &str, head: &Head) -> bool {
        let node = |first: &Line| first.places.node(self.store.text(first));
        open.serial == head.serial
            && open.time == head.time
            && self.store.lines(open.lines).next().map(node) == Some(head.places.node(line))
    }

    fn begin(&mut self, hash: u64, head: &Head, first_line: u64, is_complete: bool) -> u64 {
        let number = self.first.saturating_add(self.open.len() as u64);
        let Head { time, serial, .. } = *head;
        let (lines, is_closed) = (None, false);
        let open = Open { hash, time, serial, first_line, lines, is_closed, is_complete };
        self.open.push_back(open);
        let (open, first) = (&self.open, self.first);
        let hash_of = |number: &u64| at(open, first, *number).map_or(0, |open| open.hash);
        self.table.insert_unique(hash, number, hash_of);
        number
    }

    fn close(&mut self, number: u64) {
        self.forget(number);
        if let Some(open) = get_mut(&mut self.open, self.first, number) {
            open.is_closed = true;
            open.is_complete = true;
        }
    }

    fn forget(&mut self, number: u64) {
        let Some(&Open { hash, is_closed: false, .. }) = self.get(number) else { return };
        if let Ok(entry) = self.table.find_entry(hash, |other| *other == number) {
            entry.remove();
        }
        self.given.insert(hash);
    }

    fn get(&self, number: u64) -> Option<&Open> {
        at(&self.open, self.first, number)
    }
}

fn at(open: &VecDeque<Open>, first: u64, number: u64) -> Option<&Open> {
    open.get(usize::try_from(number.checked_sub(first)?).ok()?)
}

fn get_mut(open: &mut VecDeque<Open>, first: u64, number: u64) -> Option<&mut Open> {
    open.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forgets_what_was_given_out() {
        let mut window = Window::default();
        let body = "x".repeat(5000);
        for serial in 0..1000 {
            let line = format!("type=USER msg=audit(1.0:{serial}): {body}");
            window.push(&line, &Head::parse(line.as_bytes()).unwrap(), serial);
            if window.len() > 3 {
                let event = window.pop().unwrap();
                assert_eq!(event.serial, event.first_line);
                assert!(event.text.ends_with(&body));
                window.recycle(event);
            }
        }
        assert!(window.store.n_bytes() < 200_000, "{}", window.store.n_bytes());
        assert!(window.bytes() < 20_000);
    }
}
