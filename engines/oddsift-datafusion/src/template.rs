use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, LargeStringBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::arguments::{Argument, Kind, coerce};
use crate::calls;
use crate::state::template_from_bytes;

const NAME: &str = "template_text";
const ARGUMENTS: [Argument; 1] = [Argument::new("state", Kind::Bytes)];

/// The text of a template state.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct TemplateUdf {
    signature: Signature,
}

impl TemplateUdf {
    pub(crate) fn new() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for TemplateUdf {
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
        Ok(DataType::LargeUtf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let states = calls::argument(NAME, &args.args, 0)?.to_array(args.number_rows)?;
        let mut texts = LargeStringBuilder::with_capacity(states.len(), 0);
        for state in states.as_binary::<i64>() {
            let state = state.map(template_from_bytes).transpose()?;
            texts.append_option(state.map(|state| state.template().to_string()));
        }
        Ok(ColumnarValue::Array(Arc::new(texts.finish())))
    }
}
