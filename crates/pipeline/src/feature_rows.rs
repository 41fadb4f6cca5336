use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use oddsift_features::{FeatureOptions, ProcessFeature, Role, Roles, process_name};
use oddsift_records::{Batch, Cell, Row};

use crate::error::Lacking;
use crate::fold::Feed;
use crate::layout::Head;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::sink::{Push, stream};
use crate::threads::with_threads;
use crate::{Error, Input, Layout, Parameter, ReadSummary, Sink};

/// The text features of a column, by the end of their names.
const TEXT_FEATURES: [&str; 6] = ["len", "score", "tokens", "delims", "delimHash", "crc32"];

const TEXT: Parameter = Parameter("text");

/// Which features are added to the rows of an input.
///
/// ```
/// use oddsift_pipeline::FeatureParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let rows = FeatureParams::new().open(path)?;
/// assert!(rows.columns().iter().any(|column| column.name == "pathScore"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct FeatureParams {
    /// How features are made of text, and whether those are computed anew that the input has as
    /// columns.
    pub options: FeatureOptions,
    /// Columns of text of which length, sum, counts and hashes are added.
    pub text: Vec<String>,
}

/// The rows of an input with features added, to be written as they are computed.
pub struct FeatureRows {
    head: Head,
    input: Input,
    rows: RowPlan,
    columns: Vec<FeatureColumn>,
    separator: String,
}

/// A column of the output of [`FeatureRows`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeatureColumn {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a column comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A column of the input, by its place.
    Input(usize),
    /// A feature, by its place in the vector.
    Feature(usize),
    /// The last part of the path.
    ProcessName,
}

impl FeatureParams {
    /// The features of process events.
    ///
    /// ```
    /// assert!(oddsift_pipeline::FeatureParams::new().text.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an input: the columns of the output are known then, and where they go can be opened.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read, that lacks a column, or that holds neither process events nor
    /// a column of [`text`](Self::text).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
    /// let error = oddsift_pipeline::FeatureParams::new().open(path).unwrap_err();
    /// assert!(error.to_string().contains("no column holds a process or a command line"));
    /// ```
    pub fn open(&self, input: impl Into<Input>) -> Result<FeatureRows, Error> {
        let input = input.into();
        // No time is read here, but a wrong format of times is wrong in every job.
        input.time_parser()?;
        let head = Head::open(&input, &[])?;
        let (columns, features) = self.columns(&head.layout)?;
        let recipe = head.layout.recipe(&features, &self.options)?;
        let separator = recipe.path_separator().unwrap_or(head.layout.path_separator).to_owned();
        let rows = RowPlan::new(&head, &input, recipe);
        Ok(FeatureRows { head, input, rows, columns, separator })
    }

    /// The columns of the output, and the features to compute.
    fn columns(&self, layout: &Layout) -> Result<(Vec<FeatureColumn>, Vec<String>), Error> {
        let as_input = |(place, name): (usize, &String)| FeatureColumn {
            name: name.clone(),
            origin: Origin::Input(place),
        };
        let mut columns: Vec<_> = layout.columns.iter().enumerate().map(as_input).collect();
        let mut features = Vec::new();
        for feature in layout.roles.features() {
            let is_name = feature == ProcessFeature::ProcessName;
            self.add(&mut columns, &mut features, feature.name(), is_name);
        }
        for name in &self.text {
            layout.column(TEXT, name)?;
            for feature in TEXT_FEATURES {
                self.add(&mut columns, &mut features, &format!("{name}.{feature}"), false);
            }
        }
        if layout.roles.features().is_empty() && self.text.is_empty() {
            return Err(layout.lacks(Lacking::Process));
        }
        Ok((columns, features))
    }

    /// Adds a feature, or with `force` puts it in the place of the column that has its name.
    fn add(
        &self,
        columns: &mut Vec<FeatureColumn>,
        features: &mut Vec<String>,
        name: &str,
        is_process_name: bool,
    ) {
        let present = columns.iter_mut().find(|column| column.name == name);
        if present.is_some() && !self.options.force {
            return;
        }
        let origin = if is_process_name {
            Origin::ProcessName
        } else {
            features.push(name.to_owned());
            Origin::Feature(features.len() - 1)
        };
        match present {
            Some(column) => column.origin = origin,
            None => columns.push(FeatureColumn { name: name.to_owned(), origin }),
        }
    }
}

/// What was written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FeatureSummary {
    /// The number of rows.
    pub n_rows: u64,
    /// The number of features that were added to each.
    pub n_added: usize,
    /// What was read and left out.
    pub read: ReadSummary,
}

