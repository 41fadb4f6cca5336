use std::fmt::Debug;
use std::hash::Hash;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::Result as EngineResult;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::Error;

/// A function of a row whose value depends on its arguments alone.
pub(crate) trait RowFunction: Debug + Eq + Hash + Send + Sync + Sized + 'static {
    fn name(&self) -> &'static str;

    /// The types in which the arguments are passed, by those of a call.
    fn coerce(&self, found: &[DataType]) -> Result<Vec<DataType>, Error>;

    /// The type of the value, by those of the arguments as they are passed.
    fn returns(&self, passed: &[DataType]) -> Result<DataType, Error>;

    fn evaluate(&self, args: &ScalarFunctionArgs) -> Result<ArrayRef, Error>;

    /// The function as the engine registers it.
    fn into_udf(self) -> ScalarUDF {
        let signature = Signature::user_defined(Volatility::Immutable);
        ScalarUDF::new_from_impl(RowUdf { function: self, signature })
    }
}

/// What the engine asks of a [`RowFunction`].
#[derive(Debug, PartialEq, Eq, Hash)]
struct RowUdf<F> {
    function: F,
    signature: Signature,
}

impl<F: RowFunction> ScalarUDFImpl for RowUdf<F> {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, found: &[DataType]) -> EngineResult<Vec<DataType>> {
        Ok(self.function.coerce(found)?)
    }

    fn return_type(&self, passed: &[DataType]) -> EngineResult<DataType> {
        Ok(self.function.returns(passed)?)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        Ok(ColumnarValue::Array(self.function.evaluate(&args)?))
    }
}
