//! The oddest patterns, by an isolation forest of the same features.

use ndarray::ArrayView2;
use oddsift::features::process_name;
use oddsift::iforest::IsolationForest;
use oddsift::outliers::{OutlierModel, Reason};
use oddsift::patterns::{PatternId, PatternTable};
use oddsift::plot::{Figure, OutlierPlot, Page};

use super::clusters::with_process;
use super::{Report, labels, minute};
use crate::args::ClusterArgs;
use crate::failure::Failure;
use crate::forest::fit_forest;
use crate::ingest::Ingested;

/// Patterns in the table and the picture.
const MOST_PATTERNS: usize = 30;
/// Reasons of each.
const REASONS: usize = 3;

/// Says why there are no outliers where rows are weighted.
pub(super) fn left_out(page: Page, weight: &str) -> Page {
    page.heading("Outliers").paragraph(&format!(
        "Left out: each row stands for as many as its {weight} says, and an isolation forest takes \
         every row as one. A report without --weight has them."
    ))
}

/// A forest and the score of each pattern.
pub(super) struct Odd {
    model: OutlierModel,
    scores: Vec<f64>,
    /// The oddest patterns, the oddest first.
    oddest: Vec<PatternId>,
}

impl Odd {
    /// `None` where rows are weighted, which a forest cannot take.
    pub(super) fn find(
        args: &ClusterArgs,
        table: &PatternTable,
        ingested: &Ingested,
    ) -> Result<Option<Self>, Failure> {
        if args.space.weight.is_some() {
            return Ok(None);
        }
        let mut params = IsolationForest::params();
        if let Some(seed) = args.input.seed {
            params = params.seed(seed);
        }
        let model = fit_forest(None, params, table, ingested, ingested.recipe.clone())?;
        let forest = model.detector().forest();
        let x = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix());
        let scores = forest.score_samples(&x.map_err(Failure::data)?).map_err(Failure::data)?;
        let score = |id: PatternId| scores.get(id.index()).copied().unwrap_or(0.0);
        let mut oddest: Vec<PatternId> = table.ids().collect();
        oddest.sort_by(|a, b| {
            score(*a).total_cmp(&score(*b)).then(table.first_row(*a).cmp(&table.first_row(*b)))
        });
        oddest.truncate(MOST_PATTERNS);
        Ok(Some(Self { model, scores, oddest }))
    }

    pub(super) fn on_page(&self, page: Page, report: &Report<'_>) -> Result<Page, Failure> {
        let page = page.heading("Outliers").paragraph(
            "The rows that an isolation forest sets apart in the fewest cuts, with the features that do \
             it. The lower the score, the odder; rows of equal features are one line.",
        );
        let table = report.patterns();
        let n_features = table.n_features();
        let vectors: Vec<f64> =
            self.oddest.iter().flat_map(|id| table.values(*id)).copied().collect();
        let vectors = ArrayView2::from_shape((self.oddest.len(), n_features), &vectors);
        let vectors = vectors.map_err(Failure::data)?;
        let reasons = self.reasons(&vectors)?;
        let header = ["Score", "Rows", "What", "Reasons", "First (UTC)"].map(str::to_owned);
        let rows: Vec<Vec<String>> = (self.oddest.iter().zip(&reasons))
            .map(|(id, reasons)| self.row(report, *id, reasons))
            .collect();
        let page = page.figure(self.figure(report, &vectors, &reasons)?);
        Ok(page.table("", &header, &[true, true, false, false, false], &rows))
    }

    fn score(&self, id: PatternId) -> f64 {
        self.scores.get(id.index()).copied().unwrap_or(0.0)
    }

    fn reasons(&self, vectors: &ArrayView2<'_, f64>) -> Result<Vec<Vec<String>>, Failure> {
        let names = self.model.recipe().names();
        let name = |reason: &Reason| names.get(reason.feature).map_or("", String::as_str);
        let reasons = self.model.detector().reasons(vectors, REASONS).map_err(Failure::data)?;
        let texts =
            |reasons: &Vec<Reason>| reasons.iter().map(|it| it.text(name(it))).collect::<Vec<_>>();
        Ok(reasons.iter().map(texts).collect())
    }

    fn row(&self, report: &Report<'_>, id: PatternId, reasons: &[String]) -> Vec<String> {
        let table = report.patterns();
        let first = table.times(id).map(|(first, _)| minute(first)).unwrap_or_default();
        vec![
            format!("{:.3}", self.score(id)),
            table.count(id).to_string(),
            report.text(id),
            reasons.join("; "),
            first,
        ]
    }

    fn figure(
        &self,
        report: &Report<'_>,
        vectors: &ArrayView2<'_, f64>,
        reasons: &[Vec<String>],
    ) -> Result<Figure, Failure> {
        let table = report.patterns();
        let training = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix());
        let training = training.map_err(Failure::data)?;
        let weights: Vec<f64> = table.counts().iter().map(|count| *count as f64).collect();
        let text = |(id, reasons): (&PatternId, &Vec<String>)| {
            format!("{}\n{}", report.text(*id).replace(['\n', '\r'], " "), reasons.join("\n"))
        };
        let texts: Vec<String> = self.oddest.iter().zip(reasons).map(text).collect();
        let odd_weights: Vec<f64> = self.oddest.iter().map(|id| table.count(*id) as f64).collect();
        let n_rows = self.oddest.iter().map(|id| table.count(*id)).sum();
        OutlierPlot::new(self.model.detector(), &report.names)
            .training(&training, Some(&weights))
            .outliers(vectors, &texts)
            .outlier_weights(&odd_weights)
            .counts(n_rows, table.n_rows())
            .selection(true)
            .features(report.features)
            .labels(labels(report.result.args))
            .figure()
            .map_err(Failure::data)
    }
}

impl Report<'_> {
    /// What a pattern is: its process and its text.
    pub(super) fn text(&self, id: PatternId) -> String {
        let first_row = self.patterns().first_row(id);
        let Some(row) = self.ingested().store.get(first_row) else { return String::new() };
        let process = self.result.process;
        let process = process
            .and_then(|(column, separator)| Some(process_name(row.text(column)?, separator)));
        let text = self.label.and_then(|column| row.text(column)).unwrap_or("");
        with_process(process, text)
    }
}
