use oddsift::pipeline::{Delimiters, FeatureChoice, FeatureOptions, SessionRule};
use pyo3::prelude::*;

use crate::error::parameter_error;
use crate::value::unknown;

/// How features are made from text.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct RecipeArgs {
    features: Vec<String>,
    path_separator: Option<String>,
    force: bool,
    delimiters: Option<String>,
    token_delimiter: Option<String>,
    ord_scale: f64,
    compat: Option<String>,
}

impl RecipeArgs {
    /// Whether msticpy's way is asked for where it differs.
    pub(crate) fn is_msticpys(&self) -> PyResult<bool> {
        is_msticpys(self.compat.as_deref())
    }

    pub(crate) fn choice(&self) -> PyResult<FeatureChoice> {
        let defaults = FeatureOptions::default();
        let delimiters = self.delimiters.as_deref().map(Delimiters::new).transpose();
        let delimiters = delimiters.map_err(|error| parameter_error("delimiters", error))?;
        let is_msticpys = self.is_msticpys()?;
        let options = FeatureOptions {
            path_separator: self.path_separator.clone(),
            delimiters: delimiters.unwrap_or(defaults.delimiters),
            token_delimiter: self.token_delimiter.clone().unwrap_or(defaults.token_delimiter),
            ord_scale: self.ord_scale,
            force: self.force,
            session_rule: if is_msticpys { SessionRule::ExactText } else { SessionRule::default() },
        };
        Ok(FeatureChoice { names: self.features.clone(), options })
    }
}

/// Whether msticpy's way is asked for.
pub(crate) fn is_msticpys(compat: Option<&str>) -> PyResult<bool> {
    match compat {
        None => Ok(false),
        Some("msticpy") => Ok(true),
        Some(other) => Err(unknown("compat", other, "'msticpy' or None")),
    }
}
