//! Reading audit logs: ours as far as it is asked to go, and counting their lines.

use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use oddsift::auditd::{Event, Options, Summary, for_each_event};

use crate::memory::measured;
use crate::peer::{Done, Peer};
use crate::yardstick::count_lines;

/// As large as that of the tool.
const BUFFER: usize = 256 << 10;

/// A way of reading by its word; its result are the numbers of records and of events.
pub(crate) fn peer(word: &str, log: &Path) -> Result<Peer> {
    match word {
        "oddsift-typed" => Ok(oddsift(log, |event| {
            event.records().for_each(|record| drop(black_box(record.typed())));
        })),
        "oddsift-rows" => Ok(oddsift(log, |event| drop(black_box(event.row())))),
        "oddsift-events" => Ok(oddsift(log, |_| {})),
        "lines" => Ok(lines(log)),
        _ => bail!("reading audit logs has no peer `{word}`"),
    }
}

fn oddsift(log: &Path, take: impl Fn(&Event) + Copy + Send + 'static) -> Peer {
    let log = log.to_owned();
    Peer::of_step("read", move || {
        let (summary, spent) = measured(|| read(&log, take));
        let Summary { records, events, .. } = summary?;
        Ok(Done::integers(spent, [records.try_into()?, events.try_into()?]))
    })
}

fn read(log: &Path, take: impl Fn(&Event)) -> Result<Summary> {
    let take = |event: &Event| {
        take(event);
        ControlFlow::Continue(())
    };
    Ok(for_each_event(open(log)?, Options::new(), take)?)
}

fn lines(log: &Path) -> Peer {
    let log = log.to_owned();
    Peer::of_step("read", move || {
        let (n_lines, spent) = measured(|| anyhow::Ok(count_lines(open(&log)?)?));
        black_box(n_lines?);
        Ok(Done::nothing(spent))
    })
}

fn open(log: &Path) -> Result<BufReader<File>> {
    let file = File::open(log).with_context(|| format!("cannot open {}", log.display()))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/auditd_log.txt");

    fn result(word: &str) -> Option<Vec<[u8; 8]>> {
        peer(word, Path::new(SAMPLE)).unwrap().run("read").unwrap().result
    }

    #[test]
    fn however_far_is_read_records_and_events_are_as_many() {
        let counts = result("oddsift-events").unwrap();
        assert_eq!(i64::from_le_bytes(counts[0]), 1192);
        for word in ["oddsift-typed", "oddsift-rows"] {
            assert_eq!(result(word).unwrap(), counts, "{word}");
        }
        assert_eq!(result("lines"), None);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        assert!(peer("oddsift", Path::new(SAMPLE)).is_err());
        assert!(peer("lines", Path::new(SAMPLE)).unwrap().run("fit").is_err());
        assert!(peer("lines", Path::new("no.log")).unwrap().run("read").is_err());
    }
}
