use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, FixedSizeBinaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;
use ndarray::{Array2, Axis};
use oddsift_features::Role;
use oddsift_iforest::{IsolationForest, IsolationForestParams};
use oddsift_outliers::{OutlierDetector, OutlierModel, ProcessLine, ProcessRarity, Sampling};
use oddsift_patterns::{Aggregate, Timestamp};
use oddsift_pipeline::{OF_PROCESS, OutlierParams};

use super::counted::{Counted, failed, hash_at, lost, times_column};
use super::{Limits, Scratch, Source};
use crate::Error;

/// The most unusual process events, by an isolation forest on how rare their parts are.
///
/// ```
/// use oddsift_datafusion::jobs::OutlierJob;
///
/// let mut job = OutlierJob::new();
/// job.top = Some(100);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutlierJob {
    /// The forest; by default 100 trees of 256 rows.
    pub forest: IsolationForestParams,
    /// How much repeated lines count when samples are drawn.
    pub sampling: Sampling,
    /// The number of lines; without it the outliers, [`OutlierParams::MOST_LINES`] at most.
    pub top: Option<usize>,
    /// The most reasons of a line; 3 by default.
    pub n_reasons: usize,
    /// How many distinct lines come to the process that asks.
    pub limits: Limits,
    /// Where scores lie while they are joined back.
    pub scratch: Scratch,
}

/// What [`OutlierJob::run`] found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outliers {
    /// The forest and the counts it stands on: what `outliers --save-model` writes.
    pub model: OutlierModel,
    /// The number of rows that are outliers, shown or not.
    pub n_outliers: u64,
    lines: Vec<Line>,
    shown: Vec<(usize, String)>,
    scores: Vec<f64>,
    source: Source,
    scratch: Scratch,
}

/// A distinct line, and what the engine counted of it.
#[derive(Debug)]
struct Line {
    text: ProcessLine,
    known: Aggregate,
    hash: [u8; 16],
}

impl Default for OutlierJob {
    fn default() -> Self {
        Self::new()
    }
}

