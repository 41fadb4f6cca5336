use std::io::{BufRead, ErrorKind};

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
    /// How much of the buffer the line given out last takes.
    taken: usize,
    /// The number of the line that is read.
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, longest: usize) -> Self {
        Self { reader, longest, carry: Vec::new(), taken: 0, number: 0 }
    }

    /// The next line; `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, Error> {
        self.reader.consume(std::mem::take(&mut self.taken));
        self.carry.clear();
        self.number = self.number.saturating_add(1);
        // Asked again below, since a buffer cannot be given out and kept.
        let end = memchr(b'\n', fill(&mut self.reader, self.number)?);
        match end {
            Some(end) => {
                self.taken = end.saturating_add(1);
                let buffer = fill(&mut self.reader, self.number)?;
                Ok(buffer.get(..self.taken).map(Line::Whole))
            }
            None => self.next_carried(),
        }
    }

    /// A line over the end of a buffer.
    #[cold]
    fn next_carried(&mut self) -> Result<Option<Line<'_>>, Error> {
        let mut is_too_long = false;
        let mut is_any = false;
        loop {
            let buffer = fill(&mut self.reader, self.number)?;
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
                let line = if is_too_long { Line::TooLong } else { Line::Whole(&self.carry) };
                return Ok(is_any.then_some(line));
            }
        }
    }
}

/// The buffer, which is empty at the end only.
fn fill<R: BufRead>(reader: &mut R, line: u64) -> Result<&[u8], Error> {
    loop {
        match reader.fill_buf() {
            Ok(_) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(Error::Read { line, source }),
        }
    }
    // The loop cannot give out what it borrows.
    reader.fill_buf().map_err(|source| Error::Read { line, source })
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
            while let Some(line) = lines.next().unwrap() {
                // A line that the buffer holds whole is given out, whatever its length.
                found.push(match line {
                    Line::Whole(line) if line.len() <= 10 => String::from_utf8_lossy(line).into(),
                    _ => "too long".to_owned(),
                });
            }
            assert_eq!(found, ["ab\n", "\n", "abcdefgh\r\n", "too long", "end"]);
        }
    }
}
