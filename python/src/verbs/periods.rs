use oddsift::pipeline::{Bins, Period, PeriodParams, Periods, QueryLanguage, Signs};
use pyo3::prelude::*;

use super::{found::Found, recipe::is_msticpys};
use crate::error::parameter_error;
use crate::frame::Frame;
use crate::input::InputArgs;
use crate::value::{Value, unknown};

/// What `periods` takes.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct PeriodArgs {
    time_column: Option<String>,
    anomalies_column: String,
    threshold: Option<f64>,
    threshold_low: Option<f64>,
    merge: Value,
    both: bool,
    query: Option<String>,
    query_column: Option<String>,
    compat: Option<String>,
}

impl PeriodArgs {
    fn params(&self) -> PyResult<PeriodParams> {
        let is_msticpys = is_msticpys(self.compat.as_deref())?;
        let mut params = PeriodParams::new();
        params.time_column.clone_from(&self.time_column);
        params.anomalies_column.clone_from(&self.anomalies_column);
        params.threshold = not_negative("threshold", self.threshold)?;
        let low = not_negative("threshold_low", self.threshold_low)?;
        if low.is_some() && self.threshold.is_none() {
            return Err(parameter_error("threshold_low", "goes with threshold; give both"));
        }
        // A low threshold of 0 is none to msticpy.
        params.threshold_low = low.filter(|low| *low > 0.0 || !is_msticpys);
        params.merge = self.merge.parse::<Bins>("merge")?;
        if params.merge.length() <= Period::ZERO {
            return Err(parameter_error("merge", "must be longer than nothing"));
        }
        params.signs = if self.both { Signs::Both } else { Signs::Positive };
        Ok(params)
    }

    fn language(&self) -> PyResult<Option<QueryLanguage>> {
        let is_msticpys = is_msticpys(self.compat.as_deref())?;
        Ok(Some(match self.query.as_deref() {
            None => return Ok(None),
            Some("kql") if is_msticpys => QueryLanguage::KqlBetween,
            Some("kql") => QueryLanguage::Kql,
            Some("spl") => QueryLanguage::Spl,
            Some("sql") => QueryLanguage::Sql,
            Some(other) => return Err(unknown("query", other, "'kql', 'spl' or 'sql'")),
        }))
    }
}

fn not_negative(name: &str, number: Option<f64>) -> PyResult<Option<f64>> {
    match number {
        Some(number) if !number.is_finite() || number < 0.0 => {
            Err(parameter_error(name, format!("{number} must be finite and at least 0")))
        }
        number => Ok(number),
    }
}

/// Joins the anomalies of a series to periods of time.
#[pyfunction]
pub(crate) fn periods(py: Python<'_>, input: InputArgs, args: PeriodArgs) -> PyResult<Found> {
    let (params, language) = (args.params()?, args.language()?);
    input.run(py, |input| {
        let found = params.join(&input)?;
        let column = args.query_column.as_deref();
        let query = language.map(|language| found.query(language, column)).transpose()?;
        let what = format!("{} periods", found.periods.len());
        let frame = Frame::of(&Periods::columns(), found.periods.iter().map(|span| Ok(*span)))?;
        let mut result = Found::new(frame, &found.read);
        result = result.note(&found.read, found.read.input.rows(), &what);
        result.query = query;
        Ok(result)
    })
}
