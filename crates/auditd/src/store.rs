use std::{collections::VecDeque, mem::size_of};

use crate::head::Places;

/// The lines of all open events, one after the other: were each event's apart, they would be read
/// from all over the memory when it comes out.
///
/// Their text stands in chunks, so that what is no longer needed goes without moving what is.
/// Numbers of lines and of chunks count from the first one ever, and wrap around where their types
/// do.
#[derive(Debug, Default)]
pub(crate) struct Store {
    chunks: VecDeque<String>,
    /// The number of the first chunk.
    first_chunk: u32,
    /// A chunk to use again.
    spare: String,
    lines: VecDeque<StoredLine>,
    /// The number of the first line.
    first: u32,
    /// The bytes of all lines.
    n_bytes: usize,
}

#[derive(Debug)]
pub(crate) struct StoredLine {
    chunk: u32,
    /// Where it stands in its chunk.
    start: u32,
    end: u32,
    pub(crate) places: Places,
    /// The number of the next line of the event; its own, if it is the last.
    next: u32,
}

/// The numbers of the first and the last line of an event, once it has any.
pub(crate) type Chain = Option<(u32, u32)>;

/// Bytes of a chunk, unless a line alone is longer.
const CHUNK: usize = 1 << 16;

impl Store {
    /// Adds a line to a chain.
    #[inline]
    pub(crate) fn push(&mut self, chain: &mut Chain, line: &str, places: Places) {
        let number = self.number(self.lines.len());
        let stored = self.place(line, places, number);
        self.lines.push_back(stored);
        self.n_bytes = self.n_bytes.saturating_add(line.len());
        let (_, last) = chain.get_or_insert((number, number));
        let before = std::mem::replace(last, number);
        let before = before.wrapping_sub(self.first) as usize;
        if let Some(before) = self.lines.get_mut(before) {
            before.next = number;
        }
    }

    /// Copies a line to the last chunk, or to a new one.
    #[inline]
    fn place(&mut self, line: &str, places: Places, next: u32) -> StoredLine {
        let room = |chunk: &String| chunk.capacity().wrapping_sub(chunk.len());
        if self.chunks.back().is_none_or(|chunk| room(chunk) < line.len()) {
            self.add_chunk(line.len());
        }
        let chunk = wrapped(self.first_chunk, self.chunks.len()).wrapping_sub(1);
        let mut stored = StoredLine { chunk, start: 0, end: 0, places, next };
        if let Some(text) = self.chunks.back_mut() {
            stored.start = wrapped(0, text.len());
            text.push_str(line);
            stored.end = wrapped(0, text.len());
        }
        stored
    }

    #[cold]
    fn add_chunk(&mut self, at_least: usize) {
        let mut chunk = std::mem::take(&mut self.spare);
        chunk.clear();
        chunk.reserve_exact(at_least.max(CHUNK));
        self.chunks.push_back(chunk);
    }

    /// The lines of a chain.
    #[inline]
    pub(crate) fn lines(&self, chain: Chain) -> impl Iterator<Item = &StoredLine> {
        let get = |number: u32| self.lines.get(number.wrapping_sub(self.first) as usize);
        let mut next = chain;
        std::iter::from_fn(move || {
            let (number, last) = next?;
            let line = get(number)?;
            next = (number != last).then_some((line.next, last));
            Some(line)
        })
    }

    /// The text of a line.
    #[inline]
    pub(crate) fn text(&self, line: &StoredLine) -> &str {
        let chunk = self.chunks.get(line.chunk.wrapping_sub(self.first_chunk) as usize);
        let text = chunk.and_then(|chunk| chunk.get(line.start as usize..line.end as usize));
        text.unwrap_or_default()
    }

    /// Forgets all lines before a chain; all of them without one.
    #[inline]
    pub(crate) fn drop_until(&mut self, chain: Chain) {
        let n_lines =
            chain.map_or(self.lines.len(), |(first, _)| first.wrapping_sub(self.first) as usize);
        for _ in 0..n_lines {
            let Some(line) = self.lines.pop_front() else { break };
            let length = line.end.wrapping_sub(line.start) as usize;
            self.n_bytes = self.n_bytes.saturating_sub(length);
            self.first = self.first.wrapping_add(1);
        }
        let needed = self.lines.front().map(|line| line.chunk);
        while self.chunks.len() > 1 && needed != Some(self.first_chunk) {
            self.drop_chunk();
        }
    }

    fn drop_chunk(&mut self) {
        let Some(chunk) = self.chunks.pop_front() else { return };
        self.first_chunk = self.first_chunk.wrapping_add(1);
        if chunk.capacity() <= CHUNK {
            self.spare = chunk;
        }
    }

    /// How many bytes the lines take, from the first that is needed to the last.
    pub(crate) fn n_held(&self) -> usize {
        self.lines.len().saturating_mul(size_of::<StoredLine>()).saturating_add(self.n_bytes)
    }

    fn number(&self, place: usize) -> u32 {
        wrapped(self.first, place)
    }

    #[cfg(test)]
    pub(crate) fn capacity(&self) -> usize {
        self.chunks.iter().map(String::capacity).sum()
    }
}

/// The number of what comes so many after the first one.
#[expect(clippy::cast_possible_truncation, reason = "numbers wrap around")]
pub(crate) fn wrapped(first: u32, place: usize) -> u32 {
    first.wrapping_add(place as u32)
}
