//! The README of a library is its crate documentation, so that its examples are tests.

use super::fences;

const INCLUDE: &str = r#"#![doc = include_str!("../README.md")]"#;

/// What keeps the README's examples from running; `lib` is the text of `lib.rs`, if there is one.
pub(crate) fn check(lib: Option<&str>, readme: &str) -> Vec<String> {
    let Some(lib) = lib else { return Vec::new() };
    let mut breaches = Vec::new();
    if !lib.lines().any(|line| line.trim() == INCLUDE) {
        breaches.push(format!("src/lib.rs must start with `{INCLUDE}`"));
    }
    for (line, info) in fences::openings(readme) {
        if info.split(',').any(|word| word.trim().starts_with("ignore")) {
            breaches.push(format!(
                "README.md:{line}: an ignored example is never run; use `no_run`, `text`, or run it"
            ));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_included_readme_passes() {
        assert!(check(Some(INCLUDE), "```\nassert!(true);\n```").is_empty());
        assert!(check(None, "```ignore\n```").is_empty());
    }

    #[test]
    fn a_readme_that_is_not_included_fails() {
        assert_eq!(check(Some("//! Other docs."), "").len(), 1);
    }

    #[test]
    fn an_ignored_example_fails() {
        let found = check(Some(INCLUDE), "```text\nx\n```\n```rust,ignore\ny\n```");
        assert!(found.len() == 1 && found[0].starts_with("README.md:4:"), "{found:?}");
    }
}
