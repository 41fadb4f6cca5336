//! Many series, on the threads of the caller's rayon pool where the feature `parallel` is on.

use std::{
    ops::ControlFlow,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use oddsift_stl::Workspace;

use crate::{Anomalies, Error, Series, TsParams};

/// How far [`TsParams::fit_groups_with`] is: `done` of `total` series.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use oddsift_timeseries::{Anomalies, Progress, Series, Timestamp};
///
/// let series = [Series::as_given(&[(Timestamp::UNIX_EPOCH, 1.0); 48])];
/// let show = |progress: Progress| {
///     eprintln!("{} of {}", progress.done, progress.total);
///     ControlFlow::Continue(())
/// };
/// assert!(Anomalies::params().fit_groups_with(&series, &show)[0].is_ok());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Series that are done; numbers may come out of order from several threads.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// What the caller is told, which may say to stop.
pub(crate) type Callback<'a> = &'a (dyn Fn(Progress) -> ControlFlow<()> + Sync);

/// One result for each series, in order.
pub(crate) fn fit(
    params: &TsParams,
    all: &[Series],
    progress: Callback<'_>,
) -> Vec<Result<Anomalies, Error>> {
    let total = all.len() as u64;
    let done = AtomicU64::new(0);
    let stopped = AtomicBool::new(false);
    let one = |workspace: &mut Workspace, series: &Series| {
        if stopped.load(Relaxed) {
            return Err(Error::Cancelled);
        }
        let go_on = |_| {
            if stopped.load(Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let found = params.fit_with(series, workspace, &go_on);
        let done = done.fetch_add(1, Relaxed) + 1;
        if progress(Progress { done, total }).is_break() {
            stopped.store(true, Relaxed);
        }
        found
    };
    #[cfg(feature = "parallel")]
    if rayon::current_num_threads() > 1 && all.len() > 1 {
        use rayon::prelude::*;
        return all.par_iter().map_init(Workspace::default, one).collect();
    }
    let mut workspace = Workspace::default();
    all.iter().map(|series| one(&mut workspace, series)).collect()
}
