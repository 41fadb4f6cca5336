//! Names in messages come from files and may be long or hostile.

use crate::Error;
use crate::header::{owned, without_envelope};

const LONGEST_NAME: usize = 40;
const MOST_NAMES: usize = 20;
const LONGEST_LIST: usize = 500;

/// The place of the column `wanted`, counted from 0; it may be named with the envelope that a reader of
/// JSON takes off: `result.user`, `_source.user` and `columns.user` are `user`, if there is no such column.
///
/// # Errors
///
/// [`Error::UnknownColumn`] with the columns that there are and the name most like `wanted`.
///
/// ```
/// use oddsift_features::find_column;
///
/// let columns = ["Computer", "Account"];
/// assert_eq!(find_column(&columns, "Account")?, 1);
/// let error = find_column(&columns, "Acount").unwrap_err().to_string();
/// assert_eq!(error, "no column `Acount`; did you mean `Account`?; columns: Computer, Account");
/// # Ok::<(), oddsift_features::Error>(())
/// ```
pub fn find_column<S: AsRef<str>>(columns: &[S], wanted: &str) -> Result<usize, Error> {
    let find = |wanted: &str| columns.iter().position(|name| name.as_ref() == wanted);
    let position = find(wanted).or_else(|| without_envelope(wanted).and_then(find));
    position.ok_or_else(|| Error::UnknownColumn {
        name: wanted.to_owned(),
        nearest: nearest(wanted, columns.iter().map(AsRef::as_ref)),
        available: owned(columns),
    })
}

/// The names of columns for a message, cut short where there are many.
///
/// ```
/// assert_eq!(oddsift_features::column_list(&["Computer", "Account"]), "Computer, Account");
/// let columns: Vec<String> = (0..4000).map(|column| format!("c{column}")).collect();
/// assert!(oddsift_features::column_list(&columns).ends_with("c19 and 3980 more"));
/// ```
pub fn column_list<S: AsRef<str>>(columns: &[S]) -> String {
    listed(columns)
}

/// `name` in backquotes, escaped and cut to a readable length.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", shortened(name))
}

/// The first names, and how many more there are.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        let short = shortened(name.as_ref());
        if i == MOST_NAMES || text.len() + short.len() > LONGEST_LIST {
            return format!("{text} and {} more", names.len() - i);
        }
        if i > 0 {
            text.push_str(", ");
        }
        text.push_str(&short);
    }
    text
}

/// The part of a message that proposes another name.
pub(crate) fn nearest_hint(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean {}?", quoted(name)))
}

/// The name most like `wanted`, if any is much like it.
pub(crate) fn nearest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    const ALIKE: f64 = 0.8;
    // The comparison is quadratic in the lengths, which data decides.
    let short = |name: &str| name.len() <= 4 * LONGEST_NAME;
    let wanted = Some(wanted).filter(|name| short(name))?.to_lowercase();
    names
        .into_iter()
        .filter(|name| short(name))
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= ALIKE)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, name)| name.to_owned())
}

fn shortened(name: &str) -> String {
    if name.is_empty() {
        return "(no name)".to_owned();
    }
    let mut text = String::new();
    for (i, c) in name.chars().enumerate() {
        if i == LONGEST_NAME {
            text.push_str("..");
            break;
        }
        match c {
            '\\' | '\'' | '"' => text.push(c),
            // Escapes controls and what cannot be seen, direction marks too.
            _ => text.extend(c.escape_debug()),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_list_says_how_many_more() {
        let names: Vec<String> = (0..25).map(|i| format!("c{i}")).collect();
        assert!(listed(&names).ends_with("c19 and 5 more"));
        assert_eq!(listed::<&str>(&[]), "none");
    }

    #[test]
    fn message_holds_no_control_and_stays_short() {
        let names: Vec<String> = (0..25).map(|_| "\u{1b}[31m\u{202e}".repeat(50)).collect();
        let text = listed(&names);
        assert!(text.len() < 700 && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }

    #[test]
    fn nearest_ignores_case_and_needs_likeness() {
        assert_eq!(nearest("pathscore", ["pathHash", "pathScore"]).as_deref(), Some("pathScore"));
        assert_eq!(nearest("x", ["pathHash", "pathScore"]), None);
    }
}
