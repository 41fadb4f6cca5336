use crate::Error;
use crate::table::ByteTable;
use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// msticpy's set, `\s` in Python's meaning.
const DEFAULT_PATTERN: &str = r#"[\s\-\\/\.,"'|&:;%$()]"#;

/// `White_Space` past ASCII. Spelled out, since compiling the default would cost
/// as much as scanning a thousand command lines.
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

/// What is counted and hashed as a delimiter: a compiled pattern.
///
/// The pattern is a regular expression of the `regex` crate, except that `\s`
/// and `\S` have Python's meaning: white space is the Unicode property
/// `White_Space` and U+001C to U+001F. A pattern that always matches a single
/// character, as the default does, takes a fast path by table.
///
/// Two are equal if their patterns are the same text. With the feature `serde`
/// one is its pattern's text.
///
/// ```
/// use oddsift_features::{Delimiters, delim_count};
///
/// let slashes = Delimiters::new(r"[\\/]")?;
/// assert_eq!(delim_count(r"C:\Windows\cmd.exe", &slashes), 2);
/// assert_eq!(delim_count(r"C:\Windows\cmd.exe", &Delimiters::default()), 4);
/// # Ok::<(), oddsift_features::Error>(())
/// ```
#[derive(Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Delimiters {
    pattern: String,
    matcher: Matcher,
}

#[derive(Clone)]
enum Matcher {
    Set(Box<CharSet>),
    Regex(Regex),
    /// With one capture group, whose texts are hashed in place of the matches.
    Group(Regex),
}

impl Delimiters {
    /// Compiles `pattern`. The default is `[\s\-\\/\.,"'|&:;%$()]`.
    ///
    /// With one capture group its texts are hashed in place of the whole
    /// matches, as Python's `re.findall` gives them.
    ///
    /// # Errors
    ///
    /// [`Error::Pattern`] if it is no regular expression, [`Error::PatternSize`]
    /// if it compiles to too much, [`Error::PatternGroups`] if it has two or
    /// more capture groups.
    pub fn new(pattern: &str) -> Result<Self, Error> {
        // The pattern as given goes first, so that an error names its own characters.
        parse(pattern, pattern)?;
        let python = with_python_space(pattern);
        let hir = parse(&python, pattern)?;
        let groups = hir.properties().explicit_captures_len();
        if groups > 1 {
            return Err(Error::PatternGroups { pattern: pattern.to_owned(), groups });
        }
        let matcher = match CharSet::from_hir(&hir) {
            Some(set) => Matcher::Set(Box::new(set)),
            None if groups == 1 => Matcher::Group(compile(&python, pattern)?),
            None => Matcher::Regex(compile(&python, pattern)?),
        };
        Ok(Self { pattern: pattern.to_owned(), matcher })
    }

    /// The pattern as given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The table of the delimiters in ASCII text, where they are single characters.
    pub(crate) fn table(&self) -> Option<&ByteTable> {
        match &self.matcher {
            Matcher::Set(set) => Some(&set.ascii),
            Matcher::Regex(_) | Matcher::Group(_) => None,
        }
    }

    pub(crate) fn count(&self, text: &str) -> u64 {
        match &self.matcher {
            Matcher::Set(set) => set.count(text),
            Matcher::Regex(regex) | Matcher::Group(regex) => regex.find_iter(text).count() as u64,
        }
    }

    pub(crate) fn count_and_hash(&self, text: &str) -> (u64, u32) {
        match &self.matcher {
            Matcher::Set(set) => set.count_and_hash(text),
            Matcher::Regex(regex) => hash_all(regex.find_iter(text).map(|m| m.as_str())),
            Matcher::Group(regex) => hash_all(
                regex.captures_iter(text).map(|found| found.get(1).map_or("", |m| m.as_str())),
            ),
        }
    }
}

impl Default for Delimiters {
    fn default() -> Self {
        let is_delimiter =
            |c: char| matches!(c, '\t'..='\r' | '\x1c'..=' ') || r#"-\/.,"'|&:;%$()"#.contains(c);
        let set = CharSet { ascii: ByteTable::new(is_delimiter), wide: WIDE_SPACE.to_vec() };
        Self { pattern: DEFAULT_PATTERN.to_owned(), matcher: Matcher::Set(Box::new(set)) }
    }
}

impl PartialEq for Delimiters {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Delimiters {}

impl std::fmt::Debug for Delimiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Delimiters").field(&self.pattern).finish()
    }
}

impl std::str::FromStr for Delimiters {
    type Err = Error;

    fn from_str(pattern: &str) -> Result<Self, Error> {
        Self::new(pattern)
    }
}

impl TryFrom<String> for Delimiters {
    type Error = Error;

    fn try_from(pattern: String) -> Result<Self, Error> {
        Self::new(&pattern)
    }
}

impl From<Delimiters> for String {
    fn from(delimiters: Delimiters) -> Self {
        delimiters.pattern
    }
}

/// Single characters: a table for ASCII, sorted ranges for the rest.
#[derive(Clone)]
struct CharSet {
    ascii: ByteTable,
    wide: Vec<(char, char)>,
}

