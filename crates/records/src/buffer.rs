use std::io::{self, Read};

/// The bytes of an input that were read and not yet used.
pub(crate) struct Buffer {
    source: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(crate) fn new(source: Box<dyn Read + Send>) -> Self {
        Self { source, bytes: vec![0; 256 << 10], start: 0, end: 0 }
    }

    pub(crate) fn window(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    pub(crate) fn consume(&mut self, n_bytes: usize) {
        self.start = self.start.saturating_add(n_bytes).min(self.end);
    }

    /// Reads more behind the window; false at the end of the input.
    ///
    /// The memory grows only where a full window is not enough for the caller.
    pub(crate) fn refill(&mut self) -> io::Result<bool> {
        self.make_room();
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let n_read = read_some(&mut self.source, room)?;
        self.end = self.end.saturating_add(n_read);
        Ok(n_read > 0)
    }

    /// Reads until the window has so many bytes; fewer only where the input ends.
    pub(crate) fn fill(&mut self, n_bytes: usize) -> io::Result<()> {
        while self.window().len() < n_bytes && self.refill()? {}
        Ok(())
    }

    /// Gives away what was read and not used, and the source; nothing is left.
    pub(crate) fn take(&mut self) -> (Vec<u8>, Box<dyn Read + Send>) {
        let rest = self.window().to_vec();
        let source = std::mem::replace(&mut self.source, Box::new(io::empty()));
        (self.start, self.end) = (0, 0);
        (rest, source)
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.end < self.bytes.len() {
            return;
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        } else {
            self.bytes.resize(self.bytes.len().saturating_mul(2), 0);
        }
    }
}

/// Reads some bytes, whatever signals come; none at the end.
pub(crate) fn read_some(source: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_once_and_in_order() {
        let bytes: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut buffer = Buffer::new(Box::new(io::Cursor::new(bytes.clone())));
        let mut seen: Vec<u8> = Vec::new();
        while buffer.refill().unwrap() {
            let take = buffer.window().len().div_ceil(3);
            seen.extend(buffer.window().iter().take(take));
            buffer.consume(take);
        }
        seen.extend(buffer.window());
        assert!(seen == bytes);
    }
}
