use std::borrow::Cow;

/// Makes visible what a terminal would obey or hide: every text on its way to one goes through here.
///
/// Control characters become their pictures (`␛`, `␀`, `␡`), those of U+0080 to U+009F and the
/// controls of writing direction become `\u{202e}` and the like. Line feed and tab stay. Borrowed
/// where nothing changes; time linear in the text.
///
/// ```
/// use oddsift_records::escape_terminal;
///
/// assert_eq!(escape_terminal("\u{1b}[2J\u{202e}"), "␛[2J\\u{202e}");
/// assert_eq!(escape_terminal("two\nlines"), "two\nlines");
/// ```
#[must_use]
pub fn escape_terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(&mut shown, c, is_obeyed(c));
    }
    Cow::Owned(shown)
}

/// A message as one line of at most 1000 bytes: as [`escape_terminal`], line feeds and tabs shown, too.
///
/// ```
/// assert_eq!(oddsift_records::escape_line("two\nlines"), "two␊lines");
/// ```
#[must_use]
pub fn escape_line(text: &str) -> String {
    one_line(text, 1000)
}

/// The text on one line, no longer than `longest` bytes.
pub(crate) fn one_line(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        let before = shown.len();
        push_visible(&mut shown, c, is_obeyed(c) || c == '\n' || c == '\t');
        if shown.len() > longest.saturating_sub('…'.len_utf8()) {
            shown.truncate(before);
            shown.push('…');
            break;
        }
    }
    shown
}

fn is_obeyed(c: char) -> bool {
    let is_control = c.is_control() && c != '\n' && c != '\t';
    is_control
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push_visible(shown: &mut String, c: char, hidden: bool) {
    match (hidden, u8::try_from(c)) {
        (false, _) => shown.push(c),
        (true, Ok(control @ 0..0x20)) => {
            shown.extend(char::from_u32(u32::from(control) | 0x2400));
        }
        (true, Ok(0x7f)) => shown.push('␡'),
        (true, _) => shown.extend(c.escape_unicode()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_or_bidi_character_is_left() {
        let all: String = ('\0'..='\u{2100}').collect();
        let shown = escape_terminal(&all);
        assert!(shown.chars().all(|c| !is_obeyed(c)));
        assert!(shown.contains("␀") && shown.contains("␡") && shown.contains("\\u{9b}"));
    }

    #[test]
    fn harmless_text_is_not_copied() {
        assert!(matches!(escape_terminal("é\t\n漢\u{feff}"), Cow::Borrowed(_)));
    }

    #[test]
    fn one_line_keeps_its_length() {
        assert_eq!(one_line("a\nb\tc", 99), "a␊b␉c");
        assert!(one_line(&"é".repeat(99), 20).len() <= 20);
    }
}
