//! Command lines without what varies from run to run.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

static GUID: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?"));
static HEX: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(0x)?[0-9a-f]{6,}\b"));
static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d+"));
static WORD: LazyLock<Regex> = LazyLock::new(|| pattern("[a-z_]{2,}"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file")
}

/// A command line in lower case with GUIDs, hexadecimal and decimal numbers blotted out.
pub(crate) fn mask(command: &str) -> String {
    let lower = command.to_lowercase();
    let without_guids = GUID.replace_all(&lower, "G");
    let without_hex = HEX.replace_all(&without_guids, "H");
    DIGITS.replace_all(&without_hex, "0").into_owned()
}

/// The distinct words of a masked command line.
pub(crate) fn words(masked: &str) -> BTreeSet<&str> {
    WORD.find_iter(masked).map(|word| word.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_blotted_out() {
        let command = r"App.exe /id {01234567-89ab-cdef-0123-456789abcdef} 0xDEADBEEF -n 42";
        assert_eq!(mask(command), "app.exe /id G H -n 0");
        assert!(words(&mask(command)).into_iter().eq(["app", "exe", "id"]));
    }
}
