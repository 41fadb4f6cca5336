use std::collections::HashMap;
use std::sync::Arc;

use ndarray::ArrayView2;
use oddsift_features::{Recipe, Role};
use oddsift_iforest::{
    Contamination, Draws, IsolationForest, IsolationForestParams, MaxFeatures, MaxSamples,
    Precision,
};
use oddsift_outliers::{DrawnRows, OutlierDetector, OutlierModel, Reason, Sampling};
use oddsift_patterns::PatternTable;
use oddsift_records::StoredRow;
use oddsift_timespan::Timestamp;

use crate::error::ParameterFault;
use crate::first_rows::read_rows;
use crate::fold::Feed;
use crate::layout::Head;
use crate::lines::Lines;
use crate::plan::RowPlan;
use crate::score::{Find, Finds, Scorer, Selection, Verdict};
use crate::space::FeaturePlan;
use crate::table::{Ingested, Keep, TablePlan, ingest};
use crate::threads::with_threads;
use crate::{
    Error, FeatureChoice, FeatureOrigin, Input, Intake, Layout, Parameter, ReadSummary, ScoredRows,
};

/// So many rows of samples, of all trees together, are drawn as rows stream by: each thread keeps its
/// own. For more the pattern of every row is kept, and they are drawn at the end.
const MOST_STREAMED: usize = 1 << 17;

/// Rows whose reasons are computed in one go.
const BLOCK: usize = 1024;

/// So many values behind the features of a process event tell its line from others.
const N_KEYS: usize = 1;

/// How outliers among the rows of an input are found: an isolation forest is fitted to them, then they
/// are scored as they stream by once more.
///
/// ```
/// use oddsift_pipeline::OutlierParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let params = OutlierParams::new().features(["commandlineLen", "commandlineTokensFull"]).top(3);
/// let found = params.find(path)?;
/// for outlier in found.rows() {
///     let outlier = outlier?;
///     println!("{:4} {:.3} {}", outlier.row, outlier.score, outlier.reasons.join("; "));
/// }
/// assert_eq!(found.len(), 3);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutlierParams {
    /// The features by which rows are cut apart.
    pub features: FeatureChoice,
    /// The forest.
    pub forest: IsolationForestParams,
    /// The number of lines to take, the most unusual first; `None` (the default) takes those whose
    /// score is below the forest's offset.
    pub top: Option<usize>,
    /// The most reasons of a row; 3 by default.
    pub n_reasons: usize,
    /// How much repeated lines count when samples are drawn of process events by their rarity;
    /// [`Sampling::Rows`] by default. Samples of other rows are drawn row by row.
    pub sampling: Sampling,
    /// Whether the features of process events, where none are named, are the rarity of their parts
    /// ([`ProcessRarity::NAMES`](oddsift_outliers::ProcessRarity::NAMES)); true by default.
    pub rarity: bool,
    /// Whether each row is a line, and all outliers are found; false by default: process events of equal
    /// features are one line, and without `top` or a share of outliers there are at most
    /// [`MOST_LINES`](Self::MOST_LINES).
    pub all_rows: bool,
    /// Whether the patterns of the rows that the forest is fitted to are kept, for a picture.
    pub keep_patterns: bool,
}

impl Default for OutlierParams {
    fn default() -> Self {
        Self {
            features: FeatureChoice::default(),
            forest: IsolationForest::params(),
            top: None,
            n_reasons: 3,
            sampling: Sampling::default(),
            rarity: true,
            all_rows: false,
            keep_patterns: false,
        }
    }
}

/// A forest that is fitted to the rows of an input, with the way from a row to its vector.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FittedOutliers {
    /// The forest and the way from a row to its vector: what is saved.
    pub model: Arc<OutlierModel>,
    /// The parameters.
    pub params: OutlierParams,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The number of rows.
    pub n_rows: u64,
    /// The number of distinct vectors.
    pub n_distinct: usize,
    /// What was taken of the input.
    pub intake: Intake,
    /// Rows without a value are left out where no flag says otherwise.
    is_lenient: bool,
    /// Whether rows of a pattern are one line.
    is_folded: bool,
    /// The distinct rows, where they are of use later on.
    lines: Option<Arc<Lines>>,
}

