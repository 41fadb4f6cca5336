//! Batches of an input, worked on by threads in turn.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use oddsift_records::{Batch, BlockParser, Rows, SharedRows};

use crate::layout::Head;
use crate::plan::RowRoom;
use crate::progress::reading;
use crate::threads::alone;
use crate::{Error, Input, ReadSummary};

/// An input that is read in batches.
pub(crate) trait Batches: Send + Sized {
    type Batch: Default;

    /// Fills a batch, which may hold an earlier one; `false` at the end.
    fn take(&mut self, batch: &mut Self::Batch) -> Result<bool, Error>;

    /// Returns the batches that threads read at once, behind all that is [taken](Self::take) in turns.
    fn shared(&self) -> Option<Arc<dyn SharedBatches<Self::Batch>>> {
        None
    }

    /// How many threads work on the batches.
    fn n_threads(&self) -> usize;

    /// Calls `work` with each batch and its place, on all threads with a state each, and gives the
    /// states. Threads take turns at the input, or read at once, so reading and working overlap without
    /// a queue. Of several failures, the one of the earliest batch is given: what a run says does
    /// not depend on its threads.
    fn for_each<S: Send>(
        &mut self,
        state: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u64, &Self::Batch) -> Result<(), Error> + Sync,
    ) -> Result<Vec<S>, Error> {
        let (threads, shared) = (self.n_threads(), self.shared());
        let input = Mutex::new((0_u64, self));
        let stop = AtomicBool::new(false);
        let failure: Mutex<Option<(u64, Error)>> = Mutex::new(None);
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
            let Some(mut read) = shared.as_ref().map(|shared| shared.reader()) else {
                return state;
            };
            while !stop.load(Ordering::Relaxed) {
                match read(&mut batch) {
                    Ok(None) => break,
                    Err(error) => fail(u64::MAX, error),
                    Ok(Some((place, fault))) => {
                        let done = work(&mut state, place, &batch);
                        if let Some(error) = done.err().or(fault) {
                            fail(place, error);
                        }
                    }
                }
            }
            state
        };
        let run = || match alone() {
            Ok(_pool) => Some(run()),
            Err(error) => {
                fail(0, error);
                None
            }
        };
        let states = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            let joined = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
            let states =
                joined.map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            states.flatten().collect()
        });
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(states),
        }
    }
}

/// Fills the next batch; gives its place, and the failure behind its rows. There is none at the end.
type ReadBatch<'r, B> = Box<dyn FnMut(&mut B) -> Result<Option<(u64, Option<Error>)>, Error> + 'r>;

/// Batches that several threads read at once.
pub(crate) trait SharedBatches<B>: Send + Sync {
    /// Returns one thread's way to read.
    fn reader(&self) -> ReadBatch<'_, B>;
}

/// The rows of an input that threads parse at once.
struct SharedFeed {
    rows: SharedRows,
    input: Input,
    /// The number of the batches before them.
    first_place: u64,
}

impl SharedBatches<Batch> for SharedFeed {
    fn reader(&self) -> ReadBatch<'_, Batch> {
        let Self { rows, input, first_place } = self;
        let mut parser = BlockParser::new(rows);
        Box::new(move |batch| {
            let Some(part) = rows.next_batch(&mut parser, batch)? else { return Ok(None) };
            let fault = match input.tell(reading(rows.bytes_read(), rows.n_bytes())) {
                ControlFlow::Continue(()) => part.fault.map(Error::from),
                ControlFlow::Break(()) => Some(Error::Cancelled),
            };
            Ok(Some((first_place + part.place, fault)))
        })
    }
}

/// An input whose first batch was looked at already: for the separator of paths, numeric columns and
/// the kind of times.
pub(crate) struct Feed<'i> {
    input: &'i Input,
    rows: Box<dyn Rows>,
    head: VecDeque<Batch>,
    /// The rows behind those of `head`, where threads read them at once.
    shared: Option<Arc<SharedFeed>>,
}

impl<'i> Feed<'i> {
    pub(crate) fn new(head: Head, input: &'i Input) -> Self {
        let Head { mut rows, batches: head, .. } = head;
        let first_place = head.iter().filter(|batch| !batch.is_empty()).count() as u64;
        let shared =
            rows.share().map(|rows| SharedFeed { rows, input: input.clone(), first_place });
        Self { input, rows, head, shared: shared.map(Arc::new) }
    }

    /// The name of the input.
    pub(crate) fn name(&self) -> String {
        self.rows.name().to_owned()
    }

    /// What was read and left out, once all is read.
    pub(crate) fn finish(mut self, room: RowRoom) -> ReadSummary {
        if let Some(shared) = self.shared.take().and_then(Arc::into_inner) {
            self.rows.rejoin(shared.rows);
        }
        ReadSummary {
            name: self.rows.name().to_owned(),
            columns: self.rows.columns().to_vec(),
            input: self.rows.summary().clone(),
            skipped: room.skipped,
            others: room.others,
            unread_times: room.unread_times,
            times: room.times,
            n_taken: room.n_taken,
        }
    }
}

impl Batches for Feed<'_> {
    type Batch = Batch;

    fn take(&mut self, batch: &mut Batch) -> Result<bool, Error> {
        while let Some(head) = self.head.pop_front() {
            *batch = head;
            if !batch.is_empty() {
                return Ok(true);
            }
        }
        let more = self.rows.next_batch(batch)?;
        let progress = reading(self.rows.bytes_read(), self.rows.n_bytes());
        match self.input.tell(progress) {
            ControlFlow::Continue(()) => Ok(more),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    fn shared(&self) -> Option<Arc<dyn SharedBatches<Batch>>> {
        let shared = Arc::clone(self.shared.as_ref()?);
        Some(shared)
    }

    fn n_threads(&self) -> usize {
        self.input.n_threads()
    }
}
