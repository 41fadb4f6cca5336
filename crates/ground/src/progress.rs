//! How far a computation is, and what ends it early.

use std::{
    fmt,
    ops::ControlFlow,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering::Relaxed},
    },
};

/// How far a long computation is.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use oddsift_ground::{Control, Progress, Step};
///
/// let show = |progress: Progress| {
///     eprintln!("{}: {} of {}", progress.step, progress.done, progress.total);
///     ControlFlow::Continue(())
/// };
/// Control::new(Some(&show)).begin(Step::new(0, "sorting"), 1000)?; // sorting: 0 of 1000
/// # Ok::<(), oddsift_ground::Stop>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The step at which the computation is.
    pub step: Step,
    /// The number of things that are done. It grows during a step, and may come out of order from
    /// several threads.
    pub done: u64,
    /// The number of things in this step; 0 where it is not known, as of a pipe that is read.
    pub total: u64,
}

impl Progress {
    /// The state of a step.
    ///
    /// ```
    /// use oddsift_ground::{Progress, Step};
    ///
    /// let progress = Progress::new(Step::new(0, "reading"), 4096, 0);
    /// assert_eq!((progress.step.name(), progress.done), ("reading", 4096));
    /// ```
    #[must_use]
    pub const fn new(step: Step, done: u64, total: u64) -> Self {
        Self { step, done, total }
    }
}

/// A step of a computation, printed as one word such as `counting`. Later steps are greater.
///
/// The crates have a constant for each of their steps.
///
/// ```
/// use oddsift_ground::Step;
///
/// const COUNT: Step = Step::new(0, "counting");
/// const LINK: Step = Step::new(1, "linking");
/// assert!(COUNT < LINK);
/// assert_eq!(LINK.to_string(), "linking");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    number: u8,
    name: &'static str,
}

impl Step {
    /// The step that is `number`-th, counted from 0.
    ///
    /// ```
    /// assert_eq!(oddsift_ground::Step::new(0, "sorting").name(), "sorting");
    /// ```
    pub const fn new(number: u8, name: &'static str) -> Self {
        Self { number, name }
    }

    /// The word for it.
    ///
    /// ```
    /// # use oddsift_ground::Step;
    /// assert_eq!(Step::new(1, "scoring").name(), "scoring");
    /// ```
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// A function that is told how far a computation is, and may end it. Several threads may call it at
/// a time.
pub type Callback<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);

/// The reason why a computation ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The callback returned `ControlFlow::Break(())`.
    Cancelled,
    /// The work that was allowed is used up.
    WorkLimit {
        /// The work that was allowed.
        limit: u64,
        /// How far the computation came.
        at: Progress,
    },
}

/// Work after which a thread asks whether to go on.
const BLOCK: u64 = 1 << 14;
/// Work after which the caller hears about it.
const REPORT: u64 = 1 << 19;

const GO_ON: u8 = 0;
const AT_LIMIT: u8 = 1;
const CANCELLED: u8 = 2;

/// What all threads of one computation share: how far it is, and whether to go on.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use oddsift_ground::{Control, Step, Stop};
///
/// let stop_at_two = |progress: oddsift_ground::Progress| {
///     if progress.done < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// };
/// let control = Control::new(Some(&stop_at_two));
/// control.begin(Step::new(0, "growing"), 100)?;
/// control.advance(1)?;
/// assert_eq!(control.advance(1), Err(Stop::Cancelled));
/// # Ok::<(), Stop>(())
/// ```
// `Relaxed` is enough for the numbers: nothing is passed through them.
pub struct Control<'a> {
    callback: Option<Callback<'a>>,
    limit: Option<u64>,
    block: u64,
    report: u64,
    state: AtomicU8,
    /// The step and its total, which are set together.
    step: Mutex<(Step, u64)>,
    done: AtomicU64,
    work: AtomicU64,
    /// Work and what was done, for the rhythm of reports.
    moved: AtomicU64,
}

impl<'a> Control<'a> {
    /// A computation that has not begun, without a limit of its work.
    ///
    /// ```
    /// assert_eq!(oddsift_ground::Control::new(None).check(), Ok(()));
    /// ```
    pub fn new(callback: Option<Callback<'a>>) -> Self {
        Self {
            callback,
            limit: None,
            block: BLOCK,
            report: REPORT,
            state: AtomicU8::new(GO_ON),
            step: Mutex::new((Step::new(0, ""), 0)),
            done: AtomicU64::new(0),
            work: AtomicU64::new(0),
            moved: AtomicU64::new(0),
        }
    }

    /// Stops the computation when its tallies have more work than this [default: any].
    ///
    /// ```
    /// # use oddsift_ground::{Control, Stop};
    /// let control = Control::new(None).work_limit(Some(100));
    /// control.tally().worked(101);
    /// assert!(matches!(control.check(), Err(Stop::WorkLimit { limit: 100, .. })));
    /// ```
    #[must_use]
    pub fn work_limit(mut self, limit: Option<u64>) -> Self {
        self.limit = limit;
        self
    }

