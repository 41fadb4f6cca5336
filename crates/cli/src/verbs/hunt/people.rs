//! `hunt` for people: findings, each with its strongest lines where they are in its tree.

use std::fmt::Write;

use oddsift::pipeline::{Finding, Hunted, Line, Role, TreeRow};
use oddsift::records::escape_line;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::args::HuntArgs;
use crate::failure::Failure;
use crate::output::Destination;
use crate::say::{counted, warn_line};
use crate::table::{DEFAULT_WIDTH, Look};

/// A hunter reads a hundred lines.
const USUAL_LINES: usize = 100;
/// Rows of one tree that are drawn.
const MOST_TREE_ROWS: usize = 200;

pub(super) fn print(
    args: &HuntArgs,
    found: &Hunted,
    destination: Destination,
) -> Result<(), Failure> {
    let lines = found.hunt.lines();
    let n_shown = args.top.unwrap_or(USUAL_LINES).min(lines.len());
    let shown = lines.get(..n_shown).unwrap_or(lines);
    let page = Page { found, look: destination.look(), draws_all: args.tree };
    let text = page.render(shown);
    destination.styled(&text)?;
    if n_shown < lines.len() && !args.output.talk.quiet {
        let more = counted(lines.len().saturating_sub(n_shown) as u64, "more line", "more lines");
        warn_line(&format!("{more}; --top N prints N, -t csv all"));
    }
    Ok(())
}

struct Page<'a> {
    found: &'a Hunted,
    look: Look,
    draws_all: bool,
}