impl CharSet {
    fn from_hir(hir: &Hir) -> Option<Self> {
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

    fn contains(&self, c: char) -> bool {
        if c.is_ascii() {
            return self.ascii.is_delimiter(c);
        }
        let after = self.wide.partition_point(|(start, _)| *start <= c);
        after > 0 && c <= self.wide[after - 1].1
    }

    fn count(&self, text: &str) -> u64 {
        let in_wide_text = || text.chars().map(|c| u64::from(self.contains(c))).sum();
        self.ascii.count(text.as_bytes()).unwrap_or_else(in_wide_text)
    }

    fn count_and_hash(&self, text: &str) -> (u64, u32) {
        if let Some(found) = self.ascii.scan(text.as_bytes()) {
            return (found.delims, found.delim_hash);
        }
        let (mut count, mut hasher) = (0, crc32fast::Hasher::new());
        for (start, c) in text.char_indices().filter(|(_, c)| self.contains(*c)) {
            count += 1;
            hasher.update(&text.as_bytes()[start..start + c.len_utf8()]);
        }
        (count, hasher.finalize())
    }
}

fn hash_all<'a>(texts: impl Iterator<Item = &'a str>) -> (u64, u32) {
    let (mut count, mut hasher) = (0, crc32fast::Hasher::new());
    for text in texts {
        count += 1;
        hasher.update(text.as_bytes());
    }
    (count, hasher.finalize())
}

/// A nested class means the same inside of a class and outside.
fn with_python_space(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('s')) => text.push_str(r"[\s\x1C-\x1F]"),
            ('\\', Some('S')) => text.push_str(r"[^\s\x1C-\x1F]"),
            (c, escaped) => {
                text.push(c);
                text.extend(escaped);
            }
        }
    }
    text
}

fn parse(pattern: &str, given: &str) -> Result<Hir, Error> {
    let failed = |reason: String, offset: usize| Error::Pattern {
        pattern: given.to_owned(),
        reason,
        position: pattern.get(..offset).map_or(0, |before| before.chars().count()) + 1,
    };
    ParserBuilder::new().build().parse(pattern).map_err(|error| match error {
        regex_syntax::Error::Parse(error) => {
            failed(error.kind().to_string(), error.span().start.offset)
        }
        regex_syntax::Error::Translate(error) => {
            failed(error.kind().to_string(), error.span().start.offset)
        }
        _ => failed("it cannot be parsed".to_owned(), 0),
    })
}

fn compile(pattern: &str, given: &str) -> Result<Regex, Error> {
    Regex::new(pattern).map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => {
            Error::PatternSize { pattern: given.to_owned(), limit }
        }
        _ => Error::Pattern {
            pattern: given.to_owned(),
            reason: "it cannot be compiled".to_owned(),
            position: 1,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_of(pattern: &str) -> Option<CharSet> {
        match Delimiters::new(pattern).unwrap().matcher {
            Matcher::Set(set) => Some(*set),
            _ => None,
        }
    }

    #[test]
    fn default_is_its_pattern_compiled() {
        let compiled = set_of(DEFAULT_PATTERN).unwrap();
        let Matcher::Set(default) = Delimiters::default().matcher else { panic!("a set") };
        for c in '\0'..=char::MAX {
            assert_eq!(default.contains(c), compiled.contains(c), "{c:?}");
        }
    }

    #[test]
    fn white_space_is_pythons() {
        for pattern in [r"\s", r"[\s]", r"[^\S]", r"(\s)"] {
            let set = set_of(pattern).unwrap();
            for c in ['\t', '\u{b}', '\u{1c}', '\u{1f}', ' ', '\u{85}', '\u{a0}', '\u{3000}'] {
                assert!(set.contains(c), "{pattern} {c:?}");
            }
            for c in ['\u{1b}', 'a', '\u{180e}', '\u{200b}', '\u{feff}'] {
                assert!(!set.contains(c), "{pattern} {c:?}");
            }
        }
        assert!(set_of(r"\\").unwrap().contains('\\'));
        assert_eq!(Delimiters::new(r"\\s").unwrap().count(r"\s s \"), 1);
    }

    #[test]
    fn longer_matches_are_no_set() {
        for pattern in [r"\s+", "::", "a|bc", "-(\\w)", "^a", ""] {
            assert!(set_of(pattern).is_none(), "{pattern}");
        }
    }

    #[test]
    fn set_and_regex_agree() {
        let text = "a-b c\u{1c}\u{3000}—é/".repeat(100);
        for pattern in [r"[\s/-]", "[—é]", "é", "[^a-z]"] {
            let set = Delimiters::new(pattern).unwrap();
            let regex = Delimiters::new(&format!("(?:{pattern}){{1,1}}|\\z\\A.")).unwrap();
            assert!(matches!(regex.matcher, Matcher::Regex(_)));
            assert_eq!(set.count_and_hash(&text), regex.count_and_hash(&text), "{pattern}");
            assert_eq!(set.count(&text), regex.count(&text), "{pattern}");
        }
    }

    #[test]
    fn bad_pattern_is_named_in_one_line() {
        let error = Delimiters::new(r"\s[a").unwrap_err();
        let text = error.to_string();
        assert!(text.contains("unclosed character class") && !text.contains('\n'), "{text}");
        assert!(matches!(error, Error::Pattern { position: 3, .. }), "{error:?}");
    }

    #[test]
    fn two_groups_are_an_error() {
        assert!(matches!(Delimiters::new("(-)(b)"), Err(Error::PatternGroups { groups: 2, .. })));
    }

    #[test]
    fn huge_pattern_is_refused() {
        let error = Delimiters::new(r"(?:\pL{1000}){1000}").unwrap_err();
        assert!(matches!(error, Error::PatternSize { .. }), "{error:?}");
    }
}