    /// Sets how much a [`Tally`] counts before it asks whether to go on [default: 2^14], and how much
    /// all of them count before the callback is called [default: 2^19].
    ///
    /// ```
    /// # use {oddsift_ground::{Control, Step}, std::{cell::Cell, ops::ControlFlow, sync::atomic::{AtomicU64, Ordering}}};
    /// let calls = AtomicU64::new(0);
    /// let count = |_| {
    ///     calls.fetch_add(1, Ordering::Relaxed);
    ///     ControlFlow::Continue(())
    /// };
    /// let control = Control::new(Some(&count)).pace(10, 20);
    /// let mut tally = control.tally();
    /// (0..100).for_each(|_| assert!(tally.worked(1)));
    /// assert_eq!(calls.load(Ordering::Relaxed), 5);
    /// ```
    #[must_use]
    pub fn pace(mut self, block: u64, report: u64) -> Self {
        self.block = block.max(1);
        self.report = report.max(1);
        self
    }

    /// Begins a step of `total` things and tells the callback.
    ///
    /// # Errors
    ///
    /// [`Stop`] when it is time to stop, before or after the callback was told.
    ///
    /// ```
    /// # use {oddsift_ground::{Control, Step, Stop}, std::ops::ControlFlow};
    /// let stop = |_| ControlFlow::Break(());
    /// let begun = Control::new(Some(&stop)).begin(Step::new(0, "sorting"), 9);
    /// assert_eq!(begun, Err(Stop::Cancelled));
    /// ```
    pub fn begin(&self, step: Step, total: usize) -> Result<(), Stop> {
        self.check()?;
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = (step, total as u64);
        self.done.store(0, Relaxed);
        self.tell(0);
        self.check()
    }

    /// Counts `done` more things of the step and tells the callback at once. For things that take
    /// milliseconds; a [`Tally`] is for those that take less.
    ///
    /// # Errors
    ///
    /// [`Stop`] when it is time to stop.
    ///
    /// ```
    /// # use oddsift_ground::{Control, Step};
    /// let control = Control::new(None);
    /// control.begin(Step::new(0, "growing"), 2)?;
    /// assert!(control.advance(1).is_ok());
    /// # Ok::<(), oddsift_ground::Stop>(())
    /// ```
    pub fn advance(&self, done: usize) -> Result<(), Stop> {
        self.tell(self.done.fetch_add(done as u64, Relaxed) + done as u64);
        self.check()
    }

    /// Tells whether to go on.
    ///
    /// # Errors
    ///
    /// [`Stop`] when it is time to stop; the first reason counts.
    ///
    /// ```
    /// # use {oddsift_ground::{Control, Stop}, std::ops::ControlFlow};
    /// let stop = |_| ControlFlow::Break(());
    /// let control = Control::new(Some(&stop));
    /// assert!(control.check().is_ok());
    /// assert!(control.advance(1).is_err());
    /// assert_eq!(control.check(), Err(Stop::Cancelled));
    /// ```
    pub fn check(&self) -> Result<(), Stop> {
        match self.state.load(Relaxed) {
            GO_ON => Ok(()),
            AT_LIMIT => Err(Stop::WorkLimit {
                limit: self.limit.unwrap_or_default(),
                at: self.at(self.done.load(Relaxed)),
            }),
            _ => Err(Stop::Cancelled),
        }
    }

    /// An account for one thread.
    ///
    /// ```
    /// let control = oddsift_ground::Control::new(None);
    /// assert!(control.tally().worked(1000));
    /// ```
    pub fn tally(&self) -> Tally<'_> {
        Tally { control: self, work: 0, done: 0, settle_at: self.block }
    }

    fn goes_on(&self) -> bool {
        self.state.load(Relaxed) == GO_ON
    }

    fn settle(&self, work: u64, done: u64) {
        if let Some(limit) = self.limit
            && self.work.fetch_add(work, Relaxed) + work > limit
        {
            self.stop(AT_LIMIT);
        }
        let all_done = self.done.fetch_add(done, Relaxed) + done;
        if self.callback.is_some() {
            let moved = work + done;
            let before = self.moved.fetch_add(moved, Relaxed);
            if before / self.report < (before + moved) / self.report {
                self.tell(all_done);
            }
        }
    }

    fn tell(&self, done: u64) {
        if let Some(callback) = self.callback.filter(|_| self.goes_on())
            && callback(self.at(done)).is_break()
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
        let (step, total) = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
        Progress { step, done, total }
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("limit", &self.limit)
            .field("at", &self.at(self.done.load(Relaxed)))
            .finish_non_exhaustive()
    }
}

/// The account of one thread in a hot loop: a few instructions an entry. It is settled with its
/// [`Control`] now and then, and when it is dropped.
///
/// ```
/// use oddsift_ground::{Control, Step};
///
/// let control = Control::new(None);
/// control.begin(Step::new(0, "summing"), 1_000_000)?;
/// let (mut tally, mut sum) = (control.tally(), 0);
/// for number in 0..1_000_000_u64 {
///     sum += number;
///     if !tally.did(1) {
///         break;
///     }
/// }
/// drop(tally);
/// control.check()?;
/// assert_eq!(sum, 499_999_500_000);
/// # Ok::<(), oddsift_ground::Stop>(())
/// ```
#[derive(Debug)]
pub struct Tally<'a> {
    control: &'a Control<'a>,
    work: u64,
    done: u64,
    /// 0 once it is time to stop, so that nothing goes on from then on.
    settle_at: u64,
}

