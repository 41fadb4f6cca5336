use memchr::memrchr_iter;

use crate::{Hex, Value, scan::find_either};

/// A field of a record: `key=value`, or a word.
///
/// ```
/// use oddsift_auditd::{Field, Value, parse_record};
///
/// let record = parse_record(b"type=X msg=audit(1.0:1): uid=0", 1)?;
/// let field = Field { key: "uid", value: Value::Plain("0"), group: None };
/// assert!(record.fields().eq([field]));
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field<'a> {
    /// What stands before the `=`; for a word, the word.
    pub key: &'a str,
    /// What stands after it.
    pub value: Value<'a>,
    /// The key of the group that the field stands in: `msg` for `msg='op=login acct="root"'`.
    ///
    /// Programs write such groups, the kernel what is outside of them. A field of a group says what
    /// a program said, and never stands for the kernel's field of its name.
    pub group: Option<&'a str>,
}

/// The fields of a record, in their order; see [`Record::fields`](crate::Record::fields).
///
/// Each step takes time by the bytes that it passes, and nothing is allocated.
///
/// ```
/// use oddsift_auditd::parse_record;
///
/// let line = b"type=USER_AUTH msg=audit(1.0:1): pid=7 msg='op=login acct=\"a b\" res=failed'";
/// let fields: Vec<_> = parse_record(line, 1)?.fields().collect();
/// let names: Vec<_> = fields.iter().map(|field| (field.key, field.group)).collect();
/// let message = Some("msg");
/// assert_eq!(names, [("pid", None), ("op", message), ("acct", message), ("res", message)]);
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a str,
    /// While in a group: its key, and what follows it.
    group: Option<(&'a str, &'a str)>,
    is_execve: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(body: &'a str, kind: &str) -> Self {
        Self { rest: body, group: None, is_execve: kind == "EXECVE" }
    }

    /// Drops spaces, and leaves a group that ends here.
    fn advance(&mut self) -> Option<()> {
        loop {
            while let Some(rest) = self.rest.strip_prefix(' ') {
                self.rest = rest;
            }
            if !self.rest.is_empty() {
                return Some(());
            }
            (_, self.rest) = self.group.take()?;
        }
    }

    /// The value at the beginning of `text`, which is not empty, and how long it is there.
    fn value(&self, key: &str, text: &'a str) -> (Value<'a>, usize) {
        if let Some(inner) = text.strip_prefix('"') {
            return quoted(text, inner);
        }
        let raw = until_space(text);
        let value = match raw {
            "(null)" => Value::Null,
            _ if self.is_encoded(key) => Hex::new(raw).map_or(Value::Plain(raw), Value::Hex),
            _ => Value::Plain(raw),
        };
        (value, raw.len())
    }

    /// Whether a field's text is written in hexadecimal where it has no quotes.
    fn is_encoded(&self, key: &str) -> bool {
        match key.as_bytes() {
            b"acct" | b"cgroup" | b"cmd" | b"comm" | b"cwd" | b"data" | b"device" | b"dir"
            | b"exe" | b"file" | b"grp" | b"key" | b"name" | b"new_group" | b"ocomm" | b"path"
            | b"proctitle" | b"vm" | b"watch" => true,
            _ if self.is_execve => is_argument(key),
            _ => false,
        }
    }

    /// The fields in quotes, and what follows them; `None` if nothing is in them.
    ///
    /// A value of the group may hold a quote: the last one that ends a word ends the group. A line
    /// that was cut in the group ends it too.
    fn split_group(text: &'a str) -> Option<(&'a str, &'a str)> {
        let inner = text.strip_prefix('\'')?;
        let bytes = inner.as_bytes();
        let ends_word = |at: &usize| {
            at.checked_add(1).is_none_or(|next| matches!(bytes.get(next), None | Some(b' ')))
        };
        let end = memrchr_iter(b'\'', bytes).find(ends_word).unwrap_or(bytes.len());
        let (group, after) = inner.split_at_checked(end)?;
        let is_blank = group.bytes().all(|byte| byte == b' ');
        (!is_blank).then_some((group, after.strip_prefix('\'').unwrap_or(after)))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            self.advance()?;
            let text = self.rest;
            let group = self.group.map(|(key, _)| key);
            let (key, after) = text.split_at_checked(find_either(text.as_bytes(), b'=', b' '))?;
            let Some(after) = after.strip_prefix('=') else {
                self.rest = after;
                return Some(Field { key, value: Value::Absent, group });
            };
            if group.is_none()
                && let Some((inner, after)) = Self::split_group(after)
            {
                self.group = Some((key, after));
                self.rest = inner;
                continue;
            }
            let (value, n) = self.value(key, after);
            self.rest = after.get(n..).unwrap_or_default();
            return Some(Field { key, value, group });
        }
    }
}

/// The value in double quotes.
///
/// Where the second quote is missing or does not end the word, all is kept as it stands: the fields
/// that seem to stand within are none.
fn quoted<'a>(text: &'a str, inner: &'a str) -> (Value<'a>, usize) {
    let end = find_either(inner.as_bytes(), b'"', b'"');
    let (value, after) = inner.split_at_checked(end).unwrap_or((inner, ""));
    let Some(after) = after.strip_prefix('"') else { return (Value::Plain(text), text.len()) };
    let more = until_space(after).len();
    let length = value.len().saturating_add(2).saturating_add(more);
    match more {
        0 => (Value::Quoted(value), length),
        _ => (Value::Plain(text.get(..length).unwrap_or(text)), length),
    }
}

fn until_space(text: &str) -> &str {
    text.get(..find_either(text.as_bytes(), b' ', b' ')).unwrap_or(text)
}

/// `a0`, `a1[0]`, but not `a1_len`.
fn is_argument(key: &str) -> bool {
    let digits = key.strip_prefix('a').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with("_len")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Vec<Field<'_>> {
        Fields::new(body, "USER_CMD").collect()
    }

    fn plain<'a>(key: &'a str, value: &'a str) -> Field<'a> {
        Field { key, value: Value::Plain(value), group: None }
    }

    #[test]
    fn words_and_odd_separators_are_kept() {
        assert_eq!(
            fields("  avc:  denied subj==x =y a= "),
            [
                Field { key: "avc:", value: Value::Absent, group: None },
                Field { key: "denied", value: Value::Absent, group: None },
                plain("subj", "=x"),
                plain("", "y"),
                plain("a", ""),
            ]
        );
    }

    #[test]
    fn quotes_that_do_not_close_forge_nothing() {
        assert_eq!(fields("a=\"x uid=0"), [plain("a", "\"x uid=0")]);
        assert_eq!(fields("a=\"x y\"z b=1"), [plain("a", "\"x y\"z"), plain("b", "1")]);
    }

    #[test]
    fn group_ends_at_the_last_quote_that_ends_a_word() {
        let found = fields("pid=1 msg='acct=\"o' uid=0\" res=1' x=2");
        let inner = |key, value| Field { key, value, group: Some("msg") };
        assert_eq!(
            found,
            [
                plain("pid", "1"),
                inner("acct", Value::Quoted("o' uid=0")),
                inner("res", Value::Plain("1")),
                plain("x", "2"),
            ]
        );
    }

    #[test]
    fn group_that_is_cut_or_empty_is_kept() {
        let found = fields("msg='op=a exe=\"/usr");
        let cut = found.last().unwrap();
        assert_eq!((cut.key, cut.value), ("exe", Value::Plain("\"/usr")));
        assert_eq!(fields("msg=''"), [plain("msg", "''")]);
        assert_eq!(fields("msg='"), [plain("msg", "'")]);
    }
}
