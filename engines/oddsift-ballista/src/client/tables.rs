use std::sync::Arc;

use datafusion::datasource::listing::{
    ListingTable, ListingTableConfig, ListingTableConfigExt, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use futures::TryStreamExt;

use crate::Error;

/// Registers files as a table: Parquet, CSV with a header, or lines of JSON, by their extension (`.csv.gz`, too).
///
/// A path is a file, a folder that ends in `/`, a pattern such as `logs/*.parquet`, or a URL; all are of one format,
/// and of the columns of the first.
///
/// # Errors
///
/// [`Error::Table`] for a path at which no file is, and for a file that cannot be read.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), oddsift_ballista::Error> {
/// use oddsift_ballista::{datafusion::prelude::SessionConfig, local_session, register_table};
///
/// let ctx = local_session(SessionConfig::new())?;
/// let error = register_table(&ctx, "events", &["no/such.parquet"]).await.unwrap_err().to_string();
/// assert_eq!(error, "table events: no file at no/such.parquet");
/// # Ok(())
/// # }
/// ```
pub async fn register_table<P: AsRef<str>>(
    ctx: &SessionContext,
    name: &str,
    paths: &[P],
) -> Result<(), Error> {
    let refused = |reason: String| Error::Table { name: name.to_owned(), reason };
    let mut urls = Vec::new();
    for path in paths {
        let path = path.as_ref();
        urls.push(match url_of(ctx, path).await {
            Ok(Some(url)) => url,
            Err(error) if !is_missing(&error) => return Err(refused(format!("{path}: {error}"))),
            Ok(None) | Err(_) => return Err(refused(format!("no file at {path}"))),
        });
    }
    let table = table(ctx, urls).await.map_err(|error| refused(error.to_string()))?;
    ctx.register_table(name, Arc::new(table)).map_err(|error| refused(error.to_string()))?;
    Ok(())
}

/// The URL of a path, if there is a file.
async fn url_of(
    ctx: &SessionContext,
    path: &str,
) -> Result<Option<ListingTableUrl>, DataFusionError> {
    let url = ListingTableUrl::parse(path)?;
    let store = ctx.runtime_env().object_store(&url)?;
    let state = ctx.state();
    let first = url.list_all_files(&state, store.as_ref(), "").await?.try_next().await?;
    Ok(first.map(|_| url))
}

fn is_missing(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::ObjectStore(error) => {
            matches!(error.as_ref(), object_store::Error::NotFound { .. })
        }
        DataFusionError::IoError(error) => error.kind() == std::io::ErrorKind::NotFound,
        _ => false,
    }
}

async fn table(
    ctx: &SessionContext,
    urls: Vec<ListingTableUrl>,
) -> Result<ListingTable, DataFusionError> {
    let state = ctx.state();
    let config = ListingTableConfig::new_with_multi_paths(urls).infer(&state).await?;
    ListingTable::try_new(config)
}
