use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

use oddsift::pipeline::Progress;
use pyo3::prelude::*;

use crate::error::error;

/// The time between two looks at signals.
const TICK: Duration = Duration::from_millis(50);

/// Where a job tells how far it is, and hears that it is to stop.
#[derive(Clone, Default)]
pub(crate) struct Watch(Arc<State>);

#[derive(Default)]
struct State {
    is_stopped: AtomicBool,
    progress: Mutex<Option<Progress>>,
}

impl Watch {
    /// Takes note of the progress; breaks where the job is to stop.
    pub(crate) fn tell(&self, progress: Progress) -> ControlFlow<()> {
        *self.0.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
        if self.0.is_stopped.load(Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn stop(&self) {
        self.0.is_stopped.store(true, Relaxed);
    }

    fn take_progress(&self) -> Option<Progress> {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Runs a job on a thread of its own, without the GIL.
///
/// Python handles signals on its main thread only, so this thread looks at them while the job runs, and calls
/// `progress` with the step, what is done and the total. An exception in either stops the job and is raised.
/// A panic goes on, and pyo3 makes an exception of it.
pub(crate) fn run<T: Send, E: std::fmt::Display + Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    job: impl FnOnce(&Watch) -> Result<T, E> + Send,
) -> PyResult<T> {
    let watch = Watch::default();
    let (result, raised) = py.detach(|| {
        let is_done = AtomicBool::new(false);
        thread::scope(|scope| {
            let (done, watched) = (Done(&is_done, thread::current()), &watch);
            let worker = scope.spawn(move || {
                let _done = done;
                job(watched)
            });
            let mut raised = None;
            while !is_done.load(Relaxed) {
                thread::park_timeout(TICK);
                if raised.is_none() {
                    raised = Python::attach(|py| look(py, &watch, progress)).err();
                    if raised.is_some() {
                        watch.stop();
                    }
                }
            }
            (worker.join(), raised)
        })
    });
    match (result, raised) {
        (Err(panic), _) => std::panic::resume_unwind(panic),
        (_, Some(raised)) => Err(raised),
        (Ok(result), None) => result.map_err(error),
    }
}

/// Lets Python handle its signals, and tells it how far the job is.
fn look(py: Python<'_>, watch: &Watch, progress: Option<&Py<PyAny>>) -> PyResult<()> {
    py.check_signals()?;
    if let (Some(callback), Some(at)) = (progress, watch.take_progress()) {
        callback.call1(py, (at.step.name(), at.done, at.total))?;
    }
    Ok(())
}

/// Wakes the caller when the job ends, however it does.
struct Done<'a>(&'a AtomicBool, Thread);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
        self.1.unpark();
    }
}

/// Panics within a job, so that a test can see what becomes of it.
#[pyfunction]
#[pyo3(name = "_panics")]
pub(crate) fn panics(py: Python<'_>) -> PyResult<()> {
    run(py, None, |_| -> Result<(), String> { panic!("as a test asked") })
}
