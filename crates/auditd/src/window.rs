use std::{collections::VecDeque, hash::BuildHasher, mem::size_of};

use hashbrown::DefaultHashBuilder;
use jiff::Timestamp;

use crate::{
    Event,
    event::Line,
    given::Given,
    head::Head,
    kind::is_single,
    store::{Chain, Store, StoredLine, wrapped},
};

/// Events that are still open, in the order of their first records.
///
/// Each has a number, counted from the first one ever and around where `u32` ends, and is found by the
/// hash of its node, time and serial: a bucket of hashes knows its latest event, and an event the one
/// before it. What was given out ends such a chain, so nothing is looked up when an event leaves; and
/// the buckets are small, since a log that streams by leaves little in the inner caches.
#[derive(Debug, Default)]
pub(crate) struct Window {
    open: VecDeque<Open>,
    /// The number of the first in `open`.
    first: u32,
    /// The number of the latest event of each bucket; a power of two of them.
    latest: Vec<u32>,
    hasher: DefaultHashBuilder,
    /// The number of the event that took the last record: most lines follow their like.
    last: u32,
    /// The greatest time and serial so far: what is greater is in no event yet.
    newest: Option<(Timestamp, u64)>,
    store: Store,
    given: Given,
    spares: Vec<(String, Vec<Line>)>,
    /// The bytes that they have.
    n_spare: usize,
}

/// Where a record belongs.
enum Found {
    /// To the event of that number.
    Open(u32),
    /// To a new one, later than all others.
    Newest { hash: u64 },
    /// To a new one, unless it comes too late.
    Unknown { hash: u64 },
}

/// An event whose lines are in the window's store.
#[derive(Debug)]
struct Open {
    hash: u64,
    /// The number of the event before it in its bucket.
    before: u32,
    time: Timestamp,
    serial: u64,
    first_line: u64,
    lines: Chain,
    /// Its last record has come; further ones of its stamp are another event.
    is_closed: bool,
    /// All its records have come, unless the log mixes events in an odd way.
    is_complete: bool,
}

/// Buckets to begin with; more come where more events are open.
const BUCKETS: usize = 1 << 13;
/// Bytes of buffers that are kept for later events.
const SPARE_BYTES: usize = 1 << 20;

