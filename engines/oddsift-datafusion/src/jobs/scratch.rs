use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::dataframe::DataFrameWriteOptions;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext};

use crate::Error;

/// Where small tables lie that a job joins to the rows of an engine.
///
/// One process joins them from its memory. An engine of many machines is sent no table in memory: it reads
/// them from a folder that all of them reach.
///
/// ```
/// use oddsift_datafusion::jobs::Scratch;
///
/// let shared = Scratch::folder("s3://logs/scratch/");
/// assert_ne!(shared, Scratch::Memory);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Scratch {
    /// The memory of this process.
    #[default]
    Memory,
    /// A folder, as a path or a URL of an object store that the session knows.
    Folder(String),
}

impl Scratch {
    /// A folder that all machines reach.
    ///
    /// ```
    /// assert_eq!(format!("{:?}", oddsift_datafusion::jobs::Scratch::folder("/a")), "Folder(\"/a\")");
    /// ```
    pub fn folder(url: impl Into<String>) -> Self {
        Self::Folder(url.into())
    }

    /// A table of one batch, as the session can join it.
    pub(crate) async fn frame(
        &self,
        ctx: &SessionContext,
        batch: RecordBatch,
    ) -> Result<DataFrame, Error> {
        let Self::Folder(folder) = self else { return Ok(ctx.read_batch(batch)?) };
        let url = format!("{}/{}.parquet", folder.trim_end_matches('/'), unique_name());
        // Written by this process: a session of many machines would have to be sent the batch.
        let own = SessionContext::new_with_config_rt(SessionConfig::new(), ctx.runtime_env());
        let options = DataFrameWriteOptions::new().with_single_file_output(true);
        own.read_batch(batch)?.write_parquet(&url, options, None).await?;
        Ok(ctx.read_parquet(url, ParquetReadOptions::default()).await?)
    }
}

/// A name that no other job of this or another process has.
fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_nanos());
    format!("oddsift-{}-{now:x}-{number}", std::process::id())
}