/// Outliers, the most unusual first, each with its reasons.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outliers {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// What they were found by.
    pub fitted: FittedOutliers,
    finds: Finds,
}

/// A row that is set apart.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutlierRow<'o> {
    /// The number of the row, from 0.
    pub row: u64,
    /// The row itself.
    pub record: Option<StoredRow<'o>>,
    /// The score, from -1 to 0; the lower, the more unusual.
    pub score: f64,
    /// The score less the forest's offset; negative is an outlier.
    pub decision: f64,
    /// The values of the features.
    pub values: &'o [f64],
    /// The number of rows of the pattern; 1 where each row is a line.
    pub count: u64,
    /// Their first and last time, where rows have times and are folded.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Why it is set apart, the strongest reason first, in words.
    pub reasons: Vec<String>,
    /// The same reasons as numbers.
    pub evidence: Vec<Reason>,
    /// The reasons in one text, with `; ` between them.
    pub reason_text: String,
}

/// A model, and the patterns that it was fitted to.
struct Fitted {
    model: OutlierModel,
    lines: Lines,
    is_lenient: bool,
    is_folded: bool,
    intake: Intake,
}

impl OutlierParams {
    /// The most lines where nobody says how many.
    pub const MOST_LINES: usize = 500;

    /// Process features, or all numeric columns; 100 trees of 256 rows; rows below the offset.
    ///
    /// ```
    /// let mut params = oddsift_pipeline::OutlierParams::new();
    /// params.forest = params.forest.n_trees(200).seed(7);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the features: columns of the input, or features of process events.
    ///
    /// ```
    /// let params = oddsift_pipeline::OutlierParams::new().features(["bytes", "packets"]);
    /// assert_eq!(params.features.names.len(), 2);
    /// ```
    #[must_use]
    pub fn features(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.features.names = names.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the number of rows to take, the most unusual first.
    ///
    /// ```
    /// assert_eq!(oddsift_pipeline::OutlierParams::new().top(10).top, Some(10));
    /// ```
    #[must_use]
    pub fn top(mut self, n_rows: usize) -> Self {
        self.top = Some(n_rows);
        self
    }

    /// Fits a forest to the rows of an input and finds the outliers among them.
    ///
    /// The input is read twice; memory grows with its distinct vectors, and with the outliers.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read or changes meanwhile, a column that it lacks, a row that is bad
    /// or misses a value unless such are skipped, or parameters out of range.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().top(5).find(path)?;
    /// assert_eq!(found.rows().count(), 5);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn find(&self, input: impl Into<Input>) -> Result<Outliers, Error> {
        let input = input.into().twice()?;
        let fitted = self.fit(&input)?;
        fitted.find_own(&input, self.top)
    }

