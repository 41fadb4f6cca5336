use std::path::Path;

use oddsift_hunt::History;

use crate::error::ModelFault;
use crate::{Error, Model};

/// What went into a merged model.
///
/// ```
/// use oddsift_pipeline::{HuntParams, merge_models};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let model = folder.path().join("monday.json");
/// let history = HuntParams::new().history(path)?;
/// std::fs::write(&model, serde_json::to_vec(&history).unwrap()).unwrap();
/// let (_, summary) = merge_models(&[&model], Some(30))?;
/// assert_eq!((summary.n_models, summary.n_rows, summary.n_forgotten), (1, 363, 0));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MergeSummary {
    /// The number of models.
    pub n_models: usize,
    /// The number of their rows.
    pub n_rows: u64,
    /// The number of their lines, those of several models as often.
    pub n_lines: usize,
    /// The number of lines that were forgotten, of one row each.
    pub n_forgotten: usize,
}

/// Joins the histories of several logs, in any order; drops what was seen once and more than `forget` days
/// before the newest row of all.
///
/// Models are read one after the other; memory grows with the distinct lines. A model counts as often as it
/// is named.
///
/// # Errors
///
/// [`Error::Model`] for a file that cannot be read, or is a model that cannot be merged;
/// [`Error::Hunt`] for histories of other columns, or of too many rows.
///
/// ```
/// use oddsift_pipeline::{HuntParams, merge_models};
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let models = ["monday.json", "tuesday.json"].map(|name| folder.path().join(name));
/// for model in &models {
///     let history = HuntParams::new().history(path)?;
///     std::fs::write(model, serde_json::to_vec(&history).unwrap()).unwrap();
/// }
/// let (week, _) = merge_models(&models, None)?;
/// assert_eq!(week.n_rows(), 2 * 363);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
pub fn merge_models(
    paths: &[impl AsRef<Path>],
    forget: Option<u32>,
) -> Result<(History, MergeSummary), Error> {
    let mut summary = MergeSummary::default();
    let mut whole: Option<History> = None;
    let mut last = String::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let history = read_history(path)?;
        last = path.display().to_string();
        summary.n_models += 1;
        summary.n_rows = summary.n_rows.saturating_add(history.n_rows());
        summary.n_lines = summary.n_lines.saturating_add(history.n_lines());
        match &mut whole {
            None => whole = Some(history),
            Some(whole) => whole.merge(&history).map_err(|source| hunt_error(&last, source))?,
        }
    }
    let mut whole = whole.ok_or_else(|| ModelFault::NoModel.of(""))?;
    if let Some(n_days) = forget {
        summary.n_forgotten = whole.forget(n_days).map_err(|source| hunt_error(&last, source))?;
    }
    Ok((whole, summary))
}

fn read_history(path: &Path) -> Result<History, Error> {
    let what = match Model::read(path)? {
        Model::History(history) => return Ok(*history),
        Model::Clusters(_) => "clusters",
        Model::Outliers(_) | Model::Forest(_) => "a forest",
    };
    Err(ModelFault::NoMerge(what).of(&path.display().to_string()))
}

fn hunt_error(name: &str, source: oddsift_hunt::Error) -> Error {
    Error::Hunt { name: name.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClusterParams, HuntParams};

    const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

    #[test]
    fn nothing_merges_to_nothing() {
        let error = merge_models(&[""; 0], None).unwrap_err();
        assert!(error.to_string().contains("no model to merge; name one or more"));
    }

    #[test]
    fn a_model_that_is_no_count_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clusters.json");
        let model = ClusterParams::new().fit(LOG).unwrap().model().unwrap();
        std::fs::write(&path, serde_json::to_vec(&model).unwrap()).unwrap();
        let error = merge_models(&[&path], None).unwrap_err().to_string();
        let expected =
            format!("{}: clusters cannot be merged; fit anew on all logs", path.display());
        assert_eq!(error, expected);
    }

    #[test]
    fn a_history_is_a_model_without_scores_and_labels() {
        let json = serde_json::to_vec(&HuntParams::new().history(LOG).unwrap()).unwrap();
        let model = Model::parse("m.json", &json).unwrap();
        assert!(matches!(&model, Model::History(history) if history.n_rows() == 363));
        assert!(model.labels(LOG).unwrap().is_none());
        let error = model.scores("m.json", LOG).unwrap_err().to_string();
        assert_eq!(
            error,
            "m.json: a history of lines gives no scores; hunt for what is new beside it"
        );
    }
}
