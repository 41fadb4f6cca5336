use std::collections::HashMap;
use std::path::Path;

use ndarray::{Array2, ArrayView2, Axis, s};
use oddsift_eventcluster::{ClusterModel, ClusterNote, Label, NearestCluster};
use oddsift_features::{FeatureOptions, Recipe};
use oddsift_hunt::History;
use oddsift_iforest::{ForestModel, IsolationForest, Precision, SklearnForest};
use oddsift_outliers::OutlierModel;
use oddsift_patterns::PatternTable;
use oddsift_records::Cell;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::cluster::{Nearest, noise_reason};
use crate::digest::sha256;
use crate::error::ModelFault;
use crate::fold::Feed;
use crate::layout::Head;
use crate::plan::RowPlan;
use crate::score::{Scorer, Verdict};
use crate::sink::stream_beside_input;
use crate::space::repeated;
use crate::table::{Ingested, Keep, TablePlan, ingest};
use crate::threads::with_threads;
use crate::{Error, Input, Intake, Layout, ModelOrigin, ReadSummary, ScoredRows, Sink};

/// A saved model of any kind; what is read is untrusted and checked as a whole.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, Model};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
/// let model = Model::parse("model.json", json.as_bytes())?;
/// assert!(matches!(model, Model::Clusters(_)));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Model {
    /// Clusters, with the way from a row to its vector.
    Clusters(Box<ClusterModel>),
    /// A forest, with the way from a row to its vector.
    Outliers(Box<OutlierModel>),
    /// A forest by itself: its features are columns.
    Forest(Box<ForestModel>),
    /// Lines that were seen before, for a hunt.
    History(Box<History>),
}

/// A model file: the model, and what the file says of it.
///
/// ```
/// use oddsift_pipeline::{ClusterParams, ModelFile};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
/// let file = ModelFile::parse("model.json", json.as_bytes())?;
/// assert_eq!((file.format.as_deref(), file.version), (Some("oddsift-cluster"), Some(1)));
/// assert!(file.origin.is_none()); // a bare model, saved without
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct ModelFile {
    /// The model.
    pub model: Model,
    /// The name of its format; `None` is scikit-learn's export.
    pub format: Option<String>,
    /// The version of the format.
    pub version: Option<u64>,
    /// What it was made of, where the file says it.
    pub origin: Option<ModelOrigin>,
    /// The SHA-256 of the file, 64 digits of base 16.
    pub sha256: String,
}

impl ModelFile {
    /// Reads a model file.
    ///
    /// # Errors
    ///
    /// As [`Model::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::parse(&name, &bytes),
            Err(error) => Err(ModelFault::Read(error).of(&name)),
        }
    }

    /// Reads a model from the bytes of a file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// As [`Model::read`].
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        let fault = |fault: ModelFault| fault.of(name);
        let head: Kind = json(bytes).map_err(fault)?;
        let Kind { format, version, origin, .. } = head.clone();
        let model = Model::of_kind(head, bytes).map_err(fault)?;
        let read = |error| fault(ModelFault::Read(error));
        let (_, sha256) = sha256(bytes).map_err(read)?;
        Ok(Self { model, format, version, origin, sha256 })
    }

    /// Returns what the model is and what it was made of, a name and a value each: those of
    /// [`Model::facts`], its format and version, its origin, the SHA-256 of the file.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, ModelFile};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let json = serde_json::to_vec(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let facts = ModelFile::parse("model.json", &json)?.facts();
    /// assert!(facts.contains(&("origin", "not said".to_owned())));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = self.model.facts();
        let format = self.format.clone().unwrap_or_else(|| "scikit-learn's export".to_owned());
        facts.push(("format", format));
        facts.extend(self.version.map(|version| ("version", version.to_string())));
        match &self.origin {
            Some(origin) => facts.extend(origin.facts()),
            None => facts.push(("origin", "not said".to_owned())),
        }
        facts.push(("sha256", self.sha256.clone()));
        facts
    }
}

/// What tells a model file's kind.
#[derive(Clone, Deserialize)]
struct Kind {
    format: Option<String>,
    version: Option<u64>,
    origin: Option<ModelOrigin>,
    /// What scikit-learn's export has.
    max_samples_: Option<IgnoredAny>,
    trees: Option<IgnoredAny>,
}

