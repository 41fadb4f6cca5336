//! What a model does not know, as lines to read: rows that are alike are one line, with its count.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use ndarray::{ArrayView2, s};
use oddsift_eventcluster::{ClusterModel, NearestCluster};
use oddsift_features::{Recipe, Role};
use oddsift_iforest::IsolationForest;
use oddsift_outliers::OutlierModel;
use oddsift_patterns::{PatternId, PatternTable};
use oddsift_records::{RowStore, StoredRow};
use oddsift_timespan::Timestamp;

use crate::cluster::{Nearest, noise_reason};
use crate::first_rows::read_rows;
use crate::fold::Feed;
use crate::layout::Head;
use crate::model::{ClusterRows, ForestRows, predict};
use crate::outliers::reasons;
use crate::plan::RowPlan;
use crate::read_summary::joined_times;
use crate::table::{Ingested, TablePlan, ingest};
use crate::threads::with_threads;
use crate::{Error, Input, Intake, Layout, LineId, Model, ReadSummary};

/// The most reasons of a line.
const N_REASONS: usize = 3;

/// The lines of an input that a model does not know, those that deserve a look most first.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, Model};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
/// let model = Model::parse("model.json", json.as_bytes())?;
/// let new = model.new_lines("model.json", path)?;
/// assert!(new.n_new_rows < new.n_rows);
/// for line in new.lines() {
///     println!("{} {}x {}", line.id, line.count, line.reasons.join("; "));
/// }
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct NewLines<'m> {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// What was taken of the input.
    pub intake: Intake,
    /// The number of rows.
    pub n_rows: u64,
    /// The number of rows that the model does not know.
    pub n_new_rows: u64,
    by: Judge<'m>,
    recipe: Recipe,
    lines: Vec<(LineId, Line)>,
    store: RowStore,
}

/// A line that a model does not know.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewLine<'n> {
    /// The id, the same every night.
    pub id: LineId,
    /// The number of the row that is shown, from 0: the most unusual of the line, and of equals the first.
    pub row: u64,
    /// The row.
    pub record: Option<StoredRow<'n>>,
    /// The number of rows.
    pub count: u64,
    /// Their first and last time.
    pub times: Option<(Timestamp, Timestamp)>,
    /// By a forest: the score and the decision of the row.
    pub score: Option<(f64, f64)>,
    /// By clusters: the nearest one that the row may belong to by its categories.
    pub nearest: Option<Nearest<'n>>,
    /// Why it is new, in words; none by a forest that was not saved with its training data.
    pub reasons: Vec<String>,
}

/// Who says what is new.
#[derive(Debug)]
enum Judge<'m> {
    Clusters(&'m ClusterModel),
    Forest(Option<&'m OutlierModel>),
}

#[derive(Debug, Clone)]
struct Line {
    row: u64,
    count: u64,
    times: Option<(Timestamp, Timestamp)>,
    vector: Vec<f64>,
    verdict: LineVerdict,
    reasons: Vec<String>,
}

#[derive(Debug, Clone)]
enum LineVerdict {
    Far(Option<NearestCluster>),
    Odd { score: f64, decision: f64 },
}

impl LineVerdict {
    /// The most unusual first: without any cluster, far from one, of a low score.
    fn order(&self, other: &Self) -> Ordering {
        let far =
            |nearest: &Option<NearestCluster>| nearest.as_ref().map_or(f64::INFINITY, |it| it.eps);
        match (self, other) {
            (Self::Odd { score, .. }, Self::Odd { score: theirs, .. }) => score.total_cmp(theirs),
            (Self::Far(ours), Self::Far(theirs)) => far(theirs).total_cmp(&far(ours)),
            (Self::Far(_), Self::Odd { .. }) => Ordering::Less,
            (Self::Odd { .. }, Self::Far(_)) => Ordering::Greater,
        }
    }
}

impl Line {
    fn order(&self, other: &Self) -> Ordering {
        self.verdict.order(&other.verdict).then(self.row.cmp(&other.row))
    }

    /// Takes in rows of the same line; the more unusual row is shown.
    fn join(&mut self, mut other: Self) {
        if other.order(self).is_lt() {
            std::mem::swap(self, &mut other);
        }
        self.count = self.count.saturating_add(other.count);
        self.times = joined_times(self.times, other.times);
    }
}

impl Model {
    /// Finds the rows of an input that the model does not know, folded to lines: those near no cluster, or
    /// those whose decision by the forest is negative. Starts of programs are one line by program and
    /// masked command line, other rows by their values.
    ///
    /// The input is read twice. Memory grows with its distinct lines, and with the rows of those that are
    /// new.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read or changes meanwhile, or that lacks a column of the model, for a row
    /// that is bad unless such are skipped, and for a history.
    pub fn new_lines(&self, name: &str, input: impl Into<Input>) -> Result<NewLines<'_>, Error> {
        let input = &input.into().twice()?;
        with_threads(input.n_threads(), || match self {
            Self::Clusters(model) => far_lines(model, input),
            _ => self.odd_lines(name, input),
        })
    }

    fn odd_lines(&self, name: &str, input: &Input) -> Result<NewLines<'_>, Error> {
        let open = || match self.forest_rows(name, input)? {
            Some(rows) => Ok(rows),
            None => Err(Error::NoRows { name: name.to_owned() }),
        };
        let ForestRows { head, rows, forest, intake } = open()?;
        let layout = head.layout.clone();
        let n_features = forest.n_features();
        let (table, ingested) = ingest(Feed::new(head, input), by_line(rows))?;
        let odd = odd_patterns(forest, &table)?;
        let by = match self {
            Self::Outliers(model) => Judge::Forest(Some(model)),
            _ => Judge::Forest(None),
        };
        let layout = layout.grown(&ingested.read.columns, input)?;
        let new = NewLines::of(by, layout, intake, &table, ingested);
        let ForestRows { head, rows, .. } = open()?;
        new.with_lines(lines(&table, odd, n_features), head, &rows, input)
    }
}

