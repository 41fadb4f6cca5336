use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

use crate::{
    BinaryFormat, Error, InputFormat, buffer::Buffer, framing::SAMPLE_BYTES, w3c::W3c, zeek::Zeek,
};

/// The number of bytes of an input file that were read, for a progress bar in another thread.
///
/// Bytes are those of the file, compressed or not.
///
/// ```
/// use oddsift_records::{Batch, ReadOptions, Reader};
///
/// let mut reader = Reader::new("a.csv", &b"a,b\n1,2\n"[..], ReadOptions::new())?;
/// let progress = reader.watch();
/// while reader.next_batch(&mut Batch::new())? {}
/// assert_eq!((progress.bytes(), progress.total()), (8, None));
/// # Ok::<(), oddsift_records::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct BytesRead {
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
}

impl BytesRead {
    /// Bytes of the file that were read.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let reader = Reader::new("a.csv", &b"a\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.watch().bytes(), 2);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The size of the file; `None` for a pipe.
    ///
    /// ```
    /// # use oddsift_records::{ReadOptions, Reader};
    /// let reader = Reader::new("a.csv", &b"a\n"[..], ReadOptions::new())?;
    /// assert_eq!(reader.watch().total(), None);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.total
    }
}

/// A file or stream as plain text bytes, for formats of lines that another crate reads: gzip and zstd
/// are unpacked, UTF-16 and byte order marks become UTF-8.
///
/// ```
/// use std::io::Read;
///
/// use oddsift_records::TextSource;
///
/// let mut source = TextSource::new("audit.log", &b"\xef\xbb\xbftype=CWD"[..])?;
/// let mut text = String::new();
/// source.read_to_string(&mut text)?;
/// assert_eq!((source.name(), text.as_str()), ("audit.log", "type=CWD"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TextSource {
    name: Arc<str>,
    bytes: Bytes,
    /// What was looked at and is still to be read.
    head: Vec<u8>,
    progress: BytesRead,
    /// The encoding that the bytes show, where no byte order mark does.
    guessed: Option<&'static str>,
}

/// The bytes that show UTF-16 without a byte order mark.
const UTF16_HEAD: u64 = 512;

/// The bytes that tell the format of a text.
const HEAD: u64 = 4096;

