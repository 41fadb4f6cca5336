use std::path::PathBuf;

use oddsift::pipeline::{Error, HuntParams, Hunted, Input, Known, ReasonForm};
use pyo3::prelude::*;

use super::{found::Found, save::save_model};
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::value::{at_least_one, unknown};

/// What `hunt` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct HuntArgs<'py> {
    known: Option<Bound<'py, PyAny>>,
    all: bool,
    by: Vec<String>,
    mask: Vec<String>,
    top: Option<usize>,
    emit: String,
    time_column: Option<String>,
    save_model: Option<PathBuf>,
    forget: Option<u32>,
}

/// Ranks events: the first lines are worth reading, each with its reasons.
#[pyfunction]
pub(crate) fn hunt(py: Python<'_>, input: InputArgs, args: HuntArgs<'_>) -> PyResult<Found> {
    let mut params = HuntParams::new();
    params.known = args.known.as_ref().map(|known| open_known(known, &input)).transpose()?;
    params.by = args.by;
    params.mask = args.mask;
    params.all = args.all;
    params.time_column = args.time_column;
    params.keep_rows = match args.emit.as_str() {
        "lines" => false,
        "rows" => true,
        other => return Err(unknown("emit", other, "'lines' or 'rows'")),
    };
    let top = at_least_one("top", args.top)?;
    let (save, forget) = (args.save_model, args.forget);
    input.run(py, |input| {
        let found = params.rank(&input)?;
        if let Some(path) = save {
            save_history(&path, &found, &input, forget)?;
        }
        let frame = if params.keep_rows { places(&found, top) } else { lines(&found, top) }?;
        let (what, n_rows) = (found.intake_text(), found.hunt.table().n_rows());
        Ok(Found::new(frame, &found.read).note(&found.read, n_rows, &what))
    })
}

/// A saved history, or a log that is read as the input is.
pub(super) fn open_known(known: &Bound<'_, PyAny>, input: &InputArgs) -> PyResult<Known> {
    let log = input.other(known)?;
    match known.extract::<PathBuf>() {
        Ok(path) => Known::open(path, log).map_err(crate::error::error),
        Err(_) => Ok(Known::Log(Box::new(log))),
    }
}

fn lines(found: &Hunted, top: Option<usize>) -> Result<Frame, Error> {
    let lines = found.hunt.lines().iter().take(top.unwrap_or(usize::MAX));
    let rows = lines.map(|line| Ok(found.printed(line, ReasonForm::Text)));
    Frame::of(&found.line_columns(), rows)
}

fn places(found: &Hunted, top: Option<usize>) -> Result<Frame, Error> {
    let most = top.map_or(u32::MAX, |top| u32::try_from(top).unwrap_or(u32::MAX));
    let places = found.places().filter(|(_, place)| place.rank <= most);
    Frame::of(&Hunted::place_columns(), places.map(Ok))
}

fn save_history(
    path: &std::path::Path,
    found: &Hunted,
    input: &Input,
    forget: Option<u32>,
) -> Result<(), Error> {
    let mut history = found.history()?;
    if let Some(n_days) = forget {
        let name = || found.read.name.clone();
        history.forget(n_days).map_err(|source| Error::Hunt { name: name(), source })?;
    }
    save_model(path, &history, input, &found.read, history.n_rows())
}
