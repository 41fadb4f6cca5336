use memchr::{memchr, memchr_iter};

use crate::{
    Fault,
    error::excerpt,
    log_rows::{Dialect, Fields},
};

/// Paths of a joined log that are named; the others are in it all the same.
const MOST_PATHS: usize = 8;

/// The text logs of Zeek: `#separator`, `#fields` and the like, then records without quotes.
pub(crate) struct Zeek {
    separator: u8,
    /// The separator that the user gave: the log's own does not count then.
    is_given: bool,
    set_separator: Vec<u8>,
    unset: Vec<u8>,
    empty: Vec<u8>,
    paths: Vec<String>,
    /// Whether a field is a set or a vector, from its type.
    is_set: Vec<bool>,
}

impl Zeek {
    pub(crate) fn new(separator: Option<u8>) -> Self {
        Self {
            separator: separator.unwrap_or(b'\t'),
            is_given: separator.is_some(),
            set_separator: b",".to_vec(),
            unset: b"-".to_vec(),
            empty: b"(empty)".to_vec(),
            paths: Vec::new(),
            is_set: Vec::new(),
        }
    }

    /// Whether a first line is one of a Zeek log.
    pub(crate) fn is_it(line: &[u8]) -> bool {
        let directives: [&[u8]; 8] = [
            b"#separator ",
            b"#set_separator\t",
            b"#empty_field\t",
            b"#unset_field\t",
            b"#path\t",
            b"#open\t",
            b"#fields\t",
            b"#types\t",
        ];
        directives.into_iter().chain([&b"#close\t"[..]]).any(|start| line.starts_with(start))
    }

    fn set_separator_of_fields(&mut self, text: &[u8]) -> Result<(), Fault> {
        let mut separator = Vec::new();
        unescape(text, &[], &mut separator);
        match separator[..] {
            [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | b'\\') => {
                self.separator = if self.is_given { self.separator } else { byte };
                Ok(())
            }
            _ => Err(Fault::Separator { text: String::from_utf8_lossy(text).into_owned() }),
        }
    }

    fn add_path(&mut self, path: &[u8]) {
        let path = String::from_utf8_lossy(path).into_owned();
        if self.paths.len() < MOST_PATHS && !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    fn names(&self, text: &[u8]) -> Vec<String> {
        let name = |piece: &[u8]| {
            let mut name = Vec::new();
            unescape(piece, &[], &mut name);
            String::from_utf8_lossy(&name).into_owned()
        };
        text.split(|byte| *byte == self.separator).map(name).collect()
    }

    fn push(&self, raw: &[u8], fields: &mut Fields) {
        if raw != self.unset && raw != self.empty {
            let is_set = self.is_set.get(fields.ends.len()).is_some_and(|is_set| *is_set);
            unescape(raw, if is_set { &self.set_separator } else { &[] }, &mut fields.text);
        }
        fields.end();
    }
}

impl Dialect for Zeek {
    fn describe(&self) -> String {
        match self.paths[..] {
            [] => "Zeek log".to_owned(),
            _ => format!("Zeek log ({})", excerpt(&self.paths.join(", "))),
        }
    }

    fn no_names(&self) -> Fault {
        Fault::NoFieldNames { format: "Zeek log", directive: "#fields" }
    }

    fn directive(&mut self, line: &[u8]) -> Result<Option<Vec<String>>, Fault> {
        if let Some(text) = line.strip_prefix(b"#separator ") {
            self.set_separator_of_fields(text)?;
            return Ok(None);
        }
        let Some(at) = memchr(self.separator, line) else {
            // Tabs that became spaces: the records cannot be told apart either.
            return if line.starts_with(b"#fields") { Err(self.no_names()) } else { Ok(None) };
        };
        let (name, value) = line.split_at(at);
        let value = value.get(1..).unwrap_or_default();
        match name {
            b"#set_separator" => self.set_separator = value.to_vec(),
            b"#empty_field" => self.empty = value.to_vec(),
            b"#unset_field" => self.unset = value.to_vec(),
            b"#path" => self.add_path(value),
            b"#types" => {
                let is_set =
                    |kind: &[u8]| kind.starts_with(b"set[") || kind.starts_with(b"vector[");
                self.is_set = value.split(|byte| *byte == self.separator).map(is_set).collect();
            }
            b"#fields" if value.is_empty() => return Err(self.no_names()),
            b"#fields" => {
                self.is_set.clear();
                return Ok(Some(self.names(value)));
            }
            _ => {}
        }
        Ok(None)
    }

    fn split(&mut self, line: &[u8], fields: &mut Fields) -> Result<(), Fault> {
        let mut from = 0;
        for at in memchr_iter(self.separator, line) {
            self.push(line.get(from..at).unwrap_or_default(), fields);
            from = at.saturating_add(1);
        }
        self.push(line.get(from..).unwrap_or_default(), fields);
        Ok(())
    }
}

/// Appends a text with its `\xHH` resolved, but for those of `kept`: in a set they are part of an element,
/// and not what separates two. A text that is no UTF-8 then stays as it is, so that nothing is lost.
fn unescape(raw: &[u8], kept: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut rest = raw;
    while let Some(at) = memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        let n_taken = match hex_escape(escape) {
            Some(byte) if kept != [byte] => {
                out.push(byte);
                4
            }
            _ => {
                out.push(b'\\');
                1
            }
        };
        rest = escape.get(n_taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    let is_changed = rest.len() < raw.len();
    if is_changed && std::str::from_utf8(out.get(start..).unwrap_or_default()).is_err() {
        out.truncate(start);
        out.extend_from_slice(raw);
    }
}

fn hex_escape(text: &[u8]) -> Option<u8> {
    let [b'\\', b'x', high, low, ..] = text else { return None };
    let digit =
        |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str, kept: &[u8]) -> String {
        let mut out = Vec::new();
        unescape(raw.as_bytes(), kept, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn escapes_become_bytes_and_what_is_none_stays() {
        assert_eq!(unescaped(r"a\x09b\x5cc", &[]), "a\tb\\c");
        assert_eq!(unescaped(r"\\host\x\xg0\x4", &[]), r"\\host\x\xg0\x4");
        assert_eq!(unescaped(r"\xc3\xa9", &[]), "é");
        assert_eq!(unescaped(r"\xff\x41", &[]), r"\xff\x41");
    }

    #[test]
    fn separator_within_an_element_of_a_set_stays_escaped() {
        assert_eq!(unescaped(r"a\x2cb,c\x20d", b","), r"a\x2cb,c d");
    }
}
