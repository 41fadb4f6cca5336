//! Many series, on the threads of the caller's rayon pool where the feature `parallel` is on.

use std::ops::ControlFlow;

use oddsift_ground::{Callback, Control, threads};
use oddsift_stl::Workspace;

use crate::{Anomalies, Error, Series, TsParams, step};

/// One result for each series, in order.
pub(crate) fn fit(
    params: &TsParams,
    all: &[Series],
    progress: Callback<'_>,
) -> Vec<Result<Anomalies, Error>> {
    let control = Control::new(Some(progress));
    // Whoever cancels here is told by the first series.
    let _ = control.begin(step::FIT, all.len());
    let one = |workspace: &mut Workspace, series: &Series| {
        control.check()?;
        let go_on = |_| match control.check() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let found = params.fit_with(series, workspace, &go_on);
        // This one is done, whatever becomes of the others.
        let _ = control.advance(1);
        found
    };
    threads::map_with(all, Workspace::default, one)
}
