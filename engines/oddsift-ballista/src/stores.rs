use std::sync::Arc;

use datafusion::error::Result;
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::http::HttpBuilder;
use url::Url;

use crate::Error;

/// The object stores of a process, by URL; a store that is asked for the first time is made from the environment.
///
/// Local folders are always there. `s3://BUCKET/…` takes its settings from the variables that `object_store`
/// reads: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and for MinIO and the like `AWS_ENDPOINT`
/// and `AWS_ALLOW_HTTP=true`. `http://` and `https://` need none. No key travels between processes: each
/// process has its own environment. A store that is registered takes precedence.
///
/// ```
/// use oddsift_ballista::Stores;
/// use oddsift_ballista::datafusion::execution::object_store::ObjectStoreRegistry;
///
/// let stores = Stores::default();
/// assert!(stores.get_store(&"file:///tmp".parse().unwrap()).is_ok());
/// assert!(stores.get_store(&"s3://models/nightly.json".parse().unwrap()).is_ok());
/// let error = stores.get_store(&"ftp://host/a.parquet".parse().unwrap()).unwrap_err().to_string();
/// assert!(error.contains("ftp://host/a.parquet: no store"), "{error}");
/// ```
#[derive(Debug, Default)]
pub struct Stores {
    known: DefaultObjectStoreRegistry,
}

impl ObjectStoreRegistry for Stores {
    fn register_store(
        &self,
        url: &Url,
        store: Arc<dyn ObjectStore>,
    ) -> Option<Arc<dyn ObjectStore>> {
        self.known.register_store(url, store)
    }

    fn deregister_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        self.known.deregister_store(url)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if let Ok(store) = self.known.get_store(url) {
            return Ok(store);
        }
        let store = from_environment(url)?;
        self.known.register_store(url, Arc::clone(&store));
        Ok(store)
    }
}

fn from_environment(url: &Url) -> Result<Arc<dyn ObjectStore>, Error> {
    let refused = |reason: String| Error::Store { url: url.to_string(), reason };
    let built: Result<Arc<dyn ObjectStore>, object_store::Error> = match url.scheme() {
        "s3" | "s3a" => AmazonS3Builder::from_env()
            .with_url(url.as_str())
            .build()
            .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
        "http" | "https" => HttpBuilder::new()
            .with_url(url.origin().ascii_serialization())
            .build()
            .map(|store| Arc::new(store) as Arc<dyn ObjectStore>),
        scheme => {
            return Err(refused(format!(
                "no store for {scheme}://; use a path, s3:// or https://"
            )));
        }
    };
    built.map_err(|error| refused(format!("{error}; check the variables AWS_*")))
}