impl TextSource {
    /// Opens a file; `-` is standard input, named `<stdin>`.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], [`Error::Read`] if its first bytes cannot be read, [`Error::Binary`] if
    /// they show that it holds no text, or [`Error::Packed`] if they do once unpacked.
    ///
    /// ```
    /// assert!(oddsift_records::TextSource::open("no/such.log").is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let (name, raw, total) = open_raw(path.as_ref())?;
        Self::start(&name, raw, total)
    }

    /// Takes a stream; `name` stands in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if its first bytes cannot be read, [`Error::Binary`] if they show that it
    /// holds no text, or [`Error::Packed`] if they do once unpacked.
    ///
    /// ```
    /// # use oddsift_records::TextSource;
    /// assert_eq!(TextSource::new("x", &b""[..])?.name(), "x");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn new(name: &str, stream: impl Read + Send + 'static) -> Result<Self, Error> {
        Self::start(name, Box::new(stream), None)
    }

    fn start(name: &str, raw: Bytes, total: Option<u64>) -> Result<Self, Error> {
        let progress = BytesRead { bytes: Arc::default(), total };
        let counted = Box::new(Counted { inner: raw, bytes: Arc::clone(&progress.bytes) });
        let name: Arc<str> = Arc::from(name);
        let head =
            |(packed, mut raw): (bool, Bytes)| Ok((packed, peek(&mut raw, UTF16_HEAD)?, raw));
        let (packed, head, raw) = match decompress(counted).and_then(head) {
            Ok(found) => found,
            Err(source) => return Err(Error::Read { name, source }),
        };
        let start = head.get(..BinaryFormat::HEAD).unwrap_or(&head);
        match BinaryFormat::of(start) {
            Some(format) if packed => return Err(Error::Packed { name, format }),
            Some(format) => return Err(Error::Binary { name, format }),
            None => {}
        }
        let unmarked = unmarked_utf16(&head);
        let guessed = unmarked.map(encoding_rs::Encoding::name);
        Ok(Self { name, bytes: decode(head, unmarked, raw), head: Vec::new(), progress, guessed })
    }

    /// The name that messages show.
    ///
    /// ```
    /// # use oddsift_records::TextSource;
    /// assert_eq!(TextSource::new("a.log", &b""[..])?.name(), "a.log");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the beginning of the text, which is still to be read: 4 KiB, or all of a shorter one.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] if it cannot be read.
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// use oddsift_records::TextSource;
    ///
    /// let mut source = TextSource::new("x", &b"a,b\n"[..])?;
    /// assert_eq!(source.head()?, b"a,b\n");
    /// let mut text = String::new();
    /// source.read_to_string(&mut text).unwrap();
    /// assert_eq!(text, "a,b\n");
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    pub fn head(&mut self) -> Result<&[u8], Error> {
        if self.head.is_empty() {
            self.head = peek(&mut self.bytes, HEAD)
                .map_err(|source| Error::Read { name: Arc::clone(&self.name), source })?;
        }
        Ok(&self.head)
    }

    /// The bytes, from the first one on.
    fn whole(self) -> Bytes {
        if self.head.is_empty() {
            self.bytes
        } else {
            Box::new(Cursor::new(self.head).chain(self.bytes))
        }
    }

    /// How much was read, for a progress bar.
    ///
    /// ```
    /// # use oddsift_records::TextSource;
    /// assert_eq!(TextSource::new("a.log", &b"x"[..])?.watch().total(), None);
    /// # Ok::<(), oddsift_records::Error>(())
    /// ```
    #[must_use]
    pub fn watch(&self) -> BytesRead {
        self.progress.clone()
    }
}

impl Read for TextSource {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.head.is_empty() {
            return self.bytes.read(room);
        }
        let n_read = self.head.as_slice().read(room)?;
        self.head.drain(..n_read);
        Ok(n_read)
    }
}

impl fmt::Debug for TextSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Name, bytes and size of a file.
fn open_raw(path: &Path) -> Result<(String, Bytes, Option<u64>), Error> {
    if path.as_os_str() == "-" {
        return Ok(("<stdin>".to_owned(), Box::new(io::stdin()), None));
    }
    let name = path.to_string_lossy();
    let open = |source| Error::Open { name: Arc::from(&*name), source };
    let file = File::open(path).map_err(open)?;
    let about = file.metadata().map_err(open)?;
    if about.is_dir() {
        return Err(open(io::ErrorKind::IsADirectory.into()));
    }
    let total = about.is_file().then_some(about.len());
    Ok((name.into_owned(), Box::new(file), total))
}

/// An input whose bytes are UTF-8 (or claim to be) without byte order mark.
pub(crate) struct Source {
    pub(crate) name: Arc<str>,
    pub(crate) buffer: Buffer,
    pub(crate) progress: BytesRead,
    pub(crate) guessed: Option<&'static str>,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        TextSource::open(path).map(Self::from)
    }

    pub(crate) fn new(name: &str, stream: impl Read + Send + 'static) -> Result<Self, Error> {
        TextSource::new(name, stream).map(Self::from)
    }

    /// The format that the first line shows, else the name, else the first byte of text.
    pub(crate) fn sniff(&mut self, by_name: Option<InputFormat>) -> io::Result<InputFormat> {
        self.buffer.fill(SAMPLE_BYTES)?;
        if let Some(format) = log_of(self.buffer.window()).or(by_name) {
            return Ok(format);
        }
        loop {
            let window = self.buffer.window();
            match window.iter().copied().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'{' | b'[') => return Ok(InputFormat::Ndjson),
                Some(_) => return Ok(InputFormat::Csv),
                None if self.buffer.window().len() > MOST_BLANK || !self.buffer.refill()? => {
                    return Ok(InputFormat::Csv);
                }
                None => {}
            }
        }
    }
}

