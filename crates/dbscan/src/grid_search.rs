//! DBSCAN's passes over the grid, after Gan and Tao, SIGMOD 2015: a cell whose weight is enough is
//! all core, core points of one cell are in one cluster, and two cells are joined by their first pair.

use std::ops::Range;

use oddsift_ground::{Control, Tally, threads};

use crate::{
    clusters::{Counted, NONE, number},
    components::Components,
    grid::Grid,
    measure::Measure,
    neighbors::Neighbors,
    tree::{Bounds, Tree},
    weights::Weight,
};

/// Cells that are searched in one go.
const CELLS: usize = 2048;
/// Points that are tested before anyone asks whether they are enough.
const BATCH: usize = 8;
/// Pairs of points of two cells that are tested without more ado.
const FEW_PAIRS: usize = 256;
/// Pairs, of points near the other cell only, from which on a tree is built.
const MANY_PAIRS: usize = 1 << 15;

/// The grid with what is known about the point at each position.
pub(crate) struct GridSearch<'a, M, W, const D: usize> {
    measure: M,
    grid: &'a Grid<D>,
    weights: Vec<W>,
    /// The weight before each cell, and in all.
    sums: Vec<W>,
    threshold: W,
    control: &'a Control<'a>,
}

impl<'a, M: Measure, W: Weight, const D: usize> GridSearch<'a, M, W, D> {
    /// No weight may be negative.
    pub(crate) fn new(
        measure: M,
        grid: &'a Grid<D>,
        weights: &[W],
        threshold: W,
        control: &'a Control<'a>,
    ) -> Self {
        let weights: Vec<W> = grid.order.iter().map(|&point| weights[point as usize]).collect();
        let mut sums = Vec::with_capacity(grid.n_cells() + 1);
        let mut sum = W::default();
        sums.push(sum);
        for cell in 0..grid.n_cells() {
            weights[grid.positions(cell)].iter().for_each(|&weight| sum += weight);
            sums.push(sum);
        }
        Self { measure, grid, weights, sums, threshold, control }
    }

    pub(crate) fn count(&self) -> Counted {
        let n = self.grid.n_cells();
        Counted::gather(threads::map(n.div_ceil(CELLS), |i| {
            self.count_cells(i * CELLS..n.min((i + 1) * CELLS))
        }))
    }

    fn count_cells(&self, cells: Range<usize>) -> (Vec<bool>, Neighbors) {
        let mut tally = self.control.tally();
        let mut windows = self.grid.windows(cells.start);
        let mut core = Vec::with_capacity(self.grid.span(&cells).len());
        let (mut neighbors, mut met, mut spans) = (Neighbors::default(), Vec::new(), Vec::new());
        for cell in cells {
            let own = self.grid.positions(cell);
            let weight = self.sums[cell + 1] - self.sums[cell];
            if weight >= self.threshold {
                tally.did(own.len());
                core.extend(own.map(|_| true));
                continue;
            }
            let n_around = self.spans_around(cell, windows.at(cell), &mut spans);
            // Room for one more, which is written and not kept.
            met.resize(met.len().max(n_around + 1), 0);
            for position in own.clone() {
                let (is_core, n_met, n_tested) = self.is_core(position, weight, &spans, &mut met);
                if !(tally.worked(n_tested) & tally.did(1)) {
                    return (core, neighbors);
                }
                if !is_core {
                    neighbors.keep(position as u32, &met[..n_met], own.clone());
                }
                core.push(is_core);
            }
        }
        (core, neighbors)
    }

    /// The positions in the neighbouring cells, without those of the cell itself; how many they are.
    fn spans_around(
        &self,
        cell: usize,
        rows: &[Range<usize>],
        spans: &mut Vec<Range<usize>>,
    ) -> usize {
        spans.clear();
        let (left, right) = (rows[0].start..cell, cell + 1..rows[0].end);
        spans.extend([self.grid.span(&left), self.grid.span(&right)]);
        spans.extend(rows[1..].iter().map(|cells| self.grid.span(cells)));
        spans.iter().map(Range::len).sum()
    }

    /// Whether the point's own cell, of `weight`, and its neighbours in `spans` are enough; those that
    /// were met come to `met`; how many they are, and how many were tested.
    #[inline]
    fn is_core(
        &self,
        position: usize,
        weight: W,
        spans: &[Range<usize>],
        met: &mut [u32],
    ) -> (bool, usize, usize) {
        let point = &self.grid.points[position];
        let (mut sum, mut n_met, mut n_tested) = (weight, 0, 0);
        for span in spans {
            let points = self.grid.points[span.clone()].chunks(BATCH);
            let weights = self.weights[span.clone()].chunks(BATCH);
            for (start, (points, weights)) in (span.start..).step_by(BATCH).zip(points.zip(weights))
            {
                // Without a branch for each pair: whether it is inside cannot be foreseen.
                for (other, (near, &weight)) in (start as u32..).zip(points.iter().zip(weights)) {
                    let inside = self.inside(point, near);
                    sum += if inside { weight } else { W::default() };
                    met[n_met] = other;
                    n_met += usize::from(inside);
                }
                if sum >= self.threshold {
                    return (true, n_met, n_tested + start + BATCH - span.start);
                }
            }
            n_tested += span.len();
        }
        (false, n_met, n_tested)
    }

