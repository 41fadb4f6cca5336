//! The arguments of a call.

use datafusion::arrow::array::ArrayRef;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs};

use crate::Error;
use crate::texts::Texts;

/// An argument that is one value for all rows; `None` where it is left out or NULL.
fn scalar<'a>(
    function: &'static str,
    argument: &'static str,
    value: Option<&'a ColumnarValue>,
) -> Result<Option<&'a ScalarValue>, Error> {
    match value {
        None => Ok(None),
        Some(ColumnarValue::Scalar(scalar)) => Ok(Some(scalar).filter(|it| !it.is_null())),
        Some(ColumnarValue::Array(_)) => Err(Error::Constant { function, argument }),
    }
}

pub(crate) fn text<'a>(
    function: &'static str,
    argument: &'static str,
    value: Option<&'a ColumnarValue>,
) -> Result<Option<&'a str>, Error> {
    Ok(scalar(function, argument, value)?.and_then(|scalar| scalar.try_as_str().flatten()))
}

pub(crate) fn number(
    function: &'static str,
    argument: &'static str,
    value: Option<&ColumnarValue>,
) -> Result<Option<f64>, Error> {
    Ok(match scalar(function, argument, value)? {
        Some(ScalarValue::Float64(number)) => *number,
        _ => None,
    })
}

/// All arguments as arrays of `n_rows` rows.
pub(crate) fn arrays(values: &[ColumnarValue], n_rows: usize) -> Result<Vec<ArrayRef>, Error> {
    values.iter().map(|value| Ok(value.to_array(n_rows)?)).collect()
}

/// The texts of the argument at a place.
pub(crate) fn texts(
    function: &'static str,
    args: &ScalarFunctionArgs,
    place: usize,
) -> Result<Texts, Error> {
    Texts::new(&argument(function, &args.args, place)?.to_array(args.number_rows)?)
}

/// The argument at a place; the engine has checked the number of them.
pub(crate) fn argument<'a, T>(
    function: &'static str,
    values: &'a [T],
    place: usize,
) -> Result<&'a T, Error> {
    let missing = || Error::ArgumentCount {
        function,
        takes: format!("at least {} arguments", place + 1),
        found: values.len(),
    };
    values.get(place).ok_or_else(missing)
}
