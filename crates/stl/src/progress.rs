//! How far a fit is, and what ends it early.

use std::{cell::Cell, ops::ControlFlow};

use crate::Error;

/// Multiplications between two calls of the callback, some milliseconds of work.
const BETWEEN: usize = 1 << 23;

/// How far a decomposition is: `done` of `total` passes of the inner loop.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use oddsift_stl::{Error, Stl, Workspace};
///
/// let y: Vec<f64> = (0..48).map(|i| f64::from(i % 12)).collect();
/// let half = |progress: oddsift_stl::Progress| {
///     if 2 * progress.done > progress.total { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
/// };
/// let fit = Stl::params(12).fit_with(&y, &mut Workspace::default(), &half);
/// assert_eq!(fit.unwrap_err(), Error::Cancelled);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Passes that are done.
    pub done: u64,
    /// Passes that there are in all.
    pub total: u64,
}

pub(crate) type Callback<'a> = &'a dyn Fn(Progress) -> ControlFlow<()>;

/// What a fit asks whether it may go on.
pub(crate) struct Control<'a> {
    callback: Option<Callback<'a>>,
    progress: Cell<Progress>,
    spent: Cell<usize>,
}

impl<'a> Control<'a> {
    pub(crate) fn new(callback: Option<Callback<'a>>, total: u64) -> Self {
        let progress = Cell::new(Progress { done: 0, total });
        Self { callback, progress, spent: Cell::new(0) }
    }

    /// Counts work, and asks when it was much.
    pub(crate) fn spend(&self, multiplications: usize) -> Result<(), Error> {
        let spent = self.spent.get().saturating_add(multiplications);
        if spent < BETWEEN {
            self.spent.set(spent);
            return Ok(());
        }
        self.spent.set(0);
        self.ask()
    }

    /// A pass is done.
    pub(crate) fn advance(&self) -> Result<(), Error> {
        let progress = self.progress.get();
        self.progress.set(Progress { done: progress.done + 1, ..progress });
        self.ask()
    }

    fn ask(&self) -> Result<(), Error> {
        match self.callback.map(|callback| callback(self.progress.get())) {
            Some(ControlFlow::Break(())) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }
}
