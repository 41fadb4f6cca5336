//! Files that are written beside the result.

use std::io::Write;
use std::path::Path;

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
    let named = [("--save-model", save_model), ("--plot", plot), ("-o", output)];
    let named: Vec<(&str, &Path)> =
        named.into_iter().filter_map(|(flag, path)| Some((flag, path?))).collect();
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
    for path in [save_model, plot].into_iter().flatten() {
        Output::check(path, inputs)?;
    }
    Ok(())
}

/// Writes a model, whole or not at all, never over one of the inputs.
pub(crate) fn save_model(
    path: &Path,
    model: &impl Serialize,
    inputs: &[&Path],
) -> Result<(), Failure> {
    write_model(Writer::Plain(Output::file(path, inputs)?), model)
}

/// Writes a model as the result.
pub(crate) fn write_model(mut writer: Writer, model: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut writer, model).map_err(|error| Error::Write(error.into()))?;
    writer.write_all(b"\n").map_err(Error::Write)?;
    writer.finish()
}
