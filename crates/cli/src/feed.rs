//! Batches of an input, worked on by threads in turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use oddsift::records::{Batch, Reader};

use crate::failure::Failure;
use crate::pool::alone;
use crate::progress::Progress;

/// An input that is read in batches.
pub(crate) trait Batches: Send + Sized {
    type Batch: Default;

    /// Fills a batch, which may hold an earlier one; `false` at the end.
    fn take(&mut self, batch: &mut Self::Batch) -> Result<bool, Failure>;

    /// Nothing more is taken.
    fn end(&mut self);

    /// Calls `work` with each batch and its place, on `threads` threads with a state each, and
    /// gives the states. Threads take turns at the input, so reading and working overlap without
    /// a queue. Of several failures, the one of the earliest batch is given: what a run says does
    /// not depend on its threads.
    fn for_each<S: Send>(
        &mut self,
        threads: usize,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u64, &Self::Batch) -> Result<(), Failure> + Sync,
    ) -> Result<Vec<S>, Failure> {
        let input = Mutex::new((0_u64, self));
        let stop = AtomicBool::new(false);
        let failure: Mutex<Option<(u64, Failure)>> = Mutex::new(None);
        let fail = |place, error| {
            stop.store(true, Ordering::Relaxed);
            let mut first = failure.lock().unwrap_or_else(PoisonError::into_inner);
            if first.as_ref().is_none_or(|(earlier, _)| place < *earlier) {
                *first = Some((place, error));
            }
        };
        let run = || {
            let mut state = state();
            let mut batch = Self::Batch::default();
            while !stop.load(Ordering::Relaxed) {
                let mut turn = input.lock().unwrap_or_else(PoisonError::into_inner);
                let (next, input) = &mut *turn;
                let place = *next;
                *next += 1;
                let taken = input.take(&mut batch);
                drop(turn);
                match taken {
                    Ok(false) => break,
                    Err(error) => fail(place, error),
                    Ok(true) => {
                        if let Err(error) = work(&mut state, place, &batch) {
                            fail(place, error);
                        }
                    }
                }
            }
            state
        };
        let run = || alone().map(|_pool| run()).inspect_err(|error| fail(0, error.clone()));
        let states = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
            let states =
                joined.map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            states.filter_map(Result::ok).collect()
        });
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(states),
        }
    }
}

/// A reader whose first batch was looked at already: for the separator of paths, numeric columns
/// and the kind of times.
pub(crate) struct Feed {
    reader: Reader,
    head: Option<Batch>,
    progress: Progress,
}

impl Feed {
    pub(crate) fn new(reader: Reader, head: Batch, progress: Progress) -> Self {
        Self { reader, head: Some(head), progress }
    }

    /// Ends the progress and gives the reader back, for its summary.
    pub(crate) fn finish(mut self) -> Reader {
        self.end();
        self.reader
    }
}

impl Batches for Feed {
    type Batch = Batch;

    fn take(&mut self, batch: &mut Batch) -> Result<bool, Failure> {
        if let Some(head) = self.head.take() {
            *batch = head;
            return Ok(!batch.is_empty());
        }
        let more = self.reader.next_batch(batch)?;
        self.progress.set(self.reader.progress());
        Ok(more)
    }

    fn end(&mut self) {
        self.progress.finish();
    }
}
