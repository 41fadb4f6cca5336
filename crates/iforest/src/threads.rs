//! Loops that use the threads of the caller's rayon pool, where the feature `parallel` is on.
//!
//! What they run writes to places of its own, so that the number of threads shows in no result.

/// What `work` makes of each chunk of `size` items, in order.
pub(crate) fn map_chunks<T: Send, R: Send>(
    items: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    #[cfg(feature = "parallel")]
    if rayon::current_num_threads() > 1 && items.len() > size {
        use rayon::prelude::*;
        return items.par_chunks_mut(size).enumerate().map(|(i, chunk)| work(i, chunk)).collect();
    }
    items.chunks_mut(size).enumerate().map(|(i, chunk)| work(i, chunk)).collect()
}

/// What `work` makes of each number from `from` on and below `to`, in order.
pub(crate) fn map<T: Send>(from: usize, to: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "parallel")]
    if rayon::current_num_threads() > 1 && to.saturating_sub(from) > 1 {
        use rayon::prelude::*;
        return (from..to).into_par_iter().map(&work).collect();
    }
    (from..to).map(work).collect()
}
