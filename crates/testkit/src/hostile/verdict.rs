//! What came out of a run against what its row says.

use std::fs::File;

use anyhow::{Context, Result, bail};

use super::child::Ended;
use super::index::{Row, wanted};
use super::input::{Input, Kind};
use super::limits::Limits;
use super::output::{Form, Judged, Tally};
use super::stage::Stage;

/// One of the outcomes that the row allows, if any, and what is wrong.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) outcome: String,
    pub(crate) faults: Vec<String>,
}

const LONGEST_LINE: usize = 1000;
/// What the shell says of a program that a closed pipe ended.
const CLOSED_PIPE: i32 = 128 + SIGPIPE;
const SIGPIPE: i32 = 13;
/// A line longer than 16 MiB is none; as much again may have been read ahead.
const MAX_FED_OF_A_LINE: u64 = 32 << 20;

/// The facts that a verdict rests on.
pub(crate) struct Case<'a> {
    pub(crate) row: &'a Row,
    pub(crate) kind: &'a Kind,
    pub(crate) input: &'a Input,
    pub(crate) limits: &'a Limits,
    pub(crate) stage: &'a Stage,
}

impl Case<'_> {
    pub(crate) fn judge(&self, ended: &Ended) -> Result<Verdict> {
        let mut faults = self.always(ended);
        if let Some(fault) = self.cut_short(ended) {
            faults.insert(0, fault);
            return Ok(Verdict { outcome: "no outcome".to_owned(), faults });
        }
        let Some(outcome) = self.outcome(ended)? else {
            let code = ended.code.map_or("a signal".to_owned(), |code| code.to_string());
            let (wanted, stderr) = (&self.row.outcome, &ended.stderr);
            faults.push(format!("exit status {code}, not {wanted}: {stderr:.400?}"));
            return Ok(Verdict { outcome: "no outcome".to_owned(), faults });
        };
        faults.extend(self.of_outcome(outcome, ended)?);
        Ok(Verdict { outcome: outcome.to_owned(), faults })
    }

    /// A run that was ended from outside, or that ended itself without a status.
    fn cut_short(&self, ended: &Ended) -> Option<String> {
        let stderr = &ended.stderr;
        if ended.timed_out {
            let seconds = ended.time.as_secs();
            return Some(format!("killed after {seconds} s, not ended: {stderr:.400?}"));
        }
        let is_closed_pipe = *self.kind == Kind::ReaderGone && ended.signal == Some(SIGPIPE);
        let signal = ended.signal.filter(|_| !is_closed_pipe)?;
        Some(format!("ended by signal {signal}: {stderr:.400?}"))
    }

    /// The outcome of the row that the run had.
    fn outcome(&self, ended: &Ended) -> Result<Option<&str>> {
        for outcome in self.row.outcomes() {
            let fits = match outcome {
                "accept" => self.is_success(ended),
                "warn" => ended.code == Some(0) && self.warning(ended).is_some(),
                "reject" => ended.code.is_some_and(|code| self.is_rejection(code)),
                other => bail!("an outcome that is not known: {other}"),
            };
            if fits {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    fn is_success(&self, ended: &Ended) -> bool {
        let is_closed_pipe = ended.code == Some(CLOSED_PIPE) || ended.signal == Some(SIGPIPE);
        ended.code == Some(0) || *self.kind == Kind::ReaderGone && is_closed_pipe
    }

    fn is_rejection(&self, code: i32) -> bool {
        match self.kind {
            Kind::Plain | Kind::ReaderGone => code == 3,
            // A bad output path is wrong usage or bad data.
            Kind::OutputIsInput | Kind::OutputIsLink => code == 2 || code == 3,
            Kind::OutputFull(_) => code != 0,
        }
    }

    fn of_outcome(&self, outcome: &str, ended: &Ended) -> Result<Vec<String>> {
        let accepted = outcome != "reject";
        let mut faults = if accepted { self.output(ended)? } else { self.rejection(ended) };
        if outcome == "warn" && !self.row.skipped.is_empty() {
            let is_number = |word: &str| word == self.row.skipped;
            let states = |line: &str| line.split(|c: char| !c.is_ascii_digit()).any(is_number);
            if !self.warning(ended).is_some_and(states) {
                faults.push(format!("no line states {}: {:?}", self.row.skipped, ended.stderr));
            }
        }
        if outcome != "accept" {
            for (present, text) in wanted(&self.row.stderr_has)? {
                if ended.stderr.contains(&text) != present {
                    faults.push(format!("stderr_has {text:?}: {:.400?}", ended.stderr));
                }
            }
        }
        faults.extend(self.stage.leftovers(self.kind, accepted)?);
        Ok(faults)
    }

    /// A rejected run says why in one line, and nothing else.
    fn rejection(&self, ended: &Ended) -> Vec<String> {
        let mut faults = Vec::new();
        if ended.stderr.lines().count() != 1 || !self.names_place(ended) {
            faults.push(format!("message: {:.400?}", ended.stderr));
        }
        if ended.stdout.n_bytes > 0 {
            faults.push(format!("{} bytes of output of a rejected run", ended.stdout.n_bytes));
        }
        if matches!(self.input, Input::OneLine { .. }) && ended.n_fed > MAX_FED_OF_A_LINE {
            faults.push(format!("read {} MiB of one line", ended.n_fed >> 20));
        }
        faults
    }

    fn names_place(&self, ended: &Ended) -> bool {
        let (line, file) = (&ended.stderr, self.stage.input().display().to_string());
        match self.kind {
            Kind::Plain | Kind::ReaderGone => line.starts_with(&self.place()),
            Kind::OutputIsInput if ended.code == Some(2) => line.contains(&file),
            Kind::OutputIsInput => line.starts_with(&format!("{file}:")),
            Kind::OutputIsLink => {
                let output = self.stage.output().display().to_string();
                line.starts_with(&format!("{file}:")) || line.contains(&output)
            }
            Kind::OutputFull(device) => {
                ["<stdout>", "standard output", device].iter().any(|name| line.contains(name))
            }
        }
    }

    /// What a message begins with.
    fn place(&self) -> String {
        let file = self.stage.input().display();
        match self.row.named_line.as_str() {
            "" => format!("{file}:"),
            line => format!("{file}:{line}:"),
        }
    }

    fn warning<'e>(&self, ended: &'e Ended) -> Option<&'e str> {
        ended.stderr.lines().find(|line| line.contains(&self.place()))
    }

    /// The output of a run that did its work.
    fn output(&self, ended: &Ended) -> Result<Vec<String>> {
        if *self.kind == Kind::ReaderGone {
            let is_empty = ended.stdout.n_bytes == 0;
            return Ok(is_empty.then(|| "no line of output".to_owned()).into_iter().collect());
        }
        let mut judged = ended.stdout.clone();
        let mut rows = self.row.rows.clone();
        if *self.kind == Kind::OutputIsLink {
            judged = self.written()?;
            // Events in, events out.
            rows = self.input.n_rows().map_or(rows, |n_rows| n_rows.to_string());
        }
        let mut faults = judged.faults;
        if !rows.is_empty() && judged.n_rows.to_string() != rows {
            faults.push(format!("{} rows, not {rows}", judged.n_rows));
        }
        Ok(faults)
    }

    /// The output of a run that wrote a file.
    fn written(&self) -> Result<Judged> {
        let file = File::open(self.stage.output()).context("cannot open what was written")?;
        let tally = tally(self.row, self.input)?;
        tally.read(file).context("cannot read what was written")
    }

    fn always(&self, ended: &Ended) -> Vec<String> {
        let mut faults = Vec::new();
        for line in ended.stderr.lines() {
            if line.len() > LONGEST_LINE || line.chars().any(char::is_control) {
                faults.push(format!("message too long or with control characters: {line:.200?}"));
            }
        }
        if ended.stderr.contains("panicked") {
            faults.push(format!("panic: {:.400?}", ended.stderr));
        }
        let limit = self.limits.memory.unwrap_or(u64::MAX);
        if ended.peak_memory > limit {
            let (used, limit) = (ended.peak_memory >> 20, limit >> 20);
            faults.push(format!("peak memory {used} MiB, over {limit} MiB"));
        }
        faults
    }
}

/// What judges an output of the row's command.
pub(crate) fn tally(row: &Row, input: &Input) -> Result<Tally> {
    let form = if row.command.contains("-t ndjson") { Form::Ndjson } else { Form::Csv };
    Tally::new(form, input.columns(), &row.stdout_has)
}

#[cfg(test)]
mod tests;