/// The formats that can be read, each with its version.
const KNOWN: [(&str, u64); 4] = [
    (ClusterModel::FORMAT, ClusterModel::VERSION),
    (OutlierModel::FORMAT, OutlierModel::VERSION),
    (History::FORMAT, History::VERSION),
    (ForestModel::FORMAT, ForestModel::VERSION),
];

impl Model {
    /// Reads a model from a file: one of ours, a bare isolation forest, or scikit-learn's export.
    ///
    /// # Errors
    ///
    /// [`Error::Model`] for a file that cannot be read or is no model of a known format and version.
    ///
    /// ```
    /// assert!(oddsift_pipeline::Model::read("no/such.json").is_err());
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(ModelFile::read(path)?.model)
    }

    /// Reads a model from the bytes of a file; `name` is for messages.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    ///
    /// ```
    /// let error = oddsift_pipeline::Model::parse("m.json", b"{}").unwrap_err();
    /// assert!(error.to_string().starts_with("m.json: no model: it names no format"));
    /// ```
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, Error> {
        Ok(ModelFile::parse(name, bytes)?.model)
    }

    fn of_kind(head: Kind, bytes: &[u8]) -> Result<Self, ModelFault> {
        let Some(format) = head.format else {
            if head.max_samples_.is_some() && head.trees.is_some() {
                let export: SklearnForest = json(bytes)?;
                let model = ForestModel::try_from(export).map_err(ModelFault::Forest)?;
                return Ok(Self::Forest(Box::new(model)));
            }
            return Err(ModelFault::NoFormat { known: formats() });
        };
        let Some((known, version)) = KNOWN.iter().find(|(known, _)| *known == format) else {
            return Err(ModelFault::Format { format, known: formats() });
        };
        if head.version != Some(*version) {
            let found = head.version.map_or_else(|| "none".to_owned(), |it| it.to_string());
            return Err(ModelFault::Version { found, format: known, expected: *version });
        }
        Ok(match *known {
            ClusterModel::FORMAT => Self::Clusters(Box::new(json(bytes)?)),
            OutlierModel::FORMAT => Self::Outliers(Box::new(json(bytes)?)),
            History::FORMAT => Self::History(Box::new(json(bytes)?)),
            _ => Self::Forest(Box::new(json(bytes)?)),
        })
    }

    /// Returns what the model is, for people: a name and a text for each fact.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Model};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let facts = Model::parse("model.json", json.as_bytes())?.facts();
    /// assert!(facts.contains(&("clusters", "24".to_owned())));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Clusters(model) => cluster_facts(model),
            Self::Outliers(model) => {
                let mut facts = vec![("kind", "outliers, for `score`".to_owned())];
                facts.push(("features", model.names().join(", ")));
                facts.extend(forest_facts(model.detector().forest()));
                facts
            }
            Self::Forest(model) => {
                let mut facts = vec![("kind", "a bare forest, for `score`".to_owned())];
                facts.extend(model.feature_names().map(|names| ("features", names.join(", "))));
                facts.extend(forest_facts(model.forest()));
                facts
            }
            Self::History(history) => vec![
                ("kind", "a history of lines, for `hunt --known`".to_owned()),
                ("columns", history.columns().join(", ")),
                ("lines", history.n_lines().to_string()),
                ("rows of the lines", history.n_rows().to_string()),
            ],
        }
    }

    /// Opens an input for the scores of its rows; `None` for a model of clusters.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, or that lacks a column of the model, and for a history.
    ///
    /// ```
    /// use oddsift_pipeline::{Model, OutlierParams};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = OutlierParams::new().fit(path)?;
    /// let json = serde_json::to_string(&*fitted.model).unwrap();
    /// let model = Model::parse("model.json", json.as_bytes())?;
    /// assert!(model.scores("model.json", path)?.is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn scores(
        &self,
        name: &str,
        input: impl Into<Input>,
    ) -> Result<Option<ScoredRows<'_>>, Error> {
        let input = input.into();
        let Some(ForestRows { head, rows, forest, intake }) = self.forest_rows(name, &input)?
        else {
            return Ok(None);
        };
        let scorer = Scorer { rows, forest, verdict: Verdict::Decision };
        Ok(Some(ScoredRows::new(head, input, scorer, intake)))
    }

    /// Opens an input for the forest of the model; `None` for a model of clusters.
    pub(crate) fn forest_rows(
        &self,
        name: &str,
        input: &Input,
    ) -> Result<Option<ForestRows<'_>>, Error> {
        let mut rarity = None;
        let (forest, head, recipe) = match self {
            Self::Clusters(_) => return Ok(None),
            Self::History(_) => {
                return Err(ModelFault::NoScores.of(name));
            }
            Self::Outliers(model) => {
                let head = Head::open(input, model.recipe().names())?;
                let recipe = head.layout.rebind(model.recipe())?;
                rarity = model.rarity().cloned();
                (model.detector().forest(), head, recipe)
            }
            Self::Forest(model) => {
                let head = Head::open_plain(input, &[])?;
                let recipe = recipe_of_bare(name, model, &head)?;
                (model.forest(), head, recipe)
            }
        };
        recipe.need_numbers().map_err(|source| Error::Header {
            name: name.to_owned(),
            columns: Vec::new(),
            source: Box::new(source),
        })?;
        let is_single = forest.precision() == Precision::F32;
        let is_of_schema = head.layout.has_features(recipe.names());
        let mut intake = Intake::of_model(&head.layout, &recipe);
        if let Self::Outliers(model) = self {
            intake.features = model.names();
        }
        let rows = RowPlan::new(&head, input, recipe)
            .with_single_precision(is_single)
            .with_starts_only()
            .with_rarity(rarity)
            .lenient(is_of_schema);
        let rows = rows.with_known_time(&head, input)?;
        Ok(Some(ForestRows { head, rows, forest, intake }))
    }

    /// Labels the rows of an input by the clusters of the model; `None` for a model without clusters.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, or that lacks a column of the model, and for a row that is bad
    /// unless such are skipped.
    ///
    /// ```
    /// use oddsift_pipeline::{ClusterParams, Model};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let labels = Model::parse("model.json", json.as_bytes())?.labels(path)?.unwrap();
    /// assert_eq!((labels.n_rows, labels.n_noise), (363, 109));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn labels(&self, input: impl Into<Input>) -> Result<Option<LabelledRows>, Error> {
        let Self::Clusters(model) = self else { return Ok(None) };
        let input = &input.into();
        with_threads(input.n_threads(), || label(model, input)).map(Some)
    }
}

