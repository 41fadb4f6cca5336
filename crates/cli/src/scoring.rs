//! Rows scored by a forest as they stream by: nothing is kept but what is to be shown.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ndarray::ArrayView2;
use oddsift::iforest::IsolationForest;
use oddsift::records::{Batch, Cell, Reader, Record, Row, RowStore};

use crate::args::OutputArgs;
use crate::cells::input_cell;
use crate::commands::{own_name, print_batches};
use crate::failure::Failure;
use crate::feed::{Batches, Feed};
use crate::output::Destination;
use crate::rows::{RowPlan, RowRoom, Taken};

/// A forest, and how rows become its vectors.
pub(crate) struct Scorer<'a> {
    pub(crate) rows: RowPlan,
    pub(crate) forest: &'a IsolationForest,
    pub(crate) verdict: Verdict,
}

/// Which rows are outliers.
pub(crate) enum Verdict {
    /// Those whose decision is negative.
    Decision,
    /// These.
    Rows(HashSet<u64>),
}

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scored {
    pub(crate) row: u64,
    pub(crate) score: f64,
    pub(crate) decision: f64,
    pub(crate) is_outlier: bool,
}

/// Room that a thread uses again for each batch.
#[derive(Default)]
pub(crate) struct ScoreRoom {
    pub(crate) row: RowRoom,
    vectors: Vec<f64>,
    known: KnownScores,
}

/// Events repeat: the scores of the first so many distinct vectors.
#[derive(Default)]
struct KnownScores {
    /// By the bits of the vector.
    scores: HashMap<Box<[u64]>, f64>,
    key: Vec<u64>,
}

impl KnownScores {
    /// So many are kept by each thread.
    const MOST: usize = 65_536;

    fn key(&mut self, vector: &[f64]) -> &[u64] {
        self.key.clear();
        self.key.extend(vector.iter().map(|value| value.to_bits()));
        &self.key
    }

    /// The scores of vectors that lie one behind the other.
    fn score(&mut self, forest: &IsolationForest, vectors: &[f64]) -> Result<Vec<f64>, Failure> {
        let n_features = forest.n_features();
        let mut scores = Vec::with_capacity(vectors.len() / n_features);
        let (mut new, mut places) = (Vec::new(), Vec::new());
        for (place, vector) in vectors.chunks_exact(n_features).enumerate() {
            self.key(vector);
            let known = self.scores.get(self.key.as_slice());
            if known.is_none() {
                new.extend(vector);
                places.push(place);
            }
            scores.push(known.copied().unwrap_or_default());
        }
        let x = ArrayView2::from_shape((places.len(), n_features), &new).map_err(Failure::data)?;
        let found = forest.score_samples(&x).map_err(Failure::data)?;
        for ((place, score), vector) in places.iter().zip(found).zip(new.chunks_exact(n_features)) {
            if let Some(slot) = scores.get_mut(*place) {
                *slot = score;
            }
            if self.scores.len() < Self::MOST {
                let key = self.key(vector).into();
                self.scores.insert(key, score);
            }
        }
        Ok(scores)
    }
}

