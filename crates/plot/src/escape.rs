//! Text and JSON without markup.

use std::borrow::Cow;

use serde::Serialize;

/// A text as HTML and SVG show it, between tags or in quotes.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    replace(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        _ => None,
    })
}

/// JSON that neither ends a script nor begins a comment, and is JavaScript besides. Numbers that are
/// none, and infinite ones, are `null`.
pub(crate) fn json(value: &impl Serialize) -> String {
    // These characters are in strings only, where they may be written as numbers.
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
    let safe = replace(&json, |c| match c {
        '&' => Some("\\u0026"),
        '<' => Some("\\u003c"),
        '>' => Some("\\u003e"),
        '\u{2028}' => Some("\\u2028"),
        '\u{2029}' => Some("\\u2029"),
        _ => None,
    });
    safe.into_owned()
}

fn replace(text: &str, by: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if !text.chars().any(|c| by(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match by(c) {
            Some(other) => out.push_str(other),
            None => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            text("<a href=\"x\" b='y'>&amp;"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;"
        );
        assert!(matches!(text("plain, ünïcode"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_holds_no_markup_and_reads_back() {
        let hostile = "</script><!-- ]]> & \u{2028}\u{2029}\"\\\0";
        let json = json(&(hostile, f64::NAN, f64::INFINITY));
        assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}', '\0']), "{json}");
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read, serde_json::json!([hostile, null, null]));
    }
}