impl OutlierJob {
    /// The defaults of the tool.
    ///
    /// ```
    /// assert_eq!(oddsift_datafusion::jobs::OutlierJob::new().n_reasons, 3);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            forest: IsolationForest::params(),
            sampling: Sampling::default(),
            top: None,
            n_reasons: 3,
            limits: Limits::default(),
            scratch: Scratch::default(),
        }
    }

    /// Finds the outliers among the process events of a source.
    ///
    /// Lines, that is programs, parents and command lines with what varies masked, are counted on the engine;
    /// the distinct ones, at most [`max_patterns`](Limits::max_patterns), are told apart here. The result is
    /// that of `oddsift_pipeline::OutlierParams` on the same rows, whatever the partitions.
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a source without paths or command lines, no rows, or too many lines;
    /// [`Error::Engine`] where the engine fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// use datafusion::prelude::SessionContext;
    /// use oddsift_datafusion::jobs::{OutlierJob, Source};
    ///
    /// let ctx = SessionContext::new();
    /// oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image",
    ///     CASE value WHEN 7 THEN 'sh -c evil' ELSE 'sh -c ls' END AS "CommandLine" FROM range(0, 50)"#;
    /// let mut job = OutlierJob::new();
    /// job.top = Some(1);
    /// let found = job.run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert_eq!(found.lines().await?.num_rows(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, source: &Source) -> Result<Outliers, Error> {
        let sql = format!(
            "SELECT *, vector_hash(path_, parent_, line_) AS h FROM \
             (SELECT path_, parent_, line_, pattern(r, t, CAST(NULL AS VARCHAR)) AS p FROM ({}) AS v \
             GROUP BY path_, parent_, line_) AS lines",
            rows(source)?
        );
        let batches = source.collect(&sql, "distinct lines", self.limits).await?;
        let lines = lines(&batches)?;
        if lines.is_empty() {
            return Err(Error::Job { reason: "there are no process events".to_owned() });
        }
        let model = self.fit(&lines, source)?;
        self.select(lines, model, source)
    }

    fn fit(&self, lines: &[Line], source: &Source) -> Result<(OutlierModel, Array2<f64>), Error> {
        let mut rarity = ProcessRarity::new().map_err(failed)?;
        for line in lines {
            rarity.add(&line.text, line.known.count.get()).map_err(failed)?;
        }
        let values: Result<Vec<[f64; 4]>, _> =
            lines.iter().map(|line| rarity.values(&line.text)).collect();
        let vectors = values.map_err(failed)?.into_iter().flatten().collect();
        let vectors = Array2::from_shape_vec((lines.len(), ProcessRarity::NAMES.len()), vectors);
        let vectors = vectors.map_err(failed)?;
        let counts: Vec<u64> = lines.iter().map(|line| line.known.count.get()).collect();
        let params = OutlierDetector::params().forest(self.forest);
        let detector = params.fit_counted(&vectors, &counts, self.sampling).map_err(failed)?;
        let recipe = source.recipe(&source.process_features(&OF_PROCESS))?;
        let model = OutlierModel::of_processes(recipe, Arc::new(rarity), detector);
        Ok((model.map_err(failed)?, vectors))
    }

    fn select(
        &self,
        lines: Vec<Line>,
        (model, vectors): (OutlierModel, Array2<f64>),
        source: &Source,
    ) -> Result<Outliers, Error> {
        let forest = model.detector().forest();
        let scores = forest.score_samples(&vectors).map_err(failed)?;
        let is_outlier = |at: &usize| scores[*at] - forest.offset() < 0.0;
        let outliers = (0..lines.len()).filter(is_outlier);
        let n_outliers = outliers.map(|at| lines[at].known.count.get()).sum();
        let mut order: Vec<usize> =
            (0..lines.len()).filter(|at| self.top.is_some() || is_outlier(at)).collect();
        order.sort_unstable_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(a.cmp(b)));
        order.truncate(self.top.unwrap_or(OutlierParams::MOST_LINES));
        let shown = vectors.select(Axis(0), &order);
        let reasons = model.detector().reasons(&shown, self.n_reasons).map_err(failed)?;
        let text = |reasons: Vec<_>| -> String {
            let texts: Vec<String> = reasons.iter().map(|reason| model.text(reason)).collect();
            texts.join("; ")
        };
        let shown = order.into_iter().zip(reasons.into_iter().map(text)).collect();
        let (source, scratch) = (source.clone(), self.scratch.clone());
        Ok(Outliers { model, n_outliers, lines, shown, scores, source, scratch })
    }
}

/// SELECT with the number, the time and the masked texts of each event.
fn rows(source: &Source) -> Result<String, Error> {
    if source.column(Role::Path).is_none() || source.column(Role::CommandLine).is_none() {
        let reason = "there is no path with a command line; name the columns by Source::role";
        return Err(Error::Job { reason: reason.to_owned() });
    }
    let masked = |role| match source.text(role).as_str() {
        "NULL" => "arrow_cast('', 'LargeUtf8')".to_owned(),
        column => format!("mask(coalesce({column}, ''))"),
    };
    let [path, parent, line] = [Role::Path, Role::ParentPath, Role::CommandLine].map(masked);
    Ok(format!(
        "SELECT {} AS r, {} AS t, {path} AS path_, {parent} AS parent_, {line} AS line_ FROM {} \
         WHERE {}",
        source.row(),
        source.time(),
        source.from(),
        source.starts()
    ))
}

/// The lines in the order of their first rows.
fn lines(batches: &[RecordBatch]) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for batch in batches {
        let text = |column: usize| cast(batch.column(column), &DataType::LargeUtf8);
        let texts: [ArrayRef; 3] = [text(0)?, text(1)?, text(2)?];
        let counted = Counted::of(batch.column(3))?;
        let hashes = batch.column(4).as_fixed_size_binary_opt().ok_or_else(|| lost("hashes"))?;
        for row in 0..batch.num_rows() {
            let [path, parent, line] =
                texts.each_ref().map(|column| column.as_string::<i64>().value(row));
            let text = ProcessLine::from_masked(path, parent, line);
            lines.push(Line { text, known: counted.pattern(row)?, hash: hash_at(hashes, row)? });
        }
    }
    lines.sort_unstable_by_key(|line| line.known.first_row);
    Ok(lines)
}

