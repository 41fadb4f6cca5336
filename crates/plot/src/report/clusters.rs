//! Clusters and events that are like no other, with what they are.

use oddsift_pipeline::{ClusterRow, Role, process_name};

use super::{Report, minute, with_process};
use crate::{Labels, Page, cluster_figure};

/// Rows of the table on the page.
const MOST_ROWS: usize = 500;

pub(super) fn on_page(page: Page, report: &Report<'_>) -> Page {
    let found = report.clusters;
    let page = page.heading("Clusters").paragraph(
        "Events that are like no other come first, then groups of events that are alike, the \
         smallest first. Of a group is told what all its texts have in common.",
    );
    // The title is the page's.
    let labels = Labels { title: None, ..report.labels };
    let figure = cluster_figure(found, report.features, report.label, report.cut_off, labels);
    let rows = found.rarest_first();
    let shown = rows.iter().take(MOST_ROWS).map(|row| cells(report, row));
    let shown: Vec<Vec<String>> = shown.collect();
    let (mut header, mut numeric) = (Vec::new(), Vec::new());
    let mut add = |name: &str, is_number| {
        header.push(name.to_owned());
        numeric.push(is_number);
    };
    add("Rows", true);
    add("Cluster", true);
    match found.template {
        Some(_) => add("What", false),
        None => found.features().iter().for_each(|name| add(name, true)),
    }
    if found.time.is_some() {
        add("First (UTC)", false);
        add("Last (UTC)", false);
    }
    let counted = found.params.count_distinct.iter();
    counted.for_each(|name| add(&format!("Distinct {name}"), true));
    let title = left_out(rows.len(), shown.len());
    page.figure(figure).table(&title, &header, &numeric, &shown)
}

fn cells(report: &Report<'_>, row: &ClusterRow<'_>) -> Vec<String> {
    let (found, layout) = (report.clusters, &report.clusters.layout);
    let mut cells = vec![row.size.to_string(), row.label_text()];
    if found.template.is_some() {
        let path = row.record.and_then(|record| layout.text_of(Role::Path, record));
        let process = path.map(|path| process_name(path, layout.path_separator));
        cells.push(with_process(process, &found.what(row)));
    } else {
        cells.extend(row.values.iter().map(ToString::to_string));
    }
    if found.time.is_some() {
        let (first, last) = row.times.unzip();
        cells.extend([first, last].map(|time| time.map(minute).unwrap_or_default()));
    }
    cells.extend(row.distinct.iter().map(u64::to_string));
    cells
}

/// What a table says of the rows for which it has no room.
fn left_out(n_rows: usize, n_shown: usize) -> String {
    match n_rows - n_shown {
        0 => String::new(),
        n => format!("{n} more are not shown; `oddsift cluster` prints all"),
    }
}
