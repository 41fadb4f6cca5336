//! For a detection engineer: fit once, keep the model as JSON, and tell every night what is new, each line once.
//!
//! ```sh
//! cargo run -p oddsift --features serde --example nightly -- model.json seen.json tonight.csv > new.csv
//! ```
//!
//! Without a model the first night makes one. Exit statuses are those of
//! `oddsift score model.json tonight.csv --only new --seen seen.json --exit-status`.

use std::path::{Path, PathBuf};
use std::{error::Error, io::Write, process::ExitCode};

use oddsift::pipeline::{self, ClusterParams, Input, Model, Role, Seen, Timestamp};
use oddsift::records::{BadRows, Cell, Output, OutputFormat, RowWriter, WriteOptions, escape_line};

fn main() -> ExitCode {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, seen, events] = args.as_slice() else { return ExitCode::from(2) };
    let night = run(model, seen, events, &mut std::io::stdout());
    // Nothing is left out in silence.
    let told =
        night.as_ref().map_or_else(|error| vec![error.to_string()], |(_, losses)| losses.clone());
    for line in told {
        eprintln!("{}", escape_line(&line));
    }
    ExitCode::from(status(&night))
}

/// The number of rows and of new lines, and what was left out.
type Night = Result<((u64, usize), Vec<String>), Box<dyn Error>>;

pub(crate) fn status(night: &Night) -> u8 {
    match night {
        Ok(((0, _), _)) => 4, // no rows: this is no all-clear
        Ok(((_, 0), _)) => 1, // nothing new
        Ok(_) => 0,
        Err(error) => {
            let error = error.downcast_ref::<pipeline::Error>();
            if error.is_some_and(pipeline::Error::is_without_rows) { 4 } else { 3 }
        }
    }
}

pub(crate) fn run(path: &Path, memory: &Path, events: &Path, out: &mut dyn Write) -> Night {
    let mut input = Input::file(events);
    input.bad_rows = BadRows::Skip; // a bad row ends no night: it is left out and counted
    if !path.exists() {
        let model = ClusterParams::new().fit(&input)?.model()?;
        let mut file = Output::file(path, &[events])?; // appears whole or not at all
        serde_json::to_writer(&mut file, &model)?;
        file.finish()?;
    }
    let model = Model::read(path)?; // untrusted, checked as a whole
    let mut seen = Seen::read(memory)?.unwrap_or_default();
    let mut new = model.new_lines(&path.display().to_string(), &input)?;
    new.retain(|id| !seen.contains(id));
    let columns = ["id", "count", "command_line", "reasons"].map(str::to_owned);
    let mut writer =
        RowWriter::new(&mut *out, OutputFormat::Csv, &columns, WriteOptions::default())?;
    for line in new.lines() {
        let what = line.record.and_then(|row| new.layout.text_of(Role::CommandLine, row));
        let (id, reasons) = (line.id.to_string(), line.reasons.join("; "));
        let text = Cell::Text(what.unwrap_or_default());
        writer.write_row(&[Cell::Text(&id), Cell::UInt(line.count), text, Cell::Text(&reasons)])?;
    }
    writer.finish()?.flush()?;
    // Only now: what a run could not tell is told by the next.
    let now = Timestamp::now();
    for id in new.ids() {
        seen.note(id, now);
    }
    seen.forget("90d".parse()?, now);
    let mut file = Output::file(memory, &[events])?;
    serde_json::to_writer(&mut file, &seen)?;
    file.finish()?;
    Ok(((new.n_rows, new.len()), new.read.losses()))
}
