//! For a detection engineer: fit once, keep the model as JSON, score what is new every night.
//!
//! ```sh
//! cargo run -p oddsift --features serde --example nightly -- model.json tonight.csv > alerts.ndjson
//! ```
//!
//! Where there is no model yet, the events of the first night make one. Alerts go to standard output,
//! talk to standard error. Exit status: 0 nothing odd, 1 alerts, 2 trouble. Without arguments it takes
//! the workspace's sample, for the model too.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{collections::BTreeMap, env, error::Error, fs, process::ExitCode};

use oddsift::features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
use oddsift::ndarray::Array2;
use oddsift::outliers::{Contamination, Outlier, OutlierDetector, OutlierModel};
use oddsift::records::{self, BadRows, Batch, Output, ReadOptions, Reader, Record, Row, SkipLog};
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;
type Sink<'a> = &'a mut dyn Write;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
const FEATURES: [&str; 2] = ["commandlineTokensFull", "commandlineLen"];

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let model = args.next().unwrap_or_else(|| env::temp_dir().join("oddsift-model.json"));
    let events = args.next().unwrap_or_else(|| SAMPLE.into());
    match run(&model, &events, &mut io::stdout().lock(), &mut io::stderr().lock()) {
        Ok(n_alerts) => ExitCode::from(u8::from(n_alerts > 0)),
        Err(error) => {
            eprintln!("error: {}", records::escape_line(&error.to_string()));
            ExitCode::from(2)
        }
    }
}

/// Gives the number of alerts.
pub(crate) fn run(model: &Path, events: &Path, out: Sink, talk: Sink) -> Outcome<usize> {
    if !model.exists() {
        let fitted = serde_json::to_string(&fit(events)?)?;
        let mut file = Output::file(model, &[events])?; // appears whole or not at all
        file.write_all(fitted.as_bytes())?;
        file.finish()?;
        writeln!(talk, "fitted {}", model.display())?;
    }
    // Somebody may have changed the file: every size, index and number is checked as it is read.
    let model: OutlierModel = serde_json::from_str(&fs::read_to_string(model)?)?;
    score(&model, events, out, talk)
}

fn fit(events: &Path) -> Outcome<OutlierModel> {
    let mut reader = open(events)?;
    let roles = Roles::resolve(reader.columns(), SchemaChoice::Auto, &[])?;
    let recipe = Recipe::resolve(reader.columns(), &FEATURES, &roles, &FeatureOptions::default())?;
    let (mut batch, mut values) = (Batch::new(), Vec::new());
    while reader.next_batch(&mut batch)? {
        values.extend(vectors(&recipe, &batch, &mut SkipLog::new()).1);
    }
    let x = Array2::from_shape_vec((values.len() / FEATURES.len(), FEATURES.len()), values)?;
    // One row in fifty of the first night alerts: that sets the score below which rows do. By a score
    // that hardly any has, rows beyond all that was seen would not, since no tree cuts out there.
    let params = OutlierDetector::params().seed(1).contamination(Contamination::Fraction(0.02));
    Ok(OutlierModel::new(recipe, params.fit(&x)?)?)
}

fn score(model: &OutlierModel, events: &Path, out: Sink, talk: Sink) -> Outcome<usize> {
    let mut reader = open(events)?;
    // The columns that the features need, by name, wherever they stand in tonight's file.
    let (recipe, detector) = (model.recipe().rebind(reader.columns())?, model.detector());
    let columns = reader.columns().to_vec();
    let (mut batch, mut skipped, mut n_alerts) = (Batch::new(), SkipLog::new(), 0);
    while reader.next_batch(&mut batch)? {
        let (rows, values) = vectors(&recipe, &batch, &mut skipped);
        let x = Array2::from_shape_vec((rows.len(), recipe.names().len()), values)?;
        let found = detector.outliers(&x)?;
        for Outlier { row, score, reasons, .. } in &found {
            let names = recipe.names();
            let why: Vec<_> =
                reasons.iter().map(|it| it.text(&names[it.feature])).take(2).collect();
            let cells = columns.iter().zip((0..).map(|column| rows[*row].text(column)));
            let event: BTreeMap<_, _> = cells.collect();
            writeln!(out, "{}", json!({ "score": score, "reasons": why, "event": event }))?;
        }
        n_alerts += found.len();
    }
    // Nothing is left out in silence.
    for warning in reader.summary().warnings_with(reader.name(), &skipped) {
        writeln!(talk, "{warning}")?;
    }
    writeln!(talk, "{n_alerts} alerts in {} events", reader.summary().rows())?;
    Ok(n_alerts)
}

/// A bad row ends no night: it is left out and counted.
fn open(events: &Path) -> Result<Reader, records::Error> {
    Reader::open(events, ReadOptions::new().bad_rows(BadRows::Skip))
}

/// The rows that have a vector, and the vectors one after the other.
fn vectors<'a>(recipe: &Recipe, batch: &'a Batch, bad: &mut SkipLog) -> (Vec<Row<'a>>, Vec<f64>) {
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    let (mut scratch, mut vector) = (Scratch::default(), vec![0.0; recipe.names().len()]);
    for row in batch {
        match recipe.evaluate(|column| row.text(column), &mut scratch, &mut vector) {
            Ok(()) => values.extend_from_slice(&vector),
            Err(error) => {
                bad.note(row.line(), None, error);
                continue;
            }
        }
        rows.push(row);
    }
    (rows, values)
}
