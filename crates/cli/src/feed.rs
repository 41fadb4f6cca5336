//! Batches of one reader, worked on by threads in turn.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use oddsift::records::{Batch, Reader};

use crate::failure::Failure;
use crate::pool::alone;
use crate::progress::Progress;

/// A reader whose first batch was looked at already: for the separator of paths, numeric columns
/// and the kind of times.
pub(crate) struct Feed {
    reader: Reader,
    head: Option<Batch>,
    next: u64,
    progress: Progress,
}

impl Feed {
    pub(crate) fn new(reader: Reader, head: Batch, progress: Progress) -> Self {
        Self { reader, head: Some(head), next: 0, progress }
    }

    /// Fills `batch` and gives its place in the order of the input; `None` at the end.
    fn take(&mut self, batch: &mut Batch) -> Result<Option<u64>, Failure> {
        let place = self.next;
        self.next += 1;
        if let Some(head) = self.head.take() {
            *batch = head;
            return Ok((!batch.is_empty()).then_some(place));
        }
        let more = self.reader.next_batch(batch)?;
        self.progress.set(self.reader.progress());
        Ok(more.then_some(place))
    }

    /// Ends the progress and gives the reader back, for its summary.
    pub(crate) fn finish(self) -> Reader {
        self.progress.finish();
        self.reader
    }

    /// Calls `work` with each batch and its place, on `threads` threads with a state each, and
    /// gives the states. Threads take turns at the reader, so reading and working overlap without
    /// a queue. Of several failures, the one of the earliest batch is given: what a run says does
    /// not depend on its threads.
    pub(crate) fn for_each<S: Send>(
        &mut self,
        threads: usize,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u64, &Batch) -> Result<(), Failure> + Sync,
    ) -> Result<Vec<S>, Failure> {
        let feed = Mutex::new(self);
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
            let mut batch = Batch::default();
            while !stop.load(Ordering::Relaxed) {
                let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
                let place = feed.next;
                let taken = feed.take(&mut batch);
                drop(feed);
                match taken {
                    Ok(None) => break,
                    Err(error) => fail(place, error),
                    Ok(Some(place)) => {
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
