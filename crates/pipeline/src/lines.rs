//! Distinct rows by their vectors, as outliers are chosen among them.

use std::sync::{Mutex, PoisonError};

use ndarray::ArrayView2;
use oddsift_iforest::IsolationForest;
use oddsift_patterns::{PatternColumns, PatternTable};
use oddsift_records::Record;

use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::score::{Find, Finds, Scored, Selection, order as in_order};
use crate::{Error, Input};

/// Distinct rows in the order of their first ones: what is left of a table when no row is looked up any
/// more, which is a third less.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    n_features: usize,
    /// The values of all lines are the columns' values.
    columns: PatternColumns,
}

impl Lines {
    /// Those of a table, without the keys that it has behind its features.
    pub(crate) fn of_table(table: PatternTable, n_keys: usize) -> Self {
        let width = table.n_features();
        let n_features = width.saturating_sub(n_keys);
        let mut columns = table.into_columns();
        if n_keys > 0 {
            let mut places = (0..width).cycle();
            columns.values.retain(|_| places.next().is_some_and(|place| place < n_features));
            columns.values.shrink_to_fit();
        }
        Self { n_features, columns }
    }

    /// Gives the lines the vectors of their first rows, which are read once more.
    pub(crate) fn with_vectors(
        self,
        head: Head,
        rows: &RowPlan,
        input: &Input,
    ) -> Result<Self, Error> {
        let (n_features, mut columns) = (rows.n_values(), self.columns);
        columns.values = Vec::new();
        columns.values = read_vectors(head, rows, input, &columns.first_rows)?;
        Ok(Self { n_features, columns })
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.counts.len()
    }

    pub(crate) fn n_rows(&self) -> u64 {
        self.columns.counts.iter().sum()
    }

    /// The number of rows of each.
    pub(crate) fn counts(&self) -> &[u64] {
        &self.columns.counts
    }

    pub(crate) fn vectors(&self) -> Result<ArrayView2<'_, f64>, Error> {
        let shape = (self.len(), self.n_features);
        Ok(ArrayView2::from_shape(shape, &self.columns.values)?)
    }

    /// The lines that are shown, the oddest first.
    pub(crate) fn select(
        &self,
        forest: &IsolationForest,
        selection: Selection,
    ) -> Result<Finds, Error> {
        let mut finds = Finds::new(selection);
        let mut chosen = Chosen::new(selection.most.unwrap_or(usize::MAX));
        let (mut n_patterns, scores) = (0, forest.score_samples(&self.vectors()?)?);
        for (place, score) in scores.into_iter().enumerate() {
            let decision = score - forest.offset();
            let is_outlier = decision < 0.0;
            if is_outlier {
                finds.n_outliers += self.columns.counts[place];
                n_patterns += 1;
            }
            if is_outlier || !selection.outliers_only {
                let row = self.columns.first_rows[place];
                chosen.offer(place, Scored { row, score, decision, is_outlier });
            }
        }
        finds.rows = chosen.finish().into_iter().map(|chosen| self.find(chosen)).collect();
        (finds.n_rows, finds.n_patterns) = (self.n_rows(), Some(n_patterns));
        Ok(finds)
    }

    fn find(&self, (place, scored): (usize, Scored)) -> Find {
        let start = place * self.n_features;
        Find {
            scored,
            vector: self.columns.values[start..][..self.n_features].to_vec(),
            count: self.columns.counts[place],
            times: self.columns.times.get(place),
        }
    }
}

/// The most unusual of the lines that were offered, by their places.
struct Chosen {
    most: usize,
    lines: Vec<(usize, Scored)>,
}

impl Chosen {
    fn new(most: usize) -> Self {
        Self { most, lines: Vec::new() }
    }

    fn offer(&mut self, place: usize, scored: Scored) {
        /// Sorted when there are so many more than are wanted.
        const SPARE: usize = 1 << 12;
        self.lines.push((place, scored));
        if self.lines.len() >= self.most.saturating_mul(2).saturating_add(SPARE) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        self.lines.sort_unstable_by(|(_, a), (_, b)| in_order((a.score, a.row), (b.score, b.row)));
        self.lines.truncate(self.most);
    }

    fn finish(mut self) -> Vec<(usize, Scored)> {
        self.prune();
        self.lines
    }
}

/// The vectors of rows by their numbers, which ascend, one behind the other.
fn read_vectors(
    head: Head,
    rows: &RowPlan,
    input: &Input,
    first_rows: &[u64],
) -> Result<Vec<f64>, Error> {
    let width = rows.n_values();
    let vectors = Mutex::new(vec![0.0; first_rows.len().saturating_mul(width)]);
    let mut feed = Feed::new(head, input);
    let name = feed.name();
    let state = || (RowRoom::default(), Vec::new(), 0);
    let parts = feed.for_each(state, |(room, own, n_read), _, batch| {
        rows.follow(batch, room)?;
        own.clear();
        let Some(first) = batch.get(0) else { return Ok(()) };
        let start = first_rows.partition_point(|row| *row < first.row());
        let mut wanted = first_rows[start..].iter().peekable();
        for row in batch {
            if wanted.next_if_eq(&&row.row()).is_some()
                && matches!(rows.take(row, room)?, Taken::Row { .. })
            {
                own.extend(&room.values);
                *n_read += 1;
            }
        }
        // Written at once, since rows of a batch follow on each other among all.
        let mut vectors = vectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = vectors.get_mut(start * width..start * width + own.len()) {
            place.copy_from_slice(own);
        }
        Ok(())
    })?;
    if parts.iter().map(|(.., n_read)| n_read).sum::<usize>() != first_rows.len() {
        return Err(Error::Changed { name });
    }
    Ok(vectors.into_inner().unwrap_or_else(PoisonError::into_inner))
}
