use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;
use oddsift_eventcluster::{Cluster, EventClusterParams, EventClusters, Label, Scaling};
use oddsift_features::Role;
use oddsift_patterns::{PatternId, PatternTable, Timestamp};
use oddsift_pipeline::{DEFAULT_EPS, OF_PROGRAM, WHOLE_EPS};

use super::counted::{Counted, failed, hash_at, lost, times_column};
use super::space::Space;
use super::{Limits, Scratch, Source};
use crate::Error;

/// Clusters of rows that are alike, by DBSCAN on the distinct vectors.
///
/// ```
/// use oddsift_datafusion::jobs::ClusterJob;
///
/// let mut job = ClusterJob::new();
/// job.features = vec!["bytes".to_owned(), "packets".to_owned()];
/// job.eps = Some(0.01);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClusterJob {
    /// Columns of numbers, features of process events, and `program`, the whole path as a category. Without
    /// names: program, tokens and delimiters of the command line, as the tool takes them of process events.
    pub features: Vec<String>,
    /// Distance, the number of rows of a core row, scaling, which without named features is none.
    pub params: EventClusterParams,
    /// The largest distance of neighbours; `None` (the default) is 0.5 without named features, else 0.01.
    pub eps: Option<f64>,
    /// How many distinct vectors come to the process that asks.
    pub limits: Limits,
    /// Where labels lie while they are joined back.
    pub scratch: Scratch,
}

/// What [`ClusterJob::run`] found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Clustered {
    /// The clusters of the distinct vectors.
    pub events: EventClusters,
    /// The number of rows that lack a feature, or start no program.
    pub n_left_out: u64,
    source: Source,
    space: Space,
    scratch: Scratch,
    /// The hash of each pattern, in their order.
    hashes: Vec<[u8; 16]>,
}

impl Default for ClusterJob {
    fn default() -> Self {
        Self::new()
    }
}

impl ClusterJob {
    /// The defaults of the tool for process events.
    ///
    /// ```
    /// assert!(oddsift_datafusion::jobs::ClusterJob::new().features.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            features: Vec::new(),
            params: EventClusters::params(),
            eps: None,
            limits: Limits::default(),
            scratch: Scratch::default(),
        }
    }

    /// Clusters the rows of a source.
    ///
    /// Vectors are computed and counted on the engine; the distinct ones, at most
    /// [`max_patterns`](Limits::max_patterns), are clustered here. The result is that of
    /// `oddsift_pipeline::ClusterParams` on the same rows, whatever the partitions.
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a feature that is not there, no rows, or too many distinct vectors;
    /// [`Error::Engine`] where the engine fails.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// use datafusion::prelude::SessionContext;
    /// use oddsift_datafusion::jobs::{ClusterJob, Source};
    ///
    /// let ctx = SessionContext::new();
    /// oddsift_datafusion::register(&ctx)?;
    /// let rows = "SELECT * FROM (VALUES (0, 1.0), (1, 9.0), (2, 1.0)) AS t(row, x)";
    /// let source = Source::query(&ctx, rows, "row").await?;
    /// let mut job = ClusterJob::new();
    /// job.features = vec!["x".to_owned()];
    /// job.params = job.params.scaling(oddsift_eventcluster::Scaling::None);
    /// let found = job.run(&source).await?;
    /// assert_eq!((found.events.clusters().len(), found.events.n_noise_rows()), (1, 1));
    /// assert_eq!(found.labels().await?.count().await?, 3);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run(&self, source: &Source) -> Result<Clustered, Error> {
        let space = Space::new(source, &self.features_of(source)?)?;
        let columns = space.columns().join(", ");
        let sql = format!(
            "SELECT *, vector_hash({columns}) AS h FROM \
             (SELECT {columns}, pattern(r, t, x) AS p FROM ({}) AS v GROUP BY {columns}) AS patterns",
            space.rows
        );
        let batches = source.collect(&sql, "distinct vectors", self.limits).await?;
        let (table, hashes) = patterns(&batches, &space)?;
        if table.is_empty() {
            return Err(Error::Job { reason: "there are no rows to cluster".to_owned() });
        }
        let n_rows = source.n_rows().await?;
        let n_left_out = n_rows.saturating_sub(table.n_rows());
        let events = self.params_of(&space).fit_patterns(table).map_err(failed)?;
        let hashes = in_order(&events, &hashes)?;
        let (source, scratch) = (source.clone(), self.scratch.clone());
        Ok(Clustered { events, n_left_out, source, space, scratch, hashes })
    }

    fn features_of(&self, source: &Source) -> Result<Vec<String>, Error> {
        if !self.features.is_empty() {
            return Ok(self.features.clone());
        }
        let has = |role| source.column(role).is_some();
        if has(Role::Path) && has(Role::CommandLine) {
            return Ok(OF_PROGRAM.map(str::to_owned).into());
        }
        let reason = "there is no path with a command line; name the features, or the columns by \
                      Source::role"
            .to_owned();
        Err(Error::Job { reason })
    }

    fn params_of(&self, space: &Space) -> EventClusterParams {
        let is_usual = self.features.is_empty();
        let params = if is_usual { self.params.scaling(Scaling::None) } else { self.params };
        let usual = if is_usual { WHOLE_EPS } else { DEFAULT_EPS };
        params.categories(space.categories.len()).eps(self.eps.unwrap_or(usual))
    }
}

