//! A grid for up to three columns whose cells are so small that all points of one are neighbours.

use std::ops::Range;

use crate::{measure::Measure, sort, threads};

/// How much smaller than their bound cells are: more than the rounding of cell numbers, which stay
/// below [`MOST_CELLS`], can widen one.
const HAIR: f64 = 1.0 / 65536.0;
/// The most cells along one column. Beyond, numbers of cells would be too coarse for `HAIR`.
const MOST_CELLS: f64 = (1_u64 << 30) as f64;

/// Below, numbers lose the digits that `HAIR` is made of.
const LEAST_EPS: f64 = 1e-280;

/// Points sorted by cell: a cell's number counts along the last column first, so that neighbouring
/// cells along it stand together.
pub(crate) struct Grid<const D: usize> {
    /// The number of each cell that holds a point, ascending.
    pub(crate) keys: Vec<u64>,
    /// The first position of each cell, and the number of points.
    starts: Vec<u32>,
    /// The point at each position.
    pub(crate) order: Vec<u32>,
    pub(crate) points: Vec<[f64; D]>,
    /// Points whose cells are further apart along a column are no neighbours.
    reach: u64,
    /// Differences of number from a cell to the rows of cells around it, nearest first.
    rows: Vec<i64>,
}

impl<const D: usize> Grid<D> {
    /// `None` where the measure has no grid or the data too many cells. There must be a point.
    pub(crate) fn build<M: Measure>(points: &[f64], measure: M) -> Option<Self> {
        let (eps, sides) = measure.eps_and_sides(D).filter(|&(eps, _)| eps > LEAST_EPS)?;
        let side = eps / sides * (1.0 - HAIR);
        // Cells further apart have `reach` whole cells, more than eps, between them.
        let reach = (sides / (1.0 - HAIR)).floor() + 1.0;
        let (low, high) = bounds::<D>(points);
        let mut sizes = [0_u64; D];
        let mut n_cells = 1_u64;
        for column in 0..D {
            let cells = (high[column] - low[column]) / side;
            // Also where the width is infinite.
            if !(cells < MOST_CELLS) {
                return None;
            }
            // An empty margin, so that no row of neighbours runs into another row.
            sizes[column] = cells as u64 + 2 + 2 * reach as u64;
            n_cells = n_cells.checked_mul(sizes[column])?;
        }
        let reach = reach as u64;
        let key = |point: &[f64]| {
            (0..D).fold(0, |key, i| key * sizes[i] + reach + ((point[i] - low[i]) / side) as u64)
        };
        let mut keys = vec![0; points.len() / D];
        threads::for_each_chunk(&mut keys, threads::GRAIN, |i, keys| {
            let points = points[i * threads::GRAIN * D..].chunks_exact(D);
            keys.iter_mut().zip(points).for_each(|(slot, point)| *slot = key(point));
        });
        let (keys, order) = sort::sorted(keys, n_cells.checked_ilog2()? + 1);
        let (keys, starts) = runs(&keys);
        let points = gather(points, &order);
        Some(Self { keys, starts, order, points, reach, rows: rows(&sizes, reach as i64) })
    }

    pub(crate) fn n_cells(&self) -> usize {
        self.keys.len()
    }

    /// The positions of the points of a cell.
    pub(crate) fn positions(&self, cell: usize) -> Range<usize> {
        self.starts[cell] as usize..self.starts[cell + 1] as usize
    }

    /// The positions of the points of neighbouring cells.
    pub(crate) fn span(&self, cells: &Range<usize>) -> Range<usize> {
        self.starts[cells.start] as usize..self.starts[cells.end] as usize
    }

    pub(crate) fn cell_at(&self, position: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= position) - 1
    }

    /// Windows over all neighbouring cells of those from `cell` on.
    pub(crate) fn windows(&self, cell: usize) -> Windows<'_, D> {
        self.windows_of(cell, self.rows.clone())
    }

    /// As [`windows`](Self::windows), without the rows in which all cells are later than the cell.
    pub(crate) fn windows_before(&self, cell: usize) -> Windows<'_, D> {
        self.windows_of(cell, self.rows.iter().copied().filter(|&offset| offset <= 0).collect())
    }

    fn windows_of(&self, cell: usize, offsets: Vec<i64>) -> Windows<'_, D> {
        let first =
            |offset: i64| self.keys.partition_point(|&key| key < self.least_key(cell, offset));
        let cells = offsets.iter().map(|&offset| first(offset)..first(offset)).collect();
        Windows { grid: self, offsets, cells }
    }

    /// The number of the first cell of a row of neighbours; the margin keeps it above 0.
    fn least_key(&self, cell: usize, offset: i64) -> u64 {
        self.keys[cell].saturating_add_signed(offset) - self.reach
    }
}

/// The rows of neighbouring cells of one cell after the other: they move to the right only.
pub(crate) struct Windows<'a, const D: usize> {
    grid: &'a Grid<D>,
    offsets: Vec<i64>,
    cells: Vec<Range<usize>>,
}

