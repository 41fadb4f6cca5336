//! A labelled log: what is known of each of its rows.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;

use super::mask::mask;

/// A log and the file of its labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The name of the log's file without endings.
    pub(crate) name: String,
    pub(crate) log: PathBuf,
    pub(crate) labels: PathBuf,
}

/// A process log in memory.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// The log of the time before, where there is one.
    pub(crate) history: Option<PathBuf>,
    pub(crate) columns: Vec<String>,
    pub(crate) records: Vec<StringRecord>,
    /// Path and masked command line.
    pub(crate) lines: Vec<(String, String)>,
    pub(crate) programs: Vec<String>,
    pub(crate) parents: Vec<String>,
    /// 2 planted, 1 rare and harmless, 0 base. A log of one host has only 1 (planted) and 0.
    pub(crate) labels: Vec<u8>,
    /// The kinds, where the labels have them.
    pub(crate) kinds: Vec<String>,
    /// The first row of each distinct line.
    pub(crate) firsts: Vec<usize>,
}

/// The labelled logs of a folder whose names begin in a way, by name. A missing folder has none.
pub(crate) fn find_pairs(folder: &Path, start: &str) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return Ok(pairs) };
    for entry in entries {
        let file = entry?.file_name().to_string_lossy().into_owned();
        let Some((name, _)) = file.split_once(".labels.csv") else { continue };
        if name.starts_with(start) {
            let (log, labels) = (folder.join(format!("{name}.csv.gz")), folder.join(&file));
            pairs.push(Pair { name: name.to_owned(), log, labels });
        }
    }
    pairs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(pairs)
}

impl Log {
    pub(crate) fn read(pair: &Pair) -> Result<Self> {
        let (columns, labels) = read_csv(&pair.labels)?;
        let log = Self::read_plain(&pair.log)?;
        ensure!(labels.len() == log.len(), "{}: not a label for each row", pair.labels.display());
        let column = |name: &str| columns.iter().position(|column| column == name);
        let label = column("label");
        let label = label.with_context(|| format!("{}: no column label", pair.labels.display()))?;
        let kinds = column("kind").map_or_else(Vec::new, |kind| {
            labels.iter().map(|record| record[kind].to_owned()).collect()
        });
        let labels = labels.iter().map(|record| record[label].parse());
        let labels = labels.collect::<Result<_, _>>();
        let labels = labels.with_context(|| format!("{}: a label", pair.labels.display()))?;
        let history = pair.name.strip_prefix("hunt_").map(|name| format!("history_{name}.csv.gz"));
        let history = history.map(|name| pair.log.with_file_name(name)).filter(|it| it.exists());
        Ok(Self { name: pair.name.clone(), history, labels, kinds, ..log })
    }

    /// A log without labels.
    pub(crate) fn read_plain(path: &Path) -> Result<Self> {
        let (columns, records) = read_csv(path)?;
        let at = |name: &str| {
            let place = columns.iter().position(|column| column == name);
            place.with_context(|| format!("{}: no column {name}", path.display()))
        };
        let [program, command, parent] =
            [at("NewProcessName")?, at("CommandLine")?, at("ParentProcessName")?];
        let line = |record: &StringRecord| (record[program].to_lowercase(), mask(&record[command]));
        let lines: Vec<_> = records.iter().map(line).collect();
        let names = |column: usize| records.iter().map(|it| base_name(&it[column])).collect();
        Ok(Self {
            name: String::new(),
            path: path.to_owned(),
            history: None,
            programs: names(program),
            parents: names(parent),
            labels: Vec::new(),
            kinds: Vec::new(),
            firsts: firsts(&lines),
            lines,
            columns,
            records,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    pub(crate) fn n_planted(&self) -> usize {
        self.labels.iter().map(|&label| usize::from(label == 2)).sum()
    }

    /// The rows of the planted tree.
    pub(crate) fn intrusion(&self) -> impl Iterator<Item = usize> {
        self.kinds.iter().enumerate().filter(|(_, kind)| *kind == "intrusion").map(|(row, _)| row)
    }

    pub(crate) fn has_intrusion(&self) -> bool {
        self.intrusion().next().is_some()
    }
}

fn firsts(lines: &[(String, String)]) -> Vec<usize> {
    let mut seen = HashSet::new();
    (0..lines.len()).filter(|&row| seen.insert(&lines[row])).collect()
}

/// The name of a program in lower case.
fn base_name(path: &str) -> String {
    path.rsplit('\\').next().unwrap_or(path).to_lowercase()
}

/// Header and records of a CSV file, packed by gzip or not.
fn read_csv(path: &Path) -> Result<(Vec<String>, Vec<StringRecord>)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let is_packed = path.extension().is_some_and(|it| it == "gz");
    let text: Box<dyn Read> =
        if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = csv::Reader::from_reader(text);
    let columns = reader.headers()?.iter().map(str::to_owned).collect();
    let records = reader.records().collect::<Result<_, _>>();
    Ok((columns, records.with_context(|| format!("cannot read {}", path.display()))?))
}
