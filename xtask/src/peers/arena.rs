//! Runs who is to be compared, each fit once, on files that are made once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::child::End;
use super::labels::{self, Agreement};
use super::measure::{Measured, measure};
use super::peer::{Peer, Programs, Task};
use super::set::Set;
use super::table::{self, Row};

/// Where a peer does not finish, shares of the rows at which it is tried instead.
const SHARES: [usize; 3] = [5, 20, 100];

/// Rows of a quick run are a tenth.
const QUICK_SHARE: usize = 10;

pub(crate) struct Arena {
    programs: Programs,
    data: PathBuf,
    quick: bool,
    made: HashSet<PathBuf>,
    done: HashMap<(&'static str, usize, Peer, usize), Result<Measured, End>>,
}

impl Arena {
    pub(crate) fn new(programs: Programs, data: PathBuf, quick: bool) -> Self {
        Self { programs, data, quick, made: HashSet::new(), done: HashMap::new() }
    }

    /// All runs of a set, and where one does not finish, one more at fewer rows.
    pub(crate) fn compare(&mut self, set: &'static Set) -> Result<Vec<Row>> {
        let n_rows = if self.quick { set.n_rows / QUICK_SHARE } else { set.n_rows };
        let mut rows = Vec::new();
        for &(peer, threads) in set.runs {
            let row = self.row(set, n_rows, peer, threads)?;
            let gave_up = matches!(row.outcome, Err(End::TimedOut | End::OutOfMemory));
            rows.push(row);
            if gave_up {
                rows.extend(self.smaller(set, n_rows, peer, threads)?);
            }
        }
        Ok(rows)
    }

    /// The first row that a peer finishes among those with fewer rows.
    fn smaller(
        &mut self,
        set: &'static Set,
        n_rows: usize,
        peer: Peer,
        threads: usize,
    ) -> Result<Option<Row>> {
        for share in SHARES {
            let row = self.row(set, n_rows / share, peer, threads)?;
            if row.outcome.is_ok() {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn row(&mut self, set: &'static Set, n_rows: usize, peer: Peer, threads: usize) -> Result<Row> {
        let ours = self.run(set, n_rows, Peer::Oddsift, threads)?;
        let outcome = self.run(set, n_rows, peer, threads)?;
        let is_labelled = outcome.is_ok() && ours.is_ok() && !peer.is_yardstick();
        let agreement =
            is_labelled.then(|| self.agreement(set, n_rows, peer, threads)).transpose()?;
        let ours = ours.ok().map(|ours| ours.seconds);
        Ok(Row { set, n_rows, peer, threads, outcome, ours, agreement })
    }

    /// How the labels compare to ours, which those of one thread stand for.
    fn agreement(
        &mut self,
        set: &'static Set,
        n_rows: usize,
        peer: Peer,
        threads: usize,
    ) -> Result<Agreement> {
        let ours = self.run(set, n_rows, Peer::Oddsift, 1)?;
        ensure!(ours.is_ok(), "oddsift on one thread failed on {}: {ours:?}", set.title(n_rows));
        let ours = labels::read(&self.labels(set, n_rows, Peer::Oddsift, 1), n_rows)?;
        let theirs = labels::read(&self.labels(set, n_rows, peer, threads), n_rows)?;
        Ok(Agreement::of(&ours, &theirs))
    }

    fn labels(&self, set: &Set, n_rows: usize, peer: Peer, threads: usize) -> PathBuf {
        self.data.join(format!("labels-{}-{n_rows}-{}-{threads}", set.name, peer.word()))
    }

    fn run(
        &mut self,
        set: &'static Set,
        n_rows: usize,
        peer: Peer,
        threads: usize,
    ) -> Result<Result<Measured, End>> {
        let key = (set.name, n_rows, peer, threads);
        if let Some(known) = self.done.get(&key) {
            return Ok(known.clone());
        }
        let file = self.points(set.family, n_rows, set.n_columns)?;
        let Set { n_columns, eps, min_samples, .. } = *set;
        let task = Task { file: &file, n_columns, eps, min_samples };
        let labels = (!peer.is_yardstick()).then(|| self.labels(set, n_rows, peer, threads));
        eprintln!("run   {}, threads {threads}: {}", peer.word(), set.title(n_rows));
        let mut command = self.programs.command(peer, threads, task);
        let outcome = measure(&mut command, labels.as_deref(), self.quick);
        eprintln!("      {}", table::outcome(&outcome));
        self.done.insert(key, outcome.clone());
        Ok(outcome)
    }

    /// Ours on one thread, for any points.
    pub(crate) fn ours(&mut self, task: Task<'_>) -> Result<Measured, End> {
        measure(&mut self.programs.command(Peer::Oddsift, 1, task), None, self.quick)
    }

    /// The file of points of a family.
    pub(crate) fn points(
        &mut self,
        family: &str,
        n_rows: usize,
        n_columns: usize,
    ) -> Result<PathBuf> {
        let name = format!("{}-{n_rows}x{n_columns}.f64", family.replace(':', "-"));
        let file = self.data.join(name);
        if !self.made.contains(&file) {
            let size = [n_rows.to_string(), n_columns.to_string()];
            self.tell(
                Command::new(&self.programs.rust).args(["make", family]).args(size).arg(&file),
            )?;
            self.made.insert(file.clone());
        }
        Ok(file)
    }

    /// The `eps` at which a distinct row has that many neighbours on average.
    pub(crate) fn eps(&self, file: &Path, n_columns: usize, n_neighbours: usize) -> Result<String> {
        let numbers = [n_columns.to_string(), n_neighbours.to_string()];
        self.tell(Command::new(&self.programs.rust).arg("eps").arg(file).args(numbers))
    }

    /// What a program prints.
    fn tell(&self, command: &mut Command) -> Result<String> {
        let program = self.programs.rust.display();
        let output = command.output().with_context(|| format!("cannot start {program}"))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} failed: {stderr}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The versions that the peers told, by title.
    pub(crate) fn versions(&self) -> BTreeMap<&'static str, String> {
        let told = self.done.iter().filter_map(|(&(.., peer, _), outcome)| {
            let version = &outcome.as_ref().ok()?.version;
            (!version.is_empty()).then(|| (peer.title(), version.clone()))
        });
        told.filter(|(title, _)| !title.contains("unique")).collect()
    }
}
