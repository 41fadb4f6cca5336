//! `hostile`: the inputs of `testdata/badinput` that are too large or too odd to store, made and run.

mod child; // one run of the tool
mod index; // rows of the index
mod input; // what is made
mod limits; // memory and time, as the rows say
mod output; // standard output, judged while it streams
mod stage; // the folder of a run
mod tool; // the binary, what it can do
mod verdict; // what came out against what a row says

use std::iter;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use child::{Ended, Run, To};
use index::Row;
use input::{Input, Kind, Scene};
use limits::Limits;
use stage::Stage;
use tool::Tool;
use verdict::{Case, Verdict};

/// Run the tool on inputs that are too large or too odd to store
///
/// Makes the inputs of testdata/badinput/index.csv that are not stored (the rows that begin `gen:`),
/// runs the release build of the tool on each, and checks what the index says: exit status, message,
/// rows, files, peak memory, an end before the time limit. Each is run again on one thread, and must
/// print the same.
///
/// Large inputs come through a named pipe and outputs are judged as they stream, so 10 GB of rows take
/// no disk, but they take minutes. A row whose verb the tool does not have is listed as skipped; a row
/// that asks for something unknown fails. Needs a Unix.
#[derive(Debug, Args)]
pub(crate) struct HostileArgs {
    /// Only these: an input (`rows`), or an input and a verb (`rows:cluster`)
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Folder with the index
    #[arg(long, value_name = "DIR", default_value = "testdata/badinput")]
    badinput: PathBuf,
    /// Kill a run after N times its time limit, which is 5 s unless its row says otherwise
    #[arg(long, value_name = "N", default_value = "10")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    patience: u32,
    /// Leave out the second run on one thread
    #[arg(long)]
    once: bool,
    /// The tool, which `cargo xtask` builds and names
    #[arg(long, value_name = "FILE", hide = true)]
    tool: PathBuf,
}

pub(crate) fn run(args: HostileArgs) -> Result<()> {
    let badinput = crate::root().join(&args.badinput);
    let rows = args.select(Row::read(&badinput.join("index.csv"))?)?;
    let mut bench = Bench { tool: Tool::new(args.tool.clone()), badinput, args };
    let (mut n_skipped, mut n_failed) = (0, 0);
    for row in &rows {
        match bench.run(row)? {
            Told::Skipped => n_skipped += 1,
            Told::Failed => n_failed += 1,
            Told::Passed => {}
        }
    }
    crate::show(&format!("{} rows run, {n_skipped} skipped\n", rows.len() - n_skipped))?;
    ensure!(n_failed == 0, "rows that failed: {n_failed}");
    Ok(())
}

impl HostileArgs {
    /// The rows that are named; all, if none is.
    fn select(&self, rows: Vec<Row>) -> Result<Vec<Row>> {
        ensure!(!rows.is_empty(), "the index has no row that begins `gen:`, so nothing would run");
        let fits = |row: &Row, name: &String| row.name == *name || row.label() == *name;
        for name in &self.names {
            if !rows.iter().any(|row| fits(row, name)) {
                let labels: Vec<String> = rows.iter().map(Row::label).collect();
                bail!("there is no row `{name}`; the rows are {}", labels.join(", "));
            }
        }
        let is_named = |row: &Row| self.names.iter().any(|name| fits(row, name));
        Ok(rows.into_iter().filter(|row| self.names.is_empty() || is_named(row)).collect())
    }
}

/// The tool and what it is run on.
struct Bench {
    tool: Tool,
    badinput: PathBuf,
    args: HostileArgs,
}

/// What was told of a row.
enum Told {
    Passed,
    Failed,
    Skipped,
}

impl Bench {
    /// Runs all that a row asks for and tells what came of it.
    fn run(&mut self, row: &Row) -> Result<Told> {
        let label = row.label();
        let scene = Limits::parse(&row.why, &row.parameters)
            .and_then(|limits| Ok((Scene::of(row)?, limits)))
            .with_context(|| format!("index.csv:{}", row.line));
        let (scene, limits) = match scene {
            Ok(known) => known,
            Err(error) => {
                crate::show(&format!("FAIL  {label}: {error:#}\n"))?;
                return Ok(Told::Failed);
            }
        };
        if let Some(missing) = self.tool.missing(row)?.or_else(|| scene.missing()) {
            crate::show(&format!("skip  {label}: no {missing}\n"))?;
            return Ok(Told::Skipped);
        }
        let mut told = Told::Passed;
        for input in &scene.inputs {
            let tried = self.attempt(row, &scene.kind, input, &limits);
            let (summary, faults) =
                tried.unwrap_or_else(|error| ("not run".to_owned(), vec![format!("{error:#}")]));
            let mark = if faults.is_empty() { "ok  " } else { "FAIL" };
            let size = input.n_rows().map_or(String::new(), |n_rows| format!(", {n_rows} rows"));
            crate::show(&format!("{mark}  {label}{size}: {summary}\n"))?;
            for fault in faults {
                crate::show(&format!("      {fault}\n"))?;
                told = Told::Failed;
            }
        }
        Ok(told)
    }

