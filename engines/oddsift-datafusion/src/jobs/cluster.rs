use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Int64Array, RecordBatch,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::common::JoinType;
use datafusion::prelude::DataFrame;
use oddsift_eventcluster::{
    Cluster, ClusterModel, ClusterNote, EventClusterParams, EventClusters, Scaling,
};
use oddsift_features::{Recipe, Role};
use oddsift_patterns::{PatternId, PatternTable};
use oddsift_pipeline::{DEFAULT_EPS, OF_PROGRAM, WHOLE_EPS};

use super::counted::{Counted, failed, hash_at, lost};
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
    /// Distance, the number of rows of a core row, limit of work.
    pub params: EventClusterParams,
    /// How features are scaled; `None` (the default) is not at all without named features, else as `params` says.
    pub scaling: Option<Scaling>,
    /// The largest distance of neighbours; `None` (the default) is 0.5 without named features, else 0.01.
    pub eps: Option<f64>,
    /// The column whose common text is a cluster's template; `None` (the default) is the command line.
    pub template: Option<String>,
    /// Columns whose distinct values are counted in each cluster.
    pub count_distinct: Vec<String>,
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
    pub(super) source: Source,
    pub(super) space: Space,
    pub(super) scratch: Scratch,
    pub(super) limits: Limits,
    pub(super) recipe: Recipe,
    /// The column of templates.
    pub(super) template: Option<String>,
    pub(super) count_distinct: Vec<String>,
    /// The hash of each pattern, in their order.
    pub(super) hashes: Vec<[u8; 16]>,
    /// The values of categories, by their numbers.
    categories: Vec<Vec<String>>,
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
            scaling: None,
            eps: None,
            template: None,
            count_distinct: Vec::new(),
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
        let features = self.features_of(source)?;
        let template = self.template.as_deref().or(source.column(Role::CommandLine));
        let space = Space::new(source, &features, template)?;
        for name in &self.count_distinct {
            source.need(name)?;
        }
        let columns = space.columns().join(", ");
        let sql = format!(
            "SELECT *, vector_hash({columns}) AS h FROM \
             (SELECT {columns}, pattern(r, t, x) AS p FROM ({}) AS v GROUP BY {columns}) AS patterns",
            space.rows()
        );
        let batches = source.collect(&sql, "distinct vectors", self.limits).await?;
        let (table, hashes, categories) = patterns(&batches, &space)?;
        if table.is_empty() {
            return Err(Error::Job { reason: "there are no rows to cluster".to_owned() });
        }
        let n_rows = source.n_rows().await?;
        let n_left_out = n_rows.saturating_sub(table.n_rows());
        let events = self.params_of(&space).fit_patterns(table).map_err(failed)?;
        let hashes = in_order(&events, &hashes)?;
        let features: Vec<&str> = features.iter().map(String::as_str).collect();
        Ok(Clustered {
            events,
            n_left_out,
            source: source.clone(),
            space,
            scratch: self.scratch.clone(),
            limits: self.limits,
            recipe: source.recipe(&features)?,
            template: template.map(str::to_owned),
            count_distinct: self.count_distinct.clone(),
            hashes,
            categories,
        })
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
        let usual_scaling = if is_usual { Scaling::None } else { self.params.scaling };
        let params = self.params.scaling(self.scaling.unwrap_or(usual_scaling));
        let usual = if is_usual { WHOLE_EPS } else { DEFAULT_EPS };
        params.categories(space.categories.len()).eps(self.eps.unwrap_or(usual))
    }
}

/// The lowest row of a pattern and its hash.
type Hashes = HashMap<u64, [u8; 16]>;

/// The patterns that the engine counted, their hashes, and the values of categories, which become numbers as
/// they come.
fn patterns(
    batches: &[RecordBatch],
    space: &Space,
) -> Result<(PatternTable, Hashes, Vec<Vec<String>>), Error> {
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
    Ok((table, hashes, codes.into_iter().map(by_code).collect()))
}

fn by_code(codes: HashMap<String, u32>) -> Vec<String> {
    let mut values: Vec<(u32, String)> =
        codes.into_iter().map(|(text, code)| (code, text)).collect();
    values.sort_unstable();
    values.into_iter().map(|(_, text)| text).collect()
}

/// The hash of each pattern of the clusters. Patterns that only differ in the sign of zero are one there.
fn in_order(events: &EventClusters, hashes: &Hashes) -> Result<Vec<[u8; 16]>, Error> {
    let table = events.patterns();
    let hash = |id: PatternId| hashes.get(&table.first_row(id)).copied();
    table.ids().map(|id| hash(id).ok_or_else(|| lost("hash of a vector"))).collect()
}

impl Clustered {
    /// Returns the names of the features, numbers before categories.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), oddsift_datafusion::Error> {
    /// # use datafusion::prelude::SessionContext;
    /// # use oddsift_datafusion::jobs::{ClusterJob, Source};
    /// # let ctx = SessionContext::new();
    /// # oddsift_datafusion::register(&ctx)?;
    /// let events = r#"SELECT value AS row, '/bin/sh' AS "Image", 'sh' AS "CommandLine" FROM range(0, 9)"#;
    /// let found = ClusterJob::new().run(&Source::query(&ctx, events, "row").await?).await?;
    /// assert_eq!(found.features(), ["commandlineTokens", "commandlineTokensFull", "program"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn features(&self) -> Vec<&str> {
        self.recipe.names().iter().map(String::as_str).chain(self.recipe.categories()).collect()
    }

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
        let joined = self.joined("r AS row", &[], self.label_batch()?).await?;
        Ok(joined.select_columns(&["row", "ClusterId", "IsCore"])?)
    }

    /// Values of the rows, joined to what is known of their vectors by its column `hash`; `more` are columns of SQL
    /// that values are taken of.
    pub(super) async fn joined(
        &self,
        values: &str,
        more: &[String],
        known: RecordBatch,
    ) -> Result<DataFrame, Error> {
        let known = self.scratch.frame(self.source.ctx(), known).await?;
        let sql = format!(
            "SELECT {values}, vector_hash({}) AS h FROM ({}) AS v",
            self.space.columns().join(", "),
            self.space.rows_with(more)
        );
        let rows = self.source.frame(&sql).await?;
        Ok(rows.join(known, JoinType::Inner, &["h"], &["hash"], None)?)
    }

    /// The template of each cluster.
    pub(super) fn templates(&self) -> Vec<Option<String>> {
        let template = |cluster: &Cluster| cluster.template().map(|template| template.to_string());
        self.events.clusters().iter().map(template).collect()
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

    /// Returns the whole way from a row to its cluster, as `oddsift cluster --save-model` writes it.
    ///
    /// # Errors
    ///
    /// [`Error::Job`] for a model past the limits of a saved one.
    ///
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
    /// assert_eq!(found.model()?.groups(), [["/bin/sh"]]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn model(&self) -> Result<ClusterModel, Error> {
        let n_numbers = self.space.numbers.len();
        let values = |pattern: PatternId| {
            let codes = self.events.patterns().values(pattern).iter().skip(n_numbers);
            let text = |(values, code): (&Vec<String>, &f64)| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "it was a u32"
                )]
                values.get(*code as usize).cloned().unwrap_or_default()
            };
            self.categories.iter().zip(codes).map(text).collect()
        };
        let model = self.events.model_of_groups(self.recipe.clone(), values).map_err(failed)?;
        let sizes = self.events.clusters().iter().map(Cluster::size);
        let notes =
            sizes.zip(self.templates()).map(|(size, template)| ClusterNote { size, template });
        Ok(model.with_notes(notes.collect()))
    }
}
