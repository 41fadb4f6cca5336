//! What runs a step when told to.

use anyhow::{Result, ensure};

use crate::memory::Spent;

/// What came of a step.
pub(crate) struct Done {
    pub(crate) spent: Spent,
    /// Little-endian numbers, where there are any.
    pub(crate) result: Option<Vec<[u8; 8]>>,
}

impl Done {
    pub(crate) fn integers(spent: Spent, integers: impl IntoIterator<Item = i64>) -> Self {
        Self { spent, result: Some(integers.into_iter().map(i64::to_le_bytes).collect()) }
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
    pub(crate) fn of_fit(fit: impl FnMut() -> Result<Done> + Send + 'static) -> Self {
        Self::of_step("fit", fit)
    }

    /// Has one step alone.
    pub(crate) fn of_step(
        name: &'static str,
        mut run: impl FnMut() -> Result<Done> + Send + 'static,
    ) -> Self {
        Self::new(move |step| {
            ensure!(step == name, "there is no step `{step}`; there is `{name}`");
            run()
        })
    }

    pub(crate) fn run(&mut self, step: &str) -> Result<Done> {
        (self.0)(step)
    }
}
