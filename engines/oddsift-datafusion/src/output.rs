use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::AsyncArrowWriter;
use datafusion::prelude::SessionContext;
use futures::{Stream, StreamExt};
use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use url::Url;

use crate::Error;

/// Writes small results as one Parquet file to the shared storage, where all processes of a cluster can read it.
///
/// This is how labels that were computed on the driver come back to an engine of many machines, which is sent no
/// table that is in memory. The file is whole or absent, as with [`write_parquet`].
///
/// # Errors
///
/// [`Error::Output`] if there are no batches, or the storage does not take them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_datafusion::Error> {
/// use datafusion::prelude::{ParquetReadOptions, SessionContext};
/// use oddsift_datafusion::publish;
///
/// let ctx = SessionContext::new();
/// let labels = ctx.sql("SELECT 7 AS hash, -1 AS label").await?.collect().await?;
/// let folder = tempfile::tempdir().unwrap();
/// let url = format!("{}/labels.parquet", folder.path().display());
/// publish(&ctx, &url, &labels).await?;
/// assert_eq!(ctx.read_parquet(url, ParquetReadOptions::default()).await?.count().await?, 1);
/// # Ok(())
/// # }
/// ```
pub async fn publish(
    ctx: &SessionContext,
    url: &str,
    batches: &[RecordBatch],
) -> Result<(), Error> {
    let Some(first) = batches.first() else {
        let reason = "no batches, and so no columns; give an empty batch".to_owned();
        return Err(Error::Output { url: url.to_owned(), reason });
    };
    let rows = futures::stream::iter(batches.iter().cloned().map(Ok));
    write_parquet(ctx, url, first.schema(), rows).await.map(|_| ())
}

/// Writes rows as one Parquet file to a path or URL, and returns their number.
///
/// The file appears when its last row is stored: a local one under another name that is then changed, in an object
/// store as an upload in parts that is then completed. If a row cannot be had, nothing appears, and a file
/// that was there before stays as it is.
///
/// # Errors
///
/// [`Error::Engine`] if the rows fail or the URL is of no store that the session knows, [`Error::Output`] if the
/// storage does not take them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_datafusion::Error> {
/// use datafusion::prelude::SessionContext;
/// use oddsift_datafusion::{register, write_parquet};
///
/// let ctx = SessionContext::new();
/// register(&ctx)?;
/// let rows = ctx.sql("SELECT mask('ping 10.0.0.7') AS m").await?.execute_stream().await?;
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("masks.parquet").display().to_string();
/// assert_eq!(write_parquet(&ctx, &path, rows.schema(), rows).await?, 1);
/// # Ok(())
/// # }
/// ```
pub async fn write_parquet(
    ctx: &SessionContext,
    url: &str,
    schema: SchemaRef,
    rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Unpin,
) -> Result<u64, Error> {
    let refused = |reason: String| Error::Output { url: url.to_owned(), reason };
    let writer = AsyncArrowWriter::try_new(create(ctx, url)?, schema, None);
    let mut writer = writer.map_err(|error| refused(error.to_string()))?;
    match copy(rows, &mut writer).await {
        Ok(n_rows) => {
            writer.close().await.map_err(|error| refused(error.to_string()))?;
            Ok(n_rows)
        }
        Err(Failure::Rows(error)) => {
            // Parts that were uploaded would be paid for; an abort that fails leaves nothing that can be read.
            let _ = writer.into_inner().abort().await;
            Err(error.into())
        }
        Err(Failure::Storage(reason)) => Err(refused(reason)),
    }
}

/// Writes bytes, such as a model, as one file to a path or URL: whole or not at all.
///
/// # Errors
///
/// As [`write_parquet`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_datafusion::Error> {
/// let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("model.json");
/// let ctx = datafusion::prelude::SessionContext::new();
/// oddsift_datafusion::write_bytes(&ctx, &path.display().to_string(), b"{}".to_vec()).await?;
/// assert_eq!(std::fs::read(path).unwrap(), b"{}");
/// # Ok(())
/// # }
/// ```
pub async fn write_bytes(ctx: &SessionContext, url: &str, bytes: Vec<u8>) -> Result<(), Error> {
    let (store, path) = place(ctx, url)?;
    let refused = |error: object_store::Error| Error::Output {
        url: url.to_owned(),
        reason: error.to_string(),
    };
    store.put(&path, bytes.into()).await.map(|_| ()).map_err(refused)
}

