//! Runs who is to be compared, each once, on files that are made once.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::algorithm::{Algorithm, Compared, Set};
use crate::cargo::{cargo, run_command};
use crate::child::End;
use crate::data::{Data, SAMPLE};
use crate::measure::{Outcome, measure};
use crate::peer::{Peer, Programs, Task};
use crate::table::{self, Row};

/// Where a peer does not finish, shares of the data on which it is tried instead.
const SHARES: [usize; 3] = [5, 20, 100];

/// The data of a quick run are a tenth.
const QUICK_SHARE: usize = 10;

/// Of the generator of audit logs.
const LOG_SEED: &str = "1";

/// A set with its own or fewer data.
type Scaled = (&'static Set, Data);

pub(crate) struct Arena {
    algorithm: &'static Algorithm,
    programs: Programs,
    folder: PathBuf,
    pub(crate) quick: bool,
    made: HashSet<PathBuf>,
    done: HashMap<(&'static str, Data, Peer, usize), Outcome>,
}

impl Arena {
    pub(crate) fn new(
        algorithm: &'static Algorithm,
        programs: Programs,
        folder: PathBuf,
        quick: bool,
    ) -> Self {
        Self { algorithm, programs, folder, quick, made: HashSet::new(), done: HashMap::new() }
    }

    /// All runs of a set, and where one does not finish, one more on fewer data.
    pub(crate) fn compare(&mut self, set: &'static Set) -> Result<Vec<Row>> {
        let data = if self.quick { set.data.share(QUICK_SHARE) } else { set.data };
        let mut rows = Vec::new();
        for &(peer, threads) in set.runs {
            let of_all = self.rows((set, data), peer, threads)?;
            let gave_up = |row: &Row| matches!(row.outcome, Err(End::TimedOut | End::OutOfMemory));
            let gave_up = of_all.iter().any(gave_up);
            rows.extend(of_all);
            if gave_up {
                rows.extend(self.smaller((set, data), peer, threads)?);
            }
        }
        Ok(rows)
    }

    /// What a peer does on the first share of the data that it finishes.
    fn smaller(&mut self, (set, data): Scaled, peer: Peer, threads: usize) -> Result<Vec<Row>> {
        for share in SHARES {
            let rows = self.rows((set, data.share(share)), peer, threads)?;
            if rows.iter().all(|row| row.outcome.is_ok()) {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }

    /// A row for each step.
    fn rows(&mut self, scaled: Scaled, peer: Peer, threads: usize) -> Result<Vec<Row>> {
        let Algorithm { steps, unit, .. } = *self.algorithm;
        let ours = self.run(scaled, unit, threads)?.ok();
        let outcome = self.run(scaled, peer, threads)?;
        let sameness = match outcome {
            Ok(_) if !peer.is_yardstick() => self.sameness(scaled, peer, threads)?,
            _ => None,
        };
        let row = |(at, &step): (usize, &&'static str)| Row {
            set: scaled.0,
            data: scaled.1,
            step,
            peer,
            threads,
            outcome: outcome.clone().map(|measured| measured[at]),
            ours: ours.as_ref().map(|ours| ours[at].seconds),
            sameness: sameness.clone(),
        };
        Ok(steps.iter().enumerate().map(row).collect())
    }

    /// How the result compares to that of the reference, if there is one.
    fn sameness(&mut self, scaled: Scaled, peer: Peer, threads: usize) -> Result<Option<String>> {
        let reference = self.algorithm.reference;
        if self.run(scaled, reference, 1)?.is_err() {
            return Ok(None);
        }
        let data = self.file(scaled.1)?;
        let compared = Compared {
            data: &data,
            reference: &self.result(scaled, reference, 1),
            result: &self.result(scaled, peer, threads),
        };
        (self.algorithm.compare)(compared).map(Some)
    }

    fn result(&self, (set, data): Scaled, peer: Peer, threads: usize) -> PathBuf {
        let (algorithm, size) = (self.algorithm.name, data.size());
        self.folder.join(format!("{algorithm}-{}-{size}-{}-{threads}", set.name, peer.word))
    }

    fn run(&mut self, scaled: Scaled, peer: Peer, threads: usize) -> Result<Outcome> {
        let (set, data) = scaled;
        let key = (set.name, data, peer, threads);
        if let Some(known) = self.done.get(&key) {
            return Ok(known.clone());
        }
        let file = self.file(data)?;
        let own = set.params.iter().map(|&(_, value)| value);
        let params: Vec<&str> = self.algorithm.params.iter().copied().chain(own).collect();
        let task = Task { file: &file, n_columns: data.n_columns(), params: &params };
        let result = (!peer.is_yardstick()).then(|| self.result(scaled, peer, threads));
        eprintln!("run   {}, threads {threads}: {}", peer.word, set.title(data));
        let mut command = self.programs.command(peer, threads, task);
        let outcome = measure(&mut command, self.algorithm.steps, result.as_deref(), self.quick);
        eprintln!("      {}", table::outcomes(&outcome));
        self.done.insert(key, outcome.clone());
        Ok(outcome)
    }

    /// Ours on one thread, for any points.
    pub(crate) fn ours(&mut self, task: Task<'_>) -> Outcome {
        let mut command = self.programs.command(self.algorithm.unit, 1, task);
        measure(&mut command, self.algorithm.steps, None, self.quick)
    }

    /// The file that holds the data.
    pub(crate) fn file(&mut self, data: Data) -> Result<PathBuf> {
        let file = self.folder.join(data.file());
        if !self.made.contains(&file) {
            self.make(data, &file).with_context(|| format!("cannot make {}", file.display()))?;
            self.made.insert(file.clone());
        }
        Ok(file)
    }

    fn make(&self, data: Data, file: &Path) -> Result<()> {
        match data {
            Data::Points { family, n_rows, n_columns } => {
                let [n_rows, n_columns] = [n_rows, n_columns].map(|size| size.to_string());
                self.tell(&["make", family, &n_rows, &n_columns, &file.display().to_string()])?;
            }
            Data::SampleLog => fs::write(file, SAMPLE)?,
            Data::AuditLog { n_bytes } => {
                let words = ["run", "--release", "-p", "oddsift-testkit", "--", "gen", "auditd"];
                let mut generator = cargo();
                generator.args(words).args(["--seed", LOG_SEED, "--bytes", &n_bytes.to_string()]);
                run_command(generator.arg("--out").arg(file))?;
                // Else the system still writes it while the first peers are timed.
                File::open(file)?.sync_all()?;
            }
        }
        Ok(())
    }

    /// What the program of `benches` prints.
    pub(crate) fn tell(&self, args: &[&str]) -> Result<String> {
        let program = self.programs.rust.display();
        let output = Command::new(&self.programs.rust).args(args).output();
        let output = output.with_context(|| format!("cannot start {program}"))?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} failed: {stderr}");
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