    /// Fits a forest to the rows of an input.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert_eq!((fitted.n_rows, fitted.n_distinct), (363, 164));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn fit(&self, input: impl Into<Input>) -> Result<FittedOutliers, Error> {
        let input = &input.into().twice()?;
        with_threads(input.n_threads(), || self.fit_to(input))
    }

    fn fit_to(&self, input: &Input) -> Result<FittedOutliers, Error> {
        let head = Head::open(input, &self.features.names)?;
        let plan = FeaturePlan::new(&head, &self.features, None)?;
        let has = |role| head.layout.roles.get(role).is_some();
        let is_of_processes = plan.intake.origin == FeatureOrigin::Process;
        if self.rarity && is_of_processes && has(Role::Path) && has(Role::CommandLine) {
            return self.fit_processes(head, input, plan);
        }
        let layout = head.layout.clone();
        let FeaturePlan { recipe, is_lenient, intake, .. } = plan;
        let draws = match self.forest.max_samples {
            // A share of the rows can only be drawn when their number is known.
            MaxSamples::Fraction(_) => None,
            _ if self.n_drawn() > MOST_STREAMED => None,
            _ => Some(self.forest.draws().map_err(|error| Error::Parameter {
                parameter: Parameter("forest"),
                what: Box::new(ParameterFault::Forest(error)),
            })?),
        };
        let (mut table, mut ingested, is_folded) =
            self.ingest(head, input, &recipe, is_lenient, draws)?;
        if ingested.drawn.is_some() && ingested.read.n_left_out() > 0 {
            // Rows that are left out may be drawn by their number; the second time they are known.
            (table, ingested, _) = {
                let head = Head::open(input, &self.features.names)?;
                self.ingest(head, input, &recipe, is_lenient, None)?
            };
        }
        ingested.need_rows(&table)?;
        let model = fit_forest(self.forest, &table, &ingested, recipe)?;
        let layout = layout.grown(&ingested.read.columns, input)?;
        let (lines, intake) = (Lines::of_table(table, 0), intake.grown(&layout));
        let fitted = Fitted { model, lines, is_lenient, is_folded, intake };
        Ok(self.fitted(fitted, ingested.read, self.keep_patterns || is_folded))
    }

    /// Fits to process events by the rarity of their parts: parts and lines are counted first, then the
    /// first row of each line is read once more, to be told by how rare its parts are.
    fn fit_processes(
        &self,
        head: Head,
        input: &Input,
        plan: FeaturePlan,
    ) -> Result<FittedOutliers, Error> {
        let FeaturePlan { recipe, is_lenient, mut intake, .. } = plan;
        let layout = head.layout.clone();
        let rows = self.rows(&head, input, recipe.clone(), is_lenient);
        let rows = rows.with_line_key_alone().with_known_time(&head, input)?;
        let plan = TablePlan { counts_processes: true, ..TablePlan::new(rows) };
        let (table, ingested) = ingest(Feed::new(head, input), plan)?;
        ingested.need_rows(&table)?;
        let lines = Lines::of_table(table, N_KEYS);
        let rarity = Arc::new(ingested.processes);
        let head = Head::open(input, &self.features.names)?;
        let rows = self.rows(&head, input, recipe.clone(), is_lenient);
        let lines = lines.with_vectors(head, &rows.with_rarity(Some(rarity.clone())), input)?;
        let name = &ingested.read.name;
        let params = OutlierDetector::params().forest(self.forest);
        let detector = params.fit_counted(&lines.vectors()?, lines.counts(), self.sampling);
        let detector = detector.map_err(|source| outliers_error(name, source))?;
        let model = OutlierModel::of_processes(recipe, rarity, detector);
        let model = model.map_err(|source| outliers_error(name, source))?;
        intake.features = model.names();
        let layout = layout.grown(&ingested.read.columns, input)?;
        let (is_folded, intake) = (!self.all_rows, intake.grown(&layout));
        let fitted = Fitted { model, lines, is_lenient, is_folded, intake };
        Ok(self.fitted(fitted, ingested.read, true))
    }

    fn fitted(&self, fitted: Fitted, read: ReadSummary, keeps_lines: bool) -> FittedOutliers {
        let Fitted { model, lines, is_lenient, is_folded, intake } = fitted;
        FittedOutliers {
            model: Arc::new(model),
            params: self.clone(),
            n_rows: lines.n_rows(),
            n_distinct: lines.len(),
            is_lenient,
            intake,
            is_folded,
            lines: keeps_lines.then(|| Arc::new(lines)),
            read,
        }
    }

    fn rows(&self, head: &Head, input: &Input, recipe: Recipe, is_lenient: bool) -> RowPlan {
        RowPlan::new(head, input, recipe)
            .with_single_precision(self.forest.precision == Precision::F32)
            .with_starts_only()
            .lenient(is_lenient)
    }

    /// The number of rows in the samples of all trees.
    fn n_drawn(&self) -> usize {
        self.forest.n_trees.saturating_mul(self.forest.n_slots(usize::MAX))
    }

    fn ingest(
        &self,
        head: Head,
        input: &Input,
        recipe: &Recipe,
        is_lenient: bool,
        draws: Option<Draws>,
    ) -> Result<(PatternTable, Ingested, bool), Error> {
        let mut rows = self.rows(&head, input, recipe.clone(), is_lenient);
        let is_folded = rows.is_of_processes() && !self.all_rows;
        if is_folded {
            rows = rows.with_known_time(&head, input)?;
        }
        let keep = if draws.is_some() { Keep::NOTHING } else { Keep::LABELS };
        let plan = TablePlan { keep, draws, ..TablePlan::new(rows) };
        let (table, ingested) = ingest(Feed::new(head, input), plan)?;
        Ok((table, ingested, is_folded))
    }

    /// Which lines are shown: `top` of all, else the outliers, and where nobody said how many of the rows
    /// are some, not more than a person reads.
    fn selection(&self, top: Option<usize>) -> Selection {
        let is_auto = self.forest.contamination == Contamination::Auto && !self.all_rows;
        let most = top.or(is_auto.then_some(Self::MOST_LINES));
        Selection { most, outliers_only: top.is_none() }
    }
}

