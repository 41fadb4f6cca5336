use std::io::{self, BufRead, ErrorKind};

use memchr::memchr;

use crate::Error;

/// A line of a reader.
pub(crate) enum Line<'a> {
    /// All of it, its end too.
    Whole(&'a [u8]),
    /// It is longer than it may be, and was passed over.
    TooLong,
}

/// The lines of a reader, of which no more than the longest is kept.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    longest: usize,
    /// A line that the buffer did not hold whole.
    carry: Vec<u8>,
    /// The number of the line that is read.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, longest: usize) -> Self {
        Self { reader, longest, carry: Vec::new(), number: 0 }
    }

    /// Gives the next line to `take`; `None` at the end.
    #[inline]
    pub(crate) fn next<T>(&mut self, take: impl FnOnce(Line<'_>) -> T) -> Result<Option<T>, Error> {
        self.number = self.number.saturating_add(1);
        match self.reader.fill_buf() {
            Ok(buffer) => {
                if let Some(end) = memchr(b'\n', buffer) {
                    let length = end.saturating_add(1);
                    let taken = buffer.get(..length).map(|line| take(Line::Whole(line)));
                    self.reader.consume(length);
                    return Ok(taken);
                }
            }
            // Told at once: a reader may go on after an error as if there were none.
            Err(error) => self.unless_interrupted(error)?,
        }
        self.next_carried(take)
    }

    pub(crate) fn reader(&mut self) -> &mut R {
        &mut self.reader
    }

    /// A line over the end of a buffer.
    #[cold]
    fn next_carried<T>(&mut self, take: impl FnOnce(Line<'_>) -> T) -> Result<Option<T>, Error> {
        self.carry.clear();
        let mut is_too_long = false;
        let mut is_any = false;
        loop {
            let buffer = match self.reader.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) => {
                    self.unless_interrupted(error)?;
                    continue;
                }
            };
            let end = memchr(b'\n', buffer);
            let n = end.map_or(buffer.len(), |end| end.saturating_add(1));
            let part = buffer.get(..n).unwrap_or_default();
            // Two bytes more, for the line's end.
            let room = self.longest.saturating_add(2).saturating_sub(self.carry.len());
            is_too_long |= part.len() > room;
            if !is_too_long {
                self.carry.extend_from_slice(part);
            }
            is_any |= n > 0;
            self.reader.consume(n);
            if end.is_some() || n == 0 {
                if !is_any {
                    // The reader may go on: the number is that of a line to come.
                    self.number = self.number.saturating_sub(1);
                }
                let line = if is_too_long { Line::TooLong } else { Line::Whole(&self.carry) };
                return Ok(is_any.then(|| take(line)));
            }
        }
    }

    /// A read that was interrupted is done again.
    #[cold]
    fn unless_interrupted(&self, source: io::Error) -> Result<(), Error> {
        if source.kind() == ErrorKind::Interrupted {
            return Ok(());
        }
        Err(Error::Read { line: self.number, source })
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    #[test]
    fn lines_are_the_same_at_any_size_of_buffer() {
        let text = b"ab\n\nabcdefgh\r\nlong line that is left out\nend";
        for size in 1..60 {
            let mut lines = Lines::new(BufReader::with_capacity(size, &text[..]), 8);
            let mut found = Vec::new();
            // A line that the buffer holds whole is given out, whatever its length.
            let text = |line: Line<'_>| match line {
                Line::Whole(line) if line.len() <= 10 => String::from_utf8_lossy(line).into(),
                _ => "too long".to_owned(),
            };
            while let Some(line) = lines.next(text).unwrap() {
                found.push(line);
            }
            assert_eq!(found, ["ab\n", "\n", "abcdefgh\r\n", "too long", "end"]);
        }
    }
}
