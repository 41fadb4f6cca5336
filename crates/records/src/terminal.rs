use std::io::{self, Write};

use crate::escape_terminal;

/// Writes text to a terminal with everything escaped that a terminal would obey.
///
/// Text is escaped as by [`escape_terminal`], characters may be split over calls of `write`, and
/// invalid UTF-8 becomes U+FFFD. Only [`style`](Self::style) writes an escape sequence.
///
/// ```
/// use std::io::Write;
/// use oddsift_records::TerminalWriter;
///
/// let mut terminal = TerminalWriter::new(Vec::new());
/// terminal.style("\u{1b}[1m")?;
/// terminal.write_all(b"\x1b]0;title\x07")?;
/// assert_eq!(terminal.finish()?, "\u{1b}[1m␛]0;title␇".as_bytes());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TerminalWriter<W: Write> {
    inner: W,
    /// The first bytes of a character whose rest is yet to come.
    pending: Vec<u8>,
}

impl<W: Write> TerminalWriter<W> {
    /// Writes to `inner`, which should be buffered.
    ///
    /// ```
    /// let terminal = oddsift_records::TerminalWriter::new(Vec::new());
    /// assert_eq!(terminal.finish()?, b"");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn new(inner: W) -> Self {
        Self { inner, pending: Vec::new() }
    }

    /// Writes sequences of colour and weight: `ESC [`, digits and `;`, `m`, any number of times.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for any other text, and what `inner` returns.
    ///
    /// ```
    /// let mut terminal = oddsift_records::TerminalWriter::new(Vec::new());
    /// assert!(terminal.style("\u{1b}[1;31m\u{1b}[0m").is_ok());
    /// assert!(terminal.style("\u{1b}[2J").is_err());
    /// ```
    pub fn style(&mut self, sequences: &str) -> io::Result<()> {
        if !is_style(sequences) {
            let what = "not a sequence of colour or weight; write text with `write`";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
        }
        self.inner.write_all(sequences.as_bytes())
    }

    /// Ends the text, flushes, and gives `inner` back.
    ///
    /// # Errors
    ///
    /// What `inner` returns.
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// let mut terminal = oddsift_records::TerminalWriter::new(Vec::new());
    /// terminal.write_all(b"\xc3")?;
    /// assert_eq!(terminal.finish()?, "\u{fffd}".as_bytes());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn finish(mut self) -> io::Result<W> {
        if !self.pending.is_empty() {
            self.inner.write_all("\u{fffd}".as_bytes())?;
        }
        self.inner.flush()?;
        Ok(self.inner)
    }

    fn write_text(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        loop {
            let error = match std::str::from_utf8(bytes) {
                Ok(text) => return self.inner.write_all(escape_terminal(text).as_bytes()),
                Err(error) => error,
            };
            let (valid, rest) = bytes.split_at_checked(error.valid_up_to()).unwrap_or_default();
            let text = String::from_utf8_lossy(valid);
            self.inner.write_all(escape_terminal(&text).as_bytes())?;
            let Some(bad) = error.error_len() else {
                self.pending.extend_from_slice(rest);
                return Ok(());
            };
            self.inner.write_all("\u{fffd}".as_bytes())?;
            bytes = rest.get(bad..).unwrap_or_default();
        }
    }
}

impl<W: Write> Write for TerminalWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.is_empty() {
            self.write_text(bytes)?;
        } else {
            let mut joined = std::mem::take(&mut self.pending);
            joined.extend_from_slice(bytes);
            self.write_text(&joined)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn is_style(sequences: &str) -> bool {
    let mut parts = sequences.split("\u{1b}[");
    let mut is_codes = |part: &str| {
        part.strip_suffix('m')
            .is_some_and(|codes| codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'))
    };
    parts.next() == Some("") && parts.all(&mut is_codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_split_over_writes_is_whole() {
        let mut terminal = TerminalWriter::new(Vec::new());
        for byte in "é\u{202e}漢\u{9b}".as_bytes() {
            terminal.write_all(&[*byte]).unwrap();
        }
        assert_eq!(terminal.finish().unwrap(), "é\\u{202e}漢\\u{9b}".as_bytes());
    }

    #[test]
    fn invalid_bytes_become_replacement_characters() {
        let mut terminal = TerminalWriter::new(Vec::new());
        terminal.write_all(b"a\xffb\xe2\x80").unwrap();
        terminal.write_all(b"c").unwrap();
        assert_eq!(terminal.finish().unwrap(), "a\u{fffd}b\u{fffd}c".as_bytes());
    }

    #[test]
    fn only_colour_sequences_are_styles() {
        for bad in ["x", "\u{1b}[1mx", "\u{1b}[1", "\u{1b}]0;m", "m", "\u{1b}[?1m"] {
            assert!(!is_style(bad), "{bad:?}");
        }
        assert!(is_style("") && is_style("\u{1b}[m") && is_style("\u{1b}[38;5;208m\u{1b}[1m"));
    }
}
