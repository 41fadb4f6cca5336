//! What `cluster` draws.

use oddsift::eventcluster::EventClusters;
use oddsift::patterns::PatternId;
use oddsift::plot::{ClusterPlot, Figure, Labels};

use crate::args::{ClusterArgs, PlotPath};
use crate::failure::Failure;
use crate::ingest::Ingested;
use crate::input::Input;
use crate::picture::{plotted, write_picture};

/// A picture that was asked for.
pub(super) struct Drawn {
    plot: PlotPath,
    names: Vec<String>,
    features: Option<(usize, usize)>,
    /// The column whose text is beside the points.
    label: Option<usize>,
}

impl Drawn {
    /// Finds what is named, before the rows are read; `None` if no picture was asked for.
    pub(super) fn plan(
        input: &Input,
        args: &ClusterArgs,
        names: &[String],
        template: Option<usize>,
    ) -> Result<Option<Self>, Failure> {
        let Some(plot) = args.plot.plot.clone() else { return Ok(None) };
        let label = match &args.plot_rows.plot_label {
            Some(name) => Some(input.column("--plot-label", name)?),
            None => template.or(input.roles.path),
        };
        let features = plotted(&args.plot_rows.plot_features, names)?;
        Ok(Some(Self { plot, names: names.to_vec(), features, label }))
    }

    pub(super) fn write(
        &self,
        args: &ClusterArgs,
        found: &EventClusters,
        ingested: &Ingested,
    ) -> Result<(), Failure> {
        let figure = figure(
            args,
            found,
            ingested,
            &self.names,
            self.features,
            self.label,
            args.plot.labels(),
        );
        write_picture(&self.plot, &figure, &[&args.input.file])
    }
}

/// Clusters of fewer rows are set apart.
const CUT_OFF: u64 = 3;

/// Clusters over two features, with the text of a column beside them.
pub(in crate::commands) fn figure(
    args: &ClusterArgs,
    found: &EventClusters,
    ingested: &Ingested,
    names: &[String],
    features: Option<(usize, usize)>,
    label: Option<usize>,
    labels: Labels<'_>,
) -> Figure {
    let text = |pattern: PatternId| {
        let row = ingested.store.get(found.patterns().first_row(pattern))?;
        row.text(label?)
    };
    let (scale, min_samples) = (args.space.scale, args.space.min_samples);
    ClusterPlot::new(found, names)
        .features(features)
        .texts(&text)
        .cut_off(args.cut_off.unwrap_or(CUT_OFF))
        .note(Some(&format!("{scale} scaling, min-samples {min_samples}")))
        .labels(labels)
        .figure()
}