    /// A run and, on one thread, a second one, which must not differ: what they took, their faults.
    fn attempt(
        &self,
        row: &Row,
        kind: &Kind,
        input: &Input,
        limits: &Limits,
    ) -> Result<(String, Vec<String>)> {
        eprintln!("run   {}", row.label());
        let (first, verdict) = self.run_once(row, kind, input, limits, &[])?;
        let mut parts = vec![format!("{}, {}", verdict.outcome, took(&first, kind, input))];
        let said = first.stderr.lines().next().map(|line| format!("      says: {line:.300}"));
        let mut faults = verdict.faults;
        faults.extend(self.unproven(row, kind, input, limits)?);
        if !self.args.once && !first.timed_out {
            let (second, verdict) = self.run_once(row, kind, input, limits, &["-j", "1"])?;
            parts.push(format!("on one thread {}", took(&second, kind, input)));
            if !is_same(&first, &second, kind) {
                faults.push("another output on one thread".to_owned());
            }
            let faults_again = verdict.faults.into_iter().map(|it| format!("on one thread: {it}"));
            faults.extend(faults_again);
        }
        // Whether a reason is the right one is for people to see.
        let lines: Vec<String> = iter::once(parts.join("; ")).chain(said).collect();
        Ok((lines.join("\n"), faults))
    }

    /// An input that the tool would not take without its fault either proves nothing.
    fn unproven(
        &self,
        row: &Row,
        kind: &Kind,
        input: &Input,
        limits: &Limits,
    ) -> Result<Option<String>> {
        let Some(control) = input.control() else { return Ok(None) };
        let (ended, _) = self.run_once(row, kind, &control, limits, &[])?;
        let stderr = ended.stderr.trim_end();
        Ok((ended.code != Some(0))
            .then(|| format!("proves nothing, as {control:?} is not accepted: {stderr:.400}")))
    }

    fn run_once(
        &self,
        row: &Row,
        kind: &Kind,
        input: &Input,
        limits: &Limits,
        more: &[&str],
    ) -> Result<(Ended, Verdict)> {
        let stage = Stage::set(kind, input)?;
        let mut args = stage.args(row, &self.badinput);
        args.extend(more.iter().map(|&word| word.to_owned()));
        let stdout = match kind {
            Kind::OutputFull(device) => To::Device(device),
            Kind::ReaderGone => To::FirstLine,
            Kind::Plain | Kind::OutputIsInput | Kind::OutputIsLink => {
                To::Tally(Box::new(verdict::tally(row, input)?))
            }
        };
        let feed = input.is_piped().then_some((stage.input(), input));
        let timeout = limits.time.map(|time| time * self.args.patience);
        let run = Run { tool: self.tool.path(), args, stdout, feed, timeout, stack: limits.stack };
        let ended = run.start()?;
        let verdict = Case { row, kind, input, limits, stage: &stage }.judge(&ended)?;
        Ok((ended, verdict))
    }
}

/// Same bytes in, same bytes out.
fn is_same(first: &Ended, second: &Ended, kind: &Kind) -> bool {
    // How much comes before a reader is gone is chance.
    first.code == second.code && (*kind == Kind::ReaderGone || first.stdout == second.stdout)
}

/// Time and memory for people; a run that took all rows has a rate, too.
fn took(ended: &Ended, kind: &Kind, input: &Input) -> String {
    let (seconds, cpu) = (ended.time.as_secs_f64(), ended.cpu_time.as_secs_f64());
    let mut parts = vec![
        format!("{seconds:.1} s ({cpu:.1} s of CPU)"),
        format!("{:.0} MiB", mebibytes(ended.peak_memory)),
    ];
    if let (Some(n_rows), Kind::Plain, Some(0)) = (input.n_rows(), kind, ended.code) {
        parts.push(format!("{:.0} rows/s", n_rows as f64 / seconds));
    }
    if input.is_piped() {
        parts.push(format!("{:.0} MiB read", mebibytes(ended.n_fed)));
    }
    parts.join(", ")
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: HostileArgs,
    }

    fn parsed(line: &str) -> Result<HostileArgs, clap::Error> {
        let words = ["hostile", "--tool", "oddsift"].into_iter().chain(line.split_whitespace());
        Line::try_parse_from(words).map(|line| line.args)
    }

    fn rows() -> Vec<Row> {
        [("rows", "features {}"), ("rows", "cluster {}"), ("one_line", "features {}")]
            .map(|(name, command)| Row {
                name: name.to_owned(),
                command: command.to_owned(),
                ..Row::default()
            })
            .into()
    }

    fn selected(args: &str) -> Result<Vec<String>> {
        Ok(parsed(args)?.select(rows())?.iter().map(Row::label).collect())
    }

    #[test]
    fn names_select_rows_by_input_or_input_and_verb() {
        assert_eq!(selected("").unwrap().len(), 3);
        assert_eq!(selected("rows").unwrap(), ["rows:features", "rows:cluster"]);
        assert_eq!(selected("--once rows:cluster").unwrap(), ["rows:cluster"]);
        assert!(selected("cluster").unwrap_err().to_string().contains("rows:cluster"));
    }

    #[test]
    fn flags_have_values_and_names_none() {
        let args = parsed("a --badinput x --patience=3 b --once").unwrap();
        assert_eq!(args.names, ["a", "b"]);
        assert_eq!((args.patience, args.once, args.badinput), (3, true, "x".into()));
    }

    #[test]
    fn a_bad_flag_is_an_error() {
        for bad in ["--patience", "--patience 0", "--twice", "--once=1"] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_index_without_generated_inputs_is_an_error() {
        assert!(parsed("").unwrap().select(Vec::new()).is_err());
    }
}
