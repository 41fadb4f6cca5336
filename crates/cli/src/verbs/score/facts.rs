//! What a run did, as JSON for those who watch over many.

use std::fs::File;
use std::path::Path;

use oddsift::pipeline::{Input, ModelFile, ModelOrigin, Timestamp, sha256};
use oddsift::records::Output;
use serde::Serialize;

use super::ScoreArgs;
use super::checks::{Check, Found, FoundLines};
use crate::failure::Failure;
use crate::output::Writer;
use crate::side_files::write_json;

/// The facts of a run, gathered on its way.
pub(super) struct Facts {
    began: Timestamp,
    model: Option<ModelFacts>,
    inputs: Vec<InputFacts>,
    found: Option<FoundFacts>,
}

#[derive(Serialize)]
struct Page<'f> {
    tool: String,
    arguments: Vec<String>,
    began: Timestamp,
    ended: Timestamp,
    /// The exit status.
    status: u8,
    /// Why the run ended with a status of its own.
    message: Option<String>,
    model: Option<&'f ModelFacts>,
    inputs: &'f [InputFacts],
    found: Option<&'f FoundFacts>,
}

#[derive(Serialize)]
struct ModelFacts {
    name: String,
    format: Option<String>,
    version: Option<u64>,
    sha256: String,
    origin: Option<ModelOrigin>,
}

/// An input; hash and size are of files that can be read once more.
#[derive(Serialize)]
struct InputFacts {
    name: String,
    rows: Option<u64>,
    bytes: Option<u64>,
    sha256: Option<String>,
}

#[derive(Serialize)]
struct FoundFacts {
    rows: u64,
    rows_left_out: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    new_rows: u64,
    #[serde(flatten)]
    lines: Option<FoundLines>,
    checks: serde_json::Value,
}

impl Facts {
    pub(super) fn begin() -> Self {
        Self { began: Timestamp::now(), model: None, inputs: Vec::new(), found: None }
    }

    /// When the run began.
    pub(super) fn began(&self) -> Timestamp {
        self.began
    }

    pub(super) fn take_model(&mut self, name: &Path, file: &ModelFile) {
        self.model = Some(ModelFacts {
            name: name.display().to_string(),
            format: file.format.clone(),
            version: file.version,
            sha256: file.sha256.clone(),
            origin: file.origin.clone(),
        });
    }

    pub(super) fn take_inputs(&mut self, input: &Input) {
        let facts = |name| InputFacts { name, rows: None, bytes: None, sha256: None };
        self.inputs = input.source_names().into_iter().map(facts).collect();
    }

    pub(super) fn take_found(&mut self, found: &Found, checks: &[Check]) {
        for (place, input) in self.inputs.iter_mut().enumerate() {
            input.rows = Some(found.read.n_taken.get(place).copied().unwrap_or_default());
        }
        let span = found.read.times.span();
        self.found = Some(FoundFacts {
            rows: found.n_rows,
            rows_left_out: found.read.n_left_out(),
            first: span.map(|(first, _)| first),
            last: span.map(|(_, last)| last),
            new_rows: found.n_new_rows,
            lines: found.lines,
            checks: serde_json::json!(checks),
        });
    }

    /// Writes them, whole or not at all; also of a run that failed.
    pub(super) fn write(
        mut self,
        path: &Path,
        args: &ScoreArgs,
        failure: Option<&Failure>,
        inputs: &[&Path],
    ) -> Result<(), Failure> {
        for (input, path) in self.inputs.iter_mut().zip(args.input.paths()) {
            // Streams are gone by now.
            if let Some((bytes, sha256)) = digest(path) {
                (input.bytes, input.sha256) = (Some(bytes), Some(sha256));
            }
        }
        let page = Page {
            tool: crate::tool(),
            arguments: std::env::args().skip(1).collect(),
            began: self.began,
            ended: Timestamp::now(),
            status: failure.map_or(0, Failure::status),
            message: failure.and_then(Failure::line),
            model: self.model.as_ref(),
            inputs: &self.inputs,
            found: self.found.as_ref(),
        };
        write_json(Writer::Plain(Output::file(path, inputs)?), &page)
    }
}

/// The size and the SHA-256 of a plain file.
fn digest(path: &Path) -> Option<(u64, String)> {
    let file = File::open(path).ok()?;
    let is_plain = file.metadata().is_ok_and(|it| it.is_file());
    if is_plain { sha256(file).ok() } else { None }
}
