//! The first lines that differ.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::run::Record;

/// Lines of either binary that are shown of a difference.
const N_SHOWN: usize = 3;
/// Characters that are shown of a line, and how many of them stand before those that differ.
const WIDTH: usize = 160;
const LEAD: usize = 40;

/// A paragraph for each part that differs; empty if none does.
pub(crate) fn between(old: &Record, new: &Record) -> String {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differences = names.into_iter().filter_map(|name| match (old.get(name), new.get(name)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) => Some(format!("  {name}, {}", first_lines(old, new))),
        (Some(_), None) => Some(format!("  {name}: the old binary alone has it\n")),
        (None, _) => Some(format!("  {name}: the new binary alone has it\n")),
    });
    differences.collect()
}

/// What stands between the lines that both begin and end with.
fn first_lines(old: &[u8], new: &[u8]) -> String {
    let (old, new) = (lines(old), lines(new));
    let n_before = n_common(old.iter(), new.iter());
    let (old, new) = (&old[n_before..], &new[n_before..]);
    let n_after = n_common(old.iter().rev(), new.iter().rev());
    let (old, new) = (&old[..old.len() - n_after], &new[..new.len() - n_after]);
    let mut text = format!("line {}:\n", n_before + 1);
    let pairs: Vec<_> = (0..N_SHOWN).map(|at| (visible(old, at), visible(new, at))).collect();
    for (own, other) in &pairs {
        push(&mut text, '-', own.as_deref(), other.as_deref());
    }
    push_rest(&mut text, '-', old.len());
    for (other, own) in &pairs {
        push(&mut text, '+', own.as_deref(), other.as_deref());
    }
    push_rest(&mut text, '+', new.len());
    text
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn n_common<T: PartialEq>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// A line as text that no terminal acts on and in which every byte can be told.
fn visible(lines: &[&[u8]], at: usize) -> Option<String> {
    let line = lines.get(at)?;
    let (line, end) = match line.strip_suffix(b"\n") {
        Some(line) => (line, ""),
        None => (*line, " (without a line end)"),
    };
    let mut text = String::new();
    for chunk in line.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        text.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    Some(text + end)
}

/// Adds a line, cut to where it differs from its counterpart.
fn push(text: &mut String, mark: char, own: Option<&str>, other: Option<&str>) {
    let Some(own) = own else { return };
    let n_same = other.map_or(0, |other| n_common(own.chars(), other.chars()));
    let begin = if own.chars().count() > WIDTH { n_same.saturating_sub(LEAD) } else { 0 };
    let shown: String = own.chars().skip(begin).take(WIDTH).collect();
    let before = if begin > 0 { "…" } else { "" };
    let after = if own.chars().count() > begin + WIDTH { "…" } else { "" };
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {mark} {before}{shown}{after}");
}

fn push_rest(text: &mut String, mark: char, n_lines: usize) {
    if n_lines > N_SHOWN {
        let _ = writeln!(text, "  {mark} … and {} lines more", n_lines - N_SHOWN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        first_lines(old.as_bytes(), new.as_bytes())
    }

    #[test]
    fn only_lines_that_differ_are_shown() {
        assert_eq!(shown("a\nb\nc\n", "a\nx\nc\n"), "line 2:\n  - b\n  + x\n");
        assert_eq!(shown("a\nc\n", "a\nb\nc\n"), "line 2:\n  + b\n");
        assert_eq!(shown("a\na\n", "a\n"), "line 2:\n  - a\n");
    }

    #[test]
    fn many_lines_are_counted() {
        let text = shown("", "1\n2\n3\n4\n5\n");
        assert_eq!(text, "line 1:\n  + 1\n  + 2\n  + 3\n  + … and 2 lines more\n");
    }

    #[test]
    fn a_long_line_is_cut_to_where_it_differs() {
        let long = |end: &str| format!("{}{end}{}", "x".repeat(500), "y".repeat(500));
        let text = shown(&long("1"), &long("2"));
        let own = |digit: &str| format!("…{}{digit}{}…", "x".repeat(40), "y".repeat(119));
        assert_eq!(text, format!("line 1:\n  - {}\n  + {}\n", own("1"), own("2")));
    }

    #[test]
    fn every_byte_can_be_told_and_none_acts_on_a_terminal() {
        let text = first_lines(b"a\x1b[1m\xff\n", b"a\x1b[1m\xfe");
        let expected = "line 1:\n  - a\\u{1b}[1m\\xff\n  + a\\u{1b}[1m\\xfe (without a line end)\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_one_binary_alone_has_is_said() {
        let record = |name: &str| Record::from([(name.to_owned(), b"x".to_vec())]);
        let text = between(&record("file a"), &record("file b"));
        assert_eq!(
            text,
            "  file a: the old binary alone has it\n  file b: the new binary alone has it\n"
        );
        assert_eq!(between(&record("file a"), &record("file a")), "");
    }
}
