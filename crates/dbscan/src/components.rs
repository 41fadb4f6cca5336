//! Which core points hang together: a disjoint-set forest that threads may share.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// A disjoint-set forest in which a parent has always the smaller number, so that no cycle can form
/// whatever threads do at the same time and a root is the least of its set.
///
/// `Relaxed` is enough: nothing but the numbers themselves is passed through them, and the loop that
/// fills the forest ends before its result is read.
pub(crate) struct Components(Vec<AtomicU32>);

impl Components {
    pub(crate) fn new(n: usize) -> Self {
        Self((0u32..).take(n).map(AtomicU32::new).collect())
    }

    /// The root of `item`. Halves the path: a plain store is right, because the new parent is an
    /// ancestor of `item` and ancestors remain ancestors.
    pub(crate) fn find(&self, mut item: u32) -> u32 {
        loop {
            let parent = self.parent(item);
            let grandparent = self.parent(parent);
            if parent == grandparent {
                return parent;
            }
            self.0[item as usize].store(grandparent, Relaxed);
            item = grandparent;
        }
    }

    pub(crate) fn join(&self, a: u32, b: u32) {
        let (mut a, mut b) = (self.find(a), self.find(b));
        while a != b {
            let (low, high) = (a.min(b), a.max(b));
            if self.0[high as usize].compare_exchange(high, low, Relaxed, Relaxed).is_ok() {
                return;
            }
            (a, b) = (self.find(low), self.find(high));
        }
    }

    pub(crate) fn same(&self, a: u32, b: u32) -> bool {
        self.find(a) == self.find(b)
    }

    fn parent(&self, item: u32) -> u32 {
        self.0[item as usize].load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_items_share_the_least_as_root() {
        let sets = Components::new(6);
        sets.join(5, 3);
        sets.join(3, 4);
        sets.join(1, 0);
        assert_eq!((0..6).map(|i| sets.find(i)).collect::<Vec<_>>(), [0, 0, 2, 3, 3, 3]);
        assert!(sets.same(4, 5) && !sets.same(2, 3));
    }

    #[test]
    fn a_chain_of_joins_is_one_set() {
        let sets = Components::new(100_000);
        (1..100_000).rev().for_each(|i| sets.join(i, i - 1));
        assert!((0..100_000).all(|i| sets.find(i) == 0));
    }
}
