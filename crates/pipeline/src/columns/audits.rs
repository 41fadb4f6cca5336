use oddsift_auditd::msticpy;
use oddsift_records::Cell;

use super::{Columns, text_or_missing, time_or_missing};
use crate::{AuditClusterRow, AuditClusters, MsticpyEvents};

impl AuditClusters {
    /// Returns the columns of a row for each cluster and lone process: msticpy's, then, unless the logs were
    /// read by [its reader](crate::AuditParams::msticpy_reader), ours.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let found = AuditParams::new().clusters(&Input::logs([path]))?;
    /// assert_eq!(found.columns().names().len(), 17);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn columns<'r>(&self) -> Columns<'static, &'r AuditClusterRow> {
        let is_msticpys = self.is_msticpys;
        let columns = Columns::new()
            .with("TimeGenerated", move |row: &&AuditClusterRow| {
                if is_msticpys { first(row) } else { time_or_missing(row.process.time) }
            })
            .with("NewProcessName", |row| text_or_missing(row.process.exe.as_deref()))
            .with("CommandLine", |row| text_or_missing(row.process.cmdline.as_deref()))
            .with("pid", |row| id(row.process.pid.as_deref()))
            .with("SubjectUserSid", |row| id(row.process.uid.as_deref()))
            .with("cwd", |row| text_or_missing(row.process.cwd.as_deref()))
            .with("ClusterSize", |row| Cell::UInt(row.size))
            .with("ppid", |row| id(row.process.ppid.as_deref()));
        if is_msticpys {
            return columns;
        }
        columns
            .with("ClusterId", |row| Cell::Int(row.label.to_i64()))
            .with("FirstEventTime", |row| first(row))
            .with("LastEventTime", |row| time_or_missing(row.times.map(|times| times.1)))
            .with("Template", |row| text_or_missing(row.template.as_deref()))
            .with("ParentCommandLine", |row| text_or_missing(row.parent.as_deref()))
            .with("Node", |row| text_or_missing(row.process.node.as_deref()))
            .with("auid", |row| id(row.process.auid.as_deref()))
            .with("ses", |row| id(row.process.ses.as_deref()))
            .with("success", |row| text_or_missing(row.process.success.as_deref()))
    }
}

impl MsticpyEvents {
    /// Returns the columns of msticpy's frame.
    ///
    /// ```
    /// use oddsift_pipeline::{AuditParams, Input};
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/auditd_log.txt");
    /// let events = AuditParams::new().events_as_msticpy(&Input::logs([path]))?;
    /// assert_eq!(events.table().names()[..2], ["EventType", "mssg_id"]);
    /// # Ok::<(), oddsift_pipeline::Error>(())
    /// ```
    #[must_use]
    pub fn table(&self) -> Columns<'_, &msticpy::Row> {
        let mut columns = Columns::new();
        for (place, name) in self.columns.iter().enumerate() {
            columns = columns.with(name, move |row: &&msticpy::Row| self.cell(row, place));
        }
        columns
    }
}

fn first(row: &AuditClusterRow) -> Cell<'static> {
    time_or_missing(row.times.map(|times| times.0))
}

/// A number as one, where it is.
fn id(text: Option<&str>) -> Cell<'_> {
    match text.map(str::parse) {
        Some(Ok(number)) => Cell::Int(number),
        _ => text_or_missing(text),
    }
}
