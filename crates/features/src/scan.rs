use crate::table::ByteTable;
use crate::text::{count_parts, len_and_sum};
use crate::{Delimiters, Error};

/// What one pass over a text finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextFeatures {
    /// Length in Unicode scalar values.
    pub len: u64,
    /// Sum of the code points.
    pub ord_sum: u64,
    /// Parts when split at the token delimiter: 1 for the empty text.
    pub tokens: u64,
    /// How many delimiters.
    pub delims: u64,
    /// CRC-32 of the delimiters joined.
    pub delim_hash: u32,
    /// CRC-32 of the UTF-8 bytes.
    pub crc32: u32,
}

/// Which features a pass finds; what is left out costs nothing and stays 0.
///
/// ```
/// use oddsift_features::TextParts;
///
/// let parts = TextParts::CHARS.and(TextParts::CRC32);
/// assert!(parts.has(TextParts::CRC32) && !parts.has(TextParts::TOKENS));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TextParts(u8);

impl TextParts {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// `len` and `ord_sum`.
    pub const CHARS: Self = Self(1);
    /// `tokens`.
    pub const TOKENS: Self = Self(2);
    /// `delims`.
    pub const DELIMS: Self = Self(4);
    /// `delim_hash`, and `delims` with it.
    pub const DELIM_HASH: Self = Self(4 | 8);
    /// `crc32`.
    pub const CRC32: Self = Self(16);
    /// Everything.
    pub const ALL: Self = Self(31);

    /// What is in either.
    ///
    /// ```
    /// # use oddsift_features::TextParts;
    /// assert_eq!(TextParts::NONE.and(TextParts::CRC32), TextParts::CRC32);
    /// ```
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` is in `self`.
    ///
    /// ```
    /// # use oddsift_features::TextParts;
    /// assert!(TextParts::ALL.has(TextParts::TOKENS) && TextParts::DELIM_HASH.has(TextParts::DELIMS));
    /// assert!(!TextParts::DELIMS.has(TextParts::DELIM_HASH));
    /// ```
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Finds all features of a text in one pass.
///
/// Same results as the separate functions, faster: an ASCII text, as most
/// command lines are, takes vector and table paths and no allocation.
///
/// ```
/// use oddsift_features::{TextParts, TextScanner};
///
/// let scanner = TextScanner::default();
/// let found = scanner.scan("net user /add");
/// assert_eq!((found.len, found.ord_sum, found.tokens, found.delims), (13, 1182, 3, 3));
///
/// let found = scanner.scan_parts("net user /add", TextParts::CHARS);
/// assert_eq!((found.ord_sum, found.delims), (1182, 0));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TextScanner {
    delimiters: Delimiters,
    token_delimiter: String,
    /// Of single-character delimiters and an ASCII token delimiter.
    table: Option<Box<ByteTable>>,
}

impl Default for TextScanner {
    /// msticpy's delimiters, tokens split at one space.
    fn default() -> Self {
        Self::with_table(Delimiters::default(), " ")
    }
}

impl std::fmt::Debug for TextScanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextScanner")
            .field("delimiters", &self.delimiters)
            .field("token_delimiter", &self.token_delimiter)
            .finish_non_exhaustive()
    }
}

impl TextScanner {
    /// A scanner for `delimiters` and tokens split at `token_delimiter`.
    ///
    /// # Errors
    ///
    /// [`Error::EmptyTokenDelimiter`] for an empty token delimiter.
    ///
    /// ```
    /// # use oddsift_features::{Delimiters, TextScanner};
    /// let scanner = TextScanner::new(Delimiters::new("[/.]")?, "/")?;
    /// let found = scanner.scan("198.51.100.7/admin/login.php");
    /// assert_eq!((found.delims, found.tokens), (6, 3));
    /// assert!(TextScanner::new(Delimiters::default(), "").is_err());
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn new(delimiters: Delimiters, token_delimiter: &str) -> Result<Self, Error> {
        if token_delimiter.is_empty() {
            return Err(Error::EmptyTokenDelimiter);
        }
        Ok(Self::with_table(delimiters, token_delimiter))
    }

