use memchr::memchr;

use crate::{Fault, buffer::Buffer, reader::Stop};

/// The lines of an input one by one, without their ends (LF or CRLF).
pub(crate) struct Lines {
    buffer: Buffer,
    limit: usize,
    /// The line that stands at the front of the window, from 1; 0 before the first.
    number: u64,
    /// Bytes of it, and those that go with it when the next one is wanted.
    length: usize,
    taken: usize,
    /// The line at the front is too long, and its end is yet to come.
    is_cut: bool,
}

impl Lines {
    pub(crate) fn new(buffer: Buffer, limit: usize) -> Self {
        Self { buffer, limit, number: 0, length: 0, taken: 0, is_cut: false }
    }

    /// The number of the line that was found last.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The line that was found last.
    pub(crate) fn text(&self) -> &[u8] {
        self.buffer.window().get(..self.length).unwrap_or_default()
    }

    /// Goes to the next line; false at the end of the input. After a line past the limit the one behind
    /// it is next.
    pub(crate) fn advance(&mut self) -> Result<bool, Stop> {
        self.leave()?;
        let mut searched = 0;
        loop {
            let window = self.buffer.window();
            let found = memchr(b'\n', window.get(searched..).unwrap_or_default());
            let end = found.map_or(window.len(), |at| searched.saturating_add(at));
            searched = window.len();
            if end > self.limit {
                return Err(self.too_long());
            }
            if found.is_none() && self.buffer.refill()? {
                continue;
            }
            if found.is_none() && end == 0 {
                return Ok(false);
            }
            self.found(end, end.saturating_add(usize::from(found.is_some())));
            return Ok(true);
        }
    }

    fn found(&mut self, end: usize, taken: usize) {
        let line = self.buffer.window().get(..end).unwrap_or_default();
        self.length = line.strip_suffix(b"\r").unwrap_or(line).len();
        self.taken = taken;
        self.number = self.number.saturating_add(1);
    }

    fn too_long(&mut self) -> Stop {
        self.number = self.number.saturating_add(1);
        self.length = 0;
        self.is_cut = true;
        let fault = Fault::RecordTooLong { limit: self.limit, in_quote: false };
        Stop::Bad { line: self.number, column: None, fault }
    }

    /// Drops the line at the front, without keeping one that is too long.
    fn leave(&mut self) -> Result<(), Stop> {
        self.buffer.consume(self.taken);
        (self.taken, self.length) = (0, 0);
        while self.is_cut {
            let window = self.buffer.window();
            let found = memchr(b'\n', window);
            let n_bytes = found.map_or(window.len(), |at| at.saturating_add(1));
            self.buffer.consume(n_bytes);
            self.is_cut = found.is_none() && self.buffer.refill()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str, limit: usize) -> Vec<String> {
        let mut lines = Lines::new(Buffer::new(Box::new(text.as_bytes())), limit);
        let mut found = Vec::new();
        loop {
            match lines.advance() {
                Ok(true) => {
                    let text = String::from_utf8_lossy(lines.text());
                    found.push(format!("{}:{text}", lines.number()));
                }
                Ok(false) => return found,
                Err(_) => found.push(format!("{}!", lines.number())),
            }
        }
    }

    #[test]
    fn lines_lose_their_end_and_nothing_else() {
        assert_eq!(lines("a\r\n\n b\r \nc", 99), ["1:a", "2:", "3: b\r ", "4:c"]);
        assert_eq!(lines("", 99), [""; 0]);
    }

    #[test]
    fn line_past_the_limit_hides_no_other() {
        assert_eq!(lines("abc\nabcd\nab\n", 3), ["1:abc", "2!", "3:ab"]);
        assert_eq!(lines("ab\nabcd", 3), ["1:ab", "2!"]);
    }
}
