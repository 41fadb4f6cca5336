//! How far a fit is, and what ends it before its time.

use std::{
    fmt,
    ops::ControlFlow,
    sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
};

use crate::Error;

/// Work after which a thread asks whether to go on.
const BLOCK: u64 = 1 << 14;
/// Work after which the caller hears about it.
const REPORT: u64 = 1 << 19;

/// How far [`DbscanParams::fit_with`](crate::DbscanParams::fit_with) is.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use ndarray::array;
/// use oddsift_dbscan::{Dbscan, Progress};
///
/// let show = |progress: Progress| {
///     eprintln!("{}: {} of {}", progress.step, progress.done, progress.total);
///     ControlFlow::Continue(())
/// };
/// let model = Dbscan::params().fit_with(&array![[0.0], [1.0]], None, &show)?;
/// assert_eq!(model.n_noise(), 2);
/// # Ok::<(), oddsift_dbscan::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Rows or points that are done; it grows during a step, and may come out of order from several
    /// threads.
    pub done: u64,
    /// How many there are in this step.
    pub total: u64,
}

/// The steps of a fit, in their order; printed as one word such as `counting`.
///
/// ```
/// use oddsift_dbscan::Step;
///
/// assert!(Step::Collapse < Step::Count);
/// assert_eq!(Step::Link.to_string(), "linking");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Step {
    /// Equal rows become one point. Counts rows.
    Collapse,
    /// Neighbours are counted, to find core points. Counts points.
    Count,
    /// Core points within reach of each other are joined. Counts points.
    Link,
    /// Border points look for a cluster. Counts points.
    Border,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Collapse => "collapsing",
            Self::Count => "counting",
            Self::Link => "linking",
            Self::Border => "labelling",
        })
    }
}

const STEPS: [Step; 4] = [Step::Collapse, Step::Count, Step::Link, Step::Border];

/// What the caller is told, which may say to stop.
pub(crate) type Callback<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);

const GO_ON: u8 = 0;
const AT_LIMIT: u8 = 1;
const CANCELLED: u8 = 2;

/// What all threads of one fit share. `Relaxed` is enough: nothing is passed through these numbers.
pub(crate) struct Control<'a> {
    limit: Option<u64>,
    progress: Option<Callback<'a>>,
    state: AtomicU8,
    step: AtomicU8,
    total: AtomicU64,
    done: AtomicU64,
    work: AtomicU64,
    /// Work and what was done, for the rhythm of reports.
    moved: AtomicU64,
}

impl<'a> Control<'a> {
    pub(crate) fn new(limit: Option<u64>, progress: Option<Callback<'a>>) -> Self {
        Self {
            limit,
            progress,
            state: AtomicU8::new(GO_ON),
            step: AtomicU8::new(0),
            total: AtomicU64::new(0),
            done: AtomicU64::new(0),
            work: AtomicU64::new(0),
            moved: AtomicU64::new(0),
        }
    }

    /// Begins a step of `total` rows or points, unless it is time to stop.
    pub(crate) fn begin(&self, step: Step, total: usize) -> Result<(), Error> {
        self.check()?;
        self.step.store(step as u8, Relaxed);
        self.total.store(total as u64, Relaxed);
        self.done.store(0, Relaxed);
        self.report(0);
        self.check()
    }

