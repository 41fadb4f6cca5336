//! Headers of syslog before a record.

/// What stands before a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    /// The host that it names.
    pub(crate) host: Option<&'a [u8]>,
    /// Where the record begins.
    pub(crate) record: usize,
}

/// Finds the record behind a header: of RFC 3164 (with its time or one of ISO 8601), of RFC 5424, of
/// the kernel's ring buffer, the `MESSAGE=` of a journal, or none at all. `None` if no record follows.
///
/// Each part has its place, so that a message of another program is no record for the text in it.
pub(crate) fn strip(line: &[u8]) -> Option<Header<'_>> {
    let mut scan = Scan(line);
    scan.priority();
    let host = if scan.skip(b"1 ") { Some(scan.rfc_5424()?) } else { scan.rfc_3164() };
    scan.ring_buffer_time();
    scan.skip(b"audit: ");
    let record = line.len().saturating_sub(scan.0.len());
    scan.is_record().then_some(Header { host: host.filter(|host| *host != b"-"), record })
}

/// The program of a line of syslog that is no record.
pub(crate) fn program(line: &[u8]) -> Option<&[u8]> {
    let mut scan = Scan(line);
    scan.priority();
    if scan.skip(b"1 ") {
        return scan.words::<3>().map(|[_, _, program]| program);
    }
    scan.time()?;
    let mut words = scan.0.split(|byte| *byte == b' ');
    let tag = words.find(|word| word.ends_with(b":"))?;
    tag.split(|byte| matches!(byte, b'[' | b':')).next()
}

struct Scan<'a>(&'a [u8]);

const MONTHS: [&[u8]; 12] = [
    b"Jan ", b"Feb ", b"Mar ", b"Apr ", b"May ", b"Jun ", b"Jul ", b"Aug ", b"Sep ", b"Oct ",
    b"Nov ", b"Dec ",
];

impl<'a> Scan<'a> {
    fn skip(&mut self, text: &[u8]) -> bool {
        let Some(rest) = self.0.strip_prefix(text) else { return false };
        self.0 = rest;
        true
    }

    fn pass(&mut self, n: usize) {
        self.0 = self.0.get(n..).unwrap_or_default();
    }

    fn spaces(&mut self) {
        self.pass(self.0.iter().take_while(|byte| **byte == b' ').count());
    }

    /// How many digits follow, at most nine.
    fn n_digits(&self) -> usize {
        self.0.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// The text up to a space, which is passed.
    fn word(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b' ', self.0).filter(|end| *end > 0)?;
        let (word, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.get(1..).unwrap_or_default();
        Some(word)
    }

    fn words<const N: usize>(&mut self) -> Option<[&'a [u8]; N]> {
        let mut words = [&b""[..]; N];
        for word in &mut words {
            *word = self.word()?;
        }
        Some(words)
    }

    /// `<13>`.
    fn priority(&mut self) {
        let mut inner = Scan(self.0);
        if inner.skip(b"<") {
            inner.pass(inner.n_digits());
            if inner.skip(b">") {
                self.0 = inner.0;
            }
        }
    }

    /// The host; behind the version are time, host, program, process, message id and data.
    fn rfc_5424(&mut self) -> Option<&'a [u8]> {
        let [_, host, _, _, _] = self.words()?;
        self.structured_data()?;
        self.skip("\u{feff}".as_bytes());
        Some(host)
    }

    /// `-`, or elements in brackets, whose values are in quotes.
    fn structured_data(&mut self) -> Option<()> {
        if self.skip(b"- ") {
            return Some(());
        }
        while self.0.first() == Some(&b'[') {
            let (mut is_quoted, mut is_escaped) = (false, false);
            let ends = |byte: &u8| {
                let is_end = *byte == b']' && !is_quoted;
                is_quoted ^= *byte == b'"' && !is_escaped;
                is_escaped = *byte == b'\\' && !is_escaped;
                is_end
            };
            let end = self.0.iter().position(ends)?;
            self.pass(end.saturating_add(1));
        }
        self.skip(b" ").then_some(())
    }