impl From<TextSource> for Source {
    fn from(source: TextSource) -> Self {
        let (name, progress) = (Arc::clone(&source.name), source.progress.clone());
        let guessed = source.guessed;
        Self { name, buffer: Buffer::new(source.whole()), progress, guessed }
    }
}

/// The format of a log whose first line is a directive.
fn log_of(text: &[u8]) -> Option<InputFormat> {
    let first = text.trim_ascii_start().split(|byte| *byte == b'\n').next()?;
    if !first.starts_with(b"#") {
        return None;
    }
    if Zeek::is_it(first) {
        return Some(InputFormat::Zeek);
    }
    W3c::is_it(first).then_some(InputFormat::W3c)
}

/// Blank bytes after which an input is taken for CSV.
const MOST_BLANK: usize = 1 << 20;

/// The format and delimiter that a name shows, behind `.gz` and `.zst` too.
pub(crate) fn format_of(name: &str) -> (Option<InputFormat>, u8) {
    let name = name.to_ascii_lowercase();
    let plain = name.strip_suffix(".gz").or(name.strip_suffix(".zst")).unwrap_or(&name);
    match plain.rsplit_once('.').map(|(_, extension)| extension) {
        Some("csv") => (Some(InputFormat::Csv), b','),
        Some("tsv") => (Some(InputFormat::Csv), b'\t'),
        Some("ndjson" | "jsonl" | "json") => (Some(InputFormat::Ndjson), b','),
        _ => (None, b','),
    }
}

struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(room)?;
        self.bytes.fetch_add(n_read as u64, Ordering::Relaxed);
        Ok(n_read)
    }
}

type Bytes = Box<dyn Read + Send>;

/// Tells gzip and zstd by their first bytes: names lie. Gives whether it was one, too.
fn decompress(mut raw: Bytes) -> io::Result<(bool, Bytes)> {
    let head = peek(&mut raw, 4)?;
    let kind = head.clone();
    let whole = Cursor::new(head).chain(raw);
    Ok(match kind.as_slice() {
        [0x1f, 0x8b, ..] => {
            (true, Box::new(MultiGzDecoder::new(BufReader::with_capacity(64 << 10, whole))))
        }
        [0x28, 0xb5, 0x2f, 0xfd] => (true, Box::new(zstd::stream::read::Decoder::new(whole)?)),
        _ => (false, Box::new(whole)),
    })
}

/// UTF-16 without a byte order mark: text of Europe and America has a zero in each unit, at one side, and
/// text in UTF-8 has none at all.
fn unmarked_utf16(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let n_zeros =
        |side: usize| head.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let n_units = head.len() / 2;
    match (n_zeros(0), n_zeros(1)) {
        _ if n_units < 4 || head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) => {
            None
        }
        (0, zeros) if zeros >= n_units.div_ceil(2) => Some(encoding_rs::UTF_16LE),
        (zeros, 0) if zeros >= n_units.div_ceil(2) => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// Drops the byte order mark of UTF-8 and turns UTF-16 into UTF-8; `head` is what was read already.
fn decode(head: Vec<u8>, unmarked: Option<&'static encoding_rs::Encoding>, raw: Bytes) -> Bytes {
    let encoding = match head.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Box::new(Cursor::new(rest.to_vec()).chain(raw)),
        [0xff, 0xfe, ..] => encoding_rs::UTF_16LE,
        [0xfe, 0xff, ..] => encoding_rs::UTF_16BE,
        _ => match unmarked {
            Some(encoding) => encoding,
            None => return Box::new(Cursor::new(head).chain(raw)),
        },
    };
    let whole =
        PairedSurrogates::new(Cursor::new(head).chain(raw), encoding == encoding_rs::UTF_16BE);
    let decoder =
        DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(whole);
    Box::new(decoder)
}

