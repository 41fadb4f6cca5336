//! For a Rust engineer: three algorithms on plain matrices and slices, without events, files or times.
//!
//! ```sh
//! cargo run -p oddsift --example engineer -- values.csv bytes
//! ```
//!
//! Each module is a crate of its own, to depend on alone: `oddsift-dbscan`, `oddsift-iforest` and
//! `oddsift-stl`. Without arguments it takes the workspace's sample, bytes sent in each of 840 hours.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use oddsift::dbscan::Dbscan;
use oddsift::iforest::IsolationForest;
use oddsift::ndarray::{Array2, ArrayRef2, s};
use oddsift::records::{Batch, ReadOptions, Reader};
use oddsift::stl::{Stl, find_periods};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");
const COLUMN: &str = "TotalBytesSent";
/// Columns of the matrix that the values become: hours of a day.
const DAY: usize = 24;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let file = args.next().map_or_else(|| SAMPLE.into(), PathBuf::from);
    let column = args.next().map_or_else(|| COLUMN.into(), |name| name.display().to_string());
    run(&file, &column, &mut io::stdout().lock())
}

pub(crate) fn run(file: &Path, column: &str, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let y = read(file, column)?;
    let level = series(&y, out)?;

    // The same values as a matrix: a row for each day, a column for each hour of it.
    let n_days = level.len() / DAY;
    let x = Array2::from_shape_vec((n_days, DAY), level[..n_days * DAY].to_vec())?;
    clusters(&x, out)?;
    forest(&x, out)
}

/// A series is taken apart to trend, season and remainder; what neither of the first two explains is
/// odd. Gives the series without its trend.
fn series(y: &[f64], out: &mut impl Write) -> Result<Vec<f64>, Box<dyn Error>> {
    let found = find_periods(y)?;
    let period = found.strongest().map(|it| it.period).ok_or("the series does not repeat")?;
    let fit = Stl::params(period).robust(true).fit(y)?;
    let size = |at: &usize| fit.remainder()[*at].abs();
    let odd = (0..y.len()).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0);
    let expected = fit.trend()[odd] + fit.seasonal()[odd];
    writeln!(out, "stl: period {period}; value {odd} is {:.3e}, expected {expected:.3e}", y[odd])?;
    Ok(y.iter().zip(fit.trend()).map(|(y, trend)| y - trend).collect())
}

/// Rows that are near each other; what has no neighbours is noise.
fn clusters(x: &ArrayRef2<f64>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    // The curve of distances to the third nearest bends where rows begin to be far from others.
    let params = Dbscan::params().min_samples(3);
    let eps = params.k_distances(x, None)?.propose_eps().ok_or("all rows are equal")?;
    let fit = params.eps(eps).fit(x)?;
    let (n_clusters, n_noise) = (fit.n_clusters(), fit.n_noise());
    writeln!(out, "dbscan: eps {eps:.3e}, {n_clusters} clusters, {n_noise} rows of noise")?;
    let labels: Vec<String> = fit.labels().iter().map(ToString::to_string).collect();
    writeln!(out, "dbscan: {}", labels.join(" "))?;

    // What it takes to label new rows is small, and the rows themselves can go.
    let model = fit.into_model();
    let last = x.slice(s![x.nrows() - 1.., ..]);
    let labels = [model.predict(&last)?[0], model.predict(&(&last * 2.0))?[0]];
    let n_core = model.n_core_points();
    writeln!(
        out,
        "dbscan: by {n_core} core rows the last is {}, doubled {}",
        labels[0], labels[1]
    )?;
    Ok(())
}

/// Rows that few random cuts set apart, and the columns that do it.
fn forest(x: &ArrayRef2<f64>, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let forest = IsolationForest::params().n_trees(200).seed(42).fit(x)?;
    let scores = forest.score_samples(x)?;
    let odd = (0..x.nrows()).min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
    let reasons = forest.contributions(x)?;
    let mut columns: Vec<usize> = (0..x.ncols()).collect();
    columns.sort_by(|a, b| reasons[[odd, *b]].total_cmp(&reasons[[odd, *a]]));
    columns.truncate(3);
    writeln!(out, "iforest: row {odd} scores {:.3}, by columns {columns:?}", scores[odd])?;
    Ok(())
}

/// A column of numbers; any reader will do.
fn read(file: &Path, column: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    let mut reader = Reader::open(file, ReadOptions::new())?;
    let place = reader.columns().iter().position(|name| name == column);
    let place = place.ok_or_else(|| format!("there is no column {column}"))?;
    let (mut batch, mut values) = (Batch::new(), Vec::new());
    while reader.next_batch(&mut batch)? {
        for row in &batch {
            // A value that is missing is NaN to `stl`; to the others it is an error that says where.
            values.push(row.text(place).map_or(Ok(f64::NAN), str::parse)?);
        }
    }
    Ok(values)
}