fn far_lines<'m>(model: &'m ClusterModel, input: &Input) -> Result<NewLines<'m>, Error> {
    let ClusterRows { head, rows, intake } = ClusterRows::open(model, input)?;
    let layout = head.layout.clone();
    let n_features = model.recipe().names().len();
    let (table, ingested) = ingest(Feed::new(head, input), by_line(rows))?;
    let found = predict(model, &table, &ingested)?;
    let of_table = table.ids().zip(found.labels).zip(found.nearest);
    let far = of_table.filter(|((_, label), _)| label.is_noise());
    let far = far.map(|((id, _), nearest)| (id, LineVerdict::Far(nearest))).collect();
    let layout = layout.grown(&ingested.read.columns, input)?;
    let new = NewLines::of(Judge::Clusters(model), layout, intake, &table, ingested);
    let ClusterRows { head, rows, .. } = ClusterRows::open(model, input)?;
    new.with_lines(lines(&table, far, n_features), head, &rows, input)
}

/// Patterns that are told apart by their line, too.
fn by_line(rows: RowPlan) -> TablePlan {
    let is_of_processes = rows.is_of_processes();
    TablePlan::new(rows.with_line_key(is_of_processes))
}

fn odd_patterns(
    forest: &IsolationForest,
    table: &PatternTable,
) -> Result<Vec<(PatternId, LineVerdict)>, Error> {
    let all = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix())?;
    let scores = forest.score_samples(&all.slice(s![.., ..forest.n_features()]))?;
    let verdict = |score: f64| LineVerdict::Odd { score, decision: score - forest.offset() };
    let patterns = table.ids().zip(scores.into_iter().map(verdict));
    let is_odd = |verdict: &LineVerdict| matches!(verdict, LineVerdict::Odd { decision, .. } if *decision < 0.0);
    Ok(patterns.filter(|(_, verdict)| is_odd(verdict)).collect())
}

/// A line for each pattern; which of them are one line is known by their rows.
fn lines(
    table: &PatternTable,
    patterns: Vec<(PatternId, LineVerdict)>,
    n_features: usize,
) -> Vec<Line> {
    let line = |(pattern, verdict): (PatternId, LineVerdict)| Line {
        row: table.first_row(pattern),
        count: table.count(pattern),
        times: table.times(pattern),
        vector: table.values(pattern).iter().take(n_features).copied().collect(),
        verdict,
        reasons: Vec::new(),
    };
    patterns.into_iter().map(line).collect()
}

impl<'m> NewLines<'m> {
    fn of(
        by: Judge<'m>,
        layout: Layout,
        intake: Intake,
        table: &PatternTable,
        ingested: Ingested,
    ) -> Self {
        let (n_rows, recipe, read) = (table.n_rows(), ingested.recipe, ingested.read);
        let (lines, store) = (Vec::new(), RowStore::new());
        Self { layout, read, intake, n_rows, n_new_rows: 0, by, recipe, lines, store }
    }

