//! For a detection engineer: fit once, keep the model as JSON, score what is new every night.
//!
//! ```sh
//! cargo run -p oddsift --features serde --example nightly -- model.json tonight.csv > scores.csv
//! ```
//!
//! Without a model the first night makes one. Exit statuses are the tool's.

use std::path::{Path, PathBuf};
use std::{error::Error, io::Write, process::ExitCode};

use oddsift::pipeline::{Contamination, Input, Model, OutlierParams, ScoreColumns, ScoredSummary};
use oddsift::records::{BadRows, Output, OutputFormat, RowWriter, WriteOptions, escape_line};

fn main() -> ExitCode {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, events] = args.as_slice() else { return ExitCode::from(2) };
    match run(model, events, std::io::stdout()) {
        Ok(scored) => {
            // Nothing is left out in silence.
            scored.read.losses().iter().for_each(|line| eprintln!("{}", escape_line(line)));
            ExitCode::from(u8::from(scored.n_outliers == 0)) // 0 done, 1 nothing unusual
        }
        Err(error) => {
            eprintln!("{}", escape_line(&error.to_string()));
            ExitCode::from(3) // bad data
        }
    }
}

type Outcome = Result<ScoredSummary, Box<dyn Error>>;

pub(crate) fn run(path: &Path, events: &Path, out: impl Write + Send) -> Outcome {
    let mut input = Input::file(events);
    input.bad_rows = BadRows::Skip; // a bad row ends no night: it is left out and counted
    if !path.exists() {
        let mut params = OutlierParams::new().features(["commandlineTokensFull", "commandlineLen"]);
        params.forest = params.forest.contamination(Contamination::Fraction(0.02));
        let mut file = Output::file(path, &[events])?; // appears whole or not at all
        serde_json::to_writer(&mut file, &*params.fit(&input)?.model)?;
        file.finish()?;
    }
    let (model, name) = (Model::read(path)?, path.display().to_string()); // checked as a whole
    let scores = model.scores(&name, &input)?.ok_or("a model of clusters gives no scores")?;
    let columns = scores.layout().columns_with("row", &["score", "decision", "outlier"]);
    let mut writer = RowWriter::new(out, OutputFormat::Csv, &columns, WriteOptions::default())?;
    let written = scores.write(ScoreColumns::BehindInput, &mut writer)?;
    writer.finish()?;
    Ok(written)
}
