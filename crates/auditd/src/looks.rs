use std::fmt;

use crate::{LineFault, head::Head, syslog};

/// What a text without an audit record seems to be.
///
/// ```
/// use oddsift_auditd::Looks;
///
/// let sshd = b"Dec 10 06:55:00 host1 sshd[24200]: Failed password for root from ::1\n";
/// assert_eq!(Looks::of(sshd), Looks::Syslog { program: "sshd".to_owned() });
/// assert_eq!(Looks::of(b"a,b\n1,2\n"), Looks::Csv);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Looks {
    /// JSON of some other kind.
    Json,
    /// Columns with a delimiter between them.
    Csv,
    /// Syslog of other programs.
    Syslog {
        /// The program of the first line.
        program: String,
    },
    /// A record with a fault.
    Record(LineFault),
    /// Any other text.
    Other,
}

/// A program's name is shown up to so many bytes.
const LONGEST_NAME: usize = 40;

impl Looks {
    /// Judges a text by its first line that is not blank, and the one behind it.
    ///
    /// ```
    /// use oddsift_auditd::Looks;
    ///
    /// assert_eq!(Looks::of(b"{\"a\": 1}\n"), Looks::Json);
    /// assert_eq!(Looks::of(b"what is this\n"), Looks::Other);
    /// ```
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut lines = lines.filter(|line| !line.is_empty());
        let (first, second) = (lines.next().unwrap_or_default(), lines.next());
        let fault = Head::parse(first).err().map(|(_, fault)| fault);
        match fault {
            Some(fault) if fault != LineFault::Type => Self::Record(fault),
            _ if first.starts_with(b"{") || first.starts_with(b"[") => Self::Json,
            _ => match syslog::program(first) {
                Some(name) => Self::Syslog { program: printable(name) },
                None if has_columns(first, second) => Self::Csv,
                None => Self::Other,
            },
        }
    }
}

/// Whether lines have a usual delimiter equally often.
fn has_columns(first: &[u8], second: Option<&[u8]>) -> bool {
    let count = |line: &[u8], delimiter| memchr::memchr_iter(delimiter, line).count();
    b",;\t|".iter().any(|delimiter| {
        let n = count(first, *delimiter);
        n > 0 && second.is_none_or(|second| count(second, *delimiter) >= n)
    })
}

/// The printable characters of a name that may be hostile.
fn printable(name: &[u8]) -> String {
    let graphic = name.iter().filter(|byte| byte.is_ascii_graphic()).take(LONGEST_NAME);
    graphic.map(|byte| char::from(*byte)).collect()
}

/// What it looks like, and what to do.
impl fmt::Display for Looks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GIVE: &str = "give the log of auditd, mostly /var/log/audit/audit.log";
        match self {
            Self::Json => f.write_str(
                "the text looks like JSON, but not as LAUREL or auditbeat write it; read it as a table",
            ),
            Self::Csv => write!(f, "the text looks like CSV; read it as a table, or {GIVE}"),
            Self::Syslog { program } => {
                write!(f, "the text looks like syslog of {program}; {GIVE}")
            }
            Self::Record(fault) => write!(f, "{fault}"),
            Self::Other => write!(f, "`type=NAME msg=audit(TIME:SERIAL):` is expected; {GIVE}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_line_tells_what_a_text_looks_like() {
        let record = |text: &[u8]| matches!(Looks::of(text), Looks::Record(_));
        assert!(record(b"type=CWD msg=audit(05/06/2024 07:00:00.158:7) : cwd=/\n"));
        assert!(record(b"\n type=CWD ms"));
        assert_eq!(Looks::of(b"[\n{\"a\":1}]"), Looks::Json);
        assert_eq!(Looks::of(b"a;b\n1;2"), Looks::Csv);
        assert_eq!(Looks::of(b"Dear all, how are you\nbest"), Looks::Other);
        assert_eq!(Looks::of(b""), Looks::Other);
    }

    #[test]
    fn name_of_a_program_is_short_and_printable() {
        let line = format!("Dec 10 06:55:00 h \u{1b}[2J{}: x", "a".repeat(99));
        let Looks::Syslog { program } = Looks::of(line.as_bytes()) else { panic!() };
        assert!(program.bytes().all(|byte| byte.is_ascii_graphic()) && program.len() <= 40);
    }
}
