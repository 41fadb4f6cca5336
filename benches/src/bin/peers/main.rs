//! The Rust half of `cargo xtask peers`: makes its data, and fits one crate to it when told to.
//!
//! `peers make FAMILY ROWS COLUMNS FILE` writes the points of `data.rs` as little-endian `f64`.
//! `peers eps FILE COLUMNS NEIGHBOURS` prints the `eps` at which a distinct row has that many
//! neighbours on average. `peers fit PEER FILE COLUMNS EPS MIN_SAMPLES THREADS` prints `ready`
//! and obeys the lines of standard input: `fit` answers `fit SECONDS BYTES`, which is the time and the
//! memory above idle of one fit, `labels FILE` answers `labels` once they are written there.

mod data; // points from and to files
mod density; // eps from a mean number of neighbours
mod memory; // peak memory of one call
mod peer; // the crates, each behind one function
mod yardstick; // the least that a pass over the rows costs

use std::io::{self, BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use data::Points;
use peer::{Fitted, Params};

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["make", family, rows, columns, file] => {
            data::make(family, rows.parse()?, columns.parse()?)?.write(Path::new(file))
        }
        ["eps", file, columns, neighbours] => {
            let points = Points::read(Path::new(file), columns.parse()?)?;
            say(&density::eps(&points, neighbours.parse()?).to_string())
        }
        ["fit", peer, file, columns, eps, min_samples, threads] => {
            let points = Points::read(Path::new(file), columns.parse()?)?;
            let (eps, min_samples) = (eps.parse()?, min_samples.parse()?);
            let params = Params { eps, min_samples };
            // The caller's pool, as a program that limits its threads would do it.
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build()?;
            pool.install(|| obey(peer, points, params))
        }
        _ => bail!("`{}` is no command of this; `cargo xtask peers` runs it", args.join(" ")),
    }
}

fn obey(peer: &str, points: Points, params: Params) -> Result<()> {
    let mut peer = peer::named(peer, points, params)?;
    say("ready")?;
    let mut labels = None;
    for line in io::stdin().lock().lines() {
        match line?.split_once(' ') {
            None => {
                let Fitted { spent, labels: fitted } = (peer.fit)()?;
                say(&format!("fit {} {}", spent.time.as_secs_f64(), spent.bytes()))?;
                labels = Some(fitted);
            }
            Some((_, file)) => {
                let labels = labels.as_ref().context("labels are asked for before a fit")?;
                write_labels(labels, file)?;
                say("labels")?;
            }
        }
    }
    Ok(())
}

fn write_labels(labels: &[i64], file: &str) -> Result<()> {
    ensure!(!labels.is_empty(), "a yardstick has no labels");
    let bytes: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
    std::fs::write(file, bytes).with_context(|| format!("cannot write {file}"))
}

fn say(line: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}
