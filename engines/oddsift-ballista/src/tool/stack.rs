use clap::Args;
use oddsift_datafusion::jobs::StackJob;

use super::Found;
use super::input::InputArgs;
use super::result::OutputArgs;
use crate::Error;

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-engine stack events/ --by ParentProcessName,NewProcessName --max-count 1
  oddsift-engine stack s3://logs/dns/ --engine ballista://scheduler:50050 --by query -t parquet -o s3://results/rare.parquet";

#[derive(Debug, Args)]
pub(crate) struct StackArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Columns whose combinations are counted
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', required = true)]
    #[arg(help_heading = "Stacking")]
    by: Vec<String>,
    /// Columns of --by to count by their texts without what varies from run to run
    #[arg(long, value_name = "C1,C2..", value_delimiter = ',', help_heading = "Stacking")]
    mask: Vec<String>,
    /// Print the combinations that occur in at most so many rows
    #[arg(long, value_name = "N", default_value_t = oddsift_pipeline::MAX_COUNT)]
    #[arg(help_heading = "Stacking")]
    max_count: u64,
    #[command(flatten)]
    output: OutputArgs,
}

impl StackArgs {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.output.check()?;
        let opened = self.input.open(None).await?;
        let mut job = StackJob::new(self.by);
        job.mask = self.mask;
        job.max_count = self.max_count;
        let rare = job.run(&opened.source).await?;
        let n_rare = self.output.write_frame(&opened.ctx, rare).await?;
        Ok(self.output.found(n_rare))
    }
}