fn cluster_facts(model: &ClusterModel) -> Vec<(&'static str, String)> {
    let recipe = model.recipe();
    let features = recipe.categories().chain(recipe.names().iter().map(String::as_str));
    let dbscan = model.dbscan();
    vec![
        ("kind", "clusters, for `score`".to_owned()),
        ("features", features.collect::<Vec<_>>().join(", ")),
        ("scale", model.scaler().scaling().to_string()),
        ("eps", dbscan.parameters().eps.to_string()),
        ("min samples", dbscan.parameters().min_samples.to_string()),
        ("clusters", dbscan.n_clusters().to_string()),
    ]
}

fn forest_facts(forest: &IsolationForest) -> Vec<(&'static str, String)> {
    vec![("trees", forest.n_trees().to_string()), ("offset", forest.offset().to_string())]
}

/// An input that is opened for a forest.
pub(crate) struct ForestRows<'m> {
    pub(crate) head: Head,
    pub(crate) rows: RowPlan,
    pub(crate) forest: &'m IsolationForest,
    pub(crate) intake: Intake,
}

/// An input that is opened for a model of clusters.
pub(crate) struct ClusterRows {
    pub(crate) head: Head,
    pub(crate) rows: RowPlan,
    pub(crate) intake: Intake,
}

impl ClusterRows {
    pub(crate) fn open(model: &ClusterModel, input: &Input) -> Result<Self, Error> {
        let head = Head::open(input, model.recipe().names())?;
        let recipe = head.layout.rebind(model.recipe())?;
        let is_of_schema = head.layout.has_features(recipe.names());
        let intake = Intake::of_model(&head.layout, &recipe);
        let rows = RowPlan::new(&head, input, recipe).with_starts_only().lenient(is_of_schema);
        let rows = rows.with_known_time(&head, input)?;
        Ok(Self { head, rows, intake })
    }
}

/// The columns of a bare forest: those that it names, else the numeric ones of the input in order.
fn recipe_of_bare(name: &str, model: &ForestModel, head: &Head) -> Result<Recipe, Error> {
    let options = FeatureOptions::default();
    if let Some(names) = model.feature_names() {
        if let Some(twice) = repeated(names) {
            return Err(ModelFault::RepeatedFeature(twice.clone()).of(name));
        }
        return head.layout.recipe(names, &options);
    }
    let names = head.numeric_columns();
    let (found, expected) = (names.len(), model.forest().n_features());
    if found != expected {
        let model = name.to_owned();
        return Err(Error::ModelColumns { name: head.layout.name.clone(), found, expected, model });
    }
    head.layout.recipe(&names, &options)
}

