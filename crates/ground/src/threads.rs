//! Loops that use the threads of the caller's rayon pool, where the feature `parallel` is on.
//!
//! Results come in the order of the items, and what a loop writes goes to places of its own: the
//! number of threads shows in no result.

/// Items that are worth a task of their own, where each takes some nanoseconds.
pub const GRAIN: usize = 4096;

/// The number of threads, 1 without the feature `parallel`.
///
/// ```
/// assert!(oddsift_ground::threads::count() > 0);
/// ```
pub fn count() -> usize {
    #[cfg(feature = "parallel")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "parallel"))]
    1
}

/// Calls `work(i, chunk)` for the `i`-th chunk of `size` items; the last one may be shorter.
///
/// ```
/// let mut squares = [0; 10];
/// oddsift_ground::threads::for_each_chunk(&mut squares, 4, |i, chunk| {
///     chunk.iter_mut().zip(4 * i..).for_each(|(square, n)| *square = n * n);
/// });
/// assert_eq!(squares[9], 81);
/// ```
#[inline]
pub fn for_each_chunk<T: Send>(
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

/// Returns what `work(i, chunk)` makes of the `i`-th chunk of `size` items, in order.
///
/// ```
/// let sums = oddsift_ground::threads::map_chunks(&mut [1, 2, 3], 2, |_, chunk| chunk.iter().sum::<i32>());
/// assert_eq!(sums, [3, 3]);
/// ```
#[inline]
pub fn map_chunks<T: Send, R: Send>(
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

/// Returns what `work` makes of each number below `n`, in order.
///
/// ```
/// assert_eq!(oddsift_ground::threads::map(3, |i| i * i), [0, 1, 4]);
/// ```
#[inline]
pub fn map<T: Send>(n: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    #[cfg(feature = "parallel")]
    if count() > 1 && n > 1 {
        use rayon::prelude::*;
        return (0..n).into_par_iter().map(&work).collect();
    }
    (0..n).map(work).collect()
}

/// Returns what `work` makes of each item, in order, with room that `init` makes for each thread.
///
/// ```
/// let words = ["a b", "c", "d e f"];
/// let counts = oddsift_ground::threads::map_with(&words, Vec::new, |room: &mut Vec<&str>, text| {
///     room.clear();
///     room.extend(text.split(' '));
///     room.len()
/// });
/// assert_eq!(counts, [2, 1, 3]);
/// ```
#[inline]
pub fn map_with<T: Sync, S, R: Send>(
    items: &[T],
    init: impl Fn() -> S + Sync + Send,
    work: impl Fn(&mut S, &T) -> R + Sync + Send,
) -> Vec<R> {
    #[cfg(feature = "parallel")]
    if count() > 1 && items.len() > 1 {
        use rayon::prelude::*;
        return items.par_iter().map_init(init, work).collect();
    }
    let mut room = init();
    items.iter().map(|item| work(&mut room, item)).collect()
}

/// Calls `work` for each number below `n`, in no order.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
///
/// let sum = AtomicUsize::new(0);
/// oddsift_ground::threads::for_each(4, |i| {
///     sum.fetch_add(i, Relaxed);
/// });
/// assert_eq!(sum.into_inner(), 6);
/// ```
#[inline]
pub fn for_each(n: usize, work: impl Fn(usize) + Sync) {
    #[cfg(feature = "parallel")]
    if count() > 1 && n > 1 {
        use rayon::prelude::*;
        (0..n).into_par_iter().for_each(&work);
        return;
    }
    (0..n).for_each(work);
}

/// Runs both, at the same time where `split` says that it pays.
///
/// ```
/// let (mut a, mut b) = (0, 0);
/// oddsift_ground::threads::join(true, || a = 1, || b = 2);
/// assert_eq!(a + b, 3);
/// ```
#[inline]
pub fn join(split: bool, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    #[cfg(feature = "parallel")]
    if split && count() > 1 {
        rayon::join(a, b);
        return;
    }
    let _ = split;
    a();
    b();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On one thread and on several.
    fn on_threads(test: impl Fn() + Sync + Send) {
        for n_threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(&test);
        }
    }

    #[test]
    fn results_come_in_order() {
        on_threads(|| {
            let numbers: Vec<usize> = (0..10_000).collect();
            assert_eq!(map(10_000, |i| i), numbers);
            assert_eq!(map_with(&numbers, || (), |(), i| *i), numbers);
            let mut filled = vec![0; 10_000];
            for_each_chunk(&mut filled, 7, |i, chunk| {
                chunk.iter_mut().zip(7 * i..).for_each(|(to, n)| *to = n);
            });
            assert_eq!(filled, numbers);
            let firsts = map_chunks(&mut filled, 1000, |_, chunk| chunk[0]);
            assert_eq!(firsts, (0..10_000).step_by(1000).collect::<Vec<_>>());
        });
    }

    #[test]
    fn no_items_are_no_work() {
        on_threads(|| {
            assert!(map(0, |i| i).is_empty());
            assert!(map_with(&[], || (), |(), i: &usize| *i).is_empty());
            assert!(map_chunks(&mut [0; 0], 9, |i, _| i).is_empty());
            for_each(0, |_| unreachable!("there is no number below 0"));
        });
    }
}
