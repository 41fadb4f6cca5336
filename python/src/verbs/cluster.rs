use std::path::PathBuf;

use oddsift::pipeline::{
    ArrowBuilder, ClusterParams, Clusters, Eps, Error, Input, KeepRows, NoiseTimes,
};
use pyo3::prelude::*;

use super::{found::Found, recipe::RecipeArgs, save::save_model};
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::picture::Subject;
use crate::value::{Value, parsed, unknown};

/// How rows are clustered.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct SpaceArgs {
    scale: Option<Value>,
    min_samples: usize,
    metric: Value,
    weight: Option<String>,
    eps: Option<Value>,
    work_limit: Option<u64>,
    time_column: Option<String>,
    count_distinct: Vec<String>,
    template: Option<String>,
}

/// What `cluster` gives.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct EmitArgs {
    emit: String,
    with_input: bool,
    save_model: Option<PathBuf>,
}

impl SpaceArgs {
    pub(crate) fn params(&self, recipe: &RecipeArgs) -> PyResult<ClusterParams> {
        let mut params = ClusterParams::new();
        params.features = recipe.choice()?;
        params.weight.clone_from(&self.weight);
        params.scale = parsed("scale", self.scale.as_ref())?;
        let metric = self.metric.parse("metric")?;
        params.clustering = params.clustering.min_samples(self.min_samples).metric(metric);
        params.clustering = params.clustering.work_limit(self.work_limit);
        if recipe.is_msticpys()? {
            params.clustering = params.clustering.noise_times(NoiseTimes::Shared);
            params.numbers_alone = true;
        }
        params.eps = self.eps.as_ref().map(eps).transpose()?;
        params.time_column.clone_from(&self.time_column);
        params.template.clone_from(&self.template);
        params.count_distinct.clone_from(&self.count_distinct);
        params.keep = KeepRows::All;
        Ok(params)
    }
}

fn eps(value: &Value) -> PyResult<Eps> {
    match value {
        Value::Word(word) if word == "auto" => Ok(Eps::Auto),
        other => other.parse("eps").map(Eps::Value),
    }
}

/// One row for each cluster, and every event that is like no other by itself; or a label for every row.
#[pyfunction]
pub(crate) fn cluster(
    py: Python<'_>,
    input: InputArgs,
    recipe: RecipeArgs,
    space: SpaceArgs,
    args: EmitArgs,
) -> PyResult<Found> {
    let params = space.params(&recipe)?;
    let emit = match (args.emit.as_str(), args.with_input) {
        ("exemplars", _) => Emit::Exemplars,
        ("labels", false) => Emit::Labels,
        ("labels", true) => Emit::Rows,
        (other, _) => return Err(unknown("emit", other, "'exemplars' or 'labels'")),
    };
    input.run(py, |input| {
        let input = if emit == Emit::Rows { input.twice()?.settled()? } else { input };
        let found = params.fit(&input)?;
        let (read, n_rows) = (&found.read, found.events.patterns().n_rows());
        if let Some(path) = &args.save_model {
            save_model(path, &found.model()?, &input, read, n_rows)?;
        }
        let what = format!("{}; {}", found.intake.text(), found.summary());
        let mut result = Found::new(emit.frame(&found, &input)?, read).note(read, n_rows, &what);
        result.warnings.extend(found.warnings.iter().map(ToString::to_string));
        result.labels = Some(found.labels().map(|(_, label, _)| label.to_i64()).collect());
        Ok(result.drawn(Subject::Clusters(Box::new(found))))
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emit {
    Exemplars,
    Labels,
    Rows,
}

impl Emit {
    fn frame(self, found: &Clusters, input: &Input) -> Result<Frame, Error> {
        match self {
            Self::Exemplars => Frame::of(&found.columns(), found.iter().map(Ok)),
            Self::Labels => Frame::of(&Clusters::label_columns(), found.labels().map(Ok)),
            Self::Rows => {
                let names = found.layout.columns_with("row", &["ClusterId", "IsCore"]);
                let mut builder = ArrowBuilder::new(&names);
                found.write_labelled(input, &mut builder)?;
                Frame::finish(builder)
            }
        }
    }
}
