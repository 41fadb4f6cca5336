//! Cuts at a slant: Hariri, Carrasco Kind and Brunner, "Extended isolation forest", IEEE Trans.
//! Knowl. Data Eng. 2019, algorithm 2, but for one thing: a normal vector is drawn in units of the
//! node's box. The paper draws it in the units of the data, where a feature of large numbers leaves
//! the others no say; so, as with cuts along an axis, units do not matter.

use crate::{
    grow::{Sample, between},
    random::Random,
};

/// How often a cut that leaves one side empty is drawn again. Each has at least some chance, since
/// the rows span the box from which the point is drawn.
const MAX_TRIES: usize = 32;

/// A narrower feature has less of a say.
const SMALLEST_RANGE: f64 = 1e-290;

/// A hyperplane; rows on it are on the left.
pub(crate) struct Cut {
    /// Features that it varies in, in ascending order.
    parts: Vec<Part>,
    /// The product of the normal vector and a point on the plane.
    pub(crate) threshold: f64,
}

struct Part {
    /// The place of the feature in the sample.
    at: usize,
    normal: f64,
    point: f64,
}

impl Cut {
    pub(crate) fn is_left(&self, sample: &Sample, place: u32) -> bool {
        let value = |part: &Part| part.normal * sample.column(part.at)[place as usize];
        self.parts.iter().fold(0.0, |sum, part| sum + value(part)) <= self.threshold
    }

    /// Normal vector and point, one number each for each feature of the forest.
    pub(crate) fn plane(&self, sample: &Sample, n_features: usize) -> (Box<[f64]>, Box<[f64]>) {
        let mut normal = vec![0.0; n_features].into_boxed_slice();
        let mut point = normal.clone();
        for part in &self.parts {
            let feature = sample.features[part.at];
            (normal[feature], point[feature]) = (part.normal, part.point);
        }
        (normal, point)
    }
}

/// A cut with rows on both sides, through `n_slanted` features; `None` where the rows are equal, or too
/// close to tell apart.
pub(crate) fn cut(
    sample: &Sample,
    places: &[u32],
    order: &mut [usize],
    n_constant: &mut usize,
    n_slanted: usize,
    random: &mut Random,
) -> Option<Cut> {
    let ranges = ranges(sample, places, order, n_constant);
    if ranges.is_empty() {
        return None;
    }
    (0..MAX_TRIES).map(|_| draw(&ranges, n_slanted, random)).find(|cut| {
        let is_left = |&place: &u32| cut.is_left(sample, place);
        cut.threshold.is_finite() && places.iter().any(is_left) && !places.iter().all(is_left)
    })
}

/// Place, least and largest value of each feature that is not constant, in ascending order.
fn ranges(
    sample: &Sample,
    places: &[u32],
    order: &mut [usize],
    n_constant: &mut usize,
) -> Vec<(usize, f64, f64)> {
    let mut ranges = Vec::new();
    for drawn in *n_constant..order.len() {
        let at = order[drawn];
        let (low, high) = sample.range(at, places);
        if low < high {
            ranges.push((at, low, high));
        } else {
            order.swap(drawn, *n_constant);
            *n_constant += 1;
        }
    }
    ranges.sort_unstable_by_key(|&(at, ..)| at);
    ranges
}

fn draw(ranges: &[(usize, f64, f64)], n_slanted: usize, random: &mut Random) -> Cut {
    let n_slanted = n_slanted.min(ranges.len());
    let (mut parts, mut threshold) = (Vec::with_capacity(n_slanted), 0.0);
    for (seen, &(at, low, high)) in ranges.iter().enumerate() {
        // Each subset of that size has the same probability (Knuth, TAOCP 2, algorithm S).
        if random.below(ranges.len() - seen) < n_slanted - parts.len() {
            let point = between(low, high, random.unit());
            // Half the range, for the whole of it may be past all numbers; and not so near to zero
            // that the normal would be, and leave the other features no say.
            let half = (high / 2.0 - low / 2.0).max(SMALLEST_RANGE);
            let normal = random.normal() / half;
            threshold += normal * point;
            parts.push(Part { at, normal, point });
        }
    }
    Cut { parts, threshold }
}
