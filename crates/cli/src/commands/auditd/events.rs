//! Events as rows: the same columns for each, and in NDJSON every other field, too.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use oddsift::auditd::{EventRow, Id, Options, msticpy};
use oddsift::records::Cell;

use super::Wanted;
use super::log::{Events, read_whole};
use super::records_json::records_json;
use crate::args::{AuditdArgs, Format};
use crate::commands::{Print, print_batches, print_rows};
use crate::failure::Failure;
use crate::input::{counted, n_threads, say};
use crate::output::Destination;

/// Where all fields of an event are, in NDJSON and JSON.
const RECORDS: &str = "records";

/// Prints events as they stream by; gives how many.
pub(super) fn print(
    args: &AuditdArgs,
    wanted: &Wanted,
    destination: Destination,
) -> Result<u64, Failure> {
    let has_records = matches!(args.output.format, Some(Format::Ndjson | Format::Json));
    let mut columns = EventRow::COLUMNS.map(str::to_owned).to_vec();
    columns.extend(has_records.then(|| RECORDS.to_owned()));
    let n_events = AtomicU64::new(0);
    let (_, events) = print_batches(
        Events::open(args)?,
        n_threads(args.threads),
        &args.output,
        destination,
        &columns,
        Vec::new,
        |records, events, print| {
            let wanted = |row: &EventRow<'_>| {
                wanted.has_time(row.time) && wanted.app.matches(row.exe.as_deref())
            };
            for event in events {
                let row = event.row();
                if wanted(&row) {
                    n_events.fetch_add(1, Relaxed);
                    let records = has_records.then(|| records_json(event, records));
                    print_event(row, records, print)?;
                }
            }
            Ok(())
        },
    )?;
    events.warn();
    let n_events = n_events.into_inner();
    say(&args.output, &counted(n_events, "event", "events"));
    Ok(n_events)
}

fn print_event(
    row: EventRow<'_>,
    records: Option<&str>,
    print: &mut Print<'_>,
) -> Result<(), Failure> {
    let numbers = [row.auid, row.uid, row.ses, row.pid, row.ppid].map(id_number);
    let serial = row.serial;
    let texts = row.texts();
    let mut cells: Vec<Cell<'_>> = texts.iter().map(|text| text_cell(text.as_deref())).collect();
    if let Some(cell) = cells.get_mut(3) {
        *cell = Cell::UInt(serial);
    }
    for (cell, number) in cells.iter_mut().skip(4).zip(numbers) {
        if let Some(number) = number {
            *cell = Cell::Int(number);
        }
    }
    cells.extend(records.map(Cell::Json));
    print(&cells)
}

fn id_number(id: Option<Id<'_>>) -> Option<i64> {
    id.and_then(Id::number)
}

fn text_cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Missing, Cell::Text)
}

/// What stands before the keys of the log in msticpy's frame.
const FIXED: [&str; 3] = ["EventType", "mssg_id", "TimeGenerated"];

/// Prints the rows of msticpy's frame: its columns by name, behind type and time.
pub(super) fn print_as_msticpy(
    args: &AuditdArgs,
    wanted: &Wanted,
    destination: Destination,
) -> Result<u64, Failure> {
    let rows = read_whole(args, |log| msticpy::read(log, Options::new()))?;
    let exe = |row: &msticpy::Row| row.cells.get("exe").map(ToString::to_string);
    let is_wanted =
        |row: &&msticpy::Row| wanted.has_time(row.time) && wanted.app.matches(exe(row).as_deref());
    let rows: Vec<&msticpy::Row> = rows.iter().filter(is_wanted).collect();
    let names: BTreeSet<&str> =
        rows.iter().flat_map(|row| row.cells.keys()).map(String::as_str).collect();
    let mut columns = FIXED.map(str::to_owned).to_vec();
    columns.extend(names.iter().map(|name| {
        // A key may have the name of a column of ours, as any text can stand in a log.
        let mut column = (*name).to_owned();
        while FIXED.contains(&column.as_str()) || (column != *name && names.contains(&*column)) {
            column.push('#');
        }
        column
    }));
    print_rows(&args.output, destination, &columns, |print| {
        for row in &rows {
            let time = row.time.to_string();
            let mut cells =
                vec![Cell::Text(&row.event_type), Cell::Text(&row.mssg_id), Cell::Text(&time)];
            cells.extend(names.iter().map(|name| match row.cells.get(*name) {
                None => Cell::Missing,
                Some(msticpy::Cell::Number(number)) => Cell::Int(*number),
                Some(msticpy::Cell::Text(text)) => Cell::Text(text),
            }));
            print(&cells)?;
        }
        Ok(())
    })?;
    let n_events = rows.len() as u64;
    say(&args.output, &counted(n_events, "event", "events"));
    Ok(n_events)
}
