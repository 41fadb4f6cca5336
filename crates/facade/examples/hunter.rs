//! For a threat hunter: process events become a list of the odd ones and a page to hand over.
//!
//! ```sh
//! cargo run -p oddsift --example hunter -- events.csv report.html
//! ```
//!
//! Without arguments it takes the workspace's sample of 363 Windows process events.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, fs};

use oddsift::eventcluster::{EventClusters, Events, Timestamp};
use oddsift::features::{FeatureOptions, Recipe, Roles, SchemaChoice, Scratch};
use oddsift::ndarray::{Array2, Axis};
use oddsift::outliers::{Contamination, Outlier, OutlierDetector, Outliers};
use oddsift::plot::{ClusterPlot, OutlierPlot, Page};
use oddsift::records::{Batch, ReadOptions, Reader, escape_line};
use oddsift::timespan::TimeParser;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");
/// Clusters go by the first three: which program, in the system's session or not, how many arguments.
/// Outliers go by the last two, of which there is more and less.
const FEATURES: [&str; 4] =
    ["pathScore", "isSystemSession", "commandlineTokensFull", "commandlineLen"];

fn main() -> Outcome<()> {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let events = args.next().unwrap_or_else(|| SAMPLE.into());
    let report = args.next().unwrap_or_else(|| env::temp_dir().join("oddsift-report.html"));
    run(&events, &report, &mut io::stdout().lock())
}

pub(crate) fn run(events: &Path, report: &Path, out: &mut dyn Write) -> Outcome<()> {
    let (x, lines, times) = read(events)?;

    // What is common comes in clusters; what is like nothing else is noise, and looked at first.
    let texts: Vec<Option<&str>> = lines.iter().map(|line| Some(line.as_str())).collect();
    let events = Events::new(&x).names(&FEATURES)?.columns(&FEATURES[..3])?;
    let events = events.texts(&texts)?.times(&times)?;
    let found = EventClusters::params().eps(0.0001).min_samples(2).fit_events(&events)?;
    let (n_odd, n_groups) = (found.n_noise_rows(), found.clusters().len());
    writeln!(out, "{n_odd} events are like no other, beside {n_groups} groups:")?;
    for row in found.rows().unwrap_or_default().iter().filter(|row| !row.is_clustered()).take(3) {
        writeln!(out, "  {}", start_of(texts[usize::try_from(row.row)?]))?;
    }

    let x = x.select(Axis(1), &[2, 3]);
    let (detector, outliers, table) = outliers(&x, &lines)?;
    writeln!(out, "{} outliers, the oddest first:", table.len())?;
    for [score, why, line] in table.iter().take(3) {
        writeln!(out, "  {score}  {}\n          {why}", start_of(Some(line)))?;
    }

    // Both on one page, which asks no network for anything. What data say is text on it.
    let line_of = |row| lines.get(usize::try_from(row).ok()?).map(String::as_str);
    let exemplar = |pattern| line_of(found.patterns().first_row(pattern));
    let notes: Vec<String> = table.iter().map(|[_, why, line]| format!("{line}\n{why}")).collect();
    let plot = OutlierPlot::new(&detector, &FEATURES[2..]).training(&x, None);
    let page = Page::new("Processes on one host")
        .facts(&[("Events", lines.len().to_string()), ("Groups", n_groups.to_string())])
        .figure(ClusterPlot::new(&found, &FEATURES[..3]).texts(&exemplar).figure())
        .figure(plot.outliers(outliers.vectors(), &notes).figure()?)
        .table("The oddest", &["Score", "Why", "Command line"], &[true, false, false], &table);
    fs::write(report, page.to_html())?;
    Ok(writeln!(out, "report: {}", report.display())?)
}

/// What was fitted and found, and a line to show of each outlier.
type Found = (OutlierDetector, Outliers, Vec<[String; 3]>);

/// A forest scores rows and gives reasons: score, reasons and command line of one row in a hundred.
fn outliers(x: &Array2<f64>, lines: &[String]) -> Outcome<Found> {
    let params = OutlierDetector::params().seed(1).contamination(Contamination::Fraction(0.01));
    let detector = params.fit(x)?;
    let found = detector.outliers(x)?;
    let line = |Outlier { row, score, reasons, .. }: &Outlier| {
        let why = reasons.iter().map(|it| it.text(FEATURES[2 + it.feature]));
        [format!("{score:.3}"), why.take(2).collect::<Vec<_>>().join("; "), lines[*row].clone()]
    };
    let table = found.iter().map(line).collect();
    Ok((detector, found, table))
}

/// The beginning of a command line, fit for a terminal, which would obey what attackers write.
fn start_of(line: Option<&str>) -> String {
    escape_line(&line.unwrap_or_default().chars().take(90).collect::<String>())
}

/// Events as numbers, with the command line and the time of each.
type Log = (Array2<f64>, Vec<String>, Vec<Option<Timestamp>>);

fn read(path: &Path) -> Outcome<Log> {
    let mut reader = Reader::open(path, ReadOptions::new())?;
    // Which column is the path, the command line, the session, the time: known of common logs.
    let roles = Roles::resolve(reader.columns(), SchemaChoice::Auto, &[])?;
    let recipe = Recipe::resolve(reader.columns(), &FEATURES, &roles, &FeatureOptions::default())?;
    let (parser, mut batch, mut scratch) = (TimeParser::new(), Batch::new(), Scratch::default());
    let (mut values, mut vector) = (Vec::new(), [0.0; FEATURES.len()]);
    let (mut lines, mut times) = (Vec::new(), Vec::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            recipe.evaluate(|column| row.text(column), &mut scratch, &mut vector)?;
            values.extend(vector);
            let text = |column: Option<usize>| column.and_then(|column| row.text(column));
            lines.push(text(roles.command_line).unwrap_or_default().to_owned());
            times.push(text(roles.time).and_then(|it| Some(parser.parse(it).ok()?.timestamp)));
        }
    }
    Ok((Array2::from_shape_vec((lines.len(), FEATURES.len()), values)?, lines, times))
}
