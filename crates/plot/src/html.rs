//! A page as one HTML file.
//!
//! Data are in it twice at most: as escaped text, and as JSON without `<`. So no markup of the file is
//! born of data, and the policy lets no script run but the two that are known by their hashes.

mod finding; // lines to read, with why
mod scripts; // plotly.js, our own, and their hashes
mod style; // the style sheet
#[cfg(test)]
mod tests; // any text in any place

use scripts::Scripts;

use crate::{
    Figure, Page,
    escape::{json, text},
    figure::Table,
    page::{Block, NOTHING},
    text::{LONG, clean},
};

/// The file of a page.
pub(crate) fn document(page: &Page) -> String {
    with_scripts(page, scripts::all())
}

fn with_scripts(page: &Page, scripts: &Scripts) -> String {
    let mut out = String::with_capacity(scripts.plotly.len() + (1 << 16));
    head(&mut out, page, scripts);
    body(&mut out, page);
    let figures: Vec<&Figure> = page.blocks.iter().filter_map(figure_of).collect();
    if !figures.is_empty() {
        let data = json(&figures);
        push(&mut out, &["<script type=\"application/json\" id=\"data\">", &data, "</script>\n"]);
        push(&mut out, &["<script>", &scripts.plotly, "</script>\n"]);
    }
    push(&mut out, &["<script>", scripts.page, "</script>\n</body>\n</html>\n"]);
    out
}

fn figure_of(block: &Block) -> Option<&Figure> {
    match block {
        Block::Figure(figure) => Some(figure),
        _ => None,
    }
}

/// The policy stands before all that it governs. `style-src` cannot be stricter: plotly.js adds rules
/// as it draws.
fn head(out: &mut String, page: &Page, scripts: &Scripts) {
    push(
        out,
        &[
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src",
            " 'sha256-",
            &scripts.plotly_hash,
            "' 'sha256-",
            &scripts.page_hash,
            "'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n",
            "<meta name=\"referrer\" content=\"no-referrer\">\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
            "<meta name=\"color-scheme\" content=\"light dark\">\n",
            // Where the file is served, browsers ask for an icon unless they are given one.
            "<link rel=\"icon\" href=\"data:,\">\n<title>",
            &text(&page.title),
            "</title>\n<style>\n",
            &style::sheet(),
            "</style>\n</head>\n",
        ],
    );
}

fn body(out: &mut String, page: &Page) {
    push(
        out,
        &[
            "<body>\n<main>\n<header>\n<h1>",
            &text(&page.title),
            "</h1>\n<button type=\"button\" id=\"theme\" hidden></button>\n</header>\n",
        ],
    );
    let (mut n_figures, mut n_findings) = (0, 0);
    for (nth, block) in page.blocks.iter().enumerate() {
        match block {
            Block::Facts(list) => facts(out, list),
            Block::Heading(heading) => push(out, &["<h2>", &text(heading), "</h2>\n"]),
            Block::Paragraph(paragraph) => push(out, &["<p>", &text(paragraph), "</p>\n"]),
            Block::Table(it) => table(out, it, nth),
            Block::Finding(it) => {
                n_findings += 1;
                finding::write(out, it, n_findings);
            }
            Block::Figure(it) => {
                figure(out, it, n_figures, &page.title);
                n_figures += 1;
            }
        }
    }
    out.push_str("</main>\n");
}

fn facts(out: &mut String, facts: &[(String, String)]) {
    out.push_str("<dl>\n");
    for (name, value) in facts {
        push(out, &["<div><dt>", &text(name), "</dt><dd>", &text(value), "</dd></div>\n"]);
    }
    out.push_str("</dl>\n");
}

/// What JavaScript draws goes between its caption and its rows; the page's own title is not repeated.
fn figure(out: &mut String, figure: &Figure, nth: usize, title_of_page: &str) {
    let title = clean(&figure.title, LONG);
    push(out, &["<figure id=\"figure-", &nth.to_string(), "\">\n<figcaption>"]);
    if title != title_of_page {
        push(out, &["<h2>", &text(&title), "</h2>"]);
    }
    if !figure.facts.is_empty() {
        push(out, &["<p>", &text(&clean(&figure.facts, LONG)), "</p>"]);
    }
    out.push_str("</figcaption>\n");
    if figure.views.is_empty() {
        push(out, &["<p>", NOTHING, "</p>\n"]);
    } else {
        out.push_str("<noscript><p>This figure needs JavaScript.</p></noscript>\n");
    }
    out.push_str("</figure>\n");
}

/// The box around it scrolls sideways, by keys, too.
fn table(out: &mut String, table: &Table, nth: usize) {
    let classes = classes(table);
    out.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" ");
    if table.title.is_empty() {
        out.push_str("aria-label=\"Rows\">\n<table>\n");
    } else {
        let id = format!("table-{nth}");
        push(out, &["aria-labelledby=\"", &id, "\">\n<table>\n"]);
        push(out, &["<caption id=\"", &id, "\">", &text(&table.title), "</caption>\n"]);
    }
    out.push_str("<thead><tr>");
    for (place, class) in classes.iter().enumerate() {
        let name = table.header.get(place).map_or("", String::as_str);
        push(out, &["<th scope=\"col\"", class, ">", &text(name), "</th>"]);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (place, class) in classes.iter().enumerate() {
            let cell = row.get(place).map_or("", String::as_str);
            push(out, &["<td", class, ">"]);
            write_cell(out, cell);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

/// Characters of a cell that are shown at once, and how many must be left to hide them.
const SHOWN: usize = 240;
const HIDDEN: usize = 60;

/// What is odd is often odd by its length: of a long text the start is seen, and the whole on demand.
fn write_cell(out: &mut String, cell: &str) {
    let start = cell.char_indices().nth(SHOWN).and_then(|(end, _)| cell.get(..end));
    match start.filter(|_| cell.chars().nth(SHOWN + HIDDEN).is_some()) {
        Some(start) => {
            push(out, &["<details><summary><span>", &text(start), "…</span></summary>"]);
            push(out, &[&text(cell), "</details>"]);
        }
        None => out.push_str(&text(cell)),
    }
}

/// Texts from this length on are taken for lines of code: one size for each letter, broken anywhere.
const LONG_CELL: usize = 40;

/// The class of each column.
fn classes(table: &Table) -> Vec<&'static str> {
    let n_columns = table.rows.iter().map(Vec::len).chain([table.header.len()]).max().unwrap_or(0);
    let mut is_long = vec![false; n_columns];
    for row in &table.rows {
        let long = row.iter().map(|cell| cell.chars().nth(LONG_CELL - 1).is_some());
        is_long.iter_mut().zip(long).for_each(|(is, long)| *is |= long);
    }
    let class = |(place, is_long)| match (table.numeric.get(place), is_long) {
        (Some(true), _) => " class=\"number\"",
        (_, true) => " class=\"code\"",
        _ => "",
    };
    is_long.into_iter().enumerate().map(class).collect()
}

fn push(out: &mut String, parts: &[&str]) {
    for part in parts {
        out.push_str(part);
    }
}
