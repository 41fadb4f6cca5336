use std::sync::OnceLock;

use oddsift_eventcluster::{
    Cluster, ClusterModel, ClusterNote, EventClusterParams, EventClusters, EventRow, KDistances,
    Label, NearestCluster, PatternId, PatternTable, Scaling,
};
use oddsift_features::{Recipe, Role};
use oddsift_records::{Cell, StoredRow};
use oddsift_timespan::Timestamp;

use crate::cluster_warnings::{ClusterWarning, refuse, warnings};
use crate::fold::Feed;
use crate::layout::Head;
use crate::plan::RowPlan;
use crate::sink::stream_beside_input;
use crate::space::{FeaturePlan, refuse_repeated};
use crate::table::{Ingested, Keep, TablePlan, Template, ingest};
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::variety::{COUNTED_ROLES, Variety};
use crate::{
    Error, FeatureChoice, Input, Intake, Layout, Parameter, ReadSummary, Sink, TimeCounts,
};

/// How the rows of an input are clustered.
///
/// ```
/// use oddsift_pipeline::ClusterParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ClusterParams::new().fit(path)?;
/// let rarest = &found.rarest_first()[0];
/// assert_eq!((rarest.size, rarest.label.is_noise()), (1, true));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClusterParams {
    /// The features by which rows have distances.
    pub features: FeatureChoice,
    /// The column with the number of events that each row represents; none by default.
    pub weight: Option<String>,
    /// How features are scaled. None (the default): as `clustering` says, but not at all for process events
    /// without paths or without command lines, all of which would lie in one direction.
    pub scale: Option<Scaling>,
    /// Scaling, distance, the number of rows of a core sample, times of noise events, limit of work.
    pub clustering: EventClusterParams,
    /// The largest distance of neighbours; `None` (the default) is 0.5 for process events of which
    /// no features are named (0.0001 by [numbers alone](Self::numbers_alone)), and 0.01 else.
    pub eps: Option<Eps>,
    /// The column of times; the first known one by default.
    pub time_column: Option<String>,
    /// The column whose common text is a cluster's template; the command line by default.
    pub template: Option<String>,
    /// Columns whose distinct values are counted in each cluster.
    pub count_distinct: Vec<String>,
    /// What is kept of rows beside their patterns.
    pub keep: KeepRows,
    /// Whether it is counted how many rows were when.
    pub count_times: bool,
    /// Whether process events without named features are clustered by numbers alone, as in msticpy's
    /// example; by default they are clustered within each program.
    pub numbers_alone: bool,
}

/// A distance, or that it is to be proposed by the curve of distances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Eps {
    /// The knee of the curve.
    Auto,
    /// This one.
    Value(f64),
}

/// What is kept of rows beside their patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum KeepRows {
    /// The rows that are printed: those that may be noise, and the first of each pattern.
    #[default]
    Exemplars,
    /// The pattern of each row, four bytes a row.
    Labels,
    /// The pattern of each row, and the first row of each pattern.
    LabelsAndFirstRows,
    /// The pattern of each row, and the rows that are printed.
    All,
}

/// Where an eps comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EpsSource {
    /// Nobody gave one.
    Default,
    /// It was given.
    Given,
    /// The knee of the curve of distances proposed it.
    Proposed,
}

/// Clusters of the rows of an input, and the events that are like no other.
#[derive(Debug)]
#[non_exhaustive]
pub struct Clusters {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The parameters that were taken.
    pub params: ClusterParams,
    /// The column of times.
    pub time: Option<usize>,
    /// The column of texts that make the template.
    pub template: Option<usize>,
    /// The features that are no column of the input, by their place in the vector.
    pub computed: Vec<(usize, String)>,
    /// The clusters of the patterns.
    pub events: EventClusters,
    /// What was taken of the input.
    pub intake: Intake,
    /// Where the eps comes from.
    pub eps_source: EpsSource,
    /// What is dubious about the result.
    pub warnings: Vec<ClusterWarning>,
    pub(crate) ingested: Ingested,
    /// What rows tell beside their patterns, once it is asked for.
    told: OnceLock<Told>,
}

