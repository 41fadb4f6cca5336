use memchr::memchr;

use crate::{
    Fault,
    error::excerpt,
    log_rows::{Dialect, Fields},
};

/// Logs in W3C's extended format, as IIS, proxies and Windows Firewall write them: `#Fields:`, then
/// records. Exchange separates by commas, `CloudFront` and ISA by tabs.
#[derive(Default)]
pub(crate) struct W3c {
    given: Option<u8>,
    /// What separates the records of the block; not known before its first one where the names are
    /// separated by spaces.
    separator: Option<u8>,
    n_fields: usize,
    /// Whether a record of the block had a field in quotes.
    has_quotes: bool,
    software: Option<String>,
}

impl W3c {
    pub(crate) fn new(separator: Option<u8>) -> Self {
        Self { given: separator, ..Self::default() }
    }

    /// Whether a first line is one of a W3C log.
    pub(crate) fn is_it(line: &[u8]) -> bool {
        let directives = [
            "#software",
            "#version",
            "#fields",
            "#date",
            "#remark",
            "#start-date",
            "#end-date",
            "#gmt-offset",
            "#log-type",
        ];
        directives.into_iter().any(|name| value_of(line, name).is_some())
    }

    fn names(&mut self, value: &[u8]) -> Vec<String> {
        let value = value.trim_ascii();
        let separator = [b'\t', b' ', b','].into_iter().find(|byte| memchr(*byte, value).is_some());
        self.separator = self.given.or(separator.filter(|byte| *byte != b' '));
        self.has_quotes = false;
        let separator = separator.unwrap_or(b' ');
        let names: Vec<String> = value
            .split(|byte| *byte == separator)
            .map(<[u8]>::trim_ascii)
            .filter(|name| separator == b',' || !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        self.n_fields = names.len();
        names
    }

    /// Records may be separated by tabs where the names are by spaces.
    fn separator_of(&mut self, line: &[u8]) -> u8 {
        let n_fields = self.n_fields;
        *self.separator.get_or_insert_with(|| {
            let has_all = |separator| {
                let mut fields = Fields::default();
                split(line, separator, true, &mut fields).is_ok() && fields.ends.len() == n_fields
            };
            if !has_all(b' ') && has_all(b'\t') { b'\t' } else { b' ' }
        })
    }
}

impl Dialect for W3c {
    fn describe(&self) -> String {
        match &self.software {
            Some(software) => format!("W3C extended log ({})", excerpt(software)),
            None => "W3C extended log".to_owned(),
        }
    }

    fn no_names(&self) -> Fault {
        Fault::NoFieldNames { format: "W3C extended log", directive: "#Fields:" }
    }

    fn directive(&mut self, line: &[u8]) -> Result<Option<Vec<String>>, Fault> {
        if let Some(software) = value_of(line, "#software").filter(|_| self.software.is_none()) {
            self.software = Some(String::from_utf8_lossy(software.trim_ascii()).into_owned());
        }
        let Some(value) = value_of(line, "#fields") else { return Ok(None) };
        let names = self.names(value);
        if names.is_empty() { Err(self.no_names()) } else { Ok(Some(names)) }
    }

    fn split(&mut self, line: &[u8], fields: &mut Fields) -> Result<(), Fault> {
        let separator = self.separator_of(line);
        let quoted = split(line, separator, true, fields);
        if quoted.is_ok() {
            self.has_quotes |= line.contains(&b'"') && is_quoted(line, separator);
            return Ok(());
        }
        // IIS quotes nothing, so a quote there is text; where others were closed, this one is cut off.
        fields.clear();
        split(line, separator, false, fields)?;
        let is_text = !self.has_quotes && separator != b',' && fields.ends.len() == self.n_fields;
        if is_text { Ok(()) } else { quoted }
    }
}

/// Whether a field begins with a quote.
fn is_quoted(line: &[u8], separator: u8) -> bool {
    line.split(|byte| *byte == separator).any(|field| field.starts_with(b"\""))
}

/// The value of a directive, whatever the case of its name.
fn value_of<'a>(line: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let (head, rest) = line.split_at_checked(name.len())?;
    if head.eq_ignore_ascii_case(name.as_bytes()) { rest.strip_prefix(b":") } else { None }
}

/// Appends the fields of a line. A field may stand in quotes, in which a quote is doubled; spaces in a
/// row separate like one.
fn split(line: &[u8], separator: u8, has_quotes: bool, fields: &mut Fields) -> Result<(), Fault> {
    let mut rest = if separator == b' ' { line.trim_ascii() } else { line };
    loop {
        let start = fields.text.len();
        if has_quotes && rest.first() == Some(&b'"') {
            rest = unquote(rest.get(1..).unwrap_or_default(), &mut fields.text)?;
        }
        let end = memchr(separator, rest).unwrap_or(rest.len());
        let (field, behind) = rest.split_at(end);
        fields.text.extend_from_slice(field);
        if fields.text.get(start..) == Some(b"-") {
            fields.text.truncate(start);
        }
        fields.end();
        let Some(behind) = behind.get(1..) else { return Ok(()) };
        rest = if separator == b' ' { behind.trim_ascii_start() } else { behind };
    }
}

/// Appends a text up to the quote that closes it; what is behind it.
fn unquote<'a>(text: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], Fault> {
    let mut rest = text;
    loop {
        let at = memchr(b'"', rest).ok_or(Fault::OpenQuote)?;
        let (before, quote) = rest.split_at(at);
        out.extend_from_slice(before);
        rest = quote.get(1..).unwrap_or_default();
        let Some(behind) = rest.strip_prefix(b"\"") else { return Ok(rest) };
        out.push(b'"');
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &str, line: &str) -> Vec<String> {
        let (mut log, mut fields) = (W3c::new(None), Fields::default());
        log.directive(format!("#Fields: {names}").as_bytes()).unwrap();
        log.split(line.as_bytes(), &mut fields).unwrap();
        (0..fields.ends.len())
            .map(|at| String::from_utf8_lossy(fields.field(at)).into_owned())
            .collect()
    }

    #[test]
    fn separator_is_that_of_the_tool() {
        assert_eq!(fields("a b c", "1  - \"x \"\"y\"\"\" "), ["1", "", "x \"y\""]);
        assert_eq!(fields("a b c", "1\tx y\t-"), ["1", "x y", ""]);
        assert_eq!(fields("a\tb", "1\tx y"), ["1", "x y"]);
        assert_eq!(fields("a,b,c", "1,\"x,y\","), ["1", "x,y", ""]);
    }

    #[test]
    fn quote_that_is_text_is_read_as_text() {
        assert_eq!(fields("a b c", "GET \"x y"), ["GET", "\"x", "y"]);
        assert_eq!(fields("a b c", "\"x y z\""), ["x y z"]);
    }

    #[test]
    fn quote_that_is_cut_off_is_a_fault() {
        let (mut log, mut fields) = (W3c::new(None), Fields::default());
        log.directive(b"#Fields: a b c").unwrap();
        assert_eq!(log.split(b"x \"y", &mut fields), Err(Fault::OpenQuote));
        fields.clear();
        log.split(b"1 2 \"x\"", &mut fields).unwrap();
        fields.clear();
        assert_eq!(log.split(b"1 \"x y", &mut fields), Err(Fault::OpenQuote));
    }
}