    fn with_table(delimiters: Delimiters, token_delimiter: &str) -> Self {
        let table = match *token_delimiter.as_bytes() {
            [byte] => delimiters.table().map(|table| table.clone().with_separator(byte)),
            _ => None,
        };
        Self { delimiters, token_delimiter: token_delimiter.to_owned(), table: table.map(Box::new) }
    }

    /// What is counted as a delimiter.
    ///
    /// ```
    /// # use oddsift_features::{Delimiters, TextScanner};
    /// assert_eq!(TextScanner::default().delimiters(), &Delimiters::default());
    /// ```
    pub fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// What splits tokens.
    ///
    /// ```
    /// # use oddsift_features::TextScanner;
    /// assert_eq!(TextScanner::default().token_delimiter(), " ");
    /// ```
    pub fn token_delimiter(&self) -> &str {
        &self.token_delimiter
    }

    /// All features of `text`. Time linear in its length (with a delimiter
    /// pattern that is not a set, the regex library's).
    ///
    /// ```
    /// # use oddsift_features::{TextScanner, crc32_hash};
    /// let found = TextScanner::default().scan("dir");
    /// assert_eq!((found.len, found.ord_sum, found.tokens, found.delims), (3, 319, 1, 0));
    /// assert_eq!(found.crc32, crc32_hash("dir"));
    /// ```
    pub fn scan(&self, text: &str) -> TextFeatures {
        self.scan_parts(text, TextParts::ALL)
    }

    /// The features of `text` that `parts` asks for; the others are 0.
    ///
    /// ```
    /// # use oddsift_features::{TextFeatures, TextParts, TextScanner};
    /// let found = TextScanner::default().scan_parts("net user", TextParts::TOKENS);
    /// assert_eq!(found, TextFeatures { tokens: 2, ..TextFeatures::default() });
    /// ```
    pub fn scan_parts(&self, text: &str, parts: TextParts) -> TextFeatures {
        let mut found = TextFeatures::default();
        let counts = if parts.has(TextParts::DELIMS) { self.table.as_deref() } else { None };
        if !counts.is_some_and(|table| by_table(table, text, parts, &mut found)) {
            self.one_by_one(text, parts, &mut found);
        }
        if parts.has(TextParts::CRC32) {
            found.crc32 = crc32fast::hash(text.as_bytes());
        }
        found
    }

    fn one_by_one(&self, text: &str, parts: TextParts, found: &mut TextFeatures) {
        if parts.has(TextParts::CHARS) {
            (found.len, found.ord_sum) = len_and_sum(text);
        }
        if parts.has(TextParts::TOKENS) {
            found.tokens = count_parts(text, &self.token_delimiter);
        }
        if parts.has(TextParts::DELIM_HASH) {
            (found.delims, found.delim_hash) = self.delimiters.count_and_hash(text);
        } else if parts.has(TextParts::DELIMS) {
            found.delims = self.delimiters.count(text);
        }
    }
}

/// All in one loop, which costs no more than the delimiters alone; false if
/// the text is not ASCII.
fn by_table(table: &ByteTable, text: &str, parts: TextParts, found: &mut TextFeatures) -> bool {
    let bytes = text.as_bytes();
    let counted = if parts.has(TextParts::DELIM_HASH) {
        table.count_and_hash(bytes)
    } else {
        table.count(bytes).map(|counts| (counts, 0))
    };
    let Some((counts, hash)) = counted else { return false };
    (found.delims, found.delim_hash) = (counts.delims, hash);
    if parts.has(TextParts::CHARS) {
        (found.len, found.ord_sum) = (bytes.len() as u64, counts.ord_sum);
    }
    if parts.has(TextParts::TOKENS) {
        found.tokens = counts.separators + 1;
    }
    true
}
