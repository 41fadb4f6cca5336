//! A grid for up to three columns whose cells are so small that all points of one are neighbours.

use std::ops::Range;

use oddsift_ground::threads;

use crate::{measure::Measure, sort};

/// How much smaller than their bound cells are: more than the rounding of cell numbers, which stay
/// below [`MOST_CELLS`], can widen one.
const HAIR: f64 = 1.0 / 65536.0;
/// The most cells along one column. Beyond, numbers of cells would be too coarse for `HAIR`.
const MOST_CELLS: f64 = (1_u64 << 30) as f64;

/// Keys that a window looks at together: as many as it mostly holds.
const STEP: usize = 5;
/// Below, numbers lose the digits that `HAIR` is made of.
const LEAST_EPS: f64 = 1e-280;

/// Points sorted by cell: a cell's number counts along the last column first, so that neighbouring
/// cells along it stand together.
pub(crate) struct Grid<const D: usize> {
    /// The number of each cell that holds a point, ascending; then `STEP` times the largest number.
    keys: Vec<u64>,
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
        let scale = Scale::<D>::of(points, measure)?;
        let mut keys = vec![0; points.len() / D];
        threads::for_each_chunk(&mut keys, threads::GRAIN, |i, keys| {
            let points = points[i * threads::GRAIN * D..].chunks_exact(D);
            keys.iter_mut().zip(points).for_each(|(slot, point)| *slot = scale.key(point));
        });
        let (keys, order) = sort::sorted(keys, scale.bits);
        let (keys, starts) = runs(&keys);
        let points = gather(points, &order);
        Some(Self { keys, starts, order, points, reach: scale.reach, rows: scale.rows() })
    }

    pub(crate) fn n_cells(&self) -> usize {
        self.keys.len() - STEP
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
        self.windows_of(cell, self.rows.iter().copied())
    }

    /// As [`windows`](Self::windows), without the rows in which all cells are later than the cell.
    pub(crate) fn windows_before(&self, cell: usize) -> Windows<'_, D> {
        self.windows_of(cell, self.rows.iter().copied().filter(|&offset| offset <= 0))
    }

    fn windows_of(&self, cell: usize, offsets: impl Iterator<Item = i64>) -> Windows<'_, D> {
        let first = |offset| self.keys.partition_point(|&key| key < self.least_key(cell, offset));
        Windows {
            grid: self,
            starts: offsets.map(|offset| (offset, first(offset))).collect(),
            cells: Vec::new(),
        }
    }

    /// The number of the first cell of a row of neighbours; the margin keeps it above 0.
    fn least_key(&self, cell: usize, offset: i64) -> u64 {
        self.keys[cell].wrapping_add_signed(offset) - self.reach
    }
}

/// The rows of neighbouring cells of one cell after the other: they move to the right only.
pub(crate) struct Windows<'a, const D: usize> {
    grid: &'a Grid<D>,
    /// For each row of neighbours the difference of number, and the first cell in the window.
    starts: Vec<(i64, usize)>,
    cells: Vec<Range<usize>>,
}

impl<const D: usize> Windows<'_, D> {
    /// Moves on to `cell`, which must not be left of the last one; the cells of each row of
    /// neighbours, the cell's own row first.
    pub(crate) fn at(&mut self, cell: usize) -> &[Range<usize>] {
        let keys = self.grid.keys.as_slice();
        // Counting keys without a branch each, since where a window ends is anyone's guess. The keys
        // that close the list are above all others.
        let below = |window: &[u64; STEP], key: u64| {
            window.iter().map(|&k| usize::from(k < key)).sum::<usize>()
        };
        self.cells.clear();
        for (offset, start) in &mut self.starts {
            let least = self.grid.least_key(cell, *offset);
            let mut step = STEP;
            while step == STEP {
                step = keys[*start..].first_chunk().map_or(0, |window| below(window, least));
                *start += step;
            }
            let (mut end, mut step) = (*start, STEP);
            while step == STEP {
                step = keys[end..]
                    .first_chunk()
                    .map_or(0, |window| below(window, least + 2 * self.grid.reach + 1));
                end += step;
            }
            self.cells.push(*start..end);
        }
        &self.cells
    }
}

/// Where cells are.
struct Scale<const D: usize> {
    low: [f64; D],
    side: f64,
    reach: u64,
    /// Cells along each column.
    sizes: [u64; D],
    /// Bits of the largest key.
    bits: u32,
}

impl<const D: usize> Scale<D> {
    #[allow(clippy::cast_sign_loss, reason = "widths and reaches are positive")]
    fn of<M: Measure>(points: &[f64], measure: M) -> Option<Self> {
        let (eps, n_sides) = measure.eps_and_sides(D).filter(|&(eps, _)| eps > LEAST_EPS)?;
        let side = eps / n_sides * (1.0 - HAIR);
        // Cells further apart have `reach` whole cells, more than eps, between them.
        let reach = (n_sides / (1.0 - HAIR)) as u64 + 1;
        let (low, high) = bounds::<D>(points);
        let mut sizes = [0; D];
        let mut n_cells = 1_u64;
        for column in 0..D {
            let width = (high[column] - low[column]) / side;
            if width > MOST_CELLS {
                return None;
            }
            // An empty margin, so that no row of neighbours runs into another row.
            sizes[column] = width as u64 + 2 + 2 * reach;
            n_cells = n_cells.checked_mul(sizes[column])?;
        }
        let bits = n_cells.ilog2() + 1;
        (bits < 63).then_some(Self { low, side, reach, sizes, bits })
    }

    #[inline(always)]
    #[allow(clippy::cast_sign_loss, reason = "no value is below the least of its column")]
    fn key(&self, point: &[f64]) -> u64 {
        (0..D).fold(0, |key, column| {
            let cell = ((point[column] - self.low[column]) / self.side) as u64;
            key * self.sizes[column] + self.reach + cell
        })
    }

    /// Differences of key to all rows of cells within reach, nearest first.
    fn rows(&self) -> Vec<i64> {
        let reach = self.reach.cast_signed();
        let mut rows = vec![(0, 0)];
        for &size in &self.sizes[1..] {
            let step = |&(far, offset): &(i64, i64)| {
                (-reach..=reach).map(move |d| (far + d * d, (offset + d) * size.cast_signed()))
            };
            rows = rows.iter().flat_map(step).collect();
        }
        rows.sort_unstable();
        rows.into_iter().map(|(_, offset)| offset).collect()
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
    cells.extend([u64::MAX; STEP]);
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
