//! How far a job is, on standard error, only on a terminal.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use oddsift::pipeline::{Input, Progress, READING};

/// A bar over the bytes of the input, or a counter where their number is not known; then one over the
/// steps of a long computation.
#[derive(Clone)]
pub(crate) struct Bar {
    is_shown: bool,
    shown: Arc<Mutex<Option<Shown>>>,
}

struct Shown {
    bar: ProgressBar,
    is_reading: bool,
}

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { is_shown: !quiet && std::io::stderr().is_terminal(), shown: Arc::default() }
    }

    /// Shows how far the input is, and what is made of it.
    pub(crate) fn watch(&self, input: Input) -> Input {
        if !self.is_shown {
            return input;
        }
        let shown = Arc::clone(&self.shown);
        input.progress(move |progress| {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let is_reading = progress.step == READING;
            if shown.as_ref().is_none_or(|shown| shown.is_reading != is_reading) {
                *shown = Some(Shown::new(is_reading, progress.total));
            }
            if let Some(shown) = &*shown {
                shown.tell(progress);
            }
            ControlFlow::Continue(())
        })
    }

    /// Clears the line, before a result is printed.
    pub(crate) fn finish(&self) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Shown {
    fn new(is_reading: bool, total: u64) -> Self {
        let total = Some(total).filter(|total| *total > 0);
        let target = ProgressDrawTarget::stderr_with_hz(5);
        let bar = ProgressBar::with_draw_target(total, target);
        let template = match (is_reading, total) {
            (true, Some(_)) => "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            (true, None) => "{spinner} {bytes} read, {bytes_per_sec}",
            (false, _) => "{bar:30} {msg}, {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, is_reading }
    }

    fn tell(&self, progress: Progress) {
        if !self.is_reading {
            self.bar.set_length(progress.total);
            self.bar.set_message(progress.step.name());
        }
        self.bar.set_position(progress.done);
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