/// The templates of clusters, and the cluster that is nearest to each noise pattern.
#[derive(Debug)]
struct Told {
    templates: Vec<Option<String>>,
    /// By pattern, in their order; without those that have none.
    nearest: Vec<(PatternId, NearestCluster)>,
}

/// A cluster with its first row as the exemplar, or an event that is like no other.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClusterRow<'c> {
    /// The number of the row, from 0.
    pub row: u64,
    /// The row itself.
    pub record: Option<StoredRow<'c>>,
    /// The cluster, or noise.
    pub label: Label,
    /// The number of rows.
    pub size: u64,
    /// The sum of their weights.
    pub weight: f64,
    /// The first and the last time.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The common text of the rows, or the text of a noise event.
    pub template: Option<String>,
    /// The values of the features.
    pub values: &'c [f64],
    /// The number of distinct values in each column of
    /// [`count_distinct`](ClusterParams::count_distinct).
    pub distinct: Vec<u64>,
    /// The number of distinct programs, command lines, hosts and users, in the order of
    /// [`counted_roles`](Clusters::counted_roles); of more than 10,000 of a pattern 10,000 are counted.
    pub variety: Vec<u64>,
    /// Of noise: the nearest cluster that it may belong to by its categories.
    pub nearest: Option<Nearest<'c>>,
    /// Of noise: why, in words.
    pub reason: Option<String>,
}

/// The cluster that is nearest to a noise row, and which feature keeps them apart.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Nearest<'c> {
    /// The cluster.
    pub label: Label,
    /// Its template.
    pub template: Option<&'c str>,
    /// The distance of its nearest core row in eps; up to 1 the row would belong to it.
    pub eps: f64,
    /// The feature in which they differ most, after scaling.
    pub feature: &'c str,
    /// What the row has of it.
    pub here: f64,
    /// What the core row has of it; `None` under unit scaling.
    pub there: Option<f64>,
}

impl<'c> Nearest<'c> {
    /// Names what was found: `values` are those of the row, `template` that of the cluster.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Nearest, noise_reason};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = ClusterParams::new().fit(path)?;
    /// let model = found.model()?;
    /// let nearest = found.events.nearest().unwrap();
    /// let (pattern, nearest) = nearest.iter().find_map(|(at, it)| it.as_ref().map(|it| (*at, it))).unwrap();
    /// let nearest = Nearest::new(nearest, model.recipe(), found.events.patterns().values(pattern), None);
    /// let reason = noise_reason(Some(&nearest), model.recipe(), found.events.clusters().len());
    /// assert!(reason.contains(" eps from cluster "));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn new(
        found: &NearestCluster,
        recipe: &'c Recipe,
        values: &[f64],
        template: Option<&'c str>,
    ) -> Self {
        Self {
            label: found.label,
            template,
            eps: found.eps,
            feature: recipe.names().get(found.feature).map_or("", String::as_str),
            here: values.get(found.feature).copied().unwrap_or_default(),
            there: found.there,
        }
    }

    fn text(&self) -> String {
        let number = |value: f64| crate::feature_cell(self.feature, value).to_string();
        let there =
            self.there.map_or_else(String::new, |there| format!(", there {}", number(there)));
        let template = self.template.map_or_else(String::new, |template| format!(", {template}"));
        let feature = if self.feature.is_empty() {
            String::new()
        } else {
            format!(" by {} {}{there}", self.feature, number(self.here))
        };
        // Of a distance past any measure nobody reads the digits.
        let eps =
            if self.eps < 1e9 { format!("{:.3}", self.eps) } else { format!("{:.1e}", self.eps) };
        format!("{eps} eps from cluster {}{feature}{template}", self.label)
    }
}

/// Says why a row is near no cluster, by the nearest that it may belong to.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, noise_reason};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let model = ClusterParams::new().fit(path)?.model()?;
/// assert_eq!(noise_reason(None, model.recipe(), 24), "no cluster has its program");
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[must_use]
pub fn noise_reason(nearest: Option<&Nearest<'_>>, recipe: &Recipe, n_clusters: usize) -> String {
    let categories: Vec<&str> = recipe.categories().collect();
    match nearest {
        Some(nearest) => nearest.text(),
        None if n_clusters == 0 => "there is no cluster".to_owned(),
        None => format!("no cluster has its {}", categories.join(" and ")),
    }
}

