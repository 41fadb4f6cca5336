//! The step of [`StlParams::fit_with`](crate::StlParams::fit_with) and
//! [`MstlParams::fit_with`](crate::MstlParams::fit_with).

use crate::Step;

/// Season and trend are smoothed. Counts passes of the inner loop.
pub const DECOMPOSE: Step = Step::new(0, "decomposing");
