const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The lines of an export that come again between the records where exports are joined.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    /// The text of the header without delimiters and quotes, and where its names end; empty where it
    /// cannot be told from a record.
    header: Vec<u8>,
    ends: Vec<usize>,
    /// The lines before the header, in the same way.
    preamble: Vec<Vec<u8>>,
}

impl Repeats {
    /// A header of one name may be a record as well.
    pub(crate) fn new(header: &[u8], ends: &[usize], delimiter: u8, preamble: &[Vec<u8>]) -> Self {
        let mut repeats = Self::default();
        if ends.len() > 1 {
            (repeats.header, repeats.ends) = (header.to_vec(), ends.to_vec());
        }
        let is_text = |byte: &u8| *byte != delimiter && *byte != b'"';
        let text = |line: &Vec<u8>| line.iter().copied().filter(is_text).collect();
        repeats.preamble = preamble.iter().map(text).collect();
        repeats
    }

    /// Whether a record of this length may be one of the lines.
    #[inline]
    pub(crate) fn may_be(&self, n_bytes: usize) -> bool {
        // A joined file may have a byte order mark there, which makes the quotes of a field text, too.
        matches!(n_bytes.wrapping_sub(self.header.len()), 0 | 3 | 5)
            || self.preamble.iter().any(|line| matches!(n_bytes.wrapping_sub(line.len()), 0 | 3))
    }

    /// Whether a record is one of the lines.
    pub(crate) fn has(&self, text: &[u8], ends: &[usize]) -> bool {
        let plain = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        self.is_header(text, ends) || self.preamble.iter().any(|line| line == plain)
    }

    fn is_header(&self, text: &[u8], ends: &[usize]) -> bool {
        let surplus = text.len().wrapping_sub(self.header.len());
        let (Some(first), Some(end)) = (self.ends.first(), ends.first()) else { return false };
        let moved = self.ends.iter().map(|end| end.saturating_add(surplus));
        let (Some(field), Some(rest)) = (text.get(..*end), text.get(*end..)) else { return false };
        let name = self.header.get(..*first).unwrap_or_default();
        let is_name = field == name || is_marked(field, name);
        is_name && self.header.get(*first..) == Some(rest) && moved.eq(ends.iter().copied())
    }
}

/// Whether the field is the name behind a byte order mark, in quotes or not.
fn is_marked(field: &[u8], name: &[u8]) -> bool {
    let Some(field) = field.strip_prefix(BYTE_ORDER_MARK) else { return false };
    let unquoted = field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\""));
    field == name || unquoted == Some(name)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use crate::{Batch, ReadOptions, Reader};

    fn read(text: &str) -> (u64, u64) {
        let options = ReadOptions::new();
        let mut reader = Reader::new("x.csv", Cursor::new(text.to_owned()), options).unwrap();
        while reader.next_batch(&mut Batch::new()).unwrap() {}
        (reader.summary().rows(), reader.summary().repeated_headers().count())
    }

    #[test]
    fn header_that_comes_again_is_no_row() {
        assert_eq!(read("a,b\n1,2\na,b\n\"a\",\"b\"\n3,4\n"), (2, 2));
        assert_eq!(read("a,b\n1,2\n\u{feff}a,b\n\u{feff}\"a\",b\n"), (1, 2));
        assert_eq!(read("#TYPE x\na,b\n1,2\n\u{feff}#TYPE x\na,b\n3,4\n"), (2, 2));
        assert_eq!(read("sep=;\na;b\n1;2\nsep=;\na;b\n3;4\n"), (2, 2));
        assert_eq!(read("a,b\n1,2,3\na,b\n4,5,6\n7,8,9\n"), (3, 1));
    }

    #[test]
    fn row_that_is_like_a_header_is_a_row() {
        assert_eq!(read("a\na\n"), (1, 0));
        assert_eq!(read("ab,c\na,bc\n\"\u{feff}b\",c\nabx,c\n"), (3, 0));
    }
}
