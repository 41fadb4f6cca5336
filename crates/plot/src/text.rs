//! Text of data, made fit for a picture.

use std::fmt::Write;

use oddsift_ground::is_unseen;

/// Characters of a title or a name, and of a text.
pub(crate) const SHORT: usize = 300;
pub(crate) const LONG: usize = 10_000;

/// At most `limit` characters of a text, in one line and without what acts on a reader or is not
/// allowed in XML: control characters become their pictures (U+2400 and on), marks that turn the
/// direction of writing and what else is not seen are written out, as in `[U+202E]`. Spaces of any
/// width stay.
pub(crate) fn clean(text: &str, limit: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * limit));
    for (nth, c) in text.chars().enumerate() {
        if nth == limit {
            out.push('…');
            break;
        }
        match c {
            '\0'..='\u{1f}' => {
                out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'));
            }
            '\u{7f}' => out.push('\u{2421}'),
            c if is_unseen(c) || is_noncharacter(c) => {
                let _ = write!(out, "[U+{:04X}]", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Noncharacters, some of which XML does not allow.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A count with a thin space between thousands, as `12 345`.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A sum of weights as a count.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a sum past what u64 holds, below zero or no number is cut off"
)]
pub(crate) fn rounded(sum: f64) -> u64 {
    sum.round() as u64
}

/// A count of things: `1 row`, `2 rows`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A number in at most five digits.
pub(crate) fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    if value.fract() == 0.0 {
        return format!("{value}");
    }
    let places = [1e4, 1e3, 1e2, 1e1, 1.0, 1e-1, 1e-2, 1e-3];
    let digits = places.iter().position(|place| value.abs() >= *place).unwrap_or(places.len());
    let text = format!("{value:.digits$}");
    if !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_shown() {
        assert_eq!(clean("a\u{1b}[2J\r\n\0", 99), "a␛[2J␍␊␀");
        assert_eq!(clean("\u{202e}x\u{9b}\u{7f}\u{ffff}", 99), "[U+202E]x[U+009B]␡[U+FFFF]");
        assert_eq!(clean("<b>&\"", 99), "<b>&\"");
        assert_eq!(clean("abcdef", 3), "abc…");
        assert_eq!(clean("abc", 3), "abc");
    }

    #[test]
    fn no_control_or_unseen_character_is_left() {
        let rule = r"[\p{Cc}\p{Zl}\p{Zp}[[\p{Cf}\p{DI}]--\p{Prepended_Concatenation_Mark}]]";
        let rule = regex::Regex::new(rule).unwrap();
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let is_left = clean(&text, 1) == text;
            assert_eq!(is_left, !rule.is_match(&text) && !is_noncharacter(c), "U+{:04X}", c as u32);
        }
        assert_eq!(clean("a\u{200b}b\u{ad}c\u{e0041}", 9), "a[U+200B]b[U+00AD]c[U+E0041]");
    }

    #[test]
    fn letters_of_every_script_stay() {
        let text = "e\u{301} שלום مرحبا नमस्ते 漢\u{3000}字 👍🏽";
        assert_eq!(clean(text, 99), text);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [1_234_567, 12, 999, 1000].map(count),
            ["1\u{202f}234\u{202f}567", "12", "999", "1\u{202f}000"]
        );
        let texts = [0.0, 1.0, -2.5, 0.123_456_7, 12_345.678, 1e9, 1e-9, 1_234_567.0].map(number);
        assert_eq!(texts, ["0", "1", "-2.5", "0.12346", "12346", "1.000e9", "1.000e-9", "1234567"]);
    }
}