impl<const D: usize> Windows<'_, D> {
    /// Moves on to `cell`, which must not be left of the last one; the cells of each row of
    /// neighbours, the cell's own row first.
    pub(crate) fn at(&mut self, cell: usize) -> &[Range<usize>] {
        let keys = &self.grid.keys;
        for (cells, &offset) in self.cells.iter_mut().zip(&self.offsets) {
            let least = self.grid.least_key(cell, offset);
            let most = least + 2 * self.grid.reach;
            while cells.start < keys.len() && keys[cells.start] < least {
                cells.start += 1;
            }
            cells.end = cells.end.max(cells.start);
            while cells.end < keys.len() && keys[cells.end] <= most {
                cells.end += 1;
            }
        }
        &self.cells
    }
}

fn bounds<const D: usize>(points: &[f64]) -> ([f64; D], [f64; D]) {
    let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
    for point in points.chunks_exact(D) {
        for column in 0..D {
            low[column] = low[column].min(point[column]);
            high[column] = high[column].max(point[column]);
        }
    }
    (low, high)
}

/// Each key once, and where its run starts; last the number of keys.
fn runs(keys: &[u64]) -> (Vec<u64>, Vec<u32>) {
    let mut cells = Vec::new();
    let mut starts = Vec::new();
    for (&key, position) in keys.iter().zip(0_u32..) {
        if cells.last() != Some(&key) {
            cells.push(key);
            starts.push(position);
        }
    }
    starts.push(keys.len() as u32);
    (cells, starts)
}

fn gather<const D: usize>(points: &[f64], order: &[u32]) -> Vec<[f64; D]> {
    let mut gathered = vec![[0.0; D]; order.len()];
    threads::for_each_chunk(&mut gathered, threads::GRAIN, |i, gathered| {
        for (slot, &point) in gathered.iter_mut().zip(&order[i * threads::GRAIN..]) {
            slot.copy_from_slice(&points[point as usize * D..][..D]);
        }
    });
    gathered
}

/// Differences of number to all rows of cells within `reach`, nearest first.
fn rows<const D: usize>(sizes: &[u64; D], reach: i64) -> Vec<i64> {
    let mut rows = vec![(0_i64, 0_i64)];
    for &size in &sizes[1..] {
        let step = |&(far, offset): &(i64, i64)| {
            (-reach..=reach).map(move |d| (far + d * d, (offset + d) * size as i64))
        };
        rows = rows.iter().flat_map(step).collect();
    }
    rows.sort_unstable();
    rows.into_iter().map(|(_, offset)| offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Chebyshev, Euclidean, Manhattan, Minkowski, inside};

    /// Every pair in one cell is inside; every pair inside is in cells that see each other.
    fn cells_agree_with_the_measure<const D: usize, M: Measure>(points: &[f64], measure: M) {
        let grid = Grid::<D>::build(points, measure).unwrap();
        let mut windows = grid.windows(0);
        for cell in 0..grid.n_cells() {
            let rows = windows.at(cell).to_vec();
            for a in grid.positions(cell) {
                for (b, other) in grid.points.iter().enumerate() {
                    let inside = inside(measure, &grid.points[a], other);
                    assert!(inside || !grid.positions(cell).contains(&b));
                    assert!(!inside || rows.iter().any(|row| grid.span(row).contains(&b)));
                }
                assert_eq!(grid.cell_at(a), cell);
                assert_eq!(grid.points[a], points[grid.order[a] as usize * D..][..D]);
            }
        }
    }

    #[test]
    fn neighbours_are_in_neighbouring_cells_and_a_cell_holds_only_neighbours() {
        let points: Vec<f64> = (0..600_u32).map(|i| f64::from(i * i % 61) / 4.0).collect();
        for eps in [0.5, 1.0, 2.5, 40.0] {
            let euclidean = Euclidean::new(eps).unwrap();
            cells_agree_with_the_measure::<1, _>(&points[..200], euclidean);
            cells_agree_with_the_measure::<2, _>(&points[..400], euclidean);
            cells_agree_with_the_measure::<3, _>(&points, euclidean);
            cells_agree_with_the_measure::<2, _>(&points[..400], Manhattan { eps });
            cells_agree_with_the_measure::<3, _>(&points, Manhattan { eps });
            cells_agree_with_the_measure::<3, _>(&points, Chebyshev { eps });
        }
    }

    #[test]
    fn too_many_cells_have_no_grid() {
        let measure = Chebyshev { eps: 1e-3 };
        assert!(Grid::<1>::build(&[0.0, 1e9], measure).is_none());
        assert!(Grid::<1>::build(&[-f64::MAX, f64::MAX], measure).is_none());
        assert!(Grid::<3>::build(&[0.0, 0.0, 0.0, 1e5, 1e5, 1e5], measure).is_none());
        assert!(Grid::<3>::build(&[0.0, 0.0, 0.0, 1e2, 1e2, 1e2], measure).is_some());
        assert!(Grid::<1>::build(&[0.0], Minkowski::new(1.0, 3.0)).is_none());
    }
}
