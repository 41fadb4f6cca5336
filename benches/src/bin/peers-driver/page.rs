//! The parts of docs/performance.md that are measured.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// The page, or an error unless it has the marks of a part.
pub(crate) fn read(file: &Path, part: &str) -> Result<String> {
    let page =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let marks = format!("`<!-- {part}:begin -->` and `<!-- {part}:end -->`");
    ensure!(replaced(&page, part, "").is_some(), "{} lacks the marks {marks}", file.display());
    Ok(page)
}

/// Puts `text` between the marks of a part.
pub(crate) fn write(file: &Path, part: &str, text: &str) -> Result<()> {
    let page = read(file, part)?;
    let page = replaced(&page, part, text).unwrap_or(page);
    fs::write(file, page).with_context(|| format!("cannot write {}", file.display()))
}

fn replaced(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {part}:begin -->"), format!("<!-- {part}:end -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = "a\n<!-- x:begin -->\nold\n<!-- x:end -->\nb\n";
        let new = replaced(page, "x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- x:begin -->\n\nnew\n\n<!-- x:end -->\nb\n");
        assert_eq!(replaced(&new, "x", "new").unwrap(), new);
        assert_eq!(replaced(page, "y", "new"), None);
    }
}
