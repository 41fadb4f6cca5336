use crate::Error;
use crate::charset::CharSet;
use crate::table::ByteTable;
use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// msticpy's set, `\s` in Python's meaning.
const DEFAULT_PATTERN: &str = r#"[\s\-\\/\.,"'|&:;%$()]"#;

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
    ///
    /// ```
    /// use oddsift_features::{Delimiters, Error, crc32_hash, delim_hash};
    ///
    /// let options = Delimiters::new(r"\s(-\w)")?; // one group: what is in it is hashed
    /// assert_eq!(delim_hash("tar -x -f a.tar", &options), crc32_hash("-x-f"));
    /// assert!(matches!(Delimiters::new("("), Err(Error::Pattern { position: 1, .. })));
    /// assert!(matches!(Delimiters::new("(a)(b)"), Err(Error::PatternGroups { groups: 2, .. })));
    /// # Ok::<(), Error>(())
    /// ```
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
    ///
    /// ```
    /// # use oddsift_features::Delimiters;
    /// assert_eq!(Delimiters::new(r"\s")?.pattern(), r"\s");
    /// # Ok::<(), oddsift_features::Error>(())
    /// ```
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The table of the delimiters in ASCII text, where they are single characters.
    pub(crate) fn table(&self) -> Option<&ByteTable> {
        match &self.matcher {
            Matcher::Set(set) => Some(set.ascii()),
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
        Self {
            pattern: DEFAULT_PATTERN.to_owned(),
            matcher: Matcher::Set(Box::new(CharSet::msticpy())),
        }
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