/// The lowest row of a pattern and its hash.
type Hashes = HashMap<u64, [u8; 16]>;

/// The patterns that the engine counted. Categories become numbers, as they come.
fn patterns(batches: &[RecordBatch], space: &Space) -> Result<(PatternTable, Hashes), Error> {
    let (n_numbers, n_categories) = (space.numbers.len(), space.categories.len());
    let mut table = PatternTable::new(n_numbers + n_categories).with_templates(true);
    let mut codes: Vec<HashMap<String, u32>> = vec![HashMap::new(); n_categories];
    let mut hashes = HashMap::new();
    let mut values = Vec::new();
    for batch in batches {
        let hash = batch.column(n_numbers + n_categories + 1);
        let hash = hash.as_fixed_size_binary_opt().ok_or_else(|| lost("hashes"))?;
        let counted = Counted::of(batch.column(n_numbers + n_categories))?;
        let numbers = &batch.columns()[..n_numbers];
        let texts: Vec<ArrayRef> = batch.columns()[n_numbers..n_numbers + n_categories]
            .iter()
            .map(|column| cast(column, &DataType::Utf8))
            .collect::<Result<_, _>>()?;
        for row in 0..batch.num_rows() {
            values.clear();
            values.extend(numbers.iter().map(|it| it.as_primitive::<Float64Type>().value(row)));
            for (codes, column) in codes.iter_mut().zip(&texts) {
                let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                let text = column.as_string::<i32>().value(row).to_owned();
                values.push(f64::from(*codes.entry(text).or_insert(next)));
            }
            let pattern = counted.pattern(row)?;
            hashes.insert(pattern.first_row, hash_at(hash, row)?);
            table.add_pattern(&values, pattern).map_err(failed)?;
        }
    }
    Ok((table, hashes))
}

/// The hash of each pattern of the clusters. Patterns that only differ in the sign of zero are one there.
fn in_order(events: &EventClusters, hashes: &Hashes) -> Result<Vec<[u8; 16]>, Error> {
    let table = events.patterns();
    let hash = |id: PatternId| hashes.get(&table.first_row(id)).copied();
    table.ids().map(|id| hash(id).ok_or_else(|| lost("hash of a vector"))).collect()
}