impl Default for ClusterParams {
    fn default() -> Self {
        Self {
            features: FeatureChoice::default(),
            weight: None,
            scale: None,
            clustering: EventClusters::params(),
            eps: None,
            time_column: None,
            template: None,
            count_distinct: Vec::new(),
            keep: KeepRows::default(),
            count_times: false,
            numbers_alone: false,
        }
    }
}

/// What is to be done, once the columns are known.
pub(crate) struct ClusterPlan {
    table: TablePlan,
    eps: Eps,
    scaling: Scaling,
    computed: Vec<(usize, String)>,
    time: Option<usize>,
    template: Option<usize>,
    intake: Intake,
}

const COUNT_DISTINCT: Parameter = Parameter("count_distinct");
const WEIGHT: Parameter = Parameter("weight");
const TEMPLATE: Parameter = Parameter("template");

impl ClusterParams {
    /// Process features, or all numeric columns; unit scaling, Euclidean distance, two rows of a core.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Eps};
    ///
    /// let mut params = ClusterParams::new();
    /// params.eps = Some(Eps::Auto);
    /// params.clustering = params.clustering.min_samples(3);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Clusters the rows of an input.
    ///
    /// Memory grows with the distinct feature vectors, and by four bytes a row where labels are kept.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, a column that it lacks, a row that is bad or misses a value
    /// unless such are skipped, or parameters out of range.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!((found.events.clusters().len(), found.events.n_noise_rows()), (24, 109));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn fit(&self, input: impl Into<Input>) -> Result<Clusters, Error> {
        let input = &input.into();
        with_threads(input.n_threads(), || {
            refuse_repeated(COUNT_DISTINCT, &self.count_distinct)?;
            let head = Head::open(input, &self.wanted())?;
            let plan = self.plan(&head, input)?;
            self.run(head, plan, input)
        })
    }

    fn plan(&self, head: &Head, input: &Input) -> Result<ClusterPlan, Error> {
        let layout = &head.layout;
        let weight = self.weight.as_deref();
        let by_program = !self.numbers_alone;
        let features = FeaturePlan::with_categories(head, &self.features, weight, by_program)?;
        let template = match &self.template {
            Some(name) => Some(layout.column(TEMPLATE, name)?),
            None => layout.roles.get(Role::CommandLine),
        };
        let from = match &self.template {
            Some(_) => template.map(Template::Column),
            None => template.map(|_| Template::CommandLine),
        };
        let weight = weight_recipe(head, &self.features, weight)?;
        let mut rows = RowPlan::new(head, input, features.recipe)
            .with_weight(weight)
            .with_starts_only()
            .lenient(features.is_lenient);
        let times = TimeColumns::find(layout, self.time_column.as_deref(), Some(input))?;
        if let Some(times) = &times {
            rows = rows.with_time(head, input, times)?;
        }
        let distinct = self.count_distinct.iter();
        let distinct: Result<Vec<usize>, Error> =
            distinct.map(|name| layout.column(COUNT_DISTINCT, name)).collect();
        Ok(ClusterPlan {
            table: TablePlan {
                template: from,
                distinct: distinct?,
                keep: self.keep(),
                counts_times: self.count_times,
                variety: Variety::new(counted_roles(layout)),
                ..TablePlan::new(rows)
            },
            eps: self.eps.unwrap_or(Eps::Value(features.usual_eps)),
            scaling: self.scaling(features.usual_scaling),
            computed: features.computed,
            time: times.as_ref().map(TimeColumns::first),
            intake: features.intake.with_times(layout, times.as_ref().map_or(&[], |t| &t.all)),
            template,
        })
    }

    /// The columns that parameters name.
    fn wanted(&self) -> Vec<String> {
        let single = [&self.weight, &self.time_column, &self.template].into_iter().flatten();
        let all = self.features.names.iter().chain(&self.count_distinct).chain(single);
        all.cloned().collect()
    }

    fn scaling(&self, usual: Scaling) -> Scaling {
        self.scale.unwrap_or(match usual {
            Scaling::Unit => self.clustering.scaling,
            usual => usual,
        })
    }

    fn keep(&self) -> Keep {
        let maybe_noise = self.clustering.dbscan.min_samples as f64;
        let (labels, rows_below) = match self.keep {
            KeepRows::Exemplars => (false, Some(maybe_noise)),
            KeepRows::Labels => (true, None),
            KeepRows::LabelsAndFirstRows => (true, Some(0.0)),
            KeepRows::All => (true, Some(maybe_noise)),
        };
        Keep { labels, rows_below }
    }

    fn run(&self, head: Head, plan: ClusterPlan, input: &Input) -> Result<Clusters, Error> {
        let layout = head.layout.clone();
        let (table, ingested) = ingest(Feed::new(head, input), plan.table)?;
        let layout = layout.grown(&ingested.read.columns, input)?;
        let intake = plan.intake.grown(&layout);
        let clustering = self.clustering.scaling(plan.scaling);
        let clustering = clustering.categories(ingested.recipe.categories().len());
        ingested.need_rows(&table)?;
        let failed = |error| cluster_error(&ingested, error);
        let (eps, curve) = match plan.eps {
            Eps::Value(eps) => (eps, None),
            Eps::Auto => {
                let curve = knee_curve(&clustering, &table).map_err(failed)?;
                let name = || ingested.read.name.clone();
                let eps = curve.propose_eps().ok_or_else(|| Error::NoKnee { name: name() })?;
                (eps, Some(curve))
            }
        };
        let tell = |progress| input.tell(progress);
        let fitted = clustering.eps(eps).fit_patterns_with(table, &tell);
        let events = fitted.map_err(failed)?;
        let eps_source = match (self.eps, &curve) {
            (_, Some(_)) => EpsSource::Proposed,
            (Some(_), None) => EpsSource::Given,
            (None, None) => EpsSource::Default,
        };
        let of_labels = match &curve {
            Some(curve) => events.advise(curve).map(|advice| advice.warnings),
            None => events.warnings(),
        };
        let of_labels = of_labels.map_err(failed)?;
        if curve.is_some() {
            refuse(&ingested.read.name, eps, &events, &of_labels)?;
        }
        let warnings = warnings(&clustering.eps(eps), &events, &ingested, of_labels);
        let found = Clusters {
            layout,
            read: ingested.read.clone(),
            params: self.clone(),
            time: plan.time,
            template: plan.template,
            computed: plan.computed,
            intake,
            warnings: warnings.map_err(failed)?,
            events,
            eps_source,
            ingested,
            told: OnceLock::new(),
        };
        found.need_noise_rows()?;
        Ok(found)
    }

    /// Reads an input for its curve of distances to the k-th neighbour, and what it proposes.
    ///
    /// # Errors
    ///
    /// As [`fit`](Self::fit).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let curve = oddsift_pipeline::ClusterParams::new().distances(path)?;
    /// assert!(curve.distances.propose_eps().is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn distances(&self, input: impl Into<Input>) -> Result<Distances, Error> {
        let input = &input.into();
        with_threads(input.n_threads(), || {
            let head = Head::open(input, &self.wanted())?;
            let (weight, by_program) = (self.weight.as_deref(), !self.numbers_alone);
            let features = FeaturePlan::with_categories(&head, &self.features, weight, by_program)?;
            let weight = weight_recipe(&head, &self.features, self.weight.as_deref())?;
            let n_categories = features.recipe.categories().len();
            let rows = RowPlan::new(&head, input, features.recipe)
                .with_weight(weight)
                .with_starts_only()
                .lenient(features.is_lenient);
            let clustering = self.clustering.categories(n_categories);
            let clustering = clustering.scaling(self.scaling(features.usual_scaling));
            let plan = TablePlan::new(rows);
            let (table, ingested) = ingest(Feed::new(head, input), plan)?;
            ingested.need_rows(&table)?;
            let failed = |error| cluster_error(&ingested, error);
            let n_rows = table.n_rows();
            let distances = knee_curve(&clustering, &table).map_err(failed)?;
            let proposal = match distances.propose_eps() {
                None => None,
                Some(eps) => {
                    let events = clustering.eps(eps).fit_patterns(table);
                    let events = events.map_err(failed)?;
                    let of_labels = events.advise(&distances).map_err(failed)?.warnings;
                    let warnings = warnings(&clustering.eps(eps), &events, &ingested, of_labels);
                    let warnings = warnings.map_err(failed)?;
                    Some(Proposal { eps, events, warnings })
                }
            };
            Ok(Distances {
                read: ingested.read.clone(),
                intake: features.intake,
                n_rows,
                distances,
                proposal,
            })
        })
    }
}

