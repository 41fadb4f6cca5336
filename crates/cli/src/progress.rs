//! Progress of reading and clustering, on standard error, only on a terminal.

use std::borrow::Cow;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over the bytes of the input, or a counter where their number is not known.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(total: Option<u64>, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr_with_hz(5));
        let template = match total {
            Some(_) => "{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
            None => "{spinner} {bytes} read, {bytes_per_sec}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// A bar over the steps of a long computation.
    pub(crate) fn of_steps(quiet: bool) -> Self {
        let progress = Self::new(None, quiet);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}, {elapsed}") {
            progress.0.set_style(style);
        }
        progress
    }

    /// Shows how far a step is.
    pub(crate) fn tell(&self, done: u64, total: u64, step: impl Into<Cow<'static, str>>) {
        self.0.set_length(total);
        self.0.set_position(done);
        self.0.set_message(step);
    }

    pub(crate) fn set(&self, bytes: u64) {
        self.0.set_position(bytes);
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
