//! Records as the audit daemon writes them, made of what others write.

use crate::{
    LineFault,
    fields::{is_argument, is_encoded},
    head::Head,
    kind, syslog,
};

/// The lines of records, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Records {
    text: Vec<u8>,
    ends: Vec<usize>,
    /// So many bytes they may have.
    budget: usize,
}

/// Lines may be this many times as long as the text that they are made of.
const GROWTH: usize = 16;
/// A host's name has 64 bytes on Linux, 253 in DNS.
const LONGEST_HOST: usize = 255;

/// Where the records of an event belong.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp<'a> {
    pub(crate) node: Option<&'a str>,
    /// `SECONDS.MILLIS:SERIAL`.
    pub(crate) id: &'a str,
}

impl Records {
    /// Forgets all lines; the next ones are made of a text of so many bytes.
    pub(crate) fn begin(&mut self, n_bytes: usize) {
        self.text.clear();
        self.ends.clear();
        self.budget = n_bytes.saturating_mul(GROWTH).saturating_add(1 << 10);
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let line = |(start, end): (usize, &usize)| self.text.get(start..*end).unwrap_or_default();
        starts.zip(&self.ends).map(line)
    }

    /// Takes a record behind a header of syslog, of the kernel's form or with a number as its type.
    ///
    /// The host is that of the record, else that of the header, else `host`.
    pub(crate) fn push_line(
        &mut self,
        line: &[u8],
        host: Option<&[u8]>,
    ) -> Result<(), (usize, LineFault)> {
        let header = syslog::strip(line).ok_or((0, LineFault::Type))?;
        let place = |rest: &[u8]| line.len().saturating_sub(rest.len());
        let mut rest = line.get(header.record..).unwrap_or_default();
        let mut host = header.host.or(host);
        if let Some(named) = rest.strip_prefix(b"node=") {
            let (node, behind) = split_word(named).ok_or((place(named), LineFault::Type))?;
            (host, rest) = (Some(node), behind);
        }
        let named = rest.strip_prefix(b"type=").ok_or((place(rest), LineFault::Type))?;
        let (kind, rest) = split_word(named).ok_or((place(named), LineFault::Type))?;
        let stamp = rest.strip_prefix(b"msg=").unwrap_or(rest);
        if !stamp.starts_with(b"audit(") {
            return Err((place(rest), LineFault::Header));
        }
        let start = self.text.len();
        self.push_node(host);
        self.text.extend_from_slice(b"type=");
        self.push_kind(kind);
        self.text.extend_from_slice(b" msg=");
        let stamp_start = self.text.len();
        self.text.extend_from_slice(stamp);
        self.end_line(start).map_err(|(at, fault)| {
            let behind = at.saturating_sub(stamp_start.saturating_sub(start));
            (place(stamp).saturating_add(behind), fault)
        })
    }

    /// Begins a record.
    pub(crate) fn record(&mut self, kind: &str, stamp: Stamp<'_>) -> Line<'_> {
        let start = self.text.len();
        self.push_node(stamp.node.map(str::as_bytes));
        for part in ["type=", kind, " msg=audit(", stamp.id, "):"] {
            self.text.extend_from_slice(part.as_bytes());
        }
        Line { start, is_execve: kind == "EXECVE", records: self }
    }

    fn push_node(&mut self, host: Option<&[u8]>) {
        let is_part = |byte: &u8| byte.is_ascii_graphic() || !byte.is_ascii();
        let is_host = |host: &&[u8]| host.len() <= LONGEST_HOST && host.iter().all(is_part);
        if let Some(host) = host.filter(|host| !host.is_empty()).filter(is_host) {
            self.text.extend_from_slice(b"node=");
            self.text.extend_from_slice(host);
            self.text.push(b' ');
        }
    }

    /// The type by its name, where it is a number.
    fn push_kind(&mut self, kind: &[u8]) {
        let number = std::str::from_utf8(kind).ok().and_then(|digits| digits.parse().ok());
        match number.map(|number: u32| (number, kind::name(number))) {
            Some((_, Some(name))) => self.text.extend_from_slice(name.as_bytes()),
            Some((number, None)) => {
                self.text.extend_from_slice(format!("UNKNOWN[{number}]").as_bytes());
            }
            None => self.text.extend_from_slice(kind),
        }
    }

    /// Keeps the line that began there, if it is a record.
    fn end_line(&mut self, start: usize) -> Result<(), (usize, LineFault)> {
        if self.text.len() > self.budget {
            return Err((0, LineFault::TooLong { limit: self.budget }));
        }
        let found = Head::parse(self.text.get(start..).unwrap_or_default());
        match found {
            Ok(_) => self.ends.push(self.text.len()),
            Err(_) => self.text.truncate(start),
        }
        found.map(|_| ())
    }
}

/// A record in the making.
pub(crate) struct Line<'r> {
    start: usize,
    is_execve: bool,
    records: &'r mut Records,
}