impl FeatureRows {
    /// Returns the columns of the input and the parts that they play.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let rows = oddsift_pipeline::FeatureParams::new().open(path)?;
    /// assert!(rows.layout().roles.get(oddsift_pipeline::Role::CommandLine).is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.head.layout
    }

    /// Returns the columns of the output: those of the input, then the features.
    ///
    /// ```
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let rows = oddsift_pipeline::FeatureParams::new().open(path)?;
    /// assert_eq!(rows.columns().len(), rows.layout().columns.len() + 14);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> &[FeatureColumn] {
        &self.columns
    }

    /// Puts the columns in another order, that of `rank`; those of equal rank stay as they are.
    ///
    /// ```
    /// use oddsift_pipeline::{FeatureParams, Origin};
    ///
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut rows = FeatureParams::new().open(path)?;
    /// rows.sort_columns(|column| matches!(column.origin, Origin::Input(_)));
    /// assert!(matches!(rows.columns()[0].origin, Origin::ProcessName));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn sort_columns<R: Ord>(&mut self, rank: impl Fn(&FeatureColumn) -> R) {
        self.columns.sort_by_key(rank);
    }

    /// Writes each row with its features, in the order of the input.
    ///
    /// # Errors
    ///
    /// For a row that is bad unless such are skipped, and for a sink that fails.
    ///
    /// ```
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let rows = oddsift_pipeline::FeatureParams::new().open(path)?;
    /// let names: Vec<String> = rows.columns().iter().map(|column| column.name.clone()).collect();
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &names, options)?;
    /// assert_eq!(rows.write(&mut writer)?.n_rows, 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn write(self, sink: &mut impl Sink) -> Result<FeatureSummary, Error> {
        let Self { head, input, rows, columns, separator } = self;
        let writer = Writer { roles: head.layout.roles.clone(), columns, separator, rows };
        let n_rows = AtomicU64::new(0);
        let mut feed = Feed::new(head, &input);
        let rooms = with_threads(input.n_threads(), || {
            stream(&mut feed, sink, RowRoom::default, |room, batch, push| {
                n_rows.fetch_add(writer.write(batch, room, push)?, Relaxed);
                Ok(())
            })
        })?;
        let is_added = |column: &&FeatureColumn| !matches!(column.origin, Origin::Input(_));
        Ok(FeatureSummary {
            n_rows: n_rows.into_inner(),
            n_added: writer.columns.iter().filter(is_added).count(),
            read: feed.finish(RowRoom::merged(&rooms)),
        })
    }
}

impl std::fmt::Debug for FeatureRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeatureRows").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Makes the cells of a row.
struct Writer {
    rows: RowPlan,
    columns: Vec<FeatureColumn>,
    roles: Roles,
    separator: String,
}

impl Writer {
    /// Gives the number of rows.
    fn write(&self, batch: &Batch, room: &mut RowRoom, push: &mut Push<'_>) -> Result<u64, Error> {
        self.rows.follow(batch, room)?;
        let mut n_rows = 0;
        // Cells borrow from the row, so their room is that of a batch's worth at most.
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(self.columns.len());
        for row in batch {
            if matches!(self.rows.take(row, room)?, Taken::Skipped) {
                continue;
            }
            cells.clear();
            cells.extend(self.columns.iter().map(|column| self.cell(column, row, &room.values)));
            push(&cells)?;
            n_rows += 1;
        }
        Ok(n_rows)
    }

    fn cell<'a>(&self, column: &FeatureColumn, row: Row<'a>, values: &[f64]) -> Cell<'a> {
        match column.origin {
            Origin::Input(place) => row.value(place),
            Origin::Feature(place) => {
                values.get(place).map_or(Cell::Missing, |value| feature_cell(&column.name, *value))
            }
            Origin::ProcessName => {
                let path = self
                    .roles
                    .first(Role::Path, |column| row.text(column).filter(|path| !path.is_empty()));
                let path = path.unwrap_or_default();
                Cell::Text(process_name(path, &self.separator))
            }
        }
    }
}

/// Returns the value of a feature as it is written: counts, scores and hashes are whole numbers,
/// `isSystemSession` is true or false.
///
/// ```
/// use oddsift_pipeline::feature_cell;
/// use oddsift_records::Cell;
///
/// assert_eq!(feature_cell("commandlineLen", 27.0), Cell::Int(27));
/// assert_eq!(feature_cell("isSystemSession", 1.0), Cell::Bool(true));
/// assert_eq!(feature_cell("pathLogScore", 3.0), Cell::Float(3.0));
/// ```
#[must_use]
pub fn feature_cell(name: &str, value: f64) -> Cell<'static> {
    // Whole numbers up to 2^53 are exact in f64.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if name == "isSystemSession" {
        return Cell::Bool(value != 0.0);
    }
    let is_logarithm = matches!(name, "pathLogScore" | "commandlineLogLen" | "commandlineLogScore");
    if !is_logarithm && value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        return Cell::Int(value as i64);
    }
    Cell::Float(value)
}
