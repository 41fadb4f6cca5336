//! What `auditd --emit clusters` prints.

use oddsift::pipeline::{AuditClusterRow, AuditClusters};

use crate::cells::time_cell;
use crate::columns::Columns;
use crate::table::TextCell;

type Row<'r> = &'r AuditClusterRow;

/// For people who and what first.
pub(super) fn cluster_columns(found: &AuditClusters) -> Columns<'_, Row<'_>> {
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
    columns.files(found.columns(), |_| false)
}
