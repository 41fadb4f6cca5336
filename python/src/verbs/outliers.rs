use std::path::PathBuf;

use oddsift::pipeline::{
    ArrowBuilder, Contamination, Error, FittedOutliers, Input, MaxFeatures, MaxSamples,
    OutlierParams, Outliers, Precision, PrintedOutlier, ReasonForm, ScoreColumns, ScoredRows,
    ScoredSummary, msticpy_forest,
};
use pyo3::prelude::*;

use super::{found::Found, recipe::RecipeArgs, save::save_model};
use crate::error::parameter_error;
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::picture::Subject;
use crate::value::{Value, at_least_one, unknown};

/// What `outliers` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
#[allow(clippy::struct_excessive_bools, reason = "each is a parameter by itself")]
pub(crate) struct OutlierArgs<'py> {
    train: Option<Bound<'py, PyAny>>,
    trees: Option<usize>,
    max_samples: Option<Value>,
    max_features: Option<Value>,
    contamination: Option<Value>,
    top: Option<usize>,
    all_rows: bool,
    bootstrap: bool,
    extended: bool,
    precision: String,
    seed: Option<u64>,
    emit: String,
    with_input: bool,
    explain: usize,
    save_model: Option<PathBuf>,
}

impl OutlierArgs<'_> {
    fn params(&self, recipe: &RecipeArgs) -> PyResult<OutlierParams> {
        let mut params = OutlierParams::new();
        params.features = recipe.choice()?;
        let is_msticpys = recipe.is_msticpys()?;
        if is_msticpys {
            params.forest = msticpy_forest();
            params.rarity = false;
        }
        let forest = &mut params.forest;
        forest.n_trees = self.trees.unwrap_or(forest.n_trees);
        if let Some(value) = &self.max_samples {
            forest.max_samples = max_samples(value)?;
        }
        if let Some(value) = &self.max_features {
            forest.max_features = max_features(value)?;
        }
        if let Some(value) = &self.contamination {
            forest.contamination = contamination(value)?;
        }
        forest.seed = self.seed.unwrap_or(forest.seed);
        forest.bootstrap = self.bootstrap;
        forest.extended = self.extended;
        forest.precision = match self.precision.as_str() {
            "f64" => Precision::F64,
            "f32" => Precision::F32,
            other => return Err(unknown("precision", other, "'f64' or 'f32'")),
        };
        params.all_rows = self.all_rows || self.emit == "scores" || is_msticpys;
        params.n_reasons = self.explain;
        params.keep_patterns = self.emit == "outliers"; // they may be drawn
        Ok(params)
    }
}

pub(crate) fn max_samples(value: &Value) -> PyResult<MaxSamples> {
    Ok(match value {
        Value::Whole(0) => return Err(parameter_error("max_samples", "must be at least 1")),
        Value::Whole(count) => MaxSamples::Count(usize::try_from(*count).unwrap_or(usize::MAX)),
        Value::Number(share) => MaxSamples::Fraction(share_of("max_samples", *share, 1.0)?),
        Value::Word(word) if word == "auto" => MaxSamples::Auto,
        Value::Word(word) => {
            return Err(unknown("max_samples", word, "'auto', a count or a share"));
        }
    })
}

pub(crate) fn max_features(value: &Value) -> PyResult<MaxFeatures> {
    Ok(match value {
        Value::Whole(0) => return Err(parameter_error("max_features", "must be at least 1")),
        Value::Whole(count) => MaxFeatures::Count(usize::try_from(*count).unwrap_or(usize::MAX)),
        Value::Number(share) => MaxFeatures::Fraction(share_of("max_features", *share, 1.0)?),
        Value::Word(word) => return Err(unknown("max_features", word, "a count or a share")),
    })
}

