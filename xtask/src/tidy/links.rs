//! Relative links in Markdown files lead to files.

/// The links that lead nowhere, each as `line: what is wrong`; `exists` tells of a relative path.
pub(crate) fn check(markdown: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    targets(markdown)
        .into_iter()
        .filter(|(_, target)| is_relative(target))
        .filter(|(_, target)| !exists(target.split('#').next().unwrap_or_default()))
        .map(|(line, target)| format!("{line}: the link to `{target}` leads to no file"))
        .collect()
}

/// Neither an address, a place in the same file, nor a Rust path that rustdoc resolves.
fn is_relative(target: &str) -> bool {
    !target.starts_with('#') && !target.contains("::") && !has_scheme(target)
}

fn has_scheme(target: &str) -> bool {
    let scheme = target.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|it| {
        !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
    })
}

/// All link targets with their lines, counted from 1; those inside code do not count.
fn targets(markdown: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    for (line, text) in (1..).zip(markdown.lines()) {
        let start = text.trim_start();
        match &fence {
            Some(open) if start.trim_end().starts_with(open.as_str()) => fence = None,
            Some(_) => {}
            None if start.starts_with("```") || start.starts_with("~~~") => {
                let mark = start.chars().next().unwrap_or('`');
                fence = Some(start.chars().take_while(|&it| it == mark).collect());
            }
            None => found.extend(targets_of_line(text).into_iter().map(|target| (line, target))),
        }
    }
    found
}

fn targets_of_line(line: &str) -> Vec<String> {
    let line = without_code(line);
    let mut found: Vec<String> = Vec::new();
    for rest in line.split("](").skip(1) {
        found.extend(inline_target(rest));
    }
    let definition = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once("]:"));
    found.extend(definition.and_then(|(_, rest)| rest.split_whitespace().next()).map(clean));
    found
}

/// The target of `target "title")…`, parentheses inside it balanced.
fn inline_target(rest: &str) -> Option<String> {
    let mut depth = 0_usize;
    let end = rest.char_indices().find(|&(_, character)| match character {
        '(' => {
            depth += 1;
            false
        }
        ')' if depth == 0 => true,
        ')' => {
            depth -= 1;
            false
        }
        _ => false,
    });
    let target = &rest[..end?.0];
    target.split_whitespace().next().map(clean)
}

fn clean(target: &str) -> String {
    target.trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// Every second stretch between backticks is code.
fn without_code(line: &str) -> String {
    let mut stretches: Vec<&str> = line.split('`').collect();
    if stretches.len().is_multiple_of(2) {
        stretches.push("");
    }
    stretches.into_iter().step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(markdown: &str) -> usize {
        check(markdown, |target| ["README.md", "docs/a_(b).md"].contains(&target)).len()
    }

    #[test]
    fn a_link_to_a_file_passes() {
        assert_eq!(broken("[a](README.md), [b](README.md#part \"title\"), ![c](docs/a_(b).md)"), 0);
        assert_eq!(broken("see [a]\n\n[a]: README.md\n[b]: <https://example.org>"), 0);
    }

    #[test]
    fn a_link_to_nothing_fails_with_its_line() {
        let found = check("fine\n[a](gone.md) [b](README.md)", |target| target == "README.md");
        assert_eq!(found, ["2: the link to `gone.md` leads to no file"]);
        assert_eq!(broken("[a]: gone.md"), 1);
        assert_eq!(broken("[`a`](gone.md)"), 1);
    }

    #[test]
    fn addresses_places_and_rust_paths_are_left_to_others() {
        assert_eq!(
            broken("[a](https://x.org/y) [b](#part) [c](crate::Thing) [d](mailto:a@b.c)"),
            0
        );
    }

    #[test]
    fn code_holds_no_links() {
        assert_eq!(broken("```rust\nlet a = b[0](c);\n```\n`x[0](y)` ok"), 0);
        assert_eq!(broken("````\n```\n[a](b)\n````\n[a](gone.md)"), 1);
    }
}
