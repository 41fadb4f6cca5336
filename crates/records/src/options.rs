/// How an input is read.
///
/// ```
/// use oddsift_records::{BadRows, ReadOptions};
///
/// let options = ReadOptions::new().delimiter(Some(b';')).bad_rows(BadRows::Skip);
/// assert_eq!(options, ReadOptions { delimiter: Some(b';'), bad_rows: BadRows::Skip, ..ReadOptions::new() });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOptions {
    /// The format; `None` (the default) takes it from the first line of a log, else from the name, else from
    /// the first byte.
    pub format: Option<InputFormat>,
    /// What separates fields; `None` (the default) is a tab in a file named `.tsv`, else a comma, or what the
    /// first lines show beyond doubt.
    pub delimiter: Option<u8>,
    /// What happens to a row that cannot be read; the default is [`BadRows::Fail`].
    pub bad_rows: BadRows,
    /// The longest record in bytes, quoted line breaks included; 16 MiB by default, at most 1 GiB.
    pub max_record: usize,
    /// The bytes of a block; half a MiB by default.
    pub block: Option<usize>,
}

/// A format that can be read.
///
/// ```
/// use oddsift_records::{InputFormat, ReadOptions, Reader};
///
/// let options = ReadOptions::new().format(Some(InputFormat::Ndjson));
/// assert_eq!(Reader::new("events.log", &b"{\"a\":1}"[..], options)?.columns(), ["a"]);
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputFormat {
    /// Comma separated values with a header (RFC 4180, any line end).
    Csv,
    /// JSON: one object a line, or arrays and documents that hold objects.
    Ndjson,
    /// A text log of Zeek, with `#fields`.
    Zeek,
    /// A log in W3C's extended format, with `#Fields:`: IIS, proxies, Exchange, Windows Firewall.
    W3c,
}

/// What happens to a row that cannot be read.
///
/// ```
/// use oddsift_records::{BadRows, Batch, ReadOptions, Reader};
///
/// let options = ReadOptions::new().bad_rows(BadRows::Skip);
/// let mut reader = Reader::new("a.csv", &b"a,b\n1\n1,2\n"[..], options)?;
/// let mut batch = Batch::new();
/// reader.next_batch(&mut batch)?;
/// assert_eq!((batch.len(), reader.summary().skipped().count()), (1, 1));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BadRows {
    /// The first one is an error.
    #[default]
    Fail,
    /// They are left out and counted.
    Skip,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            delimiter: None,
            bad_rows: BadRows::Fail,
            max_record: 16 << 20,
            block: None,
        }
    }
}

impl ReadOptions {
    /// The defaults: format and delimiter by name or content, strict, 16 MiB.
    ///
    /// ```
    /// assert_eq!(oddsift_records::ReadOptions::new().max_record, 16 * 1024 * 1024);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the format, whatever name and content say; `None` takes it from there.
    ///
    /// ```
    /// use oddsift_records::{InputFormat, ReadOptions, Reader};
    ///
    /// let options = ReadOptions::new().format(Some(InputFormat::Csv));
    /// assert_eq!(Reader::new("odd.ndjson", &b"a,b\n"[..], options)?.columns(), ["a", "b"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn format(mut self, format: Option<InputFormat>) -> Self {
        self.format = format;
        self
    }

    /// Sets what separates fields: an ASCII character, no quote and no line break. `None` is a tab in a file
    /// named `.tsv`, else a comma; or `;`, a tab or `|`, if it alone separates the header and the first rows.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let options = ReadOptions::new().delimiter(Some(b'|'));
    /// assert_eq!(Reader::new("x.csv", &b"a,b|c\n"[..], options)?.columns(), ["a,b", "c"]);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn delimiter(mut self, delimiter: Option<u8>) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Sets what happens to a row that cannot be read.
    ///
    /// ```
    /// use oddsift_records::{BadRows, ReadOptions};
    ///
    /// assert_eq!(ReadOptions::new().bad_rows(BadRows::Skip).bad_rows, BadRows::Skip);
    /// ```
    #[must_use]
    pub fn bad_rows(mut self, bad_rows: BadRows) -> Self {
        self.bad_rows = bad_rows;
        self
    }

    /// Sets the longest record in bytes.
    ///
    /// ```
    /// assert_eq!(oddsift_records::ReadOptions::new().max_record(4096).max_record, 4096);
    /// ```
    #[must_use]
    pub fn max_record(mut self, bytes: usize) -> Self {
        self.max_record = bytes;
        self
    }

    /// Sets the bytes of the blocks that threads take of [shared](crate::Rows::share) records, half a MiB by default. They
    /// change no result.
    ///
    /// ```
    /// assert_eq!(oddsift_records::ReadOptions::new().block(Some(4096)).block, Some(4096));
    /// ```
    #[must_use]
    pub fn block(mut self, bytes: Option<usize>) -> Self {
        self.block = bytes;
        self
    }
}