/// The curve whose knee is proposed: of the distance that encloses twice the rows of a core row, and of
/// ten at least. Of the nearest few it is chance how near they are, and clusters fall apart; fewer rows
/// than that have the curve of `min_samples`.
fn knee_curve(
    clustering: &EventClusterParams,
    table: &PatternTable,
) -> Result<KDistances, oddsift_eventcluster::Error> {
    let k = clustering.dbscan.min_samples.max(5).saturating_mul(2);
    let curve = clustering.min_samples(k).k_distances(table)?;
    if curve.propose_eps().is_some() { Ok(curve) } else { clustering.k_distances(table) }
}

/// What is counted of process events.
fn counted_roles(layout: &Layout) -> Vec<Role> {
    let has = |role: &Role| layout.roles.get(*role).is_some();
    let is_process = has(&Role::Path) || has(&Role::CommandLine);
    let roles = COUNTED_ROLES.into_iter().map(|(role, _)| role);
    roles.filter(|role| is_process && has(role)).collect()
}

/// Columns by their names.
pub(crate) fn cluster_error(ingested: &Ingested, source: oddsift_eventcluster::Error) -> Error {
    use oddsift_eventcluster::Error as Cause;
    let name = ingested.read.name.clone();
    match source {
        Cause::ScaleRange { column, scaling } => {
            let feature = ingested.recipe.names().get(column).cloned().unwrap_or_default();
            Error::ScaleRange { name, feature, scaling }
        }
        Cause::Dbscan(
            oddsift_dbscan::Error::NonFiniteWeight { .. } | oddsift_dbscan::Error::WeightsRange(_),
        ) => Error::WeightRange { name },
        Cause::Dbscan(oddsift_dbscan::Error::Cancelled) => Error::Cancelled,
        source => Error::Cluster { name, source: Box::new(source) },
    }
}