/// Rows with the clusters of a saved model.
#[derive(Debug)]
#[non_exhaustive]
pub struct LabelledRows {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The number of rows.
    pub n_rows: u64,
    /// The number of rows that are near no cluster.
    pub n_noise: u64,
    /// What was taken of the input.
    pub intake: Intake,
    labels: Vec<Label>,
    /// By pattern; what is nearest to noise.
    nearest: Vec<Option<NearestCluster>>,
    values: Vec<f64>,
    notes: Vec<ClusterNote>,
    n_clusters: usize,
    ingested: Ingested,
}

fn label(model: &ClusterModel, input: &Input) -> Result<LabelledRows, Error> {
    let ClusterRows { head, rows, intake } = ClusterRows::open(model, input)?;
    let layout = head.layout.clone();
    let plan = TablePlan { keep: Keep::LABELS, ..TablePlan::new(rows) };
    let (table, ingested) = ingest(Feed::new(head, input), plan)?;
    let Prediction { labels, nearest } = predict(model, &table, &ingested)?;
    let noise = labels.iter().zip(table.counts()).filter(|(label, _)| label.is_noise());
    let n_noise = noise.map(|(_, n)| n).sum();
    let read = ingested.read.clone();
    let (n_rows, values, notes) = (table.n_rows(), table.matrix().to_vec(), model.notes().to_vec());
    Ok(LabelledRows {
        n_clusters: model.dbscan().n_clusters(),
        layout,
        read,
        n_rows,
        n_noise,
        intake,
        labels,
        nearest,
        values,
        notes,
        ingested,
    })
}

/// What a model says of each pattern.
pub(crate) struct Prediction {
    pub(crate) labels: Vec<Label>,
    pub(crate) nearest: Vec<Option<NearestCluster>>,
}

pub(crate) fn predict(
    model: &ClusterModel,
    table: &PatternTable,
    ingested: &Ingested,
) -> Result<Prediction, Error> {
    let failed =
        |source| Error::Cluster { name: ingested.read.name.clone(), source: Box::new(source) };
    let x = ArrayView2::from_shape((table.len(), table.n_features()), table.matrix())?;
    let n_numbers = ingested.recipe.names().len();
    // Without a number there is one all the same, which is 0.
    let zeros = Array2::zeros((if n_numbers == 0 { table.len() } else { 0 }, 1));
    let x = if n_numbers == 0 { zeros.view() } else { x.slice(s![.., ..n_numbers]) };
    let groups = groups_of(model, table, ingested);
    let labels = match groups.as_slice() {
        [] => model.predict(&x),
        groups => model.predict_grouped(&x, groups),
    };
    let labels = labels.map_err(failed)?;
    let places: Vec<usize> =
        labels.iter().enumerate().filter(|(_, it)| it.is_noise()).map(|(at, _)| at).collect();
    let of_noise: Vec<u32> = places.iter().filter_map(|at| groups.get(*at).copied()).collect();
    let found = model.nearest(&x.select(Axis(0), &places), &of_noise).map_err(failed)?;
    let mut nearest = vec![None; labels.len()];
    for (place, found) in places.into_iter().zip(found) {
        if let Some(slot) = nearest.get_mut(place) {
            *slot = found;
        }
    }
    Ok(Prediction { labels, nearest })
}

/// The group of each pattern by the values of its categories; empty for a model without such.
fn groups_of(model: &ClusterModel, table: &PatternTable, ingested: &Ingested) -> Vec<u32> {
    if ingested.values.is_empty() {
        return Vec::new();
    }
    let known = (0..).zip(model.groups());
    let known: HashMap<Vec<&str>, u32> =
        known.map(|(at, group)| (group.iter().map(String::as_str).collect(), at)).collect();
    let group = |pattern| known.get(&ingested.categories_of(table.values(pattern))).copied();
    table.ids().map(|pattern| group(pattern).unwrap_or(u32::MAX)).collect()
}

/// What a model of clusters says of a row.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LabelledRow<'c> {
    /// The number of the row, from 0.
    pub row: u64,
    /// The cluster, or noise.
    pub label: Label,
    /// Of noise: the nearest cluster that it may belong to by its categories.
    pub nearest: Option<Nearest<'c>>,
    /// Of noise: why, in words.
    pub reason: Option<String>,
}

