use clap::Args;
use oddsift_datafusion::jobs::HuntJob;
use oddsift_pipeline::{History, Model, ModelFile};

use super::Found;
use super::input::{InputArgs, Opened};
use super::result::OutputArgs;
use crate::Error;

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-engine hunt events/ --top 100
  oddsift-engine hunt s3://logs/tuesday/ --engine ballista://scheduler:50050 --known monday.json --top 100";

#[derive(Debug, Args)]
pub(crate) struct HuntArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Leave out what was seen before, in what --save-model wrote
    #[arg(long, value_name = "FILE", help_heading = "Hunt")]
    known: Option<String>,
    /// Rank what is known, too
    #[arg(long, requires = "known", help_heading = "Hunt")]
    all: bool,
    /// Print the first N lines
    #[arg(long, value_name = "N", help_heading = "Hunt")]
    top: Option<usize>,
    /// Write what was seen, with what was known before, to a file or URL, for --known and `merge`
    #[arg(long, value_name = "PATH_OR_URL", help_heading = "Hunt")]
    save_model: Option<String>,
    /// Drop from the model what was seen once and more than N days before the newest event
    #[arg(long, value_name = "N", requires = "save_model", help_heading = "Hunt")]
    forget: Option<u32>,
    #[command(flatten)]
    output: OutputArgs,
}

impl HuntArgs {
    pub(crate) async fn run(self) -> Result<Found, Error> {
        self.output.check()?;
        let few = HuntJob::MOST_WITHOUT_SCRATCH;
        let top = self.top.unwrap_or(if self.output.is_table() { few } else { usize::MAX });
        let why = "the rows of more than 1000 lines are fetched by a join";
        let opened = self.input.open((top > few).then_some(why)).await?;
        let found = self.find(&opened, top).await;
        opened.close(found).await
    }

    async fn find(&self, opened: &Opened, top: usize) -> Result<Found, Error> {
        let mut job = HuntJob::new();
        job.known = self.known()?;
        job.all = self.all;
        job.top = top;
        (job.limits, job.scratch) = (opened.limits, opened.scratch.clone());
        let found = job.run(&opened.source).await?;
        let table = found.hunt.table();
        self.output.say(&format!(
            "{} rows, {} lines in {} findings",
            table.n_rows(),
            found.hunt.lines().len(),
            found.hunt.findings().len()
        ));
        if let Some(url) = &self.save_model {
            let mut history = History::new(table).map_err(refused)?;
            if let Some(n_days) = self.forget {
                history.forget(n_days).map_err(refused)?;
            }
            self.output.save_model(&opened.ctx, url, &history).await?;
        }
        self.output.write(&opened.ctx, found.lines).await?;
        Ok(self.output.found(found.hunt.lines().len() as u64))
    }

    fn known(&self) -> Result<Option<History>, Error> {
        let Some(path) = &self.known else { return Ok(None) };
        if let Model::History(history) = ModelFile::read(path).map_err(refused)?.model {
            return Ok(Some(*history));
        }
        let reason = format!("{path}: it is no model of a hunt; write one by hunt --save-model");
        Err(oddsift_datafusion::Error::Job { reason }.into())
    }
}

fn refused(error: impl std::error::Error) -> Error {
    oddsift_datafusion::Error::Job { reason: error.to_string() }.into()
}
