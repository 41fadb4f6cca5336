//! How far a fit is, and what ends it before its time.

use std::{
    fmt,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use crate::Error;

/// How far [`IsolationForestParams::fit_with`](crate::IsolationForestParams::fit_with) is.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use ndarray::array;
/// use oddsift_iforest::{IsolationForest, Progress};
///
/// let show = |progress: Progress| {
///     eprintln!("{}: {} of {}", progress.step, progress.done, progress.total);
///     ControlFlow::Continue(())
/// };
/// let forest = IsolationForest::params().fit_with(&array![[0.0], [1.0]], None, &show)?;
/// assert_eq!(forest.n_trees(), 100);
/// # Ok::<(), oddsift_iforest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Trees or rows that are done; it grows during a step, and may come out of order from several
    /// threads.
    pub done: u64,
    /// How many there are in this step.
    pub total: u64,
}

/// The steps of a fit, in their order; printed as one word such as `growing`.
///
/// ```
/// use oddsift_iforest::Step;
///
/// assert!(Step::Grow < Step::Score);
/// assert_eq!(Step::Score.to_string(), "scoring");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Samples are drawn and trees grown. Counts trees.
    Grow,
    /// Training rows are scored for the offset, where contamination is a fraction. Counts rows.
    Score,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Grow => "growing",
            Self::Score => "scoring",
        })
    }
}

/// What the caller is told, which may say to stop.
pub(crate) type Callback<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);

/// What all threads of one step share. `Relaxed` is enough: nothing is passed through these numbers.
pub(crate) struct Control<'a> {
    callback: Option<Callback<'a>>,
    step: Step,
    total: u64,
    done: AtomicU64,
    cancelled: AtomicBool,
}

impl<'a> Control<'a> {
    /// Begins a step of `total` trees or rows.
    pub(crate) fn begin(callback: Option<Callback<'a>>, step: Step, total: usize) -> Self {
        let (done, cancelled) = (AtomicU64::new(0), AtomicBool::new(false));
        let control = Self { callback, step, total: total as u64, done, cancelled };
        control.did(0);
        control
    }

    /// For work that nobody watches.
    pub(crate) fn unwatched() -> Self {
        Self::begin(None, Step::Score, 0)
    }

    /// Tells that so many more trees or rows are done.
    pub(crate) fn did(&self, done: usize) {
        let done = self.done.fetch_add(done as u64, Relaxed) + done as u64;
        if let Some(callback) = self.callback
            && !self.cancelled.load(Relaxed)
            && callback(Progress { step: self.step, done, total: self.total }).is_break()
        {
            self.cancelled.store(true, Relaxed);
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.cancelled.load(Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
    }
}
