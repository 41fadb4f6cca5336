use std::ops::Range;

use oddsift_iforest::Draws;
use oddsift_patterns::PatternId;

/// The rows that the trees' samples drew while rows streamed by, as patterns of a table.
///
/// Which row enters which sample depends on the number of the row alone, so parts of the data can be
/// taken by threads, each into its own, and merged. Number the rows without gaps for the forest of
/// the rows as a matrix: a row that is left out leaves its place to the row that was there before.
///
/// Memory: 24 bytes for each row of each sample, 600 KiB for 100 trees of 256 rows, and beside it that
/// of the [`Draws`].
///
/// See [`OutlierParams::fit_patterns`](crate::OutlierParams::fit_patterns) for an example.
#[derive(Debug, Clone)]
pub struct DrawnRows {
    draws: Draws,
    trees: Vec<Slots>,
    /// How many places a sample of all rows has.
    n_slots: usize,
}

impl DrawnRows {
    /// Nothing drawn yet.
    ///
    /// ```
    /// # use {oddsift_iforest::IsolationForest, oddsift_outliers::DrawnRows};
    /// let drawn = DrawnRows::new(IsolationForest::params().draws()?);
    /// assert!(drawn.samples().is_empty());
    /// # Ok::<(), oddsift_outliers::Error>(())
    /// ```
    pub fn new(draws: Draws) -> Self {
        Self { draws, trees: Vec::new(), n_slots: 0 }
    }

    /// Takes the rows of a range, which must begin where the one before ended, or behind;
    /// `pattern_of` gives the pattern of a row that is drawn, and nothing for one that was left out.
    ///
    /// ```
    /// # use {oddsift_iforest::IsolationForest, oddsift_outliers::DrawnRows, oddsift_patterns::*};
    /// let mut table = PatternTable::new(1);
    /// let pattern = table.add(&[1.0], &Observation::default())?;
    /// let mut drawn = DrawnRows::new(IsolationForest::params().n_trees(2).draws()?);
    /// drawn.take(0..1000, |row| (row % 2 == 0).then_some(pattern));
    /// assert_eq!(drawn.samples().len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take(&mut self, rows: Range<u64>, pattern_of: impl Fn(u64) -> Option<PatternId>) {
        self.draws.until(rows.start, |_| {});
        let trees = &mut self.trees;
        self.draws.until(rows.end, |draw| {
            if let Some(pattern) = pattern_of(draw.row) {
                put(slots_of(trees, draw.tree), draw.slot, Some((draw.row, pattern)));
            }
        });
        self.n_slots = self.n_slots.max(self.draws.n_slots());
    }

    /// Adds what was drawn from other rows of the same data, its patterns named as here.
    ///
    /// ```
    /// # use {oddsift_iforest::IsolationForest, oddsift_outliers::DrawnRows, oddsift_patterns::*};
    /// let (params, mut table) = (IsolationForest::params().n_trees(1), PatternTable::new(1));
    /// let pattern = table.add(&[1.0], &Observation::default())?;
    /// let (mut first, mut second) = (DrawnRows::new(params.draws()?), DrawnRows::new(params.draws()?));
    /// first.take(0..2, |_| Some(pattern));
    /// second.take(2..3, |_| Some(pattern));
    /// second.merge(&first);
    /// assert_eq!(second.samples(), [[0, 0, 0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge(&mut self, other: &Self) {
        self.n_slots = self.n_slots.max(other.n_slots);
        for (tree, theirs) in other.trees.iter().enumerate() {
            for (slot, drawn) in theirs.iter().enumerate() {
                put(slots_of(&mut self.trees, tree), slot, *drawn);
            }
        }
    }

    /// Gives patterns their ids in another table: `names[id]` is the new one.
    ///
    /// ```
    /// # use {oddsift_iforest::IsolationForest, oddsift_outliers::DrawnRows, oddsift_patterns::*};
    /// let (params, mut table) = (IsolationForest::params().n_trees(1), PatternTable::new(1));
    /// for (row, value) in [(5, 1.0), (4, 2.0)] {
    ///     table.add(&[value], &Observation::new(row))?;
    /// }
    /// let (mut drawn, ids) = (DrawnRows::new(params.draws()?), table.ids().collect::<Vec<_>>());
    /// drawn.take(0..2, |row| ids.get(row as usize).copied());
    /// assert_eq!(drawn.samples(), [[0, 1]]);
    /// drawn.rename(&table.sort_by_first_row());
    /// assert_eq!(drawn.samples(), [[1, 0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rename(&mut self, names: &[PatternId]) {
        for (_, pattern) in self.trees.iter_mut().flatten().flatten() {
            *pattern = names.get(pattern.index()).copied().unwrap_or(*pattern);
        }
    }

    /// For each tree the patterns of its sample; nothing before the first row.
    ///
    /// ```
    /// # use {oddsift_iforest::IsolationForest, oddsift_outliers::DrawnRows, oddsift_patterns::*};
    /// let pattern = PatternTable::new(1).add(&[1.0], &Observation::default())?;
    /// let mut drawn = DrawnRows::new(IsolationForest::params().n_trees(2).draws()?);
    /// drawn.take(0..3, |_| Some(pattern));
    /// assert_eq!(drawn.samples(), [[0, 0, 0], [0, 0, 0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn samples(&self) -> Vec<Vec<usize>> {
        let of_tree = |slots: &Slots| {
            let drawn = slots.iter().take(self.n_slots).flatten();
            drawn.map(|(_, pattern)| pattern.index()).collect()
        };
        self.trees.iter().map(of_tree).collect()
    }
}

/// What is in each place of a sample: the row and its pattern.
type Slots = Vec<Option<(u64, PatternId)>>;

fn slots_of(trees: &mut Vec<Slots>, tree: usize) -> &mut Slots {
    if trees.len() <= tree {
        trees.resize(tree + 1, Vec::new());
    }
    &mut trees[tree]
}

/// Later rows take the places of earlier ones.
fn put(slots: &mut Slots, slot: usize, drawn: Option<(u64, PatternId)>) {
    if slots.len() <= slot {
        slots.resize(slot + 1, None);
    }
    if let Some((row, _)) = drawn
        && slots[slot].is_none_or(|(earlier, _)| earlier <= row)
    {
        slots[slot] = drawn;
    }
}
