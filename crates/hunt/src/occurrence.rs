use oddsift_patterns::Timestamp;

/// Rows that are kept of each line. More than the children of a hub, so that hubs are known.
pub(crate) const MOST_KEPT: usize = 16;

/// No host, no user.
pub(crate) const NONE: u32 = u32::MAX;

/// A row of a line, as far as trees need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) row: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) host: u32,
    pub(crate) session: u32,
    pub(crate) pid: Option<u64>,
    pub(crate) parent_pid: Option<u64>,
}

/// The first rows of a line, whatever the order in which they come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Vec<Occurrence>);

impl Kept {
    pub(crate) fn as_slice(&self) -> &[Occurrence] {
        &self.0
    }

    /// Whether it was kept.
    pub(crate) fn add(&mut self, one: Occurrence) -> bool {
        if self.0.len() == MOST_KEPT {
            match self.0.last() {
                Some(last) if last.row > one.row => self.0.pop(),
                _ => return false,
            };
        }
        let place = self.0.partition_point(|kept| kept.row < one.row);
        self.0.insert(place, one);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u64) -> Occurrence {
        Occurrence { row, time: None, host: NONE, session: NONE, pid: None, parent_pid: None }
    }

    #[test]
    fn the_first_rows_are_kept_in_any_order() {
        let mut kept = Kept::default();
        let taken: Vec<bool> = (0..40).rev().map(|n| kept.add(row(n))).collect();
        assert!(taken.iter().all(|is_kept| *is_kept) && !kept.add(row(40)));
        assert!(kept.as_slice().iter().map(|one| one.row).eq(0..16));
    }
}
