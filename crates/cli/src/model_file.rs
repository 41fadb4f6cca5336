//! Models from files: untrusted input.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use oddsift::eventcluster::ClusterModel;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// What tells a model file's kind.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
}

/// Reads the model that `cluster --save-model` wrote.
pub(crate) fn read_cluster_model(path: &Path) -> Result<ClusterModel, Failure> {
    let head: Head = read_json(path)?;
    let (name, known) = (path.display(), ClusterModel::FORMAT);
    match head.format.as_deref() {
        Some(format) if format == known => {}
        Some(format) => {
            let what = format!("a model of format {format:?}; {known} can be read");
            return Err(Failure::data(format!("{name}: {what}")));
        }
        None => {
            let what = format!("no model: it names no format; {known} can be read");
            return Err(Failure::data(format!("{name}: {what}")));
        }
    }
    if head.version != Some(ClusterModel::VERSION) {
        let version = head.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let what =
            format!("version {version} of {known}; version {} can be read", ClusterModel::VERSION);
        return Err(Failure::data(format!("{name}: {what}")));
    }
    read_json(path)
}

/// One JSON value and nothing behind it; memory grows with the bytes read.
fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let name = path.display();
    let file = File::open(path).map_err(|error| {
        Failure::data(format!("{name}: cannot be opened: {error}; check the path"))
    })?;
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(file));
    let value = T::deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    value.map_err(|error| {
        let what = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = what.strip_suffix(&place).unwrap_or(&what);
        let (line, column) = (error.line(), error.column());
        Failure::data(format!("{name}:{line}:{column}: {what}; save the model anew"))
    })
}
