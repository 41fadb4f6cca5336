use std::io::{BufRead, ErrorKind};

use memchr::memchr;

use crate::Error;

/// The lines of a reader, of which no more than the longest is kept.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: R,
    longest: usize,
    /// A line that the buffer did not hold whole.
    carry: Vec<u8>,
    /// How much of the buffer the line given out last takes.
    taken: usize,
    n_lines: u64,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R, longest: usize) -> Self {
        Self { reader, longest, carry: Vec::new(), taken: 0, n_lines: 0 }
    }

    /// The next line with its end; `Some(None)` for one that is too long, `None` at the end.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<Option<&[u8]>>, Error> {
        self.reader.consume(std::mem::take(&mut self.taken));
        self.carry.clear();
        self.n_lines = self.n_lines.saturating_add(1);
        // Asked again below, since a buffer cannot be given out and kept.
        let end = memchr(b'\n', fill(&mut self.reader, self.n_lines)?);
        match end {
            Some(end) => {
                self.taken = end.saturating_add(1);
                let buffer = fill(&mut self.reader, self.n_lines)?;
                Ok(Some(buffer.get(..self.taken)))
            }
            None => self.next_carried(),
        }
    }

    /// A line over the end of a buffer.
    #[cold]
    fn next_carried(&mut self) -> Result<Option<Option<&[u8]>>, Error> {
        let mut is_too_long = false;
        let mut is_any = false;
        loop {
            let buffer = fill(&mut self.reader, self.n_lines)?;
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
                let line = (!is_too_long).then_some(self.carry.as_slice());
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
                let is_short = |line: &&[u8]| line.len() <= 10;
                found.push(line.filter(is_short).map(<[u8]>::to_vec));
            }
            let expected = [Some("ab\n"), Some("\n"), Some("abcdefgh\r\n"), None, Some("end")];
            assert_eq!(found, expected.map(|line| line.map(|line| line.as_bytes().to_vec())));
        }
    }
}
