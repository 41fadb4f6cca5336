use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use oddsift::pipeline::{Model, ModelFile};

use super::Fault;

/// The number of models that are kept, those used last.
const MOST_KEPT: usize = 16;

/// What stands between the path of a model and the hash of its content.
const PIN: &str = "#sha256=";

static MODELS: LazyLock<Mutex<Models>> = LazyLock::new(Mutex::default);

/// The saved models of this process: each is read and checked once, and kept by the SHA-256 of its content.
#[derive(Default)]
struct Models {
    /// The last used is the last.
    kept: Vec<(String, Arc<Model>)>,
    /// The hash of a file as it was read.
    seen: HashMap<String, (Stamp, String)>,
}

/// The length of a file, and when it was changed.
type Stamp = (u64, Option<SystemTime>);

/// Returns the model at a path, which may end with the hash of its content, `#sha256=…`.
pub(super) fn model(path: &str) -> Result<Arc<Model>, Fault> {
    let (place, pinned) = split(path);
    // Held while the file is read, so that it is read once however many threads want it.
    let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    let (hash, model) = models.get(place, pinned)?;
    match pinned.filter(|pinned| *pinned != hash) {
        None => Ok(model),
        Some(pinned) => Err(Fault(format!(
            "model {place}: its SHA-256 is {hash}, and was {pinned} when the function was registered; register it again"
        ))),
    }
}

/// Returns the path of a model with the hash of its content, and the model.
pub(super) fn pinned(path: &str) -> Result<(String, Arc<Model>), Fault> {
    if let (_, Some(_)) = split(path) {
        return Ok((path.to_owned(), model(path)?));
    }
    let mut models = MODELS.lock().unwrap_or_else(PoisonError::into_inner);
    let (hash, model) = models.get(path, None)?;
    Ok((format!("{path}{PIN}{hash}"), model))
}

impl Models {
    fn get(&mut self, place: &str, pinned: Option<&str>) -> Result<(String, Arc<Model>), Fault> {
        if let Some(found) = pinned.and_then(|hash| self.recall(hash)) {
            return Ok(found);
        }
        let stamp = fs::metadata(place).ok().map(|it| (it.len(), it.modified().ok()));
        let seen = self.seen.get(place).filter(|(at, _)| Some(*at) == stamp);
        if let Some(found) = seen.map(|(_, hash)| hash.clone()).and_then(|hash| self.recall(&hash))
        {
            return Ok(found);
        }
        let ModelFile { model, sha256, .. } =
            ModelFile::read(place).map_err(|error| Fault(format!("model {error}")))?;
        if let Some(stamp) = stamp {
            self.seen.insert(place.to_owned(), (stamp, sha256.clone()));
        }
        if let Some(found) = self.recall(&sha256) {
            return Ok(found);
        }
        let model = Arc::new(model);
        if self.kept.len() == MOST_KEPT {
            let (oldest, _) = self.kept.remove(0);
            self.seen.retain(|_, (_, hash)| *hash != oldest);
        }
        self.kept.push((sha256.clone(), Arc::clone(&model)));
        Ok((sha256, model))
    }

    fn recall(&mut self, hash: &str) -> Option<(String, Arc<Model>)> {
        let place = self.kept.iter().position(|(known, _)| known == hash)?;
        let entry = self.kept.remove(place);
        self.kept.push(entry.clone());
        Some(entry)
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
