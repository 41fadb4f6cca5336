//! Linux audit logs as they are: events as rows, and processes in clusters.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use oddsift_auditd::{
    AppFilter, AuditLog, AuditRows, ClusterOptions, Event, Id, ProcessCluster, ProcessEvent,
    ProcessTree, Timestamp, cluster_auditd_processes, msticpy,
};
use oddsift_eventcluster::{EventClusters, EventRow, Label, Scaling};
use oddsift_features::{FeatureOptions, Schema, SchemaChoice};
use oddsift_records::{Cell, RowStore, StoredRow};

use crate::cluster::cluster_error;
use crate::fold::{Batches, Feed};
use crate::layout::Head;
use crate::plan::RowPlan;
use crate::progress::reading;
use crate::records_json::records_json;
use crate::sink::{Push, stream};
use crate::table::{Keep, TablePlan, Template, ingest};
use crate::threads::with_threads;
use crate::time_column::TimeColumns;
use crate::{Error, Input, Sink};

/// Events that a thread takes in one go.
const BATCH: usize = 1024;

/// Bytes of events after which it takes no more: few are as long as their lines may be.
const BATCH_BYTES: usize = 1 << 20;

/// Where all fields of an event are, in NDJSON and JSON.
const RECORDS: &str = "records";

/// Which events of audit logs are taken.
///
/// ```
/// use oddsift_pipeline::{AuditParams, Input};
///
/// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
/// let found = AuditParams::new().clusters(&Input::logs([path]))?;
/// assert_eq!(found.rows.len(), 14);
/// # Ok::<(), oddsift_pipeline::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AuditParams {
    /// The programs; all by default.
    pub app: AppFilter,
    /// The first time; none by default.
    pub since: Option<Timestamp>,
    /// The time before which events are taken; none by default.
    pub until: Option<Timestamp>,
    /// Whether events have all fields of their records as JSON, in a column of their own.
    pub with_records: bool,
    /// Whether logs are read by msticpy's reader, with its losses, and processes clustered by its
    /// features.
    pub msticpy_reader: bool,
}

/// Events of audit logs, to be written as they are read.
pub struct AuditEvents<'p> {
    params: &'p AuditParams,
    events: EventBatches,
}

/// What was written of audit logs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditSummary {
    /// The number of events.
    pub n_events: u64,
    /// What was skipped or replaced, a line each.
    pub warnings: Vec<String>,
}

/// Rows of msticpy's frame.
#[derive(Debug)]
#[non_exhaustive]
pub struct MsticpyEvents {
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<msticpy::Row>,
    /// What was skipped or replaced, a line each.
    pub warnings: Vec<String>,
    keys: Vec<String>,
}

/// Processes of audit logs in clusters.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct AuditClusters {
    /// The number of processes that were clustered.
    pub n_processes: u64,
    /// One row for each process that is like no other, in the order of the logs, then one for each
    /// cluster.
    pub rows: Vec<AuditClusterRow>,
    /// Why there are none.
    pub nothing: Option<Error>,
    /// What was skipped or replaced, a line each.
    pub warnings: Vec<String>,
    /// Whether they are clustered as msticpy does it.
    pub(crate) is_msticpys: bool,
}

impl AuditParams {
    /// All events.
    ///
    /// ```
    /// assert!(oddsift_pipeline::AuditParams::new().since.is_none());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether an event of this time is wanted; one at `until` is not.
    fn has_time(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }

