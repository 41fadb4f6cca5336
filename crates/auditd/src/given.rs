/// The events that were given out last, so that records which come later are told.
///
/// A hash has one slot, and stays until another takes it: of the last few thousand events nearly
/// all are known, in memory that does not grow.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Empty until the first event is given out.
    slots: Vec<u64>,
}

/// As many as two bytes of a hash can tell.
const SLOTS: usize = 1 << 16;

impl Given {
    pub(crate) fn insert(&mut self, hash: u64) {
        if self.slots.is_empty() {
            self.slots = vec![0; SLOTS];
        }
        if let Some(slot) = self.slots.get_mut(place(hash)) {
            *slot = hash;
        }
    }

    pub(crate) fn contains(&self, hash: u64) -> bool {
        self.slots.get(place(hash)) == Some(&hash)
    }
}

fn place(hash: u64) -> usize {
    let [low, high, ..] = hash.to_le_bytes();
    usize::from(u16::from_le_bytes([low, high]))
}