impl Clustered {
    /// The label of each row that was not left out: `row`, `ClusterId` (-1 is noise) and `IsCore`, in no
    /// order. Labels are joined to the rows by the hash of their vectors.
    ///
    /// # Errors
    ///
    /// [`Error::Engine`] where the engine fails, or labels cannot be written to the scratch folder.
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{ClusterJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = ClusterJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert_eq!(found.labels().await?.count().await?, 9);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn labels(&self) -> Result<DataFrame, Error> {
        let labels = self.scratch.frame(self.source.ctx(), self.label_batch()?).await?;
        let sql = format!(
            "SELECT r AS row, vector_hash({}) AS h FROM ({}) AS v",
            self.space.columns().join(", "),
            self.space.rows
        );
        let rows = self.source.frame(&sql).await?;
        let joined = rows.join(labels, JoinType::Inner, &["h"], &["hash"], None)?;
        Ok(joined.select_columns(&["row", "ClusterId", "IsCore"])?)
    }

    fn label_batch(&self) -> Result<RecordBatch, Error> {
        let model = self.events.model();
        let hashes = FixedSizeBinaryArray::try_from_iter(self.hashes.iter())?;
        let labels = model.labels().iter().map(|label| label.to_i64());
        let is_core = (0..self.hashes.len()).map(|pattern| Some(model.is_core(pattern)));
        let is_core: BooleanArray = is_core.collect();
        Ok(RecordBatch::try_from_iter([
            ("hash", Arc::new(hashes) as ArrayRef),
            ("ClusterId", Arc::new(Int64Array::from_iter_values(labels)) as ArrayRef),
            ("IsCore", Arc::new(is_core) as ArrayRef),
        ])?)
    }

    /// A row for each cluster and each noise vector, those of the fewest events first, of equals those seen
    /// first: `row` (the first), `Clustered`, `ClusterId`, `ClusterSize`, `FirstEventTime`, `LastEventTime`
    /// and `Template`.
    ///
    /// # Errors
    ///
    /// None that can come up; Arrow says so by a result.
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{ClusterJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = ClusterJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert_eq!(found.summary()?.num_rows(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn summary(&self) -> Result<RecordBatch, Error> {
        let table = self.events.patterns();
        let of_cluster = |cluster: &Cluster| Line {
            row: cluster.exemplar(),
            label: cluster.label(),
            size: cluster.size(),
            times: cluster.times(),
            template: cluster.template().map(|template| template.to_string()),
        };
        let of_noise = |id: PatternId| Line {
            row: table.first_row(id),
            label: Label::NOISE,
            size: table.count(id),
            times: table.times(id),
            template: table.template(id).map(|state| state.template().to_string()),
        };
        let clusters = self.events.clusters().iter().map(of_cluster);
        let mut lines: Vec<Line> =
            clusters.chain(self.events.noise_patterns().map(of_noise)).collect();
        lines.sort_by_key(|line| (line.size, line.row));
        Line::batch(&lines)
    }

    /// The rows of [`summary`](Self::summary), joined to all columns of their first rows.
    ///
    /// # Errors
    ///
    /// As [`labels`](Self::labels).
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{ClusterJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh -c "ls ' || value || '"' AS "CommandLine"
    ///     FROM range(0, 9)"#;
    /// let found = ClusterJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// let columns = found.exemplars().await?.schema().field_names();
    /// assert!(columns.iter().any(|name| name.ends_with("CommandLine")));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn exemplars(&self) -> Result<DataFrame, Error> {
        self.source.joined(self.summary()?, &self.scratch).await
    }
}

/// A cluster, or a vector that is like no other.
struct Line {
    row: u64,
    label: Label,
    size: u64,
    times: Option<(Timestamp, Timestamp)>,
    template: Option<String>,
}

impl Line {
    fn batch(lines: &[Self]) -> Result<RecordBatch, Error> {
        let each = || lines.iter();
        let times = |of: fn((Timestamp, Timestamp)) -> Timestamp| {
            times_column(each().map(|line| line.times.map(of)))
        };
        let columns: [(&str, ArrayRef); 7] = [
            ("row", Arc::new(UInt64Array::from_iter_values(each().map(|line| line.row)))),
            (
                "Clustered",
                Arc::new(each().map(|line| Some(!line.label.is_noise())).collect::<BooleanArray>()),
            ),
            (
                "ClusterId",
                Arc::new(Int64Array::from_iter_values(each().map(|line| line.label.to_i64()))),
            ),
            ("ClusterSize", Arc::new(UInt64Array::from_iter_values(each().map(|line| line.size)))),
            ("FirstEventTime", times(|it| it.0)),
            ("LastEventTime", times(|it| it.1)),
            (
                "Template",
                Arc::new(each().map(|line| line.template.as_deref()).collect::<StringArray>()),
            ),
        ];
        Ok(RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, column)| (name, column, true)),
        )?)
    }
}
