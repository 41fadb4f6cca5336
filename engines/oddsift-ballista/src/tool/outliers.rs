use clap::{Args, ValueEnum};
use datafusion::logical_expr::col;
use oddsift_datafusion::jobs::OutlierJob;
use oddsift_pipeline::{Contamination, IsolationForest, MaxFeatures, MaxSamples};

use super::Found;
use super::cluster::at_least_one;
use super::input::{InputArgs, Opened};
use super::result::OutputArgs;
use crate::Error;

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-engine outliers events/ --top 50
  oddsift-engine outliers s3://logs/events/ --engine ballista://scheduler:50050 --scratch s3://logs/scratch/ \\
    --emit scores -t parquet -o s3://results/scores.parquet";

#[derive(Debug, Args)]
pub(crate) struct OutliersArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Number of trees
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value_t = 100)]
    #[arg(help_heading = "Forest")]
    trees: usize,
    /// Rows of a tree: auto (256, or all), a number, or a share such as 0.5
    #[arg(long, value_name = "auto|N|SHARE", help_heading = "Forest")]
    max_samples: Option<MaxSamples>,
    /// Features of a tree: a number, or a share such as 0.5; without, 1.0, which is all
    #[arg(long, value_name = "N|SHARE", help_heading = "Forest")]
    max_features: Option<MaxFeatures>,
    /// Share of outliers to expect, up to 0.5; without, auto: a score below -0.5
    #[arg(long, value_name = "auto|SHARE")]
    #[arg(conflicts_with = "top", help_heading = "Forest")]
    contamination: Option<Contamination>,
    /// The N most unusual lines; of equals, the earlier ones
    ///
    /// Without it, the lines that are outliers, at most 500 of them.
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Forest")]
    top: Option<usize>,
    /// Draw rows with replacement
    #[arg(long, help_heading = "Forest")]
    bootstrap: bool,
    /// Cut at any angle, not only along features: the extended isolation forest
    #[arg(long, help_heading = "Forest")]
    extended: bool,
    /// Seed of the forest
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Forest")]
    seed: u64,
    /// Give up to K reasons for each outlier
    #[arg(long, value_name = "K", default_value_t = 3, help_heading = "Output")]
    explain: usize,
    /// What to print: the outliers, the most unusual first, or the score of every row
    #[arg(long, value_enum, default_value = "outliers", help_heading = "Output")]
    emit: Emit,
    /// Write the model to a file or URL, for `score` on new rows
    #[arg(long, value_name = "PATH_OR_URL", help_heading = "Output")]
    save_model: Option<String>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Emit {
    Outliers,
    Scores,
}

impl OutliersArgs {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.output.check()?;
        let opened = self.input.open(Some("scores and rows are joined")).await?;
        let found = self.find(&opened).await;
        opened.close(found).await
    }

    async fn find(&self, opened: &Opened) -> Result<Found, Error> {
        let mut job = self.job();
        (job.limits, job.scratch) = (opened.limits, opened.scratch.clone());
        let found = job.run(&opened.source).await?;
        self.output.say(&format!("{} outliers by the rarity of their parts", found.n_outliers));
        if let Some(url) = &self.save_model {
            self.output.save_model(&opened.ctx, url, &found.model).await?;
        }
        match self.emit {
            Emit::Outliers => self.output.write(&opened.ctx, found.lines().await?).await?,
            Emit::Scores => {
                let scores = found.scores().await?.sort(vec![col("row").sort(true, true)])?;
                self.output.write_frame(&opened.ctx, scores).await?;
            }
        }
        Ok(self.output.found(found.n_outliers))
    }

    fn job(&self) -> OutlierJob {
        let mut job = OutlierJob::new();
        let forest = IsolationForest::params().n_trees(self.trees).seed(self.seed);
        let forest = forest.bootstrap(self.bootstrap).extended(self.extended);
        let forest = forest.max_samples(self.max_samples.unwrap_or(MaxSamples::Auto));
        let forest = self.max_features.map_or(forest, |most| forest.max_features(most));
        job.forest = self.contamination.map_or(forest, |share| forest.contamination(share));
        (job.top, job.n_reasons) = (self.top, self.explain);
        job
    }
}
