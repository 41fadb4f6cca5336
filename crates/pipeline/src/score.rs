//! Rows scored by a forest as they stream by: nothing is kept but what is to be shown.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use ndarray::ArrayView2;
use oddsift_ground::DistinctRows;
use oddsift_iforest::IsolationForest;
use oddsift_records::{Batch, Cell, Record, Row, RowStore};
use oddsift_timespan::Timestamp;

use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::sink::stream;
use crate::threads::with_threads;
use crate::{Error, Input, Intake, Layout, ReadSummary, Sink};

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
pub(crate) struct ScoreRoom {
    pub(crate) row: RowRoom,
    vectors: Vec<f64>,
    known: KnownScores,
}

impl ScoreRoom {
    fn new(n_features: usize) -> Self {
        Self { row: RowRoom::default(), vectors: Vec::new(), known: KnownScores::new(n_features) }
    }
}

/// Events repeat: the scores of the first so many distinct vectors.
struct KnownScores {
    vectors: DistinctRows,
    /// One a vector.
    scores: Vec<f64>,
}

impl KnownScores {
    /// So many are kept by each thread.
    const MOST: usize = 65_536;

    fn new(n_features: usize) -> Self {
        Self { vectors: DistinctRows::new(n_features), scores: Vec::new() }
    }

    fn of(&self, vector: &[f64]) -> Option<f64> {
        self.vectors.find(vector).map(|id| self.scores[id as usize])
    }

    fn keep(&mut self, vector: &[f64], score: f64) {
        let is_full = self.scores.len() == Self::MOST;
        // A vector may come twice among those that were not known.
        let new = |id: &u32| *id as usize == self.scores.len();
        if !is_full && self.vectors.find_or_insert(vector).as_ref().is_some_and(new) {
            self.scores.push(score);
        }
    }

    /// The scores of vectors that lie one behind the other.
    fn score(&mut self, forest: &IsolationForest, vectors: &[f64]) -> Result<Vec<f64>, Error> {
        let n_features = forest.n_features();
        let mut scores = Vec::with_capacity(vectors.len() / n_features);
        let (mut new, mut places) = (Vec::new(), Vec::new());
        for (place, vector) in vectors.chunks_exact(n_features).enumerate() {
            let known = self.of(vector);
            if known.is_none() {
                new.extend(vector);
                places.push(place);
            }
            scores.push(known.unwrap_or_default());
        }
        let x = ArrayView2::from_shape((places.len(), n_features), &new)?;
        let found = forest.score_samples(&x)?;
        for ((place, score), vector) in places.iter().zip(found).zip(new.chunks_exact(n_features)) {
            if let Some(slot) = scores.get_mut(*place) {
                *slot = score;
            }
            self.keep(vector, score);
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
        mut take: impl FnMut(Row<'_>, Scored, &[f64]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.rows.follow(batch, &mut room.row)?;
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

    /// The rows that are selected, the oddest first.
    pub(crate) fn find(
        &self,
        mut feed: Feed<'_>,
        selection: Selection,
    ) -> Result<(Finds, ReadSummary), Error> {
        let state = || (ScoreRoom::new(self.forest.n_features()), Finds::new(selection));
        let parts = feed.for_each(state, |(room, finds), _, batch| {
            self.score(batch, room, |row, scored, vector| {
                finds.offer(row, scored, vector);
                Ok(())
            })?;
            finds.prune();
            Ok(())
        })?;
        let (rooms, parts): (Vec<ScoreRoom>, Vec<Finds>) = parts.into_iter().unzip();
        let mut finds = Finds::new(selection);
        for part in parts {
            finds.merge(part);
        }
        finds.finish();
        Ok((finds, feed.finish(RowRoom::merged(rooms.iter().map(|room| &room.row)))))
    }
}

/// The scores of every row of an input, to be written as they are computed.
pub struct ScoredRows<'f> {
    head: Head,
    input: Input,
    scorer: Scorer<'f>,
    intake: Intake,
}

/// What is written of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScoreColumns {
    /// Its number, score, decision and verdict (-1 or 1).
    Bare,
    /// Its number, its own columns, score, decision and verdict.
    BehindInput,
    /// Its number, score, decision and verdict, then its own columns.
    BeforeInput,
}

/// What was scored.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ScoredSummary {
    /// The number of rows.
    pub n_rows: u64,
    /// The number of outliers among them.
    pub n_outliers: u64,
    /// What was read and left out.
    pub read: ReadSummary,
}

impl<'f> ScoredRows<'f> {
    pub(crate) fn new(head: Head, input: Input, scorer: Scorer<'f>, intake: Intake) -> Self {
        Self { head, input, scorer, intake }
    }