    /// Opens logs for their events as rows.
    ///
    /// # Errors
    ///
    /// For a log that is not there.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let params = AuditParams::new();
    /// assert_eq!(params.events(&Input::logs([path]))?.columns()[0], "TimeGenerated");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn events(&self, input: &Input) -> Result<AuditEvents<'_>, Error> {
        let log = AuditLog::open(&input.paths())?;
        Ok(AuditEvents { params: self, events: EventBatches { log, input: input.clone() } })
    }

    /// Reads logs as msticpy does, for the rows of its frame.
    ///
    /// # Errors
    ///
    /// For a log that cannot be read.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let events = AuditParams::new().events_as_msticpy(&Input::logs([path]))?;
    /// assert_eq!(events.columns[..2], ["EventType", "mssg_id"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn events_as_msticpy(&self, input: &Input) -> Result<MsticpyEvents, Error> {
        let (mut rows, warnings) = AuditLog::read_as_msticpy(&input.paths())?;
        let exe = |row: &msticpy::Row| row.cells.get("exe").map(ToString::to_string);
        rows.retain(|row| self.has_time(row.time) && self.app.matches(exe(row).as_deref()));
        Ok(MsticpyEvents::new(rows, warnings))
    }

    /// Clusters the processes of logs: those of one program, user and kind of session, with as many
    /// delimiters in their command line, are alike.
    ///
    /// Memory grows with the kinds of processes, and with the command line that each process number ran
    /// last. By msticpy's reader all processes are kept and clustered by msticpy's function.
    ///
    /// # Errors
    ///
    /// For a log that cannot be read, or as msticpy has it for one without processes.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let found = AuditParams::new().clusters(&Input::logs([path]))?;
    /// assert_eq!((found.n_processes, found.rows.len()), (72, 14));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn clusters(&self, input: &Input) -> Result<AuditClusters, Error> {
        if self.msticpy_reader {
            return self.clusters_as_msticpy(input);
        }
        with_threads(input.n_threads(), || self.cluster_rows(input))
    }

    fn cluster_rows(&self, input: &Input) -> Result<AuditClusters, Error> {
        let rows = AuditRows::open(&input.paths())?.processes(true).app(self.app.clone());
        let rows = rows.between(self.since, self.until);
        let counter = rows.process_counter();
        let schema = Schema::named("linux").map_or(SchemaChoice::Auto, SchemaChoice::Given);
        let head = Head::of_rows(Box::new(rows), &schema, &[], None, true)?;
        let layout = head.layout.clone();
        let features = ["cmdline.delims", "isSystemSession", "exe.value", "uid.value"];
        let features = features.map(str::to_owned);
        let recipe = layout.recipe(&features, &FeatureOptions::default())?;
        let n_categories = recipe.categories().len();
        let mut plan = RowPlan::new(&head, input, recipe);
        if let Some(mut times) = TimeColumns::find(&layout, None, None)? {
            times.name_first();
            plan = plan.with_time(&head, input, &times)?;
        }
        let plan = TablePlan {
            template: Some(Template::CommandLine),
            keep: Keep { labels: false, rows_below: Some(2.0) },
            ..TablePlan::new(plan)
        };
        let (table, ingested) = ingest(Feed::new(head, input), plan)?;
        let n_processes = counter.load(Relaxed);
        let warnings = ingested.read.losses();
        if table.is_empty() {
            let n_processes = usize::try_from(n_processes).unwrap_or(usize::MAX);
            let source = oddsift_auditd::Error::NoProcesses { n_processes };
            let nothing = Some(Error::Audit { name: input.last_name(), source: Box::new(source) });
            return Ok(AuditClusters { nothing, warnings, ..AuditClusters::default() });
        }
        // The numbers are whole: apart by less than 1 is equal.
        let params = EventClusters::params().scaling(Scaling::None).eps(0.5);
        let params = params.categories(n_categories);
        let events =
            params.fit_patterns(table).map_err(|source| cluster_error(&ingested, source))?;
        let rows = events.rows_with(ingested.kept.iter().collect());
        let rows = rows.iter().map(|row| AuditClusterRow::of_events(row, &events, &ingested.store));
        Ok(AuditClusters {
            n_processes: events.patterns().n_rows(),
            rows: rows.collect(),
            nothing: None,
            warnings,
            is_msticpys: false,
        })
    }

    fn clusters_as_msticpy(&self, input: &Input) -> Result<AuditClusters, Error> {
        let (rows, warnings) = AuditLog::read_as_msticpy(&input.paths())?;
        let started = rows.iter().filter(|row| row.event_type == "SYSCALL_EXECVE");
        let processes: Vec<ProcessEvent> = started.map(msticpy::Row::process).collect();
        let options = ClusterOptions::msticpy().app(self.app.clone());
        let options = options.since(self.since).until(self.until);
        let found = cluster_auditd_processes(&processes, &options)
            .map_err(|source| Error::Audit { name: input.last_name(), source: Box::new(source) })?;
        let tree = ProcessTree::new(&processes);
        let row = |cluster: &ProcessCluster| {
            let parent = tree.parent(cluster.row).and_then(|row| processes.get(row));
            Some(AuditClusterRow {
                row: cluster.row as u64,
                label: cluster.label,
                size: cluster.size,
                times: cluster.times,
                template: cluster.template.clone(),
                process: processes.get(cluster.row)?.clone(),
                parent: parent.and_then(|parent| parent.cmdline.clone()),
            })
        };
        Ok(AuditClusters {
            n_processes: found.labels.len() as u64,
            rows: found.rows.iter().filter_map(row).collect(),
            nothing: None,
            warnings,
            is_msticpys: true,
        })
    }
}