/// Opens a file at a path or URL for writing; it appears when it is shut down.
///
/// # Errors
///
/// [`Error::Output`] for what is no place of a file, [`Error::Engine`] for a URL of no store that the session knows.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tokio::io::AsyncWriteExt;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("lines.csv");
/// let ctx = datafusion::prelude::SessionContext::new();
/// let mut file = oddsift_datafusion::create(&ctx, &path.display().to_string())?;
/// file.write_all(b"row\n7\n").await?;
/// file.shutdown().await?;
/// assert_eq!(std::fs::read(path)?, b"row\n7\n");
/// # Ok(())
/// # }
/// ```
pub fn create(ctx: &SessionContext, url: &str) -> Result<BufWriter, Error> {
    let (store, path) = place(ctx, url)?;
    Ok(BufWriter::new(store, path))
}

/// Removes a file.
pub(crate) async fn remove(ctx: &SessionContext, url: &str) -> Result<(), Error> {
    let (store, path) = place(ctx, url)?;
    let refused = |error: object_store::Error| Error::Output {
        url: url.to_owned(),
        reason: format!("not removed: {error}"),
    };
    store.delete(&path).await.map_err(refused)
}

enum Failure {
    Rows(DataFusionError),
    Storage(String),
}

async fn copy(
    mut rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Unpin,
    writer: &mut AsyncArrowWriter<BufWriter>,
) -> Result<u64, Failure> {
    let mut n_rows = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(Failure::Rows)?;
        n_rows += batch.num_rows() as u64;
        writer.write(&batch).await.map_err(|error| Failure::Storage(error.to_string()))?;
    }
    Ok(n_rows)
}

/// The store of a path or URL, and the path in it.
fn place(ctx: &SessionContext, text: &str) -> Result<(Arc<dyn ObjectStore>, Path), Error> {
    let refused = |reason: String| Error::Output { url: text.to_owned(), reason };
    let url = if text.contains("://") { Url::parse(text).ok() } else { local(text) };
    let url = url.filter(|url| !url.path().ends_with('/'));
    let url =
        url.ok_or_else(|| refused("no place for a file; write the path of one".to_owned()))?;
    let store = ctx.runtime_env().object_store_registry.get_store(&url)?;
    let path = Path::from_url_path(url.path()).map_err(|error| refused(error.to_string()))?;
    Ok((store, path))
}

fn local(text: &str) -> Option<Url> {
    if text.ends_with(std::path::MAIN_SEPARATOR) {
        return None;
    }
    std::path::absolute(text).ok().and_then(|path| Url::from_file_path(path).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::ParquetReadOptions;
    use futures::TryStreamExt;
    use futures::stream::iter;
    use object_store::memory::InMemory;

    const URL: &str = "memory://results/rows.parquet";

    async fn with_store() -> (SessionContext, Arc<InMemory>, RecordBatch) {
        let ctx = SessionContext::new();
        let store = Arc::new(InMemory::new());
        let url = Url::parse("memory://results").unwrap();
        ctx.register_object_store(&url, Arc::clone(&store) as _);
        let rows = ctx.sql("SELECT 7 AS n").await.unwrap().collect().await.unwrap();
        (ctx, store, rows[0].clone())
    }

    async fn n_files(store: &InMemory) -> usize {
        store.list(None).try_collect::<Vec<_>>().await.unwrap().len()
    }

    #[tokio::test]
    async fn rows_that_fail_leave_no_file() {
        let (ctx, store, batch) = with_store().await;
        let rows = [Ok(batch.clone()), Err(DataFusionError::Execution("lost".to_owned()))];
        let failed = write_parquet(&ctx, URL, batch.schema(), iter(rows)).await.unwrap_err();
        assert!(failed.to_string().contains("lost"));
        assert_eq!(n_files(&store).await, 0);
    }

    #[tokio::test]
    async fn what_is_published_is_a_table() {
        let (ctx, store, batch) = with_store().await;
        publish(&ctx, URL, &[batch.clone(), batch]).await.unwrap();
        assert_eq!(n_files(&store).await, 1);
        let table = ctx.read_parquet(URL, ParquetReadOptions::default()).await.unwrap();
        assert_eq!(table.count().await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_place_that_is_no_file_is_named() {
        let (ctx, _, batch) = with_store().await;
        for url in ["s3://logs/", "folder/"] {
            let message =
                publish(&ctx, url, std::slice::from_ref(&batch)).await.unwrap_err().to_string();
            assert!(message.starts_with(&format!("{url}: not written: no place")), "{message}");
        }
        let unknown =
            publish(&ctx, "ftp://host/a.parquet", &[batch]).await.unwrap_err().to_string();
        assert!(unknown.contains("ftp://host"), "{unknown}");
        let message = publish(&ctx, URL, &[]).await.unwrap_err().to_string();
        assert!(message.contains("no batches"), "{message}");
    }
}
