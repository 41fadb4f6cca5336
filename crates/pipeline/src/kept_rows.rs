//! Rows that may be noise, packed: where all are, they are much of the memory.

use oddsift_eventcluster::NoiseRow;
use oddsift_patterns::{PatternId, Timestamp};

/// Rows that may be noise, in 24 bytes each.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeptRows(Vec<Packed>);

#[derive(Debug, Clone, Copy)]
struct Packed {
    row: u64,
    seconds: i64,
    /// [`NO_TIME`] where the row has none.
    nanoseconds: i32,
    pattern: PatternId,
}

/// No time has so many nanoseconds.
const NO_TIME: i32 = i32::MAX;

impl KeptRows {
    pub(crate) fn push(&mut self, NoiseRow { row, pattern, time }: NoiseRow) {
        let (seconds, nanoseconds) =
            time.map_or((0, NO_TIME), |time| (time.as_second(), time.subsec_nanosecond()));
        self.0.push(Packed { row, seconds, nanoseconds, pattern });
    }

    pub(crate) fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }

    /// Gives patterns their ids in another table.
    pub(crate) fn rename(&mut self, name: impl Fn(PatternId) -> PatternId) {
        for row in &mut self.0 {
            row.pattern = name(row.pattern);
        }
    }

    /// Puts them in the order of the input, and gives back the room to grow.
    pub(crate) fn finish(&mut self) {
        self.0.sort_unstable_by_key(|row| row.row);
        self.0.shrink_to_fit();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = NoiseRow> + Clone + '_ {
        self.0.iter().map(Packed::unpacked)
    }
}

impl Packed {
    fn unpacked(&self) -> NoiseRow {
        let time = Timestamp::new(self.seconds, self.nanoseconds).ok();
        NoiseRow {
            row: self.row,
            pattern: self.pattern,
            time: time.filter(|_| self.nanoseconds != NO_TIME),
        }
    }
}

#[cfg(test)]
mod tests {
    use oddsift_patterns::{Observation, PatternTable};

    use super::*;

    #[test]
    fn what_is_packed_comes_back_in_the_order_of_the_input() {
        let pattern = PatternTable::new(0).add(&[], &Observation::new(0)).unwrap();
        let times = [None, Some(Timestamp::MIN), Timestamp::new(-1, -5).ok(), Some(Timestamp::MAX)];
        let rows = |number: u64| {
            let row = |(row, time)| NoiseRow { row, pattern, time };
            (number..).zip(times).map(row)
        };
        let (mut kept, mut more) = (KeptRows::default(), KeptRows::default());
        rows(7).for_each(|row| kept.push(row));
        rows(0).for_each(|row| more.push(row));
        kept.append(&mut more);
        kept.finish();
        assert!(kept.iter().eq(rows(0).chain(rows(7))));
    }
}