impl Outliers {
    /// A row for each line that is shown, the most unusual first, with the columns of
    /// `oddsift outliers -t csv`: `row`, the columns of the first row of the line, `score`, `decision`, `count`,
    /// `first`, `last` and `reasons`.
    ///
    /// # Errors
    ///
    /// As [`scores`](Self::scores).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{OutlierJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = OutlierJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert!(found.lines().await?.num_rows() <= 500);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn lines(&self) -> Result<RecordBatch, Error> {
        let offset = self.model.detector().forest().offset();
        let known = || self.shown.iter().map(|(at, _)| &self.lines[*at].known);
        let scores = || self.shown.iter().map(|(at, _)| self.scores[*at]);
        let times = |of: fn((Timestamp, Timestamp)) -> Timestamp| {
            times_column(known().map(|known| known.times.map(of)))
        };
        let numbers: Vec<u64> = known().map(|known| known.first_row).collect();
        let rows = self.source.rows(&numbers, &self.scratch).await?;
        let own = |name: &str| self.source.own_name(name);
        let mut columns: Vec<(String, ArrayRef)> =
            vec![(own("row"), Arc::new(UInt64Array::from(numbers)))];
        let names = rows.schema_ref().fields().iter().map(|field| field.name().clone());
        columns.extend(names.zip(rows.columns().iter().cloned()));
        columns.extend([
            (own("score"), Arc::new(Float64Array::from_iter_values(scores())) as ArrayRef),
            (
                own("decision"),
                Arc::new(Float64Array::from_iter_values(scores().map(|it| it - offset))),
            ),
            (
                own("count"),
                Arc::new(UInt64Array::from_iter_values(known().map(|it| it.count.get()))),
            ),
            (own("first"), times(|it| it.0)),
            (own("last"), times(|it| it.1)),
            (
                own("reasons"),
                Arc::new(StringArray::from_iter_values(self.shown.iter().map(|(_, text)| text))),
            ),
        ]);
        let columns = columns.into_iter().map(|(name, column)| (name, column, true));
        Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
    }

    /// The score of each event: `row`, `score`, `decision` and `outlier` (-1 for an outlier, else 1), in no order. Scores are joined to the
    /// rows by the hash of their lines.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] where the engine fails, or scores cannot be written to the scratch folder.
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{OutlierJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = OutlierJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert_eq!(found.scores().await?.count().await?, 9);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn scores(&self) -> Result<DataFrame, Error> {
        let scores = self.scratch.frame(self.source.ctx(), self.score_batch()?).await?;
        let sql = format!(
            "SELECT r AS row, vector_hash(path_, parent_, line_) AS h FROM ({}) AS v",
            rows(&self.source)?
        );
        let rows = self.source.frame(&sql).await?;
        let joined = rows.join(scores, JoinType::Inner, &["h"], &["hash"], None)?;
        Ok(joined.select_columns(&["row", "score", "decision", "outlier"])?)
    }

    fn score_batch(&self) -> Result<RecordBatch, Error> {
        let offset = self.model.detector().forest().offset();
        let hashes = FixedSizeBinaryArray::try_from_iter(self.lines.iter().map(|line| line.hash))?;
        let decisions = || self.scores.iter().map(|score| score - offset);
        let verdicts = decisions().map(|decision| if decision < 0.0 { -1 } else { 1 });
        let outliers = Int64Array::from_iter_values(verdicts);
        Ok(RecordBatch::try_from_iter([
            ("hash", Arc::new(hashes) as ArrayRef),
            ("score", Arc::new(Float64Array::from(self.scores.clone())) as ArrayRef),
            ("decision", Arc::new(Float64Array::from_iter_values(decisions())) as ArrayRef),
            ("outlier", Arc::new(outliers) as ArrayRef),
        ])?)
    }
}
