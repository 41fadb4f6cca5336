//! The buckets of a group in order of time: a short list, or a tree.

use std::collections::BTreeMap;

use oddsift_timespan::Timestamp;

use crate::{Aggregate, cell::Cell};

/// More buckets than these are in a tree, whose nodes would be large for a bucket or two.
const MOST: usize = 32;

/// Buckets by their start.
#[derive(Debug, Clone)]
pub(crate) enum Buckets {
    Few(Vec<(Timestamp, Cell)>),
    #[expect(clippy::box_collection, reason = "a tree by itself would make every group larger")]
    Many(Box<BTreeMap<Timestamp, Cell>>),
}

impl Default for Buckets {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Buckets {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(cells) => cells.len(),
            Self::Many(cells) => cells.len(),
        }
    }

    /// The bucket that begins at `start`, empty if it is new.
    pub(crate) fn cell(&mut self, start: Timestamp, aggregate: Aggregate) -> &mut Cell {
        if let Self::Few(cells) = self
            && cells.len() >= MOST
        {
            *self = Self::Many(Box::new(std::mem::take(cells).into_iter().collect()));
        }
        match self {
            Self::Many(cells) => cells.entry(start).or_insert_with(|| Cell::new(aggregate)),
            Self::Few(cells) => {
                let place = cells.binary_search_by_key(&start, |(start, _)| *start);
                let place = place.unwrap_or_else(|place| {
                    // Of many groups each has a bucket or two.
                    if cells.len() == cells.capacity() && cells.len() < 4 {
                        cells.reserve_exact(1);
                    }
                    cells.insert(place, (start, Cell::new(aggregate)));
                    place
                });
                &mut cells[place].1
            }
        }
    }
}

impl IntoIterator for Buckets {
    type Item = (Timestamp, Cell);
    type IntoIter = Box<dyn Iterator<Item = (Timestamp, Cell)>>;

    fn into_iter(self) -> Self::IntoIter {
        match self {
            Self::Few(cells) => Box::new(cells.into_iter()),
            Self::Many(cells) => Box::new(cells.into_iter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_in_order_however_they_come() {
        for n in [1, 3, 32, 33, 200] {
            let mut buckets = Buckets::default();
            for i in 0..2 * n {
                let start = Timestamp::constant((i * 7919) % n, 0);
                buckets.cell(start, Aggregate::Count).add(0.0);
            }
            assert_eq!(i64::try_from(buckets.len()), Ok(n));
            let cells: Vec<_> = buckets.into_iter().collect();
            assert!(cells.is_sorted_by_key(|(start, _)| *start));
            assert!(cells.iter().all(|(_, cell)| cell.value() == 2.0));
        }
    }
}
