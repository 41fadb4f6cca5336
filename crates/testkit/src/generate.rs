//! `gen`: test data of any size from a seed.

mod audit_log; // a Linux audit log
mod events; // Windows process events

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use crate::grouped_number;
pub(crate) use audit_log::{AuditLog, Length};
pub(crate) use events::Events;

/// Write test data: the same flags give the same bytes
#[derive(Debug, Subcommand)]
pub(crate) enum Generate {
    Events(EventsArgs),
    Auditd(AuditdArgs),
}

/// Write Windows process events as CSV: many rows, few distinct feature vectors, a few outliers
///
/// One row in a thousand is an outlier, but at most half of the patterns: each has a vector of its own,
/// far from the rest.
#[derive(Debug, Args)]
pub(crate) struct EventsArgs {
    /// Number of events, at most ten billion
    #[arg(long, value_name = "N", value_parser = grouped_number)]
    rows: u64,
    /// Seed of all random numbers
    #[arg(long, value_name = "S", value_parser = grouped_number, default_value = "1")]
    seed: u64,
    /// Number of distinct (pathScore, commandlineTokensFull, isSystemSession) vectors, outliers
    /// included [default: 2% of the rows, at most 200,000]
    #[arg(long, value_name = "K", value_parser = grouped_number)]
    patterns: Option<u64>,
    /// File of the CSV, - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
    /// Write `row,reason` for each planted outlier to FILE, rows counted from 0
    #[arg(long, value_name = "FILE")]
    list_odd: Option<PathBuf>,
}

/// Write a Linux audit log: the events of a sample over and over, in random order
///
/// Serial numbers and times move on, processes have ids and parents of their own, and the records of
/// one event in eight are mixed with those of the next.
#[derive(Debug, Args)]
pub(crate) struct AuditdArgs {
    #[command(flatten)]
    length: LengthArgs,
    /// Seed of all random numbers
    #[arg(long, value_name = "S", value_parser = grouped_number, default_value = "1")]
    seed: u64,
    /// File of the log, - for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct LengthArgs {
    /// Number of events
    #[arg(long, value_name = "N", value_parser = grouped_number)]
    rows: Option<u64>,
    /// Number of bytes; the last event is written whole
    #[arg(long, value_name = "N", value_parser = grouped_number)]
    bytes: Option<u64>,
}

pub(crate) fn run(what: &Generate) -> Result<()> {
    match what {
        Generate::Events(args) => {
            let events = Events::new(args.rows, args.seed, args.patterns)?;
            let mut odd = args.list_odd.as_deref().map_or_else(nowhere, create)?;
            ended(events.write(&mut *open(&args.out)?, &mut *odd))
        }
        Generate::Auditd(args) => {
            let log = AuditLog::new(args.length.length(), args.seed);
            ended(log.write(&mut *open(&args.out)?))
        }
    }
}

impl LengthArgs {
    fn length(&self) -> Length {
        match (self.rows, self.bytes) {
            (Some(rows), _) => Length::Events(rows),
            (None, bytes) => Length::Bytes(bytes.unwrap_or_default()),
        }
    }
}

fn open(path: &Path) -> Result<Box<dyn Write>> {
    if path == Path::new("-") { Ok(Box::new(io::stdout().lock())) } else { create(path) }
}

fn create(path: &Path) -> Result<Box<dyn Write>> {
    let file = File::create(path);
    let file = file.with_context(|| format!("cannot create {}", path.display()))?;
    Ok(Box::new(io::BufWriter::new(file)))
}

#[expect(clippy::unnecessary_wraps, reason = "stands beside `create`, which may fail")]
fn nowhere() -> Result<Box<dyn Write>> {
    Ok(Box::new(io::sink()))
}

/// A reader that has gone away ends the work without an error.
fn ended(written: io::Result<()>) -> Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the data"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(subcommand)]
        what: Generate,
    }

    fn parsed(line: &str) -> Result<Generate, clap::Error> {
        Line::try_parse_from(line.split(' ')).map(|line| line.what)
    }

    #[test]
    fn both_forms_of_a_flag_are_read() {
        let Generate::Events(args) = parsed("gen events --rows 1_000 --out=a=b").unwrap() else {
            panic!("another command")
        };
        assert_eq!((args.rows, args.out), (1000, PathBuf::from("a=b")));
    }

    #[test]
    fn a_bad_flag_is_an_error() {
        for bad in ["events", "auditd --seed 1", "auditd --rows 1 --bytes 1", "auditd --rows x"] {
            assert!(parsed(&format!("gen {bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        assert!(ended(Err(io::ErrorKind::BrokenPipe.into())).is_ok());
        assert!(ended(Err(io::ErrorKind::StorageFull.into())).is_err());
    }
}
