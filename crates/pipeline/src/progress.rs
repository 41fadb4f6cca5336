use std::borrow::Cow;

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The step that is under way: `reading`, or one of an algorithm.
    pub step: Cow<'static, str>,
    /// What is done of it: bytes of the input while it is read.
    pub done: u64,
    /// The whole of the step; `None` where it is not known, as of a pipe.
    pub total: Option<u64>,
}

impl Progress {
    /// The step in which rows are read.
    pub const READING: &'static str = "reading";

    pub(crate) fn reading(done: u64, total: Option<u64>) -> Self {
        Self { step: Cow::Borrowed(Self::READING), done, total }
    }

    pub(crate) fn step(step: impl Into<Cow<'static, str>>, done: u64, total: u64) -> Self {
        Self { step: step.into(), done, total: Some(total) }
    }
}
