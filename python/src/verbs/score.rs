use std::path::PathBuf;

use oddsift::pipeline::{
    ArrowBuilder, Error, Input, LabelledRows, Model, ModelFault, ModelFile, NewLines, Period,
    PrintedNewLine, ReasonForm, Seen, Timestamp,
};
use pyo3::prelude::*;

use super::{found::Found, outliers::score_frame, save::write_json};
use crate::error::{error, parameter_error};
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::job;
use crate::value::{Value, unknown};

/// A saved model: clusters, outliers, a bare forest, or a history of lines.
#[pyclass(frozen, module = "oddsift._oddsift")]
#[derive(Debug)]
pub(crate) struct LoadedModel {
    name: String,
    file: ModelFile,
}

#[pymethods]
impl LoadedModel {
    /// Reads a model from a file, which is checked as if a stranger wrote it.
    #[staticmethod]
    fn read(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let name = path.display().to_string();
        job::run(py, None, |_| ModelFile::read(&path)).map(|file| Self { name, file })
    }

    /// Returns what it is, and what it was made of.
    fn facts(&self) -> Vec<(&'static str, String)> {
        self.file.facts()
    }
}

/// What `score` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct ScoreArgs {
    with_input: bool,
    only: Option<String>,
    seen: Option<PathBuf>,
    forget_after: Value,
}

/// Rows by a saved model: each row, or what is new.
#[pyfunction]
pub(crate) fn score(
    py: Python<'_>,
    model: &LoadedModel,
    input: InputArgs,
    args: ScoreArgs,
) -> PyResult<Found> {
    let only_new = match args.only.as_deref() {
        None => false,
        Some("new") => true,
        Some(other) => return Err(unknown("only", other, "'new' or None")),
    };
    if only_new && args.with_input {
        return Err(parameter_error("with_input", "goes without only='new'"));
    }
    let seen = args.seen.map(|path| Memory::read(path, &args.forget_after)).transpose()?;
    if !only_new && seen.is_some() {
        return Err(parameter_error("seen", "goes with only='new'; add it"));
    }
    input.run(py, |input| {
        if only_new {
            new_lines(model, &input, seen)
        } else {
            each_row(model, &input, args.with_input)
        }
    })
}

fn each_row(model: &LoadedModel, input: &Input, with_input: bool) -> Result<Found, Error> {
    let rows = &model.file.model;
    let input = match (with_input, rows) {
        (true, Model::Clusters(_)) => &input.twice()?.settled()?,
        (true, _) => &input.settled()?,
        (false, _) => input,
    };
    if let Some(scores) = rows.scores(&model.name, input)? {
        let what = scores.intake().text();
        let (frame, written) = score_frame(scores, with_input)?;
        let found = Found::new(frame, &written.read);
        let what = format!("{what}; {} outliers", written.n_outliers);
        return Ok(found.note(&written.read, written.n_rows, &what).counted(
            &written.read,
            written.n_rows,
            written.n_outliers,
        ));
    }
    let Some(labelled) = rows.labels(input)? else {
        let fault = Box::new(ModelFault::NoScores);
        return Err(Error::Model { name: model.name.clone(), fault });
    };
    labels(&labelled, input, with_input)
}

fn labels(found: &LabelledRows, input: &Input, with_input: bool) -> Result<Found, Error> {
    let frame = if with_input {
        let names = found.layout.columns_with("row", &LabelledRows::COLUMNS);
        let mut builder = ArrowBuilder::new(&names);
        found.write_labelled(input, &mut builder)?;
        Frame::finish(builder)?
    } else {
        Frame::of(&LabelledRows::columns(), found.rows().map(Ok))?
    };
    let what = format!("{}; {} rows near no cluster", found.intake.text(), found.n_noise);
    let mut result = Found::new(frame, &found.read).note(&found.read, found.n_rows, &what);
    result = result.counted(&found.read, found.n_rows, found.n_noise);
    result.labels = Some(found.iter().map(|(_, label)| label.to_i64()).collect());
    Ok(result)
}

fn new_lines(model: &LoadedModel, input: &Input, memory: Option<Memory>) -> Result<Found, Error> {
    let began = Timestamp::now();
    let mut new = model.file.model.new_lines(&model.name, input)?;
    let n_new = new.len();
    let memory = memory.map(|memory| memory.told(&mut new, began));
    let lines = new.lines().map(|line| Ok(PrintedNewLine::new(line, ReasonForm::Text)));
    let frame = Frame::of(&new.columns(), lines)?;
    let what = format!(
        "{}; {} rows new to the model in {n_new} lines, {} of them told before",
        new.intake.text(),
        new.n_new_rows,
        n_new - new.len()
    );
    let result = Found::new(frame, &new.read).note(&new.read, new.n_rows, &what);
    // What a run lost is told by the next: the file is written last.
    if let Some(memory) = memory {
        write_json(&memory.path, &memory.seen)?;
    }
    Ok(result.counted(&new.read, new.n_rows, new.n_new_rows))
}

/// The lines that earlier calls told.
struct Memory {
    path: PathBuf,
    seen: Seen,
    forget_after: Period,
}

impl Memory {
    fn read(path: PathBuf, forget_after: &Value) -> PyResult<Self> {
        let forget_after: Period = forget_after.parse("forget_after")?;
        if forget_after <= Period::ZERO {
            return Err(parameter_error("forget_after", "must be longer than nothing"));
        }
        let seen = Seen::read(&path).map_err(error)?.unwrap_or_default();
        Ok(Self { path, seen, forget_after })
    }

    /// Leaves out the lines that were told before, and takes note of all.
    fn told(mut self, new: &mut NewLines<'_>, now: Timestamp) -> Self {
        let met: Vec<_> = new.ids().collect();
        new.retain(|id| !self.seen.contains(id));
        for id in met {
            self.seen.note(id, now);
        }
        self.seen.forget(self.forget_after, now);
        self
    }
}