pub(crate) fn contamination(value: &Value) -> PyResult<Contamination> {
    match value {
        Value::Word(word) if word == "auto" => Ok(Contamination::Auto),
        Value::Number(share) => share_of("contamination", *share, 0.5).map(Contamination::Fraction),
        other => {
            let what =
                format!("{other} is no share; give a number above 0 and at most 0.5, or 'auto'");
            Err(parameter_error("contamination", what))
        }
    }
}

fn share_of(name: &str, share: f64, most: f64) -> PyResult<f64> {
    if share > 0.0 && share <= most {
        return Ok(share);
    }
    Err(parameter_error(name, format!("{share} must be above 0 and at most {most}")))
}

/// Outliers by an isolation forest, each with its reasons; or the score of every row.
#[pyfunction]
pub(crate) fn outliers(
    py: Python<'_>,
    input: InputArgs,
    recipe: RecipeArgs,
    args: OutlierArgs<'_>,
) -> PyResult<Found> {
    if args.top.is_some() && args.contamination.is_some() {
        return Err(parameter_error("top", "goes without contamination; give one of them"));
    }
    let emits_scores = match args.emit.as_str() {
        "outliers" => false,
        "scores" => true,
        other => return Err(unknown("emit", other, "'outliers' or 'scores'")),
    };
    let params = args.params(&recipe)?;
    let train = args.train.as_ref().map(|train| input.other(train)).transpose()?;
    let top = at_least_one("top", args.top)?;
    let (with_input, save) = (args.with_input, args.save_model);
    input.run(py, |input| {
        let input = input.twice()?;
        let input = if with_input { input.settled()? } else { input };
        let training = train.as_ref().unwrap_or(&input);
        let fitted = params.fit(training)?;
        if let Some(path) = save {
            save_model(&path, &*fitted.model, training, &fitted.read, fitted.n_rows)?;
        }
        let job = Job { fitted: &fitted, input: &input, is_own: train.is_none(), top };
        let result = if emits_scores {
            Found::new(job.scores(with_input)?, &fitted.read)
        } else {
            let found = job.outliers()?;
            let printed = |row| PrintedOutlier::new(row, &fitted.model, ReasonForm::Text);
            let frame = Frame::of(&found.columns(), found.rows().map(|row| row.map(printed)))?;
            let (found, is_selection) = (Box::new(found), top.is_some());
            Found::new(frame, &fitted.read).drawn(Subject::Outliers { found, is_selection })
        };
        Ok(result.note(&fitted.read, fitted.n_rows, &fitted.intake.text()))
    })
}

/// A fitted forest, and what is scored by it.
struct Job<'a> {
    fitted: &'a FittedOutliers,
    input: &'a Input,
    is_own: bool,
    top: Option<usize>,
}

impl Job<'_> {
    fn outliers(&self) -> Result<Outliers, Error> {
        if self.is_own {
            self.fitted.find_own(self.input, self.top)
        } else {
            self.fitted.find(self.input, self.top)
        }
    }

    fn scores(&self, with_input: bool) -> Result<Frame, Error> {
        let top = self.top.map(|top| self.fitted.find(self.input, Some(top))).transpose()?;
        let scores = self.fitted.scores(self.input, top.as_ref().map(|found: &Outliers| found))?;
        let (frame, written) = score_frame(scores, with_input)?;
        if self.is_own {
            self.fitted.check_rows(written.n_rows)?;
        }
        Ok(frame)
    }
}

/// The score of every row, behind the columns of the input where they are asked for.
pub(super) fn score_frame(
    scores: ScoredRows<'_>,
    with_input: bool,
) -> Result<(Frame, ScoredSummary), Error> {
    let added = ["score", "decision", "outlier"];
    let (names, columns) = if with_input {
        (scores.layout().columns_with("row", &added), ScoreColumns::BehindInput)
    } else {
        let names = ["row"].iter().chain(&added).map(|name| (*name).to_owned()).collect();
        (names, ScoreColumns::Bare)
    };
    let mut builder = ArrowBuilder::new(&names);
    let written = scores.write(columns, &mut builder)?;
    Ok((Frame::finish(builder)?, written))
}
