//! Files that are written beside the result.

use std::io::Write;
use std::path::Path;

use oddsift::pipeline::{Input, ModelOrigin, ReadSummary, SavedModel, Timestamp};
use oddsift::records::{Error, Output, is_same_file};
use serde::Serialize;

use crate::args::PlotArgs;
use crate::failure::Failure;
use crate::output::Writer;

/// Refuses files that cannot be, before the work begins: each flag that names one names another, none
/// is one of the inputs, and all can be made.
///
/// `look` is a flag that says how a picture is to look.
pub(crate) fn check_side_files(
    save_model: Option<&Path>,
    plot: &PlotArgs,
    look: Option<&str>,
    output: Option<&Path>,
    inputs: &[&Path],
) -> Result<(), Failure> {
    if let (Some(look), None) = (look, &plot.plot) {
        return Err(Failure::usage(format!("{look} goes with --plot FILE; add it")));
    }
    let plot = plot.plot.as_ref().map(|plot| plot.path.as_path());
    check_files(save_model, plot, output, inputs)
}

/// As [`check_side_files`], without a picture.
pub(crate) fn check_models(
    save_model: Option<&Path>,
    output: Option<&Path>,
    inputs: &[&Path],
) -> Result<(), Failure> {
    check_files(save_model, None, output, inputs)
}

fn check_files(
    save_model: Option<&Path>,
    plot: Option<&Path>,
    output: Option<&Path>,
    inputs: &[&Path],
) -> Result<(), Failure> {
    check_distinct(&[("--save-model", save_model), ("--plot", plot), ("-o", output)], inputs)
}

/// Refuses flags that name the same file, standard output for others than `-o`, and files that cannot be
/// made or are inputs.
pub(crate) fn check_distinct(
    named: &[(&str, Option<&Path>)],
    inputs: &[&Path],
) -> Result<(), Failure> {
    let named: Vec<(&str, &Path)> =
        named.iter().filter_map(|(flag, path)| Some((*flag, (*path)?))).collect();
    for (nth, (flag, path)) in named.iter().enumerate() {
        if *flag != "-o" && *path == Path::new("-") {
            let what = "takes a file, standard output is for the result";
            return Err(Failure::usage(format!("{flag} {what}")));
        }
        let is_same = |other: &Path| other == *path || is_same_file(other, path);
        if let Some((other, _)) = named.iter().skip(nth + 1).find(|(_, other)| is_same(other)) {
            return Err(Failure::usage(format!("{flag} and {other} name the same file; name two")));
        }
    }
    // The result's own is opened before the work.
    for (_, path) in named.iter().filter(|(flag, _)| *flag != "-o") {
        Output::check(path, inputs)?;
    }
    Ok(())
}

/// Writes a model with its origin, whole or not at all, never over one of the inputs.
pub(crate) fn save_model(
    path: &Path,
    model: &impl Serialize,
    origin: &ModelOrigin,
    inputs: &[&Path],
) -> Result<(), Failure> {
    save_json(path, &SavedModel::new(model, Some(origin)), inputs)
}

/// Writes a file of JSON, whole or not at all, never over one of the inputs.
pub(crate) fn save_json(
    path: &Path,
    value: &impl Serialize,
    inputs: &[&Path],
) -> Result<(), Failure> {
    write_json(Writer::Plain(Output::file(path, inputs)?), value)
}

/// Writes JSON as the result.
pub(crate) fn write_json(mut writer: Writer, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut writer, value).map_err(|error| Error::Write(error.into()))?;
    writer.write_all(b"\n").map_err(Error::Write)?;
    writer.finish()
}

/// Returns the origin of a model of rows that were read.
pub(crate) fn origin(input: &Input, read: &ReadSummary, n_rows: u64) -> ModelOrigin {
    ModelOrigin::new(&crate::tool(), moment(), input, read, n_rows)
}

/// Returns the origin of a model that others were merged to.
pub(crate) fn origin_of_models(names: Vec<String>, n_rows: u64) -> ModelOrigin {
    ModelOrigin::of_models(&crate::tool(), moment(), names, n_rows)
}

/// The present moment, or that of `SOURCE_DATE_EPOCH`, for those who want equal files of equal runs.
fn moment() -> Timestamp {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    fixed.and_then(|second| Timestamp::from_second(second).ok()).unwrap_or_else(Timestamp::now)
}
