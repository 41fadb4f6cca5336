//! The README of a library is its crate documentation, so that its examples are tests.

use super::fences;

const INCLUDE: &str = r#"#![doc = include_str!("../README.md")]"#;

/// Sections that the README of a library has.
const SECTIONS: [&str; 2] = ["## Differences from msticpy", "## Features"];

/// What keeps the README's examples from running, and what it does not tell; `lib` is the text of
/// `lib.rs`, if there is one.
pub(crate) fn check(lib: Option<&str>, readme: &str, features: &[&str]) -> Vec<String> {
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
    breaches.extend(untold(readme, features));
    breaches
}

/// Sections that are missing, and features of the crate that the section about them does not name.
fn untold(readme: &str, features: &[&str]) -> Vec<String> {
    let missing = SECTIONS.iter().filter(|section| !readme.lines().any(|line| line == **section));
    let mut breaches: Vec<String> =
        missing.map(|section| format!("README.md lacks the section `{section}`")).collect();
    let told = readme.split(SECTIONS[1]).nth(1).unwrap_or_default();
    let told = told.split("\n## ").next().unwrap_or_default();
    let untold = features.iter().filter(|name| !told.contains(&format!("`{name}`")));
    breaches.extend(untold.map(|name| {
        format!("README.md does not tell of the feature `{name}`; do so under `{}`", SECTIONS[1])
    }));
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "\
# It
## Differences from msticpy
## Features
- `serde`: stored.
```text
x
```
";

    #[test]
    fn an_included_readme_passes() {
        assert_eq!(check(Some(INCLUDE), README, &["serde"]), Vec::<String>::new());
        assert!(check(None, "```ignore\n```", &["serde"]).is_empty());
    }

    #[test]
    fn a_readme_that_is_not_included_fails() {
        assert_eq!(check(Some("//! Other docs."), README, &[]).len(), 1);
    }

    #[test]
    fn an_ignored_example_fails() {
        let found = check(Some(INCLUDE), &format!("{README}```rust,ignore\ny\n```"), &[]);
        assert!(found.len() == 1 && found[0].starts_with("README.md:8:"), "{found:?}");
    }

    #[test]
    fn a_feature_told_of_elsewhere_or_nowhere_fails() {
        let elsewhere = format!("`parallel`\n{README}## Source\n`parallel`\n");
        let found = check(Some(INCLUDE), &elsewhere, &["parallel", "serde"]);
        assert!(found.len() == 1 && found[0].contains("feature `parallel`"), "{found:?}");
    }

    #[test]
    fn a_section_that_is_missing_fails() {
        let found = check(Some(INCLUDE), &README.replace("## Differences", "## Others"), &[]);
        assert!(found.len() == 1 && found[0].contains("`## Differences"), "{found:?}");
    }
}
