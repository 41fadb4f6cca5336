//! What is wrong with a JSON object, and where.

use memchr::{memchr, memchr_iter};
use serde_json::error::Category;

use crate::Fault;

/// A fault and the byte of the text where it is, from 0.
pub(crate) type Place = (usize, Fault);

/// The deepest nesting of a value, as deep as other JSON readers follow.
pub(crate) const DEEPEST: usize = 128;

/// What a line that holds no object begins with.
pub(crate) fn check_start(line: &str) -> Result<(), Place> {
    let blank = line.len().saturating_sub(line.trim_ascii_start().len());
    let found = match line.trim_ascii_start().bytes().next() {
        Some(b'{') => return Ok(()),
        Some(b'[') => return Err((blank, Fault::JsonArray)),
        Some(b'"') => "a string",
        Some(b'-' | b'0'..=b'9') => "a number",
        Some(b'}' | b']') => "the end of a value",
        _ => "other text",
    };
    Err((blank, Fault::NotAnObject { found }))
}

/// Explains what the parser says of `text`, which begins `offset` bytes into the record.
///
/// `is_last`: the input ends with this record, without a line feed.
pub(crate) fn explain(
    error: &serde_json::Error,
    text: &str,
    offset: usize,
    is_last: bool,
) -> Place {
    let at = offset_of(error, text);
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    match error.classify() {
        Category::Eof if is_last => (offset.saturating_add(at), Fault::CutOff),
        Category::Eof => (offset.saturating_add(at), Fault::ObjectOverLines),
        _ if what.starts_with("trailing characters") => {
            (offset.saturating_add(at), Fault::TextAfterObject)
        }
        _ if what.starts_with("control character") => {
            // The parser counts up to the byte before it.
            let mut rest = text.bytes().enumerate().skip(at);
            let (at, byte) = rest.find(|(_, byte)| *byte < 0x20).unwrap_or_default();
            (offset.saturating_add(at), Fault::ControlCharacter { byte })
        }
        _ if what.contains("surrogate") || what.contains("end of hex escape") => {
            (offset.saturating_add(at), Fault::LoneSurrogate)
        }
        _ => (offset.saturating_add(at), Fault::JsonSyntax { what: what.to_owned() }),
    }
}

/// The byte that the parser means by line and column.
fn offset_of(error: &serde_json::Error, text: &str) -> usize {
    let mut line_feeds = memchr_iter(b'\n', text.as_bytes());
    let line = match error.line().checked_sub(2) {
        Some(n_before) => line_feeds.nth(n_before).map_or(0, |at| at.saturating_add(1)),
        None => 0,
    };
    // A column of 0 is the parser's for "before the first byte".
    line.saturating_add(error.column().saturating_sub(1))
}

/// Writes U+FFFD for each escape that is half of a surrogate pair. No byte changes its place.
pub(crate) fn repair_surrogates(text: &mut String) -> bool {
    let mut bytes = std::mem::take(text).into_bytes();
    let (mut at, mut is_changed) = (0_usize, false);
    while let Some(found) = memchr(b'\\', bytes.get(at..).unwrap_or_default()) {
        at = at.saturating_add(found);
        let next = at.saturating_add(6);
        match (unit(&bytes, at), unit(&bytes, next)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => at = next.saturating_add(6),
            (Some(0xd800..0xe000), _) => {
                if let Some(escape) = bytes.get_mut(at..next) {
                    escape.copy_from_slice(br"\ufffd");
                }
                (at, is_changed) = (next, true);
            }
            (Some(_), _) => at = next,
            (None, _) => at = at.saturating_add(2),
        }
    }
    // What was written is ASCII in the place of ASCII.
    *text = String::from_utf8(bytes).unwrap_or_default();
    is_changed
}

/// The unit of an escape `\u1234` at that place.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at.saturating_add(6))?.strip_prefix(br"\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Checks the depth of an array or object without recursion.
pub(crate) fn check_depth(nested: &str, offset: usize) -> Result<(), Place> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in nested.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => depth = depth.saturating_add(1),
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err((offset.saturating_add(at), Fault::TooDeep { limit: DEEPEST }));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_no_depth() {
        assert!(check_depth(&format!("[\"{}\\\"[\"]", "[".repeat(500)), 0).is_ok());
        assert!(check_depth(&"[".repeat(128), 0).is_ok());
        let deep = check_depth(&"[".repeat(129), 7);
        assert_eq!(deep, Err((135, Fault::TooDeep { limit: 128 })));
    }

    #[test]
    fn a_line_must_begin_an_object() {
        assert_eq!(check_start("  {"), Ok(()));
        assert_eq!(check_start(" ["), Err((1, Fault::JsonArray)));
        assert_eq!(check_start("5"), Err((0, Fault::NotAnObject { found: "a number" })));
    }

    #[test]
    fn half_pairs_are_replaced_and_whole_pairs_stay() {
        for (text, expected) in [
            (r"\ud800", r"\ufffd"),
            (r"\udc00x\uD800", r"\ufffdx\ufffd"),
            (r"\ud83d\ude00", r"\ud83d\ude00"),
            (r"\ud800\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\\ud800", r"\\ud800"),
            (r"\\\ud800é\", r"\\\ufffdé\"),
        ] {
            let mut repaired = text.to_owned();
            assert_eq!(repair_surrogates(&mut repaired), text != expected);
            assert_eq!(repaired, expected);
        }
    }
}
