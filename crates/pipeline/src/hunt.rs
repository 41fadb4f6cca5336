use std::path::Path;

use oddsift_features::{FeatureOptions, Role};
use oddsift_hunt::{
    History, Hunt, LineId, LineTable, Placed, ProcessEvent, ProcessTexts, SharedId, SharedNames,
    SharedTable, process_number,
};
use oddsift_records::{Batch, Record, Row, RowStore, StoredRow};

use crate::error::{ModelFault, RowFault};
use crate::fold::{Batches, Feed};
use crate::hunt_columns::HuntColumns;
use crate::layout::Head;
use crate::model::json;
use crate::plan::{RowPlan, RowRoom, Taken};
use crate::table::RowPatterns;
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Layout, Parameter, ReadSummary};

pub(crate) const BY: Parameter = Parameter("by");
pub(crate) const MASK: Parameter = Parameter("mask");

/// A row that was skipped has no line.
const NO_LINE: u32 = u32::MAX;

/// How an input is ranked so that its first lines are worth reading.
///
/// ```
/// use oddsift_pipeline::HuntParams;
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let found = HuntParams::new().rank(path)?;
/// let first = &found.hunt.lines()[0];
/// assert_eq!((first.rank, first.finding), (1, 1));
/// assert!(found.record(first.row).is_some());
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HuntParams {
    /// The columns whose combinations are ranked; empty: starts of programs where the input has such, else
    /// columns that are chosen by their distinct values.
    pub by: Vec<String>,
    /// Columns among them whose texts are masked.
    pub mask: Vec<String>,
    /// What was seen before and is left out.
    pub known: Option<Known>,
    /// What is known is ranked, too.
    pub all: bool,
    /// The column of times; the first known one by default.
    pub time_column: Option<String>,
    /// Keep the line of every row, four bytes each.
    pub keep_rows: bool,
}

/// The lines of an input in their order.
#[derive(Debug)]
#[non_exhaustive]
pub struct Hunted {
    /// The columns of the input and the parts that they play.
    pub layout: Layout,
    /// What was read and left out.
    pub read: ReadSummary,
    /// The lines and findings.
    pub hunt: Hunt,
    /// What was taken: columns, masks, numbers.
    pub columns: HuntColumns,
    /// The columns of times, by name.
    pub times: Vec<String>,
    /// The rows that each thread kept.
    stores: Vec<RowStore>,
    row_lines: RowPatterns,
}

impl HuntParams {
    /// All defaults.
    ///
    /// ```
    /// assert!(oddsift_pipeline::HuntParams::new().by.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ranks the rows of an input, in one pass.
    ///
    /// Memory grows with the distinct lines, of each of which up to sixteen rows are kept, not with the
    /// rows; the result does not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// For an input that cannot be read or has no rows, a column that it lacks, or a history of other
    /// columns.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// assert_eq!(found.hunt.table().n_rows(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn rank(&self, input: impl Into<Input>) -> Result<Hunted, Error> {
        let input = &input.into();
        with_threads(input.n_threads(), || self.rank_rows(input))
    }

    /// Counts the rows of an input as a history.
    ///
    /// # Errors
    ///
    /// As [`rank`](Self::rank).
    ///
    /// ```
    /// use oddsift_pipeline::{HuntParams, Known};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = HuntParams::new();
    /// params.known = Some(Known::History(Box::new(params.history(path)?)));
    /// assert!(params.rank(path)?.hunt.lines().is_empty());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn history(&self, input: impl Into<Input>) -> Result<History, Error> {
        let input = &input.into();
        let columns = |head: &Head| self.find_columns(head);
        let counted = with_threads(input.n_threads(), || self.count(input, columns, false))?;
        History::new(&counted.table).map_err(|source| hunt_error(&counted.read.name, source))
    }

    fn rank_rows(&self, input: &Input) -> Result<Hunted, Error> {
        let counted = self.count(input, |head| self.find_columns(head), true)?;
        if counted.table.n_rows() == 0 {
            return Err(counted.read.all_skipped());
        }
        let mut params = oddsift_hunt::HuntParams::new().all(self.all);
        match &self.known {
            None => {}
            Some(Known::History(history)) => params = params.known((**history).clone()),
            Some(Known::Log(log)) => {
                // By the columns of what is hunted, whichever this log would have by itself.
                let columns = |head: &Head| counted.columns.rebound(&head.layout);
                let before = self.count(log, columns, false)?;
                if before.table.n_rows() == 0 {
                    return Err(before.read.all_skipped());
                }
                let history = History::new(&before.table);
                let history = history.map_err(|source| hunt_error(&before.read.name, source))?;
                params = params.known(history);
            }
        }
        let Counted { layout, read, columns, times, stores, row_lines, table } = counted;
        let hunt = params.rank(table).map_err(|source| hunt_error(&read.name, source))?;
        Ok(Hunted { layout, read, hunt, columns, times, stores, row_lines })
    }

    /// The columns that are counted of an input by itself.
    fn find_columns(&self, head: &Head) -> Result<HuntColumns, Error> {
        let history = match &self.known {
            Some(Known::History(history)) => Some(&**history),
            _ => None,
        };
        HuntColumns::find(head, &self.by, &self.mask, history)
    }

    fn count(
        &self,
        input: &Input,
        find: impl Fn(&Head) -> Result<HuntColumns, Error>,
        keeps: bool,
    ) -> Result<Counted, Error> {
        let head = if self.by.is_empty() {
            Head::open(input, &[])?
        } else {
            Head::open_plain(input, &self.by)?
        };
        head.need_rows()?;
        let columns = find(&head)?;
        let layout = head.layout.clone();
        let recipe = layout.recipe(&[], &FeatureOptions::default())?;
        let mut rows = RowPlan::new(&head, input, recipe).starts_only(columns.is_of_processes());
        let mut times = Vec::new();
        if let Some(found) = TimeColumns::find(&layout, self.time_column.as_deref(), None)? {
            let name = |column: &usize| layout.columns.get(*column).cloned();
            times = found.all.iter().filter_map(name).collect();
            rows = rows.with_time(&head, input, &found)?;
        }
        let lines = SharedTable::new(&columns.table());
        let plan = Plan { rows, columns, lines, keeps, keeps_lines: keeps && self.keep_rows };
        let mut feed = Feed::new(head, input);
        let parts = feed.for_each(Part::default, |part, _, batch| part.take(batch, &plan))?;
        let Plan { rows, columns, lines, .. } = plan;
        let (table, names) =
            lines.into_table().map_err(|source| hunt_error(&layout.name, source))?;
        let mut whole = Gathered::default();
        for part in parts {
            whole.add(part, &names);
        }
        rows.need_one_kind_of_time(&whole.room)?;
        let read = feed.finish(whole.room);
        let layout = layout.grown(&read.columns, input)?;
        Ok(Counted {
            layout,
            read,
            columns,
            times,
            stores: whole.stores,
            row_lines: RowPatterns::new(whole.labels),
            table,
        })
    }
}

