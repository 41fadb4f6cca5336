//! What runs a step when told to.

use anyhow::{Result, bail};

use crate::memory::Spent;

/// What came of a step.
pub(crate) struct Done {
    pub(crate) spent: Spent,
    /// Little-endian numbers, where there are any.
    pub(crate) result: Option<Vec<[u8; 8]>>,
}

impl Done {
    pub(crate) fn labels(spent: Spent, labels: impl IntoIterator<Item = i64>) -> Self {
        Self { spent, result: Some(labels.into_iter().map(i64::to_le_bytes).collect()) }
    }

    pub(crate) fn values(spent: Spent, values: impl IntoIterator<Item = f64>) -> Self {
        Self { spent, result: Some(values.into_iter().map(f64::to_le_bytes).collect()) }
    }

    pub(crate) fn nothing(spent: Spent) -> Self {
        Self { spent, result: None }
    }
}

/// A crate with its copy of the data.
pub(crate) struct Peer(Box<Run>);

type Run = dyn FnMut(&str) -> Result<Done> + Send;

impl Peer {
    /// Runs any step of `run`, by its name.
    pub(crate) fn new(run: impl FnMut(&str) -> Result<Done> + Send + 'static) -> Self {
        Self(Box::new(run))
    }

    /// Has the step `fit` alone.
    pub(crate) fn of_fit(mut fit: impl FnMut() -> Result<Done> + Send + 'static) -> Self {
        Self::new(move |step| match step {
            "fit" => fit(),
            _ => bail!("there is no step `{step}`; there is `fit`"),
        })
    }

    pub(crate) fn run(&mut self, step: &str) -> Result<Done> {
        (self.0)(step)
    }
}