    /// Why to stop, if at all.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.state.load(Relaxed) {
            GO_ON => Ok(()),
            AT_LIMIT => {
                let Progress { step, done, total } = self.at(self.done.load(Relaxed));
                Err(Error::WorkLimit { limit: self.limit.unwrap_or_default(), step, done, total })
            }
            _ => Err(Error::Cancelled),
        }
    }

    pub(crate) fn tally(&self) -> Tally<'_> {
        Tally { control: self, work: 0, done: 0, settle_at: BLOCK }
    }

    fn goes_on(&self) -> bool {
        self.state.load(Relaxed) == GO_ON
    }

    fn spend(&self, work: u64, done: u64) {
        if let Some(limit) = self.limit
            && self.work.fetch_add(work, Relaxed) + work > limit
        {
            self.stop(AT_LIMIT);
        }
        let all_done = self.done.fetch_add(done, Relaxed) + done;
        if self.progress.is_some() {
            let moved = work + done;
            let before = self.moved.fetch_add(moved, Relaxed);
            if before / REPORT < (before + moved) / REPORT {
                self.report(all_done);
            }
        }
    }

    fn report(&self, done: u64) {
        if let Some(progress) = self.progress.filter(|_| self.goes_on())
            && progress(self.at(done)).is_break()
        {
            self.stop(CANCELLED);
        }
    }

    /// The first reason counts.
    fn stop(&self, why: u8) {
        // It may fail only where there is a reason already.
        let _ = self.state.compare_exchange(GO_ON, why, Relaxed, Relaxed);
    }

    fn at(&self, done: u64) -> Progress {
        let step = STEPS[usize::from(self.step.load(Relaxed)) % STEPS.len()];
        Progress { step, done, total: self.total.load(Relaxed) }
    }
}

/// The account of one thread, which is settled now and then, and when it is dropped.
pub(crate) struct Tally<'a> {
    control: &'a Control<'a>,
    work: u64,
    done: u64,
    /// 0 once it is time to stop, so that nothing goes on from then on.
    settle_at: u64,
}

impl Tally<'_> {
    /// Whether to go on after so many pairs and boxes.
    #[inline(always)]
    pub(crate) fn worked(&mut self, work: usize) -> bool {
        self.add(work, 0)
    }

    /// Whether to go on after so many rows or points.
    #[inline(always)]
    pub(crate) fn did(&mut self, done: usize) -> bool {
        self.add(0, done)
    }

    #[inline(always)]
    fn add(&mut self, work: usize, done: usize) -> bool {
        self.work += work as u64;
        self.done += done as u64;
        if self.work + self.done < self.settle_at {
            return true;
        }
        self.settle()
    }

    #[cold]
    fn settle(&mut self) -> bool {
        self.control.spend(std::mem::take(&mut self.work), std::mem::take(&mut self.done));
        let goes_on = self.control.goes_on();
        self.settle_at = if goes_on { BLOCK } else { 0 };
        goes_on
    }
}

impl Drop for Tally<'_> {
    fn drop(&mut self) {
        self.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_past_the_limit_stops_and_work_up_to_it_does_not() {
        let control = Control::new(Some(3 * BLOCK), None);
        control.begin(Step::Count, 7).unwrap();
        let mut tally = control.tally();
        assert!((0..3).all(|_| tally.worked(BLOCK as usize)));
        assert!(tally.worked(1));
        drop(tally);
        let error = Error::WorkLimit { limit: 3 * BLOCK, step: Step::Count, done: 0, total: 7 };
        assert_eq!(control.check(), Err(error.clone()));
        assert_eq!(control.begin(Step::Link, 1), Err(error));
    }

    #[test]
    fn what_is_done_is_told_and_is_no_work() {
        let told = std::sync::Mutex::new(Vec::new());
        let tell = |progress: Progress| {
            told.lock().unwrap().push((progress.step, progress.done, progress.total));
            ControlFlow::Continue(())
        };
        let control = Control::new(Some(0), Some(&tell));
        control.begin(Step::Collapse, 9).unwrap();
        assert!(control.tally().did(REPORT as usize));
        control.begin(Step::Border, 3).unwrap();
        assert_eq!(
            *told.lock().unwrap(),
            [(Step::Collapse, 0, 9), (Step::Collapse, REPORT, 9), (Step::Border, 0, 3)]
        );
    }

    #[test]
    fn a_callback_that_breaks_cancels_and_is_not_called_again() {
        let calls = AtomicU64::new(0);
        let stop = |_| {
            calls.fetch_add(1, Relaxed);
            ControlFlow::Break(())
        };
        let control = Control::new(None, Some(&stop));
        assert_eq!(control.begin(Step::Collapse, 9), Err(Error::Cancelled));
        let mut tally = control.tally();
        assert!(!tally.worked(REPORT as usize));
        assert!(!tally.worked(1) && !tally.did(1));
        assert_eq!(calls.load(Relaxed), 1);
    }
}
