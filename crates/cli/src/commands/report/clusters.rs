//! Clusters and events that are like no other, with what they are.

use oddsift::eventcluster::EventRow;
use oddsift::plot::{Figure, Page};

use super::{Report, minute, shortened};

/// Rows of the table on the page.
const MOST_ROWS: usize = 500;

pub(super) fn on_page(page: Page, report: &Report<'_>, picture: Figure) -> Page {
    let page = page.heading("Clusters").paragraph(
        "Events that are like no other come first, then groups of events that are alike, the \
         smallest first. Of a group is told what all its texts have in common.",
    );
    let rows = report.result.rarest_first();
    let distinct = report.result.found.distinct_by_cluster();
    let shown = rows.iter().take(MOST_ROWS).map(|row| cells(report, row, &distinct));
    let shown: Vec<Vec<String>> = shown.collect();
    let (mut header, mut numeric) = (Vec::new(), Vec::new());
    let mut add = |name: &str, is_number| {
        header.push(name.to_owned());
        numeric.push(is_number);
    };
    add("Rows", true);
    add("Cluster", true);
    match report.result.template {
        Some(_) => add("What", false),
        None => report.names.iter().for_each(|name| add(name, true)),
    }
    if report.result.time.is_some() {
        add("First (UTC)", false);
        add("Last (UTC)", false);
    }
    let counted = report.result.args.count_distinct.iter();
    counted.for_each(|name| add(&format!("Distinct {name}"), true));
    let title = left_out(rows.len(), shown.len());
    page.figure(picture).table(&title, &header, &numeric, &shown)
}

fn cells(report: &Report<'_>, row: &EventRow, distinct: &[Vec<u64>]) -> Vec<String> {
    let (label, process) = report.result.names(row);
    let mut cells = vec![row.size.to_string(), label];
    match report.result.what(row) {
        Some(what) => cells.push(with_process(process, &what)),
        None => cells.extend(report.values(row.pattern).map(|value| value.to_string())),
    }
    if report.result.time.is_some() {
        let (first, last) = row.times.unzip();
        cells.extend([first, last].map(|time| time.map(minute).unwrap_or_default()));
    }
    let counts = report.result.distinct_counts(row, distinct);
    cells.extend(counts.iter().map(u64::to_string));
    cells
}

/// A text, with the name of its process where it does not say it.
pub(super) fn with_process(process: Option<&str>, text: &str) -> String {
    match process {
        Some(process) if !text.contains(process) => shortened(&format!("{process}: {text}")),
        _ => shortened(text),
    }
}

/// What a table says of the rows for which it has no room.
fn left_out(n_rows: usize, n_shown: usize) -> String {
    match n_rows - n_shown {
        0 => String::new(),
        n => format!("{n} more are not shown; `oddsift cluster` prints all"),
    }
}
