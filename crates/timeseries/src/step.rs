//! The steps of [`fit_with`](crate::TsParams::fit_with) and
//! [`fit_groups_with`](crate::TsParams::fit_groups_with).

use crate::Step;

pub use oddsift_stl::step::DECOMPOSE;

/// Series are decomposed and scored. Counts series.
pub const FIT: Step = Step::new(1, "fitting");