impl AuditEvents<'_> {
    /// Returns the names of the columns.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let params = AuditParams::new();
    /// assert_eq!(params.events(&Input::logs([path]))?.columns().len(), 15);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let mut columns = oddsift_auditd::EventRow::COLUMNS.map(str::to_owned).to_vec();
        columns.extend(self.params.with_records.then(|| RECORDS.to_owned()));
        columns
    }

    /// Writes each event, in the order in which they end.
    ///
    /// # Errors
    ///
    /// For a log that cannot be read on, and for a sink that fails.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    /// use oddsift_records::{OutputFormat, RowWriter, WriteOptions};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let params = AuditParams::new();
    /// let events = params.events(&Input::logs([path]))?;
    /// let columns = events.columns();
    /// let options = WriteOptions::default();
    /// let mut writer = RowWriter::new(Vec::new(), OutputFormat::Csv, &columns, options)?;
    /// assert_eq!(events.write(&mut writer)?.n_events, 830);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    pub fn write(mut self, sink: &mut impl Sink) -> Result<AuditSummary, Error> {
        let params = self.params;
        let n_events = AtomicU64::new(0);
        let n_threads = self.events.n_threads();
        with_threads(n_threads, || {
            stream(&mut self.events, sink, Vec::new, |records, events, push| {
                for event in events {
                    let row = event.row();
                    if params.has_time(row.time) && params.app.matches(row.exe.as_deref()) {
                        n_events.fetch_add(1, Relaxed);
                        let records = params.with_records.then(|| records_json(event, records));
                        push_event(row, records, push)?;
                    }
                }
                Ok(())
            })
        })?;
        Ok(AuditSummary { n_events: n_events.into_inner(), warnings: self.events.log.warnings() })
    }
}

impl std::fmt::Debug for AuditEvents<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditEvents").field("params", self.params).finish_non_exhaustive()
    }
}

struct EventBatches {
    log: AuditLog,
    input: Input,
}

impl Batches for EventBatches {
    type Batch = Vec<Event>;

    fn take(&mut self, batch: &mut Vec<Event>) -> Result<bool, Error> {
        batch.drain(..).for_each(|event| self.log.recycle(event));
        let mut n_bytes = 0;
        while batch.len() < BATCH
            && n_bytes < BATCH_BYTES
            && let Some(event) = self.log.next_event()?
        {
            n_bytes += event.n_bytes();
            batch.push(event);
        }
        let progress = reading(self.log.bytes_read(), self.log.n_bytes());
        match self.input.tell(progress) {
            ControlFlow::Continue(()) => Ok(!batch.is_empty()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    fn n_threads(&self) -> usize {
        self.input.n_threads()
    }
}

/// The values of an event, one for each of [`EventRow::COLUMNS`](oddsift_auditd::EventRow::COLUMNS).
///
/// ```
/// use oddsift_auditd::{EventReader, Options};
/// use oddsift_pipeline::EventCells;
///
/// let log = &b"type=LOGIN msg=audit(1551485405.594:7): ses=4294967295"[..];
/// let event = EventReader::new(log, Options::new()).next_event()?.unwrap();
/// let cells = EventCells::new(event.row());
/// assert_eq!(cells.cells()[3].to_string(), "7");
/// # Ok::<(), oddsift_auditd::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct EventCells<'e> {
    time: Timestamp,
    serial: u64,
    /// Those of users, session and processes that are numbers.
    ids: [Option<i64>; 5],
    texts: [Option<Cow<'e, str>>; 15],
}

impl<'e> EventCells<'e> {
    /// Takes the values of an event.
    #[must_use]
    pub fn new(row: oddsift_auditd::EventRow<'e>) -> Self {
        let ids = [row.auid, row.uid, row.ses, row.pid, row.ppid].map(|id| id.and_then(Id::number));
        Self { time: row.time, serial: row.serial, ids, texts: row.texts() }
    }

    /// Returns the cells: time, serial number and numeric ids as such, all else as text.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell<'_>> {
        let texts = self.texts.iter();
        let mut cells: Vec<Cell<'_>> =
            texts.map(|text| text.as_deref().map_or(Cell::Missing, Cell::Text)).collect();
        let ids = (4..).zip(self.ids).filter_map(|(column, id)| Some((column, Cell::Int(id?))));
        let fixed = [(0, Cell::Time(self.time)), (3, Cell::UInt(self.serial))];
        for (column, cell) in fixed.into_iter().chain(ids) {
            if let Some(slot) = cells.get_mut(column) {
                *slot = cell;
            }
        }
        cells
    }
}

fn push_event(
    row: oddsift_auditd::EventRow<'_>,
    records: Option<&str>,
    push: &mut Push<'_>,
) -> Result<(), Error> {
    let values = EventCells::new(row);
    let mut cells = values.cells();
    cells.extend(records.map(Cell::Json));
    push(&cells)
}

/// What stands before the keys of the log in msticpy's frame.
const FIXED: [&str; 3] = ["EventType", "mssg_id", "TimeGenerated"];

impl MsticpyEvents {
    fn new(rows: Vec<msticpy::Row>, warnings: Vec<String>) -> Self {
        let keys: BTreeSet<String> =
            rows.iter().flat_map(|row| row.cells.keys()).cloned().collect();
        let mut columns = FIXED.map(str::to_owned).to_vec();
        columns.extend(keys.iter().map(|key| {
            // A key may have the name of a column of ours, as any text can stand in a log.
            let mut column = key.clone();
            while FIXED.contains(&column.as_str()) || (column != *key && keys.contains(&column)) {
                column.push('#');
            }
            column
        }));
        Self { columns, rows, warnings, keys: keys.into_iter().collect() }
    }

    /// Returns the cell of a row in a column, by its place.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let events = AuditParams::new().events_as_msticpy(&Input::logs([path]))?;
    /// assert_eq!(events.cell(&events.rows[0], 0).to_string(), events.rows[0].event_type);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn cell<'r>(&self, row: &'r msticpy::Row, column: usize) -> Cell<'r> {
        match column {
            0 => Cell::Text(&row.event_type),
            1 => Cell::Text(&row.mssg_id),
            2 => Cell::Time(row.time),
            _ => match self.keys.get(column - FIXED.len()).and_then(|key| row.cells.get(key)) {
                None => Cell::Missing,
                Some(msticpy::Cell::Number(number)) => Cell::Int(*number),
                Some(msticpy::Cell::Text(text)) => Cell::Text(text),
            },
        }
    }
}

/// A cluster of processes with its first one, or a process that is like no other.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditClusterRow {
    /// The number of the process among those that were clustered.
    pub row: u64,
    /// The cluster, or noise.
    pub label: Label,
    /// The number of processes.
    pub size: u64,
    /// The first and the last time.
    pub times: Option<(Timestamp, Timestamp)>,
    /// The common text of the command lines.
    pub template: Option<String>,
    /// The process.
    pub process: ProcessEvent,
    /// The command line of the process that started it.
    pub parent: Option<String>,
}

