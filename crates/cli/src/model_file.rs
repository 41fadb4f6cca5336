//! Models to and from files; what is read is untrusted.

use std::io::Write;
use std::path::Path;

use oddsift::eventcluster::ClusterModel;
use oddsift::iforest::{ForestModel, SklearnForest};
use oddsift::outliers::OutlierModel;
use oddsift::records::{Error, Output};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A saved model of any kind.
pub(crate) enum Model {
    Cluster(ClusterModel),
    Outlier(OutlierModel),
    /// A forest without a way from rows to vectors.
    Forest(ForestModel),
}

/// What tells a model file's kind.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u64>,
    /// What scikit-learn's export has.
    max_samples_: Option<IgnoredAny>,
    trees: Option<IgnoredAny>,
}

/// The formats that can be read, each with its version.
const KNOWN: [(&str, u64); 3] = [
    (ClusterModel::FORMAT, ClusterModel::VERSION),
    (OutlierModel::FORMAT, OutlierModel::VERSION),
    (ForestModel::FORMAT, ForestModel::VERSION),
];

/// Reads a model that `--save-model` wrote, a bare isolation forest, or scikit-learn's export.
pub(crate) fn read_model(path: &Path) -> Result<Model, Failure> {
    let bytes = read(path)?;
    let head: Head = parse(path, &bytes)?;
    let name = path.display();
    let Some(format) = &head.format else {
        if head.max_samples_.is_some() && head.trees.is_some() {
            let export: SklearnForest = parse(path, &bytes)?;
            let model = ForestModel::try_from(export);
            return model
                .map(Model::Forest)
                .map_err(|error| Failure::data(format!("{name}: {error}")));
        }
        let what = format!("no model: it names no format; {} can be read", formats());
        return Err(Failure::data(format!("{name}: {what}")));
    };
    let Some((format, version)) = KNOWN.iter().find(|(known, _)| known == format) else {
        let what = format!("a model of format {format:?}; {} can be read", formats());
        return Err(Failure::data(format!("{name}: {what}")));
    };
    if head.version != Some(*version) {
        let found = head.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let what = format!("version {found} of {format}; version {version} can be read");
        return Err(Failure::data(format!("{name}: {what}")));
    }
    match *format {
        ClusterModel::FORMAT => parse(path, &bytes).map(Model::Cluster),
        OutlierModel::FORMAT => parse(path, &bytes).map(Model::Outlier),
        _ => parse(path, &bytes).map(Model::Forest),
    }
}

fn formats() -> String {
    KNOWN.map(|(format, _)| format).join(", ")
}

/// Writes a model, whole or not at all, never over one of the inputs.
pub(crate) fn save_model(
    path: &Path,
    model: &impl Serialize,
    inputs: &[&Path],
) -> Result<(), Failure> {
    let mut output = Output::file(path, inputs)?;
    serde_json::to_writer(&mut output, model).map_err(|error| Error::Write(error.into()))?;
    output.write_all(b"\n").map_err(Error::Write)?;
    Ok(output.finish()?)
}

/// The bytes of a file, which may be a pipe and read only once.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::data(format!("{}: cannot be read: {error}; check the path", path.display()))
    })
}

/// One JSON value and nothing behind it; memory grows with the bytes read.
fn parse<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = what.strip_suffix(&place).unwrap_or(&what);
        let remedy = if what.contains("save the model") { "" } else { "; save the model anew" };
        // What is wrong with the whole has no line.
        let place = match (error.line(), error.column()) {
            (0, _) => String::new(),
            (line, column) => format!("{line}:{column}:"),
        };
        Failure::data(format!("{}:{place} {what}{remedy}", path.display()))
    })
}
