//! A tree grows: Liu, Ting and Zhou, ICDM 2008, algorithm 2, with a stack in place of recursion.

use ndarray::ArrayRef2;

use crate::{
    Error, finite,
    nodes::{SLANTED, TreeNodes},
    oblique,
    plan::Plan,
    random::Random,
};

/// Values that are fetched together, in whole rows: they stay in the nearest cache.
const FETCHED: usize = 2048;

/// Grows tree number `tree` from `rows` of `x`.
pub(crate) fn tree(
    plan: &Plan,
    tree: usize,
    x: &ArrayRef2<f64>,
    rows: &[usize],
) -> Result<TreeNodes, Error> {
    let mut random = Random::for_growth(plan.seed, tree);
    let features = choose_features(plan, &mut random);
    let sample = Sample::read(plan, features, x, rows)?;
    Ok(Growth::new(plan, sample, random).run())
}

/// A part of the features, each subset with the same probability, in ascending order.
fn choose_features(plan: &Plan, random: &mut Random) -> Vec<usize> {
    let mut features: Vec<usize> = (0..plan.n_features).collect();
    if plan.n_used < plan.n_features {
        for at in 0..plan.n_used {
            features.swap(at, at + random.below(plan.n_features - at));
        }
        features.truncate(plan.n_used);
        features.sort_unstable();
    }
    features
}

/// The rows of a tree's sample, one run of numbers a feature.
pub(crate) struct Sample {
    n: usize,
    /// The feature of each run.
    pub(crate) features: Vec<usize>,
    values: Vec<f64>,
}

impl Sample {
    fn read(
        plan: &Plan,
        features: Vec<usize>,
        x: &ArrayRef2<f64>,
        rows: &[usize],
    ) -> Result<Self, Error> {
        let (n, n_columns) = (rows.len(), x.ncols());
        let mut values = vec![0.0; n * features.len()];
        let mut fetched = Vec::new();
        let n_fetched = (FETCHED / n_columns).max(1);
        for (rows, start) in rows.chunks(n_fetched).zip((0..).step_by(n_fetched)) {
            fetch(x, rows, &mut fetched);
            finite::check(plan.precision, &fetched, n_columns, |at| rows[at])?;
            for (at, &feature) in features.iter().enumerate() {
                let column = &mut values[at * n + start..][..rows.len()];
                for (to, row) in column.iter_mut().zip(fetched.chunks_exact(n_columns)) {
                    *to = plan.precision.round(row[feature]);
                }
            }
        }
        Ok(Self { n, features, values })
    }

    /// The values of the feature at place `at`.
    pub(crate) fn column(&self, at: usize) -> &[f64] {
        &self.values[at * self.n..][..self.n]
    }

    /// The least and the largest value among `places`; equal for no place.
    pub(crate) fn range(&self, at: usize, places: &[u32]) -> (f64, f64) {
        let column = self.column(at);
        let first = places.first().map_or(0.0, |&place| column[place as usize]);
        places.iter().fold((first, first), |(low, high), &place| {
            let value = column[place as usize];
            (if value < low { value } else { low }, if value > high { value } else { high })
        })
    }
}

/// Copies rows and does nothing else: they lie far from each other, and memory gets many at a time
/// if little comes between.
fn fetch(x: &ArrayRef2<f64>, rows: &[usize], to: &mut Vec<f64>) {
    to.clear();
    let Some(values) = x.as_slice() else {
        to.extend(rows.iter().flat_map(|&row| x.row(row)));
        return;
    };
    for row in rows {
        to.extend_from_slice(&values[row * x.ncols()..][..x.ncols()]);
    }
}

/// A part of the sample that becomes a node.
struct Task {
    start: usize,
    end: usize,
    depth: usize,
    /// The node above, and whether this one is on its right.
    above: Option<(usize, bool)>,
    /// How many features, at the front of the order, are known to be constant here.
    n_constant: usize,
}

/// How a node is cut in two.
enum Cut {
    Along { at: usize, threshold: f64 },
    Slanted(oblique::Cut),
}

struct Growth<'a> {
    plan: &'a Plan,
    sample: Sample,
    random: Random,
    /// Rows of the sample; those of a node are side by side.
    places: Vec<u32>,
    /// Features of the sample, those that are constant in the node at hand in front.
    order: Vec<usize>,
    tree: TreeNodes,
}

