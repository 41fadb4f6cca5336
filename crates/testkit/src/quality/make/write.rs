//! Logs as files, in the form in which kept-apart data sets come.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use csv::Writer;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::schedule::N_DAYS;
use super::{Recipe, Row};
use crate::calendar::date;

/// Monday, 2024-06-03, counted from the year's begin. The history is of the days before.
const FIRST_DAY: u64 = 154;
const HEADER: [&str; 11] = [
    "TimeGenerated",
    "EventID",
    "Computer",
    "SubjectUserName",
    "SubjectDomainName",
    "SubjectLogonId",
    "NewProcessId",
    "NewProcessName",
    "ProcessId",
    "CommandLine",
    "ParentProcessName",
];

type Packed = Writer<GzEncoder<File>>;

/// Writes the log, its labels and its history to the folder `hunt` of a folder.
pub(crate) fn write_logs(recipe: Recipe, folder: &Path) -> Result<()> {
    let folder = folder.join("hunt");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let file = |name: &str, end: &str| folder.join(format!("{name}_made_{}{end}", recipe.seed));
    let log = recipe.log();
    write_rows(&log, FIRST_DAY, &file("hunt", ".csv.gz"))?;
    write_labels(&log, &file("hunt", ".labels.csv.gz"))?;
    write_rows(&recipe.history(), FIRST_DAY - N_DAYS, &file("history", ".csv.gz"))
}

fn write_rows(rows: &[Row], first_day: u64, path: &Path) -> Result<()> {
    let mut out = create(path)?;
    out.write_record(HEADER)?;
    for row in rows {
        out.write_record([
            time(row.time, first_day).as_str(),
            "4688",
            &row.host,
            &row.user,
            "BRENNWALD",
            &format!("{:#x}", row.logon),
            &format!("{:#x}", row.pid),
            &row.path,
            &format!("{:#x}", row.parent_pid),
            &row.command,
            &row.parent_path,
        ])?;
    }
    finish(out, path)
}

/// A line for each row: 2 planted, 1 rare and harmless, 0 base, and the kind in a word.
fn write_labels(rows: &[Row], path: &Path) -> Result<()> {
    let mut out = create(path)?;
    out.write_record(["row", "label", "kind"])?;
    for (number, row) in rows.iter().enumerate() {
        let (label, kind) = (row.mark.label().to_string(), row.mark.kind());
        out.write_record([&number.to_string(), &label, kind])?;
    }
    finish(out, path)
}

fn create(path: &Path) -> Result<Packed> {
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok(Writer::from_writer(GzEncoder::new(file, Compression::default())))
}

fn finish(out: Packed, path: &Path) -> Result<()> {
    let packed = out.into_inner().map_err(csv::IntoInnerError::into_error);
    packed
        .and_then(GzEncoder::finish)
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// A time in UTC to the millisecond.
fn time(millis: u64, first_day: u64) -> String {
    let seconds = millis / 1000;
    let [hour, minute, second] = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60];
    let date = date(first_day + seconds / 86_400);
    format!("{date}T{hour:02}:{minute:02}:{second:02}.{:03}Z", millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_begins_on_a_monday() {
        assert_eq!(time(0, FIRST_DAY), "2024-06-03T00:00:00.000Z");
        assert_eq!(time(86_400_000 + 3_723_004, FIRST_DAY - N_DAYS), "2024-05-21T01:02:03.004Z");
    }
}
