//! For a Rust engineer: three algorithms on plain matrices and slices, without events, files or times.
//!
//! ```sh
//! cargo run -p oddsift --example engineer
//! ```
//!
//! Each module is a crate of its own, to depend on alone: `oddsift-dbscan`, `oddsift-iforest` and
//! `oddsift-stl`. The values are bytes sent in each of 840 hours.

use std::error::Error;
use std::io::{self, Write};

use oddsift::dbscan::Dbscan;
use oddsift::iforest::IsolationForest;
use oddsift::ndarray::Array2;
use oddsift::pipeline::SeriesParams;
use oddsift::stl::{Stl, find_periods};

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/time_series.csv");

fn main() -> Result<(), Box<dyn Error>> {
    run(&mut io::stdout().lock())
}

pub(crate) fn run(out: &mut dyn Write) -> Result<(), Box<dyn Error>> {
    let y = SeriesParams::new().fit(SAMPLE)?.series[0].values().to_vec();

    // A series is taken apart to trend, season and remainder.
    let period = find_periods(&y)?.strongest().map(|it| it.period).ok_or("nothing repeats")?;
    let fit = Stl::params(period).robust(true).fit(&y)?;
    let size = |at: &usize| fit.remainder()[*at].abs();
    let unusual = (0..y.len()).max_by(|a, b| size(a).total_cmp(&size(b))).unwrap_or(0);
    writeln!(out, "stl: period {period}; value {unusual} is {:.3e}", y[unusual])?;

    // The same values as a matrix, a row for each day: rows that are near each other are clusters.
    let level: Vec<f64> = y.iter().zip(fit.trend()).map(|(y, trend)| y - trend).collect();
    let x = Array2::from_shape_vec((level.len() / period, period), level)?;
    let params = Dbscan::params().min_samples(3);
    let eps = params.k_distances(&x, None)?.propose_eps().ok_or("all rows are equal")?;
    let fit = params.eps(eps).fit(&x)?;
    writeln!(out, "dbscan: {} clusters, {} rows of noise", fit.n_clusters(), fit.n_noise())?;

    // Rows that few random cuts set apart.
    let scores = IsolationForest::params().n_trees(200).seed(42).fit(&x)?.score_samples(&x)?;
    let day = (0..scores.len()).min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
    Ok(writeln!(out, "iforest: day {day} scores {:.3}", scores[day])?)
}
