//! Points of clouds.

use std::collections::HashSet;

use super::{
    canvas::{Canvas, Fill},
    colors::{Look, PAPER, Shape},
    geometry::{Point, Rect},
    layout::Place,
};
use crate::figure::Cloud;

/// A point of a cloud in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    pub(super) at: Point,
    pub(super) radius: f64,
}

/// Diameters of points that have none, and of all others.
const DIAMETER: f64 = 7.0;
const DIAMETERS: (f64, f64) = (2.0, 60.0);

impl Mark {
    /// A point of a cloud, if it is there and inside the axes.
    pub(super) fn of(
        cloud: &Cloud,
        nth: usize,
        (x, y): (usize, usize),
        place: &Place<'_>,
    ) -> Option<Self> {
        let value = |column: usize| cloud.columns.get(column)?.get(nth).copied();
        let at = (place.x.at(value(x)?)?, place.y.at(value(y)?)?);
        let size = cloud.sizes.get(nth).copied().filter(|size| size.is_finite());
        let radius = size.unwrap_or(DIAMETER).clamp(DIAMETERS.0, DIAMETERS.1) / 2.0;
        place.plot.contains(at).then_some(Self { at, radius })
    }
}

/// The points of a cloud inside the axes, the largest first, so that they hide no other; at most so
/// many, of points that fall on one place the largest.
pub(super) fn marks(
    cloud: &Cloud,
    columns: (usize, usize),
    place: &Place<'_>,
    most: usize,
) -> Vec<Mark> {
    let n_points = cloud.columns.get(columns.0).map_or(0, Vec::len);
    let found = (0..n_points).filter_map(|nth| Mark::of(cloud, nth, columns, place));
    let mut marks: Vec<Mark> = found.collect();
    marks.sort_by(|a, b| b.radius.total_cmp(&a.radius));
    let mut side = FINEST;
    while marks.len() > most && side < COARSEST {
        marks = merged(marks, side);
        side *= 1.5;
    }
    marks.truncate(most);
    marks
}

/// Sides of the places on which points are merged, in pixels.
const FINEST: f64 = 2.0;
const COARSEST: f64 = 100.0;

/// The first of each place.
fn merged(marks: Vec<Mark>, side: f64) -> Vec<Mark> {
    let mut taken: HashSet<(i32, i32)> = HashSet::new();
    let cell = |pixels: f64| (pixels / side).floor() as i32;
    marks.into_iter().filter(|mark| taken.insert((cell(mark.at.0), cell(mark.at.1)))).collect()
}

/// Marks that are not translucent have a border of paper, which sets them apart from each other.
pub(super) fn draw_mark(canvas: &mut Canvas, look: Look, mark: Mark) {
    if look.opacity >= 1.0 {
        draw_shape(canvas, look.shape, Mark { radius: mark.radius + 1.25, ..mark }, PAPER.fill());
    }
    draw_shape(canvas, look.shape, mark, Fill { color: look.color, opacity: look.opacity });
}

/// Shapes of a radius are about equally large.
fn draw_shape(canvas: &mut Canvas, shape: Shape, Mark { at: (x, y), radius }: Mark, fill: Fill) {
    let corners = |corners: &[Point]| -> Vec<Point> {
        corners.iter().map(|(dx, dy)| (x + dx * radius, y + dy * radius)).collect()
    };
    match shape {
        Shape::Circle => canvas.circle((x, y), radius, fill),
        Shape::Square => {
            canvas.rect(&Rect::around((x, y), 0.89 * radius), fill);
        }
        Shape::Diamond => {
            canvas.polygon(&corners(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)]), fill);
        }
        Shape::Up => canvas.polygon(&corners(&[(0.0, -1.2), (1.2, 0.9), (-1.2, 0.9)]), fill),
        Shape::Down => canvas.polygon(&corners(&[(0.0, 1.2), (1.2, -0.9), (-1.2, -0.9)]), fill),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(x: f64, y: f64, radius: f64) -> Mark {
        Mark { at: (x, y), radius }
    }

    #[test]
    fn of_points_on_one_place_the_largest_is_left() {
        let marks = vec![mark(0.5, 0.5, 9.0), mark(5.0, 5.0, 3.0), mark(1.5, 1.5, 2.0)];
        assert_eq!(merged(marks, 2.0), [mark(0.5, 0.5, 9.0), mark(5.0, 5.0, 3.0)]);
    }

    proptest! {
        #[test]
        fn each_place_has_one_point(places in prop::collection::vec((0.0..50_f64, 0.0..50_f64), 0..300)) {
            let marks: Vec<Mark> = places.iter().map(|(x, y)| mark(*x, *y, 1.0)).collect();
            let cell = |mark: &Mark| ((mark.at.0 / 2.0) as i32, (mark.at.1 / 2.0) as i32);
            let all: HashSet<(i32, i32)> = marks.iter().map(cell).collect();
            let left = merged(marks, 2.0);
            prop_assert_eq!(left.len(), all.len());
            prop_assert_eq!(left.iter().map(cell).collect::<HashSet<_>>(), all);
        }
    }
}
