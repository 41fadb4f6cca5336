//! Neighbours that the counting pass has met, kept so that nobody has to look for them again.

use std::ops::Range;

/// The most neighbours kept for one point. More are rare, and are looked up again: memory stays
/// proportional to the number of points.
pub(crate) const MOST: usize = 64;

/// Positions of neighbours for some positions, one after the other: position, number, neighbours.
#[derive(Default)]
pub(crate) struct Neighbors(Vec<u32>);

/// Stands for a number of neighbours above `MOST`, none of which is kept.
const TOO_MANY: u32 = u32::MAX;

impl Neighbors {
    /// Keeps the neighbours of `position`, `met` and those of `cell`, which holds it, unless there
    /// are none.
    pub(crate) fn keep(&mut self, position: u32, met: &[u32], cell: Range<usize>) {
        let n = met.len() + cell.len() - 1;
        if n == 0 {
            return;
        }
        self.0.push(position);
        if n > MOST {
            self.0.push(TOO_MANY);
            return;
        }
        self.0.push(n as u32);
        self.0.extend_from_slice(met);
        self.0.extend(cell.map(|other| other as u32).filter(|&other| other != position));
    }

    /// Calls `visit` with each position and its neighbours; `None` where they were too many.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(u32, Option<&[u32]>)) {
        let mut rest = self.0.as_slice();
        while let [position, n, tail @ ..] = rest {
            if *n == TOO_MANY {
                visit(*position, None);
                rest = tail;
            } else {
                let (neighbors, after) = tail.split_at(*n as usize);
                visit(*position, Some(neighbors));
                rest = after;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_neighbors_are_kept_and_many_are_marked() {
        let mut neighbors = Neighbors::default();
        neighbors.keep(7, &[1], 7..9);
        neighbors.keep(8, &[], 8..9);
        neighbors.keep(9, &[0; MOST], 8..10);
        neighbors.keep(10, &[3; MOST], 10..11);
        let mut seen = Vec::new();
        neighbors.for_each(|position, near| seen.push((position, near.map(<[u32]>::to_vec))));
        assert_eq!(seen, [(7, Some(vec![1, 8])), (9, None), (10, Some(vec![3; MOST]))]);
    }
}
