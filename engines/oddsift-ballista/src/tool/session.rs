use ballista::prelude::SessionConfigExt;
use clap::Args;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::{Error, local_session, session};

/// How an engine is set up.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    /// Number of partitions of each stage [default: 16 on a cluster, else the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    partitions: Option<u32>,
    /// Setting of the engine, such as datafusion.execution.batch_size=4096
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
}

/// Two parts around the first `=`.
pub(crate) fn pair<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), String> {
    let parts = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty());
    parts.ok_or_else(|| format!("write {form}"))
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = pair(text, "KEY=VALUE")?;
    let mut config = SessionConfig::new_with_ballista();
    config.options_mut().set(key, value).map_err(|error| error.strip_backtrace())?;
    Ok((key.to_owned(), value.to_owned()))
}

impl SessionArgs {
    /// Opens a session on a cluster, or in this process.
    pub(crate) async fn open(&self, scheduler: Option<&str>) -> Result<SessionContext, Error> {
        match scheduler {
            Some(scheduler) => {
                session(scheduler, self.configured(SessionConfig::new_with_ballista())?).await
            }
            // The same settings, so that the same types come out: Ballista's text is not in views.
            None => local_session(self.configured(SessionConfig::new().upgrade_for_ballista())?),
        }
    }

    fn configured(&self, mut config: SessionConfig) -> Result<SessionConfig, Error> {
        for (key, value) in &self.settings {
            config.options_mut().set(key, value)?;
        }
        Ok(match self.partitions {
            Some(partitions) => config.with_target_partitions(partitions as usize),
            None => config,
        })
    }
}