impl Tally<'_> {
    /// Counts work, which is held against the limit, and returns whether to go on.
    ///
    /// ```
    /// let control = oddsift_ground::Control::new(None).work_limit(Some(1 << 20));
    /// let mut tally = control.tally();
    /// assert!((0..64).all(|_| tally.worked(1 << 14)));
    /// assert!(!tally.worked(1 << 14));
    /// ```
    #[inline(always)]
    pub fn worked(&mut self, work: usize) -> bool {
        self.add(work, 0)
    }

    /// Counts things of the step, and returns whether to go on.
    ///
    /// ```
    /// assert!(oddsift_ground::Control::new(None).tally().did(1));
    /// ```
    #[inline(always)]
    pub fn did(&mut self, done: usize) -> bool {
        self.add(0, done)
    }

    /// Counts work as [`worked`](Self::worked) does.
    ///
    /// # Errors
    ///
    /// [`Stop`] when it is time to stop.
    ///
    /// ```
    /// assert!(oddsift_ground::Control::new(None).tally().spend(1000).is_ok());
    /// ```
    #[inline(always)]
    pub fn spend(&mut self, work: usize) -> Result<(), Stop> {
        if self.worked(work) { Ok(()) } else { self.control.check() }
    }

    /// Counts things of the step and tells the callback, as [`Control::advance`] does.
    ///
    /// # Errors
    ///
    /// [`Stop`] when it is time to stop.
    ///
    /// ```
    /// assert!(oddsift_ground::Control::new(None).tally().advance(1).is_ok());
    /// ```
    pub fn advance(&mut self, done: usize) -> Result<(), Stop> {
        self.control.advance(done)
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
        self.control.settle(std::mem::take(&mut self.work), std::mem::take(&mut self.done));
        let goes_on = self.control.goes_on();
        self.settle_at = if goes_on { self.control.block } else { 0 };
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

    const SORT: Step = Step::new(0, "sorting");
    const COUNT: Step = Step::new(1, "counting");

    #[test]
    fn work_past_the_limit_stops_and_work_up_to_it_does_not() {
        let control = Control::new(None).work_limit(Some(3 * BLOCK));
        control.begin(SORT, 7).unwrap();
        let mut tally = control.tally();
        assert!((0..3).all(|_| tally.worked(1 << 14)));
        assert!(tally.worked(1));
        drop(tally);
        let at = Progress { step: SORT, done: 0, total: 7 };
        let stop = Stop::WorkLimit { limit: 3 * BLOCK, at };
        assert_eq!(control.check(), Err(stop));
        assert_eq!(control.begin(COUNT, 1), Err(stop));
    }

    #[test]
    fn what_is_done_is_told_and_is_no_work() {
        let told = Mutex::new(Vec::new());
        let tell = |progress: Progress| {
            told.lock().unwrap().push((progress.step, progress.done, progress.total));
            ControlFlow::Continue(())
        };
        let control = Control::new(Some(&tell)).work_limit(Some(0));
        control.begin(SORT, 9).unwrap();
        assert!(control.tally().did(1 << 19));
        control.begin(COUNT, 3).unwrap();
        control.advance(2).unwrap();
        let expected = [(SORT, 0, 9), (SORT, REPORT, 9), (COUNT, 0, 3), (COUNT, 2, 3)];
        assert_eq!(*told.lock().unwrap(), expected);
    }

    #[test]
    fn a_callback_that_breaks_cancels_and_is_not_called_again() {
        let calls = AtomicU64::new(0);
        let stop = |_| {
            calls.fetch_add(1, Relaxed);
            ControlFlow::Break(())
        };
        let control = Control::new(Some(&stop));
        assert_eq!(control.begin(SORT, 9), Err(Stop::Cancelled));
        let mut tally = control.tally();
        assert!(!tally.worked(1 << 19));
        assert!(!tally.worked(1) && !tally.did(1));
        assert_eq!(tally.spend(1), Err(Stop::Cancelled));
        assert_eq!(tally.advance(1), Err(Stop::Cancelled));
        assert_eq!(calls.load(Relaxed), 1);
    }

    #[test]
    fn the_pace_is_that_of_the_caller() {
        let calls = AtomicU64::new(0);
        let count = |_| {
            calls.fetch_add(1, Relaxed);
            ControlFlow::Continue(())
        };
        let control = Control::new(Some(&count)).pace(1 << 20, 1 << 20);
        let mut tally = control.tally();
        assert!(tally.worked(1 << 19));
        assert_eq!(calls.load(Relaxed), 0);
        assert!(tally.worked(1 << 19));
        assert_eq!(calls.load(Relaxed), 1);
    }
}
