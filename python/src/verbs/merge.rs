use std::path::PathBuf;

use oddsift::pipeline::{ModelOrigin, SavedModel, Timestamp, merge_models};
use pyo3::prelude::*;

use super::save::{TOOL, write_json};
use crate::job;

/// Joins histories of `hunt` to one, and writes it to a file.
#[pyfunction]
pub(crate) fn merge(
    py: Python<'_>,
    models: Vec<PathBuf>,
    save_model: PathBuf,
    forget: Option<u32>,
) -> PyResult<()> {
    job::run(py, None, |_| {
        let (model, summary) = merge_models(&models, forget)?;
        let names = models.iter().map(|path| path.display().to_string()).collect();
        let mut origin = ModelOrigin::of_models(TOOL, Timestamp::now(), names, summary.n_rows);
        origin.times = model.times();
        write_json(&save_model, &SavedModel::new(&model, Some(&origin)))
    })
}