fn hunt_error(name: &str, source: oddsift_hunt::Error) -> Error {
    Error::Hunt { name: name.to_owned(), source }
}

/// What was seen before.
///
/// ```
/// use oddsift_pipeline::{HuntParams, Input, Known};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// let mut params = HuntParams::new();
/// params.known = Some(Known::open(path, Input::file(path))?);
/// let found = params.rank(path)?;
/// assert_eq!((found.hunt.lines().len(), found.hunt.n_known_seen()), (0, 363));
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Known {
    /// A history that was saved.
    History(Box<History>),
    /// A log, which is counted by the columns of what is hunted.
    Log(Box<Input>),
}

impl Known {
    /// Reads a saved history, or takes `log`, how the file is read as a log.
    ///
    /// # Errors
    ///
    /// For a model that cannot be read or is no history.
    ///
    /// ```
    /// use oddsift_pipeline::{Input, Known};
    ///
    /// let log = Known::open("events.csv", Input::file("events.csv"))?;
    /// assert!(matches!(log, Known::Log(_)));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>, log: Input) -> Result<Self, Error> {
        let path = path.as_ref();
        if !is_saved(path) {
            return Ok(Self::Log(Box::new(log)));
        }
        let name = path.display().to_string();
        let fault = |fault| Error::Model { name: name.clone(), fault: Box::new(fault) };
        let bytes = std::fs::read(path).map_err(|error| fault(ModelFault::Read(error)))?;
        json(&bytes).map(|history| Self::History(Box::new(history))).map_err(fault)
    }
}

/// Whether a file begins as models of ours do.
fn is_saved(path: &Path) -> bool {
    use std::io::Read;
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map(|file| file.take(64));
    let is_read = file.is_ok_and(|mut file| file.read_to_end(&mut start).is_ok());
    is_read && start.starts_with(b"{\"format\":\"oddsift-")
}

/// An input, counted.
struct Counted {
    layout: Layout,
    read: ReadSummary,
    columns: HuntColumns,
    times: Vec<String>,
    /// The rows that each thread kept.
    stores: Vec<RowStore>,
    row_lines: RowPatterns,
    table: LineTable,
}

/// How rows become lines.
struct Plan {
    rows: RowPlan,
    columns: HuntColumns,
    lines: SharedTable,
    /// Rows are kept to be printed.
    keeps: bool,
    keeps_lines: bool,
}

/// What one thread gathers.
#[derive(Default)]
struct Part {
    texts: ProcessTexts,
    store: RowStore,
    labels: Vec<(u64, Vec<u32>)>,
    room: RowRoom,
}

/// What all threads have gathered.
#[derive(Default)]
struct Gathered {
    stores: Vec<RowStore>,
    labels: Vec<(u64, Vec<u32>)>,
    room: RowRoom,
}

