use std::io::Write;
use std::path::Path;

use oddsift::pipeline::{Error, Input, ModelOrigin, ReadSummary, SavedModel, Timestamp};
use oddsift::records::Output;

/// Who saves models.
pub(crate) const TOOL: &str = concat!("oddsift for Python ", env!("CARGO_PKG_VERSION"));

/// Writes a model with its origin, whole or not at all.
pub(crate) fn save_model(
    path: &Path,
    model: &impl serde::Serialize,
    input: &Input,
    read: &ReadSummary,
    n_rows: u64,
) -> Result<(), Error> {
    let origin = ModelOrigin::new(TOOL, Timestamp::now(), input, read, n_rows);
    write_json(path, &SavedModel::new(model, Some(&origin)))
}

/// Writes JSON, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl serde::Serialize) -> Result<(), Error> {
    let failed = oddsift::records::Error::Write;
    let mut output = Output::file(path, &[])?;
    serde_json::to_writer(&mut output, value).map_err(|error| failed(error.into()))?;
    output.write_all(b"\n").map_err(failed)?;
    Ok(output.finish()?)
}