/// What makes the weight of a row, where rows have one.
fn weight_recipe(
    head: &Head,
    choice: &FeatureChoice,
    weight: Option<&str>,
) -> Result<Option<Recipe>, Error> {
    let Some(weight) = weight else { return Ok(None) };
    head.layout.column(WEIGHT, weight)?;
    head.layout.recipe(&[weight.to_owned()], &choice.options).map(Some)
}

/// The curve of distances to the k-th neighbour, and what its knee proposes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Distances {
    /// What was read and left out.
    pub read: ReadSummary,
    /// What was taken of the input.
    pub intake: Intake,
    /// The number of rows.
    pub n_rows: u64,
    /// The curve.
    pub distances: KDistances,
    /// The distance of its knee; `None` where it has none.
    pub proposal: Option<Proposal>,
}

/// A distance that a curve proposes, and what comes of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Proposal {
    /// The distance.
    pub eps: f64,
    /// The clusters by it.
    pub events: EventClusters,
    /// What is dubious about it.
    pub warnings: Vec<ClusterWarning>,
}

impl Proposal {
    /// Returns how many clusters and noise rows it gives, in words.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let curve = oddsift_pipeline::ClusterParams::new().distances(path)?;
    /// assert!(curve.proposal.unwrap().summary().contains("clusters"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        summary(&self.events)
    }
}

fn summary(events: &EventClusters) -> String {
    let n_noise = events.n_noise_rows();
    let share = 100.0 * n_noise as f64 / events.patterns().n_rows() as f64;
    let counted = |count: u64, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let clusters = counted(events.clusters().len() as u64, "cluster", "clusters");
    let noise = counted(n_noise, "noise row", "noise rows");
    format!("{clusters}, {noise} ({share:.1}%)")
}

