//! What `auditd --emit clusters` prints.

use oddsift::pipeline::{AuditClusterRow, AuditClusters};
use oddsift::records::Cell;

use crate::cells::{text_or_missing, time_cell, time_or_missing};
use crate::columns::Columns;
use crate::table::TextCell;

type Row<'r> = &'r AuditClusterRow;

/// For people who and what first, for programs msticpy's columns, then ours.
pub(super) fn cluster_columns(found: &AuditClusters, is_msticpys: bool) -> Columns<'_, Row<'_>> {
    let text = |text: Option<&str>| TextCell::text(text.unwrap_or(""));
    let mut columns = Columns::new()
        .stands_out(|row: &Row<'_>| row.label.is_noise())
        .table("Size", |row| TextCell::number(&row.size))
        .table("Cluster", |row| TextCell::number(&row.label_text()))
        .table("User", move |row| text(row.process.uid.as_deref()))
        .table("Program", move |row| text(row.process.exe.as_deref()))
        .table("Template", move |row| text(row.template.as_deref()))
        .table("Parent", move |row| text(row.parent.as_deref()))
        .table("First (UTC)", |row| time_cell(row.times.map(|times| times.0)))
        .table("Last (UTC)", |row| time_cell(row.times.map(|times| times.1)));
    if found.rows.iter().any(|row| row.process.node.is_some()) {
        columns = columns.table("Node", move |row| text(row.process.node.as_deref()));
    }
    columns = columns
        .file("TimeGenerated", move |row| if is_msticpys { first(row) } else { own_time(row) })
        .file("NewProcessName", |row| text_or_missing(row.process.exe.as_deref()))
        .file("CommandLine", |row| text_or_missing(row.process.cmdline.as_deref()))
        .file("pid", |row| id(row.process.pid.as_deref()))
        .file("SubjectUserSid", |row| id(row.process.uid.as_deref()))
        .file("cwd", |row| text_or_missing(row.process.cwd.as_deref()))
        .file("ClusterSize", |row| Cell::UInt(row.size))
        .file("ppid", |row| id(row.process.ppid.as_deref()));
    if is_msticpys {
        return columns;
    }
    columns
        .file("ClusterId", |row| Cell::Int(row.label.to_i64()))
        .file("FirstEventTime", first)
        .file("LastEventTime", |row| time_or_missing(row.times.map(|times| times.1)))
        .file("Template", |row| text_or_missing(row.template.as_deref()))
        .file("ParentCommandLine", |row| text_or_missing(row.parent.as_deref()))
        .file("Node", |row| text_or_missing(row.process.node.as_deref()))
        .file("auid", |row| id(row.process.auid.as_deref()))
        .file("ses", |row| id(row.process.ses.as_deref()))
        .file("success", |row| text_or_missing(row.process.success.as_deref()))
}

fn first<'r>(row: &'r Row<'_>) -> Cell<'r> {
    time_or_missing(row.times.map(|times| times.0))
}

fn own_time<'r>(row: &'r Row<'_>) -> Cell<'r> {
    time_or_missing(row.process.time)
}

/// A number as one, where it is.
fn id(text: Option<&str>) -> Cell<'_> {
    match text.map(str::parse) {
        Some(Ok(number)) => Cell::Int(number),
        _ => text_or_missing(text),
    }
}
