use std::str::FromStr;

use clap::Args;
use datafusion::prelude::SessionContext;
use oddsift_datafusion::jobs::{Limits, Scratch, Source};
use oddsift_features::Role;

use super::session::{SessionArgs, pair};
use crate::{Error, register_table};

/// The name of the table of a verb.
const TABLE: &str = "events";

/// The rows of a verb, and who works on them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, folders that end in /, quoted patterns or URLs, as one table: Parquet, CSV or lines of JSON
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Engine: datafusion, in this process, or ballista://HOST:PORT of a scheduler
    #[arg(long, value_name = "ENGINE", default_value = "datafusion")]
    engine: Engine,
    /// Column that numbers the rows; of equal rows the one with the lowest number is the first
    #[arg(long, value_name = "COLUMN", default_value = "row")]
    row_column: String,
    /// Only rows of which this is true, in SQL, such as '"Computer" = ''web1'''
    #[arg(long = "where", value_name = "SQL")]
    condition: Option<String>,
    /// Take a role (path, command_line, session, time, host, user, ...) from a column; may be repeated
    #[arg(long, value_name = "ROLE=COLUMN", value_parser = mapping)]
    map: Vec<(Role, String)>,
    /// Column of the time; without, the one that the schema of the events has
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time_column: Option<String>,
    /// Folder or URL that all machines reach, for small tables that are joined to the rows
    ///
    /// Ballista needs one for cluster and outliers, and for hunt beyond 1000 lines. What lies there is removed at
    /// the end.
    #[arg(long, value_name = "PATH_OR_URL")]
    scratch: Option<String>,
    /// The most distinct vectors, lines or buckets that come to this process
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_patterns)]
    max_patterns: usize,
    #[command(flatten)]
    session: SessionArgs,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Engine {
    DataFusion,
    Ballista(String),
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "datafusion" => Ok(Self::DataFusion),
            url if url.starts_with("ballista://") => Ok(Self::Ballista(url.to_owned())),
            _ => Err("write datafusion or ballista://HOST:PORT".to_owned()),
        }
    }
}

fn mapping(text: &str) -> Result<(Role, String), String> {
    let (role, column) = pair(text, "ROLE=COLUMN, such as command_line=cmd")?;
    let found = Role::ALL.into_iter().find(|known| known.name() == role);
    let names = || Role::ALL.map(Role::name).join(", ");
    let role = found.ok_or_else(|| format!("no role {role:?}; the roles are {}", names()))?;
    Ok((role, column.to_owned()))
}

/// A session, its table, and the means of a job.
pub(crate) struct Opened {
    pub(crate) ctx: SessionContext,
    pub(crate) source: Source,
    pub(crate) limits: Limits,
    pub(crate) scratch: Scratch,
}

impl InputArgs {
    /// Opens the engine and finds the columns of the table. `needs_scratch` is why a cluster is to be told a folder.
    pub(crate) async fn open(&self, needs_scratch: Option<&str>) -> Result<Opened, Error> {
        let scheduler = match &self.engine {
            Engine::DataFusion => None,
            Engine::Ballista(url) => Some(url.as_str()),
        };
        let scratch = self.scratch.as_ref().map_or_else(Scratch::memory, Scratch::folder);
        if let (Some(_), false, Some(what)) = (scheduler, scratch.is_shared(), needs_scratch) {
            let reason =
                format!("{what}; name by --scratch a folder or URL that all machines reach");
            return Err(oddsift_datafusion::Error::Job { reason }.into());
        }
        let ctx = self.session.open(scheduler).await?;
        register_table(&ctx, TABLE, &self.files).await?;
        let source = self.source(&ctx).await?;
        Ok(Opened { ctx, source, limits: Limits { max_patterns: self.max_patterns }, scratch })
    }

    async fn source(&self, ctx: &SessionContext) -> Result<Source, Error> {
        let mut source = match &self.condition {
            Some(condition) => {
                let rows = format!("SELECT * FROM {TABLE} WHERE {condition}");
                Source::query(ctx, &rows, &self.row_column).await
            }
            None => Source::table(ctx, TABLE, &self.row_column).await,
        }
        .map_err(Self::with_remedy)?;
        for (role, column) in &self.map {
            source = source.role(*role, column)?;
        }
        if let Some(column) = &self.time_column {
            source = source.role(Role::Time, column)?;
        }
        Ok(source)
    }

    /// A table without numbers is what comes first out of most pipelines.
    fn with_remedy(error: oddsift_datafusion::Error) -> Error {
        let oddsift_datafusion::Error::Job { reason } = &error else { return error.into() };
        let reason = format!(
            "{reason}; rows need a column of numbers: name one by --row-column, or add it: oddsift-ballista sql \
             --table t=FILE 'SELECT CAST(row_number() OVER () - 1 AS BIGINT) AS row, * FROM t' -o numbered.parquet"
        );
        oddsift_datafusion::Error::Job { reason }.into()
    }
}

impl Opened {
    /// Removes what lay in the scratch folder, whatever came of the work.
    pub(crate) async fn close<T>(self, done: Result<T, Error>) -> Result<T, Error> {
        let cleared = self.scratch.clear(&self.ctx).await;
        let done = done?;
        cleared?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_and_a_role_are_named_as_the_help_says() {
        assert_eq!("datafusion".parse(), Ok(Engine::DataFusion));
        assert_eq!("ballista://a:1".parse(), Ok(Engine::Ballista("ballista://a:1".to_owned())));
        assert!("spark://a:1".parse::<Engine>().unwrap_err().contains("ballista://HOST:PORT"));
        assert_eq!(mapping("command_line=cmd"), Ok((Role::CommandLine, "cmd".to_owned())));
        assert!(mapping("cmd=x").unwrap_err().contains("command_line"));
    }
}