    /// Reads the rows of the lines, joins those that are one line, and finds the reasons.
    fn with_lines(
        mut self,
        found: Vec<Line>,
        head: Head,
        rows: &RowPlan,
        input: &Input,
    ) -> Result<Self, Error> {
        self.n_new_rows = found.iter().map(|line| line.count).sum();
        let wanted = found.iter().map(|line| (line.row, line.vector.as_slice())).collect();
        self.store = read_rows(head, rows, input, &wanted)?;
        self.lines = self.joined(found, rows.is_of_processes()).into_iter().collect();
        self.lines.sort_unstable_by(|(_, a), (_, b)| a.order(b));
        self.explain()?;
        Ok(self)
    }

    fn joined(&self, found: Vec<Line>, is_of_processes: bool) -> HashMap<LineId, Line> {
        let mut joined: HashMap<LineId, Line> = HashMap::with_capacity(found.len());
        for line in found {
            match joined.entry(self.id_of(&line, is_of_processes)) {
                Entry::Occupied(known) => known.into_mut().join(line),
                Entry::Vacant(place) => {
                    place.insert(line);
                }
            }
        }
        joined
    }

    fn id_of(&self, line: &Line, is_of_processes: bool) -> LineId {
        if !is_of_processes {
            let names = self.recipe.names().iter().map(String::as_str);
            return LineId::of_values(names, &line.vector);
        }
        let text = |role| {
            let record = self.store.get(line.row)?;
            self.layout.text_of(role, record)
        };
        let [path, command_line] = [Role::Path, Role::CommandLine].map(text);
        LineId::of_process(path.unwrap_or_default(), command_line.unwrap_or_default())
    }

    fn explain(&mut self) -> Result<(), Error> {
        let Judge::Forest(Some(model)) = self.by else { return Ok(()) };
        let vectors = self.lines.iter().flat_map(|(_, line)| &line.vector).copied();
        let vectors: Vec<f64> = vectors.collect();
        let found = reasons(model, &vectors, N_REASONS, &self.read.name)?;
        for ((_, line), reasons) in self.lines.iter_mut().zip(found) {
            line.reasons = reasons.iter().map(|reason| model.text(reason)).collect();
        }
        Ok(())
    }

    /// Returns the number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns whether the model knows all rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Returns whether lines have scores, and no nearest cluster.
    #[must_use]
    pub fn is_by_forest(&self) -> bool {
        matches!(self.by, Judge::Forest(_))
    }

    /// Keeps the lines of these ids.
    pub fn retain(&mut self, mut keeps: impl FnMut(&LineId) -> bool) {
        self.lines.retain(|(id, _)| keeps(id));
    }

    /// Returns the ids of the lines, in their order.
    pub fn ids(&self) -> impl Iterator<Item = LineId> {
        self.lines.iter().map(|(id, _)| *id)
    }

    /// Returns the rows that are shown.
    pub fn records(&self) -> impl Iterator<Item = StoredRow<'_>> {
        self.lines.iter().filter_map(|(_, line)| self.store.get(line.row))
    }

    /// Returns the lines, those that deserve a look most first: without a cluster of their kind, far from
    /// any, or of a low score.
    pub fn lines(&self) -> impl Iterator<Item = NewLine<'_>> {
        self.lines.iter().map(|(id, line)| self.line(*id, line))
    }

    fn line<'n>(&'n self, id: LineId, line: &'n Line) -> NewLine<'n> {
        let (mut nearest, mut reasons, mut score) = (None, line.reasons.clone(), None);
        match (&line.verdict, &self.by) {
            (LineVerdict::Far(found), Judge::Clusters(model)) => {
                nearest = found.as_ref().map(|found| self.nearest(model, found, &line.vector));
                let n_clusters = model.dbscan().n_clusters();
                reasons.push(noise_reason(nearest.as_ref(), &self.recipe, n_clusters));
            }
            (LineVerdict::Odd { score: found, decision }, _) => score = Some((*found, *decision)),
            _ => {}
        }
        NewLine {
            id,
            row: line.row,
            record: self.store.get(line.row),
            count: line.count,
            times: line.times,
            score,
            nearest,
            reasons,
        }
    }

    fn nearest<'n>(
        &'n self,
        model: &'n ClusterModel,
        found: &NearestCluster,
        vector: &[f64],
    ) -> Nearest<'n> {
        let note = found.label.cluster().and_then(|at| model.notes().get(at as usize));
        let template = note.and_then(|note| note.template.as_deref());
        Nearest::new(found, &self.recipe, vector, template)
    }
}
