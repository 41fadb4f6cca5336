//! How wide text will be, as far as that is known without its font.

use unicode_width::UnicodeWidthChar;

/// By how much bold letters are wider.
pub(super) const BOLD: f64 = 1.1;

/// The width in pixels at a size, rather too large than too small.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// Of one character in sizes: those of Helvetica, with a little room for wider fonts.
fn em(c: char) -> f64 {
    let width = match c {
        'i' | 'j' | 'l' | '\'' | '|' => 0.23,
        ' ' | '!' | ',' | '.' | '/' | ':' | ';' | 'I' | 'f' | 't' | '[' | ']' => 0.29,
        '(' | ')' | '-' | 'r' | '`' | '{' | '}' | '"' => 0.35,
        'm' | 'M' | 'w' => 0.8,
        'W' | '@' | '%' => 0.97,
        'A'..='Z' | '&' => 0.69,
        '\u{202f}' => 0.2,
        c if c.is_ascii() => 0.556,
        c => 0.6 * c.width().unwrap_or(1) as f64,
    };
    width * 1.06
}

/// As much of a text as fits, with an ellipsis for the rest.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room / size - em('…');
    let fits = |c: &char| {
        left -= em(*c);
        left >= 0.0
    };
    let kept: String = text.chars().take_while(fits).collect();
    if kept.is_empty() { kept } else { format!("{}…", kept.trim_end()) }
}

/// A text in lines that fit, at most so many; the last one holds what fits of the rest.
pub(super) fn wrap(text: &str, size: f64, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most.saturating_sub(1)).join(" ");
        lines.push(rest);
    }
    lines.retain(|line| !line.is_empty());
    lines.iter().map(|line| fit(line, size, room)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wide_characters_count_twice() {
        assert!(width("日本", 10.0) > 20.0);
        assert!(width("ill", 10.0) < width("mmm", 10.0));
    }

    #[test]
    fn long_text_ends_in_an_ellipsis() {
        assert_eq!(fit("powershell", 10.0, 40.0), "power…");
        assert_eq!(fit("powershell", 10.0, 3.0), "");
        assert_eq!(wrap("one two three four", 10.0, 42.0, 2), ["one two", "three f…"]);
    }

    proptest! {
        #[test]
        fn what_fits_is_no_wider_than_the_room(text: String, room in 0.0..400_f64, most in 0_usize..4) {
            prop_assert!(width(&fit(&text, 11.0, room), 11.0) <= room + 1e-9);
            let lines = wrap(&text, 11.0, room, most);
            prop_assert!(lines.len() <= most.max(1));
            prop_assert!(lines.iter().all(|line| width(line, 11.0) <= room + 1e-9));
        }
    }
}
