//! For a threat hunter: process events become a list of the unusual ones and a page to hand over.
//!
//! ```sh
//! cargo run -p oddsift --example hunter -- events.csv report.html
//! ```
//!
//! Without arguments it takes the workspace's sample of 363 Windows process events.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

use oddsift::pipeline::{ClusterParams, KeepRows, OutlierParams};
use oddsift::plot::Report;
use oddsift::records::escape_line;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/processes_on_host.csv");

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args_os().skip(1).map(PathBuf::from);
    let events = args.next().unwrap_or_else(|| SAMPLE.into());
    let report = args.next().unwrap_or_else(|| env::temp_dir().join("oddsift-report.html"));
    run(&events, &report, &mut io::stdout().lock())
}

pub(crate) fn run(events: &Path, page: &Path, out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    // What is common comes in clusters; what is like nothing else is looked at first.
    let mut params = ClusterParams::new();
    (params.keep, params.count_times) = (KeepRows::All, true);
    let found = params.fit(events)?;
    writeln!(out, "{}, the rarest first:", found.summary())?;
    for row in found.rarest_first().iter().take(3) {
        writeln!(out, "  {:>3}  {}", row.size, escape_line(&found.what(row)))?;
    }
    // A forest says of each row how unusual it is, and why.
    let features = ["commandlineTokensFull", "commandlineLen"];
    writeln!(out, "outliers, the most unusual first:")?;
    let outliers =
        OutlierParams::new().features(features).top(Report::MOST_OUTLIERS).find(events)?;
    for row in outliers.rows().take(3) {
        let row = row?;
        writeln!(out, "  {:.3}  row {}: {}", row.score, row.row, row.reason_text)?;
    }
    // Both on one page, which asks no network for anything. What data say is text on it.
    fs::write(page, Report::new(&found, Some(&outliers)).page()?.to_html())?;
    Ok(writeln!(out, "report: {}", page.display())?)
}