/// Returns the forest that msticpy's `identify_outliers` fits: 100 trees of 100 rows, the square root of
/// the features each, contamination 0.05, seed 42.
///
/// ```
/// assert_eq!(oddsift_pipeline::msticpy_forest().seed, 42);
/// ```
#[must_use]
pub fn msticpy_forest() -> IsolationForestParams {
    oddsift_outliers::msticpy_params(usize::MAX, 1).max_features(MaxFeatures::Sqrt)
}

/// Fits a forest to the patterns of rows, by the samples that were drawn as they streamed by, or by the
/// pattern of each row.
pub(crate) fn fit_forest(
    params: IsolationForestParams,
    table: &PatternTable,
    ingested: &Ingested,
    recipe: Recipe,
) -> Result<OutlierModel, Error> {
    let failed =
        |source| Error::Outliers { name: ingested.read.name.clone(), source: Box::new(source) };
    let detector = if let Some(drawn) = &ingested.drawn {
        OutlierDetector::params().forest(params).fit_patterns(table, drawn)
    } else {
        let params = of_rows(params, table.n_rows());
        draw(&params, table, ingested)
            .and_then(|drawn| OutlierDetector::params().forest(params).fit_patterns(table, &drawn))
    };
    OutlierModel::new(recipe, detector.map_err(failed)?).map_err(failed)
}

/// The parameters with samples no larger than the rows, whose number is known.
fn of_rows(params: IsolationForestParams, n_rows: u64) -> IsolationForestParams {
    let n_rows = usize::try_from(n_rows).unwrap_or(usize::MAX);
    match params.max_samples {
        MaxSamples::Auto => params,
        _ => params.max_samples(MaxSamples::Count(params.n_slots(n_rows))),
    }
}

/// Draws the samples when the pattern of every row is known.
fn draw(
    params: &IsolationForestParams,
    table: &PatternTable,
    ingested: &Ingested,
) -> Result<DrawnRows, oddsift_outliers::Error> {
    // Rows that were left out do not count.
    let patterns: Vec<_> = ingested.row_patterns.iter().map(|(_, pattern)| pattern).collect();
    let ids: Vec<_> = table.ids().collect();
    let mut drawn = DrawnRows::new(params.draws()?);
    drawn.take(0..patterns.len() as u64, |row| {
        let pattern = patterns.get(usize::try_from(row).ok()?)?;
        ids.get(*pattern).copied()
    });
    Ok(drawn)
}