impl LabelledRows {
    /// The names of the columns that [`write_labelled`](Self::write_labelled) adds behind those of the input.
    pub const COLUMNS: [&str; 6] = [
        "ClusterId",
        "NearestCluster",
        "NearestTemplate",
        "NearestEps",
        "NearestFeature",
        "Reason",
    ];

    /// Returns the number and the label of each row that was not skipped, in the order of the input.
    ///
    /// ```
    /// # use oddsift_pipeline::{ClusterParams, Model};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// # let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let labels = Model::parse("model.json", json.as_bytes())?.labels(path)?.unwrap();
    /// assert_eq!(labels.iter().filter(|(_, label)| label.is_noise()).count(), 109);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (u64, Label)> {
        let rows = self.ingested.row_patterns.iter();
        rows.filter_map(|(row, pattern)| Some((row, *self.labels.get(pattern)?)))
    }

    /// Returns each row that was not skipped with its label and, of noise, why.
    ///
    /// ```
    /// # use oddsift_pipeline::{ClusterParams, Model};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// # let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let labels = Model::parse("model.json", json.as_bytes())?.labels(path)?.unwrap();
    /// assert!(labels.rows().all(|row| row.reason.is_some() == row.label.is_noise()));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = LabelledRow<'_>> {
        let rows = self.ingested.row_patterns.iter();
        rows.filter_map(|(row, pattern)| self.labelled(row, pattern))
    }

    fn labelled(&self, row: u64, pattern: usize) -> Option<LabelledRow<'_>> {
        let label = *self.labels.get(pattern)?;
        let recipe = &self.ingested.recipe;
        let width = recipe.names().len() + recipe.categories().len();
        let values = self.values.get(pattern * width..).unwrap_or_default();
        let found = self.nearest.get(pattern).and_then(Option::as_ref);
        let nearest = found.map(|found| {
            let note = found.label.cluster().and_then(|at| self.notes.get(at as usize));
            Nearest::new(found, recipe, values, note.and_then(|note| note.template.as_deref()))
        });
        let n_clusters = self.n_clusters;
        let reason = label.is_noise().then(|| noise_reason(nearest.as_ref(), recipe, n_clusters));
        Some(LabelledRow { row, label, nearest, reason })
    }

    /// Reads the input once more and passes on each row: its number, its columns and its cluster.
    /// `input` must be one that can be read twice ([`Input::twice`]).
    ///
    /// # Errors
    ///
    /// For an input that cannot be read again, and for a sink that fails.
    ///
    /// ```
    /// # use oddsift_pipeline::{ClusterParams, Input, Model};
    /// # use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// # let json = serde_json::to_string(&ClusterParams::new().fit(path)?.model()?).unwrap();
    /// let input = Input::file(path).twice()?;
    /// let labels = Model::parse("model.json", json.as_bytes())?.labels(&input)?.unwrap();
    /// let mut columns = vec!["row".to_owned()];
    /// columns.extend(labels.layout.columns.iter().cloned());
    /// columns.extend(oddsift_pipeline::LabelledRows::COLUMNS.map(str::to_owned));
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options)?;
    /// labels.write_labelled(&input, &mut writer)?;
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn write_labelled(&self, input: &Input, sink: &mut impl Sink) -> Result<(), Error> {
        let known = |row| self.labelled(row, self.ingested.row_patterns.get(row)?);
        stream_beside_input(input, sink, known, |row: &LabelledRow<'_>| {
            let nearest = row.nearest.as_ref();
            let text = |text: Option<_>| text.map_or(Cell::Missing, Cell::Text);
            vec![
                Cell::Int(row.label.to_i64()),
                nearest.map_or(Cell::Missing, |it| Cell::Int(it.label.to_i64())),
                text(nearest.and_then(|it| it.template)),
                nearest.map_or(Cell::Missing, |it| Cell::Float(it.eps)),
                text(nearest.map(|it| it.feature)),
                text(row.reason.as_deref()),
            ]
        })
    }
}

fn formats() -> String {
    KNOWN.map(|(format, _)| format).join(", ")
}

/// One JSON value and nothing behind it; memory grows with the bytes read.
pub(crate) fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ModelFault> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let what = what.strip_suffix(&place).unwrap_or(&what).to_owned();
        ModelFault::Json { line: error.line(), column: error.column(), what }
    })
}
