use std::{collections::VecDeque, mem::size_of};

use crate::{event::Line, head::Places};

/// The lines of all open events, one after the other: were each event's apart, they would be read
/// from all over the memory when it comes out.
///
/// Places in the text and numbers of lines count from the first line ever, and wrap around where
/// `usize` does.
#[derive(Debug, Default)]
pub(crate) struct Store {
    text: String,
    /// The place of the text's first byte.
    text_start: usize,
    lines: VecDeque<StoredLine>,
    /// The number of the first line.
    first: usize,
}

#[derive(Debug)]
pub(crate) struct StoredLine {
    line: Line,
    /// The number of the next line of the event.
    next: Option<usize>,
}

/// The numbers of the first and the last line of an event, once it has any.
pub(crate) type Chain = Option<(usize, usize)>;

/// As long as this much is not needed at the beginning of the text, it stays.
const DROP_BYTES: usize = 1 << 16;

impl Store {
    /// Adds a line to a chain.
    #[inline]
    pub(crate) fn push(&mut self, chain: &mut Chain, line: &str, places: Places) {
        let start = self.text_start.wrapping_add(self.text.len());
        self.text.push_str(line);
        let line = Line { start, end: start.wrapping_add(line.len()), places };
        let number = self.first.wrapping_add(self.lines.len());
        self.lines.push_back(StoredLine { line, next: None });
        let (_, last) = chain.get_or_insert((number, number));
        let before = std::mem::replace(last, number);
        if before == number {
            return;
        }
        if let Some(before) = self.lines.get_mut(before.wrapping_sub(self.first)) {
            before.next = Some(number);
        }
    }

    /// The lines of a chain.
    #[inline]
    pub(crate) fn lines(&self, chain: Chain) -> impl Iterator<Item = &Line> {
        let get = |number: usize| self.lines.get(number.wrapping_sub(self.first));
        let first = chain.and_then(|(first, _)| get(first));
        std::iter::successors(first, move |line| line.next.and_then(get)).map(|line| &line.line)
    }

    /// The text of a line.
    #[inline]
    pub(crate) fn text(&self, line: &Line) -> &str {
        let place = |at: usize| at.wrapping_sub(self.text_start);
        self.text.get(place(line.start)..place(line.end)).unwrap_or_default()
    }

    /// Forgets all lines before a chain; all of them without one.
    #[inline]
    pub(crate) fn drop_until(&mut self, chain: Chain) {
        let n_lines = chain.map_or(self.lines.len(), |(first, _)| first.wrapping_sub(self.first));
        self.lines.drain(..n_lines.min(self.lines.len()));
        self.first = self.first.wrapping_add(n_lines);
        let end = self.text.len();
        let first = self.lines.front();
        let n_done = first.map_or(end, |first| first.line.start.wrapping_sub(self.text_start));
        // What is moved is at most three times what is dropped, so that time stays linear.
        if n_done >= DROP_BYTES.max(end.div_ceil(4)) {
            self.text.drain(..n_done);
            self.text_start = self.text_start.wrapping_add(n_done);
        }
    }

    /// How many bytes the lines take, from the first that is needed to the last.
    pub(crate) fn n_held(&self) -> usize {
        let Some(first) = self.lines.front() else { return 0 };
        let before = first.line.start.wrapping_sub(self.text_start);
        let lines = self.lines.len().saturating_mul(size_of::<StoredLine>());
        self.text.len().saturating_sub(before).saturating_add(lines)
    }

    #[cfg(test)]
    pub(crate) fn n_bytes(&self) -> usize {
        self.text.len()
    }
}