impl FittedOutliers {
    /// Finds the outliers among the rows of an input, which may be the one that the forest was fitted
    /// to, or the `top` most unusual rows.
    ///
    /// # Errors
    ///
    /// As [`OutlierParams::find`].
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert_eq!(fitted.find(path, Some(2))?.len(), 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn find(&self, input: impl Into<Input>, top: Option<usize>) -> Result<Outliers, Error> {
        let input = &input.into();
        let (layout, finds, read) = with_threads(input.n_threads(), || {
            if self.is_folded { self.look_folded(input, top) } else { self.look(input, top) }
        })?;
        Ok(Outliers { layout, read, fitted: self.clone(), finds })
    }

    /// Finds the outliers among the rows that the forest was fitted to, or the `top` most unusual
    /// lines; `input` is the same.
    ///
    /// # Errors
    ///
    /// As [`OutlierParams::find`], and [`Error::Changed`] for an input that is not the same.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert_eq!(fitted.find_own(path, Some(2))?.len(), 2);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn find_own(&self, input: impl Into<Input>, top: Option<usize>) -> Result<Outliers, Error> {
        let input = &input.into();
        let Some(lines) = self.lines.as_ref().filter(|_| self.is_folded) else {
            let found = self.find(input, top)?;
            self.check_rows(found.n_rows())?;
            return Ok(found);
        };
        let (layout, finds) = with_threads(input.n_threads(), || {
            let finds = lines.select(self.forest(), self.params.selection(top))?;
            self.with_records(input, &self.read, finds)
        })?;
        Ok(Outliers { layout, read: self.read.clone(), fitted: self.clone(), finds })
    }

    /// The lines of another input.
    fn look_folded(
        &self,
        input: &Input,
        top: Option<usize>,
    ) -> Result<(Layout, Finds, ReadSummary), Error> {
        let head = Head::open(input, &self.params.features.names)?;
        let rows = self.row_plan(&head, input)?.with_line_key(self.n_keys() > 0);
        let rows = rows.with_known_time(&head, input)?;
        let (table, ingested) = ingest(Feed::new(head, input), TablePlan::new(rows))?;
        let lines = Lines::of_table(table, self.n_keys());
        let finds = lines.select(self.forest(), self.params.selection(top))?;
        let (layout, finds) = self.with_records(input, &ingested.read, finds)?;
        Ok((layout, finds, ingested.read))
    }

    fn n_keys(&self) -> usize {
        if self.model.rarity().is_some() { N_KEYS } else { 0 }
    }

    /// Reads the first rows of what is shown; their values must be what they were.
    fn with_records(
        &self,
        input: &Input,
        read: &ReadSummary,
        mut finds: Finds,
    ) -> Result<(Layout, Finds), Error> {
        let head = Head::open(input, &self.params.features.names)?;
        let layout = head.layout.clone().grown(&read.columns, input)?;
        let rows = self.row_plan(&head, input)?;
        let wanted: HashMap<u64, &[f64]> =
            finds.rows.iter().map(|find| (find.scored.row, find.vector.as_slice())).collect();
        finds.store = read_rows(head, &rows, input, &wanted)?;
        Ok((layout, finds))
    }

