//! What `outliers` draws.

use ndarray::ArrayView2;
use oddsift::outliers::OutlierModel;
use oddsift::patterns::PatternTable;
use oddsift::plot::OutlierPlot;

use super::print::reasons;
use crate::args::{OutliersArgs, PlotPath};
use crate::failure::Failure;
use crate::input::{Input, warn_line};
use crate::picture::{plotted, write_picture};
use crate::scoring::{Find, Finds};

/// So many of the oddest rows are drawn where all are not kept.
pub(super) const MOST_DRAWN: usize = 2000;
/// What is told and drawn of the rows that a forest was fitted to.
pub(super) struct Training {
    pub(super) n_rows: u64,
    /// Kept for a picture.
    table: Option<PatternTable>,
}

impl Training {
    pub(super) fn of(table: PatternTable, is_drawn: bool) -> Self {
        Self { n_rows: table.n_rows(), table: is_drawn.then_some(table) }
    }

    /// Distinct vectors, and how many rows have each.
    fn patterns(&self, n_features: usize) -> Result<(ArrayView2<'_, f64>, Vec<f64>), Failure> {
        let (matrix, counts) = match &self.table {
            Some(table) => (table.matrix(), table.counts()),
            None => (&[][..], &[][..]),
        };
        let vectors = ArrayView2::from_shape((counts.len(), n_features), matrix);
        let counts = counts.iter().map(|count| *count as f64).collect();
        Ok((vectors.map_err(Failure::data)?, counts))
    }
}

/// A picture that was asked for.
pub(super) struct Drawn {
    plot: PlotPath,
    features: Option<(usize, usize)>,
    /// The column whose text is beside the points.
    label: Option<usize>,
}

impl Drawn {
    /// Finds what is named; `None` if no picture was asked for.
    pub(super) fn plan(
        input: &Input,
        args: &OutliersArgs,
        names: &[String],
    ) -> Result<Option<Self>, Failure> {
        let Some(plot) = args.plot.plot.clone() else { return Ok(None) };
        let label = match &args.plot_rows.plot_label {
            Some(name) => Some(input.column("--plot-label", name)?),
            None => input.roles.command_line.or(input.roles.path),
        };
        let features = plotted(&args.plot_rows.plot_features, names)?;
        let labels = args.plot.labels();
        if features.is_none() && names.len() > 2 && labels.x.or(labels.y).is_some() {
            warn_line(
                "--xlabel and --ylabel are for one pair of features; choose it by --plot-features A,B",
            );
        }
        Ok(Some(Self { plot, features, label }))
    }

    pub(super) fn write(
        &self,
        args: &OutliersArgs,
        model: &OutlierModel,
        training: &Training,
        finds: &Finds,
        n_outliers: u64,
    ) -> Result<(), Failure> {
        let names = model.recipe().names();
        let shown = finds.rows.get(..MOST_DRAWN).unwrap_or(&finds.rows);
        let vectors: Vec<f64> = shown.iter().flat_map(|find| &find.vector).copied().collect();
        let vectors = ArrayView2::from_shape((shown.len(), names.len()), &vectors);
        let vectors = vectors.map_err(Failure::data)?;
        let texts = self.texts(model, finds, shown, args.explain)?;
        let (usual, weights) = training.patterns(names.len())?;
        let plot = OutlierPlot::new(model.detector(), names)
            .training(&usual, Some(&weights))
            .outliers(&vectors, &texts)
            .counts(n_outliers, finds.n_rows)
            .selection(args.top.is_some())
            .features(self.features)
            .labels(args.plot.labels());
        let figure = plot.figure().map_err(Failure::data)?;
        let train_file = args.train.as_ref().unwrap_or(&args.input.file);
        write_picture(&self.plot, &figure, &[&args.input.file, train_file])
    }

    /// The label, the row and its score, the reasons.
    fn texts(
        &self,
        model: &OutlierModel,
        finds: &Finds,
        shown: &[Find],
        n_reasons: usize,
    ) -> Result<Vec<String>, Failure> {
        let reasons = reasons(model, shown, n_reasons)?;
        let text = |(find, reasons): (&Find, String)| {
            let label =
                self.label.and_then(|column| finds.store.get(find.scored.row)?.text(column));
            // A line break of the data is none of ours.
            let label = label.unwrap_or("").replace(['\n', '\r'], " ");
            let (row, score) = (find.scored.row, find.scored.score);
            format!("{label}\nrow {row}, score {score:.3}\n{}", reasons.replace("; ", "\n"))
        };
        Ok(shown.iter().zip(reasons).map(text).collect())
    }
}
