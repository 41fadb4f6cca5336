//! Lines to read, with why.

use super::{push, write_cell};
use crate::{Entry, escape::text, page::Finding};

/// The anchor is made of a number only, never of data.
pub(super) fn write(out: &mut String, finding: &Finding, number: usize) {
    let id = format!("finding-{number}");
    push(out, &["<section class=\"finding\" id=\"", &id, "\">\n<h3><a href=\"#", &id, "\">"]);
    push(out, &[&text(&finding.title), "</a></h3>\n<p>", &text(&finding.about), "</p>\n<ol>\n"]);
    finding.entries.iter().for_each(|it| entry(out, it));
    out.push_str("</ol>\n</section>\n");
}

fn entry(out: &mut String, entry: &Entry) {
    push(out, &["<li><span class=\"number\">", &text(&entry.mark), "</span>\n"]);
    out.push_str("<div><div class=\"text\">");
    write_cell(out, &entry.text);
    out.push_str("</div>\n");
    if !entry.about.is_empty() {
        push(out, &["<p>", &text(&entry.about), "</p>\n"]);
    }
    out.push_str("<ul>\n");
    for (mark, note) in &entry.notes {
        push(out, &["<li><span class=\"number\">", &text(mark), "</span> "]);
        push(out, &["<span>", &text(note), "</span></li>\n"]);
    }
    out.push_str("</ul></div></li>\n");
}
