//! `gen events`: process events that repeat as real ones do, with known odd rows among them.

mod catalogue; // the programs that run
mod command; // command lines with an exact number of delimiters
mod generator; // which pattern a row shows
mod odd; // the planted odd rows
mod row; // one row as CSV text

use std::fs::File;
use std::io::{self, Write};

use anyhow::{Context, Result, bail};

use crate::flags::Flags;
use generator::Generator;

const HELP: &str = "\
Writes Windows process events as CSV: many rows, few distinct feature vectors, a few odd ones.

usage: cargo xtask gen events --rows N [--seed S] [--patterns K] [--out FILE] [--list-odd FILE]

  --rows N         how many events, at most 10_000_000_000
  --seed S         the same seed and counts give the same bytes [default: 1]
  --patterns K     how many distinct (pathScore, commandlineTokensFull, isSystemSession) vectors
                   the file has, odd ones included [default: 2% of the rows, at most 200_000]
  --out FILE       where the CSV goes, - for standard output [default: -]
  --list-odd FILE  writes `row,reason` for each planted odd row, rows counted from 0

One row in a thousand is odd, but at most half of the patterns: each has a vector of its own,
far from the rest. Run it with `cargo run --release -p xtask --` where speed matters.
";

/// 4 events a second from 2024 on: more rows would leave the years with four digits far behind.
const MAX_ROWS: u64 = 10_000_000_000;
/// More would leave too few free vectors to find them by drawing.
const MAX_PATTERNS: u64 = 500_000;
const CHUNK: usize = 1 << 20;

/// What `gen events` was asked for, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    n_rows: u64,
    seed: u64,
    n_patterns: usize,
}

impl Job {
    fn new(n_rows: u64, seed: u64, n_patterns: Option<u64>) -> Result<Self> {
        if n_rows > MAX_ROWS {
            bail!("--rows must be at most {MAX_ROWS}, got {n_rows}");
        }
        let share = (n_rows / 50).clamp(n_rows.min(1), 200_000);
        let n_patterns = n_patterns.unwrap_or(share);
        if n_patterns > n_rows.min(MAX_PATTERNS) || (n_patterns == 0 && n_rows > 0) {
            bail!(
                "--patterns must be between 1 and {}, got {n_patterns}",
                n_rows.min(MAX_PATTERNS)
            );
        }
        Ok(Self { n_rows, seed, n_patterns: usize::try_from(n_patterns)? })
    }

    /// One row in a thousand; the ordinary patterns stay the majority.
    fn n_odd(&self) -> usize {
        let share = usize::try_from(self.n_rows / 1000).unwrap_or(usize::MAX);
        share.min(self.n_patterns / 2)
    }
}

pub(crate) fn run(args: &[String]) -> Result<()> {
    if args.is_empty() || crate::wants_help(args) {
        return crate::show(HELP);
    }
    let ["events", ..] = args.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        bail!("`gen` makes `events` or `auditd`, not `{}`; try `cargo xtask gen --help`", args[0]);
    };
    let known = ["--rows", "--seed", "--patterns", "--out", "--list-odd"];
    let flags = Flags::parse(&args[1..], &known)?;
    let n_rows = flags.number("--rows")?.context("`--rows` is missing; say how many events")?;
    let seed = flags.number("--seed")?.unwrap_or(1);
    let job = Job::new(n_rows, seed, flags.number("--patterns")?)?;
    let mut odd = open(flags.text("--list-odd"))?;
    match flags.text("--out") {
        None | Some("-") => write(&job, &mut io::stdout().lock(), &mut odd),
        path => write(&job, &mut open(path)?, &mut odd),
    }
}

/// A new file, or nowhere.
fn open(path: Option<&str>) -> Result<Box<dyn Write>> {
    let Some(path) = path else { return Ok(Box::new(io::sink())) };
    let file = File::create(path).with_context(|| format!("cannot create `{path}`"))?;
    Ok(Box::new(io::BufWriter::new(file)))
}

/// Writes all rows of the job; a reader that has gone away ends the work without an error.
fn write(job: &Job, out: &mut dyn Write, odd: &mut dyn Write) -> Result<()> {
    match stream(job, out, odd) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.context("cannot write the events"),
    }
}

fn stream(job: &Job, out: &mut dyn Write, odd: &mut dyn Write) -> io::Result<()> {
    let mut generator = Generator::new(job);
    let mut chunk = Vec::with_capacity(CHUNK + CHUNK / 8);
    chunk.extend_from_slice(row::HEADER);
    odd.write_all(b"row,reason\n")?;
    for row in 0..job.n_rows {
        if let Some(reason) = generator.push_row(row, &mut chunk) {
            writeln!(odd, "{row},{reason}")?;
        }
        if chunk.len() >= CHUNK {
            out.write_all(&chunk)?;
            chunk.clear();
        }
    }
    out.write_all(&chunk)?;
    out.flush()?;
    odd.flush()
}

#[cfg(test)]
mod tests;