impl Window {
    /// Adds a record to its event, which may be a new one; tells whether that is the rest of one
    /// that was given out already.
    #[inline]
    pub(crate) fn push(&mut self, line: &str, head: &Head, number: u64) -> bool {
        let kind = head.places.kind(line);
        let mut is_rest = false;
        self.last = match self.find(line, head) {
            Found::Open(number) => number,
            Found::Newest { hash } => self.begin(hash, head, number, is_single(kind)),
            Found::Unknown { hash } => {
                is_rest = self.given.contains(hash);
                self.begin(hash, head, number, is_single(kind))
            }
        };
        let place = self.place(self.last);
        if let Some(open) = self.open.get_mut(place) {
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
        let Open { hash, time, serial, first_line, lines: chain, .. } = self.open.pop_front()?;
        self.given.insert(hash);
        self.first = self.first.wrapping_add(1);
        let (mut text, mut lines) = self.spares.pop().unwrap_or_default();
        self.n_spare = self.n_spare.saturating_sub(room(&text, &lines));
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
        let n_spare = self.n_spare.saturating_add(room(&text, &lines));
        if n_spare <= SPARE_BYTES {
            text.clear();
            lines.clear();
            self.spares.push((text, lines));
            self.n_spare = n_spare;
        }
    }

    /// Where a record belongs.
    #[inline]
    fn find(&mut self, line: &str, head: &Head) -> Found {
        if self.get(self.last).is_some_and(|last| self.has(last, line, head)) {
            return Found::Open(self.last);
        }
        let hash = self.hasher.hash_one((head.places.node(line), head.time, head.serial));
        let stamp = Some((head.time, head.serial));
        if stamp > self.newest {
            self.newest = stamp;
            return Found::Newest { hash };
        }
        let is_it = |place: &usize| {
            self.open
                .get(*place)
                .is_some_and(|open| open.hash == hash && self.has(open, line, head))
        };
        match self.chain(hash).find(is_it) {
            Some(place) => Found::Open(self.number(place)),
            None => Found::Unknown { hash },
        }
    }

    /// The places of the events in the bucket of a hash, from the latest on.
    fn chain(&self, hash: u64) -> impl Iterator<Item = usize> {
        let latest = self.latest.get(self.bucket(hash)).map(|latest| self.place(*latest));
        std::iter::successors(latest, |place| {
            let before = self.place(self.open.get(*place)?.before);
            // A number that was given out long ago may be that of a newer event by now.
            (before < *place).then_some(before)
        })
    }

    /// Whether a record belongs to an event.
    fn has(&self, open: &Open, line: &str, head: &Head) -> bool {
        let node = |first: &StoredLine| first.places.node(self.store.text(first));
        !open.is_closed
            && open.serial == head.serial
            && open.time == head.time
            && self.store.lines(open.lines).next().map(node) == Some(head.places.node(line))
    }

    fn begin(&mut self, hash: u64, head: &Head, first_line: u64, is_complete: bool) -> u32 {
        if self.open.len() >= self.latest.len() {
            self.add_buckets();
        }
        let number = self.number(self.open.len());
        let before = self.enter(hash, number);
        let Head { time, serial, .. } = *head;
        let (lines, is_closed) = (None, false);
        let open = Open { hash, before, time, serial, first_line, lines, is_closed, is_complete };
        self.open.push_back(open);
        number
    }

    /// Makes an event the latest of its bucket; gives the one before it.
    fn enter(&mut self, hash: u64, number: u32) -> u32 {
        let bucket = self.bucket(hash);
        self.latest.get_mut(bucket).map_or(number, |latest| std::mem::replace(latest, number))
    }

    #[cold]
    fn add_buckets(&mut self) {
        let n_buckets = self.latest.len().saturating_mul(2).max(BUCKETS);
        self.latest = vec![self.first.wrapping_sub(1); n_buckets];
        for place in 0..self.open.len() {
            let number = self.number(place);
            let Some(hash) = self.open.get(place).map(|open| open.hash) else { continue };
            let before = self.enter(hash, number);
            if let Some(open) = self.open.get_mut(place) {
                open.before = before;
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "its lowest bits are what is wanted")]
    fn bucket(&self, hash: u64) -> usize {
        hash as usize & self.latest.len().wrapping_sub(1)
    }

    fn close(&mut self, number: u32) {
        let place = self.place(number);
        let Some(open) = self.open.get_mut(place) else { return };
        (open.is_closed, open.is_complete) = (true, true);
        let (hash, before) = (open.hash, open.before);
        self.given.insert(hash);
        // Else all that are closed would be passed by whoever looks for their like.
        let bucket = self.bucket(hash);
        if let Some(latest) = self.latest.get_mut(bucket).filter(|latest| **latest == number) {
            *latest = before;
        }
    }

    fn get(&self, number: u32) -> Option<&Open> {
        self.open.get(self.place(number))
    }

    /// Where an event is in `open`; past its end once it was given out.
    fn place(&self, number: u32) -> usize {
        number.wrapping_sub(self.first) as usize
    }

    fn number(&self, place: usize) -> u32 {
        wrapped(self.first, place)
    }
}

/// The bytes that buffers have, used or not.
fn room(text: &String, lines: &Vec<Line>) -> usize {
    lines.capacity().saturating_mul(size_of::<Line>()).saturating_add(text.capacity())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(window: &mut Window, line: &str) -> bool {
        window.push(line, &Head::parse(line.as_bytes()).unwrap(), 1)
    }

    #[test]
    fn record_finds_its_event_among_more_than_there_are_buckets() {
        for first in [0, u32::MAX - 10] {
            let mut window = Window { first, last: first, ..Window::default() };
            let n_events = BUCKETS * 3;
            for kind in ["SYSCALL", "CWD"] {
                for serial in (0..n_events).rev() {
                    push(&mut window, &format!("type={kind} msg=audit(1.0:{serial}): a=b"));
                }
            }
            assert_eq!(window.len(), n_events);
            for serial in (0..n_events as u64).rev() {
                let event = window.pop().unwrap();
                assert_eq!((event.serial, event.lines.len()), (serial, 2));
            }
        }
    }

    #[test]
    fn event_that_is_closed_takes_nothing_more_and_is_passed_by_nobody() {
        let mut window = Window::default();
        push(&mut window, "type=SYSCALL msg=audit(9.0:9): a=b");
        for _ in 0..100 {
            push(&mut window, "type=SYSCALL msg=audit(1.0:1): a=b");
            push(&mut window, "type=EOE msg=audit(1.0:1):");
        }
        assert_eq!(window.len(), 101);
        let hash = window.open.get(1).unwrap().hash;
        assert!(window.chain(hash).count() <= 2);
        assert!(window.open.iter().skip(1).all(|open| open.is_closed));
    }

    #[test]
    fn rest_of_an_event_is_known_when_thousands_have_left_since() {
        let mut window = Window::default();
        for serial in 0..4000 {
            assert!(!push(&mut window, &format!("type=SYSCALL msg=audit(1.0:{serial}): a=b")));
            window.pop().unwrap();
        }
        let is_rest = (0..4000)
            .filter(|serial| push(&mut window, &format!("type=CWD msg=audit(1.0:{serial}): c=d")));
        assert!(is_rest.count() >= 3990);
    }

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
        assert!(window.store.capacity() < 200_000, "{}", window.store.capacity());
        assert!(window.bytes() < 20_000);
    }
}
