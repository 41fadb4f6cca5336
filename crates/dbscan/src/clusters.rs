//! The steps from weighted points to numbered clusters, whichever way neighbours are found.

use oddsift_ground::{Control, Tally};

use crate::{
    Error,
    components::Components,
    distinct::Distinct,
    grid::Grid,
    grid_search::GridSearch,
    measure::{Job, Measure},
    neighbors::Neighbors,
    step,
    tree::Tree,
    tree_search::TreeSearch,
    weights::Weight,
};

/// No cluster, no point, no position.
pub(crate) const NONE: u32 = u32::MAX;
/// From here on a tree counts faster than a grid: it counts whole boxes at once.
const MANY_SAMPLES: usize = 1024;

/// What clustering says about each distinct point.
#[derive(Default)]
pub(crate) struct Clusters {
    /// How many there are.
    pub(crate) n: usize,
    pub(crate) core: Vec<bool>,
    /// The cluster of each point, `NONE` for noise.
    pub(crate) labels: Vec<u32>,
}

/// Weighted points that wait for a measure.
pub(crate) struct Task<'a, W> {
    pub(crate) rows: &'a Distinct,
    pub(crate) weights: &'a [W],
    pub(crate) threshold: W,
    pub(crate) min_samples: usize,
    pub(crate) control: &'a Control<'a>,
}

impl<W: Weight> Job for Task<'_, W> {
    type Output = Result<Clusters, Error>;

    fn run<M: Measure>(self, measure: M) -> Result<Clusters, Error> {
        if self.weights.is_empty() {
            return Ok(Clusters::default());
        }
        let by_grid = match self.rows.n_columns {
            // A sum that may fall again leaves the grid without its shortcuts.
            _ if self.min_samples > MANY_SAMPLES || !self.rising() => None,
            1 => self.by_grid::<1, M>(measure),
            2 => self.by_grid::<2, M>(measure),
            3 => self.by_grid::<3, M>(measure),
            _ => None,
        };
        by_grid.unwrap_or_else(|| self.by_tree(measure))
    }
}

impl<W: Weight> Task<'_, W> {
    /// No weight is negative.
    fn rising(&self) -> bool {
        self.weights.iter().all(|&weight| weight >= W::default())
    }

    fn by_grid<const D: usize, M: Measure>(&self, measure: M) -> Option<Result<Clusters, Error>> {
        let grid = Grid::<D>::build(&self.rows.points, measure)?;
        Some(self.by_built_grid(measure, &grid))
    }

    fn by_built_grid<const D: usize, M: Measure>(
        &self,
        measure: M,
        grid: &Grid<D>,
    ) -> Result<Clusters, Error> {
        let (control, n) = (self.control, self.weights.len());
        let search = GridSearch::new(measure, grid, self.weights, self.threshold, control);
        control.begin(step::COUNT, n)?;
        let counted = search.count();
        control.begin(step::LINK, n)?;
        let cells = search.link(&counted.core);
        control.begin(step::BORDER, n)?;
        let (labels, n_clusters) = search.core_labels(&counted.core, &cells);
        let look_up = |position, labels: &[u32], tally: &mut Tally<'_>| {
            search.least_label(position, &counted.core, labels, tally)
        };
        counted.finish(&grid.order, labels, n_clusters, control, look_up)
    }

    fn by_tree<M: Measure>(&self, measure: M) -> Result<Clusters, Error> {
        let (control, n) = (self.control, self.weights.len());
        let tree = Tree::build(&self.rows.points, self.rows.n_columns);
        let search =
            TreeSearch::new(measure, &tree, self.weights, self.threshold, self.rising(), control);
        control.begin(step::COUNT, n)?;
        let counted = search.count();
        control.begin(step::LINK, n)?;
        let points = search.link(&counted);
        control.begin(step::BORDER, n)?;
        let (labels, n_clusters) = search.core_labels(&counted.core, &points);
        let look_up = |position, labels: &[u32], tally: &mut Tally<'_>| {
            search.least_label(position, &counted.core, labels, tally)
        };
        counted.finish(&tree.order, labels, n_clusters, control, look_up)
    }
}

/// What the counting pass has found, by position.
pub(crate) struct Counted {
    pub(crate) core: Vec<bool>,
    /// Neighbours of all positions that are not core, and maybe of others.
    pub(crate) neighbors: Vec<Neighbors>,
}

impl Counted {
    /// Puts the parts together, which are in the order of positions.
    pub(crate) fn gather(parts: Vec<(Vec<bool>, Neighbors)>) -> Self {
        let mut core = Vec::with_capacity(parts.iter().map(|part| part.0.len()).sum());
        let mut neighbors = Vec::with_capacity(parts.len());
        for (part, met) in parts {
            core.extend(part);
            neighbors.push(met);
        }
        Self { core, neighbors }
    }

    /// Gives each border point the lowest label among its core neighbours, and the results of
    /// positions to their points.
    fn finish(
        &self,
        order: &[u32],
        mut labels: Vec<u32>,
        n_clusters: usize,
        control: &Control<'_>,
        look_up: impl Fn(usize, &[u32], &mut Tally<'_>) -> u32,
    ) -> Result<Clusters, Error> {
        let mut tally = control.tally();
        for part in &self.neighbors {
            part.for_each(|position, neighbors| {
                let position = position as usize;
                if self.core[position] || !tally.did(1) {
                    return;
                }
                labels[position] = match neighbors {
                    Some(neighbors) => self.least_label(neighbors, &labels),
                    None => look_up(position, &labels, &mut tally),
                };
            });
        }
        drop(tally);
        control.check()?;
        let mut clusters = Clusters {
            n: n_clusters,
            core: vec![false; order.len()],
            labels: vec![NONE; order.len()],
        };
        for (position, &point) in order.iter().enumerate() {
            clusters.core[point as usize] = self.core[position];
            clusters.labels[point as usize] = labels[position];
        }
        Ok(clusters)
    }

    fn least_label(&self, neighbors: &[u32], labels: &[u32]) -> u32 {
        let core = neighbors
            .iter()
            .map(|&neighbor| neighbor as usize)
            .filter(|&neighbor| self.core[neighbor]);
        core.map(|neighbor| labels[neighbor]).min().unwrap_or(NONE)
    }
}

/// The cluster of each item of `components`, numbered by the first core point of its set, where
/// `first_core(item)` is the first core point of an item, `NONE` without one; and their number.
pub(crate) fn number(
    components: &Components,
    n: usize,
    first_core: impl Fn(usize) -> u32,
) -> (Vec<u32>, usize) {
    let mut first_of_root = vec![NONE; n];
    for item in 0..n {
        let root = components.find(item as u32) as usize;
        first_of_root[root] = first_of_root[root].min(first_core(item));
    }
    let mut roots: Vec<(u32, usize)> = (0..n)
        .map(|root| (first_of_root[root], root))
        .filter(|&(first, _)| first != NONE)
        .collect();
    roots.sort_unstable();
    let mut number_of_root = first_of_root;
    for (number, &(_, root)) in (0..).zip(&roots) {
        number_of_root[root] = number;
    }
    let labels = (0..n).map(|item| number_of_root[components.find(item as u32) as usize]).collect();
    (labels, roots.len())
}
