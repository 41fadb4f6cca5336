//! The checks of single values.

use std::path::PathBuf;

use oddsift::pipeline::{Bins, Delimiters, Eps, Period, SchemaChoice, schema_choice};
use oddsift::records::BadRows;

use crate::args::{PlotForm, PlotPath};

pub(crate) fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "must be a positive, finite number".to_owned())
}

pub(crate) fn schema(text: &str) -> Result<SchemaChoice, String> {
    schema_choice(text).map_err(|error| error.to_string())
}

pub(crate) fn eps(text: &str) -> Result<Eps, String> {
    if text == "auto" {
        return Ok(Eps::Auto);
    }
    positive(text).map(Eps::Value).map_err(|what| format!("{what}, or auto"))
}

pub(crate) fn work_limit(text: &str) -> Result<u64, String> {
    at_least_one(text).map(|limit| limit as u64)
}

pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "must be a whole number of at least 1".to_owned())
}

pub(crate) fn positive_period(text: &str) -> Result<Period, String> {
    let period = text.parse::<Period>().map_err(|error| error.to_string())?;
    if period > Period::ZERO { Ok(period) } else { Err("must be longer than nothing".to_owned()) }
}

pub(crate) fn bins(text: &str) -> Result<Bins, String> {
    let bins = text.parse::<Bins>().map_err(|error| error.to_string())?;
    let is_some = bins.length() > Period::ZERO;
    if is_some { Ok(bins) } else { Err("must be longer than nothing".to_owned()) }
}

pub(crate) fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "must be a finite number of at least 0".to_owned())
}

/// A share of something, from 0 to 1.
pub(crate) fn share(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    number.ok_or_else(|| "must be a share from 0 to 1, as 0.2".to_owned())
}

pub(crate) fn bad_rows(text: &str) -> Result<BadRows, String> {
    match text {
        "fail" => Ok(BadRows::Fail),
        "skip" => Ok(BadRows::Skip),
        _ => Err("must be fail or skip".to_owned()),
    }
}

pub(crate) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(*byte),
        _ => Err("must be one ASCII character, no quote and no line break, or tab".to_owned()),
    }
}

pub(crate) fn not_empty(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

pub(crate) fn delimiters(pattern: &str) -> Result<Delimiters, String> {
    Delimiters::new(pattern).map_err(|error| error.to_string())
}

/// A file that says by its ending what is drawn.
pub(crate) fn plot_path(text: &str) -> Result<PlotPath, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let form = match ending.as_deref() {
        Some("svg") => PlotForm::Svg,
        Some("html" | "htm") => PlotForm::Html,
        _ => return Err("must end in .svg or .html".to_owned()),
    };
    Ok(PlotPath { path, form })
}

pub(crate) fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((role, column)) if !role.is_empty() && !column.is_empty() => {
            Ok((role.to_owned(), column.to_owned()))
        }
        _ => Err("must be ROLE=COLUMN, such as CommandLine=cmd".to_owned()),
    }
}