impl ClusterRow<'_> {
    /// Returns the number of the cluster, or `noise`.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.rows()[0].label_text(), "noise");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn label_text(&self) -> String {
        if self.label.is_noise() { "noise".to_owned() } else { self.label.to_string() }
    }
}

impl Clusters {
    /// Beside negative weights a pattern can be noise although it weighs enough by itself, and then not
    /// all of its rows were kept.
    fn need_noise_rows(&self) -> Result<(), Error> {
        if !matches!(self.params.keep, KeepRows::Exemplars | KeepRows::All) {
            return Ok(());
        }
        let kept = self.ingested.kept.iter();
        let noise = kept.filter(|row| self.events.pattern_label(row.pattern).is_noise());
        if noise.count() as u64 == self.events.n_noise_rows() {
            return Ok(());
        }
        Err(Error::NoiseNotKept { name: self.read.name.clone() })
    }

    /// Returns one row for each noise event, in the order of the input, then one for each cluster.
    ///
    /// Rows must have been kept ([`KeepRows::Exemplars`] or [`KeepRows::All`]).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.rows().len(), 109 + 24);
    /// assert!(found.rows()[132].template.is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rows(&self) -> Vec<ClusterRow<'_>> {
        self.iter().collect()
    }

    /// Returns the rows of [`rows`](Self::rows) one by one, for who prints them and keeps none.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.iter().map(|row| row.size).sum::<u64>(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ClusterRow<'_>> {
        let by_cluster = self.events.distinct_by_cluster();
        self.events.each_row(self.ingested.kept.iter()).map(move |row| self.row(&row, &by_cluster))
    }

    /// Returns the rows of the input that [`rows`](Self::rows) shows.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.records().count(), found.rows().len());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn records(&self) -> impl Iterator<Item = StoredRow<'_>> {
        let noise = self.ingested.kept.iter();
        let noise = noise.filter(|row| self.events.pattern_label(row.pattern).is_noise());
        let exemplars = self.events.clusters().iter().map(Cluster::exemplar);
        let rows = noise.map(|row| row.row).chain(exemplars);
        rows.filter_map(|row| self.ingested.store.get(row))
    }

    /// Returns the rows of [`rows`](Self::rows), those of the fewest events first, and of equals those
    /// seen first.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.rarest_first().last().map(|row| row.size), Some(70));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rarest_first(&self) -> Vec<ClusterRow<'_>> {
        let mut rows = self.rows();
        rows.sort_by_key(|row| (row.size, row.row));
        rows
    }

    fn row(&self, row: &EventRow, by_cluster: &[Vec<u64>]) -> ClusterRow<'_> {
        let record = self.ingested.store.get(row.row);
        let cluster = row.label.cluster().map(|cluster| cluster as usize);
        let told = self.told();
        let template = match cluster {
            Some(cluster) => told.templates.get(cluster).cloned().flatten(),
            None => record
                .zip(self.template)
                .and_then(|(record, column)| self.text_of(record, column))
                .map(str::to_owned),
        };
        let distinct = match cluster {
            Some(cluster) => by_cluster.get(cluster).cloned().unwrap_or_default(),
            // A noise row has one value, or none where it is missing.
            None => self.params.count_distinct.iter().map(|name| self.has(record, name)).collect(),
        };
        let values = self.events.patterns().values(row.pattern);
        let nearest = told.nearest.binary_search_by_key(&row.pattern, |(pattern, _)| *pattern);
        let nearest = nearest.ok().and_then(|at| told.nearest.get(at));
        let nearest = nearest.map(|(_, found)| self.nearest(found, values));
        let n_clusters = self.events.clusters().len();
        let reason = || noise_reason(nearest.as_ref(), &self.ingested.recipe, n_clusters);
        let patterns = match cluster.and_then(|cluster| self.events.clusters().get(cluster)) {
            Some(cluster) => cluster.patterns(),
            None => &[row.pattern],
        };
        ClusterRow {
            variety: self.ingested.variety.count(patterns),
            reason: row.label.is_noise().then(reason),
            nearest,
            row: row.row,
            record,
            label: row.label,
            size: row.size,
            weight: row.weight,
            times: row.times,
            template,
            values,
            distinct,
        }
    }

    fn nearest<'c>(&'c self, found: &NearestCluster, values: &[f64]) -> Nearest<'c> {
        let template = found.label.cluster().and_then(|at| self.told().templates.get(at as usize));
        let template = template.and_then(Option::as_deref);
        Nearest::new(found, &self.ingested.recipe, values, template)
    }

    fn told(&self) -> &Told {
        self.told.get_or_init(|| {
            let template = |cluster: &oddsift_eventcluster::Cluster| {
                cluster.template().map(|template| template.to_string())
            };
            // What was fitted once can be looked up.
            let nearest = self.events.nearest().unwrap_or_default().into_iter();
            let nearest = nearest.filter_map(|(pattern, found)| Some((pattern, found?))).collect();
            Told { templates: self.events.clusters().iter().map(template).collect(), nearest }
        })
    }

    /// Returns the roles whose distinct values are counted of each row of the result.
    ///
    /// ```
    /// use oddsift_pipeline::Role;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.counted_roles(), [Role::Path, Role::CommandLine, Role::Host, Role::User]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn counted_roles(&self) -> &[Role] {
        &self.ingested.variety.roles
    }

    /// The text of a record in the column of templates, in another one that plays the same role where it
    /// does not fill that.
    fn text_of<'r>(&self, record: StoredRow<'r>, column: usize) -> Option<&'r str> {
        let text = |column| record.text(column).filter(|text| !text.is_empty());
        let is_role = self.params.template.is_none();
        let by_role = || self.layout.roles.first(Role::CommandLine, text);
        text(column).or_else(|| is_role.then(by_role).flatten())
    }

    fn has(&self, record: Option<StoredRow<'_>>, name: &str) -> u64 {
        let column = self.layout.columns.iter().position(|column| column == name);
        let value = column.and_then(|column| record?.text(column));
        u64::from(value.is_some())
    }

    /// Returns what a row is, for people: its template, or an example where masks have left nothing to
    /// read; empty where there is no column of texts.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// let most = found.rarest_first().pop().unwrap();
    /// assert!(found.what(&most).contains("cscript.exe"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn what(&self, row: &ClusterRow<'_>) -> String {
        let Some(column) = self.template else { return String::new() };
        let template = row.template.as_deref().unwrap_or("");
        let example =
            row.record.and_then(|record| self.text_of(record, column)).unwrap_or_default();
        let is_readable =
            template.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() >= 3);
        if is_readable || example.is_empty() {
            template.to_owned()
        } else {
            format!("e.g. {example}")
        }
    }

    /// Returns the column whose text is beside the points of a picture: the named one, else that of the
    /// template, else the path.
    ///
    /// # Errors
    ///
    /// If the input has no column of that name.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.label_column(None)?, found.layout.roles.get(oddsift_pipeline::Role::CommandLine));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn label_column(&self, named: Option<&str>) -> Result<Option<usize>, Error> {
        self.layout.label_column(named, self.template)
    }

    /// Returns how many clusters and noise rows there are, in words.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.summary(), "24 clusters, 109 noise rows (30.0%)");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        summary(&self.events)
    }

    /// Returns the names of the categories: a cluster has one value of each.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert!(found.categories().eq(["program"]));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.ingested.recipe.categories()
    }

    /// Returns the names of the features that are numbers, in the order of the vector.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.features(), ["commandlineTokens", "commandlineTokensFull"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn features(&self) -> &[String] {
        self.ingested.recipe.names()
    }

    /// Returns the text of a column in the first row of a pattern, where rows were kept.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// let first = found.events.patterns().ids().next().unwrap();
    /// let column = found.layout.roles.get(oddsift_pipeline::Role::Path).unwrap();
    /// assert!(found.first_text(first, column).unwrap().ends_with("ASMHost.exe"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn first_text(&self, pattern: oddsift_patterns::PatternId, column: usize) -> Option<&str> {
        self.text_of(self.first_record(pattern)?, column)
    }

    /// Returns the first row of a pattern, where rows were kept.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// let first = found.events.patterns().ids().next().unwrap();
    /// assert!(found.first_record(first).is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn first_record(&self, pattern: oddsift_patterns::PatternId) -> Option<StoredRow<'_>> {
        self.ingested.store.get(self.events.patterns().first_row(pattern))
    }

    /// Returns the number, the label and whether it is a core sample of each row that was not skipped,
    /// in the order of the input. Labels must have been kept.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, KeepRows};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = ClusterParams::new();
    /// params.keep = KeepRows::Labels;
    /// assert_eq!(params.fit(path)?.labels().count(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn labels(&self) -> impl Iterator<Item = (u64, Label, bool)> {
        let rows = self.ingested.row_patterns.iter();
        rows.filter_map(|(row, pattern)| {
            let (label, is_core) = self.label(pattern)?;
            Some((row, label, is_core))
        })
    }

    fn label(&self, pattern: usize) -> Option<(Label, bool)> {
        let model = self.events.model();
        Some((*model.labels().get(pattern)?, model.is_core(pattern)))
    }

    /// Reads the input once more and passes on each row: its number, its columns, its cluster and
    /// whether it is a core sample. Labels must have been kept, and `input` must be one that can be
    /// read twice ([`Input::twice`]).
    ///
    /// # Errors
    ///
    /// For an input that cannot be read again, and for a sink that fails.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Input, KeepRows};
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let input = Input::file(path).twice()?;
    /// let mut params = ClusterParams::new();
    /// params.keep = KeepRows::Labels;
    /// let found = params.fit(&input)?;
    /// let mut columns = vec!["row".to_owned()];
    /// columns.extend(found.layout.columns.iter().cloned());
    /// columns.extend(["ClusterId", "IsCore"].map(str::to_owned));
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options)?;
    /// found.write_labelled(&input, &mut writer)?;
    /// assert_eq!(writer.finish()?.iter().filter(|byte| **byte == b'\n').count(), 364);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn write_labelled(&self, input: &Input, sink: &mut impl Sink) -> Result<(), Error> {
        stream_beside_input(
            input,
            sink,
            |row| self.label(self.ingested.row_patterns.get(row)?),
            |(label, is_core)| vec![Cell::Int(label.to_i64()), Cell::Bool(*is_core)],
        )
    }

    /// Returns how many rows were when, if [`count_times`](ClusterParams::count_times) asked for it.
    ///
    /// ```
    /// use oddsift_pipeline::ClusterParams;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = ClusterParams::new();
    /// params.count_times = true;
    /// let counts = params.fit(path)?;
    /// assert_eq!(counts.times().steps().iter().map(|(_, count)| count).sum::<u64>(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn times(&self) -> &TimeCounts {
        &self.ingested.time_counts
    }

    /// Returns the time and the pattern of each noise event, in the order of time. Rows must have been
    /// kept.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.noise_times().len(), 109);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn noise_times(&self) -> Vec<(Timestamp, oddsift_patterns::PatternId)> {
        let noise = self.ingested.kept.iter();
        let noise = noise.filter(|row| self.events.pattern_label(row.pattern).is_noise());
        let mut times: Vec<_> = noise.filter_map(|row| Some((row.time?, row.pattern))).collect();
        times.sort_by_key(|(time, _)| *time);
        times
    }

    /// Returns the whole way from a row to its cluster, to be saved and applied to new rows.
    ///
    /// # Errors
    ///
    /// For a model that cannot be made, such as one past the limits of a saved one.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::ClusterParams::new().fit(path)?;
    /// assert_eq!(found.model()?.recipe().names().len(), 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn model(&self) -> Result<ClusterModel, Error> {
        let values = |pattern: PatternId| {
            let values = self.events.patterns().values(pattern);
            self.ingested.categories_of(values).into_iter().map(str::to_owned).collect()
        };
        let model = self.events.model_of_groups(self.ingested.recipe.clone(), values);
        let model = model.map_err(|source| cluster_error(&self.ingested, source))?;
        let clusters = self.events.clusters().iter().zip(&self.told().templates);
        let note = |(cluster, template): (&oddsift_eventcluster::Cluster, &Option<String>)| {
            ClusterNote { size: cluster.size(), template: template.clone() }
        };
        Ok(model.with_notes(clusters.map(note).collect()))
    }
}