    /// Returns the distinct rows that the forest was fitted to, and how many rows each stands for, if
    /// [`keep_patterns`](OutlierParams::keep_patterns) asked for them.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = oddsift_pipeline::OutlierParams::new();
    /// params.keep_patterns = true;
    /// let fitted = params.fit(path)?;
    /// let (x, counts) = fitted.patterns().unwrap();
    /// assert_eq!((x.nrows(), counts.iter().sum::<f64>()), (counts.len(), 363.0));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn patterns(&self) -> Option<(ArrayView2<'_, f64>, Vec<f64>)> {
        let lines = self.lines.as_ref().filter(|_| self.params.keep_patterns)?;
        let counts = lines.counts().iter().map(|count| *count as f64);
        Some((lines.vectors().ok()?, counts.collect()))
    }

    /// Checks that an input has as many rows as it had when the forest was fitted to it.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] if it has not.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert!(fitted.check_rows(363).is_ok() && fitted.check_rows(364).is_err());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn check_rows(&self, n_rows: u64) -> Result<(), Error> {
        if n_rows == self.n_rows {
            return Ok(());
        }
        Err(Error::Changed { name: self.read.name.clone() })
    }

    fn look(
        &self,
        input: &Input,
        top: Option<usize>,
    ) -> Result<(Layout, Finds, ReadSummary), Error> {
        let head = Head::open(input, &self.params.features.names)?;
        let layout = head.layout.clone();
        let rows = self.row_plan(&head, input)?;
        let scorer = Scorer { rows, forest: self.forest(), verdict: Verdict::Decision };
        let selection = self.params.selection(top);
        let (finds, read) = scorer.find(Feed::new(head, input), selection)?;
        Ok((layout.grown(&read.columns, input)?, finds, read))
    }

    fn row_plan(&self, head: &Head, input: &Input) -> Result<RowPlan, Error> {
        let recipe = head.layout.rebind(self.model.recipe())?;
        let is_single = self.params.forest.precision == Precision::F32;
        Ok(RowPlan::new(head, input, recipe)
            .with_single_precision(is_single)
            .with_starts_only()
            .lenient(self.is_lenient)
            .with_rarity(self.model.rarity().cloned()))
    }

    /// Returns the forest.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// assert_eq!(fitted.forest().n_features(), 4);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn forest(&self) -> &IsolationForest {
        self.model.detector().forest()
    }
}

impl FittedOutliers {
    /// Plans the scores of every row of an input: its columns are known then, and where they go can be
    /// opened.
    ///
    /// `outliers` are the rows that count as such; `None` are those of a negative decision.
    ///
    /// # Errors
    ///
    /// As [`find`](Self::find).
    ///
    /// ```
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let fitted = oddsift_pipeline::OutlierParams::new().fit(path)?;
    /// let scores = fitted.scores(path, None)?;
    /// let columns = ["row", "score", "decision", "outlier"].map(str::to_owned);
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options)?;
    /// let written = scores.write(ScoreColumns::Bare, &mut writer)?;
    /// assert_eq!(written.n_rows, 363);
    /// # use oddsift_pipeline::ScoreColumns;
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn scores(
        &self,
        input: impl Into<Input>,
        outliers: Option<&Outliers>,
    ) -> Result<ScoredRows<'_>, Error> {
        let input = input.into();
        let head = Head::open(&input, &self.params.features.names)?;
        let rows = self.row_plan(&head, &input)?;
        let verdict = outliers.map_or(Verdict::Decision, |outliers| {
            Verdict::Rows(outliers.finds.rows.iter().map(|find| find.scored.row).collect())
        });
        let scorer = Scorer { rows, forest: self.forest(), verdict };
        Ok(ScoredRows::new(head, input, scorer, self.intake.clone()))
    }
}

