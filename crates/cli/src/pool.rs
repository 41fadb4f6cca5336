//! Who works: the algorithms share a pool of `-j` threads, never the global one.

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

use crate::failure::Failure;

/// Runs a verb so that what it fits uses so many threads.
pub(crate) fn with_threads(
    threads: usize,
    verb: impl FnOnce() -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build().map_err(no_threads)?;
    pool.install(verb)
}

/// Makes of this thread a pool of its own for as long as the result lives: who works beside others
/// on batches needs no help with one.
pub(crate) fn alone() -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().map_err(no_threads)
}

#[expect(clippy::needless_pass_by_value, reason = "map_err gives it")]
fn no_threads(error: ThreadPoolBuildError) -> Failure {
    Failure::data(format!("no threads can be started: {error}; ask for fewer (-j 1)"))
}