    #[inline(always)]
    fn inside(&self, a: &[f64; D], b: &[f64; D]) -> bool {
        let mut sum = 0.0;
        for column in 0..D {
            sum = self.measure.add(sum, a[column] - b[column]);
        }
        sum <= self.measure.limit()
    }

    /// Joins all cells that have core points within reach of each other.
    pub(crate) fn link(&self, core: &[bool]) -> Components {
        let n = self.grid.n_cells();
        let components = Components::new(n);
        let has_core: Vec<bool> =
            (0..n).map(|cell| self.grid.positions(cell).any(|p| core[p])).collect();
        threads::for_each(n.div_ceil(CELLS), |i| {
            let mut tally = self.control.tally();
            let mut windows = self.grid.windows_before(i * CELLS);
            for cell in (i * CELLS..n.min((i + 1) * CELLS)).filter(|&cell| has_core[cell]) {
                if !tally.did(self.grid.positions(cell).len()) {
                    return;
                }
                for row in windows.at(cell) {
                    tally.worked(row.len());
                    for other in (row.start..row.end.min(cell)).filter(|&other| has_core[other]) {
                        if !components.same(cell as u32, other as u32)
                            && self.touch(cell, other, core, &mut tally)
                        {
                            components.join(cell as u32, other as u32);
                        }
                    }
                }
            }
        });
        components
    }

    /// Whether a core point of one cell is within reach of one of the other.
    fn touch(&self, a: usize, b: usize, core: &[bool], tally: &mut Tally<'_>) -> bool {
        let (a, b) = (self.grid.positions(a), self.grid.positions(b));
        let cores = |span: Range<usize>| {
            self.grid.points[span.clone()].iter().zip(&core[span]).filter(|p| *p.1).map(|p| p.0)
        };
        if a.len() * b.len() <= FEW_PAIRS {
            tally.worked(a.len() * b.len());
            return cores(a).any(|a| cores(b.clone()).any(|b| self.inside(a, b)));
        }
        let (a, b): (Vec<_>, Vec<_>) = (cores(a).copied().collect(), cores(b).copied().collect());
        tally.worked(a.len() + b.len());
        let a = self.near(&a, &b);
        let b = self.near(&b, &a);
        if a.len() * b.len() <= MANY_PAIRS {
            tally.worked(a.len() * b.len());
            return a.iter().any(|a| b.iter().any(|b| self.inside(a, b)));
        }
        let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
        let tree = Tree::build(many.as_flattened(), D);
        // What is said once it is time to stop does not matter.
        few.iter().any(|point| tree.reaches(self.measure, point, tally))
    }

    /// Those of `points` that may be within reach of one of `others`.
    fn near(&self, points: &[[f64; D]], others: &[[f64; D]]) -> Vec<[f64; D]> {
        let (mut low, mut high) = ([f64::INFINITY; D], [f64::NEG_INFINITY; D]);
        for other in others {
            for column in 0..D {
                low[column] = low[column].min(other[column]);
                high[column] = high[column].max(other[column]);
            }
        }
        let bounds = Bounds { low: &low, high: &high };
        let outside_above = self.measure.outside_above();
        let near =
            |point: &&[f64; D]| bounds.least(self.measure, Bounds::of(*point)) <= outside_above;
        points.iter().filter(near).copied().collect()
    }

    /// The label of each core position, `NONE` for others, and how many clusters there are.
    pub(crate) fn core_labels(&self, core: &[bool], cells: &Components) -> (Vec<u32>, usize) {
        let first_core = |cell| {
            let cores = self.grid.positions(cell).filter(|&position| core[position]);
            cores.map(|position| self.grid.order[position]).min().unwrap_or(NONE)
        };
        let (label_of_cell, n_clusters) = number(cells, self.grid.n_cells(), first_core);
        let mut labels = Vec::with_capacity(core.len());
        for (cell, &label) in label_of_cell.iter().enumerate() {
            labels.extend(
                core[self.grid.positions(cell)].iter().map(|&core| if core { label } else { NONE }),
            );
        }
        (labels, n_clusters)
    }

    /// The least label of core points within reach of a position.
    pub(crate) fn least_label(
        &self,
        position: usize,
        core: &[bool],
        labels: &[u32],
        tally: &mut Tally<'_>,
    ) -> u32 {
        let point = &self.grid.points[position];
        let mut windows = self.grid.windows(self.grid.cell_at(position));
        let cells = windows.at(self.grid.cell_at(position));
        let spans = cells.iter().map(|cells| self.grid.span(cells));
        tally.worked(spans.clone().map(|span| span.len()).sum());
        let near = spans
            .flatten()
            .filter(|&other| core[other] && self.inside(point, &self.grid.points[other]));
        near.map(|other| labels[other]).min().unwrap_or(NONE)
    }
}
