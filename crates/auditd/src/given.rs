/// The events that were given out last, so that records which come later are told.
///
/// A set of hashes keeps the latest few, as a cache does: of the last few thousand events nearly all
/// are known, in memory that does not grow.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Empty until the first event is given out. The latest of a set comes first.
    sets: Vec<[u64; WAYS]>,
}

/// A set fills a line of the processor's cache.
const WAYS: usize = 8;
/// A power of two; few enough for an inner cache, as each event that leaves changes one.
const SETS: usize = 1 << 11;

impl Given {
    pub(crate) fn insert(&mut self, hash: u64) {
        if self.sets.is_empty() {
            self.sets = vec![[0; WAYS]; SETS];
        }
        if let Some(set) = self.sets.get_mut(place(hash)) {
            set.rotate_right(1);
            set[0] = hash;
        }
    }

    pub(crate) fn contains(&self, hash: u64) -> bool {
        self.sets.get(place(hash)).is_some_and(|set| set.contains(&hash))
    }
}

/// The set of a hash, by the highest bits of its product with 2^64 over the golden ratio, as Knuth
/// has it: for some seeds of the hasher the lowest bits of successive serial numbers crowd together.
#[expect(clippy::cast_possible_truncation, reason = "so few bits are left")]
fn place(hash: u64) -> usize {
    hash.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(SETS.ilog2()) as usize & (SETS - 1)
}
