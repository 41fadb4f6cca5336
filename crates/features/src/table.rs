/// What each byte adds to the features of an ASCII text, several counts in one
/// word: one addition a byte finds them all, as fast as any one of them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ByteTable([u64; 256]);

/// What a table counts in an ASCII text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ByteCounts {
    pub(crate) ord_sum: u64,
    pub(crate) separators: u64,
    pub(crate) delims: u64,
}

// Fields of a word. 255 bytes of the largest contribution overflow none of them.
const DELIM: u32 = 0; // 8 bits
const SEPARATOR: u32 = 8; // 8 bits
const SUM: u32 = 16; // 16 bits
const WIDE: u32 = 32; // 8 bits: bytes past ASCII
const CHUNK: usize = 255;

impl ByteTable {
    pub(crate) fn new(is_delimiter: impl Fn(char) -> bool) -> Self {
        let mut table = [0; 256];
        for (byte, entry) in (0..=u8::MAX).zip(&mut table) {
            *entry = if byte.is_ascii() {
                u64::from(is_delimiter(char::from(byte))) << DELIM | u64::from(byte) << SUM
            } else {
                1 << WIDE
            };
        }
        Self(table)
    }

    /// The same table that counts `separator` besides.
    pub(crate) fn with_separator(mut self, separator: u8) -> Self {
        self.0[usize::from(separator)] |= 1 << SEPARATOR;
        self
    }

    pub(crate) fn is_delimiter(&self, c: char) -> bool {
        u8::try_from(c).is_ok_and(|byte| self.0[usize::from(byte)] >> DELIM & 1 == 1)
    }

    /// All counts; `None` if the text is not ASCII.
    pub(crate) fn count(&self, bytes: &[u8]) -> Option<ByteCounts> {
        let mut counts = ByteCounts::default();
        for chunk in bytes.chunks(CHUNK) {
            counts.add(chunk.iter().map(|&byte| self.0[usize::from(byte)]).sum())?;
        }
        Some(counts)
    }

    /// All counts and the CRC-32 of the delimiters; `None` if the text is not ASCII.
    pub(crate) fn count_and_hash(&self, bytes: &[u8]) -> Option<(ByteCounts, u32)> {
        let (mut counts, mut hasher) = (ByteCounts::default(), crc32fast::Hasher::new());
        let mut found = [0; CHUNK + 1];
        for chunk in bytes.chunks(CHUNK) {
            let n = counts.add(self.gather(chunk, &mut found))?;
            hasher.update(&found[..usize::from(n)]);
        }
        Some((counts, hasher.finalize()))
    }

    /// Adds up `chunk`, and copies its delimiters to the front of `found`.
    ///
    /// Every byte is copied and only a delimiter moves the place of the next:
    /// no branch to mispredict. The place is a byte, which needs no bounds check.
    fn gather(&self, chunk: &[u8], found: &mut [u8; CHUNK + 1]) -> u64 {
        let mut word = 0_u64;
        for &byte in chunk {
            found[usize::from(word.to_le_bytes()[0])] = byte;
            word += self.0[usize::from(byte)];
        }
        word
    }
}

impl ByteCounts {
    /// Adds the sum of at most 255 entries and gives its number of delimiters;
    /// `None` if a byte was not ASCII.
    fn add(&mut self, word: u64) -> Option<u8> {
        let delims = word.to_le_bytes()[0];
        self.delims += u64::from(delims);
        self.separators += word >> SEPARATOR & 0xff;
        self.ord_sum += word >> SUM & 0xffff;
        (word >> WIDE == 0).then_some(delims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_chunk_of_the_largest_byte_overflows_nothing() {
        let table = ByteTable::new(|c| c == '\u{7f}').with_separator(0x7f);
        for n in [0, 1, 254, 255, 256, 511, 5000] {
            let text = "\u{7f}".repeat(n);
            let n = n as u64;
            let counts = ByteCounts { ord_sum: 127 * n, separators: n, delims: n };
            let hash = crc32fast::hash(text.as_bytes());
            assert_eq!(table.count_and_hash(text.as_bytes()), Some((counts, hash)));
            assert_eq!(table.count(text.as_bytes()), Some(counts));
        }
    }

    #[test]
    fn text_past_ascii_is_refused() {
        let table = ByteTable::new(|_| true);
        let text = "a".repeat(300) + "é";
        assert_eq!(table.count_and_hash(text.as_bytes()), None);
        assert_eq!(table.count(text.as_bytes()), None);
        assert!(table.is_delimiter('a') && !table.is_delimiter('é'));
    }
}
