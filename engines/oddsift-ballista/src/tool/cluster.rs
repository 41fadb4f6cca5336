use clap::{Args, ValueEnum};
use datafusion::arrow::compute::{SortColumn, SortOptions, lexsort_to_indices, take_record_batch};
use datafusion::logical_expr::col;
use oddsift_datafusion::jobs::{ClusterJob, Clustered};
use oddsift_pipeline::{Metric, Scaling};

use super::Found;
use super::input::{InputArgs, Opened};
use super::result::OutputArgs;
use crate::Error;

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-engine cluster events/
  oddsift-engine cluster s3://logs/events/ --engine ballista://scheduler:50050 --scratch s3://logs/scratch/ \\
    --emit labels -t parquet -o s3://results/labels.parquet";

#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    space: SpaceArgs,
    /// Columns, such as hosts or users, whose distinct values are counted in each cluster
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Clustering")]
    count_distinct: Vec<String>,
    /// Column whose common text is a cluster's template; without, the command line
    #[arg(long, value_name = "COLUMN", help_heading = "Clustering")]
    template: Option<String>,
    /// What to print: one row a cluster and a noise event, or a label for every row
    #[arg(long, value_enum, default_value = "exemplars", help_heading = "Output")]
    emit: Emit,
    /// Write the model to a file or URL, for `score` on new rows and for cluster_of(..)
    #[arg(long, value_name = "PATH_OR_URL", help_heading = "Output")]
    save_model: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

/// The space in which rows have distances.
#[derive(Debug, Args)]
#[command(next_help_heading = "Clustering")]
struct SpaceArgs {
    /// Columns of numbers, features of process events, `program`, COLUMN.value, separated by commas
    ///
    /// `program` (the path, case folded on Windows) and COLUMN.value are categories: rows that differ in one are
    /// never neighbours. Without: program, commandlineTokens and commandlineTokensFull, unscaled.
    #[arg(long, value_name = "F1,F2..", value_delimiter = ',')]
    features: Vec<String>,
    /// How features are scaled: unit (each row to norm 1), none, standard, robust, minmax
    #[arg(long, value_name = "SCALING")]
    scale: Option<Scaling>,
    /// Rows, itself included, within eps that make a row a core of a cluster
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = at_least_one)]
    min_samples: usize,
    /// Distance: euclidean, manhattan, chebyshev or minkowski:P
    #[arg(long, default_value = "euclidean")]
    metric: Metric,
    /// Largest distance of neighbours, after scaling; without, 0.01, or 0.5 without --features
    #[arg(long, value_name = "EPS", value_parser = positive)]
    eps: Option<f64>,
    /// Stop with an error after so much work, counted in distances and tree nodes
    #[arg(long, value_name = "N")]
    work_limit: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Emit {
    Exemplars,
    Labels,
}

pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "must be a whole number of at least 1".to_owned())
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "must be a positive, finite number".to_owned())
}

impl ClusterArgs {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.output.check()?;
        let why = "labels are joined to the rows";
        let opened = self.input.open(Some(why)).await?;
        let found = self.find(&opened).await;
        opened.close(found).await
    }

    async fn find(&self, opened: &Opened) -> Result<Found, Error> {
        let found = self.job(opened).run(&opened.source).await?;
        self.say_facts(&found);
        if let Some(url) = &self.save_model {
            self.output.save_model(&opened.ctx, url, &found.model()?).await?;
        }
        match self.emit {
            Emit::Exemplars => self.write_lines(opened, &found).await?,
            Emit::Labels => {
                let labels = found.labels().await?.sort(vec![col("row").sort(true, true)])?;
                self.output.write_frame(&opened.ctx, labels).await?;
            }
        }
        Ok(self.output.found(found.events.n_noise_rows()))
    }

    fn job(&self, opened: &Opened) -> ClusterJob {
        let space = &self.space;
        let mut job = ClusterJob::new();
        job.features.clone_from(&space.features);
        job.params = job.params.min_samples(space.min_samples).metric(space.metric);
        job.params = job.params.work_limit(space.work_limit);
        (job.eps, job.scaling) = (space.eps, space.scale);
        job.template.clone_from(&self.template);
        job.count_distinct.clone_from(&self.count_distinct);
        (job.limits, job.scratch) = (opened.limits, opened.scratch.clone());
        job
    }

    fn say_facts(&self, found: &Clustered) {
        let (events, table) = (&found.events, found.events.patterns());
        let left_out = match found.n_left_out {
            0 => String::new(),
            n => format!(", {n} left out that lack a feature or start no program"),
        };
        self.output.say(&format!(
            "by {} at eps {:?}: {} rows{left_out}, {} distinct; {} clusters, {} noise rows",
            found.features().join(", "),
            events.model().eps(),
            table.n_rows(),
            table.len(),
            events.clusters().len(),
            events.n_noise_rows()
        ));
    }

    /// For people the rarest come first.
    async fn write_lines(&self, opened: &Opened, found: &Clustered) -> Result<(), Error> {
        let lines = found.lines().await?;
        if !self.output.is_table() {
            return self.output.write(&opened.ctx, lines).await;
        }
        let sizes = lines.column_by_name("ClusterSize").cloned();
        let by_size =
            sizes.map(|values| SortColumn { values, options: Some(SortOptions::default()) });
        let order = lexsort_to_indices(by_size.as_slice(), None);
        let lines = order.and_then(|order| take_record_batch(&lines, &order));
        let lines = lines.map_err(datafusion::error::DataFusionError::from)?;
        self.output.write(&opened.ctx, lines).await
    }
}