impl Page<'_> {
    fn render(&self, shown: &[Line]) -> String {
        let mut text = String::new();
        let (leads, rest): (Vec<&Line>, Vec<&Line>) = shown.iter().partition(|line| line.is_lead);
        for group in leads.chunk_by(|a, b| a.finding == b.finding) {
            let number = group.first().map_or(0, |line| line.finding);
            let place = usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1);
            if let Some(finding) = self.found.hunt.findings().get(place) {
                self.finding(&mut text, finding, group);
            }
        }
        if !rest.is_empty() {
            self.put(&mut text, &self.bold("Other lines"));
            for line in rest {
                self.line(&mut text, line, line.row, 0);
            }
        }
        text
    }

    /// A finding: what it is, then its lines in the order of its tree.
    fn finding(&self, text: &mut String, finding: &Finding, leads: &[&Line]) {
        self.put(text, &self.bold(&self.heading(finding, leads)));
        let tree = self.found.hunt.tree(finding);
        let rows: Vec<&TreeRow> = if self.draws_all {
            tree.iter().take(MOST_TREE_ROWS).collect()
        } else {
            tops(&tree, leads)
        };
        for row in &rows {
            let lead = leads.iter().find(|line| line.row == row.row);
            match lead {
                Some(line) => self.line(text, line, row.row, row.depth),
                None => self.company(text, row),
            }
        }
        let n_more = tree.len().saturating_sub(rows.len());
        if n_more > 0 {
            let more = counted(n_more as u64, "more row", "more rows");
            let remedy = if self.draws_all { "" } else { "; --tree draws them" };
            self.put(text, &self.dim(&format!("         … {more}{remedy}")));
        }
        text.push('\n');
    }

    fn heading(&self, finding: &Finding, leads: &[&Line]) -> String {
        let row = leads.first().map_or(0, |line| line.row);
        let mut parts =
            vec![format!("Finding {}", finding.number), format!("{:.0} bits", finding.bits)];
        for role in [Role::Host, Role::User] {
            if let Some(text) = self.found.text_of(role, row) {
                parts.push(escape_line(text));
            }
        }
        if let Some((first, _)) = leads.first().and_then(|line| line.times) {
            parts.push(first.strftime("%Y-%m-%d %H:%M:%S").to_string());
        }
        parts.push(counted(finding.n_lines, "line", "lines"));
        if finding.n_alike > 0 {
            parts.push(format!("{} alike", counted(finding.n_alike, "more", "more")));
        }
        parts.join(" · ")
    }

    /// A line with its reasons below.
    fn line(&self, text: &mut String, line: &Line, row: u64, depth: u32) {
        let indent = indent(depth);
        let count = if line.count > 1 { format!("{}× ", line.count) } else { String::new() };
        let variants = match line.variants {
            0 => String::new(),
            variants => format!(" (+{})", counted(variants, "variant", "variants")),
        };
        let what = self.what(row, depth == 0);
        self.put(text, &format!("{:>6}  {indent}{count}{what}{variants}", line.rank));
        // What rounds to no bit tells nothing.
        let reasons =
            self.found.hunt.grouped_reasons(line).into_iter().filter(|(bits, _)| *bits >= 0.5);
        let below = " ".repeat(indent.width().saturating_add(10));
        for (bits, reason) in reasons {
            self.put(text, &self.dim(&format!("{below}{bits:.0}: {}", escape_line(&reason))));
        }
    }

    /// A row that is there for the tree.
    fn company(&self, text: &mut String, row: &TreeRow) {
        let what = self.what(row.row, row.depth == 0);
        let rank = row.rank.map(|rank| rank.to_string()).unwrap_or_default();
        self.put(text, &self.dim(&format!("{rank:>6}  {}{what}", indent(row.depth))));
    }

    /// What a row did: its command line, else its path or its values; who started it where that is not
    /// drawn above it.
    fn what(&self, row: u64, is_root: bool) -> String {
        let parent = self.found.parent_name(row).filter(|_| is_root);
        let parent = parent.map_or_else(String::new, |parent| format!("{parent} → "));
        escape_line(&format!("{parent}{}", self.found.what(row)))
    }

    /// Adds a line of text, cut where there is no room.
    fn put(&self, text: &mut String, line: &str) {
        let width = usize::from(self.look.width.unwrap_or(DEFAULT_WIDTH)).max(40);
        let _ = writeln!(text, "{}", cut(line, width));
    }

    fn bold(&self, text: &str) -> String {
        self.styled(text, "1")
    }

    fn dim(&self, text: &str) -> String {
        self.styled(text, "2")
    }

    fn styled(&self, text: &str, code: &str) -> String {
        if self.look.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The rows of the leads, and those above them in the tree.
fn tops<'t>(tree: &'t [TreeRow], leads: &[&Line]) -> Vec<&'t TreeRow> {
    let mut above: Vec<&TreeRow> = Vec::new();
    let mut shown: Vec<&TreeRow> = Vec::new();
    for row in tree {
        above.truncate(usize::try_from(row.depth).unwrap_or(usize::MAX));
        above.push(row);
        if leads.iter().any(|line| line.row == row.row) {
            let is_new = |row: &&TreeRow| !shown.iter().any(|other| other.row == row.row);
            let new: Vec<&TreeRow> = above.iter().copied().filter(is_new).collect();
            shown.extend(new);
        }
    }
    shown
}

fn indent(depth: u32) -> String {
    match usize::try_from(depth).unwrap_or_default().min(20) {
        0 => String::new(),
        depth => format!("{}└ ", "  ".repeat(depth.saturating_sub(1))),
    }
}

/// A text of at most so many columns; styles take no room.
fn cut(text: &str, width: usize) -> String {
    if visible(text) <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let mut out = String::with_capacity(text.len());
    let mut in_style = false;
    for c in text.chars() {
        let takes = if in_style || c == '\u{1b}' { 0 } else { c.width().unwrap_or_default() };
        in_style = c == '\u{1b}' || in_style && c != 'm';
        if takes > room {
            room = 0;
            continue;
        }
        if room == 0 && takes > 0 {
            continue;
        }
        room = room.saturating_sub(takes);
        out.push(c);
    }
    // The end of a style is kept behind the mark.
    match out.strip_suffix("\u{1b}[0m") {
        Some(start) => format!("{start}…\u{1b}[0m"),
        None => out + "…",
    }
}

fn visible(text: &str) -> usize {
    let mut width = text.width();
    for (at, _) in text.match_indices('\u{1b}') {
        let style = text.get(at..).and_then(|style| style.find('m').map(|end| style.get(..=end)));
        width = width.saturating_sub(style.flatten().map_or(0, UnicodeWidthStr::width));
    }
    width
}
