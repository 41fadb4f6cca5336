use crate::{Value, tokens::Tokens};

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
    tokens: Tokens<'a>,
    is_execve: bool,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(tokens: Tokens<'a>, kind: &str) -> Self {
        Self { tokens, is_execve: kind == "EXECVE" }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        let token = self.tokens.next()?;
        let is_encoded = is_encoded(token.key) || (self.is_execve && is_argument(token.key));
        let value = if is_encoded { token.raw.decoded() } else { token.raw.value() };
        Some(Field { key: token.key, value, group: token.group })
    }
}

/// Whether a field's text is written in hexadecimal where it has no quotes.
pub(crate) fn is_encoded(key: &str) -> bool {
    matches!(
        key.as_bytes(),
        b"acct"
            | b"cgroup"
            | b"cmd"
            | b"comm"
            | b"cwd"
            | b"data"
            | b"device"
            | b"dir"
            | b"exe"
            | b"file"
            | b"grp"
            | b"key"
            | b"name"
            | b"new_group"
            | b"ocomm"
            | b"path"
            | b"proctitle"
            | b"vm"
            | b"watch"
    )
}

/// `a0`, `a1[0]`, but not `a1_len`.
pub(crate) fn is_argument(key: &str) -> bool {
    let digits = key.strip_prefix('a').unwrap_or_default();
    digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.ends_with("_len")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Vec<Field<'_>> {
        Fields::new(Tokens::new(body), "USER_CMD").collect()
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
