pub(crate) mod auditd; // events of Linux audit logs, or processes in clusters
pub(crate) mod cluster; // clusters and noise events, or a label for every row
pub(crate) mod eps; // distances to the k-th neighbour
pub(crate) mod features; // rows with features added
pub(crate) mod hunt; // a ranked list
pub(crate) mod merge; // histories of hunts as one
pub(crate) mod outliers; // outliers with reasons, or the score of every row
pub(crate) mod periods; // anomalies joined to periods of time
pub(crate) mod read; // rows as they are
pub(crate) mod report; // an offline page about an input
pub(crate) mod scan; // rows while they are taken
pub(crate) mod schemas; // known layouts
pub(crate) mod score; // rows by a saved model
pub(crate) mod series; // time series and their anomalies
pub(crate) mod stack; // combinations of values

mod found; // Found: a result
mod recipe; // RecipeArgs: how features are made
mod save; // models in files
