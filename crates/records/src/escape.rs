use std::borrow::Cow;

use oddsift_ground::is_unseen;

/// Makes visible what a terminal would obey or hide: every text on its way to one goes through here.
///
/// Control characters become their pictures (`␛`, `␀`, `␡`), those of U+0080 to U+009F and what is
/// not seen become `\u{202e}` and the like: controls of writing direction, joiners (those of emoji,
/// too), soft hyphens, selectors of variants, tags. Line feed, tab and spaces of any width stay.
/// Borrowed where nothing changes; time linear in the text.
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
        push_visible(&mut shown, c, is_unseen(c));
        if shown.len() > longest.saturating_sub('…'.len_utf8()) {
            shown.truncate(before);
            shown.push('…');
            break;
        }
    }
    shown
}

/// Line feed and tab are what a text is laid out by.
fn is_obeyed(c: char) -> bool {
    is_unseen(c) && c != '\n' && c != '\t'
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
    fn no_control_or_unseen_character_is_left() {
        let rule = r"[\p{Cc}\p{Zl}\p{Zp}[[\p{Cf}\p{DI}]--\p{Prepended_Concatenation_Mark}]]";
        let rule = regex::Regex::new(rule).unwrap();
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let is_left = escape_terminal(&text) == text;
            let may_stay = !rule.is_match(&text) || c == '\n' || c == '\t';
            assert_eq!(is_left, may_stay, "U+{:04X}", c as u32);
        }
        assert_eq!(escape_terminal("\0\u{7f}\u{9b}\u{200b}"), "␀␡\\u{9b}\\u{200b}");
    }

    #[test]
    fn harmless_text_is_not_copied() {
        let text = "e\u{301}\t\nשלום مرحبا नमस्ते 漢\u{3000}字 👍🏽";
        assert!(matches!(escape_terminal(text), Cow::Borrowed(_)));
    }

    #[test]
    fn one_line_keeps_its_length() {
        assert_eq!(one_line("a\nb\tc", 99), "a␊b␉c");
        assert!(one_line(&"é".repeat(99), 20).len() <= 20);
    }
}