/// Passes UTF-16 on, and fails at half of a surrogate pair: decoding would replace it unseen.
struct PairedSurrogates<R> {
    inner: R,
    is_big_endian: bool,
    /// The first byte of a unit whose second is yet to come.
    first_byte: Option<u8>,
    /// The last unit was the first half of a pair.
    is_in_pair: bool,
}

impl<R: Read> PairedSurrogates<R> {
    fn new(inner: R, is_big_endian: bool) -> Self {
        Self { inner, is_big_endian, first_byte: None, is_in_pair: false }
    }

    fn check(&mut self, unit: u16) -> io::Result<()> {
        let is_second = matches!(unit, 0xdc00..=0xdfff);
        if is_second != self.is_in_pair {
            let what = "half of a surrogate pair in UTF-16";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.is_in_pair = matches!(unit, 0xd800..=0xdbff);
        Ok(())
    }
}

impl<R: Read> Read for PairedSurrogates<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(room)?;
        if n_read == 0 && !room.is_empty() && (self.is_in_pair || self.first_byte.is_some()) {
            let what = "UTF-16 that ends within a character";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        for byte in room.iter().take(n_read) {
            let Some(first) = self.first_byte.take() else {
                self.first_byte = Some(*byte);
                continue;
            };
            let unit = [first, *byte];
            self.check(if self.is_big_endian {
                u16::from_be_bytes(unit)
            } else {
                u16::from_le_bytes(unit)
            })?;
        }
        Ok(n_read)
    }
}

/// The first bytes of an input, fewer only where it ends.
fn peek(raw: &mut Bytes, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    raw.by_ref().take(n_bytes).read_to_end(&mut head)?;
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(bytes: Vec<u8>) -> String {
        let mut text = String::new();
        TextSource::new("x", Cursor::new(bytes)).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(order).collect()
    }

    #[test]
    fn byte_order_marks_are_dropped_and_decoded() {
        assert_eq!(read_all(b"\xef\xbb\xbfa,\xc3\xa9".to_vec()), "a,é");
        assert_eq!(read_all(utf16("a,é", u16::to_le_bytes)), "a,é");
        assert_eq!(read_all(utf16("a,é", u16::to_be_bytes)), "a,é");
        assert_eq!(read_all(b"a".to_vec()), "a");
        assert_eq!(read_all(Vec::new()), "");
    }

    #[test]
    fn compressed_members_are_joined() {
        let member = |text: &str| {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!(read_all([member("a,b\n"), member("1,2\n")].concat()), "a,b\n1,2\n");
        let frame = |text: &str| zstd::encode_all(text.as_bytes(), 1).unwrap();
        assert_eq!(read_all([frame("a,b\n"), frame("1,2\n")].concat()), "a,b\n1,2\n");
    }

    #[test]
    fn format_is_taken_from_the_name_behind_the_compression() {
        assert_eq!(format_of("x.CSV.gz"), (Some(InputFormat::Csv), b','));
        assert_eq!(format_of("x.tsv.zst"), (Some(InputFormat::Csv), b'\t'));
        assert_eq!(format_of("x.jsonl"), (Some(InputFormat::Ndjson), b','));
        assert_eq!(format_of("<stdin>"), (None, b','));
    }

    #[test]
    fn half_a_surrogate_pair_is_an_error_and_a_whole_pair_is_text() {
        let decoded = |units: &[u16]| {
            let mut bytes = vec![0xff, 0xfe];
            bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            let mut text = String::new();
            let mut source = TextSource::new("x", Cursor::new(bytes)).unwrap();
            source.read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(decoded(&[0x61, 0xd83d, 0xde00]).unwrap(), "a😀");
        for bad in [&[0xd800, 0x61][..], &[0xdc00], &[0x61, 0xd800], &[0xd800, 0xd800, 0xdc00]] {
            assert_eq!(decoded(bad).unwrap_err().kind(), io::ErrorKind::InvalidData, "{bad:x?}");
        }
    }
}
