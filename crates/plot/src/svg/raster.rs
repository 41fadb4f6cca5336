//! A surface in rows of pixels, and areas that are made of these.

use super::{
    geometry::{Point, Rect},
    surface::Surface,
};

/// Values at the middles of cells.
pub(super) struct Raster {
    corner: Point,
    end: Point,
    n_columns: usize,
    width: f64,
    height: f64,
    z: Vec<f64>,
}

/// A part of a row, in cells; its ends may be inside of a cell.
pub(super) type Run = (f64, f64);

/// Of a cell in pixels.
const WIDTH: f64 = 1.5;

impl Raster {
    /// Rows of this height over a part of a panel.
    pub(super) fn of(surface: &Surface, extent: &Rect, height: f64) -> Self {
        let width = WIDTH * height / 2.0;
        let count = |length: f64, side: f64| (length / side).ceil().clamp(0.0, 2000.0) as usize;
        let n_columns = count(extent.width(), width);
        let n_rows = count(extent.height(), height);
        let (corner, end) = ((extent.left, extent.top), (extent.right, extent.bottom));
        let middle = |nth: usize| nth as f64 + 0.5;
        let columns: Vec<Between> = (0..n_columns)
            .map(|nth| Between::of(&surface.x, corner.0 + middle(nth) * width))
            .collect();
        let mut z = Vec::with_capacity(n_rows * n_columns);
        for row in (0..n_rows).map(|nth| Between::of(&surface.y, corner.1 + middle(nth) * height)) {
            z.extend(columns.iter().map(|column| {
                let at = |row: usize| {
                    column.mix(surface.at(row, column.first), surface.at(row, column.first + 1))
                };
                row.mix(at(row.first), at(row.first + 1))
            }));
        }
        Self { corner, end, n_columns, width, height, z }
    }

    /// Of each row the parts that reach a level. Where the level is crossed between the middles of two
    /// cells, a part begins or ends between these.
    pub(super) fn runs(&self, level: f64) -> Vec<Vec<Run>> {
        self.z.chunks(self.n_columns.max(1)).map(|row| runs(row, level)).collect()
    }

    /// Corners in cells as pixels.
    pub(super) fn pixels(&self, corners: &[Point]) -> Vec<Point> {
        let pixel = |(x, y): &Point| {
            let (x, y) = (self.corner.0 + x * self.width, self.corner.1 + y * self.height);
            (x.min(self.end.0), y.min(self.end.1))
        };
        corners.iter().map(pixel).collect()
    }
}

/// A place between two that are known.
struct Between {
    first: usize,
    share: f64,
}

impl Between {
    /// The end where the place is beyond it.
    fn of(places: &[f64], at: f64) -> Self {
        let first = places.partition_point(|place| *place <= at).saturating_sub(1);
        let first = first.min(places.len().saturating_sub(2));
        let (from, to) = match places.get(first..=first + 1) {
            Some(&[from, to]) => (from, to),
            _ => (0.0, 1.0),
        };
        Self { first, share: ((at - from) / (to - from)).clamp(0.0, 1.0) }
    }

    fn mix(&self, one: f64, other: f64) -> f64 {
        // What is infinite stays so where it is.
        if self.share == 0.0 { one } else { one * (1.0 - self.share) + other * self.share }
    }
}

fn runs(row: &[f64], level: f64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut start = None;
    for (nth, z) in row.iter().enumerate() {
        let before = nth.checked_sub(1).and_then(|before| row.get(before)).copied();
        let border = || nth as f64 + before.map_or(0.0, |before| crossing(before, *z, level));
        match (start, *z >= level) {
            (None, true) => start = Some(border()),
            (Some(from), false) => {
                runs.push((from, border()));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| (from, row.len() as f64)));
    runs
}

/// Where a level is between the middles of two cells, seen from the border of these.
fn crossing(before: f64, after: f64, level: f64) -> f64 {
    let share = (level - before) / (after - before);
    // In eighths, so that borders which stand upright are the same from row to row.
    if share.is_finite() { ((share - 0.5) * 8.0).round() / 8.0 } else { 0.0 }
}

/// Polygons that cover the parts of all rows: parts that lie on each other, and on no third one, are
/// joined.
pub(super) fn polygons(rows: &[Vec<Run>]) -> Vec<Vec<Point>> {
    let mut done = Vec::new();
    let mut open: Vec<Tower> = Vec::new();
    for (nth, row) in rows.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        for run in row {
            let mut on = open.iter().enumerate().filter(|(_, tower)| overlaps(tower.top, *run));
            let alone = on.next().filter(|_| on.next().is_none()).map(|(place, _)| place);
            let alone = alone.filter(|place| {
                let top = open.get(*place).map(|tower| tower.top);
                row.iter().filter(|run| top.is_some_and(|top| overlaps(top, **run))).count() == 1
            });
            next.push(match alone.and_then(|place| open.get_mut(place)).map(Tower::take) {
                Some(tower) => tower.grown(*run),
                None => Tower::on(nth, *run),
            });
        }
        done.extend(open.into_iter().filter(|tower| !tower.sides.is_empty()).map(Tower::corners));
        open = next;
    }
    done.extend(open.into_iter().map(Tower::corners));
    done
}

