//! The files that cases name: those of `testdata`, and a few that are generated.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

use crate::generate::{AuditLog, Events, Length};

/// Input files by the name that a case gives them.
pub(crate) struct Inputs {
    testdata: PathBuf,
}

type Generator = fn(&Inputs) -> Result<Vec<u8>>;

/// Made anew for each run, so that what no selected case names costs nothing.
const GENERATED: [(&str, Generator); 9] = [
    ("generated/events.csv", |_| events()),
    ("generated/audit.log", |_| audit_log()),
    ("generated/processes.csv.gz", |inputs| gzip(&inputs.read("processes_on_host.csv")?)),
    ("generated/processes.csv.zst", |inputs| zstd(&inputs.read("processes_on_host.csv")?)),
    ("generated/auditd.log.gz", |inputs| gzip(&inputs.read("auditd_log.txt")?)),
    ("generated/flows.tsv", |_| Ok(flows())),
    ("generated/logons.csv", |_| Ok(logons())),
    ("generated/local_times.csv", |_| Ok(local_times())),
    ("generated/blank.csv", |_| Ok(BLANK.into())),
];

impl Inputs {
    pub(crate) fn new() -> Self {
        Self { testdata: crate::root().join("testdata") }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        generator(name).is_some() || self.testdata.join(name).is_file()
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        if let Some(generate) = generator(name) {
            return generate(self);
        }
        let path = self.testdata.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// The names of the files in a folder of `testdata`, sorted.
    pub(crate) fn of_folder(&self, folder: &str) -> Result<Vec<String>> {
        let path = self.testdata.join(folder);
        let entries = fs::read_dir(&path);
        let entries = entries.with_context(|| format!("cannot list {}", path.display()))?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<io::Result<Vec<String>>>()?;
        names.sort();
        Ok(names.iter().map(|name| format!("{folder}/{name}")).collect())
    }

    /// Copies those files to a folder that are inputs.
    pub(crate) fn copy<'a>(
        &self,
        names: impl Iterator<Item = &'a String>,
        folder: &Path,
    ) -> Result<()> {
        for name in names.filter(|name| self.has(name)) {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, self.read(name)?)?;
        }
        Ok(())
    }
}

fn generator(name: &str) -> Option<Generator> {
    GENERATED.iter().find(|(own, _)| *own == name).map(|(_, generate)| *generate)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

fn zstd(bytes: &[u8]) -> Result<Vec<u8>> {
    Ok(zstd::encode_all(bytes, 3)?)
}

fn events() -> Result<Vec<u8>> {
    let mut csv = Vec::new();
    Events::new(3000, 1, None)?.write(&mut csv, &mut io::sink())?;
    Ok(csv)
}

fn audit_log() -> Result<Vec<u8>> {
    let mut log = Vec::new();
    AuditLog::new(Length::Events(1500), 1).write(&mut log)?;
    Ok(log)
}

/// Features of two groups and a few flows between them, each with a weight.
fn flows() -> Vec<u8> {
    let mut tsv = "host\tbytes\tpackets\tseen\n".to_owned();
    for i in 0..200 {
        let group = if i % 3 == 0 { 4000 } else { 100 };
        let (bytes, packets) = (group + i * 37 % 50, group / 10 + i * 13 % 7);
        let bytes = if i % 61 == 60 { 2000 + 10 * i } else { bytes };
        // Writing to a string cannot fail.
        let _ = writeln!(tsv, "host{}\t{bytes}\t{packets}\t{}", i % 5, 1 + i % 4);
    }
    tsv.into_bytes()
}

/// Three weeks of logons by two accounts, more in the working hours, and one busy night.
fn logons() -> Vec<u8> {
    let mut csv = "Time,Account,Computer,Bytes\n".to_owned();
    for hour in 0..504 {
        let (day, of_day) = (1 + hour / 24, hour % 24);
        let n_logons =
            if (8..18).contains(&of_day) { 6 } else { 2 } + 20 * usize::from(hour == 290);
        for i in 0..n_logons {
            let (account, computer) = (["alice", "bob"][i % 2], (hour + 3 * i) % 11);
            let time = format!("2024-03-{day:02}T{of_day:02}:{:02}:00Z", i * 2);
            let _ = writeln!(csv, "{time},{account},WS{computer:02},{}", 100 + hour * i % 17);
        }
    }
    csv.into_bytes()
}

/// Hourly values whose times are neither ISO 8601 nor zoned.
fn local_times() -> Vec<u8> {
    let mut csv = "when,value\n".to_owned();
    for hour in 0..120 {
        let value = 50 + 10 * (hour % 24) + 400 * usize::from(hour == 70);
        let _ = writeln!(csv, "{:02}/05/2024 {:02}:00,{value}", 1 + hour / 24, hour % 24);
    }
    csv.into_bytes()
}

/// Features some of which are missing.
const BLANK: &str = "\
host,f1,f2
a,1,2
b,,3
c,1.5,NaN
d,1,2
e,NA,
f,900,1
";
