//! For a detection engineer: fit once, keep the model as JSON, score what is new every night.
//!
//! ```sh
//! cargo run -p oddsift --features serde --example nightly -- model.json tonight.csv > scores.csv
//! ```
//!
//! Where there is no model yet, the first night makes one. Exit statuses are the tool's: 0 done, 1
//! nothing unusual, 3 bad data.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{error::Error, process::ExitCode};

use oddsift::pipeline::{Contamination, Input, Model, OutlierParams, ScoreColumns};
use oddsift::records::{BadRows, Output, OutputFormat, RowWriter, WriteOptions, escape_line};

fn main() -> ExitCode {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [model, events] = args.as_slice() else { return ExitCode::from(2) };
    let n_outliers = run(model, events, io::stdout(), &mut io::stderr());
    n_outliers.map_or_else(
        |error| {
            eprintln!("{}", escape_line(&error.to_string()));
            ExitCode::from(3)
        },
        |n_outliers| ExitCode::from(u8::from(n_outliers == 0)),
    )
}

type Outcome = Result<u64, Box<dyn Error>>;

pub(crate) fn run<W: Write + Send>(
    path: &Path,
    events: &Path,
    out: W,
    talk: &mut dyn Write,
) -> Outcome {
    let mut input = Input::file(events);
    input.bad_rows = BadRows::Skip; // a bad row ends no night: it is left out and counted
    if !path.exists() {
        let mut params = OutlierParams::new().features(["commandlineTokensFull", "commandlineLen"]);
        params.forest = params.forest.contamination(Contamination::Fraction(0.02));
        let mut file = Output::file(path, &[events])?; // appears whole or not at all
        serde_json::to_writer(&mut file, &*params.fit(&input)?.model)?;
        file.finish()?;
    }
    let model = Model::read(path)?; // untrusted: checked as a whole
    let name = path.display().to_string();
    let scores = model.scores(&name, &input)?.ok_or("a model of clusters gives no scores")?;
    let columns = scores.layout().columns_with("row", &["score", "decision", "outlier"]);
    let mut writer = RowWriter::new(out, OutputFormat::Csv, &columns, WriteOptions::default())?;
    let scored = scores.write(ScoreColumns::BehindInput, &mut writer)?;
    writer.finish()?;
    for line in scored.read.losses() {
        writeln!(talk, "{line}")?; // nothing is left out in silence
    }
    Ok(scored.n_outliers)
}
