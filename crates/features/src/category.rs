//! What is compared by value and is no number: programs by their paths, and texts.

use crate::{Field, Scratch, measure::Measure};

/// The name of the category of process events: which program was started.
pub(crate) const PROGRAM: &str = "program";

/// A category of a recipe: what is taken of which of its columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Category {
    pub(crate) name: String,
    pub(crate) column: usize,
    pub(crate) measure: Measure,
}

impl Category {
    /// The value of a field; room is used again.
    pub(crate) fn text<'s>(&self, field: Field<'_>, scratch: &'s mut Scratch) -> &'s str {
        let Scratch { text, category } = scratch;
        category.clear();
        let value = field.text(text);
        match self.measure {
            Measure::Program if is_of_windows(value) => fold_into(value, category),
            _ => category.push_str(value),
        }
        category
    }
}

/// Returns the path of a program as one value for all that name it: on Windows paths differ in case alone
/// and mean the same file.
///
/// A path is of Windows if it has a backslash or a drive, or is a bare name that ends with `.exe`. A letter
/// is folded only where folding it back gives the letter: the Kelvin sign is no `k` to Windows either.
///
/// ```
/// use oddsift_features::program_of;
///
/// assert_eq!(program_of(r"C:\Windows\System32\CMD.EXE"), r"c:\windows\system32\cmd.exe");
/// assert_eq!(program_of("/usr/bin/X"), "/usr/bin/X");
/// assert_ne!(program_of("C:\\tas\u{212a}.exe"), program_of(r"C:\task.exe"));
/// ```
#[must_use]
pub fn program_of(path: &str) -> String {
    if !is_of_windows(path) {
        return path.to_owned();
    }
    let mut program = String::with_capacity(path.len());
    fold_into(path, &mut program);
    program
}

/// Appends a path, to a text that is empty, with its letters folded.
fn fold_into(path: &str, into: &mut String) {
    if path.is_ascii() {
        into.push_str(path);
        into.make_ascii_lowercase();
    } else {
        into.extend(path.chars().map(folded));
    }
}

fn is_of_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    let has_drive = || matches!(bytes, [letter, b':', ..] if letter.is_ascii_alphabetic());
    let is_bare = || {
        let end = bytes.len().checked_sub(4).and_then(|start| bytes.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(b".exe")) && !bytes.contains(&b'/')
    };
    memchr::memchr(b'\\', bytes).is_some() || has_drive() || is_bare()
}

fn folded(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let mut letters = letter.to_lowercase();
    let lower = letters.next().filter(|_| letters.next().is_none());
    let back = |lower: &char| lower.to_uppercase().eq([letter]);
    lower.filter(back).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_on_windows_alone() {
        for (path, program) in [
            (r"C:\A\B.exe", r"c:\a\b.exe"),
            ("CMD.EXE", "cmd.exe"),
            ("C:/Tools/A", "c:/tools/a"),
            (r"C:\ÜBER\É.exe", r"c:\über\é.exe"),
            ("/opt/Tool.EXE", "/opt/Tool.EXE"),
            ("Xorg", "Xorg"),
            ("", ""),
            ("é:", "é:"),
        ] {
            assert_eq!(program_of(path), program);
        }
    }

    #[test]
    fn letters_that_only_look_alike_stay_apart() {
        let plain = program_of(r"C:\tasks.exe");
        for other in ["C:\\tas\u{212a}s.exe", "C:\\ta\u{17f}ks.exe", "C:\\t\u{430}sks.exe"] {
            assert_ne!(program_of(other), plain);
        }
        assert_eq!(program_of("C:\\\u{130}.exe"), "c:\\\u{130}.exe");
    }
}
