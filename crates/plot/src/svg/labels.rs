//! Words beside what they tell of, none of them on another.

use std::collections::HashSet;

use super::{
    canvas::{Anchor, Canvas},
    colors::{INK, MUTED},
    geometry::{Point, Rect},
    measure::width,
};

/// Room for words, and what is taken of it.
pub(super) struct Words {
    bounds: Rect,
    taken: Vec<Rect>,
    /// Cells in which something is drawn that a word may lie on, but had better not.
    crowded: HashSet<(i32, i32)>,
}

/// The side of such a cell in pixels.
const CELL: f64 = 4.0;

/// The size of words and the height of a line of them.
const SIZE: f64 = 11.25;
const LINE: f64 = 13.0;
/// From a point to its word.
const GAP: f64 = 4.0;
/// A word that is farther away has a line to its point.
const ADJACENT: f64 = 9.0;
/// Distances that are tried, in addition to the gap.
const RINGS: [f64; 4] = [0.0, 10.0, 22.0, 36.0];
/// Sides that are tried: shares of the word's size to the right and down.
const SIDES: [Point; 8] = [
    (1.0, 0.0),
    (-1.0, 0.0),
    (0.0, -1.0),
    (0.0, 1.0),
    (0.8, -0.8),
    (0.8, 0.8),
    (-0.8, -0.8),
    (-0.8, 0.8),
];

impl Words {
    pub(super) fn new(bounds: Rect) -> Self {
        Self { bounds, taken: Vec::new(), crowded: HashSet::new() }
    }

    /// Keeps words away from a place.
    pub(super) fn avoid(&mut self, place: Rect) {
        self.taken.push(place);
    }

    /// Asks words to be elsewhere than on a disc, if they can.
    pub(super) fn shun_disc(&mut self, (x, y): Point, radius: f64) {
        let n = (radius / CELL).ceil().clamp(0.0, 20.0) as i32;
        for row in (-n..=n).map(|nth| f64::from(nth) * CELL).filter(|row| row.abs() <= radius) {
            let half = (radius * radius - row * row).sqrt();
            self.shun(&[(x - half, y + row), (x + half, y + row)]);
        }
    }

    /// Asks words to be elsewhere than on a line, if they can.
    pub(super) fn shun(&mut self, points: &[Point]) {
        self.crowded.extend(points.first().map(cell));
        for two in points.windows(2) {
            let (dx, dy) = (two[1].0 - two[0].0, two[1].1 - two[0].1);
            let n = (dx.hypot(dy) / CELL).ceil().clamp(1.0, 1000.0);
            let at = |nth: i32| (f64::from(nth) / n, two[0]);
            let cells =
                (1..=n as i32).map(at).map(|(share, (x, y))| (x + share * dx, y + share * dy));
            self.crowded.extend(cells.map(|point| cell(&point)));
        }
    }

    /// The best of some places that are free, which is taken then. They come in the order of liking;
    /// one that is less crowded may be better.
    pub(super) fn place(&mut self, tries: impl IntoIterator<Item = Rect>) -> Option<Rect> {
        let is_free = |place: &Rect| {
            self.bounds.holds(place) && !self.taken.iter().any(|taken| taken.overlaps(place))
        };
        let tries = tries.into_iter().enumerate().filter(|(_, place)| is_free(place));
        let found = tries.map(|(nth, place)| (nth, self.n_crowded(&place), place));
        let found = found.filter(|(_, n_crowded, place)| *n_crowded <= most_crowded(place));
        let (.., place) = found.min_by_key(|(nth, n_crowded, _)| nth + CROWDED * n_crowded)?;
        self.taken.push(place);
        Some(place)
    }

    fn n_crowded(&self, place: &Rect) -> usize {
        let (left, top) = cell(&(place.left, place.top));
        let (right, bottom) = cell(&(place.right, place.bottom));
        let cells = (top..=bottom).flat_map(|y| (left..=right).map(move |x| (x, y)));
        cells.filter(|cell| self.crowded.contains(cell)).count()
    }

    /// Writes a word beside a point of this radius, if there is room.
    pub(super) fn label(&mut self, canvas: &mut Canvas, word: &str, at: Point, radius: f64) {
        let tries = beside(at, radius, size_of(word));
        let tries: Vec<Rect> = tries.filter(|place| self.is_led(at, radius, place)).collect();
        let Some(place) = self.place(tries) else { return };
        if let Some((from, to)) = leader(at, radius, &place) {
            canvas.line(from, to, MUTED.stroke(0.75));
            self.shun(&[from, to]);
        }
        write(canvas, word, &place, at.0);
    }

