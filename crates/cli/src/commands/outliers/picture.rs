//! What `outliers` draws.

use ndarray::{Array2, ArrayView2};
use oddsift::outliers::OutlierModel;
use oddsift::patterns::PatternTable;
use oddsift::plot::OutlierPlot;

use super::print::reasons;
use crate::args::{OutliersArgs, PlotPath};
use crate::failure::Failure;
use crate::input::Input;
use crate::picture::{plotted, write_picture};
use crate::scoring::{Find, Finds};

/// So many of the oddest rows are drawn where all are not kept.
pub(super) const MOST_DRAWN: usize = 2000;
/// Rows of the training that a picture is made from.
const MOST_TRAINING: usize = 20_000;

/// What is told and drawn of the rows that a forest was fitted to.
pub(super) struct Training {
    pub(super) n_rows: u64,
    /// Distinct vectors and how many rows have each; all, or as many as a picture takes.
    vectors: Array2<f64>,
    weights: Vec<f64>,
}

impl Training {
    pub(super) fn of(table: &PatternTable, is_drawn: bool) -> Self {
        let n_features = table.n_features();
        let step = table.len().div_ceil(MOST_TRAINING).max(1);
        let kept = || table.ids().step_by(step).filter(|_| is_drawn);
        let values: Vec<f64> = kept().flat_map(|id| table.values(id)).copied().collect();
        let weights: Vec<f64> = kept().map(|id| table.weight(id) as f64).collect();
        let vectors = Array2::from_shape_vec((weights.len(), n_features), values);
        Self { n_rows: table.n_rows(), vectors: vectors.unwrap_or_default(), weights }
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
        let mut plot = OutlierPlot::new(model.detector(), names)
            .training(&training.vectors, Some(&training.weights))
            .outliers(&vectors, &texts)
            .counts(n_outliers, finds.n_rows)
            .features(self.features)
            .labels(args.plot.labels());
        if let (Some(_), Some(last)) = (args.top, finds.rows.last()) {
            plot = plot.border(last.scored.score);
        }
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
