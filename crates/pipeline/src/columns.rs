mod audits; // processes of audit logs, and msticpy's events
mod clusters; // one row for each cluster and noise event; labels; the nearest cluster
mod distances; // the curve of distances
mod hunts; // lines, and the place of every row
mod labelled; // rows by a saved model of clusters
mod new_lines; // lines that a saved model does not know
mod outliers; // outliers with their reasons
mod periods; // start and end
mod schemas; // known layouts
mod series; // points
mod stacks; // combinations

use std::fmt;

use oddsift_records::Cell;
use oddsift_timespan::Timestamp;

pub use self::{
    hunts::PrintedLine, hunts::hunt_reasons, new_lines::PrintedNewLine, outliers::PrintedOutlier,
    schemas::schema_columns, series::PrintedPoint,
};

/// Makes a cell of a row.
pub type MakeCell<'c, R> = Box<dyn for<'r> Fn(&'r R) -> Cell<'r> + 'c>;

/// A result as a table for programs: the names of its columns, and how each cell is made of a row.
///
/// ```
/// use oddsift_pipeline::ClusterParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = ClusterParams::new().fit(path)?;
/// let columns = found.columns();
/// let place = columns.names().iter().position(|name| name == "ClusterSize").unwrap();
/// let sizes = found.iter().map(|row| columns.cells(&row)[place].to_string());
/// assert_eq!(sizes.last().as_deref(), Some("2"));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
pub struct Columns<'c, R> {
    names: Vec<String>,
    cells: Vec<MakeCell<'c, R>>,
}

/// The form of reasons, of which a row may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReasonForm {
    /// Sentences.
    #[default]
    Text,
    /// A list in JSON, each with its numbers.
    Json,
}

impl<R> Default for Columns<'_, R> {
    fn default() -> Self {
        Self { names: Vec::new(), cells: Vec::new() }
    }
}

impl<'c, R> Columns<'c, R> {
    /// No columns.
    ///
    /// ```
    /// assert!(oddsift_pipeline::Columns::<u64>::new().names().is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column.
    ///
    /// ```
    /// use oddsift_pipeline::Columns;
    /// use oddsift_records::Cell;
    ///
    /// let columns = Columns::new().with("row", |row: &u64| Cell::UInt(*row));
    /// assert_eq!(columns.cells(&7), [Cell::UInt(7)]);
    /// ```
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        cell: impl for<'r> Fn(&'r R) -> Cell<'r> + 'c,
    ) -> Self {
        self.names.push(name.into());
        self.cells.push(Box::new(cell));
        self
    }

    /// Returns the names of the columns.
    ///
    /// ```
    /// # use {oddsift_pipeline::Columns, oddsift_records::Cell};
    /// let columns = Columns::new().with("row", |row: &u64| Cell::UInt(*row));
    /// assert_eq!(columns.names(), ["row"]);
    /// ```
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the cells of a row, one for each column.
    ///
    /// ```
    /// # use {oddsift_pipeline::Columns, oddsift_records::Cell};
    /// let columns = Columns::new().with("row", |row: &u64| Cell::UInt(*row));
    /// assert_eq!(columns.cells(&7), [Cell::UInt(7)]);
    /// ```
    #[must_use]
    pub fn cells<'r>(&self, row: &'r R) -> Vec<Cell<'r>> {
        self.cells.iter().map(|cell| cell(row)).collect()
    }
}

impl<'c, R> IntoIterator for Columns<'c, R> {
    type Item = (String, MakeCell<'c, R>);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<String>, std::vec::IntoIter<MakeCell<'c, R>>>;

    /// Returns each column, its name and how its cell is made.
    fn into_iter(self) -> Self::IntoIter {
        self.names.into_iter().zip(self.cells)
    }
}

impl<R> fmt::Debug for Columns<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Columns").field("names", &self.names).finish_non_exhaustive()
    }
}

fn text_or_missing(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Missing, Cell::Text)
}

fn time_or_missing(time: Option<Timestamp>) -> Cell<'static> {
    time.map_or(Cell::Missing, Cell::Time)
}
