//! Loops that use the threads of the caller's rayon pool, where the feature `parallel` is on.
//!
//! What they run writes to places of its own, so that the number of threads shows in no result.

/// Items that are worth a task of their own.
pub(crate) const GRAIN: usize = 4096;

/// How many threads there are.
pub(crate) fn count() -> usize {
    #[cfg(feature = "parallel")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "parallel"))]
    1
}

/// Calls `work(i, chunk)` for the `i`-th chunk of `size` items; the last one may be shorter.
pub(crate) fn for_each_chunk<T: Send>(
    items: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    #[cfg(feature = "parallel")]
    if count() > 1 && items.len() > size {
        use rayon::prelude::*;
        items.par_chunks_mut(size).enumerate().for_each(|(i, chunk)| work(i, chunk));
        return;
    }
    items.chunks_mut(size).enumerate().for_each(|(i, chunk)| work(i, chunk));
}

/// What `work` makes of each chunk of `size` items, in order.
pub(crate) fn map_chunks<T: Send, R: Send>(
    items: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    #[cfg(feature = "parallel")]
    if count() > 1 && items.len() > size {
        use rayon::prelude::*;
        return items.par_chunks_mut(size).enumerate().map(|(i, chunk)| work(i, chunk)).collect();
    }
    items.chunks_mut(size).enumerate().map(|(i, chunk)| work(i, chunk)).collect()
}

/// What `work` makes of each number below `n`, in order.
pub(crate) fn map<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "parallel")]
    if count() > 1 && n > 1 {
        use rayon::prelude::*;
        return (0..n).into_par_iter().map(&work).collect();
    }
    (0..n).map(work).collect()
}

/// Calls `work` for each number below `n`, in no order.
pub(crate) fn for_each(n: usize, work: impl Fn(usize) + Sync) {
    #[cfg(feature = "parallel")]
    if count() > 1 && n > 1 {
        use rayon::prelude::*;
        (0..n).into_par_iter().for_each(&work);
        return;
    }
    (0..n).for_each(work);
}

/// Runs both, at the same time where `split` says that it pays.
pub(crate) fn join(split: bool, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    #[cfg(feature = "parallel")]
    if split && count() > 1 {
        rayon::join(a, b);
        return;
    }
    let _ = split;
    a();
    b();
}
