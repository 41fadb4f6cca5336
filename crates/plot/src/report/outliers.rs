//! The most unusual patterns, by an isolation forest of the same features.

use ndarray::ArrayView2;
use oddsift_pipeline::PatternOutliers;

use super::{Report, minute};
use crate::{Error, Figure, Labels, OutlierPlot, Page};

/// Says why there are no outliers where rows are weighted.
pub(super) fn left_out(page: Page, weight: &str) -> Page {
    page.heading("Outliers").paragraph(&format!(
        "Left out: each row stands for as many as its {weight} says, and an isolation forest takes \
         every row as one. A report without --weight has them."
    ))
}

pub(super) fn on_page(
    page: Page,
    report: &Report<'_>,
    found: &PatternOutliers,
) -> Result<Page, Error> {
    let page = page.heading("Outliers").paragraph(
        "The rows that an isolation forest sets apart in the fewest cuts, with the features that do \
         it. The lower the score, the odder; rows of equal features are one line.",
    );
    let header = ["Score", "Rows", "What", "Reasons", "First (UTC)"].map(str::to_owned);
    let rows: Vec<Vec<String>> =
        (0..found.patterns.len()).map(|at| row(report, found, at)).collect();
    let page = page.figure(figure(report, found)?);
    Ok(page.table("", &header, &[true, true, false, false, false], &rows))
}

fn row(report: &Report<'_>, found: &PatternOutliers, at: usize) -> Vec<String> {
    let (table, id) = (report.patterns(), found.patterns[at]);
    let first = table.times(id).map(|(first, _)| minute(first)).unwrap_or_default();
    vec![
        format!("{:.3}", found.scores[at]),
        table.count(id).to_string(),
        report.text(id),
        found.reasons[at].join("; "),
        first,
    ]
}

fn figure(report: &Report<'_>, found: &PatternOutliers) -> Result<Figure, Error> {
    let table = report.patterns();
    let training = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix());
    let training = training.map_err(oddsift_pipeline::Error::from)?;
    let weights = table.weights();
    let texts: Vec<String> = (found.patterns.iter().zip(&found.reasons))
        .map(|(id, reasons)| {
            format!("{}\n{}", report.text(*id).replace(['\n', '\r'], " "), reasons.join("\n"))
        })
        .collect();
    let found_weights: Vec<f64> = found.patterns.iter().map(|id| table.weight(*id)).collect();
    let n_rows = found.patterns.iter().map(|id| table.count(*id)).sum();
    OutlierPlot::new(found.model.detector(), report.clusters.features())
        .training(&training, Some(&weights))
        .outliers(&found.vectors, &texts)
        .outlier_weights(&found_weights)
        .counts(n_rows, table.n_rows())
        .selection(true)
        .features(report.features)
        .labels(Labels { title: None, ..report.labels })
        .figure()
}