impl Part {
    fn take(&mut self, batch: &Batch, plan: &Plan) -> Result<(), Error> {
        plan.rows.follow(batch, &mut self.room)?;
        let first = batch.get(0).map_or(0, |row| row.row());
        let mut labels = Vec::new();
        for row in batch {
            let line = self.take_row(row, plan)?;
            if plan.keeps_lines {
                // Rows that the reader skipped leave a gap.
                let place = usize::try_from(row.row() - first).unwrap_or(labels.len());
                labels.resize(place, NO_LINE);
                labels.push(line.map_or(NO_LINE, SharedId::number));
            }
        }
        if !labels.is_empty() {
            self.labels.push((first, labels));
        }
        Ok(())
    }

    fn take_row(&mut self, row: Row<'_>, plan: &Plan) -> Result<Option<SharedId>, Error> {
        let Taken::Row { time, .. } = plan.rows.take(row, &mut self.room)? else {
            return Ok(None);
        };
        let text = |role| plan.rows.text_of(role, row, &self.room);
        let (host, user, session) = (text(Role::Host), text(Role::User), text(Role::Session));
        let added = if plan.columns.is_of_processes() {
            let (path, command_line) = (text(Role::Path), text(Role::CommandLine));
            let parent = text(Role::ParentPath);
            let [pid, parent_pid] = plan.rows.process_numbers(row, &self.room);
            let event = ProcessEvent {
                path: path.as_deref().unwrap_or_default(),
                command_line: command_line.as_deref().unwrap_or_default(),
                parent_path: parent.as_deref().unwrap_or_default(),
                time,
                host: host.as_deref(),
                user: user.as_deref(),
                session: session.as_deref(),
                pid: pid.as_deref().and_then(process_number),
                parent_pid: parent_pid.as_deref().and_then(process_number),
                ..ProcessEvent::new(row.row())
            };
            plan.lines.add(&event.sighting(&self.texts.fold(&event)))
        } else {
            let source = if host.is_none() { text(Role::Source) } else { None };
            plan.columns.add(
                &plan.lines,
                row,
                time,
                [host.as_deref().or(source.as_deref()), user.as_deref(), session.as_deref()],
            )
        };
        let (line, is_kept) =
            added.map_err(|error| plan.rows.row_error(row, RowFault::Hunt(error), &self.room))?;
        if is_kept && plan.keeps {
            self.store.insert(&row);
        }
        Ok(Some(line))
    }
}

impl Gathered {
    fn add(&mut self, mut part: Part, names: &SharedNames) {
        for label in part.labels.iter_mut().flat_map(|(_, labels)| labels) {
            let line = names.line(SharedId::from_number(*label)).filter(|_| *label != NO_LINE);
            *label = line.map_or(NO_LINE, LineId::number);
        }
        self.labels.append(&mut part.labels);
        self.stores.push(part.store);
        self.room.merge(&part.room);
    }
}

impl Hunted {
    /// Returns a row that stands for a line or is part of a finding's tree.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// let row = found.hunt.tree(&found.hunt.findings()[0])[0].row;
    /// assert!(found.record(row).is_some());
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn record(&self, row: u64) -> Option<StoredRow<'_>> {
        self.stores.iter().find_map(|store| store.get(row))
    }

    /// Returns what a row has in a role.
    ///
    /// ```
    /// use oddsift_pipeline::Role;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// let first = found.hunt.lines()[0].row;
    /// assert!(found.text_of(Role::Path, first).unwrap().ends_with(".exe"));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn text_of(&self, role: Role, row: u64) -> Option<&str> {
        self.layout.text_of(role, self.record(row)?)
    }

    /// Returns the place of every row that is in the list, in the order of the input. Empty where rows
    /// were not to be [kept](HuntParams::keep_rows).
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let mut params = oddsift_pipeline::HuntParams::new();
    /// params.keep_rows = true;
    /// assert_eq!(params.rank(path)?.places().count(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn places(&self) -> impl Iterator<Item = (u64, Placed)> {
        let place = |(row, line): (u64, usize)| {
            let line = LineId::from_number(u32::try_from(line).ok()?);
            Some((row, self.hunt.place(line, row)?))
        };
        self.row_lines.iter().filter_map(place)
    }

    /// Makes a history of what was seen, with what was known before.
    ///
    /// # Errors
    ///
    /// Where counts are too large together.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let history = oddsift_pipeline::HuntParams::new().rank(path)?.history()?;
    /// assert_eq!(history.n_rows(), 363);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn history(&self) -> Result<History, Error> {
        History::new(self.hunt.table()).map_err(|source| hunt_error(&self.read.name, source))
    }

    /// Returns what was taken of the input as one line, without its name.
    ///
    /// ```
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
    /// let found = oddsift_pipeline::HuntParams::new().rank(path)?;
    /// assert!(found.intake_text().starts_with("win4688 process events; "));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn intake_text(&self) -> String {
        let schemas: Vec<&str> =
            self.layout.roles.schemas().iter().map(|schema| schema.name.as_str()).collect();
        let schema =
            if schemas.is_empty() { "no known schema".to_owned() } else { schemas.join(" and ") };
        let times = match self.times.as_slice() {
            [] => "no column of times".to_owned(),
            times => format!("times of {}", times.join(", ")),
        };
        format!("{schema}{}; {times}", self.columns.text(&self.layout))
    }
}
