use crate::table::ByteTable;
use regex_syntax::hir::{Class, Hir, HirKind};

/// `White_Space` past ASCII. Spelled out, so that the default needs no
/// parser and cannot fail.
const WIDE_SPACE: [(char, char); 8] = [
    ('\u{85}', '\u{85}'),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
];

/// Single characters: a table for ASCII, sorted ranges for the rest.
#[derive(Clone)]
pub(crate) struct CharSet {
    ascii: ByteTable,
    wide: Vec<(char, char)>,
}

impl CharSet {
    /// msticpy's delimiters.
    pub(crate) fn msticpy() -> Self {
        let is_delimiter =
            |c: char| matches!(c, '\t'..='\r' | '\x1c'..=' ') || r#"-\/.,"'|&:;%$()"#.contains(c);
        Self { ascii: ByteTable::new(is_delimiter), wide: WIDE_SPACE.to_vec() }
    }

    /// The set that `hir` matches, if it always matches a single character.
    pub(crate) fn from_hir(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Class(Class::Unicode(class)) => {
                let ranges: Vec<_> = class.iter().map(|r| (r.start(), r.end())).collect();
                Some(Self::from_ranges(&ranges))
            }
            HirKind::Literal(literal) => {
                let mut chars = std::str::from_utf8(&literal.0).ok()?.chars();
                let c = chars.next()?;
                chars.next().is_none().then(|| Self::from_ranges(&[(c, c)]))
            }
            // A group around all of it has the text of the match.
            HirKind::Capture(capture) => Self::from_hir(&capture.sub),
            _ => None,
        }
    }

    fn from_ranges(ranges: &[(char, char)]) -> Self {
        let holds = |c| ranges.iter().any(|(start, end)| (*start..=*end).contains(&c));
        let wide = ranges.iter().copied().filter(|(_, end)| !end.is_ascii()).collect();
        Self { ascii: ByteTable::new(holds), wide }
    }

    /// The set's ASCII part.
    pub(crate) fn ascii(&self) -> &ByteTable {
        &self.ascii
    }

    pub(crate) fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii.is_delimiter(c);
        }
        let after = self.wide.partition_point(|(start, _)| *start <= c);
        after > 0 && c <= self.wide[after - 1].1
    }

    pub(crate) fn count(&self, text: &str) -> u64 {
        if let Some(counts) = self.ascii.count(text.as_bytes()) {
            return counts.delims;
        }
        text.chars().map(|c| u64::from(self.contains(c))).sum()
    }

    pub(crate) fn count_and_hash(&self, text: &str) -> (u64, u32) {
        if let Some((counts, hash)) = self.ascii.count_and_hash(text.as_bytes()) {
            return (counts.delims, hash);
        }
        let (mut count, mut hasher) = (0, crc32fast::Hasher::new());
        for (start, c) in text.char_indices().filter(|(_, c)| self.contains(*c)) {
            count += 1;
            hasher.update(&text.as_bytes()[start..start + c.len_utf8()]);
        }
        (count, hasher.finalize())
    }
}
