//! Tables in Markdown, and the place of a document where they stand.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const BEGIN: &str = "<!-- begin: cargo xtask quality -->";
const END: &str = "<!-- end: cargo xtask quality -->";

/// A table with its title; the first column is words, the others are figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// The tables, one after the other.
pub(crate) fn markdown(tables: &[Table]) -> String {
    tables.iter().map(Table::markdown).collect::<Vec<_>>().join("\n")
}

/// Writes a text between the marks of a file, in place of what stands there.
pub(crate) fn replace(path: &Path, text: &str) -> Result<()> {
    let old = fs::read_to_string(path);
    let old = old.with_context(|| format!("cannot read {}", path.display()))?;
    let new = between_marks(&old, text).with_context(|| {
        format!("{}: the lines `{BEGIN}` and `{END}` are missing", path.display())
    })?;
    fs::write(path, new).with_context(|| format!("cannot write {}", path.display()))
}

fn between_marks(old: &str, text: &str) -> Result<String> {
    let (before, rest) = old.split_once(BEGIN).context("no begin")?;
    let (_, after) = rest.split_once(END).context("no end")?;
    ensure!(!after.contains(END), "two ends");
    Ok(format!("{before}{BEGIN}\n\n{text}\n{END}{after}"))
}

impl Table {
    fn markdown(&self) -> String {
        let mut text = format!("**{}**\n\n", self.title);
        let marks: Vec<&str> = self
            .header
            .iter()
            .enumerate()
            .map(|(i, _)| if i > 0 { "---:" } else { "---" })
            .collect();
        push_line(&mut text, &self.header);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "|{}|", marks.join("|"));
        self.rows.iter().for_each(|row| push_line(&mut text, row));
        text
    }
}

fn push_line(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let rows = vec![words(&["a|b", "1 / 2"])];
        Table { title: "hunt".to_owned(), header: words(&["order", "seed 1"]), rows }
    }

    #[test]
    fn a_table_is_markdown() {
        let expected = "**hunt**\n\n| order | seed 1 |\n|---|---:|\n| a\\|b | 1 / 2 |\n";
        assert_eq!(markdown(&[table()]), expected);
    }

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nbehind\n");
        let new = between_marks(&document, "new\n").unwrap();
        assert_eq!(new, format!("before\n{BEGIN}\n\nnew\n\n{END}\nbehind\n"));
        assert_eq!(between_marks(&new, "new\n").unwrap(), new);
        assert!(between_marks("no marks", "new").is_err());
    }
}
