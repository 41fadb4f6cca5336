//! What `cluster` prints.

use oddsift::pipeline::{ClusterRow, Clusters, Label, Nearest, Role, feature_cell};
use oddsift::records::Cell;

use crate::cells::{process_cell, text_cell, text_or_missing, time_cell, time_or_missing};
use crate::columns::Columns;
use crate::table::TextCell;

/// Where msticpy writes the first time of a cluster, over what is there.
const FIRST_TIME: &str = "TimeGenerated";

/// A row for each cluster and noise event. For msticpy the first time is in `TimeGenerated`, whatever
/// the column of times is.
pub(super) fn exemplar_columns(found: &Clusters, is_msticpys: bool) -> Columns<'_, ClusterRow<'_>> {
    let columns = people_columns(found);
    let writes_time = is_msticpys && found.time.is_some();
    let own = |name: &str| found.layout.own_name(name);
    let mut columns = columns;
    for place in found.layout.printed_columns(found.records()) {
        let Some(name) = found.layout.columns.get(place) else { continue };
        columns = if writes_time && name == FIRST_TIME {
            columns.file(name, first)
        } else {
            columns.file(name, move |row: &ClusterRow<'_>| {
                row.record.map_or(Cell::Missing, |record| record.value(place))
            })
        };
    }
    for (place, name) in &found.computed {
        columns = columns.file(own(name), move |row: &ClusterRow<'_>| {
            row.values.get(*place).map_or(Cell::Missing, |value| feature_cell(name, *value))
        });
    }
    columns = columns
        .file(own("Clustered"), |row: &ClusterRow<'_>| Cell::Bool(!row.label.is_noise()))
        .file(own("ClusterId"), |row| Cell::Int(row.label.to_i64()))
        .file(own("ClusterSize"), |row| Cell::UInt(row.size));
    if found.params.weight.is_some() {
        columns = columns.file(own("ClusterWeight"), |row| Cell::Float(row.weight));
    }
    if writes_time && !found.layout.columns.iter().any(|name| name == FIRST_TIME) {
        columns = columns.file(FIRST_TIME, first);
    }
    columns = columns
        .file(own("FirstEventTime"), first)
        .file(own("LastEventTime"), |row| time_or_missing(row.times.map(|times| times.1)))
        .file(own("Template"), |row| text_or_missing(row.template.as_deref()));
    for (place, name) in found.params.count_distinct.iter().enumerate() {
        columns = columns.file(own(&format!("Distinct{name}")), move |row: &ClusterRow<'_>| {
            row.distinct.get(place).map_or(Cell::Missing, |count| Cell::UInt(*count))
        });
    }
    if is_msticpys {
        return columns;
    }
    for (place, role) in found.counted_roles().iter().enumerate() {
        columns = columns.file(own(of_role(*role)), move |row: &ClusterRow<'_>| {
            row.variety.get(place).map_or(Cell::Missing, |count| Cell::UInt(*count))
        });
    }
    reason_columns(columns, own, |row| row.nearest, |row| row.reason.as_deref())
}

/// The column of how many values a role has.
fn of_role(role: Role) -> &'static str {
    match role {
        Role::Path => "Programs",
        Role::CommandLine => "CommandLines",
        Role::Host => "Hosts",
        _ => "Users",
    }
}

/// Adds the columns that tell why a row is noise, as fields and in words.
pub(crate) fn reason_columns<'c, R>(
    columns: Columns<'c, R>,
    own: impl Fn(&str) -> String,
    nearest: impl for<'r> Fn(&'r R) -> Option<Nearest<'r>> + Copy + 'c,
    reason: impl for<'r> Fn(&'r R) -> Option<&'r str> + 'c,
) -> Columns<'c, R> {
    nearest_columns(columns, &own, nearest)
        .file(own("Reason"), move |row| text_or_missing(reason(row)))
}

/// Adds the columns of the cluster that is nearest to a row.
pub(crate) fn nearest_columns<'c, R>(
    columns: Columns<'c, R>,
    own: impl Fn(&str) -> String,
    nearest: impl for<'r> Fn(&'r R) -> Option<Nearest<'r>> + Copy + 'c,
) -> Columns<'c, R> {
    columns
        .file(own("NearestCluster"), move |row| {
            nearest(row).map_or(Cell::Missing, |nearest| Cell::Int(nearest.label.to_i64()))
        })
        .file(own("NearestTemplate"), move |row| {
            text_or_missing(nearest(row).and_then(|nearest| nearest.template))
        })
        .file(own("NearestEps"), move |row| {
            nearest(row).map_or(Cell::Missing, |nearest| Cell::Float(nearest.eps))
        })
        .file(own("NearestFeature"), move |row| {
            text_or_missing(nearest(row).map(|nearest| nearest.feature))
        })
}

fn first<'r>(row: &'r ClusterRow<'_>) -> Cell<'r> {
    time_or_missing(row.times.map(|times| times.0))
}

/// For people: what it is, how often and when; the features last.
fn people_columns(found: &Clusters) -> Columns<'_, ClusterRow<'_>> {
    let mut columns = Columns::new()
        .stands_out(|row: &ClusterRow<'_>| row.label.is_noise())
        .table("Size", |row| TextCell::number(&row.size))
        .table("Cluster", |row| TextCell::number(&row.label_text()));
    if found.layout.roles.get(Role::Path).is_some() {
        columns = columns
            .table("Process", move |row: &ClusterRow<'_>| process_cell(&found.layout, row.record));
    }
    if found.layout.roles.get(Role::Path).is_none() && found.template.is_none() {
        columns = columns.table("Row", |row| TextCell::number(&row.row));
    }
    if found.template.is_some() {
        columns = columns.table("Template", |row| TextCell::text(&found.what(row)));
    }
    if found.time.is_some() {
        columns = columns
            .table("First (UTC)", |row| time_cell(row.times.map(|times| times.0)))
            .table("Last (UTC)", |row| time_cell(row.times.map(|times| times.1)));
    }
    for (place, name) in found.features().iter().enumerate() {
        columns = columns.table(name, move |row: &ClusterRow<'_>| {
            let value = row.values.get(place).copied();
            text_cell(value.map_or(Cell::Missing, |value| feature_cell(name, value)))
        });
    }
    columns.table("Why", |row| TextCell::text(row.reason.as_deref().unwrap_or_default()))
}

/// The number of a row, its label and whether it is a core sample.
pub(super) fn label_columns<'c>() -> Columns<'c, (u64, Label, bool)> {
    Columns::new()
        .both("row", |(row, ..): &(u64, Label, bool)| Cell::UInt(*row))
        .both("ClusterId", |(_, label, _)| Cell::Int(label.to_i64()))
        .both("IsCore", |(.., is_core)| Cell::Bool(*is_core))
}