    /// Whether nothing lies between a point and its word.
    fn is_led(&self, at: Point, radius: f64, place: &Rect) -> bool {
        let Some((from, to)) = leader(at, radius, place) else { return true };
        let others = self.taken.iter().filter(|taken| !taken.contains(at));
        others.into_iter().all(|taken| taken.clip_line(from, to).is_none())
    }

    /// Writes a word at one of some places, even if none is free; it begins or ends where it is nearest
    /// to a column.
    pub(super) fn rule(&mut self, canvas: &mut Canvas, word: &str, tries: [Rect; 4], x: f64) {
        let place = self.place(tries);
        // A limit without its word would be a riddle.
        let place = place.or_else(|| tries.into_iter().find(|it| self.bounds.holds(it)));
        if let Some(place) = place {
            write(canvas, word, &place, x);
        }
    }
}

/// How many places farther a word goes to leave a crowded cell.
const CROWDED: usize = 1;

/// A word on more would neither be read nor let anything else be seen.
fn most_crowded(place: &Rect) -> usize {
    (0.45 * place.width() * place.height() / (CELL * CELL)) as usize
}

fn cell((x, y): &Point) -> (i32, i32) {
    ((x / CELL).floor() as i32, (y / CELL).floor() as i32)
}

/// The size of a word.
pub(super) fn size_of(word: &str) -> (f64, f64) {
    (width(word, SIZE), LINE)
}

/// Fast at the side that is nearer to a column: fonts may be wider or narrower than they are taken for.
fn write(canvas: &mut Canvas, word: &str, place: &Rect, x: f64) {
    let (at, anchor) = if place.right <= x {
        (place.right, Anchor::End)
    } else if place.left >= x {
        (place.left, Anchor::Start)
    } else {
        (f64::midpoint(place.left, place.right), Anchor::Middle)
    };
    let y = f64::midpoint(place.top, place.bottom);
    canvas.label(word, (at, y), INK.text(SIZE).anchored(anchor));
}

/// Places for a word around a point, the nearest first.
fn beside((x, y): Point, radius: f64, (width, height): (f64, f64)) -> impl Iterator<Item = Rect> {
    let places = RINGS.iter().flat_map(|ring| SIDES.iter().map(move |side| (*ring, *side)));
    places.map(move |(ring, (right, down))| {
        let reach = radius + GAP + ring;
        let shift = |share: f64, size: f64| {
            share * reach + share.signum() * f64::from(share != 0.0) * size / 2.0
        };
        let (x, y) = (x + shift(right, width), y + shift(down, height));
        Rect::new(x - width / 2.0, y - height / 2.0, width, height)
    })
}

/// A line from the border of a point to its word, where these are apart.
fn leader((x, y): Point, radius: f64, place: &Rect) -> Option<(Point, Point)> {
    let end = (x.clamp(place.left, place.right), y.clamp(place.top + 2.0, place.bottom - 2.0));
    let (dx, dy) = (end.0 - x, end.1 - y);
    let distance = dx.hypot(dy);
    let share = (radius + 1.0) / distance;
    let start = (x + share * dx, y + share * dy);
    (distance > radius + ADJACENT).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOUNDS: Rect = Rect { left: 0.0, top: 0.0, right: 400.0, bottom: 300.0 };

    #[test]
    fn the_first_place_is_to_the_right() {
        let first = beside((100.0, 100.0), 5.0, (40.0, 13.0)).next();
        assert_eq!(first, Some(Rect::new(109.0, 93.5, 40.0, 13.0)));
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut words = Words::new(BOUNDS);
        words.avoid(BOUNDS);
        assert_eq!(words.place(beside((100.0, 100.0), 5.0, (40.0, 13.0))), None);
    }

    #[test]
    fn words_go_where_less_is_drawn() {
        let mut words = Words::new(BOUNDS);
        words.shun(&[(120.0, 0.0), (120.0, 300.0)]);
        let place = words.place(beside((100.0, 100.0), 5.0, (40.0, 13.0)));
        assert_eq!(place, Some(Rect::new(51.0, 93.5, 40.0, 13.0)));
    }

    proptest! {
        #[test]
        fn words_lie_on_no_other_and_on_no_point(
            points in prop::collection::vec((0.0..400_f64, 0.0..300_f64, 1.0..20_f64, 1.0..90_f64), 0..60),
        ) {
            let mut words = Words::new(BOUNDS);
            for (x, y, radius, _) in &points {
                words.avoid(Rect::around((*x, *y), *radius));
            }
            let marks = words.taken.clone();
            let found: Vec<Rect> = points
                .iter()
                .filter_map(|(x, y, radius, width)| words.place(beside((*x, *y), *radius, (*width, 13.0))))
                .collect();
            for (nth, place) in found.iter().enumerate() {
                prop_assert!(BOUNDS.holds(place));
                prop_assert!(!found[..nth].iter().chain(&marks).any(|other| other.overlaps(place)));
            }
        }
    }
}