fn overlaps(one: Run, other: Run) -> bool {
    one.0 < other.1 && other.0 < one.1
}

/// Runs on each other, each a row high.
struct Tower {
    first: usize,
    sides: Vec<Run>,
    top: Run,
}

impl Tower {
    fn on(first: usize, run: Run) -> Self {
        Self { first, sides: vec![run], top: run }
    }

    /// Leaves an empty one, of which nothing is drawn.
    fn take(&mut self) -> Self {
        Self { first: self.first, sides: std::mem::take(&mut self.sides), top: self.top }
    }

    fn grown(mut self, run: Run) -> Self {
        self.sides.push(run);
        self.top = run;
        self
    }

    /// Straight from the middle of each row to that of the next one, and upright at the ends.
    fn corners(self) -> Vec<Point> {
        let (top, bottom) = (self.first as f64, (self.first + self.sides.len()) as f64);
        let side = |of: fn(&Run) -> f64| -> Vec<Point> {
            let middle = |(nth, run): (usize, &Run)| (of(run), top + nth as f64 + 0.5);
            let start = self.sides.first().map(|run| (of(run), top));
            let end = self.sides.last().map(|run| (of(run), bottom));
            let middles = self.sides.iter().enumerate().map(middle);
            without_straight(start.into_iter().chain(middles).chain(end))
        };
        let (left, mut right) = (side(|run| run.0), side(|run| run.1));
        right.reverse();
        left.into_iter().chain(right).collect()
    }
}

/// Without the corners at which a line goes straight on.
fn without_straight(corners: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for corner in corners {
        if let [.., a, b] = kept[..]
            && ((b.0 - a.0) * (corner.1 - b.1) - (corner.0 - b.0) * (b.1 - a.1)).abs() < 1e-9
        {
            kept.pop();
        }
        kept.push(corner);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_inside(corners: &[Point], (x, y): Point) -> bool {
        let next = corners.iter().cycle().skip(1);
        let crosses = corners.iter().zip(next).filter(|(a, b)| {
            (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0)
        });
        crosses.count() % 2 == 1
    }

    #[test]
    fn runs_end_where_the_level_is_crossed() {
        assert_eq!(runs(&[0.0, 1.0, 1.0, 0.0], 0.75), [(1.25, 2.75)]);
        assert_eq!(runs(&[1.0, 1.0], 0.5), [(0.0, 2.0)]);
        assert!(runs(&[f64::NAN, -1.0], 0.0).is_empty());
    }

    #[test]
    fn upright_borders_have_two_corners() {
        let rows = vec![vec![(1.0, 3.0)]; 5];
        assert_eq!(polygons(&rows), [[(1.0, 0.0), (1.0, 5.0), (3.0, 5.0), (3.0, 0.0)]]);
    }

    #[test]
    fn areas_with_holes_are_several() {
        let rows = [vec![(0.0, 9.0)], vec![(0.0, 3.0), (6.0, 9.0)], vec![(0.0, 9.0)]];
        assert_eq!(polygons(&rows).len(), 4);
    }

    proptest! {
        #[test]
        fn every_cell_that_reaches_a_level_is_covered_once(
            rows in prop::collection::vec(prop::collection::vec(-2..3_i8, 9), 1..9),
        ) {
            let rows: Vec<Vec<f64>> =
                rows.iter().map(|row| row.iter().map(|z| f64::from(*z)).collect()).collect();
            let found: Vec<Vec<Run>> = rows.iter().map(|row| runs(row, 0.5)).collect();
            let areas = polygons(&found);
            for (y, row) in rows.iter().enumerate() {
                for (x, z) in row.iter().enumerate() {
                    let at = (x as f64 + 0.5, y as f64 + 0.5);
                    let n = areas.iter().filter(|corners| is_inside(corners, at)).count();
                    prop_assert_eq!(n, usize::from(*z >= 0.5), "{:?} {:?}", at, row);
                }
            }
        }
    }
}
