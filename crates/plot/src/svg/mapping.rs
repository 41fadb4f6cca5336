//! Where values of an axis stand.

use crate::{
    figure::{Axis, Scale},
    ticks::range,
};

/// From values of an axis to pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mapping {
    scale: Scale,
    range: (f64, f64),
    pixels: (f64, f64),
}

/// In lengths of the axis: what lies farther out is as good as there.
const FARTHEST: f64 = 1e6;

impl Mapping {
    pub(super) fn new(axis: &Axis, start: f64, end: f64) -> Self {
        Self { scale: axis.scale, range: range(axis), pixels: (start, end) }
    }

    /// Inside or outside of the axis; nowhere if the value is not finite, or not positive on a
    /// logarithmic scale.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        if !value.is_finite() || (self.scale == Scale::Log && value <= 0.0) {
            return None;
        }
        let share = self.share(value).clamp(-FARTHEST, FARTHEST);
        Some(self.pixels.0 + share * (self.pixels.1 - self.pixels.0))
    }

    /// From 0 at the start to 1 at the end.
    fn share(&self, value: f64) -> f64 {
        let (from, to) = self.range;
        if self.scale == Scale::Log {
            let share = (value.ln() - from.ln()) / (to.ln() - from.ln());
            // Ends may be so near that their logarithms are the same.
            if share.is_finite() {
                return share;
            }
        }
        let width = to - from;
        if width.is_finite() {
            return (value - from) / width;
        }
        (value / 2.0 - from / 2.0) / (to / 2.0 - from / 2.0)
    }

    /// Where a part of the axis is, the lesser place first; `None` if all of it is outside.
    pub(super) fn part(&self, one: f64, other: f64) -> Option<(f64, f64)> {
        let (one, other) = (self.bound(one)?, self.bound(other)?);
        let (least, most) = (self.pixels.0.min(self.pixels.1), self.pixels.0.max(self.pixels.1));
        let (from, to) = (one.min(other).max(least), one.max(other).min(most));
        (from <= to).then_some((from, to))
    }

    /// As [`at`](Self::at), but what has no place on the scale is at the end that it lies beyond.
    fn bound(&self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let end = if value > self.range.0 { self.pixels.1 } else { self.pixels.0 };
        Some(self.at(value).unwrap_or(end))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mapping(scale: Scale, from: f64, to: f64) -> Mapping {
        Mapping::new(&Axis { label: String::new(), scale, range: (from, to) }, 100.0, 300.0)
    }

    #[test]
    fn ends_are_at_the_ends() {
        for scale in [Scale::Linear, Scale::Log, Scale::Time] {
            for (from, to) in
                [(1.0, 1000.0), (1e300, f64::MAX), (1.0, 1.0 + 1e-15), (5e-324, 1e-322)]
            {
                let map = mapping(scale, from, to);
                let ends = [map.range.0, map.range.1].map(|end| map.at(end).unwrap());
                assert!(
                    (ends[0] - 100.0).abs() < 1e-6 && (ends[1] - 300.0).abs() < 1e-6,
                    "{map:?}"
                );
            }
        }
        let widest = mapping(Scale::Linear, f64::MIN, f64::MAX);
        assert_eq!(
            [f64::MIN, 0.0, f64::MAX].map(|v| widest.at(v)),
            [100.0, 200.0, 300.0].map(Some)
        );
    }

    #[test]
    fn decades_are_equally_long() {
        let map = mapping(Scale::Log, 1.0, 100.0);
        assert!((map.at(10.0).unwrap() - 200.0).abs() < 1e-9);
        assert_eq!([0.0, -1.0, f64::NAN, f64::INFINITY].map(|v| map.at(v)), [None; 4]);
    }

    #[test]
    fn parts_end_with_the_axis() {
        let map = mapping(Scale::Linear, 0.0, 100.0);
        assert_eq!(map.part(-50.0, 50.0), Some((100.0, 200.0)));
        assert_eq!(map.part(f64::INFINITY, 50.0), Some((200.0, 300.0)));
        assert_eq!(map.part(120.0, 150.0), None);
        assert_eq!(map.part(f64::NAN, 50.0), None);
    }

    proptest! {
        #[test]
        fn places_are_finite(from: f64, to: f64, value: f64) {
            for scale in [Scale::Linear, Scale::Log, Scale::Time] {
                let map = mapping(scale, from, to);
                prop_assert!(map.at(value).is_none_or(f64::is_finite));
                if let Some((from, to)) = map.part(value, from) {
                    prop_assert!(100.0 <= from && from <= to && to <= 300.0);
                }
            }
        }
    }
}
