use std::{fmt, io::Write};

use oddsift_timespan::{Timestamp, format_time};

/// One value of a row that is written.
///
/// ```
/// use oddsift_records::Cell;
///
/// assert_eq!(Cell::Float(0.1).to_string(), "0.1");
/// assert_eq!(Cell::Float(f64::NAN).to_string(), "");
/// assert_eq!(Cell::Missing.to_string(), "");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing: an empty cell, null in JSON.
    Missing,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// A whole number that is not negative.
    UInt(u64),
    /// A number; the shortest text that reads back to the same bits. NaN and infinities are missing.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A time, in UTC.
    Time(Timestamp),
    /// A time in UTC that does not name its zone.
    NaiveTime(Timestamp),
    /// A number or nested value in the words of an NDJSON input, which pass unchanged.
    Json(&'a str),
}

/// The text in a table: no quotes, nothing for missing.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.present() {
            Cell::Missing => Ok(()),
            Cell::Text(text) | Cell::Json(text) => f.write_str(text),
            Cell::Int(number) => write!(f, "{number}"),
            Cell::UInt(number) => write!(f, "{number}"),
            Cell::Float(number) => write!(f, "{number:?}"),
            Cell::Bool(value) => write!(f, "{value}"),
            Cell::Time(time) => write!(f, "{}", format_time(time)),
            Cell::NaiveTime(time) => {
                let text = format_time(time).to_string();
                f.write_str(text.trim_end_matches('Z'))
            }
        }
    }
}

impl Cell<'_> {
    /// The cell, missing if it is a number that is none.
    fn present(self) -> Self {
        match self {
            Cell::Float(number) if !number.is_finite() => Cell::Missing,
            cell => cell,
        }
    }

    /// Appends a CSV cell, quoted where it needs to be; unless `raw`, text that a spreadsheet would
    /// run gets a `'`.
    pub(crate) fn push_csv(self, raw: bool, out: &mut Vec<u8>) {
        match self {
            Cell::Text(text) | Cell::Json(text) => {
                let guard = if !raw && is_formula(text) { "'" } else { "" };
                push_csv_text(guard, text, out);
            }
            number => number.push_number(out),
        }
    }

    /// Appends the JSON value.
    pub(crate) fn push_json(self, out: &mut Vec<u8>) {
        match self.present() {
            Cell::Missing => out.extend_from_slice(b"null"),
            Cell::Text(text) => push_json_string(text, out),
            time @ (Cell::Time(_) | Cell::NaiveTime(_)) => _ = write!(out, "\"{time}\""),
            Cell::Json(json) if is_json(json) => out.extend(json.bytes().map(on_one_line)),
            Cell::Json(other) => push_json_string(other, out),
            number => number.push_number(out),
        }
    }

    /// Appends what is no text, as [`Display`](fmt::Display) prints it.
    fn push_number(self, out: &mut Vec<u8>) {
        match self.present() {
            Cell::Missing | Cell::Text(_) | Cell::Json(_) => {}
            Cell::Int(number) => {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Cell::UInt(number) => {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Cell::Float(number) => {
                out.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes());
            }
            Cell::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
            // Writing to a vector cannot fail.
            time @ (Cell::Time(_) | Cell::NaiveTime(_)) => _ = write!(out, "{time}"),
        }
    }

    /// Appends a cell of a Markdown table, in which nothing of the data is markup.
    pub(crate) fn push_markdown(self, out: &mut String) {
        for c in self.to_string().replace("\r\n", "\n").chars() {
            match c {
                '\n' | '\r' => out.push_str("<br>"),
                '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$' => {
                    out.extend(['\\', c]);
                }
                _ => out.push(c),
            }
        }
    }
}

/// Appends a field after RFC 4180.
fn push_csv_text(guard: &str, text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let is_plain = memchr::memchr3(b',', b'"', b'\n', bytes).is_none();
    // A lone carriage return ends a line for some readers.
    if is_plain && memchr::memchr(b'\r', bytes).is_none() {
        out.extend_from_slice(guard.as_bytes());
        out.extend_from_slice(bytes);
        return;
    }
    out.push(b'"');
    out.extend_from_slice(guard.as_bytes());
    for (nth, piece) in text.split('"').enumerate() {
        if nth > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

/// Appends a JSON string as `serde_json` writes it.
pub(crate) fn push_json_string(text: &str, out: &mut Vec<u8>) {
    // A `str` always has a JSON form, and writing to a vector cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// A line break outside a JSON string is white space, and in one it cannot be.
fn on_one_line(byte: u8) -> u8 {
    if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }
}

/// Whether a spreadsheet takes the text for a formula. A plain number is none, and so is a lone `-`,
/// by which Zeek, IIS and Kibana say that there is no value.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
        && text != "-"
        && !is_plain_number(text)
}

/// An optional sign, digits with at most one point, an optional exponent; within `f64`.
fn is_plain_number(text: &str) -> bool {
    let is_number_byte = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    text.bytes().all(is_number_byte) && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(cell: Cell<'_>) -> String {
        let mut out = Vec::new();
        cell.push_csv(false, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn json(cell: Cell<'_>) -> String {
        let mut out = Vec::new();
        cell.push_json(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formula_gets_a_quote_and_a_number_none() {
        for formula in [
            "=1", "+a", "-2+3", "@SUM(", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠1", "--", "- ",
            "+", "－", "-1+1|cmd", "+1e999", "-inf",
        ] {
            // A lone carriage return is quoted, too.
            assert_eq!(csv(Cell::Text(formula)).trim_matches('"'), format!("'{formula}"));
        }
        for plain in ["-5", "+1.5", "-.5e-3", "a=1", " =1", "", "5", "-"] {
            assert_eq!(csv(Cell::Text(plain)), plain);
        }
        assert_eq!(csv(Cell::Int(-5)), "-5");
        assert_eq!(csv(Cell::Json("-5")), "-5");
    }

    #[test]
    fn float_reads_back_to_the_same_bits() {
        for number in [0.1, -0.0, 1e300, 5e-324, 1.0 / 3.0, f64::MAX, 1e16] {
            let text = csv(Cell::Float(number));
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits(), "{text}");
            assert_eq!(
                serde_json::from_str::<f64>(&json(Cell::Float(number))).unwrap().to_bits(),
                number.to_bits()
            );
        }
    }

    #[test]
    fn undefined_number_is_missing() {
        assert_eq!(csv(Cell::Float(f64::NAN)), "");
        assert_eq!(json(Cell::Float(f64::INFINITY)), "null");
    }

    #[test]
    fn json_passes_unchanged_and_other_text_becomes_a_string() {
        assert_eq!(json(Cell::Json("1e400")), "1e400");
        assert_eq!(json(Cell::Json("{\"a\": [1]}")), "{\"a\": [1]}");
        assert_eq!(json(Cell::Json("1}\n{")), "\"1}\\n{\"");
    }

    #[test]
    fn markdown_has_no_markup_from_data() {
        let mut out = String::new();
        Cell::Text("a|b\r\n<x>&amp;`\\").push_markdown(&mut out);
        assert_eq!(out, "a\\|b<br>\\<x\\>\\&amp;\\`\\\\");
    }
}