    /// Returns the columns of the input and the parts that they play.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert!(fitted.scores(path, None)?.layout().columns.contains(&"CommandLine".to_owned()));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.head.layout
    }

    /// Returns what is taken of the input.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert_eq!(fitted.scores(path, None)?.intake().schemas, ["win4688"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Writes a line for each row, in the order of the input.
    ///
    /// # Errors
    ///
    /// For a row that is bad unless such are skipped, and for a sink that fails.
    ///
    /// ```
    /// use oddsift_pipeline::{OutlierParams, ScoreColumns};
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = OutlierParams::new().fit(path)?;
    /// let columns = ["row", "score", "decision", "outlier"].map(str::to_owned);
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options)?;
    /// fitted.scores(path, None)?.write(ScoreColumns::Bare, &mut writer)?;
    /// assert!(writer.finish()?.starts_with(b"row,score,decision,outlier\n0,-0."));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn write(
        self,
        columns: ScoreColumns,
        sink: &mut impl Sink,
    ) -> Result<ScoredSummary, Error> {
        let Self { head, input, scorer, .. } = self;
        let n_columns = if columns == ScoreColumns::Bare { 0 } else { head.layout.columns.len() };
        let (n_rows, n_outliers) = (AtomicU64::new(0), AtomicU64::new(0));
        let mut feed = Feed::new(head, &input);
        let rooms = with_threads(input.n_threads(), || {
            let state = || ScoreRoom::new(scorer.forest.n_features());
            stream(&mut feed, sink, state, |room, batch, push| {
                scorer.score(batch, room, |row, scored, _| {
                    n_rows.fetch_add(1, Relaxed);
                    n_outliers.fetch_add(u64::from(scored.is_outlier), Relaxed);
                    let mut cells = Vec::with_capacity(n_columns + 4);
                    cells.push(Cell::UInt(scored.row));
                    cells.extend((0..n_columns).map(|column| row.value(column)));
                    cells.extend([Cell::Float(scored.score), Cell::Float(scored.decision)]);
                    cells.push(Cell::Int(if scored.is_outlier { -1 } else { 1 }));
                    if columns == ScoreColumns::BeforeInput
                        && let Some(behind) = cells.get_mut(1..)
                    {
                        behind.rotate_right(3);
                    }
                    push(&cells)
                })
            })
        })?;
        Ok(ScoredSummary {
            n_rows: n_rows.into_inner(),
            n_outliers: n_outliers.into_inner(),
            read: feed.finish(RowRoom::merged(rooms.iter().map(|room| &room.row))),
        })
    }
}

impl std::fmt::Debug for ScoredRows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScoredRows").field("layout", &self.head.layout).finish_non_exhaustive()
    }
}

/// Which rows or patterns are shown: of all, or of the outliers, all or so many, the oddest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) most: Option<usize>,
    pub(crate) outliers_only: bool,
}

/// Rows that are shown.
#[derive(Debug)]
pub(crate) struct Finds {
    pub(crate) rows: Vec<Find>,
    pub(crate) store: RowStore,
    selection: Selection,
    /// With `top`, one that is not before it is none of the oddest.
    worst: Option<(f64, u64)>,
    /// How many rows were looked at.
    pub(crate) n_rows: u64,
    /// How many of them are outliers, shown or not.
    pub(crate) n_outliers: u64,
    /// How many patterns these are, where rows were folded.
    pub(crate) n_patterns: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Find {
    pub(crate) scored: Scored,
    pub(crate) vector: Vec<f64>,
    /// How many rows it stands for.
    pub(crate) count: u64,
    /// The first and the last time of them.
    pub(crate) times: Option<(Timestamp, Timestamp)>,
}

impl Find {
    pub(crate) fn key(&self) -> (f64, u64) {
        (self.scored.score, self.scored.row)
    }
}

/// The oddest first, and of equals the earlier.
pub(crate) fn order(a: (f64, u64), b: (f64, u64)) -> Ordering {
    a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
}

impl Finds {
    pub(crate) fn new(selection: Selection) -> Self {
        Self {
            rows: Vec::new(),
            store: RowStore::new(),
            selection,
            worst: None,
            n_rows: 0,
            n_outliers: 0,
            n_patterns: None,
        }
    }

    fn offer(&mut self, row: Row<'_>, scored: Scored, vector: &[f64]) {
        self.n_rows += 1;
        self.n_outliers += u64::from(scored.is_outlier);
        let is_before = |worst| order((scored.score, scored.row), worst).is_lt();
        let is_selected = scored.is_outlier || !self.selection.outliers_only;
        if is_selected && self.worst.is_none_or(is_before) {
            self.rows.push(Find { scored, vector: vector.to_vec(), count: 1, times: None });
            self.store.insert(&row);
        }
    }

    /// Lets go of rows that are not among the oddest, once they are as many as those.
    fn prune(&mut self) {
        /// So many may be kept in vain.
        const SPARE: usize = 1024;
        if let Some(top) = self.selection.most
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
        self.n_outliers += other.n_outliers;
    }

    fn finish(&mut self) {
        self.sort();
        if let Some(top) = self.selection.most {
            self.keep_top(top);
        }
    }
}
