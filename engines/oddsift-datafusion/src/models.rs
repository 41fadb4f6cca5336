use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::ScalarValue;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::execution::object_store::ObjectStoreRegistry;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::ExprSimplifyResult;
use datafusion::logical_expr::{Expr, ScalarUDF, ScalarUDFImpl};
use object_store::ObjectStoreExt;
use oddsift_pipeline::{Model, ModelFile};
use sha2::{Digest, Sha256};

use crate::Error;

/// The most bytes of a model file that are read: one gibibyte.
///
/// ```
/// assert_eq!(oddsift_datafusion::MAX_MODEL_BYTES, 1 << 30);
/// ```
pub const MAX_MODEL_BYTES: u64 = 1 << 30;

/// So many models are kept, those used last.
const MOST_KEPT: usize = 16;

/// What stands between the path of a model and the hash of its content.
const PIN: &str = "#sha256=";

/// The saved models of a process, by path or URL; each is read and checked once, and kept by the hash of its
/// content.
///
/// A URL is looked up in the object stores of the session. When a query is planned, the path in it is
/// *pinned*: `s3://models/a.json` becomes `s3://models/a.json#sha256=…`. So all threads and executors use the
/// same model, or fail, whatever happens to the file meanwhile. A pinned path can be written in a query, too.
///
/// ```
/// use datafusion::prelude::SessionContext;
/// use oddsift_datafusion::Models;
///
/// let models = Models::new(SessionContext::new().runtime_env().object_store_registry.clone());
/// let error = models.get("no/such.json").unwrap_err().to_string();
/// assert!(error.starts_with("model no/such.json: "), "{error}");
/// ```
pub struct Models {
    stores: Arc<dyn ObjectStoreRegistry>,
    /// The last used is the last.
    kept: Mutex<Vec<(String, Arc<Model>)>>,
}

