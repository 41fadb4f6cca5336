use oddsift::timespan::{Error, ParsedTime, SpanArgs, TimeParser, TimeSpan};
use pyo3::prelude::*;

use crate::error::parameter_error;

/// Returns start and end, in microseconds since 1970, of the span that texts of its parts make.
#[pyfunction]
pub(crate) fn time_span(
    start: Option<&str>,
    end: Option<&str>,
    period: Option<&str>,
    now: &str,
) -> PyResult<(i64, i64)> {
    let mut args = SpanArgs::new();
    if let Some(start) = start {
        args = args.start(time("start", start)?);
    }
    if let Some(end) = end {
        args = args.end(time("end", end)?);
    }
    if let Some(period) = period {
        let wrong = |error: Error| parameter_error("period", error);
        args = args.period(period.parse().map_err(wrong)?);
    }
    let now = time("now", now)?.timestamp;
    let span = TimeSpan::from_args(&args, now).map_err(crate::error::error)?;
    Ok((span.start().as_microsecond(), span.end().as_microsecond()))
}

fn time(name: &str, text: &str) -> PyResult<ParsedTime> {
    TimeParser::new().parse(text).map_err(|error| parameter_error(name, error))
}