impl Outliers {
    /// Returns the number of outliers.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert_eq!(oddsift_pipeline::OutlierParams::new().top(4).find(path)?.len(), 4);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.finds.rows.len()
    }

    /// Returns whether there are none.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert!(!oddsift_pipeline::OutlierParams::new().top(4).find(path)?.is_empty());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.finds.rows.is_empty()
    }

    /// Returns the number of rows that were looked at.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert_eq!(oddsift_pipeline::OutlierParams::new().top(4).find(path)?.n_rows(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u64 {
        self.finds.n_rows
    }

    /// Returns the number of rows that are outliers, shown or not.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// assert!(oddsift_pipeline::OutlierParams::new().top(4).find(path)?.n_outliers() > 4);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_outliers(&self) -> u64 {
        self.finds.n_outliers
    }

    /// Returns the number of patterns that are outliers, shown or not; `None` where each row is a line.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().find(path)?;
    /// assert!(found.n_patterns().is_some_and(|n| n <= found.n_outliers()));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_patterns(&self) -> Option<u64> {
        self.finds.n_patterns
    }

    /// Returns the column whose text is beside the points of a picture: the named one, else the command
    /// line, else the path.
    ///
    /// # Errors
    ///
    /// If the input has no column of that name.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().top(4).find(path)?;
    /// assert_eq!(found.label_column(None)?, found.layout.roles.get(oddsift_pipeline::Role::CommandLine));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn label_column(&self, named: Option<&str>) -> Result<Option<usize>, Error> {
        self.layout.label_column(named, self.layout.roles.get(Role::CommandLine))
    }

    /// Returns the records of the outliers.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().top(3).find(path)?;
    /// assert_eq!(found.records().count(), 3);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn records(&self) -> impl Iterator<Item = StoredRow<'_>> {
        self.finds.rows.iter().filter_map(|find| self.finds.store.get(find.scored.row))
    }

    /// Keeps those whose decision is negative.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut found = oddsift_pipeline::OutlierParams::new().top(363).find(path)?;
    /// found.retain_negative();
    /// assert!(found.rows().all(|row| row.is_ok_and(|row| row.decision < 0.0)));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn retain_negative(&mut self) {
        self.finds.rows.retain(|find| find.scored.is_outlier);
    }

    /// Returns the outliers, the most unusual first, and of equals the earlier; their reasons are found
    /// on the way.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::OutlierParams::new().top(4).find(path)?;
    /// let scores: Vec<f64> = found.rows().filter_map(Result::ok).map(|row| row.score).collect();
    /// assert!(scores.is_sorted());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = Result<OutlierRow<'_>, Error>> {
        self.finds.rows.chunks(BLOCK).flat_map(|block| self.block(block))
    }

    fn block<'o>(&'o self, block: &'o [Find]) -> Vec<Result<OutlierRow<'o>, Error>> {
        match self.reasons(block) {
            Err(error) => vec![Err(error)],
            Ok(reasons) => {
                let row = |(find, reasons)| Ok(self.row(find, reasons));
                block.iter().zip(reasons).map(row).collect()
            }
        }
    }

    fn row<'o>(&'o self, find: &'o Find, reasons: Vec<Reason>) -> OutlierRow<'o> {
        let scored = find.scored;
        let texts: Vec<String> =
            reasons.iter().map(|reason| self.fitted.model.text(reason)).collect();
        OutlierRow {
            row: scored.row,
            record: self.finds.store.get(scored.row),
            score: scored.score,
            decision: scored.decision,
            values: &find.vector,
            count: find.count,
            times: find.times,
            reason_text: texts.join("; "),
            reasons: texts,
            evidence: reasons,
        }
    }

    /// Why each row is set apart.
    fn reasons(&self, block: &[Find]) -> Result<Vec<Vec<Reason>>, Error> {
        let (model, n_reasons) = (&self.fitted.model, self.fitted.params.n_reasons);
        let vectors: Vec<f64> = block.iter().flat_map(|find| &find.vector).copied().collect();
        reasons(model, &vectors, n_reasons, &self.read.name)
    }
}

/// The reasons of vectors that lie one behind the other.
pub(crate) fn reasons(
    model: &OutlierModel,
    vectors: &[f64],
    n_reasons: usize,
    name: &str,
) -> Result<Vec<Vec<Reason>>, Error> {
    let n_features = model.detector().forest().n_features();
    let x = ArrayView2::from_shape((vectors.len() / n_features.max(1), n_features), vectors)?;
    model.detector().reasons(&x, n_reasons).map_err(|source| outliers_error(name, source))
}

pub(crate) fn outliers_error(name: &str, source: oddsift_outliers::Error) -> Error {
    Error::Outliers { name: name.to_owned(), source: Box::new(source) }
}
