use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// Traits of the shape of a masked command line: not what it does, but what it is made of. How rare each
/// is is counted in the log at hand; none is a sign of an attack by itself, and none is a name.
pub(crate) const TRAITS: [(&str, &str); 34] = [
    ("a URL", r"\b(?:https?|ftp|file)://"),
    ("an address", r"<ip>"),
    ("a base64 run", r"<base64>"),
    ("a random name", r"<random>"),
    ("a caret", r"\^"),
    ("a pipe", r"\|"),
    ("a redirection", r"(?:^|[^<a-z0-9])[a-z0-9]*>|<(?:[^a-z]|$)|<[a-z0-9]+(?:[^a-z0-9>]|$)"),
    ("an ampersand", r"&"),
    ("a backtick", r"`"),
    ("a network share", r"(?:^|[\s\x22'=(,@])\\\\[a-z0-9<$.]"),
    ("a registry key", r"\bhk(?:lm|cu|cr|u|ey_)"),
    (
        "a folder that any user can write to",
        r"\\(?:temp|tmp|appdata|public|downloads|desktop|programdata|perflogs)\\|%(?:temp|tmp|appdata|localappdata|public|programdata)%|/tmp/|/dev/shm/|/var/tmp/",
    ),
    (
        "a script",
        r"\.(?:vbs|vbe|js|jse|wsf|wsh|hta|ps1|psm1|bat|cmd|sct|scr|inf|xsl|chm|lnk|iso|py|sh|pl)\b",
    ),
    ("a function of a library", r"\.dll[\x22']?\s*,"),
    ("two programs", r"\.exe.*\.exe"),
    ("an encoded command", r"\s[-/](?:e[a-z]*\s+\S*<base64>|enc\b|encodedcommand\b)"),
    ("a hidden window or no profile", r"\bhidden\b|\bbypass\b|\s[-/]nop|\s[-/]noni|\s[-/]w\s"),
    ("switches with a slash", r"\s/[a-z?][a-z0-9_]*(?:[\s:=\x22]|$)"),
    ("switches with a dash", r"\s-[a-z]"),
    ("switches with two dashes", r"\s--[a-z]"),
    ("parentheses", r"[()]"),
    ("braces", r"[{}]"),
    ("single quotes", r"'"),
    ("a variable in per cent signs", r"%[a-z_]+(?::[^%]*)?%"),
    ("a dollar sign", r"\$"),
    ("a stream in a file", r"\.\w+:\w"),
    ("a step up in a path", r"\.\.[\\/]"),
    ("a relative path", r"(?:^|[\s\x22'(])\.[\\/]"),
    ("a semicolon", r";"),
    ("a plus sign", r"\+"),
    ("an asterisk", r"\*"),
    ("an at sign", r"@"),
    ("an invisible character", r"(?u:[\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}])"),
    (
        "a double extension",
        r"\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|gif|txt|zip)\s*\.(?:exe|scr|com|bat|js)\b",
    ),
];

static SHAPES: LazyLock<Option<RegexSet>> =
    // Bytes, and ASCII alone: with Unicode's words a text of other letters would take a slow path.
    LazyLock::new(|| {
        RegexSetBuilder::new(TRAITS.map(|(_, pattern)| pattern)).unicode(false).build().ok()
    });

/// Which traits a masked text has: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub(crate) struct Shape(u64);

impl Shape {
    /// The shape of a masked text. Time linear in it.
    pub(crate) fn of(masked: &str) -> Self {
        let Some(shapes) = &*SHAPES else { return Self::default() };
        let found = shapes.matches(masked.as_bytes());
        Self(found.iter().fold(0, |bits, place| bits | 1 << place))
    }

    /// The places of its traits in [`TRAITS`].
    pub(crate) fn traits(self) -> impl Iterator<Item = usize> {
        (0..TRAITS.len()).filter(move |place| self.0 >> place & 1 == 1)
    }
}

/// Bytes that a word is made of.
const IN_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 0x80 || byte >= b'a' as usize && byte <= b'z' as usize;
        byte += 1;
    }
    table[b'_' as usize] = true;
    table
};

/// Calls `found` with each word of a masked text: letters and underscores, three at least, without masks.
pub(crate) fn each_word<'t>(masked: &'t str, mut found: impl FnMut(&'t str)) {
    let bytes = masked.as_bytes();
    let mut at = 0_usize;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'<' {
            at = at.saturating_add(mask_len(masked.get(at..).unwrap_or_default()));
        } else if IN_WORD[usize::from(*byte)] {
            let rest = bytes.get(at..).unwrap_or_default();
            let len = rest.iter().position(|byte| !IN_WORD[usize::from(*byte)]);
            let end = at.saturating_add(len.unwrap_or(rest.len()));
            match masked.get(at..end) {
                Some(word) if word.len() >= 3 && *byte != b'_' => found(word),
                _ => {}
            }
            at = end;
        } else {
            at = at.saturating_add(1);
        }
    }
}

/// The length of the mask that a text begins with; 0 where it is none, 1 for a lone `<`.
fn mask_len(text: &str) -> usize {
    let inner =
        text.as_bytes().iter().skip(1).take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let len = inner.count();
    match text.as_bytes().get(len.saturating_add(1)) {
        Some(b'>') if len > 0 => len.saturating_add(2),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use oddsift_patterns::masked;

    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        Shape::of(&masked(text)).traits().map(|place| TRAITS[place].0).collect()
    }

    #[test]
    fn all_shapes_compile_and_fit_a_number() {
        assert!(SHAPES.is_some() && TRAITS.len() <= 64);
    }

    #[test]
    fn a_mask_is_no_redirection() {
        assert_eq!(names("ping 10.0.0.7"), ["an address"]);
        assert!(names("net user 17").is_empty());
        assert_eq!(names("cmd >out"), ["a redirection"]);
        assert_eq!(names("sort < names"), ["a redirection"]);
        assert_eq!(names("echo tmp17>>out"), ["a redirection"]);
    }

    #[test]
    fn shapes_are_told() {
        assert!(names(r"cmd /c ^p^i^n^g | more").contains(&"a caret"));
        assert!(names(r"x.exe \\srv01\c$\a.dll,Run").contains(&"a network share"));
        assert!(names(r".\tool -f C:\Users\anna\AppData\x.vbs").contains(&"a relative path"));
        assert!(names("invoice.pdf.exe").contains(&"a double extension"));
        assert!(names("a\u{202e}b").contains(&"an invisible character"));
    }

    #[test]
    fn a_shape_is_true_of_its_text() {
        assert!(!names(r"cacls c:\x /e /t /g everyone:f").contains(&"an encoded command"));
        let encoded = format!("powershell -e {}", "SQBFAFgAIABoAGUAbABsAG8A".repeat(3));
        assert!(names(&encoded).contains(&"an encoded command"));
        assert!(!names(r"x tracefile=C:\\Users\\anna").contains(&"a network share"));
        assert!(!names("tail /var/log/syslog").contains(&"switches with a slash"));
        assert!(names("net user anna /add").contains(&"switches with a slash"));
    }

    #[test]
    fn words_are_letters_without_masks() {
        let mut found = Vec::new();
        each_word("<num> net user <user> /add a_b x < abc", |word| found.push(word));
        assert_eq!(found, ["net", "user", "add", "a_b", "abc"]);
    }
}
