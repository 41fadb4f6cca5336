use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Builder, StructArray, new_null_array};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};
use oddsift_outliers::{ProcessLine, ProcessRarity};
use oddsift_pipeline::Model;

use crate::arguments::{Argument, Kind, coerce};
use crate::texts::Texts;
use crate::{Error, Models, calls};

const NAME: &str = "process_rarity";

const ARGUMENTS: [Argument; 4] = [
    Argument::new("model", Kind::Text),
    Argument::new("path", Kind::Text),
    Argument::new("parent_path", Kind::Text),
    Argument::new("command_line", Kind::Text),
];

/// The features of a process event for a model of outliers that was fitted to them: how rare its program,
/// parent, words and arguments were among the rows of the model.
#[derive(Debug, Clone)]
pub(crate) struct ProcessRarityUdf {
    models: Arc<Models>,
    signature: Signature,
}

impl PartialEq for ProcessRarityUdf {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.models, &other.models)
    }
}

impl Eq for ProcessRarityUdf {}

impl Hash for ProcessRarityUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        NAME.hash(state);
    }
}

impl ProcessRarityUdf {
    pub(crate) fn new(models: Arc<Models>) -> Self {
        Self { models, signature: Signature::user_defined(Volatility::Stable) }
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let Some(path) = calls::text(NAME, "model", args.args.first())? else {
            return Ok(new_null_array(args.return_type(), args.number_rows));
        };
        let model = self.models.get(path)?;
        let rarity = match model.as_ref() {
            Model::Outliers(model) => model.rarity(),
            _ => None,
        };
        let column = |place| calls::texts(NAME, args, place);
        match rarity {
            Some(rarity) => values(rarity, &[column(1)?, column(2)?, column(3)?], args.number_rows),
            None => Err(without_rarity(path)),
        }
    }
}

fn without_rarity(path: &str) -> Error {
    let reason = "has no counts of process events; save it by `oddsift outliers --save-model`, without `--features`";
    Error::Model { path: path.to_owned(), reason: reason.to_owned() }
}

fn fields() -> Fields {
    ProcessRarity::NAMES
        .map(|name| Field::new(name, DataType::Float64, false))
        .into_iter()
        .collect()
}

fn values(rarity: &ProcessRarity, texts: &[Texts; 3], n_rows: usize) -> Result<ArrayRef, Error> {
    let mut columns: [Float64Builder; 4] =
        std::array::from_fn(|_| Float64Builder::with_capacity(n_rows));
    let mut line = ProcessLine::default();
    for row in 0..n_rows {
        let [path, parent_path, command_line] =
            texts.each_ref().map(|texts| texts.get(row).unwrap_or_default());
        line.set(path, parent_path, command_line);
        let values = rarity.values(&line).map_err(|error| Error::compute(NAME)(&error))?;
        columns.iter_mut().zip(values).for_each(|(column, value)| column.append_value(value));
    }
    let columns = columns.map(|mut column| Arc::new(column.finish()) as ArrayRef);
    Ok(Arc::new(StructArray::try_new(fields(), columns.to_vec(), None)?))
}

impl ScalarUDFImpl for ProcessRarityUdf {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(coerce(NAME, &ARGUMENTS, found)?)
    }

    fn return_type(&self, _found: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Struct(fields()))
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> EngineResult<ExprSimplifyResult> {
        Ok(self.models.pin_call(self.clone(), args)?)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        Ok(ColumnarValue::Array(self.evaluate(&args)?))
    }
}
