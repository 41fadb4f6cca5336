//! What is wrong with a line of JSON, and where.

use serde_json::error::Category;

use crate::Fault;

/// A fault and the byte of the line where it is, from 1.
pub(crate) type Place = (u64, Fault);

/// The deepest nesting of a value, as deep as other JSON readers follow.
pub(crate) const DEEPEST: usize = 128;

/// What a line that holds no object begins with.
pub(crate) fn check_start(line: &str) -> Result<(), Place> {
    let blank = line.len().saturating_sub(line.trim_ascii_start().len());
    let found = match line.trim_ascii_start().bytes().next() {
        Some(b'{') => return Ok(()),
        Some(b'[') => return Err((column(blank), Fault::JsonArray)),
        Some(b'"') => "a string",
        Some(b'-' | b'0'..=b'9') => "a number",
        Some(b'}' | b']') => "the end of a value",
        _ => "other text",
    };
    Err((column(blank), Fault::NotAnObject { found }))
}

/// Explains what the parser says of `text`, which begins `offset` bytes into its line.
///
/// `is_last`: the input ends with this line, without a line feed.
pub(crate) fn explain(
    error: &serde_json::Error,
    text: &str,
    offset: usize,
    is_last: bool,
) -> Place {
    // A column of 0 is the parser's for "before the first byte".
    let mut at = error.column().max(1);
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    let fault = match error.classify() {
        Category::Eof if is_last => Fault::CutOff,
        Category::Eof => Fault::ObjectOverLines,
        _ if what.starts_with("trailing characters") => Fault::TextAfterObject,
        _ if what.starts_with("control character") => {
            // The parser counts up to the byte before it.
            let rest = text.bytes().enumerate().skip(at.saturating_sub(1));
            let (offset, byte) =
                rest.into_iter().find(|(_, byte)| *byte < 0x20).unwrap_or_default();
            at = offset.saturating_add(1);
            Fault::ControlCharacter { byte }
        }
        _ if what.contains("surrogate") || what.contains("end of hex escape") => {
            Fault::LoneSurrogate
        }
        _ => Fault::JsonSyntax { what: what.to_owned() },
    };
    (column(offset.saturating_add(at).saturating_sub(1)), fault)
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
            return Err((column(offset.saturating_add(at)), Fault::TooDeep { limit: DEEPEST }));
        }
    }
    Ok(())
}

pub(crate) fn column(offset: usize) -> u64 {
    (offset as u64).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_are_no_depth() {
        assert!(check_depth(&format!("[\"{}\\\"[\"]", "[".repeat(500)), 0).is_ok());
        assert!(check_depth(&"[".repeat(128), 0).is_ok());
        let deep = check_depth(&"[".repeat(129), 7);
        assert_eq!(deep, Err((136, Fault::TooDeep { limit: 128 })));
    }

    #[test]
    fn a_line_must_begin_an_object() {
        assert_eq!(check_start("  {"), Ok(()));
        assert_eq!(check_start(" ["), Err((2, Fault::JsonArray)));
        assert_eq!(check_start("5"), Err((1, Fault::NotAnObject { found: "a number" })));
    }
}
