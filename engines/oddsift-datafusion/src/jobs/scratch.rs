use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::RecordBatch;
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionContext};

use crate::{Error, output, publish};

/// Where small tables lie that a job joins to the rows of an engine.
///
/// One process joins them from its memory, which is the default. An engine of many machines is sent no table in
/// memory: it reads them from a folder that all of them reach.
///
/// ```
/// use oddsift_datafusion::jobs::Scratch;
///
/// let shared = Scratch::folder("s3://logs/scratch/");
/// assert!(shared.is_shared() && !Scratch::memory().is_shared());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// A path or a URL; none is memory.
    folder: Option<String>,
    /// The files that were written.
    files: Arc<Mutex<Vec<String>>>,
}

impl Scratch {
    /// The memory of this process.
    ///
    /// ```
    /// assert!(!oddsift_datafusion::jobs::Scratch::memory().is_shared());
    /// ```
    #[must_use]
    pub fn memory() -> Self {
        Self::default()
    }

    /// A folder that all machines reach, as a path or a URL of an object store that the session knows.
    ///
    /// ```
    /// assert!(oddsift_datafusion::jobs::Scratch::folder("/shared/scratch").is_shared());
    /// ```
    pub fn folder(url: impl Into<String>) -> Self {
        Self { folder: Some(url.into()), ..Self::default() }
    }

    /// Whether tables lie in a folder.
    ///
    /// ```
    /// assert!(!oddsift_datafusion::jobs::Scratch::memory().is_shared());
    /// ```
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.folder.is_some()
    }

    /// A table of one batch, as the session can join it.
    pub(crate) async fn frame(
        &self,
        ctx: &SessionContext,
        batch: RecordBatch,
    ) -> Result<DataFrame, Error> {
        let Some(folder) = &self.folder else { return Ok(ctx.read_batch(batch)?) };
        let url = format!("{}/{}.parquet", folder.trim_end_matches('/'), unique_name());
        publish(ctx, &url, &[batch]).await?;
        self.files.lock().unwrap_or_else(PoisonError::into_inner).push(url.clone());
        Ok(ctx.read_parquet(url, ParquetReadOptions::default()).await?)
    }

    /// Removes the files that jobs have written, this one and its clones. What is joined to them, such as labels that
    /// are still to come, must have been read.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] for a file that cannot be removed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// let ctx = datafusion::prelude::SessionContext::new();
    /// oddsift_datafusion::jobs::Scratch::memory().clear(&ctx).await?; // nothing to do
    /// # Ok(())
    /// # }
    /// ```
    pub async fn clear(&self, ctx: &SessionContext) -> Result<(), Error> {
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(PoisonError::into_inner));
        for file in files {
            output::remove(ctx, &file).await?;
        }
        Ok(())
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
