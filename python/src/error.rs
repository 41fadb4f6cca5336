use std::fmt;

use pyo3::{PyErr, exceptions::PyValueError};

pyo3::create_exception!(
    oddsift,
    Error,
    PyValueError,
    "Data or a parameter that cannot be used.\n\nThe message names the place (file, line, column), the value and \
     the remedy."
);

/// An error of ours as Python's.
pub(crate) fn error(error: impl fmt::Display) -> PyErr {
    Error::new_err(error.to_string())
}

/// An error of a parameter.
pub(crate) fn parameter_error(name: &str, what: impl fmt::Display) -> PyErr {
    Error::new_err(format!("{name}: {what}"))
}