impl AuditClusterRow {
    fn of_events(row: &EventRow, events: &EventClusters, store: &RowStore) -> Self {
        let record = store.get(row.row);
        let cluster = row.label.cluster().and_then(|at| events.clusters().get(at as usize));
        let process = record.map(|record| process_of(&record)).unwrap_or_default();
        let template = match cluster {
            Some(cluster) => cluster.template().map(|template| template.to_string()),
            None => process.cmdline.clone(),
        };
        let parent = record.and_then(|record| record.text(oddsift_auditd::EventRow::COLUMNS.len()));
        Self {
            row: row.row,
            label: row.label,
            size: row.size,
            times: row.times,
            template,
            process,
            parent: parent.map(str::to_owned),
        }
    }

    /// Returns the number of the cluster, or `noise`.
    ///
    /// ```
    /// # use oddsift_pipeline::{AuditParams, Input};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let found = AuditParams::new().clusters(&Input::logs([path]))?;
    /// assert_eq!(found.rarest_first()[0].label_text(), "noise");
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn label_text(&self) -> String {
        if self.label.is_noise() { "noise".to_owned() } else { self.label.to_string() }
    }
}

/// A process of a row of [`AuditRows`].
fn process_of(record: &StoredRow<'_>) -> ProcessEvent {
    let text = |name: &str| {
        let column = oddsift_auditd::EventRow::COLUMNS.iter().position(|column| *column == name)?;
        record.text(column).map(str::to_owned)
    };
    ProcessEvent {
        time: text("TimeGenerated").and_then(|time| time.parse().ok()),
        node: text("Node"),
        serial: text("Serial").and_then(|serial| serial.parse().ok()).unwrap_or_default(),
        exe: text("exe"),
        comm: text("comm"),
        cmdline: text("cmdline"),
        cwd: text("cwd"),
        success: text("success"),
        key: text("key"),
        pid: text("pid"),
        ppid: text("ppid"),
        auid: text("auid"),
        uid: text("uid"),
        ses: text("ses"),
    }
}

impl AuditClusters {
    /// Returns the rows, those of the fewest processes first, and of equals those seen first.
    ///
    /// ```
    /// # use oddsift_pipeline::{AuditParams, Input};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let found = AuditParams::new().clusters(&Input::logs([path]))?;
    /// assert!(found.rarest_first().is_sorted_by_key(|row| row.size));
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn rarest_first(&self) -> Vec<&AuditClusterRow> {
        let mut rows: Vec<&AuditClusterRow> = self.rows.iter().collect();
        rows.sort_by_key(|row| (row.size, row.row));
        rows
    }

    /// Returns the number of processes that are like no other.
    ///
    /// ```
    /// # use oddsift_pipeline::{AuditParams, Input};
    /// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// assert_eq!(AuditParams::new().clusters(&Input::logs([path]))?.n_noise(), 6);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn n_noise(&self) -> usize {
        self.rows.iter().filter(|row| row.label.is_noise()).count()
    }
}
