use oddsift_ground::{Progress, Step};

/// The step in which rows are read: what is done and the whole are bytes of the input, and the whole is
/// 0 where it is not known, as of a pipe.
pub const READING: Step = Step::new(0, "reading");

pub(crate) fn reading(done: u64, total: Option<u64>) -> Progress {
    Progress::new(READING, done, total.unwrap_or_default())
}
