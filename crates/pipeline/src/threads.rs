use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::Error;

/// More threads would only take memory.
const MOST: usize = 256;

/// As many threads as are asked for, or as there are cores.
pub(crate) fn n_threads(asked: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    asked.unwrap_or_else(cores).clamp(1, MOST)
}

/// Runs `job` so that what it fits uses so many threads, never those of the global pool.
pub(crate) fn with_threads<T: Send>(
    threads: usize,
    job: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(no_threads)?;
    pool.install(job)
}

/// Makes of this thread a pool of its own for as long as the result lives: a worker beside others on
/// batches needs no help with one.
pub(crate) fn alone() -> Result<ThreadPool, Error> {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().map_err(no_threads)
}

fn no_threads(source: ThreadPoolBuildError) -> Error {
    Error::Threads { source }
}
