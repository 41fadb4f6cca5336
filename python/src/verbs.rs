pub(crate) mod cluster; // clusters and noise events, or a label for every row
pub(crate) mod features; // rows with features added
pub(crate) mod hunt; // a ranked list
pub(crate) mod outliers; // outliers with reasons, or the score of every row
pub(crate) mod read; // rows as they are
pub(crate) mod series; // time series and their anomalies
pub(crate) mod stack; // combinations of values

mod found; // Found: a result
mod recipe; // RecipeArgs: how features are made
mod save; // models in files
