//! Running examples in the documentation of the algorithm crates.

use std::ops::Add;

use super::fences;

/// The crates that this rule is for: those that others build upon.
pub(crate) const CRATES: [&str; 6] = [
    "oddsift-features",
    "oddsift-dbscan",
    "oddsift-iforest",
    "oddsift-rarity",
    "oddsift-stl",
    "oddsift-timespan",
];

/// What a source file, or a crate, has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Public functions and methods.
    pub(crate) functions: usize,
    /// Examples that `cargo test` runs.
    pub(crate) examples: usize,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let functions = self.functions + other.functions;
        Self { functions, examples: self.examples + other.examples }
    }
}

/// What is wrong with a crate: fewer examples than public functions.
pub(crate) fn check(name: &str, counts: Counts) -> Option<String> {
    let Counts { functions, examples } = counts;
    (examples < functions).then(|| {
        format!(
            "{name}: {functions} public functions and {examples} examples that run; give each \
             function one"
        )
    })
}

/// The counts of a Rust file, without what is built for tests alone.
///
/// The lint `unreachable_pub` sees to it that `pub` is written of nothing that users cannot reach.
pub(crate) fn of_source(source: &str) -> Counts {
    let lines = without_tests(source);
    let functions = lines.iter().filter(|line| is_public_function(line)).count();
    Counts { functions, examples: comments(&lines).iter().map(|it| of_markdown(it)).sum() }
}

/// The examples of a README that is part of the documentation.
pub(crate) fn of_markdown(markdown: &str) -> usize {
    fences::openings(markdown).iter().filter(|(_, info)| runs(info)).count()
}

/// Whether a code block with this behind its backticks is a test that runs.
fn runs(info: &str) -> bool {
    let words = info.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    words.into_iter().all(|word| {
        matches!(word, "rust" | "should_panic" | "standalone") || word.starts_with("edition")
    })
}

fn is_public_function(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix("pub ") else { return false };
    let is_part = |word: &&str| ["const", "async", "unsafe", "extern", "\"C\""].contains(word);
    rest.split_whitespace().find(|word| !is_part(word)) == Some("fn")
}

/// The lines but for items under `#[cfg(test)]`, which end at their indentation, as rustfmt has it.
fn without_tests(source: &str) -> Vec<&str> {
    let mut kept = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            kept.push(line);
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let is_end = |it: &str| {
            let rest = it.strip_prefix(indent).unwrap_or_default();
            rest.starts_with('}') || !rest.starts_with([' ', '#']) && rest.ends_with([';', '}'])
        };
        lines.by_ref().find(|it| is_end(it));
    }
    kept
}

/// Each run of lines of a doc comment as Markdown.
fn comments(lines: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut last = None;
    for line in lines {
        let comment = doc_line(line);
        if let Some((mark, text)) = comment {
            if last != Some(mark) {
                found.push(String::new());
            }
            found.last_mut().into_iter().for_each(|it| it.extend([text, "\n"]));
        }
        last = comment.map(|(mark, _)| mark);
    }
    found
}

/// The mark of a doc comment and what follows it.
fn doc_line(line: &str) -> Option<(&str, &str)> {
    let (mark, text) = line.trim_start().split_at_checked(3)?;
    (["///", "//!"].contains(&mark) && !text.starts_with('/')).then_some((mark, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(source: &str) -> (usize, usize) {
        let Counts { functions, examples } = of_source(source);
        (functions, examples)
    }

    #[test]
    fn functions_that_others_can_call_count() {
        assert_eq!(
            counts("pub fn a() {}\n    pub const fn b(\n    pub async unsafe fn c() {}").0,
            3
        );
        assert_eq!(counts("fn a() {}\npub(crate) fn b() {}\npub struct C;\n// pub fn d()").0, 0);
        assert_eq!(counts("/// pub fn a()\npub const B: u8 = 1;").0, 0);
    }

    #[test]
    fn blocks_that_run_count() {
        let block = |info: &str| counts(&format!("/// ```{info}\n/// x\n/// ```\nfn f() {{}}")).1;
        assert!(
            ["", "rust", "should_panic", "rust,should_panic", "edition2024"].map(block) == [1; 5]
        );
        assert!(
            ["ignore", "no_run", "text", "compile_fail", "rust,no_run", "sh"].map(block) == [0; 6]
        );
    }

    #[test]
    fn each_comment_is_read_by_itself() {
        let open =
            "/// ```text\n/// never closed\npub fn a() {}\n/// ```\n/// b\n/// ```\npub fn b() {}";
        assert_eq!(counts(open), (2, 1));
        assert_eq!(counts("//! ```\n//! a\n//! ```\n/// ```\n/// b\n/// ```\nfn f() {}").1, 2);
        assert_eq!(counts("//// ```\n// ```\nlet text = \"/// ```\";").1, 0);
    }

    #[test]
    fn what_is_built_for_tests_does_not_count() {
        let source = "pub fn a() {}\n#[cfg(test)]\nmod tests {\n    /// ```\n    /// ```\n    pub fn b() {}\n}\npub fn c() {}";
        assert_eq!(counts(source), (2, 0));
        let items = "impl A {\n    #[cfg(test)]\n    pub fn b() {\n        c();\n    }\n    pub fn d() {}\n}";
        assert_eq!(counts(items), (1, 0));
        assert_eq!(counts("#[cfg(test)]\nmod samples;\npub fn a() {}"), (1, 0));
        assert_eq!(counts("#[cfg(test)]\n#[path = \"x.rs\"]\nmod x {}\npub fn a() {}"), (1, 0));
    }

    #[test]
    fn as_many_examples_as_functions_pass() {
        let functions = 3;
        assert_eq!(check("a", Counts { functions, examples: 3 }), None);
        let breach = check("a", Counts { functions, examples: 2 }).unwrap();
        assert!(breach.starts_with("a: 3 public functions and 2 examples"), "{breach}");
    }
}