impl Line<'_> {
    /// Adds a field whose text comes from outside; none whose name no field can have.
    pub(crate) fn field(&mut self, key: &str, value: &[u8]) {
        if self.begin_field(key) {
            let is_text = is_encoded(key) || (self.is_execve && is_argument(key));
            self.push_value(value, is_text);
        }
    }

    /// Adds a field that has no value.
    pub(crate) fn null(&mut self, key: &str) {
        if self.begin_field(key) {
            self.records.text.extend_from_slice(b"(null)");
        }
    }

    /// Begins what the daemon interpreted.
    pub(crate) fn begin_enriched(&mut self) {
        self.records.text.push(0x1d);
    }

    /// Begins the message of a program.
    pub(crate) fn begin_group(&mut self, key: &str) -> bool {
        self.begin_field(key) && {
            self.records.text.push(b'\'');
            true
        }
    }

    pub(crate) fn end_group(&mut self) {
        self.records.text.push(b'\'');
    }

    /// Ends the record; an error if it is none or too long.
    pub(crate) fn end(self) -> Result<(), LineFault> {
        self.records.end_line(self.start).map_err(|(_, fault)| fault)
    }

    fn begin_field(&mut self, key: &str) -> bool {
        let is_part = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'=' | b'"' | b'\'');
        let text = &mut self.records.text;
        if key.is_empty() || !key.bytes().all(is_part) || text.len() > self.records.budget {
            return false;
        }
        if !matches!(text.last(), Some(b'\'' | 0x1d)) {
            text.push(b' ');
        }
        text.extend_from_slice(key.as_bytes());
        text.push(b'=');
        true
    }

    /// Writes a text as the kernel and the audit library do, so that no value can end its quotes.
    fn push_value(&mut self, value: &[u8], is_text: bool) {
        let text = &mut self.records.text;
        let is_graphic = value.iter().all(u8::is_ascii_graphic);
        let has_quote = value.contains(&b'"');
        let is_bare = is_graphic && !value.is_empty() && !value.starts_with(b"'");
        let is_printable = || value.iter().all(|byte| *byte >= b' ' && *byte != 0x7f);
        if !is_text && is_bare && !has_quote {
            text.extend_from_slice(value);
        } else if !has_quote && (is_graphic || (!is_text && is_printable())) {
            text.push(b'"');
            text.extend_from_slice(value);
            text.push(b'"');
        } else {
            const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
            let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
            text.extend(value.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0x0f)]));
        }
    }
}

/// A word, which is not empty, and what follows the space behind it.
fn split_word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text).filter(|end| *end > 0)?;
    let (word, rest) = text.split_at_checked(end)?;
    Some((word, rest.get(1..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(line: &str) -> Result<String, (usize, LineFault)> {
        let mut records = Records::default();
        records.begin(line.len());
        records.push_line(line.as_bytes(), None)?;
        Ok(String::from_utf8(records.lines().next().unwrap().to_vec()).unwrap())
    }

    #[test]
    fn kernel_form_and_numbers_become_the_form_of_the_daemon() {
        for (line, expected) in [
            ("type=1300 audit(1.5:7): a=b", "type=SYSCALL msg=audit(1.5:7): a=b"),
            ("type=1300 msg=audit(1.5:7): a=b", "type=SYSCALL msg=audit(1.5:7): a=b"),
            ("audit: type=1999 audit(1.5:7): a", "type=UNKNOWN[1999] msg=audit(1.5:7): a"),
            ("type=4294967296 audit(1.5:7): a", "type=4294967296 msg=audit(1.5:7): a"),
            (
                "May  6 07:00:00 web1 audispd: type=CWD msg=audit(1.5:7): cwd=\"/\"",
                "node=web1 type=CWD msg=audit(1.5:7): cwd=\"/\"",
            ),
            (
                "May  6 07:00:00 web1 audispd: node=db type=1307 msg=audit(1.5:7): cwd=\"/\"",
                "node=db type=CWD msg=audit(1.5:7): cwd=\"/\"",
            ),
        ] {
            assert_eq!(pushed(line).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn fault_is_told_at_its_place_in_the_whole_line() {
        for (line, at, fault) in [
            ("garbage", 0, LineFault::Type),
            ("<1>type=1300 au", 13, LineFault::Header),
            ("<1>type=1300 audit(x:7):", 19, LineFault::Time),
            ("<1>type=1300 msg=audit(1.5:y):", 26, LineFault::Serial),
        ] {
            assert_eq!(pushed(line), Err((at, fault)), "{line}");
        }
    }

    #[test]
    fn no_value_ends_its_quotes_or_its_record() {
        let mut records = Records::default();
        records.begin(1000);
        let stamp = Stamp { node: Some("a b"), id: "1.0:1" };
        let mut line = records.record("X", stamp);
        for value in ["x", "a b", "a\" uid=0", "", "'x", "\n", "é"] {
            line.field("op", value.as_bytes());
            line.field("exe", value.as_bytes());
        }
        line.field("a=b", b"x");
        line.null("key");
        line.end().unwrap();
        let line = records.lines().map(String::from_utf8_lossy).next().unwrap();
        assert_eq!(
            line,
            "type=X msg=audit(1.0:1): op=x exe=\"x\" op=\"a b\" exe=612062 op=6122207569643D30 \
             exe=6122207569643D30 op=\"\" exe=\"\" op=\"'x\" exe=\"'x\" op=0A exe=0A op=\"é\" exe=C3A9 \
             key=(null)"
        );
    }
}
