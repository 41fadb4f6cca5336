//! Chunks that threads make batch by batch, passed on in the order of the input.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::failure::Failure;

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
    abandoned: bool,
}

impl<C, F: FnMut(C) -> Result<(), Failure>> Ordered<C, F> {
    pub(crate) fn new(pass_on: F) -> Self {
        let queue = Queue { pass_on, next: 0, waiting: BTreeMap::new(), abandoned: false };
        Self { queue: Mutex::new(queue), moved: Condvar::new() }
    }

    /// Gives the chunk of a place; waits while too many later ones are there already.
    pub(crate) fn put(&self, place: u64, chunk: C) -> Result<(), Failure> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while place != queue.next && queue.waiting.len() >= MOST_WAITING && !queue.abandoned {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting.insert(place, chunk);
        let result = queue.pass_on();
        queue.abandoned |= result.is_err();
        drop(queue);
        self.moved.notify_all();
        result
    }

    /// Lets go of who waits: an earlier chunk will not come.
    pub(crate) fn abandon(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).abandoned = true;
        self.moved.notify_all();
    }
}

impl<C, F: FnMut(C) -> Result<(), Failure>> Queue<C, F> {
    fn pass_on(&mut self) -> Result<(), Failure> {
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
            ordered.put(place, chunk).unwrap();
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
                scope.spawn(move || ordered.put(place as u64, ()));
            }
            ordered.abandon();
        });
    }
}
