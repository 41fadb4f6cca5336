//! Places and boxes in pixels, and what of lines and polygons lies in a box.

/// Pixels to the right and down.
pub(super) type Point = (f64, f64);

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, right: left + width, bottom: top + height }
    }

    pub(super) fn around((x, y): Point, radius: f64) -> Self {
        Self::new(x - radius, y - radius, 2.0 * radius, 2.0 * radius)
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    pub(super) fn holds(&self, other: &Self) -> bool {
        self.contains((other.left, other.top)) && self.contains((other.right, other.bottom))
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The part of a line between two points that lies inside (Liang and Barsky, 1984).
    pub(super) fn clip_line(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let borders = [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ];
        let (mut start, mut end) = (0.0_f64, 1.0_f64);
        for (speed, distance) in borders {
            if speed == 0.0 && distance < 0.0 {
                return None;
            }
            if speed < 0.0 {
                start = start.max(distance / speed);
            } else if speed > 0.0 {
                end = end.min(distance / speed);
            }
        }
        let at = |share: f64| self.nearest((from.0 + share * dx, from.1 + share * dy));
        // An end inside stays what it is, to the bit: pieces are joined by it.
        let first = if start > 0.0 { at(start) } else { from };
        (start <= end).then(|| (first, if end < 1.0 { at(end) } else { to }))
    }

    /// The part of a polygon that lies inside (Sutherland and Hodgman, 1974).
    pub(super) fn clip_polygon(&self, corners: &[Point]) -> Vec<Point> {
        let corners = clip_side(corners, |(x, _)| x - self.left);
        let corners = clip_side(&corners, |(x, _)| self.right - x);
        let corners = clip_side(&corners, |(_, y)| y - self.top);
        let mut corners = clip_side(&corners, |(_, y)| self.bottom - y);
        for corner in &mut corners {
            *corner = self.nearest(*corner);
        }
        corners
    }

    /// The place in the box that is nearest: a rounded place is inside, too.
    fn nearest(&self, (x, y): Point) -> Point {
        (x.max(self.left).min(self.right), y.max(self.top).min(self.bottom))
    }
}

/// Keeps what has a depth of zero or more.
fn clip_side(corners: &[Point], depth: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(corners.len() + 4);
    let Some(mut last) = corners.last().copied() else { return kept };
    for &corner in corners {
        let (from, to) = (depth(last), depth(corner));
        if (from < 0.0) != (to < 0.0) {
            let share = from / (from - to);
            kept.push((last.0 + share * (corner.0 - last.0), last.1 + share * (corner.1 - last.1)));
        }
        if to >= 0.0 {
            kept.push(corner);
        }
        last = corner;
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOX: Rect = Rect { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn area(corners: &[Point]) -> f64 {
        let next = corners.iter().cycle().skip(1);
        corners.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs() / 2.0
    }

    #[test]
    fn lines_end_at_the_border() {
        assert_eq!(BOX.clip_line((-5.0, 5.0), (15.0, 5.0)), Some(((0.0, 5.0), (10.0, 5.0))));
        assert_eq!(BOX.clip_line((5.0, 5.0), (5.0, 30.0)), Some(((5.0, 5.0), (5.0, 10.0))));
        assert_eq!(BOX.clip_line((-5.0, 0.0), (0.0, 20.0)), None);
        assert_eq!(BOX.clip_line((20.0, 5.0), (20.0, 6.0)), None);
    }

    #[test]
    fn polygons_keep_the_area_inside() {
        let around = vec![(-5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (-5.0, 15.0)];
        assert!((area(&BOX.clip_polygon(&around)) - 100.0).abs() < 1e-9);
        let half = vec![(5.0, -5.0), (15.0, -5.0), (15.0, 15.0), (5.0, 15.0)];
        assert!((area(&BOX.clip_polygon(&half)) - 50.0).abs() < 1e-9);
        assert!(BOX.clip_polygon(&[(20.0, 0.0), (30.0, 0.0), (30.0, 9.0)]).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_left_outside(corners in prop::collection::vec((-1e9..1e9, -30.0..30.0), 0..20)) {
            for two in corners.windows(2) {
                if let Some((from, to)) = BOX.clip_line(two[0], two[1]) {
                    prop_assert!(BOX.contains(from) && BOX.contains(to));
                }
            }
            prop_assert!(BOX.clip_polygon(&corners).into_iter().all(|corner| BOX.contains(corner)));
        }
    }
}
