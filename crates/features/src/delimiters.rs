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
/// The pattern is a regular expression of the `regex` crate, except that `\s`,
/// `\S`, `\w` and `\W` have Python's meaning: white space is the Unicode property
/// `White_Space` and U+001C to U+001F, and a word has letters, numbers and `_`, no
/// combining marks. What Python reads in another way is refused: `\b`, `\B`, and
/// `[`, `&&`, `--` and `~~` within a class. A pattern that always matches a single
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
    /// more capture groups, [`Error::PatternPython`] for what Python reads in
    /// another way.
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
        let python = as_python_reads(pattern)?;
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

/// The pattern with classes in Python's meaning, each as a nested class, which means the same inside of a
/// class and outside. What Python reads in another way than the `regex` crate is refused.
fn as_python_reads(pattern: &str) -> Result<String, Error> {
    let mut text = String::with_capacity(pattern.len());
    let mut chars = pattern.char_indices().peekable();
    let mut class: Option<usize> = None; // where its first member may stand
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        let refused = |what| Err(refusal(pattern, at, what));
        match (c, next, class) {
            ('\\', Some('b' | 'B'), None) => return refused(r"\b and \B: word boundaries"),
            ('\\', Some(escaped), _) => {
                chars.next();
                match escaped {
                    's' => text.push_str(r"[\s\x1C-\x1F]"),
                    'S' => text.push_str(r"[^\s\x1C-\x1F]"),
                    'w' => text.push_str(r"[\p{L}\p{N}_]"),
                    'W' => text.push_str(r"[^\p{L}\p{N}_]"),
                    escaped => text.extend(['\\', escaped]),
                }
                continue;
            }
            ('[', _, Some(_)) => return refused("[ within a class"),
            ('&' | '-' | '~', Some(next), Some(_)) if next == c => {
                return refused("&&, -- and ~~ within a class");
            }
            ('[', _, None) => class = Some(at + if next == Some('^') { 2 } else { 1 }),
            (']', _, Some(first)) if at > first => class = None,
            _ => {}
        }
        text.push(c);
    }
    Ok(text)
}

fn refusal(pattern: &str, offset: usize, what: &'static str) -> Error {
    let before = pattern.get(..offset).map_or(0, |before| before.chars().count());
    Error::PatternPython { pattern: pattern.to_owned(), what, position: before + 1 }
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

    #[test]
    fn words_have_letters_numbers_and_no_marks_as_in_python() {
        let words = Delimiters::new(r"\w").unwrap();
        // A combining acute accent and a joiner are no part of a word to Python; a fraction is.
        for (text, count) in [("e\u{301}", 1), ("\u{200d}", 0), ("a_1\u{bd}\u{e9}", 5)] {
            assert_eq!(words.count(text), count, "{text:?}");
        }
        assert_eq!(Delimiters::new(r"[^\w]").unwrap().count("e\u{301}-"), 2);
        assert_eq!(Delimiters::new(r"[\W]").unwrap().count("e\u{301}-"), 2);
    }

    #[test]
    fn what_python_reads_in_another_way_is_refused_with_its_place() {
        for (pattern, place) in
            [(r"\bx", 1), (r"a\B", 2), ("[a&&b]", 3), ("[a~~b]", 3), ("[a[b]]", 3), ("[!--x]", 3)]
        {
            match Delimiters::new(pattern) {
                Err(Error::PatternPython { position, .. }) => assert_eq!(position, place),
                other => panic!("{pattern}: {other:?}"),
            }
        }
        for pattern in ["[]a&]", "[^]~]", r"[\[&]", "a&&b", "x--y", r"[\\&]"] {
            assert!(Delimiters::new(pattern).is_ok(), "{pattern}");
        }
    }
}
