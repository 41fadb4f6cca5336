//! Places of an axis that are worth a label.

#![expect(
    clippy::cast_possible_truncation,
    reason = "exponents, and numbers that were compared before"
)]

mod decimal; // decimal numbers as they are read
mod linear; // steps of 1, 2 or 5
mod log; // decades
mod time; // steps of the clock and of the calendar

pub(crate) use time::{DAY, HOUR, MINUTE, MONDAY, SECOND, Step, clamped};

use crate::figure::{Axis, LEAST, Scale};

/// A place of an axis, with what stands beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
    /// What stands below the label, and holds for those that follow until another is given: the date of
    /// an hour, the year of a day.
    pub(crate) below: String,
}

impl Tick {
    fn new(at: f64, label: String) -> Self {
        Self { at, label, below: String::new() }
    }
}

/// Ticks of an axis in ascending order, at most `room` of them, but for two that are always allowed.
///
/// They lie in [`range`], and their labels differ. A range that holds enough numbers gets three or
/// more where `room` is 8 or more.
pub(crate) fn ticks(axis: &Axis, room: usize) -> Vec<Tick> {
    let (from, to) = range(axis);
    let room = room.clamp(2, MOST);
    match axis.scale {
        Scale::Linear => linear::ticks(from, to, room),
        Scale::Log => log::ticks(from, to, room),
        Scale::Time => time::ticks(from, to, room),
    }
}

/// No axis gets more.
const MOST: usize = 10;

/// What an axis shows, whatever its range holds: both ends are finite, the first one is less, positive
/// if the scale is logarithmic, and years from 1 to 9999 if it is of time.
pub(crate) fn range(axis: &Axis) -> (f64, f64) {
    let (from, to) = axis.range;
    let (from, to) =
        if from.is_finite() && to.is_finite() { (from.min(to), from.max(to)) } else { (0.0, 1.0) };
    match axis.scale {
        Scale::Log if to <= 0.0 => (1.0, 10.0),
        Scale::Log if from <= 0.0 => ((to / 1000.0).max(LEAST), to.max(2.0 * LEAST)),
        Scale::Log if from >= to => ((from / 2.0).max(LEAST), (to * 2.0).min(f64::MAX)),
        Scale::Linear | Scale::Log => widened(from, to),
        Scale::Time => clamped(from, to),
    }
}

fn widened(from: f64, to: f64) -> (f64, f64) {
    if from < to {
        return (from, to);
    }
    let room = (from.abs() / 10.0).max(if from == 0.0 { 1.0 } else { LEAST });
    ((from - room).max(f64::MIN), (to + room).min(f64::MAX))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn axis(scale: Scale, from: f64, to: f64) -> Axis {
        Axis { label: String::new(), scale, range: (from, to) }
    }

    /// What holds for all ticks.
    fn check(axis: &Axis, room: usize) -> Vec<Tick> {
        let ticks = ticks(axis, room);
        let (from, to) = range(axis);
        assert!(ticks.iter().all(|tick| from <= tick.at && tick.at <= to), "{axis:?} {ticks:?}");
        assert!(ticks.windows(2).all(|two| two[0].at < two[1].at), "{axis:?} {ticks:?}");
        let mut below = "";
        let mut labels = BTreeSet::new();
        for tick in &ticks {
            below = if tick.below.is_empty() { below } else { &tick.below };
            assert!(labels.insert((below, &tick.label)), "{axis:?} {ticks:?}");
            assert!(tick.label.chars().count() <= 26, "{axis:?} {ticks:?}");
            assert!(!tick.label.contains("NaN") && !tick.label.contains("inf"), "{ticks:?}");
        }
        assert!(!ticks.is_empty() && ticks.len() <= room.clamp(2, 10), "{axis:?} {room} {ticks:?}");
        ticks
    }

    /// Whether a range holds so many numbers that some are round.
    fn is_wide(from: f64, to: f64) -> bool {
        to - from > from.abs().max(to.abs()) * 1e-14 && to - from > 1e-320
    }

    #[test]
    fn extremes_have_ticks() {
        for (from, to) in [
            (f64::MIN, f64::MAX),
            (1e300, 1.7e308),
            (1.0, 1.0 + 1e-15),
            (0.0, 5e-324),
            (5e-324, 1e-322),
            (-1e-310, 1e-310),
            (0.1, 0.1),
            (5e-324, 5e-324),
            (f64::MAX, f64::MAX),
            (3.0, -3.0),
            (f64::NAN, f64::INFINITY),
        ] {
            for scale in [Scale::Linear, Scale::Log, Scale::Time] {
                check(&axis(scale, from, to), 10);
            }
        }
        assert!(check(&axis(Scale::Linear, 1e300, 1.7e308), 10).len() >= 3);
        assert!(check(&axis(Scale::Linear, 1.0, 1.0 + 1e-15), 10).len() >= 3);
    }

    proptest! {
        #[test]
        fn any_range_has_ticks(from: f64, to: f64, room in 0_usize..20) {
            for scale in [Scale::Linear, Scale::Log, Scale::Time] {
                check(&axis(scale, from, to), room);
            }
        }

        #[test]
        fn ranges_of_numbers_have_three_to_ten(
            digits in -10.0..10_f64,
            exponent in -312..305_i32,
            width in -13.5..2_f64,
            room in 8_usize..12,
        ) {
            let from = digits * 10_f64.powi(exponent);
            let to = from + from.abs() * 10_f64.powf(width);
            prop_assume!(is_wide(from, to));
            prop_assert!(check(&axis(Scale::Linear, from, to), room).len() >= 3);
            if from > 0.0 {
                prop_assert!(check(&axis(Scale::Log, from, to), room).len() >= 3);
            }
        }

        #[test]
        fn ranges_of_time_have_three_to_ten(
            from in -62_135_596_800_000_i64..253_402_300_799_000,
            width in 0.0..14.5_f64,
            room in 8_usize..12,
        ) {
            let (from, width) = (from as f64, 10_f64.powf(width));
            prop_assert!(check(&axis(Scale::Time, from, from + width), room).len() >= 3);
        }
    }
}