impl<'a> Growth<'a> {
    fn new(plan: &'a Plan, sample: Sample, random: Random) -> Self {
        let places = (0..sample.n as u32).collect();
        let order = (0..sample.features.len()).collect();
        Self { plan, sample, random, places, order, tree: TreeNodes::default() }
    }

    fn run(mut self) -> TreeNodes {
        let (start, end) = (0, self.places.len());
        let mut tasks = vec![Task { start, end, depth: 0, above: None, n_constant: 0 }];
        while let Some(task) = tasks.pop() {
            let node = self.add_node(&task);
            if task.depth == self.plan.max_depth || task.end - task.start < 2 {
                continue;
            }
            let Some((middle, n_constant)) = self.split(node, &task) else { continue };
            let depth = task.depth + 1;
            let child = |start, end, right| Task {
                start,
                end,
                depth,
                above: Some((node, right)),
                n_constant,
            };
            tasks.push(child(middle, task.end, true));
            tasks.push(child(task.start, middle, false));
        }
        self.tree
    }

    fn add_node(&mut self, task: &Task) -> usize {
        let node = self.tree.push_leaf(task.end - task.start);
        if self.plan.n_slanted.is_some() {
            self.tree.normal.push(None);
            self.tree.point.push(None);
        }
        match task.above {
            Some((above, true)) => self.tree.right[above] = node as i32,
            Some((above, false)) => self.tree.left[above] = node as i32,
            None => {}
        }
        node
    }

    /// Cuts a node in two, which makes it no leaf; `None` where all rows are equal. Returns where the
    /// right part begins, and how many features are known to be constant.
    fn split(&mut self, node: usize, task: &Task) -> Option<(usize, usize)> {
        let mut n_constant = task.n_constant;
        let cut = self.cut(task.start..task.end, &mut n_constant)?;
        let places = &mut self.places[task.start..task.end];
        let n_left = match cut {
            Cut::Along { at, threshold } => {
                self.tree.feature[node] = self.sample.features[at] as i32;
                self.tree.threshold[node] = threshold;
                let column = self.sample.column(at);
                partition(places, |place| column[place as usize] <= threshold)
            }
            Cut::Slanted(cut) => {
                let n_left = partition(places, |place| cut.is_left(&self.sample, place));
                self.tree.feature[node] = SLANTED;
                self.tree.threshold[node] = cut.threshold;
                let (normal, point) = cut.plane(&self.sample, self.plan.n_features);
                self.tree.normal[node] = Some(normal);
                self.tree.point[node] = Some(point);
                n_left
            }
        };
        Some((task.start + n_left, n_constant))
    }

    fn cut(&mut self, part: std::ops::Range<usize>, n_constant: &mut usize) -> Option<Cut> {
        let places = &self.places[part];
        if let Some(n_slanted) = self.plan.n_slanted {
            return oblique::cut(
                &self.sample,
                places,
                &mut self.order,
                n_constant,
                n_slanted,
                &mut self.random,
            )
            .map(Cut::Slanted);
        }
        // Constant features are found by trying: each of the others has the same probability.
        while *n_constant < self.order.len() {
            let drawn = *n_constant + self.random.below(self.order.len() - *n_constant);
            let at = self.order[drawn];
            let (low, high) = self.sample.range(at, places);
            if low < high {
                let threshold = between(low, high, self.random.unit());
                return Some(Cut::Along { at, threshold });
            }
            self.order.swap(drawn, *n_constant);
            *n_constant += 1;
        }
        None
    }
}

/// At `share` of the way from `low` to `high`, and below `high`: both sides of a cut have rows even
/// where the two are neighbours among the numbers.
pub(crate) fn between(low: f64, high: f64, share: f64) -> f64 {
    // Not `low + share * (high - low)`, since the difference may overflow.
    let value = low * (1.0 - share) + high * share;
    if value >= low && value < high { value } else { low }
}

/// Puts the places that go left in front and returns how many they are. Without a branch on where a
/// place goes: that is anyone's guess.
fn partition(places: &mut [u32], is_left: impl Fn(u32) -> bool) -> usize {
    let mut n_left = 0;
    for at in 0..places.len() {
        let goes_left = is_left(places[at]);
        places.swap(at, n_left);
        n_left += usize::from(goes_left);
    }
    n_left
}
