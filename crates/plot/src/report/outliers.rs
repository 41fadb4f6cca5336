//! The most unusual rows, by an isolation forest.

use oddsift_pipeline::{OutlierRow, Outliers, Role, process_name};

use super::{Report, minute, with_process};
use crate::{Error, Labels, OutlierPicture, Page, outlier_figure};

/// Says why there are no outliers where rows are weighted.
pub(super) fn left_out(page: Page, weight: &str) -> Page {
    page.heading("Outliers").paragraph(&format!(
        "Left out: each row stands for as many as its {weight} says, and an isolation forest takes \
         every row as one. A report without --weight has them."
    ))
}

pub(super) fn on_page(page: Page, report: &Report<'_>, found: &Outliers) -> Result<Page, Error> {
    let names = found.fitted.model.names().join(", ");
    let page = page.heading("Outliers").paragraph(&format!(
        "The rows that an isolation forest sets apart in the fewest cuts by {names}, with the counts \
         that tell why. The lower the score, the more unusual; rows of one pattern are one line.",
    ));
    let header = ["Score", "Rows", "What", "Reasons", "First (UTC)"].map(str::to_owned);
    let rows: Result<Vec<Vec<String>>, Error> =
        found.rows().map(|it| Ok(row(report, found, &it?))).collect();
    let page = page.figure(outlier_figure(found, &picture(report, found))?);
    Ok(page.table("", &header, &[true, true, false, false, false], &rows?))
}

fn row(report: &Report<'_>, found: &Outliers, row: &OutlierRow<'_>) -> Vec<String> {
    let layout = &found.layout;
    let path = row.record.and_then(|record| layout.text_of(Role::Path, record));
    let process = path.map(|path| process_name(path, layout.path_separator));
    let text = report.label.and_then(|column| row.record?.text(column)).unwrap_or("");
    vec![
        format!("{:.3}", row.score),
        row.count.to_string(),
        with_process(process, text),
        row.reasons.join("; "),
        row.times.map(|(first, _)| minute(first)).unwrap_or_default(),
    ]
}

fn picture<'r>(report: &Report<'r>, found: &Outliers) -> OutlierPicture<'r> {
    // Places of features are those of the clusters, whose features may be others.
    let is_of_same = found.fitted.model.names() == report.clusters.features();
    OutlierPicture {
        features: report.features.filter(|_| is_of_same),
        label: report.label,
        n_outliers: found.rows().flatten().map(|row| row.count).sum(),
        is_selection: true,
        labels: Labels { title: None, ..report.labels },
    }
}
