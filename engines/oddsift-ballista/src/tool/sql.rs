use std::path::PathBuf;

use super::print::print;
use super::session::{SessionArgs, pair};
use super::{Done, say};
use crate::{Error, register_table, write_parquet};
use clap::{Args, ValueEnum};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{DataFrame, SessionContext};

pub(crate) const EXAMPLES: &str = "Examples:
  oddsift-ballista sql --scheduler 10.0.0.1:50050 --table events=s3://logs/2026/ \\
    'SELECT mask(command_line) AS line, count(*) AS n FROM events GROUP BY line ORDER BY n, line LIMIT 20'
  oddsift-ballista sql --table events='logs/*.parquet' --file query.sql -o result.parquet";

#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// Query; one statement that reads
    #[arg(value_name = "SQL", required_unless_present = "file", conflicts_with = "file")]
    sql: Option<String>,
    /// File with the query
    #[arg(short = 'f', long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Address of the scheduler; without, the query runs in this process
    #[arg(long, value_name = "HOST:PORT")]
    scheduler: Option<String>,
    /// Table of Parquet, CSV or JSON at a file, a folder/, a pattern or a URL; one name may have several paths
    #[arg(short = 't', long = "table", value_name = "NAME=PATH", value_parser = table)]
    tables: Vec<(String, String)>,
    #[command(flatten)]
    session: SessionArgs,
    /// Format of the result on standard output
    #[arg(long, value_enum, default_value = "table")]
    format: Format,
    /// Write the result as one Parquet file, whole or not at all
    #[arg(short = 'o', long, value_name = "PATH_OR_URL", conflicts_with = "format")]
    output: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
    Ndjson,
}

fn table(text: &str) -> Result<(String, String), String> {
    pair(text, "NAME=PATH").map(|(name, path)| (name.to_owned(), path.to_owned()))
}

impl SqlArgs {
    pub(crate) async fn run(self) -> Done {
        let sql = self.query()?;
        let ctx = self.session.open(self.scheduler.as_deref()).await?;
        self.register_tables(&ctx).await?;
        let reads = SQLOptions::new();
        let reads = reads.with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = ctx.sql_with_options(&sql, reads).await?;
        match &self.output {
            Some(url) => write(&ctx, frame, url).await,
            None => print(frame, self.format).await,
        }
    }

    fn query(&self) -> Result<String, Error> {
        let Some(file) = &self.file else { return Ok(self.sql.clone().unwrap_or_default()) };
        std::fs::read_to_string(file).map_err(|error| {
            DataFusionError::Configuration(format!("{}: {error}", file.display())).into()
        })
    }

    async fn register_tables(&self, ctx: &SessionContext) -> Done {
        for (name, _) in &self.tables {
            let of_name = |(of, path): &(String, String)| (of == name).then(|| path.clone());
            if !ctx.table_exist(name.as_str())? {
                let paths: Vec<String> = self.tables.iter().filter_map(of_name).collect();
                register_table(ctx, name, &paths).await?;
            }
        }
        Ok(())
    }
}

async fn write(ctx: &SessionContext, frame: DataFrame, url: &str) -> Done {
    let rows = frame.execute_stream().await?;
    let n_rows = write_parquet(ctx, url, rows.schema(), rows).await?;
    say(&format!("{url}: {n_rows} rows"));
    Ok(())
}
