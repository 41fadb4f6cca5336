use std::fmt;
use std::str::FromStr;

use pyo3::prelude::*;

use crate::error::parameter_error;

/// A value that may be a number or a word, such as `auto`.
#[derive(Debug, Clone, FromPyObject)]
pub(crate) enum Value {
    /// A count.
    #[pyo3(transparent, annotation = "int")]
    Whole(u64),
    /// A share, a distance.
    #[pyo3(transparent, annotation = "float")]
    Number(f64),
    /// A word.
    #[pyo3(transparent, annotation = "str")]
    Word(String),
}

impl Value {
    /// Reads the text of the value, as the tool does.
    pub(crate) fn parse<T: FromStr<Err: fmt::Display>>(&self, name: &str) -> PyResult<T> {
        self.to_string().parse().map_err(|error| parameter_error(name, error))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// Reads an optional value.
pub(crate) fn parsed<T: FromStr<Err: fmt::Display>>(
    name: &str,
    value: Option<&Value>,
) -> PyResult<Option<T>> {
    value.map(|value| value.parse(name)).transpose()
}

/// An error that says which words there are.
pub(crate) fn unknown(name: &str, found: &str, known: &str) -> PyErr {
    parameter_error(name, format!("{found:?} is not known; give {known}"))
}

/// Returns a count, which must not be zero.
pub(crate) fn at_least_one(name: &str, count: Option<usize>) -> PyResult<Option<usize>> {
    match count {
        Some(0) => Err(parameter_error(name, "must be at least 1")),
        count => Ok(count),
    }
}
