use std::borrow::Cow;

use crate::{Id, Record, Value, value::lossy};

/// The arguments of a program that was started.
///
/// All that are there, in the order of their numbers, however many `argc` claims. A long argument
/// that was split (`a1[0]`, `a1[1]`) is one again, and so are arguments over several records.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let line = b"type=EXECVE msg=audit(1.0:1): argc=4294967295 a0=\"sh\" a1[0]=41 a1[1]=42";
/// let Typed::Execve(found) = parse_record(line, 1)?.typed() else { panic!() };
/// assert_eq!(found.cmdline(), "sh AB");
/// assert_eq!(found.args[1].raw, "4142");
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Execve<'a> {
    /// The number of arguments that the record claims.
    pub argc: Option<Id<'a>>,
    /// The arguments that are there.
    pub args: Vec<Arg<'a>>,
}

/// An argument.
///
/// ```
/// use oddsift_auditd::{Typed, parse_record};
///
/// let record = parse_record(b"type=EXECVE msg=audit(1.0:1): a0=41FF", 1)?;
/// let Typed::Execve(found) = record.typed() else { panic!() };
/// assert_eq!((found.args[0].text.as_ref(), found.args[0].raw.as_ref()), ("A\u{fffd}", "41FF"));
/// # Ok::<(), oddsift_auditd::LineError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg<'a> {
    /// Its text; bytes that are not UTF-8 became U+FFFD.
    pub text: Cow<'a, str>,
    /// What was logged, without quotes; hexadecimal where it was encoded.
    pub raw: Cow<'a, str>,
}

impl Execve<'_> {
    /// The arguments with a space between them.
    ///
    /// ```
    /// assert_eq!(oddsift_auditd::Execve::default().cmdline(), "");
    /// ```
    pub fn cmdline(&self) -> String {
        let spaces = self.args.len();
        let texts = self.args.iter().map(|arg| arg.text.len());
        let mut line = String::with_capacity(texts.fold(spaces, usize::saturating_add));
        for (place, arg) in self.args.iter().enumerate() {
            if place > 0 {
                line.push(' ');
            }
            line.push_str(&arg.text);
        }
        line
    }
}

/// The pieces of arguments, as they stand in records.
#[derive(Debug, Default)]
pub(crate) struct Pieces<'a> {
    argc: Option<Id<'a>>,
    pieces: Vec<Piece<'a>>,
}

#[derive(Debug)]
struct Piece<'a> {
    argument: u64,
    part: Option<u64>,
    value: Value<'a>,
}

impl<'a> Pieces<'a> {
    pub(crate) fn of(records: impl IntoIterator<Item = Record<'a>>) -> Self {
        let mut all = Self::default();
        let fields = records.into_iter().flat_map(|record| record.fields());
        for field in fields.filter(|field| field.group.is_none()) {
            if field.key == "argc" {
                all.argc.get_or_insert(Id::exact(field.value.raw()));
            } else if let Some((argument, part)) = place(field.key) {
                all.pieces.push(Piece { argument, part, value: field.value });
            }
        }
        // Stable: what is there twice stays in the order of the log.
        if !all.pieces.is_sorted_by_key(Piece::place) {
            all.pieces.sort_by_key(Piece::place);
        }
        all
    }

    pub(crate) fn join(self) -> Execve<'a> {
        let together =
            |a: &Piece, b: &Piece| a.argument == b.argument && a.part.is_some() && b.part.is_some();
        let args = self.pieces.chunk_by(together).map(Arg::of).collect();
        Execve { argc: self.argc, args }
    }
}

impl Piece<'_> {
    fn place(&self) -> (u64, Option<u64>) {
        (self.argument, self.part)
    }
}

impl<'a> Arg<'a> {
    fn of(pieces: &[Piece<'a>]) -> Self {
        if let [Piece { value, .. }] = pieces {
            let raw = value.raw();
            return Self {
                text: value.text().unwrap_or(Cow::Borrowed(raw)),
                raw: Cow::Borrowed(raw),
            };
        }
        // Joined as bytes: the kernel splits within characters.
        let (mut bytes, mut raw) = (Vec::new(), String::new());
        for piece in pieces {
            piece.value.push_bytes(&mut bytes);
            raw.push_str(piece.value.raw());
        }
        Self { text: Cow::Owned(lossy(bytes)), raw: Cow::Owned(raw) }
    }
}

/// `a12` is argument 12, `a1[3]` part 3 of argument 1.
fn place(key: &str) -> Option<(u64, Option<u64>)> {
    let digits = key.strip_prefix('a')?;
    match digits.strip_suffix(']') {
        None => Some((number(digits)?, None)),
        Some(indexed) => {
            let (argument, part) = indexed.split_once('[')?;
            Some((number(argument)?, Some(number(part)?)))
        }
    }
}

fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_record;

    fn args(body: &str) -> Vec<String> {
        let line = format!("type=EXECVE msg=audit(1.0:1): {body}");
        let record = parse_record(line.as_bytes(), 1).unwrap();
        Pieces::of([record]).join().args.into_iter().map(|arg| arg.text.into_owned()).collect()
    }

    #[test]
    fn order_is_that_of_the_numbers() {
        assert_eq!(
            args("a10=\"k\" a2=\"c\" a0=\"a\" a18446744073709551616=\"-\""),
            ["a", "c", "k"]
        );
    }

    #[test]
    fn character_that_was_split_is_whole_again() {
        assert_eq!(args("a0_len=4 a0[0]=C3 a0[1]=A9 a1=\"x\""), ["é", "x"]);
        assert_eq!(args("a0[1]=\"b\" a0[0]=\"a\""), ["ab"]);
    }

    #[test]
    fn argument_that_is_there_twice_stays_twice() {
        assert_eq!(args("a0=\"x\" a0=\"y\""), ["x", "y"]);
        assert_eq!(args("a0=6C7 a1= a2=(null)"), ["6C7", "", "(null)"]);
    }
}