impl Models {
    /// Creates a cache of models that reads from the stores of a session.
    ///
    /// ```
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::Models};
    /// let models = Models::new(SessionContext::new().runtime_env().object_store_registry.clone());
    /// assert!(models.get("memory://none/a.json").is_err()); // no such store
    /// ```
    #[must_use]
    pub fn new(stores: Arc<dyn ObjectStoreRegistry>) -> Self {
        Self { stores, kept: Mutex::default() }
    }

    /// Returns the model at a path, a URL, or either with the hash of its content.
    ///
    /// A pinned model that is kept costs no access to the file; any other is read. That blocks the thread.
    ///
    /// # Errors
    ///
    /// [`Error::Model`] for a file that is not there, too large, no model, or of another hash.
    ///
    /// ```
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::Models};
    /// let forest = oddsift_iforest::IsolationForest::params().fit(&ndarray::array![[1.0], [2.0]]).unwrap();
    /// let file = tempfile::NamedTempFile::new().unwrap();
    /// serde_json::to_writer(&file, &forest.model()).unwrap();
    /// let models = Models::new(SessionContext::new().runtime_env().object_store_registry.clone());
    /// assert!(models.get(file.path().to_str().unwrap()).is_ok());
    /// ```
    pub fn get(&self, path: &str) -> Result<Arc<Model>, Error> {
        let (place, pinned) = split(path);
        // Held while the file is read, so that it is read once however many threads want it.
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = pinned.and_then(|hash| recall(&mut kept, hash)) {
            return Ok(model);
        }
        let bytes = self.read(place)?;
        let hash = hex(&Sha256::digest(&bytes));
        if let Some(pinned) = pinned.filter(|pinned| *pinned != hash) {
            let reason = format!(
                "its SHA-256 is {hash}, and was {pinned} when the query was planned; run the query again"
            );
            return Err(Error::Model { path: place.to_owned(), reason });
        }
        if let Some(model) = recall(&mut kept, &hash) {
            return Ok(model);
        }
        let refused = |error: oddsift_pipeline::Error| Error::Model {
            path: place.to_owned(),
            reason: without_name(&error.to_string(), place),
        };
        let model = Arc::new(ModelFile::parse(place, &bytes).map_err(refused)?.model);
        if kept.len() == MOST_KEPT {
            kept.remove(0);
        }
        kept.push((hash, Arc::clone(&model)));
        Ok(model)
    }

    /// Returns the path with the hash of its content, which a query carries from then on; one that has it
    /// stays as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Model`] for a file that cannot be read.
    ///
    /// ```
    /// # use {datafusion::prelude::SessionContext, oddsift_datafusion::Models};
    /// let file = tempfile::NamedTempFile::new().unwrap();
    /// let models = Models::new(SessionContext::new().runtime_env().object_store_registry.clone());
    /// let pinned = models.pin(file.path().to_str().unwrap())?;
    /// assert!(pinned.contains("#sha256=e3b0c442"));
    /// assert_eq!(models.pin(&pinned)?, pinned);
    /// # Ok::<(), oddsift_datafusion::Error>(())
    /// ```
    pub fn pin(&self, path: &str) -> Result<String, Error> {
        if let (_, Some(_)) = split(path) {
            return Ok(path.to_owned());
        }
        let hash = hex(&Sha256::digest(self.read(path)?));
        Ok(format!("{path}{PIN}{hash}"))
    }

    /// Pins the model of a call, whose first argument is its path.
    pub(crate) fn pin_call(
        &self,
        function: impl ScalarUDFImpl + 'static,
        mut args: Vec<Expr>,
    ) -> Result<ExprSimplifyResult, Error> {
        let Some(Expr::Literal(value, _)) = args.first_mut() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let Some(path) = value.try_as_str().flatten() else {
            return Ok(ExprSimplifyResult::Original(args));
        };
        let pinned = self.pin(path)?;
        if pinned == path {
            return Ok(ExprSimplifyResult::Original(args));
        }
        *value = ScalarValue::new_utf8(pinned);
        let func = Arc::new(ScalarUDF::new_from_impl(function));
        Ok(ExprSimplifyResult::Simplified(Expr::ScalarFunction(ScalarFunction { func, args })))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let refused = |reason: String| Error::Model { path: path.to_owned(), reason };
        let url = ListingTableUrl::parse(path).map_err(|error| refused(error.to_string()))?;
        let store = self.stores.get_store(url.object_store().as_ref());
        let store = store.map_err(|error| refused(error.to_string()))?;
        let location = url.prefix().clone();
        wait(async move {
            let size = store.head(&location).await.map_err(|error| error.to_string())?.size;
            if size > MAX_MODEL_BYTES {
                return Err(format!(
                    "{size} bytes are more than a model may have, {MAX_MODEL_BYTES}"
                ));
            }
            let found = store.get(&location).await.map_err(|error| error.to_string())?;
            Ok(found.bytes().await.map_err(|error| error.to_string())?.to_vec())
        })
        .map_err(refused)
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("stores", &self.stores).finish_non_exhaustive()
    }
}

/// A path and the hash behind it, if there is one.
fn split(path: &str) -> (&str, Option<&str>) {
    let is_hash = |text: &str| text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit());
    match path.rsplit_once(PIN) {
        Some((path, hash)) if is_hash(hash) => (path, Some(hash)),
        _ => (path, None),
    }
}

fn recall(kept: &mut Vec<(String, Arc<Model>)>, hash: &str) -> Option<Arc<Model>> {
    let place = kept.iter().position(|(known, _)| known == hash)?;
    let entry = kept.remove(place);
    let model = Arc::clone(&entry.1);
    kept.push(entry);
    Some(model)
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A message that begins with the name of the file, without it.
fn without_name(message: &str, name: &str) -> String {
    let rest = message.strip_prefix(name).map_or(message, |rest| rest.trim_start_matches(": "));
    rest.to_owned()
}

/// Runs a future to its end on a thread of its own.
///
/// A scalar function is called from a worker of the engine's runtime, where blocking on a future would panic,
/// or wait for ever if that worker is the only one.
fn wait<T: Send>(future: impl Future<Output = Result<T, String>> + Send) -> Result<T, String> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| error.to_string())?.block_on(future)
    };
    let ended = std::thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|_| Err("the object store panicked while it was read".to_owned()))
}
