//! The steps of [`fit_with`](crate::IsolationForestParams::fit_with), in their order.

use crate::Step;

/// Samples are drawn and trees grown. Counts trees.
pub const GROW: Step = Step::new(0, "growing");
/// Training rows are scored for the offset, where contamination is a fraction. Counts rows.
pub const SCORE: Step = Step::new(1, "scoring");
