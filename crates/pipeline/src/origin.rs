//! Who saved a model, and of which rows it was made.

use oddsift_timespan::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Input, ReadSummary};

/// What a saved model was made of: it stands in the file beside the model, which is the same without it.
///
/// Like all of a model file it is untrusted: whoever writes the file may write anything here.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, Input, ModelFile, ModelOrigin, SavedModel, Timestamp};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ClusterParams::new().fit(path)?;
/// let n_rows = found.events.patterns().n_rows();
/// let origin = ModelOrigin::new("mytool 1.0", Timestamp::UNIX_EPOCH, &Input::file(path), &found.read, n_rows);
/// let model = found.model()?;
/// let json = serde_json::to_vec(&SavedModel::new(&model, Some(&origin))).unwrap();
/// let file = ModelFile::parse("model.json", &json)?;
/// assert_eq!(file.origin, Some(origin));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ModelOrigin {
    /// The tool and its version.
    pub tool: String,
    /// When the model was saved.
    pub saved: Timestamp,
    /// The names of the inputs, at most [`MOST_SOURCES`](Self::MOST_SOURCES).
    pub sources: Vec<String>,
    /// The number of inputs.
    pub n_sources: usize,
    /// The number of rows.
    pub rows: u64,
    /// The first and the last time of the rows, where times were read.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl ModelOrigin {
    /// The most inputs that are named.
    pub const MOST_SOURCES: usize = 100;

    /// Takes note of an input, what was read of it, and the number of its rows in the model.
    #[must_use]
    pub fn new(tool: &str, saved: Timestamp, input: &Input, read: &ReadSummary, rows: u64) -> Self {
        let origin = Self::of_models(tool, saved, input.source_names(), rows);
        Self { times: read.times.span(), ..origin }
    }

    /// Takes note of the models that were merged to one.
    #[must_use]
    pub fn of_models(tool: &str, saved: Timestamp, names: Vec<String>, rows: u64) -> Self {
        let n_sources = names.len();
        let sources = names.into_iter().take(Self::MOST_SOURCES).collect();
        Self { tool: tool.to_owned(), saved, sources, n_sources, rows, times: None }
    }

    /// Returns what it says, a name and a value each.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        let n_more = self.n_sources.saturating_sub(self.sources.len());
        let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
        let mut facts = vec![
            ("tool", self.tool.clone()),
            ("saved", self.saved.to_string()),
            ("sources", format!("{}{more}", self.sources.join(", "))),
            ("rows", self.rows.to_string()),
        ];
        if let Some((first, last)) = self.times {
            facts.extend([("first", first.to_string()), ("last", last.to_string())]);
        }
        facts
    }
}

/// A model as it is saved: the model, and beside it where it comes from.
#[derive(Debug, Serialize)]
pub struct SavedModel<'a, M> {
    #[serde(flatten)]
    model: &'a M,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'a ModelOrigin>,
}

impl<'a, M: Serialize> SavedModel<'a, M> {
    /// Joins a model and its origin.
    pub fn new(model: &'a M, origin: Option<&'a ModelOrigin>) -> Self {
        Self { model, origin }
    }
}
