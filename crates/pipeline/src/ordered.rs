//! Chunks that threads make batch by batch, passed on in the order of the input.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::Error;

/// So many finished chunks may wait for an earlier one.
const MOST_WAITING: usize = 16;

/// Takes chunks by place, passes them on in order.
pub(crate) struct Ordered<C, F> {
    queue: Mutex<Queue<C, F>>,
    moved: Condvar,
}

struct Queue<C, F> {
    pass_on: F,
    next: u64,
    waiting: BTreeMap<u64, C>,
    is_abandoned: bool,
}

impl<C, F: FnMut(C) -> Result<(), Error>> Ordered<C, F> {
    pub(crate) fn new(pass_on: F) -> Self {
        let queue = Queue { pass_on, next: 0, waiting: BTreeMap::new(), is_abandoned: false };
        Self { queue: Mutex::new(queue), moved: Condvar::new() }
    }

    /// Makes the chunk of a place and gives it. Where that fails, or panics, who waits for the chunk
    /// is let go.
    pub(crate) fn make(
        &self,
        place: u64,
        chunk: impl FnOnce() -> Result<C, Error>,
    ) -> Result<(), Error> {
        let mut abandon = AbandonOnDrop { ordered: self, is_armed: true };
        let chunk = chunk()?;
        abandon.is_armed = false;
        self.put(place, chunk)
    }

    /// Gives the chunk of a place; waits while too many later ones are there already.
    fn put(&self, place: u64, chunk: C) -> Result<(), Error> {
        let mut queue = self.lock();
        while place != queue.next && queue.waiting.len() >= MOST_WAITING && !queue.is_abandoned {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting.insert(place, chunk);
        let result = queue.pass_on();
        queue.is_abandoned |= result.is_err();
        drop(queue);
        self.moved.notify_all();
        result
    }

    fn lock(&self) -> MutexGuard<'_, Queue<C, F>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of who waits for a chunk that will not come.
struct AbandonOnDrop<'a, C, F> {
    ordered: &'a Ordered<C, F>,
    is_armed: bool,
}

impl<C, F> Drop for AbandonOnDrop<'_, C, F> {
    fn drop(&mut self) {
        if self.is_armed {
            let queue = self.ordered.queue.lock();
            queue.unwrap_or_else(PoisonError::into_inner).is_abandoned = true;
            self.ordered.moved.notify_all();
        }
    }
}

impl<C, F: FnMut(C) -> Result<(), Error>> Queue<C, F> {
    fn pass_on(&mut self) -> Result<(), Error> {
        while let Some(chunk) = self.waiting.remove(&self.next) {
            self.next += 1;
            (self.pass_on)(chunk)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_come_out_in_order_of_place() {
        let mut out = Vec::new();
        let ordered = Ordered::new(|chunk| {
            out.push(chunk);
            Ok(())
        });
        for (place, chunk) in [(2, "c"), (0, "a"), (1, "b")] {
            ordered.make(place, || Ok(chunk)).unwrap();
        }
        drop(ordered);
        assert_eq!(out, ["a", "b", "c"]);
    }

    #[test]
    fn who_waits_is_let_go_when_an_earlier_chunk_will_not_come() {
        let ordered = Ordered::new(|()| Ok(()));
        std::thread::scope(|scope| {
            for place in 1..=MOST_WAITING + 2 {
                let ordered = &ordered;
                scope.spawn(move || ordered.make(place as u64, || Ok(())));
            }
            assert!(ordered.make(0, || Err(Error::Cancelled)).is_err());
        });
    }
}
