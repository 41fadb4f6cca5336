//! The steps of [`fit_with`](crate::DbscanParams::fit_with), in their order.

use crate::Step;

/// Equal rows become one point. Counts rows.
pub const COLLAPSE: Step = Step::new(0, "collapsing");
/// Neighbours are counted, to find core points. Counts points.
pub const COUNT: Step = Step::new(1, "counting");
/// Core points within reach of each other are joined. Counts points.
pub const LINK: Step = Step::new(2, "linking");
/// Border points look for a cluster. Counts points.
pub const BORDER: Step = Step::new(3, "labelling");
