//! The functions of SQL engines: columns of Arrow in, a column of Arrow out, and no object of Python for a row.
//!
//! Names, arguments and values are those of the functions that the crate `oddsift-datafusion` gives to engines in
//! Rust; each calls the same crate below.

mod arguments; // columns and values of a call
mod models; // saved models, by path
mod process; // features of process events
mod scored; // what a model says of a row
mod series; // series taken apart
mod text; // functions of one text
mod time_bucket;
mod vector_hash;

use std::fmt;

use arrow_array::ArrayRef;
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3_arrow::{PyArray, input::AnyArray};

use crate::error::error;
use arguments::Arguments;

/// The reason why a call cannot be answered.
#[derive(Debug)]
struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ArrowError> for Fault {
    fn from(error: ArrowError) -> Self {
        Self(error.to_string())
    }
}

/// Computes a function of SQL over columns of Arrow; the result is an array that hands itself over as Arrow.
///
/// A column of one row counts for all rows.
#[pyfunction]
pub(crate) fn sql_function(
    py: Python<'_>,
    name: &str,
    columns: Vec<AnyArray>,
) -> PyResult<PyArray> {
    let columns = columns.into_iter().map(whole).collect::<PyResult<Vec<_>>>()?;
    let of = |fault| error(format!("{name}: {fault}"));
    let found = py.detach(|| evaluate(name, columns)).map_err(of)?;
    Ok(PyArray::from_array_ref(found))
}

/// Computes the features of process events as msticpy has them, of texts that all have the same number of rows; the
/// result is a struct.
#[pyfunction]
pub(crate) fn process_features(
    py: Python<'_>,
    path: AnyArray,
    command_line: AnyArray,
    session: AnyArray,
    path_separator: Option<String>,
) -> PyResult<PyArray> {
    let [path, command_line, session] = [whole(path)?, whole(command_line)?, whole(session)?];
    let columns = [&path, &command_line, &session];
    if columns.iter().any(|column| column.len() != path.len()) {
        return Err(error("the columns of process events differ in their number of rows"));
    }
    let found = py.detach(|| process::msticpys(columns, path_separator));
    Ok(PyArray::from_array_ref(found.map_err(error)?))
}

/// A column in one piece.
fn whole(column: AnyArray) -> PyResult<ArrayRef> {
    match column {
        AnyArray::Array(array) => Ok(array.into_inner().0),
        AnyArray::Stream(stream) => {
            let (chunks, field) = stream.into_chunked_array()?.into_inner();
            match &chunks[..] {
                [] => Ok(arrow_array::new_empty_array(field.data_type())),
                [one] => Ok(one.clone()),
                chunks => {
                    let chunks: Vec<_> = chunks.iter().map(AsRef::as_ref).collect();
                    arrow_select::concat::concat(&chunks).map_err(error)
                }
            }
        }
    }
}

fn evaluate(name: &str, columns: Vec<ArrayRef>) -> Result<ArrayRef, Fault> {
    let args = Arguments::new(columns);
    if let Some(function) = text::OfText::of_name(name) {
        return function.evaluate(&args);
    }
    match name {
        "process_features" => process::features(&args),
        "process_rarity" => scored::rarity(&args),
        "iforest_score" => scored::scores(&args),
        "cluster_of" => scored::labels(&args),
        "stl_anomalies" => series::anomalies(&args),
        "time_bucket" => time_bucket::starts(&args),
        "vector_hash" => vector_hash::hashes(&args),
        _ => Err(Fault("no function has this name".to_owned())),
    }
}

/// Returns the path of a model with the hash of its content, which a call then insists on, and the features that
/// `function` takes of it: the name of each, and whether it is a text.
#[pyfunction]
pub(crate) fn sql_model(
    py: Python<'_>,
    function: &str,
    path: &str,
) -> PyResult<(String, Vec<(String, bool)>)> {
    let found = py.detach(|| {
        let (pinned, model) = models::pinned(path)?;
        Ok((pinned, scored::features(function, path, &model)?))
    });
    found.map_err(|fault: Fault| error(format!("{function}: {fault}")))
}