impl Scorer<'_> {
    /// Calls `take` with each row of the batch that is not left out, and its vector.
    fn score(
        &self,
        batch: &Batch,
        room: &mut ScoreRoom,
        mut take: impl FnMut(Row<'_>, Scored, &[f64]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        room.vectors.clear();
        let mut rows = Vec::with_capacity(batch.len());
        for row in batch {
            if let Taken::Row { .. } = self.rows.take(row, &mut room.row)? {
                room.vectors.extend(&room.row.values);
                rows.push(row);
            }
        }
        let n_features = self.forest.n_features();
        let scores = room.known.score(self.forest, &room.vectors)?;
        for ((row, score), vector) in rows.iter().zip(scores).zip(room.vectors.chunks(n_features)) {
            let (row_number, decision) = (row.row(), score - self.forest.offset());
            let is_outlier = match &self.verdict {
                Verdict::Decision => decision < 0.0,
                Verdict::Rows(rows) => rows.contains(&row_number),
            };
            take(*row, Scored { row: row_number, score, decision, is_outlier }, vector)?;
        }
        Ok(())
    }

    /// Prints a line for each row, in the order of the input, with its own columns where they are
    /// given: between the row and the score, and in a table for people behind what is ours.
    pub(crate) fn print_all(
        &self,
        feed: Feed,
        threads: usize,
        args: &OutputArgs,
        destination: Destination,
        input_columns: Option<&[String]>,
    ) -> Result<Printed, Failure> {
        let own = input_columns.unwrap_or_default();
        let is_table = destination.is_table();
        let mut columns = vec![own_name(own, "row")];
        columns.extend(own.iter().cloned());
        columns.extend(["score", "decision", "outlier"].map(|name| own_name(own, name)));
        if is_table {
            columns[1..].rotate_right(3);
        }
        let (n_rows, n_outliers) = (AtomicU64::new(0), AtomicU64::new(0));
        let (rooms, feed) = print_batches(
            feed,
            threads,
            args,
            destination,
            &columns,
            ScoreRoom::default,
            |room, batch, print| {
                self.score(batch, room, |row, scored, _| {
                    n_rows.fetch_add(1, Relaxed);
                    n_outliers.fetch_add(u64::from(scored.is_outlier), Relaxed);
                    let mut cells = Vec::with_capacity(columns.len());
                    cells.push(Cell::UInt(scored.row));
                    cells.extend((0..own.len()).map(|c| input_cell(row.text(c), row.kind(c))));
                    cells.extend([Cell::Float(scored.score), Cell::Float(scored.decision)]);
                    cells.push(Cell::Int(if scored.is_outlier { -1 } else { 1 }));
                    if is_table {
                        cells[1..].rotate_right(3);
                    }
                    print(&cells)
                })
            },
        )?;
        let (n_rows, n_outliers) = (n_rows.into_inner(), n_outliers.into_inner());
        Ok(Printed {
            n_rows,
            n_outliers,
            reader: feed.finish(),
            room: RowRoom::merged(rooms.iter().map(|room| &room.row)),
        })
    }

    /// The outliers, the oddest first; or, with `top`, the so many oddest rows.
    pub(crate) fn find(
        &self,
        mut feed: Feed,
        threads: usize,
        top: Option<usize>,
    ) -> Result<(Finds, Reader, RowRoom), Failure> {
        let state = || (ScoreRoom::default(), Finds::new(top));
        let parts = feed.for_each(threads, state, |(room, finds), _, batch| {
            self.score(batch, room, |row, scored, vector| {
                finds.offer(row, scored, vector);
                Ok(())
            })?;
            finds.prune();
            Ok(())
        })?;
        let (rooms, parts): (Vec<ScoreRoom>, Vec<Finds>) = parts.into_iter().unzip();
        let mut finds = Finds::new(top);
        for part in parts {
            finds.merge(part);
        }
        finds.finish();
        Ok((finds, feed.finish(), RowRoom::merged(rooms.iter().map(|room| &room.row))))
    }
}

/// What was printed.
pub(crate) struct Printed {
    pub(crate) n_rows: u64,
    pub(crate) n_outliers: u64,
    pub(crate) reader: Reader,
    pub(crate) room: RowRoom,
}

/// Rows that are shown.
pub(crate) struct Finds {
    pub(crate) rows: Vec<Find>,
    pub(crate) store: RowStore,
    top: Option<usize>,
    /// With `top`, one that is not before it is none of the oddest.
    worst: Option<(f64, u64)>,
    /// How many rows were looked at.
    pub(crate) n_rows: u64,
}

pub(crate) struct Find {
    pub(crate) scored: Scored,
    pub(crate) vector: Vec<f64>,
}

impl Find {
    fn key(&self) -> (f64, u64) {
        (self.scored.score, self.scored.row)
    }
}

/// The oddest first, and of equals the earlier.
fn order(a: (f64, u64), b: (f64, u64)) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

impl Finds {
    fn new(top: Option<usize>) -> Self {
        Self { rows: Vec::new(), store: RowStore::new(), top, worst: None, n_rows: 0 }
    }

    fn offer(&mut self, row: Row<'_>, scored: Scored, vector: &[f64]) {
        self.n_rows += 1;
        let is_wanted = match self.top {
            None => scored.is_outlier,
            Some(_) => {
                self.worst.is_none_or(|worst| order((scored.score, scored.row), worst).is_lt())
            }
        };
        if is_wanted {
            self.rows.push(Find { scored, vector: vector.to_vec() });
            self.store.insert(&row);
        }
    }

    /// Lets go of rows that are not among the oddest, once they are as many as those.
    fn prune(&mut self) {
        /// So many may be kept in vain.
        const SPARE: usize = 1024;
        if let Some(top) = self.top
            && self.rows.len() > top.saturating_mul(2).saturating_add(SPARE)
        {
            self.keep_top(top);
        }
    }

    fn keep_top(&mut self, top: usize) {
        if self.rows.len() > top {
            self.sort();
            self.rows.truncate(top);
            self.worst = self.rows.last().map(Find::key);
            let kept: HashSet<u64> = self.rows.iter().map(|find| find.scored.row).collect();
            self.store.retain(|row| kept.contains(&row));
        }
    }

    fn sort(&mut self) {
        self.rows.sort_unstable_by(|a, b| order(a.key(), b.key()));
    }

    fn merge(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
        self.store.merge(&other.store);
        self.n_rows += other.n_rows;
    }

    fn finish(&mut self) {
        self.sort();
        if let Some(top) = self.top {
            self.keep_top(top);
        }
    }
}
