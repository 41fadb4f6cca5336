//! Lines, bands and spans between the axes of a panel.

use super::{
    geometry::{Point, Rect},
    layout::Place,
};
use crate::decimate::extremes;

/// The pieces of a line inside the axes. It is broken where it has no place; points of one column of
/// pixels are told by the first, the last, the highest and the lowest.
///
/// A point between two breaks is a piece by itself.
pub(super) fn pieces(place: &Place<'_>, x: &[f64], y: &[f64], column: f64) -> Vec<Vec<Point>> {
    let points = x.iter().zip(y).map(|(x, y)| Some((place.x.at(*x)?, place.y.at(*y)?)));
    let parts = unbroken(points).into_iter().map(|part| thinned(&part, column));
    parts.flat_map(|part| clipped(&part, &place.plot)).collect()
}

/// What is between two lines, as polygons inside the axes.
pub(super) fn areas(
    place: &Place<'_>,
    x: &[f64],
    [low, high]: [&[f64]; 2],
    column: f64,
) -> Vec<Vec<Point>> {
    let ends = x.iter().zip(low).zip(high).map(|((x, low), high)| {
        let (low, high) = (place.y.at(*low)?, place.y.at(*high)?);
        Some((place.x.at(*x)?, low.max(high), low.min(high)))
    });
    let area = |part: Vec<Extent>| {
        let part = widest(&part, column);
        let upper = part.iter().map(|(x, _, top)| (*x, *top));
        let lower = part.iter().rev().map(|(x, bottom, _)| (*x, *bottom));
        place.plot.clip_polygon(&upper.chain(lower).collect::<Vec<Point>>())
    };
    unbroken(ends).into_iter().map(area).collect()
}

/// A place of the x axis, with the lower and the upper end there.
type Extent = (f64, f64, f64);

/// Parts of the x axis over the whole height, those that touch as one.
pub(super) fn stripes(place: &Place<'_>, spans: &[(f64, f64)]) -> Vec<Rect> {
    let plot = &place.plot;
    let parts = spans.iter().filter_map(|(from, to)| place.x.part(*from, *to));
    let mut parts: Vec<(f64, f64)> = parts.map(|part| visible(part, plot)).collect();
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    parts.dedup_by(|next, last| {
        let touches = next.0 <= last.1 + NEAR;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
    parts.into_iter().map(|(left, right)| Rect { left, right, ..*plot }).collect()
}

/// In pixels.
const NARROWEST: f64 = 2.0;
const NEAR: f64 = 0.5;

/// A part of an axis that is not too narrow to be seen, but still inside.
fn visible((from, to): (f64, f64), plot: &Rect) -> (f64, f64) {
    let missing = (NARROWEST - (to - from)).max(0.0) / 2.0;
    ((from - missing).max(plot.left), (to + missing).min(plot.right))
}

/// The parts without a gap.
fn unbroken<T>(items: impl Iterator<Item = Option<T>>) -> Vec<Vec<T>> {
    let mut parts = vec![Vec::new()];
    for item in items {
        match (item, parts.last_mut()) {
            (Some(item), Some(part)) => part.push(item),
            (None, Some(part)) if !part.is_empty() => parts.push(Vec::new()),
            _ => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Runs of points that fall on one column of pixels.
fn runs<T>(items: &[T], column: f64, x: impl Fn(&T) -> f64) -> impl Iterator<Item = &[T]> {
    items.chunk_by(move |a, b| (x(a) / column) as i64 == (x(b) / column) as i64)
}

/// Of each column the first, the highest, the lowest and the last point, in their order.
fn thinned(points: &[Point], column: f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(points.len().min(4096));
    for run in runs(points, column, |point| point.0) {
        kept.extend(extremes(run, |point| point.1).into_iter().filter_map(|nth| run.get(nth)));
    }
    kept
}

/// Of each column the lowest and the highest place.
fn widest(part: &[Extent], column: f64) -> Vec<Extent> {
    let join = |run: &[Extent]| {
        let (x, bottom, top) = *run.first()?;
        let ends = |(low, high): (f64, f64), it: &Extent| (low.max(it.1), high.min(it.2));
        let (bottom, top) = run.iter().fold((bottom, top), ends);
        Some((x, bottom, top))
    };
    let mut kept: Vec<Extent> = runs(part, column, |it| it.0).filter_map(join).collect();
    // The band ends where its last point is.
    kept.extend(part.last().filter(|last| kept.last().is_some_and(|it| it.0 < last.0)));
    kept
}

/// The pieces of a line inside a box.
pub(super) fn clipped(points: &[Point], plot: &Rect) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    if let [only] = points {
        return if plot.contains(*only) { vec![vec![*only]] } else { pieces };
    }
    for two in points.windows(2) {
        let Some((from, to)) = plot.clip_line(two[0], two[1]) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => piece.push(to),
            _ => pieces.push(vec![from, to]),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOX: Rect = Rect { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };

    #[test]
    fn gaps_break_lines() {
        let items = [None, Some(1), Some(2), None, None, Some(3)];
        assert_eq!(unbroken(items.into_iter()), [vec![1, 2], vec![3]]);
        assert!(unbroken::<u8>([None].into_iter()).is_empty());
    }

    #[test]
    fn columns_keep_their_peaks() {
        let points = [(0.0, 5.0), (0.1, 9.0), (0.2, 1.0), (0.3, 4.0), (1.5, 5.0)];
        assert_eq!(thinned(&points, 1.0), points);
        let flat: Vec<Point> = (0..100).map(|nth| (f64::from(nth) / 100.0, 5.0)).collect();
        assert_eq!(thinned(&flat, 1.0).len(), 2);
    }

    #[test]
    fn lines_that_leave_come_back_as_another_piece() {
        let pieces = clipped(&[(10.0, 50.0), (20.0, -50.0), (30.0, 50.0)], &BOX);
        assert_eq!(pieces, [[(10.0, 50.0), (15.0, 0.0)], [(25.0, 0.0), (30.0, 50.0)]]);
    }

    proptest! {
        #[test]
        fn thinned_lines_reach_as_far(heights in prop::collection::vec(0.0..100_f64, 1..500)) {
            let points: Vec<Point> =
                heights.iter().enumerate().map(|(nth, y)| (nth as f64 / 20.0, *y)).collect();
            let left = thinned(&points, 1.0);
            let ends = |points: &[Point]| {
                points.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (p.1.min(a), p.1.max(b)))
            };
            prop_assert_eq!(ends(&left), ends(&points));
            prop_assert!(left.len() <= 4 * (points.len() / 20 + 1));
            prop_assert_eq!((left.first(), left.last()), (points.first(), points.last()));
        }
    }
}