    /// `TIME HOST PROGRAM[PID]: `, of which all but the time may be missing.
    fn rfc_3164(&mut self) -> Option<&'a [u8]> {
        if self.skip(b"MESSAGE=") || self.time().is_none() || self.tag() || self.is_record() {
            return None;
        }
        let mut inner = Scan(self.0);
        let host = inner.word()?;
        if inner.tag() || inner.is_record() {
            self.0 = inner.0;
            return Some(host);
        }
        None
    }

    /// `PROGRAM[PID]:` and the spaces behind it.
    fn tag(&mut self) -> bool {
        let end = self.0.iter().position(|byte| matches!(byte, b' ' | b':')).unwrap_or(0);
        let found = end > 0 && self.0.get(end) == Some(&b':');
        if found {
            self.pass(end.saturating_add(1));
            self.spaces();
        }
        found
    }

    /// `May  6 07:00:00 `, with a year and a fraction or not, or a time of ISO 8601.
    fn time(&mut self) -> Option<()> {
        let mut inner = Scan(self.0);
        if let Some(month) = MONTHS.iter().find(|month| self.0.starts_with(month)) {
            inner.pass(month.len());
            inner.spaces();
            let mut word = inner.word()?;
            if word.len() <= 2 && word.iter().all(u8::is_ascii_digit) {
                word = inner.word()?;
                if word.len() == 4 {
                    word = inner.word()?;
                }
            }
            is_clock(word).then_some(())?;
        } else {
            let word = inner.word()?;
            let (date, clock) = word.split_at_checked(11)?;
            let is_date = matches!(date, [b'1'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T']);
            (is_date && is_clock(clock)).then_some(())?;
        }
        self.0 = inner.0;
        Some(())
    }

    /// `[ 1234.567890] `.
    fn ring_buffer_time(&mut self) {
        let mut inner = Scan(self.0);
        if !inner.skip(b"[") {
            return;
        }
        inner.spaces();
        inner.pass(inner.n_digits());
        if inner.skip(b".") {
            inner.pass(inner.n_digits());
        }
        if inner.skip(b"] ") {
            self.0 = inner.0;
        }
    }

    fn is_record(&self) -> bool {
        self.0.starts_with(b"type=") || self.0.starts_with(b"node=")
    }
}

/// Whether a word begins with `07:00:00`.
fn is_clock(word: &[u8]) -> bool {
    matches!(word, [b'0'..=b'2', _, b':', _, _, b':', _, _, ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_is_found_behind_every_header() {
        let record = "type=EOE msg=audit(1.0:7): ";
        for (header, host) in [
            ("", None),
            ("<13>", None),
            ("audit: ", None),
            ("MESSAGE=", None),
            ("MESSAGE=audit: ", None),
            ("[  123.456789] audit: ", None),
            ("May  6 07:00:00 web1 audispd: ", Some("web1")),
            ("May 16 07:00:00 web1 audisp-syslog[712]: ", Some("web1")),
            ("<13>May  6 07:00:00 web1 audispd: ", Some("web1")),
            ("May  6 07:00:00 audispd: ", None),
            ("May  6 07:00:00 web1 ", Some("web1")),
            ("May  6 2024 07:00:00.123 web1 tag_audit_log:", Some("web1")),
            ("2024-05-06T07:00:00.123456+02:00 web1 audispd: ", Some("web1")),
            ("May  6 07:00:00 web1 kernel: [ 12.345] audit: ", Some("web1")),
            ("May  6 07:00:00 web1 kernel: audit: ", Some("web1")),
            ("<13>1 2024-05-06T07:00:00Z web1 audispd 7 - - ", Some("web1")),
            ("<13>1 2024-05-06T07:00:00Z - audispd - - - ", None),
            ("1 2024-05-06T07:00:00Z web1 a 7 - [x@1 k=\"]\\\"\"][y] \u{feff}", Some("web1")),
        ] {
            let line = format!("{header}{record}");
            let found = strip(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found.host, host.map(str::as_bytes), "{line}");
            assert_eq!(found.record, header.len(), "{line}");
        }
    }

    #[test]
    fn message_that_holds_a_record_is_none() {
        for line in [
            "May  6 07:00:00 web1 sshd[7]: Invalid user type=EOE msg=audit(1.0:7): from ::1",
            "May  6 07:00:00 web1 sshd[7]: Invalid user type=EOE: type=EOE msg=audit(1.0:7): ",
            "<13>1 2024-05-06T07:00:00Z web1 sshd 7 - - user type=EOE msg=audit(1.0:7): ",
            "2024-05-06 07:00:00 type=EOE msg=audit(1.0:7): ",
            "x type=EOE msg=audit(1.0:7): ",
            "",
        ] {
            assert_eq!(strip(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn program_of_a_line_is_told() {
        let program = |line: &'static str| program(line.as_bytes());
        assert_eq!(program("Dec 10 06:55:00 host1 sshd[24200]: Failed"), Some(&b"sshd"[..]));
        assert_eq!(program("<13>1 2024-05-06T07:00:00Z web1 cron 7 - - x"), Some(&b"cron"[..]));
        assert_eq!(program("a,b,c"), None);
    }
}
