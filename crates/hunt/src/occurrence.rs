use oddsift_patterns::Timestamp;

/// Rows that are kept of each line and parent. A hub is known all the same: it starts more than one line.
pub(crate) const MOST_KEPT: usize = 16;

/// No host, no user.
pub(crate) const NONE: u32 = u32::MAX;

/// A row of a line, as far as trees need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) row: u64,
    pub(crate) time: Option<Timestamp>,
    pub(crate) host: u32,
    pub(crate) user: u32,
    pub(crate) session: u32,
    pub(crate) pid: Option<u64>,
    pub(crate) parent_pid: Option<u64>,
}

/// Seconds between the times that two sources give one start.
const SAME_TIME: i64 = 1;

impl Occurrence {
    /// Whether two rows of one line tell of the same start.
    fn is_twin_of(&self, other: &Self) -> bool {
        // Without times nothing tells a second record from a number that is used again.
        let is_near = self.time.zip(other.time).is_some_and(|(one, other)| {
            one.as_second().saturating_sub(other.as_second()).abs() <= SAME_TIME
        });
        let numbers = |one: &Self| (one.host, one.pid, one.parent_pid);
        is_near && numbers(self) == numbers(other)
    }
}

/// The first rows of a line, whatever the order in which they come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept(Vec<Occurrence>);

impl Kept {
    pub(crate) fn as_slice(&self) -> &[Occurrence] {
        &self.0
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [Occurrence] {
        &mut self.0
    }

    /// Takes out the rows that tell of the same start of a process as one before: two sources recorded it.
    pub(crate) fn take_twins(&mut self) -> Vec<Occurrence> {
        let mut firsts: Vec<Occurrence> = Vec::new();
        let is_twin = |one: &mut Occurrence| {
            let is_twin = one.pid.is_some() && firsts.iter().any(|first| first.is_twin_of(one));
            firsts.extend((!is_twin).then_some(*one));
            is_twin
        };
        self.0.extract_if(.., is_twin).collect()
    }

    /// Adds a row; gives the one for which there is no room: it, or one that it takes the place of.
    pub(crate) fn add(&mut self, one: Occurrence) -> Option<Occurrence> {
        let mut out = None;
        if self.0.len() == MOST_KEPT {
            match self.0.last() {
                Some(last) if last.row > one.row => out = self.0.pop(),
                _ => return Some(one),
            }
        }
        let place = self.0.partition_point(|kept| kept.row < one.row);
        self.0.insert(place, one);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u64) -> Occurrence {
        Occurrence {
            row,
            time: None,
            host: NONE,
            user: NONE,
            session: NONE,
            pid: None,
            parent_pid: None,
        }
    }

    #[test]
    fn a_start_that_two_sources_tell_of_is_one() {
        let at = |second| oddsift_patterns::Timestamp::from_second(second).ok();
        let start = |n, time| Occurrence { pid: Some(7), time, ..row(n) };
        let starts = |times: [Option<i64>; 3]| {
            let mut kept = Kept::default();
            for (n, second) in (0..).zip(times) {
                kept.add(start(n, second.and_then(at)));
            }
            kept.take_twins();
            kept.as_slice().len()
        };
        assert_eq!(starts([Some(5), Some(6), Some(9)]), 2);
        assert_eq!(starts([None, None, Some(9)]), 3);
    }

    #[test]
    fn the_first_rows_are_kept_in_any_order() {
        let mut kept = Kept::default();
        let out: Vec<Option<Occurrence>> = (0..40).rev().map(|n| kept.add(row(n))).collect();
        assert_eq!((out[15], out[16]), (None, Some(row(39))));
        assert_eq!(kept.add(row(40)), Some(row(40)));
        assert!(kept.as_slice().iter().map(|one| one.row).eq(0..16));
    }
}
