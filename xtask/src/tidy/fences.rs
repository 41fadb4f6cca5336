//! Code blocks of Markdown.

/// The opening lines of fenced code blocks, counted from 1, with what follows the backticks.
///
/// A block ends at a fence of at least as many backticks that nothing follows.
pub(crate) fn openings(markdown: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut open = None;
    for (line, text) in (1..).zip(markdown.lines()) {
        let (ticks, info) = split_ticks(text);
        match open {
            None if ticks >= 3 && !info.contains('`') => {
                open = Some(ticks);
                found.push((line, info));
            }
            Some(least) if ticks >= least && info.is_empty() => open = None,
            _ => {}
        }
    }
    found
}

/// How many backticks begin the line, and what follows them.
fn split_ticks(line: &str) -> (usize, &str) {
    let line = line.trim();
    let info = line.trim_start_matches('`');
    (line.len() - info.len(), info.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_opens_once() {
        assert_eq!(openings("```\na\n```\n\n  ```text\nb\n  ```"), [(1, ""), (5, "text")]);
    }

    #[test]
    fn a_longer_fence_holds_shorter_ones() {
        assert_eq!(openings("````md\n```\na\n```\n````\n```rust\n```"), [(1, "md"), (6, "rust")]);
    }

    #[test]
    fn code_within_a_line_is_no_block() {
        assert!(openings("```x``` and ``y``").is_empty());
    }
}
