//! Events as rows: the same columns for each, and in NDJSON every other field, too.

use std::collections::BTreeSet;

use oddsift::auditd::{EventRow, Id, Options, msticpy};
use oddsift::records::Cell;

use super::Wanted;
use super::log::{counted, for_each_event, read_whole};
use super::records_json::records_json;
use crate::args::{AuditdArgs, Format};
use crate::commands::print_rows;
use crate::failure::Failure;
use crate::input::say;
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
    let (mut n_events, mut records) = (0_u64, Vec::new());
    print_rows(&args.output, destination, &columns, |print| {
        for_each_event(args, |event| {
            let row = event.row();
            if !wanted.has_time(row.time) || !wanted.app.matches(row.exe.as_deref()) {
                return Ok(());
            }
            n_events += 1;
            let numbers = [row.auid, row.uid, row.ses, row.pid, row.ppid].map(id_number);
            let serial = row.serial;
            let texts = row.texts();
            let mut cells: Vec<Cell<'_>> =
                texts.iter().map(|text| text_cell(text.as_deref())).collect();
            if let Some(cell) = cells.get_mut(3) {
                *cell = Cell::UInt(serial);
            }
            for (cell, number) in cells.iter_mut().skip(4).zip(numbers) {
                if let Some(number) = number {
                    *cell = Cell::Int(number);
                }
            }
            if has_records {
                cells.push(Cell::Json(records_json(event, &mut records)));
            }
            print(&cells)
        })
    })?;
    say(&args.output, &counted(n_events, "event", "events"));
    Ok(n_events)
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
