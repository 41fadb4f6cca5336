use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, LargeStringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarFunctionArgs;

use crate::arguments::{Argument, Kind, coerce};
use crate::function::RowFunction;
use crate::state::template_from_bytes;
use crate::{Error, calls};

const NAME: &str = "template_text";
const ARGUMENTS: [Argument; 1] = [Argument::new("state", Kind::Bytes)];

/// The text of a template state.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct TemplateText;

impl RowFunction for TemplateText {
    fn name(&self) -> &'static str {
        NAME
    }

    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error> {
        coerce(NAME, &ARGUMENTS, found)
    }

    fn returns(&self, _passed: &[DataType]) -> Result<DataType, Error> {
        Ok(DataType::LargeUtf8)
    }

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error> {
        let states = calls::argument(NAME, &args.args, 0)?.to_array(args.number_rows)?;
        let mut texts = LargeStringBuilder::with_capacity(states.len(), 0);
        for state in states.as_binary::<i64>() {
            let state = state.map(template_from_bytes).transpose()?;
            texts.append_option(state.map(|state| state.template().to_string()));
        }
        Ok(Arc::new(texts.finish()))
    }
}
