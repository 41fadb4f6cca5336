use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use oddsift_eventcluster::{ClusterModel, Label};
use oddsift_iforest::IsolationForest;
use oddsift_pipeline::Model;

use crate::arguments::Kind;
use crate::numbers::Vectors;
use crate::texts::Texts;
use crate::{Error, Models, calls};

/// A function of a model, by its name in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OfModel {
    IforestScore,
    ClusterOf,
}

impl OfModel {
    const fn name(self) -> &'static str {
        match self {
            Self::IforestScore => "iforest_score",
            Self::ClusterOf => "cluster_of",
        }
    }

    const fn feature(self) -> Kind {
        match self {
            Self::IforestScore => Kind::Number,
            Self::ClusterOf => Kind::Feature,
        }
    }
}

/// A function whose first argument is the path or URL of a model.
///
/// It is no asynchronous function of the engine: those work in projections and filters alone, not in
/// `GROUP BY` or in an argument of an aggregate, and are not handed the object stores either.
#[derive(Debug, Clone)]
pub(crate) struct ModelUdf {
    of: OfModel,
    models: Arc<Models>,
    signature: Signature,
}

impl PartialEq for ModelUdf {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && Arc::ptr_eq(&self.models, &other.models)
    }
}

impl Eq for ModelUdf {}

impl Hash for ModelUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of.hash(state);
    }
}

impl ModelUdf {
    pub(crate) fn new(of: OfModel, models: Arc<Models>) -> Self {
        // What is at a path may change from query to query, but is pinned within one.
        Self { of, models, signature: Signature::user_defined(Volatility::Stable) }
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let (name, n_rows) = (self.of.name(), args.number_rows);
        let Some(path) = calls::text(name, "model", args.args.first())? else {
            return Ok(datafusion::arrow::array::new_null_array(args.return_type(), n_rows));
        };
        let model = self.models.get(path)?;
        let columns = calls::arrays(args.args.get(1..).unwrap_or_default(), n_rows)?;
        match (self.of, model.as_ref()) {
            (OfModel::IforestScore, Model::Outliers(model)) => {
                scores(path, model.detector().forest(), &columns, n_rows)
            }
            (OfModel::IforestScore, Model::Forest(model)) => {
                scores(path, model.forest(), &columns, n_rows)
            }
            (OfModel::ClusterOf, Model::Clusters(model)) => labels(path, model, &columns, n_rows),
            (of, _) => Err(wrong_kind(of, path)),
        }
    }
}

fn wrong_kind(of: OfModel, path: &str) -> Error {
    let reason = match of {
        OfModel::IforestScore => {
            "has no forest, which `iforest_score` takes; save one by `oddsift outliers --save-model`"
        }
        OfModel::ClusterOf => {
            "has no clusters, which `cluster_of` takes; save them by `oddsift cluster --save-model`"
        }
    };
    Error::Model { path: path.to_owned(), reason: reason.to_owned() }
}

/// Checks the number of columns against the names of a model's features.
fn check_columns(path: &str, found: usize, expected: usize, names: &[&str]) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    let of = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
    let reason = format!("takes {expected} features{of}, got {found}; give them in this order");
    Err(Error::Model { path: path.to_owned(), reason })
}

fn scores(
    path: &str,
    forest: &IsolationForest,
    columns: &[ArrayRef],
    n_rows: usize,
) -> Result<ArrayRef, Error> {
    check_columns(path, columns.len(), forest.n_features(), &[])?;
    let vectors = Vectors::new(columns, &[], n_rows);
    let failed = |error| Error::compute(OfModel::IforestScore.name())(&error);
    let scores = forest.score_samples(&vectors.matrix()?).map_err(failed)?;
    Ok(Arc::new(vectors.spread(scores).collect::<Float64Array>()))
}

fn labels(
    path: &str,
    model: &ClusterModel,
    columns: &[ArrayRef],
    n_rows: usize,
) -> Result<ArrayRef, Error> {
    let recipe = model.recipe();
    let names: Vec<&str> =
        recipe.categories().chain(recipe.names().iter().map(String::as_str)).collect();
    check_columns(path, columns.len(), names.len(), &names)?;
    let (categories, numbers) = columns.split_at(recipe.categories().len());
    for (name, column) in names.iter().zip(categories) {
        Kind::Text.coerce(OfModel::ClusterOf.name(), name, column.data_type())?;
    }
    let vectors = Vectors::new(numbers, categories, n_rows);
    let failed = |error| Error::compute(OfModel::ClusterOf.name())(&error);
    // Without a number there is one all the same, which is 0, as the model was fitted.
    let matrix = vectors.matrix_of_at_least_one()?;
    let labels = if categories.is_empty() {
        model.predict(&matrix)
    } else {
        model.predict_grouped(&matrix, &groups(model, categories, vectors.rows())?)
    };
    let labels = labels.map_err(failed)?.into_iter().map(Label::to_i64);
    Ok(Arc::new(vectors.spread(labels).collect::<Int64Array>()))
}

/// The group of each row by its categories; `u32::MAX` for one that was never seen.
fn groups(
    model: &ClusterModel,
    categories: &[ArrayRef],
    rows: &[usize],
) -> Result<Vec<u32>, Error> {
    let known = model.groups().iter().zip(0..);
    let known: HashMap<Vec<&str>, u32> =
        known.map(|(group, at)| (group.iter().map(String::as_str).collect(), at)).collect();
    let columns = categories.iter().map(Texts::new).collect::<Result<Vec<_>, _>>()?;
    let group = |&row: &usize| {
        let values: Vec<&str> =
            columns.iter().map(|column| column.get(row).unwrap_or_default()).collect();
        known.get(&values).copied().unwrap_or(u32::MAX)
    };
    Ok(rows.iter().map(group).collect())
}

impl ScalarUDFImpl for ModelUdf {
    fn name(&self) -> &str {
        self.of.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        let name = self.of.name();
        let [model, features @ ..] = found else {
            let takes = "(model, feature, ..)".to_owned();
            return Err(Error::ArgumentCount { function: name, takes, found: 0 }.into());
        };
        let mut types = vec![Kind::Text.coerce(name, "model", model)?];
        for (at, feature) in features.iter().enumerate() {
            types.push(self.of.feature().coerce(name, &format!("feature {}", at + 1), feature)?);
        }
        Ok(types)
    }

    fn return_type(&self, _found: &[DataType]) -> EngineResult<DataType> {
        Ok(match self.of {
            OfModel::IforestScore => DataType::Float64,
            OfModel::ClusterOf => DataType::Int64,
        })
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> EngineResult<ExprSimplifyResult> {
        Ok(self.models.pin_call(self.clone(), args)?)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        Ok(ColumnarValue::Array(self.evaluate(&args)?))
    }
}
